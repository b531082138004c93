"""The laws that hold after every step of the kernel, whatever the world did.

`check` looks at what the kernel knows; `Witness` follows what it said and remembers what no snapshot can show. Each
returns the broken laws as sentences, none when all is well. Nothing here is asked by the kernel itself.
"""

from collections import Counter
from collections.abc import Iterator

from queues.agents import AgentState, PhoneState
from queues.entries import CallEnded, CallEntered, CallQueued, CallRecovered, Entry, LateEventSeen, Outcome
from queues.ids import UNKNOWN_CLEARANCE, AgentId, CallId, Clearance
from routing.actions import (
    ForgetCallback,
    LeaveToFallback,
    OfferCallback,
    OfferToAgent,
    OfferToPartner,
    RingPerson,
)
from routing.circles import OWN_LEVEL, names
from routing.deadlines import DeadlineKind
from routing.kernel import Kernel, Step
from routing.laws_by_hand import switches_end
from routing.laws_of_callbacks import OWNS, WrittenDown, promises_hold, stands
from routing.laws_of_lines import limits_hold, steps_open
from routing.laws_of_naming import rung_rightly, searches_end
from routing.laws_of_operators import moves_hold, parked_return
from routing.laws_of_partners import kept_at_home, lines_hold, sent_rightly
from routing.laws_of_transfers import kept_for_transfer, transfers_end
from routing.laws_of_waiting import callers_are_told
from routing.plan import Agent, Queue
from routing.secrecy import AND, may_hear
from routing.state import NO_OFFER, NOBODY, OVER_KEPT, Call, CallState, Centre, Person

WITH_SOMEBODY = {
    CallState.OFFERED: AgentState.RINGING,
    CallState.CALLBACK_OFFERED: AgentState.RINGING,
    CallState.CALLING_BACK: AgentState.TALKING,
    CallState.CONNECTING: AgentState.RINGING,
    CallState.TALKING: AgentState.TALKING,
}
_RINGS = {CallState.OFFERED, CallState.CALLBACK_OFFERED, CallState.CONNECTING}


def check(centre: Centre) -> list[str]:
    """The laws that `centre` breaks between two steps."""
    return [
        *_calls(centre),
        *_lines(centre),
        *_people(centre),
        *lines_hold(centre),
        *_deadlines(centre),
        *transfers_end(centre),
        *parked_return(centre),
        *moves_hold(centre),
        *searches_end(centre),
        *switches_end(centre),
        *promises_hold(centre),
        *steps_open(centre),
        *limits_hold(centre),
        *callers_are_told(centre),
        *_sizes(centre),
        *(() if centre.paused else _pairs(centre)),
    ]


def _calls(centre: Centre) -> Iterator[str]:
    for call in centre.calls.values():
        if (call.place is not None) != stands(call):
            yield f"{call.id} is {call.state} and {'has' if call.place else 'has no'} place in line"
        in_line = call.state in {CallState.WAITING, CallState.OFFERED} and not call.adopted
        if in_line and call.queue not in centre.plan.queues:
            yield f"{call.id} is {call.state} in no queue of the plan"
        if call.state not in WITH_SOMEBODY and (call.agent != NOBODY or call.offer != NO_OFFER):
            yield f"{call.id} is {call.state} and still has an offer or a person"
        if call.state in WITH_SOMEBODY:
            yield from _together(centre, call)
        if call.state is CallState.LEAVING and call.outcome is None:
            yield f"{call.id} leaves without an outcome"
        if call.id in centre.over:
            yield f"{call.id} is over and lives"
        if not 0 <= call.entered_at_ms <= centre.now:
            yield f"{call.id} entered at {call.entered_at_ms}, and it is {centre.now}"


def _together(centre: Centre, call: Call) -> Iterator[str]:
    """The call and its person point at each other, and the person may hear it."""
    person = centre.people.get(call.agent)
    if person is None:
        if call.state in _RINGS - {CallState.CONNECTING} or call.agent != NOBODY:
            yield f"{call.id} is {call.state} with {call.agent or 'nobody'}, who is not there"
        return
    if person.call != call.id or person.state is not WITH_SOMEBODY[call.state]:
        yield f"{call.id} is {call.state} with {person.id}, who is {person.state} with {person.call or 'nobody'}"
    # A talk may be older than the plan, or be what Asterisk has and nobody asked for; a ring is always in our hands.
    if call.state in _RINGS and not may_hear(centre.circles.agent[person.id].clearances, call.clearance):
        yield f"{call.id} needs {call.clearance} and rings {person.id}"


def _lines(centre: Centre) -> Iterator[str]:
    if set(centre.lines) != set(centre.plan.queues):
        yield "lines and queues differ"
    seen: Counter[CallId] = Counter()
    for queue, line in centre.lines.items():
        places = list(line)
        if places != sorted(places):
            yield f"the line of {queue} is out of order"
        for waiting in places:
            seen[waiting.call] += 1
            call = centre.calls.get(waiting.call)
            if call is None or call.place != waiting or call.queue != queue:
                yield f"{waiting.call} stands in the line of {queue} and does not know it"
    for call_id, times in seen.items():
        if times > 1:
            yield f"{call_id} stands in line {times} times"


