"""How a promised call stands in its line, is offered, and is over: the moves that the rules of callbacks are made of.

Two rules. A promised call keeps the place, the priority and the clearance that its caller had. And whatever changes in
a promise is written down in the same step, for an engine after us.
"""

from queues.entries import Outcome
from queues.ids import Instant, QueueId
from routing.actions import ForgetCallback, KeepCallback, OfferCallback
from routing.callback_events import CallbackRestored
from routing.deadlines import DeadlineKind
from routing.numbers import callable_number
from routing.plan import FAR_FUTURE_MS, CallbackRules, Queue, TargetKind
from routing.promise import Promise
from routing.spoken_swedish import LARGEST, minutes
from routing.state import NO_OFFER, NO_QUEUE, NOBODY, Call, CallState, Centre, Person

DEFAULT_RULES = CallbackRules()
CLOSED_LOOK_MS = 60_000
MOST = 1_000
"""Promises at once; more are not made."""
_MINUTE_MS = 60_000


def may_promise(centre: Centre, call: Call, queue: QueueId = NO_QUEUE) -> bool:
    """Whether the caller can be offered a callback from `queue` ("": the line they stand in).

    Not to a number that we do not ring or do not know, not twice to the same one, and not where it would be given up.
    """
    rules = centre.plan.queues.get(queue or call.queue)
    if rules is None or rules.callback is None or call.promise is not None:
        return False
    if has_closed_for_good(centre, rules, call.entered_at_ms or centre.now):
        return False
    return may_ring(centre, callable_number(call.caller))


def may_ring(centre: Centre, number: str) -> bool:
    """Whether one more may be promised to be rung: at a number that we ring, and that nobody is to be rung at."""
    promised = [other.promise.number for other in centre.calls.values() if other.promise is not None]
    return bool(number) and number not in promised and len(promised) < MOST


def rules_of(centre: Centre, call: Call) -> CallbackRules:
    """How people of the call's line are rung back. A promise outlives a plan that makes no more of them."""
    return centre.queue_of(call).callback or DEFAULT_RULES


def stand(centre: Centre, call: Call, promise: Promise) -> None:
    """The promised call stands in its line, in its place; or rests, after a try or while the line is closed."""
    rules = centre.queue_of(call)
    promise.listens = False
    centre.deadlines.cancel_all(call.id)
    centre.move(call, CallState.PROMISED)
    call.offer, call.agent, call.adopted, call.answered_at_ms = NO_OFFER, NOBODY, False, Instant(0)
    if not promise.alarmed:
        centre.deadlines.set(call.id, DeadlineKind.CALLBACK_OVERDUE, promise.due_ms)
    closes_ms = centre.switches.line_closes_at(rules, call.entered_at_ms, centre.now)
    if ends_with_its_line(centre, call):
        centre.deadlines.set(call.id, DeadlineKind.CALLBACK_DUE, centre.now)
        return
    if closes_ms and closes_ms <= centre.now:
        opens_ms = rules.hours.opens_at(centre.now)
        # A line that is closed by hand though its hours say open is looked at again: nobody knows until when.
        promise.rests_until_ms = Instant(max(promise.rests_until_ms, opens_ms, centre.now + CLOSED_LOOK_MS))
    if promise.rests_until_ms > centre.now:
        centre.deadlines.set(call.id, DeadlineKind.CALLBACK_DUE, promise.rests_until_ms)
        return
    centre.line_up(call)
    if closes_ms:
        centre.deadlines.set(call.id, DeadlineKind.CALLBACK_DUE, closes_ms)


def ends_with_its_line(centre: Centre, call: Call) -> bool:
    """Whether the line has closed for the call and the promise is not kept another day: then it is given up."""
    return has_closed_for_good(centre, centre.queue_of(call), call.entered_at_ms)


def has_closed_for_good(centre: Centre, queue: Queue, entered_at_ms: int) -> bool:
    """Whether the line has closed for who entered it then, and keeps no promise for another day."""
    closes_ms = centre.switches.line_closes_at(queue, entered_at_ms, centre.now)
    if not closes_ms or closes_ms > centre.now:
        return False
    return queue.hours.opens_at(centre.now) == FAR_FUTURE_MS or not (queue.callback or DEFAULT_RULES).next_day


def stand_again(centre: Centre, call: Call, promise: Promise) -> None:
    """After an offer, or a talk that was none: in line at once, unless the citizen has been rung as often as may be."""
    promise.reached_at_ms = promise.rests_until_ms = Instant(0)
    if promise.tries >= rules_of(centre, call).tries:
        given_up(centre, call, "not_reached")
        return
    stand(centre, call, promise)
    write_down(centre, call, promise)


def keeps_within_house(centre: Centre, call: Call) -> None:
    """No step that leads to a partner is open for the call: a partner cannot ring our citizens."""
    steps = centre.queue_of(call).steps
    call.open_steps &= (1 << len(steps)) - 1
    for i, step in enumerate(steps):
        if step.target is TargetKind.PARTNER:
            call.open_steps &= ~(1 << i)


def offer_of(centre: Centre, call: Call, promise: Promise, person: Person) -> OfferCallback:
    """The offer of a promised call: the agent hears whom it is about, and for how long they have waited."""
    rules, queue, words = rules_of(centre, call), centre.queue_of(call), centre.plan.callback_words
    waited_min = min((centre.now - call.entered_at_ms) // _MINUTE_MS, LARGEST)
    waited = (*words.waited, *minutes(waited_min)) if words.waited and waited_min else ()
    return OfferCallback(
        call=call.id,
        offer=call.offer,
        agent=person.id,
        ring_ms=queue.ring_ms,
        number=promise.number,
        citizen_ring_ms=rules.ring_ms,
        clearance=call.clearance,
        ask=(*words.announced, *rules.title_prompts, *waited, *words.accept),
        rung=words.rung,
        not_reached=words.not_reached,
        citizen=words.citizen,
        house_language=centre.plan.language,
        language=call.language,
    )


def write_down(centre: Centre, call: Call, promise: Promise) -> None:
    """The promise as it is now outlives us."""
    pending = CallbackRestored(
        call=call.id,
        caller=call.caller,
        number=call.number,
        language=call.language,
        queue=call.queue,
        entered_at_ms=call.entered_at_ms,
        clearance=call.clearance,
        priority=call.priority,
        matter=promise.matter,
        by=promise.by,
        promised_at_ms=promise.promised_at_ms,
        due_ms=promise.due_ms,
        tries=promise.tries,
        rests_until_ms=promise.rests_until_ms,
        reached_at_ms=promise.reached_at_ms,
    )
    centre.actions.append(KeepCallback(call.id, pending))


def given_up(centre: Centre, call: Call, reason: str) -> None:
    """Nobody will ring this citizen."""
    centre.actions.append(ForgetCallback(call.id))
    centre.end(call, Outcome.CALLBACK_FAILED, reason)


def kept(centre: Centre, call: Call, reason: str) -> None:
    """The citizen was rung and helped."""
    centre.actions.append(ForgetCallback(call.id))
    centre.end(call, Outcome.CALLBACK_KEPT, reason)


def forget(centre: Centre, call: Call) -> None:
    """The call is an ordinary one: nobody is to be rung."""
    call.promise = None
    centre.actions.append(ForgetCallback(call.id))
