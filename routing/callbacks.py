"""A callback is the caller's place in line without the caller: promised, offered to an agent, and only then rung.

Four rules. The caller is let go when the promise is written down, not before. An agent is asked as for any other call,
and the citizen's phone rings only after the agent has pressed 1. Whoever answers presses 1 too, or it was nobody. And a
promise ends in exactly one way: kept, given up after so many tries, or taken back because the caller is there.
"""

from collections.abc import Callable
from typing import Any

from queues.entries import (
    CallbackPromised,
    CallbackTakenBack,
    CallEntered,
    CallQueued,
    OfferResult,
)
from queues.ids import UNKNOWN_CLEARANCE, CallId, Instant, QueueId
from routing.actions import EndCall, HoldMusic, KeepPapers, LeaveToFallback, Say, WithdrawOffer
from routing.callback_events import (
    CallbackCancelled,
    CallbackNotWritten,
    CallbackOrdered,
    CallbackRestored,
    CallbackWritten,
)
from routing.callers import entrance_of
from routing.deadlines import DeadlineKind
from routing.events import (
    CallArrived,
    CallerHungUp,
    CallResumed,
    PromptFinished,
)
from routing.handed import let_go
from routing.numbers import callable_number, national
from routing.offers import (
    after_talk,
    offer_ends,
)
from routing.promise import Promise
from routing.promises import (
    forget,
    given_up,
    has_closed_for_good,
    keeps_within_house,
    may_promise,
    may_ring,
    rules_of,
    stand,
    write_down,
)
from routing.resume import remember
from routing.secrecy import known_better, risen
from routing.spoken_swedish import number as spoken
from routing.state import NO_OFFER, NO_QUEUE, NOBODY, Call, CallState, Centre, Person

WRITTEN_WITHIN_MS = 20_000
"""A promise not written down by then is none: the caller goes on waiting."""


# ── promising ───────────────────────────────────────────────────────────────────────────────────────────────────
def promise(centre: Centre, call: Call, *, queue: QueueId = NO_QUEUE, matter: str = "") -> bool:
    """The caller, who waits or is otherwise in a session, hears that they will be rung, and is let go; the place stays.

    False, and nothing has changed, if that cannot be promised.
    """
    if not may_promise(centre, call, queue):
        return False
    centre.leave_line(call)
    centre.deadlines.cancel_all(call.id)
    let_go(centre, call)
    call.handed.free()
    if not call.stood_in_line or (queue and queue != call.queue):
        _enters(centre, call, queue or call.queue)
    due_ms = Instant(centre.now + rules_of(centre, call).deadline_ms)
    made = _made(centre, call, Promise(callable_number(call.caller), matter, NOBODY, centre.now, due_ms))
    centre.move(call, CallState.PROMISING)
    centre.deadlines.set(call.id, DeadlineKind.CALLBACK_DUE, centre.now + WRITTEN_WITHIN_MS)
    rules = rules_of(centre, call)
    digits = tuple(word for digit in national(made.number) for word in spoken(int(digit)))
    said = (*rules.promised_prompts, *digits, *rules.kept_place_prompts)
    centre.actions.append(Say(call.id, said, call.language))
    return True


def _enters(centre: Centre, call: Call, queue: QueueId) -> None:
    """The call belongs to this line as if it had chosen it now, or had been moved there."""
    rules = centre.plan.queues[queue]
    call.entered_at_ms = call.entered_at_ms or centre.now
    call.queue, call.open_steps = queue, 0
    call.priority = max(call.priority, rules.priority)
    call.clearance = risen(call.clearance, rules.clearance)
    call.closes_at_ms = centre.switches.line_closes_at(rules, call.entered_at_ms, centre.now)
    call.message_at_ms = Instant(centre.now + rules.message_every_ms)
    entered = CallQueued(centre.now, call.id, queue, call.entered_at_ms, call.clearance, "callback")
    centre.entries.append(entered)
    centre.actions.append(KeepPapers(call.id, call.papers()))


