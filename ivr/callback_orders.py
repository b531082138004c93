"""Orders about callbacks to a running engine: what is promised, promise, take back. No number is ever in an answer."""

from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from ivr.control import BadOrderError, Order
from queues.ids import AgentId, CallId, QueueId
from routing.callback_events import CallbackCancelled, CallbackOrdered
from routing.callbacks import why_not
from routing.state import Call, CallState

if TYPE_CHECKING:
    from ivr.live import Service

MOST_MATTER = 200
"""Characters of a matter that are kept."""
_numbers = count(1)


def callback_orders(service: "Service") -> dict[str, Order]:
    """The orders by name."""
    return {
        "callbacks": lambda _order: promised(service),
        "promise_callback": lambda order: promise(service, order),
        "cancel_callback": lambda order: cancel(service, order),
    }


def promised(service: "Service") -> Mapping[str, Any]:
    """Every promise that is neither kept nor given up, in the order of their places."""
    calls = [call for call in service.kernel.centre.calls.values() if call.promise is not None]
    calls.sort(key=lambda call: (-call.priority, call.entered_at_ms, call.sequence))
    return {"callbacks": [_shown(call) for call in calls]}


def _shown(call: Call) -> dict[str, Any]:
    """The promise; of a confidential call neither queue nor matter."""
    made = call.promise
    assert made is not None  # noqa: S101 - asked for promised calls only
    secret = bool(call.clearance)
    return {
        "call": call.id,
        "state": call.state.value,
        "queue": "" if secret else call.queue,
        "matter": "" if secret else made.matter,
        "by": made.by,
        "entered_at_ms": call.entered_at_ms,
        "promised_at_ms": made.promised_at_ms,
        "due_ms": made.due_ms,
        "overdue": made.alarmed,
        "tries": made.tries,
        "rests_until_ms": made.rests_until_ms if call.state is CallState.PROMISED and call.place is None else 0,
        "agent": call.agent,
    }


def promise(service: "Service", order: Mapping[str, Any]) -> Mapping[str, Any]:
    """A person promises to ring whom they talk to, or talked to last."""
    person = service.kernel.centre.people.get(AgentId(str(order.get("agent"))))
    if person is None or person.id not in service.kernel.centre.plan.agents:
        raise BadOrderError(f"no agent is called {order.get('agent')}")
    queue = QueueId(str(order.get("queue") or ""))
    deadline_ms = _seconds(order.get("deadline_s")) * 1000
    call = CallId(f"promise-{service.clock()}-{next(_numbers)}")
    if why := why_not(service.kernel.centre, person, call, queue):
        raise BadOrderError(why)
    matter = " ".join(str(order.get("matter") or "").split())[:MOST_MATTER]
    service.engine.feed(CallbackOrdered(person.id, call, queue, deadline_ms, matter))
    return {"call": call}


def _seconds(given: object) -> int:
    """Whole seconds of a deadline; 0 for the queue's own."""
    if given in {None, ""}:
        return 0
    if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given <= 30 * 86_400:
        raise BadOrderError("deadline_s is a number of seconds, at most 30 days")
    return given


def cancel(service: "Service", order: Mapping[str, Any]) -> Mapping[str, Any]:
    """A promise is taken back, unless the citizen is being rung or talked to."""
    call = service.kernel.centre.calls.get(CallId(str(order.get("call"))))
    if call is None or call.promise is None:
        raise BadOrderError("no_promise")
    if call.state not in {CallState.PROMISED, CallState.CALLBACK_OFFERED}:
        raise BadOrderError("being_rung")
    service.engine.feed(CallbackCancelled(call.id))
    return {"call": call.id}
