"""An offer is one attempt to put one call to one agent; what its answer, its failure and the talk's end mean."""

from queues.agents import AgentState, NotReadyReason
from queues.entries import (
    CallAnswered,
    CallOffered,
    CallReturned,
    OfferEnded,
    OfferResult,
    Outcome,
    TalkEnded,
    TalkEnder,
)
from queues.ids import AgentId, Instant, partner_of
from routing import partners
from routing.actions import OfferToAgent, TakeBack, WithdrawOffer
from routing.deadlines import DeadlineKind
from routing.events import ConversationEnded, OfferAnswered, OfferFailed
from routing.handed import let_go
from routing.matching import first_step
from routing.moved import tell
from routing.parties import TalkedTo
from routing.promises import kept, offer_of, stand_again
from routing.searching import NO_ANSWER, WHY, not_reached
from routing.state import NO_OFFER, NOBODY, Call, CallState, Centre, Person
from routing.surveys import talk_was_had

REFUSALS = {OfferResult.NO_ANSWER, OfferResult.DECLINED}
"""What counts against the person; a busy or dead phone does not."""
NO_TALK_MS = 1_000
"""A caller who hangs up this soon after the answer did so as the phone was answered, and was not helped."""


def offer(centre: Centre, call: Call, person: Person) -> None:
    """The agent's phone rings for the call, which hears music all the while."""
    queue = centre.queue_of(call)
    pair_steps = centre.circles.pair_steps[call.queue][person.index]
    step = first_step(call.open_steps, pair_steps).bit_length() - 1
    level = centre.circles.level[call.queue][person.index]
    centre.forecasts.taken(call.queue, centre.now)
    centre.leave_line(call)
    centre.move(call, CallState.CALLBACK_OFFERED if call.promise else CallState.OFFERED)
    call.offer, call.agent, call.offered_at_ms = centre.next_offer(), person.id, centre.now
    centre.entries.append(CallOffered(centre.now, call.id, call.offer, call.queue, person.id, step, level))
    ring(centre, call, person)
    ring_no_longer_than(centre, person, centre.now + queue.ring_ms)
    if call.promise is not None:
        centre.actions.append(offer_of(centre, call, call.promise, person))
    elif person.partner:
        partners.ring_line(centre, call, person)
    else:
        centre.actions.append(OfferToAgent(call.id, call.offer, person.id, queue.ring_ms, queue.music))


def ring(centre: Centre, call: Call, person: Person) -> None:
    """The person's one offer is this call."""
    centre.become(person, AgentState.RINGING)
    person.call = call.id


def ring_no_longer_than(centre: Centre, person: Person, until_ms: int) -> None:
    """The phone stops at this instant (ms) if nobody has answered by then."""
    centre.deadlines.set(person.id, DeadlineKind.RING_ENDS, until_ms)


def answered(centre: Centre, call: Call, event: OfferAnswered) -> bool:
    """Agent and caller talk. False if the answer is to an offer that is no more: then nothing has changed."""
    if event.offer != call.offer:
        return False
    begin_talk(centre, call, centre.people.get(call.agent))
    remember_answer(centre, call)
    return True


def remember_answer(centre: Centre, call: Call) -> None:
    """It is remembered when the talk began, and after how long a wait."""
    wait_ms = call.handed.waited_until(call.entered_at_ms, call.answered_at_ms)
    centre.forecasts.answered(call.id, centre.now)
    centre.entries.append(CallAnswered(centre.now, call.id, call.offer, call.queue, call.agent, wait_ms))


def begin_talk(centre: Centre, call: Call, person: Person | None) -> None:
    """Both talk, from now on."""
    centre.leave_line(call)
    centre.deadlines.cancel_all(call.id)
    centre.move(call, CallState.TALKING)
    call.answered_at_ms, call.outcome = centre.now, None
    let_go(centre, call)
    if person is not None:
        caller = call.promise.number if call.promise else call.caller
        person.talked_to = TalkedTo(caller, call.number, call.language, call.queue, call.clearance)
        person.misses = 0
        centre.become(person, AgentState.TALKING)
        person.call = call.id
        partners.talk_begins(centre, person)


