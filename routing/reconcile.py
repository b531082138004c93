"""What Asterisk has is true; what we believed otherwise is mended here, after an outage, a restart or a lost event.

Listing the same world twice changes nothing the second time. A list says nothing about what happened after it was asked
for, so whatever began later is left alone.
"""

from queues.agents import AgentState
from queues.entries import CallAnswered, CallRecovered, OfferResult, Outcome, RoutingPaused, RoutingResumed, TalkEnder
from queues.ids import UNKNOWN_CLEARANCE, AgentId, Instant
from routing.actions import TakeBack
from routing.callers import call_arrived, enter_menu, entrance_of, gone, leave
from routing.events import CallArrived, CallResumed, FoundCall, FoundState, LinkLost, WorldListed
from routing.offers import after_ringing, begin_talk, end_talk, ended_as, offer_over, ring, withdraw
from routing.papers import Papers
from routing.staff import phone_is
from routing.state import NO_OFFER, NOBODY, Call, CallState, Centre, Person

ORDER = (FoundState.IN_SESSION, FoundState.IN_FALLBACK, FoundState.RINGING, FoundState.TALKING)
"""People are set free before they are found busy."""


def link_lost(centre: Centre, event: LinkLost) -> bool:
    """No offers are made until the world has been listed."""
    if centre.paused:
        return False
    centre.paused = event.reason
    centre.entries.append(RoutingPaused(centre.now, event.reason))
    return True


def world_listed(centre: Centre, event: WorldListed) -> None:
    """Calls, talks, rings and phones are as Asterisk has them, and offers are made again."""
    present = {found.call for found in event.calls}
    for call in tuple(centre.calls.values()):
        if call.id not in present and call.seen_at_ms < event.asked_at_ms:
            gone(centre, call, "missing")
    for found in sorted(event.calls, key=lambda found: ORDER.index(found.state)):
        _found(centre, found, event.asked_at_ms)
    for agent, phone in event.phones:
        if person := centre.people.get(agent):
            phone_is(centre, person, phone)
    if centre.paused:
        centre.paused = ""
        centre.entries.append(RoutingResumed(centre.now))
        centre.everybody_is_new()


def _found(centre: Centre, found: FoundCall, asked_at_ms: Instant) -> None:
    call = centre.calls.get(found.call)
    if call is not None and call.seen_at_ms >= asked_at_ms:
        return
    if found.state is FoundState.TALKING:
        _found_talking(centre, found, call)
    elif found.state is FoundState.RINGING:
        _found_ringing(centre, found, call)
    elif found.state is FoundState.IN_FALLBACK:
        _found_in_fallback(centre, found, call)
    elif call is not None and call.state is CallState.TALKING and call.answered_at_ms < asked_at_ms:
        ended_as(centre, call, TalkEnder.UNKNOWN)


def _found_talking(centre: Centre, found: FoundCall, known: Call | None) -> None:
    if known and known.state is CallState.TALKING:
        return
    person = _free_person(centre, found)
    call = known or _adopt(centre, found)
    if known and known.state is CallState.OFFERED and known.agent != found.agent:
        withdraw(centre, call, OfferResult.WITHDRAWN)
        after_ringing(centre, centre.people[known.agent], OfferResult.WITHDRAWN)
    call.offer = found.offer or call.offer
    call.agent = person.id if person else NOBODY
    begin_talk(centre, call, person)
    call.answered_at_ms = Instant(min(found.since_ms or centre.now, centre.now))
    if known:
        wait_ms = max(call.answered_at_ms - call.entered_at_ms, 0)
        centre.entries.append(CallAnswered(centre.now, call.id, call.offer, call.queue, call.agent, wait_ms))
    else:
        _remember(centre, call)


def _found_ringing(centre: Centre, found: FoundCall, known: Call | None) -> None:
    if known and known.state is not CallState.AWAY:
        return
    person = _free_person(centre, found)
    if person is None:
        _found_in_fallback(centre, found, known)
        return
    call = known or _adopt(centre, found)
    call.state, call.offer, call.agent = CallState.OFFERED, found.offer, person.id
    call.offered_at_ms = Instant(min(found.since_ms or centre.now, centre.now))
    call.adopted = True
    ring(centre, call, person)
    if not known:
        _remember(centre, call)


