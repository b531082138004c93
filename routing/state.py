"""What the kernel knows at this instant: every call, every person, every line, and the deadlines.

`Centre` is the only thing that changes. Its methods are the small moves of which every rule is made, and each leaves
the lines, the deadlines and what is remembered in agreement.
"""

from queues.agents import CHANGES, AgentState, PhoneState
from queues.entries import AgentStateChanged, CallEnded, CallQueued, Entry, Outcome
from queues.forecasts import Forecasts
from queues.ids import AgentId, CallId, Clearance, Instant, MenuId, OfferId, PartnerId, QueueId
from queues.line import Line, place
from queues.operator_entries import ParkingEnded
from routing.actions import Action, EndCall, KeepPapers
from routing.bounds import KeptPlace, Watch
from routing.circles import Circles
from routing.deadlines import DeadlineKind, Deadlines
from routing.handed import let_go
from routing.moves import Move
from routing.outside import PartnerMemory
from routing.parked import unpark, waits_for
from routing.parties import NO_OFFER, NO_QUEUE, NOBODY, RINGING, Call, CallState, Person
from routing.plan import FAR_FUTURE_MS, Menu, Plan, PlanStep, Queue, TargetKind
from routing.secrecy import risen
from routing.switches import Switches
from routing.told import Told

__all__ = ["NOBODY", "NO_OFFER", "NO_QUEUE", "RINGING", "RULES_OF_NO_QUEUE", "Call", "CallState", "Centre", "Person"]

RULES_OF_NO_QUEUE = Queue(NO_QUEUE, (PlanStep(0, TargetKind.ANY),))
"""For a call found talking or ringing without papers that name a queue of the plan."""
WITH_A_CALL = frozenset({AgentState.RINGING, AgentState.TALKING})
OVER_KEPT = 10_000
"""How many ended calls are remembered, so that a late word about one is known to be late."""