def failed(centre: Centre, call: Call, event: OfferFailed) -> bool:
    """The ringing was for nothing; the call is back in line, in its old place. False if the offer was no more."""
    if event.offer != call.offer:
        return False
    offer_ends(centre, call, event.result)
    back(centre, call, event.result)
    return True


def offer_ends(centre: Centre, call: Call, result: OfferResult) -> None:
    """It is remembered how the offer ended, and the person goes on; the call is for the caller of this to place."""
    rang_ms = centre.now - call.offered_at_ms
    centre.entries.append(OfferEnded(centre.now, call.id, call.offer, call.agent, result, rang_ms))
    person = centre.people.get(call.agent)
    if person is not None and person.partner:
        partners.line_failed(centre, call, person, result)
    elif person is not None:
        after_ringing(centre, person, result)


def back(centre: Centre, call: Call, result: OfferResult = OfferResult.NO_ANSWER) -> None:
    """The call waits again: in our line, or, if it is not in a session of ours, until it has been taken back.

    Who looked for a person by name and stands in no line hears why they are not reached.
    """
    if call.promise is not None:
        stand_again(centre, call, call.promise)
    elif call.adopted:
        away(centre, call)
        tell(centre, call)
    elif call.search is not None:
        not_reached(centre, call, call.search, WHY.get(result, NO_ANSWER))
    else:
        centre.wait(call)


def away(centre: Centre, call: Call) -> None:
    """The call is in the fail-open dialplan, and is asked back from there."""
    centre.leave_line(call)
    centre.deadlines.cancel_all(call.id)
    centre.move(call, CallState.AWAY)
    call.offer, call.agent, call.adopted, call.answered_at_ms = NO_OFFER, NOBODY, True, Instant(0)
    call.search = None
    centre.actions.append(TakeBack(call.id))


def withdraw(centre: Centre, person: Person, result: OfferResult) -> None:
    """The person's phone stops ringing, they go on, and the call is back in line."""
    call = centre.calls[person.call]
    centre.actions.append(WithdrawOffer(call.id, call.offer, call.agent))
    offer_ends(centre, call, result)
    back(centre, call, result)


def ring_ends(centre: Centre, owner: str) -> None:
    """Nobody answered in time: the phone stops, the call goes on, the person gets a pause.

    While nothing can be withdrawn and no answer seen, Asterisk's own time-out ends the ringing instead.
    """
    if not centre.paused:
        person = centre.people[AgentId(owner)]
        call = centre.calls[person.call]
        made = call.promise
        # An agent who heard whom to ring, and pressed nothing, has been at the phone.
        listened = made is not None and made.listens
        withdraw(centre, person, OfferResult.DECLINED if listened else partners.not_answered(call, person))


def after_ringing(centre: Centre, person: Person, result: OfferResult) -> None:
    """The person after an offer that led to no talk. After `rona_limit` refusals only they themselves come back."""
    plan = centre.plan
    if person.intends is not None:
        does_as_intended(centre, person)
    elif result in REFUSALS:
        person.misses += 1
        until = centre.now + plan.rona_pause_ms if person.misses < plan.rona_limit else 0
        reason = NotReadyReason.RONA if result is OfferResult.NO_ANSWER else result.value
        centre.become(person, AgentState.NOT_READY, reason, until)
    elif result in {OfferResult.BUSY, OfferResult.UNREACHABLE}:
        until = centre.now + plan.phone_fault_pause_ms
        centre.become(person, AgentState.NOT_READY, NotReadyReason.PHONE_FAULT, until)
    else:
        centre.become(person, AgentState.READY)


def does_as_intended(centre: Centre, person: Person) -> None:
    """The person does what they asked for, or did, before the phone rang or while they talked."""
    state, reason = person.intends or AgentState.READY, person.intends_reason
    person.intends, person.intends_reason = None, ""
    centre.become(person, state, reason)


