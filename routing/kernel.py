"""The kernel: events and instants in, actions and entries out.

It decides everything about calls, queues and agents, and nothing else does. Same events in, same entries out, bit for
bit; it never raises on what the world can do. Each event has a row in `routing.table` for every state, or is late.
"""

from typing import NamedTuple

from queues.agents import AgentState
from queues.entries import Entry, LateEventSeen, PlanReplaced
from queues.ids import CallId, Instant, QueueId
from routing import matching
from routing.actions import Action
from routing.callers import settle
from routing.circles import OWN_LEVEL, Circles
from routing.deadlines import Deadline, DeadlineKind
from routing.events import Event, Tick
from routing.offers import offer
from routing.plan import Discipline, Plan
from routing.state import Call, CallState, Centre
from routing.table import AGENT_EVENTS, CALL_EVENTS, DEADLINES, RANKS, WORLD_EVENTS

DISCIPLINES = {
    Discipline.OWN_FIRST: matching.OWN_FIRST,
    Discipline.LONGEST_WAIT: matching.LONGEST_WAIT,
    Discipline.NEAREST_TARGET: matching.NEAREST_TARGET,
}


class Step(NamedTuple):
    """What one event led to: do this, in this order; remember that, in that order."""

    actions: tuple[Action, ...]
    entries: tuple[Entry, ...]


