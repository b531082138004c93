"""What holds of partners after every step, by the words of the rules and not by the tables that the kernel keeps."""

from collections.abc import Iterator

from queues.agents import AgentState
from queues.ids import NO_CLEARANCE, AgentId, CallId, partner_line, partner_of
from routing.actions import OfferToPartner
from routing.deadlines import DeadlineKind
from routing.outside import MOST_LEGS
from routing.partners import owner_of
from routing.plan import Agent, Partner
from routing.state import Call, CallState, Centre

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
    idle = [seat for seat in seats if seat.state not in _BUSY]
    is_due = centre.deadlines.at(owner_of(partner.id), DeadlineKind.PARTNER_DUE) == centre.now
    shut = not centre.switches.is_open(partner.hours, partner.hours_id, centre.now) or not memory.reachable
    for n, seat in enumerate(seats, 1):
        if seat in idle and seat.state is not AgentState.LOGGED_OUT and n > memory.lines:
            yield f"{seat.id} is {seat.state}, and the plan has no such line"
        if seat.intends is not None:
            yield f"{seat.id} means to be {seat.intends}"
        if memory.said and not is_due and seat in idle and n <= memory.lines:
            if shut and seat.state is not AgentState.LOGGED_OUT:
                yield f"{seat.id} is {seat.state}, and the partner is shut"
    tripped = memory.failures >= partner.trips_after
    tries = [s for s in seats if s.state is AgentState.READY or s.state is AgentState.RINGING]
    if tripped and not is_due and sum(s.state is AgentState.READY for s in tries) > 1:
        yield f"{len(tries)} lines to {partner.id} try while its circuit is open"
    if tripped and not shut and not is_due and memory.lines and idle == seats and memory.said == "circuit_open":
        resting = [s for s in idle[: memory.lines] if centre.ends_by_itself(s) or s.state is AgentState.READY]
        if not resting:
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
