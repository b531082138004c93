"""A call that waits for one person, as what moves calls must know it: who they are, and that they need not wait on."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from queues.agents import AgentState
from queues.ids import AgentId, Instant
from routing.deadlines import DeadlineKind

if TYPE_CHECKING:
    from routing.state import Call, Centre

PARKED = "parked"
"""The reason of a wrap-up during which a person is spared other calls, for the one that they have parked."""


@dataclass(frozen=True, slots=True)
class Parked:
    """Belongs to one call. Not in its papers: after an engine's death it waits in the line they name."""

    by: AgentId
    since_ms: Instant
    until_ms: Instant
    """When it returns by itself."""
    wrapped_up_ms: Instant
    """When the wrap-up of `by` would have ended, had the talk been over."""


def unpark(centre: "Centre", call: "Call") -> None:
    """Nobody waits for the call any longer: the wrap-up of whoever parked it is an ordinary one."""
    parked, call.parked = call.parked, None
    centre.parked.pop(call.id, None)
    centre.deadlines.cancel(call.id, DeadlineKind.PARK_ENDS)
    if parked is None or any(waits_for(centre, parked.by)):
        return
    person = centre.people.get(parked.by)
    if person is None or (person.state, person.reason) != (AgentState.WRAP_UP, PARKED):
        return
    if parked.wrapped_up_ms > centre.now:
        centre.become(person, AgentState.WRAP_UP, "", parked.wrapped_up_ms)
    else:
        centre.become(person, AgentState.READY)


def waits_for(centre: "Centre", person: AgentId) -> "list[Call]":
    """The calls that the person has parked."""
    calls = (centre.calls[call] for call in centre.parked)
    return [call for call in calls if call.parked is not None and call.parked.by == person]
