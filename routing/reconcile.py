"""What Asterisk has is true; what we believed otherwise is mended here, after an outage, a restart or a lost event.

Listing the same world twice changes nothing the second time. A list says nothing about what happened after it was asked
for, so whatever began later is left alone. First everybody is set free from what is no longer so, then found busy.
"""

from queues.agents import AgentState
from queues.entries import OfferResult, RoutingPaused, RoutingResumed, TalkEnder
from queues.ids import CallId, Instant
from routing.actions import LeaveToFallback, WithdrawOffer
from routing.callers import cut_off, missing
from routing.events import FoundCall, FoundState, LinkLost, WorldListed
from routing.moved import Seen, seen, tell_if_changed
from routing.offers import (
    away,
    begin_talk,
    end_talk,
    ended_as,
    offer_ends,
    remember_answer,
    ring,
    ring_no_longer_than,
    was_no_answer,
    withdraw,
)
from routing.partners import ring_ms
from routing.resume import read_papers, remember
from routing.searching import rings_on
from routing.secrecy import may_hear
from routing.staff import phone_is
from routing.state import NO_OFFER, NOBODY, RINGING, Call, CallState, Centre, Person

ORDER = (FoundState.TALKING, FoundState.RINGING, FoundState.IN_FALLBACK, FoundState.IN_SESSION)
"""Where lists contradict themselves, a talk counts more than a ring, and a ring more than none."""

_LAST = 1 << 62
"""The instant of whoever stands in no line yet."""


def link_lost(centre: Centre, event: LinkLost) -> bool:
    """No offers are made until the world has been listed."""
    if centre.paused:
        return False
    centre.paused = event.reason or "link_lost"
    centre.entries.append(RoutingPaused(centre.now, centre.paused))
    return True


def world_listed(centre: Centre, event: WorldListed) -> bool:
    """Calls, talks, rings and phones are as Asterisk has them, and offers are made again. False if a newer is known."""
    asked_at_ms = min(event.asked_at_ms, centre.now)
    if asked_at_ms < centre.listed_at_ms:
        return False
    centre.listed_at_ms = asked_at_ms
    present = {found.call for found in event.calls}
    for call in tuple(centre.calls.values()):
        if call.id not in present and call.known_at_ms < asked_at_ms and not call.off_the_line:
            # Whatever the list forgot: a session that lives after all is not left in silence.
            centre.actions.append(LeaveToFallback(call.id))
            (cut_off if event.restarted else missing)(centre, call)
    news = _news(centre, event.calls, asked_at_ms)
    before = {found.call: seen(centre.calls[found.call]) for found in news if found.call in centre.calls}
    for found in news:
        _let_go(centre, found)
    for found in news:
        _take_up(centre, found, asked_at_ms, before.get(found.call))
    for agent, phone in event.phones:
        if person := centre.people.get(agent):
            phone_is(centre, person, phone)
    if centre.paused:
        _go_on(centre)
    return True


def _go_on(centre: Centre) -> None:
    """Offers are made again, and those that ring have their time again."""
    centre.paused = ""
    centre.entries.append(RoutingResumed(centre.now))
    centre.everybody_is_new()
    for call in centre.calls.values():
        if call.state is CallState.OFFERED and not call.adopted:
            person = centre.people[call.agent]
            call.legs.rings = True  # whether it came through while nobody listened, nobody knows
            ring_no_longer_than(centre, person, max(call.offered_at_ms + ring_ms(centre, call, person), centre.now))
        elif call.state is CallState.CONNECTING:
            rings_on(centre, call)


def _news(centre: Centre, calls: tuple[FoundCall, ...], asked_at_ms: Instant) -> tuple[FoundCall, ...]:
    """What the list says of each call about which nothing newer is known; an ended call does not come back."""
    news: dict[CallId, FoundCall] = {}
    for found in sorted(calls, key=_turn):
        call = centre.calls.get(found.call)
        if found.call not in centre.over and (call is None or call.known_at_ms < asked_at_ms):
            news.setdefault(found.call, found)
    return tuple(news.values())


def _turn(found: FoundCall) -> tuple[int, int, int]:
    """Who is looked at first: within a state whoever is served first, so that callers come back in their order."""
    papers = found.papers
    return ORDER.index(found.state), -papers.priority, papers.entered_at_ms or _LAST


def _let_go(centre: Centre, found: FoundCall) -> None:
    """What the call was believed to do with a person, and does not, is over."""
    call = centre.calls.get(found.call)
    if call is None or _still_with(centre, call, found):
        return
    if call.state is CallState.TALKING and found.state is FoundState.IN_SESSION:
        ended_as(centre, call, TalkEnder.UNKNOWN)
    elif call.state is CallState.TALKING:
        end_talk(centre, call, TalkEnder.UNKNOWN)
        if found.state is not FoundState.TALKING:
            was_no_answer(centre, call, "talk_lost")
        _with_nobody(call)
    elif call.state in RINGING and (found.state is not FoundState.IN_SESSION or call.adopted):
        offer_ends(centre, call, OfferResult.WITHDRAWN)
        _with_nobody(call)