class Kernel:
    """One municipality's calls, agents and queues. Not for several threads.

    `first_offer`: offers get larger ids than this, so that those of an earlier engine are told apart. `linked`: False
    makes no offers until the world has been listed once.
    """

    def __init__(self, plan: Plan, *, first_offer: int = 0, linked: bool = True) -> None:
        self.centre = Centre(plan, first_offer)
        if not linked:
            self.centre.paused = "not_listed_yet"

    def handle(self, event: Event, now: Instant) -> Step:
        """The event has happened at `now` (ms, never earlier than before), and what it leads to is decided."""
        centre = self.centre
        centre.now = max(centre.now, now)
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
        busy = {call.queue for call in centre.calls.values() if call.queue} - set(plan.queues)
        staying = {
            agent: centre.plan.agents[agent]
            for agent, person in centre.people.items()
            if agent not in plan.agents and person.state in {AgentState.RINGING, AgentState.TALKING}
        }
        for agent in set(centre.people) - set(plan.agents) - set(staying):
            centre.deadlines.cancel_all(agent)
        merged = Plan(
            **{name: getattr(plan, name) for name in plan.__slots__}
            | {
                "queues": {**plan.queues, **{q: centre.plan.queues[q] for q in busy}},
                "agents": {**plan.agents, **staying},
                "menus": {**centre.plan.menus, **plan.menus},
            },
        )
        centre.plan, centre.circles = merged, Circles(merged)
        centre.seat_everybody()
        centre.entries.append(PlanReplaced(centre.now, plan.digest))
        centre.everybody_is_new()
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
            self._fall_due(deadline)
            self._decide()

    def _fall_due(self, deadline: Deadline) -> None:
        DEADLINES[deadline.kind](self.centre, deadline.owner)

    def _take(self, event: Event) -> None:
        kind = type(event)
        if handle_world := WORLD_EVENTS.get(kind):
            if handle_world(self.centre, event) is False:
                self._late(event, "", self.centre.paused or "running")
            return
        if handle_agent := AGENT_EVENTS.get(kind):
            person = self.centre.people.get(getattr(event, "agent"))  # noqa: B009 - every agent event has one
            if person is None:
                self._late(event, getattr(event, "agent"), "unknown")  # noqa: B009
            elif handle_agent(self.centre, person, event) is False:
                self._late(event, person.id, person.state.value)
            return
        call = self.centre.calls.get(getattr(event, "call"))  # noqa: B009 - every other event is about a call
        if call is None:
            self._late(event, getattr(event, "call"), "ended")  # noqa: B009
            return
        row = CALL_EVENTS[call.state, kind]
        if row.handler is None or row.handler(self.centre, call, event) is False:
            self._late(event, call.id, call.state.value)

    def _late(self, event: Event, subject: str, state: str) -> None:
        self.centre.entries.append(LateEventSeen(self.centre.now, type(event).__name__, subject, state))

    # ── matching ────────────────────────────────────────────────────────────────────────────────────────────────
    def _decide(self) -> None:
        centre = self.centre
        if not centre.paused:
            self._match()
        if centre.unsettled:
            for call_id, new in tuple(centre.unsettled.items()):
                call = centre.calls.get(call_id)
                if call is not None and call.state is CallState.WAITING:
                    settle(centre, call, new=new)
            centre.unsettled.clear()

    def _match(self) -> None:
        """No eligible pair is left apart: any new pair holds a call or a person that changed in this step."""
        centre = self.centre
        if centre.new_people and centre.circles.keeps:
            centre.new_people.update(dict.fromkeys(sorted(centre.ready)))
        while centre.new_people:
            a = min(centre.new_people, key=lambda i: (centre.ready_since[i], i))
            del centre.new_people[a]
            if (call := self._call_for(a)) is not None:
                offer(centre, call, centre.people[centre.circles.agents[a]])
        while centre.new_calls:
            call_id = min(centre.new_calls, key=self._place)
            del centre.new_calls[call_id]
            call = centre.calls[call_id]
            if (a := self._agent_for(call)) >= 0:
                offer(centre, call, centre.people[centre.circles.agents[a]])

    def _place(self, call: CallId) -> tuple[int, int, int]:
        record = self.centre.calls[call]
        return (-record.priority, record.entered_at_ms, record.sequence)

    def _agent_for(self, call: Call) -> int:
        centre, circles, queue = self.centre, self.centre.circles, call.queue
        return matching.choose_agent(
            tuple(centre.ready),
            call.open_step,
            circles.pair_step[queue],
            circles.cleared(call.clearance),
            circles.own[queue],
            self._lendable() if circles.keeps else circles.everybody,
            circles.level[queue],
            circles.queue_count,
            centre.ready_since,
        )

    def _call_for(self, a: int) -> Call | None:
        centre, circles = self.centre, self.centre.circles
        discipline = DISCIPLINES[centre.plan.discipline]
        lendable = self._may_lend(a)
        best: Call | None = None
        for queue in circles.reach[a]:
            call = self._first_eligible(a, queue, lendable)
            if call is not None and (best is None or self._goes_first(discipline, a, call, best)):
                best = call
        return best

    def _first_eligible(self, a: int, queue: QueueId, lendable: int) -> Call | None:
        centre, circles = self.centre, self.centre.circles
        pair_step, own = circles.pair_step[queue][a], circles.own[queue][a]
        for waiting in centre.lines[queue]:
            call = centre.calls[waiting.call]
            if matching.eligible(call.open_step, pair_step, circles.cleared(call.clearance)[a], own, lendable):
                return call
        return None

    def _goes_first(self, discipline: int, a: int, call: Call, other: Call) -> bool:
        rank = self.centre.circles.rank[a]
        queues = self.centre.plan.queues
        return matching.call_goes_first(
            discipline,
            self.centre.now,
            call.priority,
            rank.get(call.queue, matching.NEVER),
            call.entered_at_ms,
            queues[call.queue].answer_target_ms,
            call.sequence,
            other.priority,
            rank.get(other.queue, matching.NEVER),
            other.entered_at_ms,
            queues[other.queue].answer_target_ms,
            other.sequence,
        )

    def _lendable(self) -> list[int]:
        return [self._may_lend(a) for a in range(len(self.centre.circles.agents))]

    def _may_lend(self, a: int) -> int:
        """1 if each of the agent's own queues has more ready people of its own than it keeps for itself."""
        centre, circles = self.centre, self.centre.circles
        if not circles.keeps:
            return 1
        for queue in circles.own_queues[a]:
            keeps = centre.plan.queues[queue].lend_when_ready_over
            if keeps and sum(1 for b in centre.ready if circles.level[queue][b] >= OWN_LEVEL) <= keeps:
                return 0
        return 1
