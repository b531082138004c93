"""What the call log tells of each call and each person, as a simulation wants it: one record a call.

A number is a pseudonym already in the log; it serves to see who rang again, and is shown to nobody.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ivr.call_log.reading import CallLogReader
from ivr.config.site import Site
from queues.agents import AgentState, NotReadyReason
from queues.entries import (
    AgentStateChanged,
    CallAnswered,
    CallbackPromised,
    CallEnded,
    CallEntered,
    CallOffered,
    CallQueued,
    CallRecovered,
    CallReturned,
    Entry,
    MenuChoiceMade,
    OfferEnded,
    OfferResult,
    Outcome,
    TalkEnded,
)
from queues.ids import AgentId, CallId, MenuId, QueueId, partner_of
from queues.name_entries import PersonRung
from queues.transfer_entries import CallTransferred
from simulator.world import PARTNER_LEVEL

_OF_CALLS = (
    CallEntered,
    CallRecovered,
    MenuChoiceMade,
    CallQueued,
    CallOffered,
    OfferEnded,
    CallAnswered,
    CallReturned,
    CallTransferred,
    CallbackPromised,
    PersonRung,
    TalkEnded,
    CallEnded,
    AgentStateChanged,
)
_LATEST_END_MS = 6 * 3_600_000
"""So long after the span that is asked for a call of it is still followed."""
_SERVED = frozenset({Outcome.ANSWERED, Outcome.OVERFLOWED_EXTERNAL, Outcome.CALLBACK_KEPT})
_BUSY = frozenset({AgentState.TALKING, AgentState.WRAP_UP})
_OURS = frozenset(reason.value for reason in NotReadyReason if reason)
"""Why somebody is not ready when the engine decided it: no pause of their own."""


@dataclass(slots=True)
class LoggedCall:
    """One call. Instants (ms) and spans are None for what did not happen, or is not known."""

    call: CallId
    number: str
    caller: str
    """A pseudonym; "" if none was shown."""
    entered_ms: int
    recovered: bool = False
    """An engine learnt of it from Asterisk: what went before is not known for certain."""
    keys: tuple[str, ...] = ()
    """What decided, menu by menu; "" is silence, and whatever ended as silence does."""
    queue: QueueId = QueueId("")
    """The first line it stood in."""
    queued_ms: int | None = None
    answered_ms: int | None = None
    """When somebody answered first."""
    answered_in: QueueId = QueueId("")
    agent: AgentId = AgentId("")
    level: int = 0
    talk_ms: int | None = None
    """Of the first talk."""
    wrap_up_ms: int | None = None
    transfers: int = 0
    by_name: bool = False
    """Somebody of the directory was rung."""
    promised_ms: int | None = None
    """When a callback was promised: from then on nobody waits on the line."""
    ended_ms: int | None = None
    outcome: Outcome | None = None
    _menu: MenuId = MenuId("")

    @property
    def in_line_ms(self) -> int | None:
        """How long the caller stayed in line, from the first one on; None if in none, or not known how long."""
        until = min((at for at in (self.answered_ms, self.promised_ms, self.ended_ms) if at is not None), default=None)
        return None if until is None or self.queued_ms is None or self.recovered else until - self.queued_ms

    @property
    def pressed_callback_ms(self) -> int | None:
        """How long they stood in line before they asked to be rung back; None if they did not."""
        if self.promised_ms is None or (self.answered_ms is not None and self.answered_ms < self.promised_ms):
            return None
        return self.in_line_ms

    @property
    def served(self) -> bool:
        """Whether somebody spoke to the caller, on this call or when they were rung back."""
        return self.outcome in _SERVED

    @property
    def hung_up_in_line(self) -> bool:
        """Whether it was the caller who ended the wait."""
        return self.outcome is Outcome.ABANDONED and self.answered_ms is None and self.promised_ms is None


@dataclass(frozen=True, slots=True)
class LoggedOffer:
    """How one phone of ours was picked up, or was not."""

    rang_ms: int
    missed: bool


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody at work, as they themselves have it: logged in from and to, and their own pauses within. ms."""

    agent: AgentId
    from_ms: int
    to_ms: int
    pauses: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class LoggedSpan:
    """All that the log has of a span of time."""

    from_ms: int
    to_ms: int
    calls: list[LoggedCall] = field(default_factory=list)
    """By instant of entering."""
    offers: list[LoggedOffer] = field(default_factory=list)
    """To people of ours."""
    presences: list[Presence] = field(default_factory=list)