def _people(centre: Centre) -> Iterator[str]:
    if tuple(centre.people) != centre.circles.seats:
        yield "people and agents differ"
    for i, person in enumerate(centre.people.values()):
        if person.index != i or centre.circles.seats[i] != person.id:
            yield f"{person.id} has the index of somebody else"
        busy = person.state in WITH_SOMEBODY.values()
        call = centre.calls.get(person.call)
        if busy != bool(person.call) or (busy and (call is None or call.agent != person.id)):
            yield f"{person.id} is {person.state} with {person.call or 'nobody'}"
        free = person.state is AgentState.READY and person.phone is PhoneState.IDLE
        if free != (i in centre.ready):
            yield f"{person.id} is {person.state}, phone {person.phone}, and in the ready set: {i in centre.ready}"
        if (person.state is not AgentState.LOGGED_OUT) != (i in centre.logged_in):
            yield f"{person.id} is {person.state}, and in the logged-in set: {i in centre.logged_in}"
        if person.intends is not None and not busy:
            yield f"{person.id} is {person.state} and still means to be {person.intends}"


def _deadlines(centre: Centre) -> Iterator[str]:
    """Every deadline has an owner who may have it, and who must have one has it."""
    owned = centre.deadlines.owned()
    elsewhere = {
        DeadlineKind.SWITCH_ENDS,
        DeadlineKind.PARTNER_DUE,
        DeadlineKind.PERSON_RING_ENDS,
        DeadlineKind.PARK_ENDS,
        DeadlineKind.MOVE_ENDS,
    }
    for owner, kind in [(owner, kind) for owner, kind in owned if kind not in elsewhere]:
        if kind in _MAY_OWN:
            person = centre.people.get(AgentId(owner))
            if person is None or person.state is not _MAY_OWN[kind]:
                yield f"{owner} owns {kind.name} and is {person.state if person else 'gone'}"
            continue
        call = centre.calls.get(CallId(owner))
        if call is None or call.state not in OWNS.get(kind, _MAY_WAIT):
            yield f"{owner} owns {kind.name} and is {call.state if call else 'over'}"
    for person in centre.people.values():
        if person.state is AgentState.WRAP_UP and (person.id, DeadlineKind.WRAP_UP_ENDS) not in owned:
            yield f"the wrap-up of {person.id} never ends"
        ours = person.state is AgentState.RINGING and not centre.calls[person.call].adopted
        if ours and not centre.paused and (person.id, DeadlineKind.RING_ENDS) not in owned:
            yield f"the phone of {person.id} rings for ever"
    for call in centre.calls.values():
        if call.state is CallState.WAITING and (call.id, DeadlineKind.MESSAGE_DUE) not in owned:
            yield f"{call.id} waits and is never told so"


_MAY_WAIT = {CallState.WAITING, CallState.OFFERED, CallState.PROMISED, CallState.CALLBACK_OFFERED}
_MAY_OWN = {
    DeadlineKind.WRAP_UP_ENDS: AgentState.WRAP_UP,
    DeadlineKind.PAUSE_ENDS: AgentState.NOT_READY,
    DeadlineKind.RING_ENDS: AgentState.RINGING,
}


def _sizes(centre: Centre) -> Iterator[str]:
    if centre.actions or centre.entries or centre.unsettled:
        yield "something of the last step is left"
    if len(centre.over) > OVER_KEPT:
        yield "too many ended calls are remembered"
    waiting = {call.id for call in centre.calls.values() if call.place is not None}
    if not set(centre.new_calls) <= waiting:
        yield "a call that does not wait is looked at"
    if not set(centre.new_people) <= centre.ready:
        yield "a person who is not ready is looked at"
    switched = len(centre.switches.forced) + 1 + len(centre.partners) + len(centre.moves)
    if len(centre.deadlines.owned()) > 6 * len(centre.calls) + len(centre.people) + switched:
        yield "more deadlines than calls and people can own"


def _pairs(centre: Centre) -> Iterator[str]:
    """No call waits for a ready person who may take it, by the words of the rule and not by the tables."""
    ready = [p for p in centre.people.values() if p.state is AgentState.READY and p.phone is PhoneState.IDLE]
    if not ready:
        return
    for call in centre.calls.values():
        if call.place is not None:
            for person in ready:
                if may_take(centre, call, person, ready):
                    yield f"{call.id} waits and {person.id} is ready for it"


