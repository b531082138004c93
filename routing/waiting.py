"""What a caller hears and may press while they wait: that they stand in line, where, and about how long it takes.

Four rules. Matching never waits for any of it: an offer is made in the step that finds it, and cuts short what is said.
A place is said only while nobody can step in before the caller, and is never worse than the one said before. A wait is
said only as the interval that such forecasts have earned. And a key never ends a call, nor does a thousand of them.
"""

from queues.ids import NO_CLEARANCE, CallId, Instant, PromptId, QueueId
from routing.actions import HoldMusic, Say
from routing.callbacks import promise
from routing.callers import enter_queue
from routing.deadlines import DeadlineKind
from routing.events import DigitsEntered, PromptFinished
from routing.plan import WaitingRules
from routing.promises import may_promise
from routing.spoken_swedish import position, waiting_time
from routing.state import Call, Centre
from routing.switching import is_open_for

SHORTEST_PAUSE_MS = 1_000
"""Between two messages, whatever the plan says: a message that repeats itself at once would never end."""
KEYS_HEARD = 10
"""How many keys are listened to between two messages: more is a storm, or a child."""


def announcement_heard(centre: Centre, call: Call, _event: PromptFinished) -> None:
    """The caller who waits hears music again."""
    hold(centre, call)


def settle(centre: Centre, call: Call, *, new: bool) -> None:
    """A caller whom nobody takes at once hears that they stand in line, or music."""
    words = call.bounds.notice or centre.queue_of(call).queued_prompts
    call.bounds.notice = ()
    if new and words:
        say(centre, call, words)
    else:
        hold(centre, call)


def hold(centre: Centre, call: Call) -> None:
    """The caller hears music, and may press what the queue offers."""
    centre.actions.append(HoldMusic(call.id, centre.queue_of(call).music, listen(centre, call)))


def say(centre: Centre, call: Call, prompts: tuple[PromptId, ...]) -> None:
    """The caller hears `prompts` instead of the music, and may press the same keys."""
    centre.actions.append(Say(call.id, prompts, call.language, listen(centre, call)))


def message_due(centre: Centre, owner: str) -> None:
    """A caller who still waits is told so; the next time is set."""
    call = centre.calls[CallId(owner)]
    queue = centre.queue_of(call)
    call.message_at_ms = Instant(centre.now + max(queue.message_every_ms, SHORTEST_PAUSE_MS))
    stormed, call.told.heard = call.told.heard >= KEYS_HEARD, 0
    centre.deadlines.set(owner, DeadlineKind.MESSAGE_DUE, call.message_at_ms)
    if call.place is not None and (prompts := message(centre, call)):
        say(centre, call, prompts)
    elif call.place is not None and stormed:
        hold(centre, call)  # with nothing to say, keys are listened to again all the same


def message(centre: Centre, call: Call) -> tuple[PromptId, ...]:
    """What the waiting caller is told now; () for nothing."""
    queue = centre.queue_of(call)
    rules, line = queue.waiting, centre.lines[call.queue]
    if call.place is None:
        return ()
    forecast = centre.forecasts.foresee(call.queue, line, call.place, centre.now)
    said = _place(centre, call, rules, line.position(call.place))
    if rules.estimate and forecast.made is not None and forecast.may_be_said:
        said += waiting_time(*forecast.made)
    said = said or queue.waiting_prompts
    if forecast.ms > rules.callback_over_ms and rules.callback_key and may_promise(centre, call):
        said += rules.callback_prompts
    return said


def _place(centre: Centre, call: Call, rules: WaitingRules, now_at: int) -> tuple[PromptId, ...]:
    """The caller's place in words, if it holds: the next one may be nearer to the head, never further from it."""
    if not rules.position or now_at > LONGEST_LINE_SAID or call.priority < centre.highest_priority:
        return ()
    if call.told.place and now_at > call.told.place:
        return ()
    call.told.place = now_at
    return position(now_at)


LONGEST_LINE_SAID = 999


def listen(centre: Centre, call: Call) -> str:
    """The keys that mean something to the caller from now on; "" for none."""
    queue = centre.queue_of(call)
    rules = queue.waiting
    named = rules.repeat_key
    if queue.callback is not None:
        named += rules.callback_key
    if _human_is_elsewhere(centre, call):
        named += rules.human_key
    call.told.keys = named if call.told.heard < KEYS_HEARD else ""
    return call.told.keys


def _human_is_elsewhere(centre: Centre, call: Call) -> bool:
    """Whether the key to a person leads out of the line, and to where somebody may hear the call."""
    human = centre.queue_of(call).waiting.human
    if human == call.queue or human not in centre.plan.queues:
        return False
    if call.clearance == NO_CLEARANCE:
        return True
    cleared = centre.circles.cleared(call.clearance)
    return any(human in reached and cleared[a] for a, reached in enumerate(centre.circles.reach))


def key_pressed(centre: Centre, call: Call, event: DigitsEntered) -> bool:
    """The caller's wish is met, as far as the queue has it; else there is music. False if nobody asked for the key."""
    queue, key = centre.queue_of(call), event.digits[:1]
    if not key or key not in call.told.keys:
        return False
    call.told.heard += 1
    if key == queue.waiting.callback_key and queue.callback is not None:
        if not promise(centre, call):
            _answer(centre, call, queue.callback.refused_prompts)
    elif key == queue.waiting.human_key and _human_is_elsewhere(centre, call):
        _to_a_person(centre, call, queue.waiting.human)
    elif key == queue.waiting.repeat_key:
        _answer(centre, call, message(centre, call) or queue.queued_prompts)
    else:
        hold(centre, call)
    return True


def _answer(centre: Centre, call: Call, prompts: tuple[PromptId, ...]) -> None:
    """The caller who pressed a key hears something, if only the music."""
    if prompts:
        say(centre, call, prompts)
    else:
        hold(centre, call)


def _to_a_person(centre: Centre, call: Call, human: QueueId) -> None:
    """The caller stands in the line where a person is reached, by the instant at which they first entered one.

    Where that line is closed they stay: a key in the line takes nobody's place away.
    """
    rules = centre.plan.queues[human]
    if is_open_for(centre, call, rules.hours, rules.hours_id):
        centre.leave_line(call)
        enter_queue(centre, call, human, "human")
    else:
        _answer(centre, call, message(centre, call))
