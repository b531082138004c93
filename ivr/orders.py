"""What a running engine can be told and asked over its control socket."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ivr import partners
from ivr.agent_orders import agent_orders
from ivr.by_hand import crisis, force, switched
from ivr.callback_orders import callback_orders
from ivr.control import BadOrderError, Order
from ivr.operator_orders import operator_orders
from ivr.own_reason import own_reason
from ivr.transfer_order import transfer
from queues.ids import AgentId, CallId
from routing.events import AgentLoggedIn, AgentLoggedOut, AgentPaused, AgentReady, Event

if TYPE_CHECKING:
    from ivr.live import Service

DEFAULT_PAUSE = "paus"


def orders(service: "Service") -> dict[str, Order]:
    """All orders by name."""
    return {
        "state": lambda _order: state(service),
        "calls": lambda _order: calls(service),
        "number": lambda order: number(service, order),
        "agent": lambda order: agent(service, order),
        "force": lambda order: force(service, order),
        "crisis": lambda order: crisis(service, order),
        "switched": lambda _order: switched(service),
        "transfer": lambda order: transfer(service, order),
        "reload": lambda _order: reload(service),
        **agent_orders(service),
        **callback_orders(service),
        **operator_orders(service),
    }


def state(service: "Service") -> Mapping[str, Any]:
    """Lines, calls by state and people, without a caller's number; who a confidential call is with is not shown."""
    centre = service.kernel.centre
    return {
        "municipality": service.house.name,
        "plan": centre.plan.digest,
        "paused": centre.paused,
        **switched(service),
        "faults": service.engine.faults,
        "log": {**asdict(service.call_log.status), "waiting": service.call_log.waiting},
        "calls": dict(Counter(call.state.value for call in centre.calls.values())),
        "queues": {
            queue: {
                "waiting": len(line),
                "longest_wait_ms": max((centre.now - place.entered_at_ms for place in line), default=0),
            }
            for queue, line in centre.lines.items()
        },
        "partners": partners.state(centre, {p.id: p.title for p in service.house.partners.values()}),
        "agents": {
            person.id: {
                "state": person.state.value,
                "reason": person.reason,
                "phone": person.phone.value,
                "for_ms": service.clock() - person.since_ms,
            }
            for person in centre.people.values()
            if not person.partner
        },
    }


def calls(service: "Service") -> Mapping[str, Any]:
    """Each live call's state, place and queue; the queue of a confidential call is not shown."""
    return {
        "calls": {
            call.id: {
                "state": call.state.value,
                "queue": "" if call.clearance else call.queue,
                "entered_at_ms": call.entered_at_ms,
                "recoveries": call.recoveries,
            }
            for call in service.kernel.centre.calls.values()
        },
    }


def agent(service: "Service", order: Mapping[str, Any]) -> Mapping[str, Any]:
    """One person logs in or out, pauses, or is ready."""
    who = AgentId(str(order.get("agent")))
    if who not in service.kernel.centre.people:
        raise BadOrderError(f"no agent is called {who}")
    what, written = str(order.get("what")), str(order.get("reason") or "")
    chosen = any(written == known.reason for known in service.house.pause_reasons.values())
    reason = written if chosen or what != "pause" else own_reason(written, DEFAULT_PAUSE)
    events: dict[str, Event] = {
        "login": AgentLoggedIn(who),
        "logout": AgentLoggedOut(who),
        "ready": AgentReady(who),
        "pause": AgentPaused(who, reason),
    }
    if what not in events:
        raise BadOrderError(f"an agent can: {', '.join(events)}")
    service.engine.feed(events[what])
    person = service.kernel.centre.people[who]
    return {"agent": who, "state": person.state.value, "reason": person.reason}


def beat(service: "Service") -> Mapping[str, Any]:
    """What whoever follows is told twice a second: that we live, how the log fares, and what no entry says.

    `estimates`: by queue, how long whoever came now would wait (ms); `foreseen`: from and to how many minutes, where
    such forecasts have been right. `phones`: by person, what Asterisk says of it.
    """
    centre = service.kernel.centre
    return {
        "beat": service.clock(),
        "acknowledged": service.call_log.acknowledged,
        "faults": service.engine.faults,
        "paused": centre.paused,
        "plan": centre.plan.digest,
        "log": {**asdict(service.call_log.status), "waiting": service.call_log.waiting},
        "estimates": {
            queue: centre.forecasts.wait_ms(queue, line, None, centre.now) for queue, line in centre.lines.items()
        },
        "foreseen": {
            queue: minutes
            for queue, line in centre.lines.items()
            if (minutes := centre.forecasts.said_to_newcomer(queue, line, centre.now))
        },
        "phones": {person.id: person.phone.value for person in centre.people.values() if not person.partner},
    }


def number(service: "Service", order: Mapping[str, Any]) -> Mapping[str, Any]:
    """A live call's number in clear, for a process that has asked who wants it and written that down."""
    call = service.kernel.centre.calls.get(CallId(str(order.get("call"))))
    if call is None:
        raise BadOrderError("no_such_call")
    return {"number": call.caller}


async def reload(service: "Service") -> Mapping[str, Any]:
    """The configuration in the folder is in force, or is refused whole."""
    from ivr.live import NoHouseError  # noqa: PLC0415 - live puts orders and service together

    try:
        house = await service.reload()
    except NoHouseError as error:
        raise BadOrderError(str(error)) from error
    return {"plan": house.plan.digest}