def _made(centre: Centre, call: Call, made: Promise) -> Promise:
    """The promise, remembered and on its way to the disk."""
    call.promise = made
    keeps_within_house(centre, call)
    entry = CallbackPromised(centre.now, call.id, call.queue, call.entered_at_ms, call.clearance, made.by, made.due_ms)
    centre.entries.append(entry)
    write_down(centre, call, made)
    return made


def written(centre: Centre, call: Call, _event: CallbackWritten) -> bool:
    """The promise is safe; a caller who has heard it may go."""
    if call.promise is None:
        return False
    call.promise.written = True
    if call.state is CallState.PROMISING and call.promise.heard:
        _let_go(centre, call, call.promise)
    return True


def promise_heard(centre: Centre, call: Call, _event: PromptFinished) -> None:
    """The caller knows; they go as soon as the promise is safe."""
    assert call.promise is not None  # noqa: S101 - PROMISING is nothing without
    call.promise.heard = True
    if call.promise.written:
        _let_go(centre, call, call.promise)
    else:
        centre.actions.append(HoldMusic(call.id, centre.queue_of(call).music))


def _let_go(centre: Centre, call: Call, made: Promise) -> None:
    centre.actions.append(EndCall(call.id))
    stand(centre, call, made)


def caller_left(centre: Centre, call: Call, _event: CallerHungUp) -> None:
    """Who hangs up while they hear that they will be rung has been promised it."""
    assert call.promise is not None  # noqa: S101 - PROMISING is nothing without
    stand(centre, call, call.promise)


def caller_left_unseen(centre: Centre, call: Call, made: Promise) -> None:
    """The caller is gone, by a list, and will be rung. Should they be there after all, they are not left in silence."""
    centre.actions.append(LeaveToFallback(call.id))
    stand(centre, call, made)


def not_written(centre: Centre, call: Call, _event: CallbackNotWritten) -> None:
    """What cannot be written down is not promised: the caller waits as before, and is told so."""
    _take_back(centre, call, "not_written")
    rules = centre.queue_of(call)
    refused, call.open_steps = rules.callback, 0
    call.closes_at_ms = centre.switches.line_closes_at(rules, call.entered_at_ms, centre.now)
    centre.wait(call)
    if refused is not None and refused.refused_prompts:
        centre.unsettled.pop(call.id, None)
        centre.actions.append(Say(call.id, refused.refused_prompts, call.language))


def _take_back(centre: Centre, call: Call, reason: str) -> None:
    """The call is its caller's again; the place has stood all the while."""
    centre.leave_line(call)
    centre.deadlines.cancel_all(call.id)
    forget(centre, call)
    call.offer, call.agent = NO_OFFER, NOBODY
    centre.entries.append(CallbackTakenBack(centre.now, call.id, reason))


def caller_is_here(centre: Centre, call: Call) -> None:
    """Whom we were to ring is on the line after all: they go on as a caller, wherever they are found."""
    if call.promise is None:
        return
    if call.state is CallState.CALLBACK_OFFERED:
        centre.actions.append(WithdrawOffer(call.id, call.offer, call.agent))
        offer_ends(centre, call, OfferResult.WITHDRAWN)
    elif call.state in {CallState.CALLING_BACK, CallState.TALKING}:
        centre.actions.append(WithdrawOffer(call.id, call.offer, call.agent))
        frees(centre, call)
    _take_back(centre, call, "caller_is_here")
    call.state, call.answered_at_ms = CallState.AWAY, Instant(0)


def frees(centre: Centre, call: Call) -> None:
    """The person has done with this callback, without a talk to wrap up."""
    if (person := centre.people.get(call.agent)) is not None and person.call == call.id:
        after_talk(centre, person, 0)


def unless_here(then: Callable[[Centre, Any], bool | None]) -> Callable[[Centre, Any], bool | None]:
    """What a caller's session means; whom we were to ring is then a caller first."""

    def handler(centre: Centre, event: CallArrived | CallResumed) -> bool | None:
        if (call := centre.calls.get(event.call)) is not None:
            caller_is_here(centre, call)
        return then(centre, event)

    return handler


