"""The order to put a caller through, and the answer: who can answer there now, and the wait where nobody can."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ivr.control import BadOrderError
from queues.ids import AgentId, QueueId
from routing.events import TransferRequested
from routing.transfers import SPECIALIST, reach, refusal

if TYPE_CHECKING:
    from ivr.live import Service


def transfer(service: "Service", order: Mapping[str, Any]) -> Mapping[str, Any]:
    """The transfer is made, unless it is refused or the order only asks (`look`): who is there is told in any case."""
    centre = service.kernel.centre
    who = AgentId(str(order.get("agent")))
    person = centre.people.get(who)
    if person is None:
        raise BadOrderError(f"no agent is called {who}")
    queue, to = QueueId(str(order.get("queue") or "")), AgentId(str(order.get("person") or ""))
    if bool(queue) == bool(to):
        raise BadOrderError("a transfer goes to a queue or to a person")
    event = TransferRequested(who, queue, int(order.get("level") or SPECIALIST), to)
    why, there = refusal(centre, person, event), reach(centre, person, event)
    done = not why and not order.get("look")
    if done or (why and not order.get("look")):
        service.engine.feed(event)  # a refusal is remembered too
    return {
        "agent": who,
        "done": done,
        "why": why,
        "ready": [service.house.people[a].name for a in there.ready if a in service.house.people],
        "logged_in": len(there.logged_in),
        "waiting": there.waiting,
        "wait_ms": there.wait_ms,
    }