def opened(place: Path) -> CallLogReader:
    """The log of a home, or a log's own file. Raises CallLogUnreadableError."""
    if place.is_dir():
        site = Site(place)
        return CallLogReader(site.database_path, site.journal_path)
    return CallLogReader(place)


def read(log: CallLogReader, from_ms: int, to_ms: int) -> LoggedSpan:
    """The calls that entered in [from_ms, to_ms), followed to their ends, and who was there meanwhile."""
    gathering = _Gathering(LoggedSpan(from_ms, to_ms), log.agent_states_at(from_ms))
    for entry in log.entries_between(from_ms, to_ms + _LATEST_END_MS, _OF_CALLS):
        gathering.note(entry)
    return gathering.done()


class _Gathering:
    """Takes entries in their order."""

    def __init__(self, found: LoggedSpan, states: dict[AgentId, AgentState]) -> None:
        self._found = found
        self._calls: dict[CallId, LoggedCall] = {}
        self._offered: dict[tuple[CallId, int], CallOffered] = {}
        self._last_talk: dict[AgentId, LoggedCall] = {}
        self._wraps_since: dict[AgentId, int] = {}
        self._people: dict[AgentId, _Days] = {}
        for agent, state in states.items():
            self._person(agent).change(found.from_ms, state, "")

    def note(self, entry: Entry) -> None:
        match entry:
            case CallEntered() if entry.at_ms < self._found.to_ms:
                known = LoggedCall(entry.call, entry.number, entry.caller, entry.at_ms)
                self._calls.setdefault(entry.call, known)
            case AgentStateChanged():
                self._person_changed(entry)
            case CallOffered():
                self._offered[entry.call, entry.offer] = entry
            case OfferEnded():
                if entry.result is OfferResult.NO_ANSWER and not partner_of(entry.agent):
                    self._found.offers.append(LoggedOffer(entry.rang_ms, missed=True))
            case _:
                call = self._calls.get(getattr(entry, "call", CallId("")))
                if call is not None:
                    self._of_call(call, entry)

    def _of_call(self, call: LoggedCall, entry: Entry) -> None:
        match entry:
            case MenuChoiceMade():
                _key_pressed(call, entry)
            case CallQueued() if call.queued_ms is None:
                call.queue, call.queued_ms = entry.queue, entry.at_ms
            case CallRecovered():
                call.recovered = True
            case CallAnswered():
                self._answered(call, entry)
            case CallReturned():
                call.answered_ms = call.talk_ms = call.wrap_up_ms = None
            case TalkEnded() if call.talk_ms is None and entry.agent == call.agent:
                call.talk_ms = entry.talk_ms
                call.wrap_up_ms = 0
                self._last_talk[entry.agent] = call
            case CallEnded():
                call.outcome, call.ended_ms = entry.outcome, entry.at_ms
                if entry.outcome is Outcome.ABANDONED:  # hung up as the phone was answered: answered by nobody (F40)
                    call.answered_ms = call.talk_ms = call.wrap_up_ms = None
            case _:
                _marked(call, entry)

    def _answered(self, call: LoggedCall, entry: CallAnswered) -> None:
        offer = self._offered.get((entry.call, entry.offer))
        partner = bool(partner_of(entry.agent))
        if offer and not partner:
            self._found.offers.append(LoggedOffer(entry.at_ms - offer.at_ms, missed=False))
        if call.answered_ms is None:
            call.answered_ms, call.answered_in, call.agent = entry.at_ms, entry.queue, entry.agent
            call.level = PARTNER_LEVEL if partner else offer.level if offer else 0

    def _person_changed(self, entry: AgentStateChanged) -> None:
        if partner_of(entry.agent):
            return
        if entry.after is AgentState.WRAP_UP:
            self._wraps_since[entry.agent] = entry.at_ms
        elif entry.before is AgentState.WRAP_UP and entry.agent in self._wraps_since:
            since = self._wraps_since.pop(entry.agent)
            call = self._last_talk.pop(entry.agent, None)
            if call is not None:
                call.wrap_up_ms = entry.at_ms - since
        if entry.at_ms < self._found.to_ms:
            self._person(entry.agent).change(entry.at_ms, entry.after, entry.reason)

    def _person(self, agent: AgentId) -> "_Days":
        return self._people.setdefault(agent, _Days(agent))

    def done(self) -> LoggedSpan:
        self._found.calls = sorted(self._calls.values(), key=lambda call: (call.entered_ms, call.call))
        self._found.presences = sorted(
            (one for person in self._people.values() for one in person.presences(self._found.to_ms)),
            key=lambda one: (one.agent, one.from_ms),
        )
        return self._found


