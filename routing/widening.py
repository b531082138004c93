"""The circle around a waiting call only widens: which steps of its queue's plan are open.

Three rules. Each step opens by itself, when its time has come and all its conditions hold at once, and does not close
again. Nothing is polled: whoever changes a line, or who is ready, says so, and where time alone can make a condition
true there is a deadline. And a step for which nobody is logged in is opened past at once, while it is known who is.
"""

from queues.entries import StepOpened
from queues.ids import CallId, Instant, QueueId
from routing.deadlines import DeadlineKind
from routing.eligibility import seats_for
from routing.plan import ALWAYS_OPEN, FAR_FUTURE_MS, PlanStep, TargetKind
from routing.state import Call, Centre


def widen(centre: Centre) -> bool:
    """Every step that may be open is, for each call for which something has changed; True if any has opened."""
    watch = centre.watch
    if not (watch.changed or centre.unopened):
        return False
    holding: dict[QueueId, int] = {}
    for queue in watch.changed:
        if held := watch.held.get(queue):
            holds = holding[queue] = conditions(centre, queue)
            if holds & ~watch.held_under.get(queue, 0) or (queue in watch.moved and _any_estimate(centre, queue)):
                centre.unopened.update(held)
    watch.changed.clear()
    watch.moved.clear()
    opened = False
    while centre.unopened:
        call = centre.calls[next(iter(centre.unopened))]
        del centre.unopened[call.id]
        if call.queue not in holding:
            holding[call.queue] = conditions(centre, call.queue)
        opened |= _open_steps(centre, call, holding[call.queue])
        watch.unattended[call.id] = None
    watch.held_under.update(holding)
    return opened


def step_due(centre: Centre, owner: str) -> None:
    """The circle around a call that stands in line may be wider."""
    call = centre.calls[CallId(owner)]
    if call.place is not None:
        centre.unopened[call.id] = None


def conditions(centre: Centre, queue: QueueId) -> int:
    """The steps of the queue's plan whose conditions hold for the line as a whole, as bits."""
    circles = centre.circles
    return circles.by_time[queue] | sum(1 << i for i, step in circles.conditional[queue] if _holds(centre, queue, step))


def _holds(centre: Centre, queue: QueueId, step: PlanStep) -> bool:
    if step.queue_longer_than >= 0 and len(centre.lines[queue]) <= step.queue_longer_than:
        return False
    if step.own_ready_under and own_ready(centre, queue) >= step.own_ready_under:
        return False
    timed = step.hours_id or step.hours is not ALWAYS_OPEN
    return not timed or centre.switches.is_open(step.hours, step.hours_id, centre.now)


def own_ready(centre: Centre, queue: QueueId) -> int:
    """How many of the queue's own agents are ready."""
    own = centre.circles.own[queue]
    return sum(own[a] for a in centre.ready)


def _any_estimate(centre: Centre, queue: QueueId) -> bool:
    return any(step.estimated_wait_over_ms for step in centre.plan.queues[queue].steps)


def _open_steps(centre: Centre, call: Call, holds: int) -> bool:
    """Every step of the call that may be open is; what time alone can open has its deadline. True if any has opened."""
    before, reached, held, due_ms = call.open_steps, False, False, FAR_FUTURE_MS
    for i, step in enumerate(centre.queue_of(call).steps):
        at_ms = call.entered_at_ms + step.after_ms
        if call.open_steps >> i & 1:
            reached = True
        elif step.only_by_limit or (call.promise is not None and step.target is TargetKind.PARTNER):
            reached = False
        elif at_ms <= centre.now or (reached and _is_empty(centre, call, i - 1)):
            reached = True
            opens_ms = _holds_at(centre, call, step, holds >> i & 1)
            if opens_ms <= centre.now:
                _open(centre, call, i, _reason(centre, step, at_ms))
            else:
                held, due_ms = True, min(due_ms, opens_ms)
        else:
            reached, due_ms = False, min(due_ms, at_ms)
    _wake(centre, call, due_ms)
    if held:
        centre.watch.held[call.queue][call.id] = None
    else:
        centre.watch.held[call.queue].pop(call.id, None)
    return call.open_steps != before


def _holds_at(centre: Centre, call: Call, step: PlanStep, holds: int) -> int:
    """When the step's conditions hold for the call, if nothing but time changes: now, later (ms), or FAR_FUTURE_MS."""
    if not holds:
        closed = step.hours.opens_at(centre.now)
        return closed if closed > centre.now else FAR_FUTURE_MS
    if step.estimated_wait_over_ms and call.place is not None:
        line = centre.lines[call.queue]
        return centre.forecasts.over_at(call.queue, line, call.place, step.estimated_wait_over_ms, centre.now)
    return centre.now


def _wake(centre: Centre, call: Call, due_ms: int) -> None:
    if due_ms == FAR_FUTURE_MS:
        centre.deadlines.cancel(call.id, DeadlineKind.STEP_OPENS)
    elif centre.deadlines.at(call.id, DeadlineKind.STEP_OPENS) != due_ms:
        centre.deadlines.set(call.id, DeadlineKind.STEP_OPENS, Instant(due_ms))


def _reason(centre: Centre, step: PlanStep, at_ms: int) -> str:
    if at_ms > centre.now:
        return "nobody_there"
    return "condition" if step.conditional and at_ms < centre.now else "time"


def open_by_limit(centre: Centre, call: Call, step: int) -> None:
    """The step is open, whatever its time."""
    _open(centre, call, step, "by_limit")
    centre.unopened[call.id] = None


def _open(centre: Centre, call: Call, step: int, reason: str) -> None:
    call.open_steps |= 1 << step
    centre.new_calls[call.id] = None
    if step:
        centre.entries.append(StepOpened(centre.now, call.id, call.queue, step, reason))


def _is_empty(centre: Centre, call: Call, step: int) -> bool:
    """Whether a step is opened past because nobody is there. Before the world has been listed nobody knows who is."""
    return centre.queue_of(call).steps[step].skip_when_empty and not centre.paused and not _anybody(centre, call, step)


def _anybody(centre: Centre, call: Call, step: int) -> bool:
    may = seats_for(centre, call)
    return any(a in centre.logged_in and may[a] == 1 for a in centre.circles.targets(call.queue, step))
