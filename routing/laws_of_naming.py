"""The laws of looking for a person by name; part of `routing.invariants`, and asked by nothing else."""

from collections import Counter
from collections.abc import Iterator

from queues.ids import UNKNOWN_CLEARANCE
from routing.actions import RingPerson
from routing.deadlines import DeadlineKind
from routing.naming import phone_of
from routing.secrecy import may_hear
from routing.state import NOBODY, Call, CallState, Centre

_SEARCHING = frozenset({CallState.NAMING, CallState.CONNECTING})


def searches_end(centre: Centre) -> Iterator[str]:
    """Who looks for a person has a line to go to; no phone rings for two, nor for ever, nor for a confidential call."""
    for call in centre.calls.values():
        if call.state in _SEARCHING:
            yield from _searches(call)
        elif call.search is not None and call.state is not CallState.TALKING:
            yield f"{call.id} is {call.state} and still looks for somebody"
    for owner, kind in centre.deadlines.owned():
        if kind is DeadlineKind.PERSON_RING_ENDS and not any(
            c.id == owner and _rings(c) for c in centre.calls.values()
        ):
            yield f"{owner} owns {kind.name} and rings nobody"
    for call in centre.calls.values():
        if (
            _rings(call)
            and not centre.paused
            and (call.id, DeadlineKind.PERSON_RING_ENDS) not in centre.deadlines.owned()
        ):
            yield f"{call.id} rings a person for ever"
    for phone, times in Counter(filter(None, map(phone_of, centre.calls.values()))).items():
        if times > 1:
            yield f"{phone} rings for {times} calls"


def _rings(call: Call) -> bool:
    return call.state is CallState.CONNECTING and call.agent == NOBODY


def _searches(call: Call) -> Iterator[str]:
    papers = call.papers()
    if call.search is None or not papers.queue or papers.clearance == UNKNOWN_CLEARANCE:
        yield f"{call.id} is {call.state} and has no line to go to"
    if call.state is CallState.CONNECTING and not may_hear(frozenset(), call.clearance):
        yield f"{call.id} needs {call.clearance} and rings a person of the directory"


def rung_rightly(centre: Centre, action: RingPerson) -> Iterator[str]:
    """Only somebody who is in the directory, is there, and takes calls at this hour is rung."""
    call, directory = centre.calls.get(action.call), centre.plan.directory
    if call is None or call.search is None or call.offer != action.offer:
        return
    listed = directory.people.get(call.search.person) if directory else None
    if listed is None or listed.phone != action.phone or listed.agent:
        yield f"{action} to nobody of the directory"
    elif listed.absent_until_ms > centre.now or (listed.hours and not listed.hours.is_open(centre.now)):
        yield f"{action} to somebody who is not there"