# ── an agent promises ───────────────────────────────────────────────────────────────────────────────────────────
def ordered(centre: Centre, person: Person, event: CallbackOrdered) -> bool:
    """Whom the person talks to, or talked to last, will be rung; False if that cannot be promised."""
    if why_not(centre, person, event.call, event.queue):
        return False
    last = person.talked_to
    assert last is not None  # noqa: S101 - looked at by why_not
    call = centre.new_call(event.call, last.number, last.caller, last.language)
    call.clearance = last.clearance
    centre.entries.append(CallEntered(centre.now, call.id, call.number, call.caller, call.language))
    rules = centre.plan.queues[event.queue or last.queue]
    call.queue, call.entered_at_ms = rules.id, centre.now
    call.priority, call.clearance = rules.priority, risen(call.clearance, rules.clearance)
    centre.entries.append(
        CallQueued(centre.now, call.id, rules.id, call.entered_at_ms, call.clearance, "callback"),
    )
    due_ms = Instant(centre.now + (max(event.deadline_ms, 0) or rules_of(centre, call).deadline_ms))
    made = Promise(callable_number(last.caller), event.matter, person.id, centre.now, due_ms)
    _made(centre, call, made)
    stand(centre, call, made)
    return True


def why_not(centre: Centre, person: Person, call: CallId, queue: QueueId) -> str:
    """Why the person cannot promise a callback, in a word for machines; "" if they can."""
    last = person.talked_to
    if last is None:
        return "no_talk"
    rules = centre.plan.queues.get(queue or last.queue)
    if rules is None or last.clearance == UNKNOWN_CLEARANCE:
        return "no_queue"
    if call in centre.calls or call in centre.over or not call:
        return "known_call"
    if not callable_number(last.caller):
        return "number_not_rung"
    if has_closed_for_good(centre, rules, centre.now):
        return "line_closed"
    return "" if may_ring(centre, callable_number(last.caller)) else "already_promised"


# ── taking back, and after a restart ────────────────────────────────────────────────────────────────────────────
def cancelled(centre: Centre, call: Call, _event: CallbackCancelled) -> None:
    """Nobody is rung; a phone that rings for it stops."""
    if call.state is CallState.CALLBACK_OFFERED:
        centre.actions.append(WithdrawOffer(call.id, call.offer, call.agent))
        offer_ends(centre, call, OfferResult.WITHDRAWN)
    given_up(centre, call, "cancelled")


def restored(centre: Centre, event: CallbackRestored) -> bool:
    """A promise of the engine before us stands in line again; False if the call is known."""
    if event.call in centre.calls or event.call in centre.over:
        return False
    call = centre.new_call(event.call, event.number, event.caller, event.language)
    human = centre.plan.menus[entrance_of(centre, event.number).menu].human
    call.queue = event.queue if event.queue in centre.plan.queues else human
    call.state = CallState.PROMISED
    call.entered_at_ms = Instant(min(max(event.entered_at_ms, 0), centre.now))
    known = known_better(UNKNOWN_CLEARANCE, event.clearance, centre.circles.clearances)
    call.clearance = known if known == UNKNOWN_CLEARANCE else risen(known, centre.plan.queues[call.queue].clearance)
    call.priority = min(max(event.priority, 0), 9)
    call.promise = Promise(
        callable_number(event.caller),
        event.matter,
        event.by,
        event.promised_at_ms,
        event.due_ms,
        tries=event.tries,
        rests_until_ms=event.rests_until_ms,
        written=True,
        reached_at_ms=event.reached_at_ms,
    )
    keeps_within_house(centre, call)
    remember(centre, call)
    call.found_again = False
    if not call.promise.number:
        given_up(centre, call, "number_not_rung")
        return True
    stand(centre, call, call.promise)
    call.known_at_ms = Instant(0)  # whatever a list says of it is newer
    return True
