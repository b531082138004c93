"""The kernel: events and instants in, actions and entries out.

It decides everything about calls, queues and agents, and nothing else does. Same events in, same entries out, bit for
bit; it never raises on what the world can do. Each event has a row in `routing.table` for every state, or is late.
"""

from typing import NamedTuple

from queues.entries import Entry, LateEventSeen, RoutingPaused
from queues.ids import AgentId, CallId, Instant
from queues.moved_entries import NOT_LISTED_YET
from routing.actions import Action
from routing.deadlines import DeadlineKind
from routing.events import CallerHungUp, Event, PhoneStateChanged, Tick
from routing.limits import keep_within, watch_for_nobody
from routing.pairing import match
from routing.plan import Plan
from routing.replacing import replace
from routing.state import CallState, Centre
from routing.table import AGENT_EVENTS, CALL_EVENTS, DEADLINES, RANKS, WORLD_EVENTS
from routing.waiting import settle
from routing.why import weigh
from routing.widening import widen


class Step(NamedTuple):
    """What one event led to: do this, in this order; remember that, in that order."""

    actions: tuple[Action, ...]
    entries: tuple[Entry, ...]


class Kernel:
    """One municipality's calls, agents and queues. Not for several threads.

    `first_offer`: offers get larger ids than this, so that those of an earlier engine are told apart. `linked`: False
    makes no offers until the world has been listed once. `explain`: each decision keeps who was weighed and why they
    were passed over; what is decided is the same.
    """

    def __init__(self, plan: Plan, *, first_offer: int = 0, linked: bool = True, explain: bool = False) -> None:
        self.centre = Centre(plan, first_offer)
        self._weigh = weigh if explain else None
        if not linked:
            self.centre.paused = NOT_LISTED_YET
        self._begins = not linked
        """Whether the first step has yet to tell that an engine begins."""

    def handle(self, event: Event, now: Instant) -> Step:
        """The event has happened at `now` (ms, never earlier than before), and what it leads to is decided."""
        centre = self.centre
        centre.now = max(centre.now, now)
        if self._begins:
            self._begins = False
            centre.entries.append(RoutingPaused(centre.now, NOT_LISTED_YET))
        self._expire(RANKS.get(type(event)))
        self._take(event)
        self._decide()
        return self._step()

    def expire(self, now: Instant) -> Step:
        """Everything due at `now` has happened."""
        return self.handle(Tick(), now)

    def next_deadline(self) -> int | None:
        """When to call `expire` at the latest (ms), None for never."""
        return self.centre.deadlines.next_at()

    def replace_plan(self, plan: Plan, now: Instant) -> Step:
        """New calls follow `plan`. Queues and agents that it drops stay until nobody uses them."""
        centre = self.centre
        centre.now = max(centre.now, now)
        self._expire(None)
        replace(centre, plan)
        self._decide()
        return self._step()

    # ── one step ────────────────────────────────────────────────────────────────────────────────────────────────
    def _step(self) -> Step:
        centre = self.centre
        step = Step(tuple(centre.actions), tuple(centre.entries))
        centre.actions.clear()
        centre.entries.clear()
        return step

    def _expire(self, before: DeadlineKind | None) -> None:
        centre = self.centre
        while (deadline := centre.deadlines.pop_due(centre.now, before)) is not None:
            DEADLINES[deadline.kind](self.centre, deadline.owner)
            self._decide()

    def _take(self, event: Event) -> None:
        kind = type(event)
        if kind in WORLD_EVENTS:
            before = self.centre.paused or "running"
            if WORLD_EVENTS[kind](self.centre, event) is False:
                self._is_late(event, getattr(event, "call", ""), before)
        elif kind in AGENT_EVENTS:
            self._take_of_agent(event, getattr(event, "agent"))  # noqa: B009 - each has one
        else:
            self._take_of_call(event, getattr(event, "call"))  # noqa: B009 - each has one

    def _take_of_agent(self, event: Event, agent: AgentId) -> None:
        person = self.centre.people.get(agent)
        if person is None:
            self._is_late(event, agent, "unknown")
            return
        before = person.state
        willed = not person.partner or isinstance(event, PhoneStateChanged)  # a line has no will of its own
        if not (willed and AGENT_EVENTS[type(event)](self.centre, person, event)):
            self._is_late(event, agent, before.value)

    def _take_of_call(self, event: Event, call_id: CallId) -> None:
        call = self.centre.calls.get(call_id)
        if call is None:
            if isinstance(event, CallerHungUp):
                self.centre.is_over(call_id, entered=False)
            self._is_late(event, call_id, "ended")
            return
        before = call.state
        handler = CALL_EVENTS[before, type(event)].handler
        if handler is None or handler(self.centre, call, event) is False:
            self._is_late(event, call_id, before.value)
        else:
            call.known_at_ms = self.centre.now

    def _is_late(self, event: Event, subject: str, state: str) -> None:
        """It is remembered that the event meant nothing any more."""
        self.centre.entries.append(LateEventSeen(self.centre.now, type(event).__name__, subject, state))

    # ── deciding ────────────────────────────────────────────────────────────────────────────────────────────────
    def _decide(self) -> None:
        centre = self.centre
        looked = False
        while widen(centre) or not looked or (centre.new_calls and not centre.paused):
            looked = True
            if not centre.paused:
                match(centre, self._weigh)
            keep_within(centre)
        if centre.watch.unattended:
            watch_for_nobody(centre)
        if centre.unsettled:
            for call_id, new in tuple(centre.unsettled.items()):
                call = centre.calls.get(call_id)
                if call is not None and call.state is CallState.WAITING:
                    settle(centre, call, new=new)
            centre.unsettled.clear()
