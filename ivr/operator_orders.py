"""Orders of whoever runs the switchboard's day: pick, park, move, log somebody out. Each says what has become of it.

One rule: a refusal is an answer and no error, in the kernel's own word, so that the page can say it in people's.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ivr.by_hand import end_of_day
from ivr.control import BadOrderError, Order
from queues.agents import AgentState
from queues.ids import AgentId, CallId, Instant, QueueId
from routing.events import AgentLoggedOut
from routing.moves import Queues
from routing.moving import move_refusal
from routing.operator_events import AgentReassigned, CallParked, CallPicked
from routing.parking import park_refusal
from routing.picking import pick_refusal
from routing.state import Person

if TYPE_CHECKING:
    from ivr.live import Service

PARK_S = 60
MOST_QUEUES = 100
_WHO = 40


def operator_orders(service: "Service") -> dict[str, Order]:
    """The orders by name."""
    return {
        "pick": lambda order: pick(service, order),
        "park": lambda order: park(service, order),
        "move": lambda order: move(service, order),
        "logout": lambda order: logout(service, order),
        "moves": lambda _order: moves(service),
    }


def _person(service: "Service", order: Mapping[str, Any]) -> Person:
    found = service.kernel.centre.people.get(AgentId(str(order.get("agent"))))
    if found is None or found.partner:
        raise BadOrderError(f"no agent is called {order.get('agent')}")
    return found


def _who(order: Mapping[str, Any]) -> str:
    who = " ".join(str(order.get("who") or "").split())[:_WHO]
    if not who:
        raise BadOrderError("who does it must be said")
    return who


def pick(service: "Service", order: Mapping[str, Any]) -> Mapping[str, Any]:
    """The call rings at the person's phone, unless there is a reason why not. Fields: agent, call."""
    person, call = _person(service, order), CallId(str(order.get("call") or ""))
    why = pick_refusal(service.kernel.centre, person, call)
    service.engine.feed(CallPicked(person.id, call))
    return {"done": not why, "why": why}


def park(service: "Service", order: Mapping[str, Any]) -> Mapping[str, Any]:
    """The caller whom the person talks to waits for them. Fields: agent, after_s (60)."""
    person, after_s = _person(service, order), order.get("after_s", PARK_S)
    if not isinstance(after_s, int) or isinstance(after_s, bool):
        raise BadOrderError("after_s is a number of seconds")
    event, call = CallParked(person.id, after_s * 1000), person.call
    why = park_refusal(service.kernel.centre, person, event)
    service.engine.feed(event)
    return {"done": not why, "why": why, "call": "" if why else call}


def move(service: "Service", order: Mapping[str, Any]) -> Mapping[str, Any]:
    """The person answers in these lines, as a rule until the day ends; in none: where it is written.

    Fields: agent, queues ([[queue, level], …]), until (ms, "" for today), who.
    """
    person, who = _person(service, order), _who(order)
    today = end_of_day(service.clock(), service.house.timezone)
    until = order.get("until") or today
    if not isinstance(until, int) or isinstance(until, bool) or until > today:
        raise BadOrderError("a move ends with the day, at the latest")
    event = AgentReassigned(person.id, _queues(order.get("queues")), Instant(until), who)
    if not event.queues and person.id not in service.kernel.centre.moves:
        return {"done": True, "why": ""}
    why = move_refusal(service.kernel.centre, event)
    service.engine.feed(event)
    return {"done": not why, "why": why, "until_ms": until if event.queues and not why else 0}


def _queues(given: object) -> Queues:
    if not isinstance(given, list) or len(given) > MOST_QUEUES:
        raise BadOrderError("queues is a list of [queue, level]")
    for one in given:
        named = isinstance(one, list) and len(one) == 2 and isinstance(one[0], str)
        if not named or not isinstance(one[1], int) or isinstance(one[1], bool):
            raise BadOrderError("queues is a list of [queue, level]")
    return tuple((QueueId(queue), level) for queue, level in given)


def logout(service: "Service", order: Mapping[str, Any]) -> Mapping[str, Any]:
    """The person is logged out, after the talk if there is one. Fields: agent, who."""
    person, who = _person(service, order), _who(order)
    if person.state is AgentState.LOGGED_OUT:
        return {"done": False, "why": "not_here", "after_talk": False}
    service.engine.feed(AgentLoggedOut(person.id, who))
    return {"done": True, "why": "", "after_talk": person.intends is AgentState.LOGGED_OUT}


def moves(service: "Service") -> Mapping[str, Any]:
    """Where everybody answers now, with their level; and who has been moved there, until when, by whom."""
    centre = service.kernel.centre
    return {
        "agents": {agent.id: [list(one) for one in agent.queues] for agent in centre.plan.agents.values()},
        "moves": {
            agent: {"until_ms": move.until_ms, "who": move.who, "queues": [list(one) for one in move.queues]}
            for agent, move in centre.moves.items()
        },
    }
