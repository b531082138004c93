"""What holds of partners after every step, by the words of the rules and not by the tables that the kernel keeps."""

from collections.abc import Iterator

from queues.agents import AgentState
from queues.ids import NO_CLEARANCE, AgentId, CallId, partner_line, partner_of
from routing.actions import OfferToPartner
from routing.deadlines import DeadlineKind
from routing.outside import MOST_LEGS
from routing.partners import CIRCUIT_OPEN, owner_of
from routing.plan import Agent, Partner
from routing.state import Call, CallState, Centre, Person

_BUSY = {AgentState.RINGING, AgentState.TALKING}


def kept_at_home(centre: Centre, call: Call, agent: Agent) -> bool:
    """Whether the seat is a partner's line and the call is not for one now."""
    if not partner_of(agent.id):
        return False
    return call.promise is not None or call.legs.made >= MOST_LEGS or centre.now < call.legs.home_until_ms


def lines_hold(centre: Centre) -> Iterator[str]:
    """Lines are open when their partner is; who is outside may be; no call has been outside too often."""
    for partner in centre.plan.partners.values():
        yield from _line(centre, partner)
    for call in centre.calls.values():
        if call.state is CallState.OFFERED and partner_of(call.agent) and call.clearance != NO_CLEARANCE:
            yield f"{call.id} needs {call.clearance} and is outside"
        if call.legs.home_until_ms > centre.now and call.state is CallState.OFFERED and partner_of(call.agent):
            yield f"{call.id} is outside, and should be at home"


def _line(centre: Centre, partner: Partner) -> Iterator[str]:
    memory = centre.partners[partner.id]
    seats = [centre.people[partner_line(partner.id, n)] for n in range(1, partner.lines + 1)]
    is_due = centre.deadlines.at(owner_of(partner.id), DeadlineKind.PARTNER_DUE) == centre.now
    shut = not centre.switches.is_open(partner.hours, partner.hours_id, centre.now) or not memory.reachable
    for n, seat in enumerate(seats, 1):
        here = seat.state not in {*_BUSY, AgentState.LOGGED_OUT}
        if here and n > memory.lines:
            yield f"{seat.id} is {seat.state}, and the plan has no such line"
        if here and memory.said and shut and not is_due:
            yield f"{seat.id} is {seat.state}, and the partner is shut"
        if seat.intends is not None:
            yield f"{seat.id} means to be {seat.intends}"
    if memory.said == CIRCUIT_OPEN and not is_due:
        yield from _tries(centre, partner, seats[: memory.lines])


def _tries(centre: Centre, partner: Partner, seats: list[Person]) -> Iterator[str]:
    """While the circuit is open one line tries, now or when its rest is over, and no more than one."""
    ready = [seat for seat in seats if seat.state is AgentState.READY]
    if len(ready) > 1:
        yield f"{len(ready)} lines to {partner.id} try while its circuit is open"
    if seats and not any(seat.state in _BUSY or seat in ready or centre.ends_by_itself(seat) for seat in seats):
        yield f"no line to {partner.id} will ever try again"


def sent_rightly(centre: Centre, action: OfferToPartner, ended: set[CallId]) -> Iterator[str]:
    """A call that is sent outside is one that may be, on a line that there is."""
    call = centre.calls.get(action.call)
    if action.agent not in centre.circles.agent or not partner_of(action.agent):
        yield f"{action} on no line"
    if call is None:
        if action.call not in ended:
            yield f"{action} of nobody"
        return
    if call.clearance != NO_CLEARANCE:
        yield f"{action} of a call that needs {call.clearance}"
    if call.legs.made > MOST_LEGS and call.offer == action.offer:
        yield f"{action}, the {call.legs.made}th time outside"


def lines_of(centre: Centre) -> tuple[AgentId, ...]:
    """Every line to every partner."""
    return tuple(seat for seat in centre.circles.seats if partner_of(seat))