class _Days:
    """One person's comings, pauses and goings, as they wished them.

    Whoever goes to a pause, or home, right from a call has wanted to for a while, and nobody knows since when: it is
    taken to be since the middle of the call. Were it its end, a replayed person would take another call before it.
    """

    def __init__(self, agent: AgentId) -> None:
        self._agent = agent
        self._in_since: int | None = None
        self._busy_since: int | None = None
        self._pause_since: int | None = None
        self._pauses: list[tuple[int, int]] = []
        self._done: list[Presence] = []

    def change(self, at_ms: int, state: AgentState, reason: str) -> None:
        if self._pause_since is not None:
            self._pauses.append((self._pause_since, at_ms))
            self._pause_since = None
        wished_ms = at_ms if self._busy_since is None else (self._busy_since + at_ms) // 2
        if state not in _BUSY:
            self._busy_since = None
        elif self._busy_since is None:
            self._busy_since = at_ms
        if state is AgentState.LOGGED_OUT:
            self._leaves(wished_ms)
            return
        if self._in_since is None:
            self._in_since = at_ms
        if state is AgentState.NOT_READY and reason not in _OURS:
            self._pause_since = wished_ms

    def _leaves(self, at_ms: int) -> None:
        if self._in_since is not None and at_ms > self._in_since:
            pauses = tuple((begin, end) for begin, end in self._pauses if end > begin)
            self._done.append(Presence(self._agent, self._in_since, at_ms, pauses))
        self._in_since, self._pauses = None, []

    def presences(self, to_ms: int) -> Iterator[Presence]:
        """What they did up to that instant, when all still there are taken to leave."""
        self.change(to_ms, AgentState.LOGGED_OUT, "")
        yield from self._done


def _marked(call: LoggedCall, entry: Entry) -> None:
    match entry:
        case CallTransferred():
            call.transfers += 1
        case CallbackPromised() if call.promised_ms is None:
            call.promised_ms = entry.at_ms
        case PersonRung():
            call.by_name = True


def _key_pressed(call: LoggedCall, entry: MenuChoiceMade) -> None:
    """The last word in each menu counts: what was repeated or wrong led nowhere."""
    if entry.meaning == "repeat":
        return
    key = entry.key if entry.meaning in {"choice", "human"} else ""
    before = call.keys[:-1] if call._menu == entry.menu else call.keys  # noqa: SLF001 -- of this file
    call.keys, call._menu = (*before, key), entry.menu  # noqa: SLF001


def redials(calls: Iterable[LoggedCall], within_ms: int) -> dict[CallId, LoggedCall]:
    """By call: the call of the same caller, not served, that it follows within so long."""
    last: dict[str, LoggedCall] = {}
    followed: dict[CallId, LoggedCall] = {}
    for call in calls:
        before = last.get(call.caller) if call.caller else None
        if before and unserved(before) and 0 <= call.entered_ms - (before.ended_ms or 0) <= within_ms:
            followed[call.call] = before
        last[call.caller] = call
    return followed


def unserved(call: LoggedCall) -> bool:
    """Whether it ended without anybody's answer or promise."""
    return call.outcome in {Outcome.ABANDONED, Outcome.TURNED_AWAY, Outcome.CLOSED}
