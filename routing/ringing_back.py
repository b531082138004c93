"""Ringing back: an agent is asked, hears whom it is about and presses 1; then the citizen is rung, and presses 1 too.

A try that reaches nobody is made again later, so often and no more. What a deadline of a promised call means is here.
"""

from queues.agents import AgentState
from queues.entries import CallbackOverdue, CitizenMissed, CitizenRung, OfferResult
from queues.ids import CallId, Instant
from routing.actions import WithdrawOffer
from routing.callback_events import (
    CallbackAccepted,
    CallbackNotBegun,
    CallbackNotWritten,
    CitizenNotReached,
    CitizenReached,
)
from routing.callbacks import frees, not_written
from routing.deadlines import DeadlineKind
from routing.events import ConversationEnded, OfferAnswered, OfferFailed
from routing.offers import begin_talk, end_talk, offer_ends, remember_answer, ring_no_longer_than
from routing.promise import Promise
from routing.promises import ends_with_its_line, given_up, kept, rules_of, stand, write_down
from routing.state import Call, CallState, Centre, Person

LISTENS_MS = 30_000
"""How long an agent may hear what it is about and think, after lifting the receiver."""
NOT_BEGUN_MS = 10_000
"""How long a promise rests when no agent could be rung for it."""
CONFIRMS_MS = 30_000
"""How long whoever answers may hear who rings and press the key, after the ringing."""


def agent_listens(centre: Centre, call: Call, event: OfferAnswered) -> bool:
    """The agent has lifted the receiver and is told whom to ring; nobody is rung yet."""
    if event.offer != call.offer or call.promise is None:
        return False
    call.promise.listens = True
    ring_no_longer_than(centre, centre.people[call.agent], centre.now + LISTENS_MS)
    return True


def accepted(centre: Centre, call: Call, event: CallbackAccepted) -> bool:
    """The agent pressed 1; the citizen's phone rings."""
    if event.offer != call.offer or call.promise is None:
        return False
    begins_ringing(centre, call, call.promise, centre.people[call.agent])
    return True


def not_begun(centre: Centre, call: Call, event: CallbackNotBegun) -> bool:
    """Nobody's phone rang: the person is ready for others at once, and the promise rests a while."""
    if event.offer != call.offer or call.promise is None:
        return False
    offer_ends(centre, call, OfferResult.WITHDRAWN)
    call.promise.rests_until_ms = Instant(centre.now + NOT_BEGUN_MS)
    stand(centre, call, call.promise)
    return True


def begins_ringing(centre: Centre, call: Call, made: Promise, person: Person) -> None:
    """The agent is taken by this callback and the citizen is rung, for so long and no longer."""
    made.tries += 1
    made.rests_until_ms = Instant(centre.now + rules_of(centre, call).retry_ms)
    centre.move(call, CallState.CALLING_BACK)
    centre.deadlines.cancel(call.id, DeadlineKind.STEP_OPENS)
    person.misses = 0
    centre.become(person, AgentState.TALKING)
    person.call = call.id
    centre.entries.append(CitizenRung(centre.now, call.id, call.offer, call.agent, made.tries))
    ring_time(centre, call)
    write_down(centre, call, made)


def ring_time(centre: Centre, call: Call) -> None:
    """Whoever is rung has from now on so long to answer and press the key."""
    due_ms = centre.now + rules_of(centre, call).ring_ms + CONFIRMS_MS
    centre.deadlines.set(call.id, DeadlineKind.CALLBACK_DUE, due_ms)


def reached(centre: Centre, call: Call, event: CitizenReached) -> bool:
    """Agent and citizen hear each other."""
    if event.offer != call.offer or call.promise is None:
        return False
    if call.state is CallState.CALLBACK_OFFERED:
        begins_ringing(centre, call, call.promise, centre.people[call.agent])
    talk_begins(centre, call, call.promise)
    return True


def talk_begins(centre: Centre, call: Call, made: Promise) -> None:
    """The promise is being kept."""
    made.reached_at_ms = centre.now
    begin_talk(centre, call, centre.people.get(call.agent))
    remember_answer(centre, call)
    write_down(centre, call, made)


def not_reached(centre: Centre, call: Call, event: CitizenNotReached) -> bool:
    """The citizen was rung for nothing."""
    if event.offer != call.offer or call.promise is None:
        return False
    if call.state is CallState.CALLBACK_OFFERED:
        begins_ringing(centre, call, call.promise, centre.people[call.agent])
    missed(centre, call, call.promise, event.result)
    return True


def leg_lost(centre: Centre, call: Call, event: OfferFailed) -> bool:
    """The agent hung up while the citizen was rung."""
    return not_reached(centre, call, CitizenNotReached(call.id, event.offer, event.result))


def missed(centre: Centre, call: Call, made: Promise, result: OfferResult) -> None:
    """Again later, or, after so many tries, not any more; the agent goes on."""
    rules = rules_of(centre, call)
    last = made.tries >= rules.tries
    made.rests_until_ms = Instant(0 if last else centre.now + rules.retry_ms)
    centre.entries.append(
        CitizenMissed(centre.now, call.id, call.offer, call.agent, result, made.tries, made.rests_until_ms),
    )
    frees(centre, call)
    if last:
        given_up(centre, call, "not_reached")
        return
    stand(centre, call, made)
    write_down(centre, call, made)


def talk_ended_unseen(centre: Centre, call: Call, event: ConversationEnded) -> bool:
    """The talk is over and its beginning was not seen: nobody knows how long it was; nobody is rung twice for it."""
    if not reached(centre, call, CitizenReached(call.id, event.offer)):
        return False
    end_talk(centre, call, event.by)
    kept(centre, call, f"{event.by.value}_hung_up")
    return True


def due(centre: Centre, owner: str) -> None:
    """What the promised call waited for has come: its turn to stand in line, its closing, or the end of a ringing."""
    call = centre.calls[CallId(owner)]
    if call.promise is None:
        return
    if call.state is CallState.PROMISING:
        not_written(centre, call, CallbackNotWritten(call.id))
    elif call.state is CallState.PROMISED and ends_with_its_line(centre, call):
        given_up(centre, call, "line_closed")
    elif call.state is CallState.PROMISED:
        centre.leave_line(call)
        stand(centre, call, call.promise)
    elif call.state is CallState.CALLING_BACK and not centre.paused:
        centre.actions.append(WithdrawOffer(call.id, call.offer, call.agent))
        missed(centre, call, call.promise, OfferResult.NO_ANSWER)


def overdue(centre: Centre, owner: str) -> None:
    """Somebody is to know that the promise is not kept yet."""
    call = centre.calls[CallId(owner)]
    if call.promise is not None:
        call.promise.alarmed = True
        centre.entries.append(CallbackOverdue(centre.now, call.id, call.queue, call.promise.due_ms))
