"""A call that a partner sent back to us (FAULTS.md, F84): the caller is taken home, and never goes outside again.

Two rules. Only a mark that is ours for certain moves the call that it names; what merely looks like a loop is served as
any call, and stays at home. And whatever circle it is, it ends here: of a call that came back nothing goes out.
"""

from queues.entries import CallReturned, OfferResult, Outcome, TalkEnded, TalkEnder
from queues.ids import Instant, partner_of
from routing.actions import WithdrawOffer
from routing.events import CallArrived
from routing.offers import back, withdraw
from routing.partners import line_failed, minutes_spent
from routing.state import Call, CallState, Centre

LOOPED = "looped_back"


def came_back(centre: Centre, event: CallArrived) -> Call | None:
    """The call of ours that a partner has sent back under another id; None if there is none with a partner."""
    call = centre.calls.get(event.sent_as)
    with_partner = call is not None and call.state in {CallState.OFFERED, CallState.TALKING} and partner_of(call.agent)
    return call if with_partner else None


def take_home(centre: Centre, call: Call) -> None:
    """The caller stands in line again, in the old place; the partner's line is free, and has failed."""
    person = centre.people[call.agent]
    call.legs.never_again()
    if call.state is CallState.OFFERED:
        withdraw(centre, person, OfferResult.LOOPED)
        return
    centre.actions.append(WithdrawOffer(call.id, call.offer, call.agent))
    talk_ms = centre.now - call.answered_at_ms
    centre.entries.append(TalkEnded(centre.now, call.id, call.offer, call.agent, talk_ms, TalkEnder.UNKNOWN))
    centre.entries.append(CallReturned(centre.now, call.id, call.queue, call.entered_at_ms, LOOPED))
    call.answered_at_ms = Instant(0)
    minutes_spent(centre, person.partner, talk_ms)
    line_failed(centre, call, person, OfferResult.LOOPED)
    back(centre, call)


def ends_here(centre: Centre, call: Call) -> None:
    """The circle's own leg is over: its caller is taken care of under the first id."""
    centre.hang_up(call, Outcome.TURNED_AWAY, LOOPED)


def stays_home(centre: Centre, call: Call, event: CallArrived) -> None:
    """A call that says it has been outside, or whose caller is outside this very moment, is for us alone."""
    outside = (c.caller for c in centre.calls.values() if c is not call and partner_of(c.agent))
    if event.been_outside or (call.caller and call.caller in outside):
        call.legs.never_again()
