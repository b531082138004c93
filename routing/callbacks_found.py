"""What Asterisk's lists say of callbacks: whoever's phone rings or talks for one does so, and nobody else does.

A promised call has no caller's channel to be listed; an agent's phone that rings for it, and the talk, are. A list says
nothing about what began after it was asked for.
"""

from queues.agents import AgentState
from queues.entries import OfferResult, TalkEnder
from queues.ids import AgentId, CallId, Instant
from routing import reconcile
from routing.actions import WithdrawOffer
from routing.callback_events import FoundCallback, FoundCallbackState
from routing.callbacks import caller_is_here, caller_left_unseen
from routing.events import FoundCall, FoundState, WorldListed
from routing.moved import tell
from routing.offers import ended_as, offer_ends, ring, ring_no_longer_than, withdraw
from routing.promise import Promise
from routing.promises import kept, stand
from routing.ringing_back import begins_ringing, missed, ring_time, talk_begins
from routing.secrecy import may_hear
from routing.state import Call, CallState, Centre, Person


def world_listed(centre: Centre, event: WorldListed) -> bool:
    """Callbacks, and then everything else, are as Asterisk has them. False if a newer list is known."""
    asked_at_ms = Instant(min(event.asked_at_ms, centre.now))
    if asked_at_ms >= centre.listed_at_ms:
        _callers_listed(centre, event.calls, asked_at_ms)
        _callbacks_listed(centre, event, asked_at_ms)
    return reconcile.world_listed(centre, event)


def _callers_listed(centre: Centre, found: tuple[FoundCall, ...], asked_at_ms: Instant) -> None:
    """Whoever is on the line, though we were to ring them, is a caller."""
    for one in found:
        call = centre.calls.get(one.call)
        newer = call is not None and call.known_at_ms < asked_at_ms
        if call is not None and newer and call.promise is not None and one.state is not FoundState.IN_SESSION:
            caller_is_here(centre, call)


def _callbacks_listed(centre: Centre, event: WorldListed, asked_at_ms: Instant) -> None:
    """Each promised call does what Asterisk shows, and those whose phone is silent stand in line again."""
    found: dict[CallId, FoundCallback] = {}
    for one in sorted(event.callbacks, key=lambda f: _ORDER.index(f.state)):
        found.setdefault(one.call, one)
    present = {one.call for one in event.calls}
    for call in tuple(centre.calls.values()):
        made = call.promise
        if made is None or call.known_at_ms >= asked_at_ms:
            continue
        if call.state is CallState.PROMISING:
            if call.id not in present:
                caller_left_unseen(centre, call, made)
        elif (shown := found.get(call.id)) is None:
            _silent(centre, call, made)
        elif _same(call, shown):
            _prolong(centre, call)
        else:
            _is_so(centre, call, made, shown, asked_at_ms)


_ORDER = (FoundCallbackState.TALKING, FoundCallbackState.CALLING, FoundCallbackState.RINGING)
_STATES = {
    FoundCallbackState.RINGING: CallState.CALLBACK_OFFERED,
    FoundCallbackState.CALLING: CallState.CALLING_BACK,
    FoundCallbackState.TALKING: CallState.TALKING,
}


def _same(call: Call, found: FoundCallback) -> bool:
    return call.state is _STATES[found.state] and call.offer == found.offer


def _silent(centre: Centre, call: Call, made: Promise) -> None:
    """No phone rings and nobody talks for the call."""
    if call.state is CallState.CALLBACK_OFFERED:
        offer_ends(centre, call, OfferResult.WITHDRAWN)
        stand(centre, call, made)
    elif call.state is CallState.CALLING_BACK:
        missed(centre, call, made, OfferResult.UNREACHABLE)
    elif call.state is CallState.TALKING:
        ended_as(centre, call, TalkEnder.UNKNOWN)
    elif made.reached_at_ms:
        kept(centre, call, "talked_unseen")


def _prolong(centre: Centre, call: Call) -> None:
    """What rang while nothing could be withdrawn has its time again."""
    if not centre.paused:
        return
    if call.state is CallState.CALLBACK_OFFERED:
        ring_no_longer_than(centre, centre.people[call.agent], centre.now + centre.queue_of(call).ring_ms)
    elif call.state is CallState.CALLING_BACK:
        ring_time(centre, call)


def _is_so(centre: Centre, call: Call, made: Promise, found: FoundCallback, asked_at_ms: Instant) -> None:
    """The call does with that person what the list shows, whatever was believed."""
    if call.state is CallState.CALLBACK_OFFERED and found.offer == call.offer:
        _goes_on(centre, call, made, found)
        return
    if call.state is CallState.CALLING_BACK and found.offer == call.offer:
        if found.state is FoundCallbackState.TALKING:
            talk_begins(centre, call, made)
        return
    if call.state is not CallState.PROMISED:
        _silent(centre, call, made)
        if call.id not in centre.calls:
            return
    person = _free(centre, found, asked_at_ms)
    if person is None or not may_hear(centre.circles.agent[person.id].clearances, call.clearance):
        centre.actions.append(WithdrawOffer(call.id, found.offer, found.agent))
        call.known_at_ms = centre.now
        return
    centre.leave_line(call)
    centre.deadlines.cancel_all(call.id)
    centre.move(call, CallState.CALLBACK_OFFERED)
    call.offer, call.agent, call.offered_at_ms = found.offer, person.id, centre.now
    ring(centre, call, person)
    ring_no_longer_than(centre, person, centre.now + centre.queue_of(call).ring_ms)
    tell(centre, call)
    _goes_on(centre, call, made, found)


def _goes_on(centre: Centre, call: Call, made: Promise, found: FoundCallback) -> None:
    """From an offer to what the list shows."""
    if found.state is FoundCallbackState.RINGING:
        return
    begins_ringing(centre, call, made, centre.people[call.agent])
    if found.state is FoundCallbackState.TALKING:
        talk_begins(centre, call, made)
        if found.since_ms:
            call.answered_at_ms = Instant(min(max(found.since_ms, call.entered_at_ms), centre.now))
            tell(centre, call)


def _free(centre: Centre, found: FoundCallback, asked_at_ms: Instant) -> Person | None:
    """The person, if they do nothing else, or only what the list shows to be over."""
    person = centre.people.get(AgentId(found.agent))
    if person is None or person.id not in centre.plan.agents:
        return None
    if person.call and person.state is AgentState.RINGING and centre.calls[person.call].known_at_ms < asked_at_ms:
        withdraw(centre, person, OfferResult.WITHDRAWN)
    return None if person.call else person
