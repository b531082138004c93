"""The order to put a caller through, and the answer: who can answer there now, and the wait where nobody can."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ivr.control import BadOrderError
from queues.ids import AgentId, QueueId
from routing.events import TransferRequested
from routing.plan import Plan
from routing.secrecy import may_hear
from routing.state import Person
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
    why, there = refusal(centre, person, event), who_is_there(service, person, event)
    done = not why and not order.get("look")
    if done or (why and not order.get("look")):
        service.engine.feed(event)  # a refusal is remembered too
    return {
        "agent": who,
        "done": done,
        "why": why,
        **there,
    }


def who_is_there(service: "Service", person: Person, event: TransferRequested) -> dict[str, Any]:
    """Who could answer the transfer now, and the wait where nobody can.

    How many wait in a line under secrecy, and how many answer there, is for those who hold its clearance: others are
    told whom they can reach, and None (S08).
    """
    there, names = reach(service.kernel.centre, person, event), service.house.people
    ready = [names[agent].name for agent in there.ready if agent in names]
    if not _may_know(service.kernel.centre.plan, person, event.queue):
        return {"ready": ready, "logged_in": None, "waiting": None, "wait_ms": 0}
    return {"ready": ready, "logged_in": len(there.logged_in), "waiting": there.waiting, "wait_ms": there.wait_ms}


def _may_know(plan: Plan, person: Person, queue: QueueId) -> bool:
    line, agent = plan.queues.get(queue), plan.agents.get(person.id)
    return line is None or (agent is not None and may_hear(agent.clearances, line.clearance))