def _with_nobody(call: Call) -> None:
    call.state, call.offer, call.agent, call.search = CallState.AWAY, NO_OFFER, NOBODY, None


def _still_with(centre: Centre, call: Call, found: FoundCall) -> bool:
    """Whether the talk goes on, or the ringing does or has been answered, with the same person or nobody we know."""
    same = found.agent == call.agent
    if call.state is CallState.TALKING:
        unknown = NOBODY in {call.agent, found.agent} or found.agent not in centre.people
        return found.state is FoundState.TALKING and (same or unknown)
    if call.state is CallState.CONNECTING and call.agent == NOBODY:
        same = found.agent not in centre.people
    return call.state in RINGING and same and found.state in {FoundState.RINGING, FoundState.TALKING}


def _take_up(centre: Centre, found: FoundCall, asked_at_ms: Instant, before: Seen | None) -> None:
    """The call does what Asterisk has it do."""
    call = centre.calls.get(found.call)
    if found.call in centre.over or found.state is FoundState.IN_SESSION:
        return
    known = call is not None
    if call is None:
        if found.state is FoundState.IN_FALLBACK and len(centre.calls) >= centre.plan.max_calls:
            return
        call = centre.new_call(found.call, found.number, found.caller, found.papers.language)
        call.state, call.adopted = CallState.AWAY, True
    if call.state in {CallState.AWAY, CallState.MENU, CallState.NAMING}:
        read_papers(centre, call, found.papers)
    if call.state not in {CallState.CONNECTING, CallState.TALKING}:
        call.search = None
    if found.offer < 0 or not (call.stood_in_line or call.search):
        call.adopted = True  # there is no place of ours to go back to
    was_answered = call.answered_at_ms > 0
    _TAKE_UP[found.state](centre, call, found, asked_at_ms)
    call.known_at_ms = centre.now
    if not known:
        remember(centre, call)
    elif call.state is CallState.TALKING and not was_answered:
        remember_answer(centre, call)
    tell_if_changed(centre, call, before)


def _in_fallback(centre: Centre, call: Call, _found: FoundCall, _asked_at_ms: Instant) -> None:
    away(centre, call)


def _talks(centre: Centre, call: Call, found: FoundCall, asked_at_ms: Instant) -> None:
    person = _free_person(centre, found, asked_at_ms)
    if call.state is CallState.TALKING and (person is None or call.agent == person.id):
        return
    call.offer, call.agent = found.offer or call.offer, person.id if person else NOBODY
    if person is not None:
        _comes_back_to(centre, person)
    begin_talk(centre, call, person)
    call.answered_at_ms = Instant(min(max(found.since_ms or centre.now, call.entered_at_ms), centre.now))


def _rings(centre: Centre, call: Call, found: FoundCall, asked_at_ms: Instant) -> None:
    if call.state in RINGING:
        return
    person = _free_person(centre, found, asked_at_ms)
    if person is None:
        away(centre, call)
        return
    if not may_hear(centre.circles.agent[person.id].clearances, call.clearance):
        centre.actions.append(WithdrawOffer(call.id, found.offer, person.id))
        away(centre, call)
        return
    centre.leave_line(call)
    centre.deadlines.cancel_all(call.id)
    centre.move(call, CallState.OFFERED)
    call.offer, call.agent = found.offer, person.id
    call.offered_at_ms = Instant(min(found.since_ms or centre.now, centre.now))
    _comes_back_to(centre, person)
    ring(centre, call, person)
    if not call.adopted:
        call.legs.rings = True
        ring_no_longer_than(centre, person, max(call.offered_at_ms + ring_ms(centre, call, person), centre.now))


_TAKE_UP = {FoundState.TALKING: _talks, FoundState.RINGING: _rings, FoundState.IN_FALLBACK: _in_fallback}


def _comes_back_to(centre: Centre, person: Person) -> None:
    """Who had chosen not to take calls, and is found with one all the same, goes back to that afterwards."""
    if person.partner:
        return  # a line does what the hour and the circuit say
    left = person.state is AgentState.LOGGED_OUT and person.chose_to_leave
    if left or (person.state is AgentState.NOT_READY and not centre.ends_by_itself(person)):
        person.intends, person.intends_reason = person.state, person.reason


def _free_person(centre: Centre, found: FoundCall, asked_at_ms: Instant) -> Person | None:
    """The agent whom Asterisk shows with this call, set free from a ring that is no more; None if they are not free."""
    person = centre.people.get(found.agent)
    if person is None or person.call == found.call or not person.call:
        return person
    if person.state is AgentState.RINGING and centre.calls[person.call].known_at_ms < asked_at_ms:
        withdraw(centre, person, OfferResult.WITHDRAWN)
        return person
    return None
