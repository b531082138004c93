"""The circle around a waiting call only widens: which steps of its queue's plan are open.

Two rules. Each step opens by itself, when its time has come, and does not close again. And whoever would widen a circle
only says for which calls something has changed: they are looked at once, before people and calls are brought together.
"""

from queues.entries import StepOpened
from queues.ids import Instant
from routing.deadlines import DeadlineKind
from routing.state import Call, Centre


def widen(centre: Centre) -> None:
    """Every step that may be open is, for each call for which something has changed."""
    while centre.unopened:
        call = centre.calls[next(iter(centre.unopened))]
        del centre.unopened[call.id]
        _open_steps(centre, call)


def _open_steps(centre: Centre, call: Call) -> None:
    """Every step whose time has come is open, and those that nobody could serve are opened past at once."""
    passed, due_ms = False, 0
    for i, step in enumerate(centre.queue_of(call).steps):
        is_open = bool(call.open_steps >> i & 1)
        at_ms = call.entered_at_ms + step.after_ms
        if not is_open and (passed or at_ms <= centre.now):
            is_open = True
            _open(centre, call, i, "time" if at_ms <= centre.now else "nobody_there")
        elif not is_open:
            due_ms = min(due_ms, at_ms) if due_ms else at_ms
        passed = is_open and step.skip_when_empty and not _anybody_there(centre, call, i)
    if due_ms:
        centre.deadlines.set(call.id, DeadlineKind.STEP_OPENS, Instant(due_ms))
    else:
        centre.deadlines.cancel(call.id, DeadlineKind.STEP_OPENS)


def _open(centre: Centre, call: Call, step: int, reason: str) -> None:
    call.open_steps |= 1 << step
    centre.new_calls[call.id] = None
    if step:
        centre.entries.append(StepOpened(centre.now, call.id, call.queue, step, reason))


def _anybody_there(centre: Centre, call: Call, step: int) -> bool:
    cleared = centre.circles.cleared(call.clearance)
    return any(a in centre.logged_in and cleared[a] for a in centre.circles.targets(call.queue, step))
