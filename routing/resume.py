"""A session asks what to do: a new caller's, or that of a caller who was known or carries papers.

Two rules. Whoever asks is answered, or left to the fail-open dialplan: nobody waits in silence. And what a call already
has is never worsened by papers: a clearance rises, a place stays.
"""

from queues.entries import CallRecovered, OfferResult, Outcome, TalkEnder
from queues.ids import UNKNOWN_CLEARANCE, Instant, partner_of
from routing.actions import LeaveToFallback
from routing.callers import call_arrived, enter_menu, enters, entrance_of, leave
from routing.events import CallArrived, CallResumed
from routing.loops import came_back, ends_here, take_home
from routing.moved import seen, tell, tell_if_changed
from routing.offers import end_talk, offer_ends, was_no_answer
from routing.papers import Papers
from routing.partners import short_talk_ms
from routing.secrecy import known_better, risen
from routing.state import NO_OFFER, NOBODY, RINGING, Call, CallState, Centre
from routing.surveys import thank


def arrived(centre: Centre, event: CallArrived) -> bool:
    """A new caller; or one whom we know and whose session was lost before it had papers. False if it has ended."""
    if event.call in centre.calls:
        return call_resumed(centre, CallResumed(event.call, event.number, event.caller, Papers()))
    if _may_begin(centre, event) and (sent := came_back(centre, event)) is not None:
        circle = enters(centre, event)
        take_home(centre, sent)
        ends_here(centre, circle)
    elif _may_begin(centre, event):
        call_arrived(centre, event)
    elif centre.over.get(event.call) is False:
        _end_at_once(centre, enters(centre, event))
    else:
        return _left(centre, event)
    return True


def call_resumed(centre: Centre, event: CallResumed) -> bool:
    """A caller whose session was lost goes on where they were: in line in the old place, or in the menu they heard."""
    call = centre.calls.get(event.call)
    if call is None:
        if not _may_begin(centre, event) and centre.over.get(event.call) is not False:
            return _left(centre, event)
        call = centre.new_call(event.call, event.number, event.caller, event.papers.language)
        read_papers(centre, call, event.papers)
        if event.call in centre.over:
            remember(centre, call)
            _end_at_once(centre, call)
            return True
    else:
        before = seen(call) if call.found_again else None  # else it is told as recovered
        read_papers(centre, call, event.papers)
        tell_if_changed(centre, call, before)
    if call.state is CallState.TALKING:
        outside = partner_of(call.agent)
        if end_talk(centre, call, TalkEnder.UNKNOWN) >= short_talk_ms(centre, outside):
            outcome = Outcome.OVERFLOWED_EXTERNAL if outside else Outcome.ANSWERED
            centre.hang_up(call, outcome, "resumed_after_talk")
            return True
        was_no_answer(centre, call, "short_talk")
    if call.state in RINGING:
        offer_ends(centre, call, OfferResult.WITHDRAWN)
    _go_on(centre, call)
    return True


def _go_on(centre: Centre, call: Call) -> None:
    """The call is in a session of ours and hears something."""
    centre.leave_line(call)
    call.offer, call.agent, call.adopted, call.search = NO_OFFER, NOBODY, False, None
    remember(centre, call)
    call.found_again = False
    if call.outcome is Outcome.ANSWERED:
        thank(centre, call)
    elif call.outcome is not None:
        leave(centre, call, call.last_words, call.outcome, call.reason)
    elif call.queue in centre.plan.queues and call.clearance != UNKNOWN_CLEARANCE:
        centre.enqueue(call, call.queue, "resumed", quietly=True)
    else:
        # Without a clearance nobody could take the call: the caller chooses again, and keeps the place.
        menu = call.menu if call.menu in centre.plan.menus else entrance_of(centre, call.number).menu
        enter_menu(centre, call, menu)
        tell(centre, call)


def _may_begin(centre: Centre, event: CallArrived | CallResumed) -> bool:
    return event.call not in centre.over and len(centre.calls) < centre.plan.max_calls


def _left(centre: Centre, event: CallArrived | CallResumed) -> bool:
    """The fail-open dialplan has the call: there are too many, or it had its outcome. True if it is the former."""
    centre.actions.append(LeaveToFallback(event.call))
    return event.call not in centre.over


def _end_at_once(centre: Centre, call: Call) -> None:
    """The call whose hang-up was seen before it came has its outcome."""
    centre.end(call, Outcome.ABANDONED, "caller_hung_up")
    centre.over[call.id] = True


def read_papers(centre: Centre, call: Call, papers: Papers) -> None:
    """The call has what it carries, as far as the plan knows it, and nothing that it had is worse for it."""
    call.menu = papers.menu if papers.menu in centre.plan.menus else call.menu
    if not call.queue and papers.queue in centre.plan.queues:
        call.queue = papers.queue
    if not call.entered_at_ms:
        call.entered_at_ms = Instant(min(max(papers.entered_at_ms, 0), centre.now))
    call.clearance = known_better(call.clearance, papers.clearance, centre.circles.clearances)
    if call.clearance != UNKNOWN_CLEARANCE and call.queue in centre.plan.queues:
        call.clearance = risen(call.clearance, centre.plan.queues[call.queue].clearance)
    call.language = papers.language
    call.priority = max(call.priority, min(max(papers.priority, 0), 9))
    call.recoveries = max(call.recoveries, papers.recoveries)
    call.legs.made = max(call.legs.made, papers.outside)


def remember(centre: Centre, call: Call) -> None:
    """It is remembered, once until a session has it again, that Asterisk and not our past said what it was doing."""
    if call.found_again:
        return
    call.found_again = True
    call.recoveries += 1
    centre.entries.append(
        CallRecovered(
            centre.now,
            call.id,
            call.state.value,
            call.number,
            call.caller,
            call.queue,
            call.entered_at_ms,
            call.clearance,
            call.agent,
            call.answered_at_ms,
            call.language,
        ),
    )