def _free_person(centre: Centre, found: FoundCall) -> Person | None:
    """The agent whom Asterisk shows with this call, set free from anything else; None if they talk to somebody else."""
    person = centre.people.get(found.agent)
    if person is None or person.call == found.call:
        return person
    if person.state is AgentState.TALKING:
        return None
    if person.state is AgentState.RINGING:
        withdraw(centre, centre.calls[person.call], OfferResult.WITHDRAWN)
        after_ringing(centre, person, OfferResult.WITHDRAWN)
    return person


def _found_in_fallback(centre: Centre, found: FoundCall, known: Call | None) -> None:
    call = known or _adopt(centre, found)
    if call.state is CallState.TALKING:
        end_talk(centre, call, TalkEnder.UNKNOWN)
    elif call.state is CallState.OFFERED:
        person = centre.people[call.agent]
        offer_over(centre, call, OfferResult.WITHDRAWN)
        after_ringing(centre, person, OfferResult.WITHDRAWN)
    centre.leave_line(call)
    centre.deadlines.cancel_all(call.id)
    call.state, call.offer, call.agent, call.adopted = CallState.AWAY, NO_OFFER, NOBODY, True
    if not known:
        _remember(centre, call)
    centre.actions.append(TakeBack(call.id))


def _adopt(centre: Centre, found: FoundCall) -> Call:
    """A call that we did not know, as its papers describe it."""
    call = centre.new_call(found.call, found.number, found.caller, found.papers.language)
    call.seen_at_ms = Instant(0)
    call.state, call.adopted = CallState.AWAY, True
    read_papers(centre, call, found.papers)
    return call


def read_papers(centre: Centre, call: Call, papers: Papers) -> None:
    """The call has the place and the clearance that it carries, as far as the plan knows them."""
    call.menu = papers.menu if papers.menu in centre.plan.menus else call.menu
    call.queue = papers.queue if papers.queue in centre.plan.queues else call.queue
    call.entered_at_ms = Instant(min(max(papers.entered_at_ms, 0), centre.now))
    call.clearance = papers.clearance
    call.language = papers.language
    call.priority = min(max(papers.priority, 0), 9)
    call.recoveries = papers.recoveries + 1


def _remember(centre: Centre, call: Call) -> None:
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
            AgentId(call.agent),
            call.answered_at_ms,
        ),
    )


def arrived(centre: Centre, event: CallArrived) -> None:
    """A new caller; or one whom we know and whose session was lost before it had papers."""
    if event.call in centre.calls:
        call_resumed(centre, CallResumed(event.call, event.number, event.caller, Papers()))
    else:
        call_arrived(centre, event)


def call_resumed(centre: Centre, event: CallResumed) -> None:
    """A caller whose session was lost goes on where they were: in line in the old place, or in the menu they heard."""
    call = centre.calls.get(event.call)
    if call is None:
        call = centre.new_call(event.call, event.number, event.caller, event.papers.language)
        read_papers(centre, call, event.papers)
    else:
        call.recoveries += 1
        call.seen_at_ms = centre.now
    if call.state is CallState.TALKING:
        end_talk(centre, call, TalkEnder.UNKNOWN)
        centre.hang_up(call, Outcome.ANSWERED, "resumed_after_talk")
        return
    if call.state is CallState.OFFERED:
        person = centre.people[call.agent]
        offer_over(centre, call, OfferResult.WITHDRAWN)
        after_ringing(centre, person, OfferResult.WITHDRAWN)
    was_leaving = call.state is CallState.LEAVING
    centre.leave_line(call)
    call.offer, call.agent, call.adopted = NO_OFFER, NOBODY, False
    _remember(centre, call)
    if was_leaving:
        prompts = entrance_of(centre, call.number).closed_prompts if call.outcome is Outcome.CLOSED else ()
        leave(centre, call, prompts, call.outcome or Outcome.TURNED_AWAY, call.reason)
    elif call.queue and call.clearance != UNKNOWN_CLEARANCE:
        centre.enqueue(call, call.queue, "resumed", quietly=True)
    else:
        # Without a clearance nobody could take the call: the caller chooses again, and keeps the place.
        entrance = entrance_of(centre, call.number)
        enter_menu(centre, call, call.menu or entrance.menu)
