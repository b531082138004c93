"""An offer is one attempt to put one call to one agent; what its answer, its failure and the talk's end mean."""

from queues.agents import AgentState, NotReadyReason
from queues.entries import CallAnswered, CallOffered, OfferEnded, OfferResult, Outcome, TalkEnded, TalkEnder
from queues.ids import AgentId, Instant
from routing.actions import OfferToAgent, TakeBack, WithdrawOffer
from routing.deadlines import DeadlineKind
from routing.events import ConversationEnded, OfferAnswered, OfferFailed
from routing.state import Call, CallState, Centre, Person

REFUSALS = {OfferResult.NO_ANSWER, OfferResult.DECLINED}
"""What counts against the person; a busy or dead phone does not."""


def offer(centre: Centre, call: Call, person: Person) -> None:
    """The agent's phone rings for the call, which hears music all the while."""
    queue = centre.queue_of(call)
    step = centre.circles.pair_step[call.queue][person.index]
    level = centre.circles.level[call.queue][person.index]
    centre.leave_line(call)
    call.state, call.offer, call.agent = CallState.OFFERED, centre.next_offer(), person.id
    call.offered_at_ms = centre.now
    centre.entries.append(CallOffered(centre.now, call.id, call.offer, call.queue, person.id, step, level))
    ring(centre, call, person)
    centre.deadlines.set(person.id, DeadlineKind.RING_ENDS, centre.now + queue.ring_ms)
    centre.actions.append(OfferToAgent(call.id, call.offer, person.id, queue.ring_ms, queue.music))


def ring(centre: Centre, call: Call, person: Person) -> None:
    """The person's one offer is this call."""
    centre.become(person, AgentState.RINGING)
    person.call = call.id


def answered(centre: Centre, call: Call, event: OfferAnswered) -> bool:
    """Agent and caller talk. False if the answer is to an offer that is no more: then nothing has changed."""
    if event.offer != call.offer:
        return False
    begin_talk(centre, call, centre.people.get(call.agent))
    wait_ms = centre.now - call.entered_at_ms
    centre.entries.append(CallAnswered(centre.now, call.id, call.offer, call.queue, call.agent, wait_ms))
    return True


def begin_talk(centre: Centre, call: Call, person: Person | None) -> None:
    """Both talk, from now on."""
    centre.leave_line(call)
    centre.deadlines.cancel_all(call.id)
    call.state, call.answered_at_ms = CallState.TALKING, centre.now
    if person is not None:
        person.misses = 0
        centre.become(person, AgentState.TALKING)
        person.call = call.id


def failed(centre: Centre, call: Call, event: OfferFailed) -> bool:
    """The ringing was for nothing; the call is back in line, in its old place. False if the offer was no more."""
    if event.offer != call.offer:
        return False
    person = centre.people[call.agent]
    offer_over(centre, call, event.result)
    after_ringing(centre, person, event.result)
    back(centre, call)
    return True


def offer_over(centre: Centre, call: Call, result: OfferResult) -> None:
    """It is remembered how the offer ended."""
    rang_ms = centre.now - call.offered_at_ms
    centre.entries.append(OfferEnded(centre.now, call.id, call.offer, call.agent, result, rang_ms))


def back(centre: Centre, call: Call) -> None:
    """The call waits again: in our line, or, if it is not in a session of ours, until it has been taken back."""
    if call.adopted:
        call.state = CallState.AWAY
        centre.actions.append(TakeBack(call.id))
    else:
        centre.wait(call)


def withdraw(centre: Centre, call: Call, result: OfferResult) -> None:
    """The phone stops ringing and the call is back in line; what becomes of the person the caller of this decides."""
    offer_over(centre, call, result)
    centre.actions.append(WithdrawOffer(call.id, call.offer, call.agent))
    back(centre, call)


def ring_ends(centre: Centre, owner: str) -> None:
    """Nobody answered in time: the phone stops, the call goes on, the person gets a pause."""
    person = centre.people[AgentId(owner)]
    withdraw(centre, centre.calls[person.call], OfferResult.NO_ANSWER)
    after_ringing(centre, person, OfferResult.NO_ANSWER)


def after_ringing(centre: Centre, person: Person, result: OfferResult) -> None:
    """The person after an offer that led to no talk. After `rona_limit` refusals only they themselves come back."""
    plan = centre.plan
    if result in REFUSALS:
        person.misses += 1
        until = centre.now + plan.rona_pause_ms if person.misses < plan.rona_limit else 0
        reason = NotReadyReason.RONA if result is OfferResult.NO_ANSWER else result.value
        centre.become(person, AgentState.NOT_READY, reason, until)
    elif result in {OfferResult.BUSY, OfferResult.UNREACHABLE}:
        until = centre.now + plan.phone_fault_pause_ms
        centre.become(person, AgentState.NOT_READY, NotReadyReason.PHONE_FAULT, until)
    else:
        centre.become(person, AgentState.READY)


def ended(centre: Centre, call: Call, event: ConversationEnded) -> bool:
    """The talk is over; one that was none puts the call back in its place. False if it was another offer's talk."""
    if event.offer != call.offer:
        return False
    ended_as(centre, call, event.by)
    return True


def ended_as(centre: Centre, call: Call, by: TalkEnder) -> None:
    """The talk is over and the caller is still there."""
    talk_ms = end_talk(centre, call, by)
    if talk_ms < centre.plan.short_talk_ms and by is TalkEnder.AGENT and not call.adopted:
        call.answered_at_ms = Instant(0)
        centre.return_to_line(call, "short_talk")
    else:
        centre.hang_up(call, Outcome.ANSWERED, f"{by.value}_hung_up")


def end_talk(centre: Centre, call: Call, by: TalkEnder) -> int:
    """The talk's length (ms); the person goes on to wrap-up, or to what they asked for during the talk."""
    talk_ms = centre.now - call.answered_at_ms
    centre.entries.append(TalkEnded(centre.now, call.id, call.offer, call.agent, talk_ms, by))
    person = centre.people.get(call.agent)
    if person is not None:
        after_talk(centre, person, centre.queue_of(call).wrap_up_ms)
    return talk_ms


def after_talk(centre: Centre, person: Person, wrap_up_ms: int) -> None:
    """What the person does after a talk."""
    if person.intends is not None:
        state, reason = person.intends, person.intends_reason
        person.intends = None
        centre.become(person, state, reason)
    elif wrap_up_ms:
        centre.become(person, AgentState.WRAP_UP, "", centre.now + wrap_up_ms)
    else:
        centre.become(person, AgentState.READY)
