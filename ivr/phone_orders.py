"""What people order from their phones, and what they are told: every code of `ivr.phone_codes` has its function here.

One rule: what is said is what has become of it, not what was asked for.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ivr import phone_codes as said
from ivr.asterisk.phone_session import PhoneAnswer, PhoneOrder
from ivr.by_hand import by_phone, crisis_by_phone
from ivr.orders import DEFAULT_PAUSE
from queues.agents import AgentState
from queues.asked_entries import Force
from queues.ids import AgentId, PromptId, QueueId
from routing.events import AgentLoggedIn, AgentLoggedOut, AgentPaused, AgentReady, Event, TransferRequested
from routing.state import Person
from routing.transfers import reach, refusal

if TYPE_CHECKING:
    from ivr.live import Service

Perform = Callable[["Service", AgentId, str], PhoneAnswer]


def answer(service: "Service", order: PhoneOrder) -> PhoneAnswer:
    """The order has been given to the kernel, and this is said of it. Raises LookupError for whom nobody knows."""
    perform = ORDERS.get(order.order)
    if perform is None or order.agent not in service.kernel.centre.people:
        raise LookupError(order.order)
    return perform(service, order.agent, order.value)


def spoken(service: "Service", *prompts: PromptId, go: bool = False) -> PhoneAnswer:
    """These prompts, in the language of the house."""
    return PhoneAnswer(prompts, go, service.house.language)


def _after(service: "Service", event: Event, agent: AgentId) -> Person:
    service.engine.feed(event)
    return service.kernel.centre.people[agent]


def _is_out(person: Person) -> bool:
    """Logged out, or as soon as the talk is over."""
    return AgentState.LOGGED_OUT in {person.state, person.intends}


def login(service: "Service", agent: AgentId, _value: str) -> PhoneAnswer:
    """The person is logged in, whatever they were."""
    person = _after(service, AgentLoggedIn(agent), agent)
    return spoken(service, said.LOGGED_OUT if _is_out(person) else said.LOGGED_IN)


def ready(service: "Service", agent: AgentId, _value: str) -> PhoneAnswer:
    """The person takes calls again, also after calls that they did not answer."""
    person = _after(service, AgentReady(agent), agent)
    return spoken(service, said.NOT_LOGGED_IN if _is_out(person) else said.READY)


def pause(service: "Service", agent: AgentId, value: str) -> PhoneAnswer:
    """The person takes no calls, for the reason of that key."""
    known = service.house.pause_reasons.get(value)
    if known is None and service.house.pause_reasons:
        return spoken(service, said.NOT_KNOWN)
    person = _after(service, AgentPaused(agent, known.reason if known else DEFAULT_PAUSE), agent)
    if _is_out(person):
        return spoken(service, said.NOT_LOGGED_IN)
    return spoken(service, said.PAUSED, *(known.prompts if known else ()))


def logout(service: "Service", agent: AgentId, _value: str) -> PhoneAnswer:
    """The person is gone."""
    _after(service, AgentLoggedOut(agent), agent)
    return spoken(service, said.LOGGED_OUT)


def wrap_up_done(service: "Service", agent: AgentId, _value: str) -> PhoneAnswer:
    """The person has wrapped up before the time."""
    person = service.kernel.centre.people[agent]
    if person.state is not AgentState.WRAP_UP:
        return spoken(service, said.NOT_LOGGED_IN if _is_out(person) else said.NO_WRAP_UP)
    _after(service, AgentReady(agent), agent)
    return spoken(service, said.WRAPPED_UP)


def transfer_asked(service: "Service", agent: AgentId, value: str) -> PhoneAnswer:
    """What would come of the transfer: said before it is made, or in its place."""
    centre, event = service.kernel.centre, wanted(service, agent, value)
    person = centre.people[agent]
    if why := refusal(centre, person, event):
        return spoken(service, said.REFUSALS.get(why, said.REFUSED))
    there = reach(centre, person, event)
    return spoken(service, said.PUT_THROUGH if there.ready else said.PUT_IN_LINE, go=True)


def transfer(service: "Service", agent: AgentId, value: str) -> PhoneAnswer:
    """The caller is put through; the agent's leg is hung up, and hears nothing more."""
    centre, event = service.kernel.centre, wanted(service, agent, value)
    if why := refusal(centre, centre.people[agent], event):
        return spoken(service, said.REFUSALS.get(why, said.REFUSED))
    service.engine.feed(event)
    return spoken(service)


def wanted(service: "Service", agent: AgentId, value: str) -> TransferRequested:
    """What the keys mean: the level, then the queue's own key. A key that is no queue's names none."""
    level, key = value[:1], value[1:]
    queue = said.queue_keys(service.house.plan).get(key, QueueId(""))
    return TransferRequested(agent, queue, int(level) if level else 0)


ORDERS: Mapping[str, Perform] = {
    "login": login,
    "ready": ready,
    "pause": pause,
    "logout": logout,
    "wrap_up_done": wrap_up_done,
    "force_open": by_phone(Force.OPEN),
    "force_closed": by_phone(Force.CLOSED),
    "force_schedule": by_phone(Force.SCHEDULE),
    "crisis": crisis_by_phone,
    "transfer_asked": transfer_asked,
    "transfer": transfer,
}
