"""The made-up people who answer: they come and go by their shifts, wrap up and miss calls; they route nothing.

Three rules. Who is to leave and still rings, talks or wraps up, does that first. Whoever waits to hear whether those to
whom they put a caller through have answered does not press anything before they know. And where a person is at each
instant is what the kernel says of them.
"""

from typing import TYPE_CHECKING

from queues.agents import AgentState, NotReadyReason
from queues.entries import AgentStateChanged
from queues.ids import AgentId, partner_of
from routing.events import AgentLoggedIn, AgentLoggedOut, AgentPaused, AgentReady, Event
from routing.handed import TRANSFERRED
from simulator.faithful.agenda import Agenda, Rank
from simulator.shifts import Wish

if TYPE_CHECKING:
    from simulator.faithful.caller import Caller

ON_BREAK = "break"
LOGGED_OUT, READY, RINGING = AgentState.LOGGED_OUT, AgentState.READY, AgentState.RINGING
TALKING, WRAP_UP, NOT_READY = AgentState.TALKING, AgentState.WRAP_UP, AgentState.NOT_READY


class Answerer:
    """One seat: a person with a phone, or a line to a partner, which has no will."""

    __slots__ = (
        "agent",
        "caller",
        "counts",
        "done_ms",
        "partner",
        "reason",
        "seat",
        "since",
        "spent",
        "state",
        "turn",
        "wish",
    )

    def __init__(self, agent: AgentId, seat: int, now: int, counts: tuple[int, int]) -> None:
        self.agent = agent
        self.seat = seat
        self.partner = bool(partner_of(agent))
        self.state = LOGGED_OUT
        self.reason = ""
        self.since = now
        self.counts = counts
        """From when to when time counts."""
        self.turn = 0
        """How often what they do has changed: what was meant for an earlier turn is void."""
        self.wish = Wish.OUT
        self.caller: Caller | None = None
        """Whom they talk to, or talked to last."""
        self.done_ms = 0
        """When they will have wrapped up."""
        self.spent = dict.fromkeys(AgentState, 0)
        """Time (ms) in each state."""

    def talks_without_wrap_up(self) -> bool:
        """Whether they will be ready the very instant at which the talk ends, unless they have said otherwise."""
        return self.state is TALKING and self.caller is not None and not self.caller.leads_to_wrap_up()

    def count(self, now: int) -> None:
        """What they have done since it last changed is counted."""
        first, last = self.counts
        self.spent[self.state] += max(0, min(now, last) - max(self.since, first))
        self.since = now


class Answerers:
    """Everybody who answers, in one replication."""

    def __init__(
        self, agenda: Agenda, seats: tuple[AgentId, ...], returns_after_ms: int, counts: tuple[int, int]
    ) -> None:
        self._agenda = agenda
        self._returns_after_ms = returns_after_ms
        self.at: dict[AgentId, Answerer] = {seat: Answerer(seat, i, agenda.now, counts) for i, seat in enumerate(seats)}
        self.last_at = agenda.now
        """When anybody last came, went or finished something by themselves."""

    # ── what the kernel says of them ────────────────────────────────────────────────────────────────────────────
    def changed(self, entry: AgentStateChanged) -> None:
        """Somebody does something else from now on."""
        one = self.at[entry.agent]
        after, now = entry.after, self._agenda.now
        before = one.state
        one.count(now)
        one.state, one.reason = after, entry.reason
        one.turn += 1
        if one.partner:
            return
        if after is WRAP_UP:
            self._wraps_up(one, before)
        elif after is NOT_READY or after is READY:
            self._is_free(one, entry)

    def _wraps_up(self, one: Answerer, before: AgentState) -> None:
        agenda = self._agenda
        if before is not WRAP_UP and one.caller is not None:
            one.done_ms = agenda.now + one.caller.wraps_up()
        if one.reason != TRANSFERRED:
            agenda.after(max(one.done_ms - agenda.now, 0), Rank.WRAP_UP_ENDS, self.goes_on, one, one.turn, one.seat)

    def _is_free(self, one: Answerer, entry: AgentStateChanged) -> None:
        if one.wish is not Wish.WORK:
            if one.reason != ON_BREAK:
                self._agenda.after(0, Rank.STAFF, self.goes_on, one, one.turn)
        elif one.reason == NotReadyReason.RONA and not entry.until_ms:
            self._agenda.after(self._returns_after_ms, Rank.STAFF, self.goes_on, one, one.turn)

    def talks(self, one: Answerer, caller: "Caller") -> None:
        """The person talks to this caller; who is to leave and need not wrap up says so at once."""
        one.caller = caller
        if one.wish is not Wish.WORK and not one.partner and not caller.leads_to_wrap_up():
            self._says(one)

    # ── what they do ────────────────────────────────────────────────────────────────────────────────────────────
    def is_to(self, one: Answerer, wish: int) -> None:
        """From now on the person is to do this, as soon as they can."""
        one.wish = Wish(wish)
        self.last_at = self._agenda.now
        if one.state in {READY, NOT_READY, LOGGED_OUT} or one.talks_without_wrap_up():
            self._says(one)

    def goes_on(self, one: Answerer, turn: int) -> None:
        """The person has wrapped up, is back, or has just put the receiver down, if they still are where they were."""
        if one.turn == turn:
            self.last_at = self._agenda.now
            self._says(one)

    def _says(self, one: Answerer) -> None:
        """The kernel is told what the person is to do."""
        if (event := _said(one)) is not None:
            self._agenda.soon.append(event)

    def close(self, now: int) -> None:
        """What everybody does at the end is counted up to it."""
        for one in self.at.values():
            one.count(now)


def _said(one: Answerer) -> Event | None:
    if one.state is LOGGED_OUT:
        return AgentLoggedIn(one.agent) if one.wish is Wish.WORK else None
    if one.wish is Wish.OUT:
        return AgentLoggedOut(one.agent)
    if one.wish is Wish.BREAK:
        return AgentPaused(one.agent, ON_BREAK)
    return None if one.state is READY or one.state is RINGING else AgentReady(one.agent)