def may_take(centre: Centre, call: Call, person: Person, ready: list[Person]) -> bool:
    """Whether the person is eligible for the call now (ROUTING.md: Circle, Matching, Secrecy)."""
    agent, queue = centre.circles.agent[person.id], centre.plan.queues[call.queue]
    if not may_hear(agent.clearances, call.clearance) or not may_hear(agent.clearances, queue.clearance):
        return False
    if not any(names(step, agent, queue.id) for i, step in enumerate(queue.steps) if call.open_steps >> i & 1):
        return False
    kept = kept_for_transfer(centre, call, agent) or kept_at_home(centre, call, agent)
    if kept or _kept_for_speakers(centre, call, agent, queue):
        return False
    own = [q for q, level in agent.queues if level >= OWN_LEVEL]
    if queue.id in own:
        return True
    for q in own:
        keeps = centre.plan.queues[q].lend_when_ready_over if q in centre.plan.queues else 0
        of_own = [p for p in ready if any(o == q and n >= OWN_LEVEL for o, n in centre.circles.agent[p.id].queues)]
        if keeps and len(of_own) <= keeps:
            return False
    return True


def _kept_for_speakers(centre: Centre, call: Call, agent: Agent, queue: Queue) -> bool:
    """Whether somebody else, who speaks the call's language, is logged in and will be asked if not asked already."""
    if call.language in {"", centre.plan.language} or call.language in agent.languages:
        return False
    asked = [s for i, s in enumerate(queue.steps) if call.open_steps >> i & 1 or s.opens_by_time]
    here = (p.id for p in centre.people.values() if p.state is not AgentState.LOGGED_OUT)
    speakers = (a for a in map(centre.plan.agents.get, here) if a is not None and call.language in a.languages)
    return any(
        may_hear(a.clearances, call.clearance)
        and may_hear(a.clearances, queue.clearance)
        and any(names(s, a, queue.id) for s in asked)
        for a in speakers
    )


class Witness:
    """Follows a kernel step by step. `conserved` counts every call that entered exactly once."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.entered: set[CallId] = set()
        self.outcomes: dict[CallId, Outcome] = {}
        self.clearances: dict[CallId, Clearance] = {}
        self.offers: set[int] = set()
        self.written = WrittenDown()
        self._last_at_ms = 0

    def after(self, step: Step) -> list[str]:
        """The laws that are broken after this step, those of the snapshot included."""
        broken = [*self._entries(step.entries), *self._actions(step), *check(self.kernel.centre)]
        broken += self.written.after(step, self.kernel.centre)
        live = set(self.kernel.centre.calls)
        if self.entered != live | set(self.outcomes) or live & set(self.outcomes):
            broken.append(f"{len(self.entered)} entered, {len(self.outcomes)} ended and {len(live)} live")
        return broken

    def _entries(self, entries: tuple[Entry, ...]) -> Iterator[str]:
        for entry in entries:
            if entry.at_ms < self._last_at_ms:
                yield f"{entry} comes before the one before it"
            self._last_at_ms = entry.at_ms
            if isinstance(entry, LateEventSeen):
                continue
            call = getattr(entry, "call", None)
            if call in self.outcomes:
                yield f"{entry} after {call} had ended"
            if isinstance(entry, CallEntered | CallRecovered):
                self.entered.add(entry.call)
            elif isinstance(entry, CallEnded):
                self.outcomes[entry.call] = entry.outcome
            elif isinstance(entry, CallQueued):
                yield from self._clearance(entry)

    def _clearance(self, entry: CallQueued) -> Iterator[str]:
        before = self.clearances.get(entry.call, UNKNOWN_CLEARANCE)
        held = frozenset(map(Clearance, entry.clearance.split(AND)))
        if entry.clearance == UNKNOWN_CLEARANCE or not (before == UNKNOWN_CLEARANCE or may_hear(held, before)):
            yield f"the clearance of {entry.call} fell from {before} to {entry.clearance}"
        self.clearances[entry.call] = entry.clearance

    def _actions(self, step: Step) -> Iterator[str]:
        ended = {entry.call for entry in step.entries if isinstance(entry, CallEnded)}
        for action in step.actions:
            if isinstance(action, OfferToAgent | OfferCallback):
                yield from self._offer(action, ended)
            elif isinstance(action, OfferToPartner):
                yield from sent_rightly(self.kernel.centre, action, ended)
            elif isinstance(action, RingPerson):
                yield from rung_rightly(self.kernel.centre, action)
            elif (
                action.call in self.outcomes
                and action.call not in ended
                and not isinstance(action, LeaveToFallback | ForgetCallback)
            ):
                yield f"{action} for a call that has ended"

    def _offer(self, action: OfferToAgent | OfferCallback, ended: set[CallId]) -> Iterator[str]:
        centre = self.kernel.centre
        call, agent = centre.calls.get(action.call), centre.plan.agents.get(action.agent)
        if action.offer in self.offers:
            yield f"offer {action.offer} made twice"
        self.offers.add(action.offer)
        if agent is None or (call is None and action.call not in ended):
            yield f"{action} to or of nobody"
        elif call is None:
            return  # offered, withdrawn and ended in one step
        elif call.offer != action.offer:
            return  # offered, withdrawn and moved on in one step: it may need more by now
        elif not may_hear(agent.clearances, call.clearance):
            yield f"{action} of a call that needs {call.clearance}"
        elif centre.people[agent.id].phone is not PhoneState.IDLE:
            yield f"{action} to a phone that is {centre.people[agent.id].phone}"
