"""Picking: a person takes one call out of the line to their own phone, whoever is before it.

Two rules. The order in line, levels, languages and steps give way to somebody who has looked; what a call needs to be
heard never does. And whoever picks is free, by themselves or by their own will: a pause that was theirs goes on after.
"""

from queues.agents import AgentState, PhoneState
from queues.ids import CallId
from queues.operator_entries import CallHandPicked, PickRefused
from routing.offers import offer
from routing.operator_events import CallPicked
from routing.parking import returns
from routing.secrecy import may_hear, risen
from routing.state import WITH_A_CALL, Call, CallState, Centre, Person

PICKABLE = frozenset({CallState.WAITING, CallState.PARKED, CallState.PROMISED})


def pick_refusal(centre: Centre, person: Person, call_id: CallId) -> str:
    """Why the person does not get the call; "" if they do."""
    if centre.paused:
        return "no_link"
    if person.state is AgentState.LOGGED_OUT or person.id not in centre.plan.agents:
        return "not_here"
    if person.state in WITH_A_CALL or person.phone is not PhoneState.IDLE:
        return "busy" if person.state in WITH_A_CALL else "phone"
    call = centre.calls.get(call_id)
    return "gone" if call is None else _what_is_wrong(centre, person, call)


def _what_is_wrong(centre: Centre, person: Person, call: Call) -> str:
    if call.state not in PICKABLE:
        return "not_waiting"
    needed = risen(call.clearance, centre.queue_of(call).clearance)
    if not may_hear(centre.plan.agents[person.id].clearances, needed):
        return "not_cleared"
    if call.place is None and call.state is CallState.PROMISED:
        return "resting"
    return "being_put_through" if call.handed.until_ms else ""


def call_picked(centre: Centre, person: Person, event: CallPicked) -> bool:
    """The person's phone rings for the call; or they are told why not."""
    call, why = centre.calls.get(event.call), pick_refusal(centre, person, event.call)
    if call is None or why:
        centre.entries.append(PickRefused(centre.now, call.id if call else CallId(""), person.id, why))
        return True
    place = centre.lines[call.queue].position(call.place) if call.place is not None else 0
    centre.entries.append(CallHandPicked(centre.now, call.id, person.id, call.queue, place))
    rests = person.state is AgentState.NOT_READY and not centre.ends_by_itself(person)
    afterwards = person.reason
    if person.state is not AgentState.READY:
        centre.become(person, AgentState.READY)
    if call.state is CallState.PARKED:
        returns(centre, call, "picked", person)
    else:
        offer(centre, call, person)
    if rests:
        person.intends, person.intends_reason = AgentState.NOT_READY, afterwards
    return True