class Centre:
    """All that the kernel knows, and what it has decided in the step under way."""

    def __init__(self, plan: Plan, first_offer: int) -> None:
        self.plan = plan
        self.written = plan
        """The plan as it was given, with nobody moved."""
        self.moves: dict[AgentId, Move] = {}
        """Who answers in other lines than those written, in the order in which they were moved."""
        self.circles = Circles(plan)
        self.now = Instant(0)
        self.calls: dict[CallId, Call] = {}
        self.people: dict[AgentId, Person] = {}
        self.lines: dict[QueueId, Line] = {}
        self.deadlines = Deadlines()
        self.switches = Switches()
        self.forecasts = Forecasts()
        self.watch = Watch()
        self.partners: dict[PartnerId, PartnerMemory] = {}
        self.actions: list[Action] = []
        self.entries: list[Entry] = []
        self.ready: set[int] = set()
        """Indices of people who are ready and whose phone is idle."""
        self.logged_in: set[int] = set()
        self.ready_since: list[int] = []
        self.paused = ""
        """Why no offers are made; "" when they are."""
        self.new_calls: dict[CallId, None] = {}
        """Waiting calls that may have become eligible in this step, in order."""
        self.new_people: dict[int, None] = {}
        """People who may have become eligible in this step."""
        self.unopened: dict[CallId, None] = {}
        """Waiting calls for which a step may open in this step, in order."""
        self.narrowed: dict[tuple[Clearance, str, QueueId, int], list[int]] = {}
        """The rows of `eligibility`, until somebody comes or goes."""
        self.offering: dict[MenuId, Menu] = {}
        """The plan's menus as they are read to whoever may choose another language, once they have been."""
        self.unsettled: dict[CallId, bool] = {}
        """Calls that hear nothing yet if nobody takes them in this step → whether they are new in line."""
        self.kept_places: dict[str, KeptPlace] = {}
        """By number: the place of somebody who hung up in line."""
        self.parked: dict[CallId, None] = {}
        """The calls that somebody has parked."""
        self.over: dict[CallId, bool] = {}
        """The calls that ended lately → whether they had entered; False if only their hang-up is known."""
        self.listed_at_ms = Instant(0)
        """When the newest list taken was asked for."""
        self.plan_at_ms = Instant(0)
        """When the plan was last replaced: a talk from before may go against it."""
        self.surveyable = 0
        """How many callers could have been asked after their talk."""
        self._sequence = 0
        self._offer = first_offer
        self.seat_everybody()

    def seat_everybody(self) -> None:
        """Every agent and queue of the plan exists, and indices follow the plan's order."""
        self.people = {agent: self.people.get(agent) or Person(agent, i) for i, agent in enumerate(self.circles.seats)}
        for i, person in enumerate(self.people.values()):
            person.index = i
        people = tuple(self.people.values())
        self.ready_since = [person.since_ms for person in people]
        self.ready = {p.index for p in people if p.state is AgentState.READY and p.phone is PhoneState.IDLE}
        self.logged_in = {p.index for p in people if p.state is not AgentState.LOGGED_OUT}
        self.lines = {queue: self.lines.get(queue) or Line() for queue in self.plan.queues}
        self.narrowed, self.offering = {}, {}
        for partner in self.plan.partners:
            self.partners.setdefault(partner, PartnerMemory(self.plan.partners[partner].lines))
            self.deadlines.set(f"{partner}/", DeadlineKind.PARTNER_DUE, self.now)
        self.highest_priority = max((queue.priority for queue in self.plan.queues.values()), default=0)

    # ── calls ───────────────────────────────────────────────────────────────────────────────────────────────────
    def new_call(self, call: CallId, number: str, caller: str, language: str) -> Call:
        """A call that is known from now on."""
        self._sequence += 1
        record = Call(call, self._sequence, number, caller, language, self.now)
        self.calls[call] = record
        return record

    def next_offer(self) -> OfferId:
        """An id no offer has had."""
        self._offer += 1
        return OfferId(self._offer)

    def queue_of(self, call: Call) -> Queue:
        """The rules of the line the call stands in."""
        return self.plan.queues.get(call.queue, RULES_OF_NO_QUEUE)

    def move(self, call: Call, state: CallState) -> None:
        """The call is in this state, as of now."""
        if call.parked is not None and state is not CallState.PARKED:
            by = call.parked.by
            unpark(self, call)
            self.entries.append(ParkingEnded(self.now, call.id, by, call.queue, reached=False, reason="lost"))
        call.state = state
        call.known_at_ms = self.now

    def enqueue(self, call: Call, queue: QueueId, reason: str, *, quietly: bool = False) -> None:
        """The call waits in `queue`, in the place its first entering gave it, and needs at least its clearance."""
        rules = self.plan.queues[queue]
        if not call.entered_at_ms:
            call.entered_at_ms = self.now
        if call.queue != queue or not call.bounds.queued_at_ms:
            let_go(self, call)
            call.handed.free()
            call.bounds.enters(call.entered_at_ms if quietly else self.now)
            call.told = Told()
            self.forecasts.gave_up(call.id, self.now)
        call.queue = queue
        call.priority = max(call.priority, rules.priority)
        call.clearance = risen(call.clearance, rules.clearance)
        call.open_steps = 0
        call.closes_at_ms = self.switches.line_closes_at(rules, call.entered_at_ms, self.now)
        call.message_at_ms = Instant(self.now + (rules.message_every_ms if quietly else rules.first_message_ms))
        self.entries.append(
            CallQueued(self.now, call.id, queue, call.entered_at_ms, call.clearance, reason),
        )
        self.actions.append(KeepPapers(call.id, call.papers()))
        self.deadlines.cancel_all(call.id)  # those of another line are not this one's
        self.wait(call, new=not quietly)

    def wait(self, call: Call, *, new: bool = False) -> None:
        """The call stands in its line and may be matched in this very step."""
        self.move(call, CallState.WAITING)
        call.offer = NO_OFFER
        call.agent = NOBODY
        call.adopted = False
        self.line_up(call)
        self.deadlines.set(call.id, DeadlineKind.MESSAGE_DUE, call.message_at_ms)
        if call.handed.until_ms:
            self.deadlines.set(call.id, DeadlineKind.TRANSFER_ENDS, call.handed.until_ms)
        # Hours may have been forced, or the plan replaced, while a phone rang or a talk that was none went on.
        self.close_in_time(call)
        self.bound(call)
        if self.now < call.legs.home_until_ms < FAR_FUTURE_MS:
            self.deadlines.set(call.id, DeadlineKind.OUTSIDE_AGAIN, call.legs.home_until_ms)
        self.unsettled[call.id] = new

    def close_in_time(self, call: Call) -> None:
        """The call in line is told that the line has closed, once it has; never, if it does not close."""
        call.closes_at_ms = self.switches.line_closes_at(self.queue_of(call), call.entered_at_ms, self.now)
        if call.closes_at_ms:
            self.deadlines.set(call.id, DeadlineKind.LINE_CLOSES, call.closes_at_ms)
        else:
            self.deadlines.cancel(call.id, DeadlineKind.LINE_CLOSES)

    def bound(self, call: Call) -> None:
        """The waiting call has the end that its line puts to every wait, if it does."""
        limit = self.plan.queues[call.queue].max_wait
        if limit is None or call.bounds.waited_out or call.handed.until_ms:
            self.deadlines.cancel(call.id, DeadlineKind.WAIT_ENDS)
        else:
            ends_ms = max(call.bounds.queued_at_ms + limit.over, self.now)
            self.deadlines.set(call.id, DeadlineKind.WAIT_ENDS, ends_ms)

    def line_up(self, call: Call) -> None:
        """The call has its place among those who stand in the line, with a caller or without."""
        call.search = None
        call.place = place(call.priority, call.entered_at_ms, call.sequence, call.id)
        self.lines[call.queue].enter(call.place)
        self.forecasts.entered(call.queue, self.lines[call.queue], self.now)
        self.unopened[call.id] = None
        self.watch.changed[call.queue] = None
        if self.lines[call.queue].position(call.place) < len(self.lines[call.queue]):
            self.watch.moved[call.queue] = None
        self.new_calls[call.id] = None

    def leave_line(self, call: Call) -> None:
        """The call stands in no line."""
        if call.place is not None:
            self.lines[call.queue].leave(call.place)
            self.forecasts.left(call.queue, self.lines[call.queue], self.now)
            self.watch.changed[call.queue] = self.watch.moved[call.queue] = None
            self.watch.held[call.queue].pop(call.id, None)
            call.place = None
        self.new_calls.pop(call.id, None)
        self.unopened.pop(call.id, None)
        self.unsettled.pop(call.id, None)

    def end(self, call: Call, outcome: Outcome, reason: str) -> None:
        """The call has its outcome and is forgotten; it owns no deadline and stands in no line."""
        wait = call.handed.waited_until(call.entered_at_ms, call.answered_at_ms or self.now)
        let_go(self, call)
        if call.parked is not None:
            unpark(self, call)
        self.entries.append(CallEnded(self.now, call.id, outcome, call.state.value, call.queue, wait, reason))
        self.leave_line(call)
        self.forecasts.gave_up(call.id, self.now)
        self.deadlines.cancel_all(call.id)
        del self.calls[call.id]
        self.is_over(call.id, entered=True)

    def is_over(self, call: CallId, *, entered: bool) -> None:
        """It is remembered for a while that this call has ended: it never begins again."""
        if call not in self.over:
            self.over[call] = entered
            if len(self.over) > OVER_KEPT:
                del self.over[next(iter(self.over))]

    def hang_up(self, call: Call, outcome: Outcome, reason: str) -> None:
        """We end the call, after something has been said or a talk has been had."""
        self.actions.append(EndCall(call.id))
        self.end(call, outcome, reason)

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────────
    def become(self, person: Person, state: AgentState, reason: str = "", until_ms: int = 0) -> None:
        """The person does this from now on; 0 is until something happens."""
        before = person.state
        if before is state and person.reason == reason and not until_ms:
            return
        assert before is state or state in CHANGES[before], f"{before} to {state}"  # noqa: S101 - a broken kernel must not go on
        person.state, person.reason, person.since_ms = state, reason, self.now
        if state not in WITH_A_CALL:
            person.call = CallId("")
        self.deadlines.cancel_all(person.id)
        if until_ms and state is AgentState.WRAP_UP:
            self.deadlines.set(person.id, DeadlineKind.WRAP_UP_ENDS, until_ms)
        elif until_ms:
            self.deadlines.set(person.id, DeadlineKind.PAUSE_ENDS, until_ms)
        if before is not state and AgentState.LOGGED_OUT in (before, state):
            self._staff_changed(person)
        self.refresh(person)
        self.entries.append(AgentStateChanged(self.now, person.id, before, state, reason, until_ms))

    def ends_by_itself(self, person: Person) -> bool:
        """Whether the person's pause is one that the engine made and will end."""
        return self.deadlines.at(person.id, DeadlineKind.PAUSE_ENDS) is not None

    def refresh(self, person: Person) -> None:
        """Whether the person can be offered a call is written down where matching looks."""
        if person.state is AgentState.READY and person.phone is PhoneState.IDLE:
            self.ready.add(person.index)
            self.ready_since[person.index] = person.since_ms
            self.new_people[person.index] = None
        else:
            self.ready.discard(person.index)
            self.new_people.pop(person.index, None)
        for queue in self.circles.own_queues[person.index]:
            self.watch.changed[queue] = None

    def everybody_is_new(self) -> None:
        """Every waiting call and every ready person is looked at in this step."""
        self.new_calls = {waiting.call: None for line in self.lines.values() for waiting in line}
        self.new_people = dict.fromkeys(sorted(self.ready))
        self.unopened.update(self.new_calls)

    def _staff_changed(self, person: Person) -> None:
        if person.state is AgentState.LOGGED_OUT:
            self.logged_in.discard(person.index)
            for call in waits_for(self, person.id):
                self.deadlines.set(call.id, DeadlineKind.PARK_ENDS, self.now)
            for line in self.lines.values():
                self.unopened.update((waiting.call, None) for waiting in line)
                # Who was kept from a call for somebody with its language or level may now be the one to take it.
                self.new_calls.update((w.call, None) for w in line if self._narrow(self.calls[w.call]))
        else:
            self.logged_in.add(person.index)
            for queue in self.circles.reach[person.index]:
                if self.plan.queues[queue].nobody_logged_in:
                    self.unopened.update((waiting.call, None) for waiting in self.lines[queue])
        self.narrowed.clear()

    def _narrow(self, call: Call) -> bool:
        return call.language != self.plan.language or call.handed.narrows