def ended(centre: Centre, call: Call, event: ConversationEnded) -> bool:
    """The talk is over; one that was none puts the call back in its place. False if it was another offer's talk."""
    if event.offer != call.offer:
        return False
    ended_as(centre, call, event.by)
    return True


def ended_unseen(centre: Centre, call: Call, event: ConversationEnded) -> bool:
    """The talk is over and its beginning was not seen. With the link up it would have been, had it lasted at all."""
    if event.offer != call.offer:
        return False
    begin_talk(centre, call, centre.people.get(call.agent))
    remember_answer(centre, call)
    ended_as(centre, call, TalkEnder.UNKNOWN if centre.paused else event.by)
    return True


def ended_as(centre: Centre, call: Call, by: TalkEnder) -> None:
    """The talk is over and the caller is still there."""
    outside = partner_of(call.agent)
    short_ms = partners.short_talk_ms(centre, outside)
    person = centre.people.get(call.agent)
    if by is TalkEnder.NO_SOUND and person is not None and not (person.partner or person.intends):
        person.intends, person.intends_reason = AgentState.NOT_READY, NotReadyReason.DEAD_AIR
    talk_ms = end_talk(centre, call, by)
    if talk_ms < centre.plan.dead_air_ms and by is TalkEnder.NO_SOUND:
        was_no_answer(centre, call, NotReadyReason.DEAD_AIR)
        back(centre, call)
    elif talk_ms < short_ms and by is TalkEnder.AGENT:
        was_no_answer(centre, call, "short_talk")
        back(centre, call)
    elif call.promise is not None:
        kept(centre, call, f"{by.value}_hung_up")
    elif outside:
        centre.hang_up(call, Outcome.OVERFLOWED_EXTERNAL, f"{by.value}_hung_up")
    else:
        call.search = None
        talk_was_had(centre, call, by)


def was_no_answer(centre: Centre, call: Call, reason: str) -> None:
    """The answer does not count: the caller has not been served."""
    call.answered_at_ms = Instant(0)
    centre.entries.append(CallReturned(centre.now, call.id, call.queue, call.entered_at_ms, reason))


def caller_ends_talk(centre: Centre, call: Call) -> Outcome:
    """The outcome of a talk that the caller ended; who hangs up as the phone is answered was never answered (F40)."""
    if centre.now - call.answered_at_ms >= NO_TALK_MS or call.adopted:
        end_talk(centre, call, TalkEnder.CALLER)
        return Outcome.OVERFLOWED_EXTERNAL if partner_of(call.agent) else Outcome.ANSWERED
    remember_talk(centre, call, TalkEnder.CALLER)
    was_no_answer(centre, call, "short_talk")
    call.state = CallState.OFFERED
    if person := centre.people.get(call.agent):
        after_talk(centre, person, 0)
    return Outcome.ABANDONED


def end_talk(centre: Centre, call: Call, by: TalkEnder) -> int:
    """The talk's length (ms); the person goes on to wrap-up, or to what they asked for during the talk."""
    talk_ms = remember_talk(centre, call, by)
    person = centre.people.get(call.agent)
    if person is not None and person.partner:
        partners.line_talked(centre, call, person, talk_ms, by)
    elif person is not None:
        after_talk(centre, person, centre.queue_of(call).wrap_up_ms)
    return talk_ms


def remember_talk(centre: Centre, call: Call, by: TalkEnder) -> int:
    """The talk's length (ms), which is remembered."""
    talk_ms = centre.now - call.answered_at_ms
    centre.entries.append(TalkEnded(centre.now, call.id, call.offer, call.agent, talk_ms, by))
    return talk_ms


def after_talk(centre: Centre, person: Person, wrap_up_ms: int) -> None:
    """What the person does after a talk."""
    if person.partner:
        partners.line_free(centre, person)
    elif person.intends is not None:
        does_as_intended(centre, person)
    elif wrap_up_ms:
        centre.become(person, AgentState.WRAP_UP, "", centre.now + wrap_up_ms)
    else:
        centre.become(person, AgentState.READY)
