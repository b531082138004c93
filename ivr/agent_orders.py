"""Orders of the page on which people take their calls: what no entry says of a person, a longer wrap-up, who is there.

Each is about one person, and whoever gives it has seen to it that they are the one. No caller's number is in an answer.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ivr.control import BadOrderError, Order
from ivr.transfer_order import who_is_there
from queues.agents import AgentState
from queues.ids import AgentId, CallId, QueueId
from routing.callbacks import why_not
from routing.deadlines import DeadlineKind
from routing.events import TransferRequested, WrapUpProlonged
from routing.handed import TRANSFERRED
from routing.state import Person
from routing.transfers import DEPARTMENT, SPECIALIST, refusal

if TYPE_CHECKING:
    from ivr.live import Service

LONGEST_WRAP_UP_MS = 900_000
"""From now on; whoever needs more takes a pause, and says why."""
MOST_PEOPLE = 300
NO_CALL = CallId("no-call")
"""An id that a promise would have; it is only asked about."""


def agent_orders(service: "Service") -> dict[str, Order]:
    """The orders by name."""
    return {
        "person": lambda order: person(service, order),
        "prolong": lambda order: prolong(service, order),
        "reach": lambda order: reachable(service, order),
    }


def _person(service: "Service", order: Mapping[str, Any]) -> Person:
    found = service.kernel.centre.people.get(AgentId(str(order.get("agent"))))
    if found is None or found.partner:
        raise BadOrderError(f"no agent is called {order.get('agent')}")
    return found


def person(service: "Service", order: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the person does and will do after the talk, why they cannot promise a callback, and what theirs is about."""
    who = _person(service, order)
    call = service.kernel.centre.calls.get(who.call)
    return {
        "agent": who.id,
        "matter": call.promise.matter if call and call.promise else "",
        "state": who.state.value,
        "reason": who.reason,
        "phone": who.phone.value,
        "intends": who.intends.value if who.intends else "",
        "intends_reason": who.intends_reason if who.intends else "",
        "misses": who.misses,
        "callback": why_not(service.kernel.centre, who, NO_CALL, QueueId(str(order.get("queue") or ""))),
    }


def prolong(service: "Service", order: Mapping[str, Any]) -> Mapping[str, Any]:
    """The person's wrap-up ends so much later, within bounds."""
    who, by_s = _person(service, order), order.get("by_s")
    if not isinstance(by_s, int) or isinstance(by_s, bool) or not 1 <= by_s <= LONGEST_WRAP_UP_MS // 1000:
        raise BadOrderError("by_s is a number of seconds, at most 900")
    if who.state is not AgentState.WRAP_UP:
        raise BadOrderError("no_wrap_up")
    if who.reason == TRANSFERRED:
        # It lasts until the transfer is answered, and a call that comes back must find them waiting for it.
        raise BadOrderError("waits_for_transfer")
    ends_ms = service.kernel.centre.deadlines.at(who.id, DeadlineKind.WRAP_UP_ENDS)
    left_ms = max((ends_ms or 0) - service.clock(), 0)
    service.engine.feed(WrapUpProlonged(who.id, min(left_ms + by_s * 1000, LONGEST_WRAP_UP_MS)))
    return {"agent": who.id, "until_ms": service.kernel.centre.deadlines.at(who.id, DeadlineKind.WRAP_UP_ENDS) or 0}


def reachable(service: "Service", order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where the caller whom the person talks to could be put through, who could answer there now, and the wait."""
    who = _person(service, order)
    centre, names = service.kernel.centre, service.house.people
    levels = (SPECIALIST, DEPARTMENT)
    queues = [_there(service, who, TransferRequested(who.id, q, n)) for q in centre.plan.queues for n in levels]
    here = [a for a in centre.people.values() if a.id in names and a.id != who.id]
    here = [a for a in here if a.state is not AgentState.LOGGED_OUT][:MOST_PEOPLE]
    people = [
        {
            "person": a.id,
            "name": names[a.id].name,
            "state": a.state.value,
            "reason": a.reason,
            "why": refusal(centre, who, TransferRequested(who.id, QueueId(""), SPECIALIST, a.id)),
        }
        for a in here
    ]
    return {"call": who.call, "queues": queues, "people": people}


def _there(service: "Service", who: Person, event: TransferRequested) -> dict[str, Any]:
    return {
        "queue": event.queue,
        "level": event.level,
        "why": refusal(service.kernel.centre, who, event),
        **who_is_there(service, who, event),
    }
