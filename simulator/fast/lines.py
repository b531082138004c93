"""Lines of the fast loop: the small moves of `routing.state`, on arrays."""

from simulator.compiled import part
from simulator.fast.columns import (
    BEFORE,
    CHANGED_ANY,
    CLEARANCE,
    CLOSES_SEQ,
    ENTERED,
    HELD_BEFORE,
    HELD_NEXT,
    HOME_UNTIL,
    MARK_HELD,
    MARK_HOME,
    MARK_NEW,
    MARK_NOBODY,
    MARK_TOUCHED,
    MARK_UNOPENED,
    MARKS,
    NEW_CALLS,
    NEXT,
    NO,
    NOW,
    ORDER,
    PRIORITY,
    Q_CHANGED,
    Q_CONDITIONAL,
    Q_FIRST,
    Q_HELD,
    Q_HELD_FIRST,
    Q_HELD_LAST,
    Q_LAST,
    Q_LENGTH,
    Q_OPEN,
    Q_STEPS,
    QUEUE,
    S_WAITING,
    SEQUENCE,
    STEP_SEQ,
    STEPS,
    TOUCHED,
    UNOPENED,
    WAIT_SEQ,
    WAITING_COUNT,
)  # fmt: skip


@part
def next_sequence(w):
    """A number larger than any before."""
    w.reg[SEQUENCE] += 1
    return w.reg[SEQUENCE]


# ── lines ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@part
def stands_before(w, s, other):
    """Whether the call has the better place."""
    calls = w.calls
    if calls[s, PRIORITY] != calls[other, PRIORITY]:
        return calls[s, PRIORITY] > calls[other, PRIORITY]
    if calls[s, ENTERED] != calls[other, ENTERED]:
        return calls[s, ENTERED] < calls[other, ENTERED]
    return calls[s, ORDER] < calls[other, ORDER]


@part
def line_up(w, s):
    """The call has its place in its line, and may have steps opened in this very step."""
    calls, queues = w.calls, w.queues
    q = calls[s, QUEUE]
    after, first = queues[q, Q_LAST], queues[q, Q_FIRST]
    if first != NO and stands_before(w, s, first):
        after = NO
    while after != NO and stands_before(w, s, after):
        after = calls[after, BEFORE]
    then = first if after == NO else calls[after, NEXT]
    calls[s, BEFORE] = after
    calls[s, NEXT] = then
    if after == NO:
        queues[q, Q_FIRST] = s
    else:
        calls[after, NEXT] = s
    if then == NO:
        queues[q, Q_LAST] = s
    else:
        calls[then, BEFORE] = s
    queues[q, Q_LENGTH] += 1
    w.reg[WAITING_COUNT] += 1
    for step in range(queues[q, Q_STEPS]):
        if calls[s, STEPS] >> step & 1:
            is_open(w, q, step)
    changed(w, q)
    may_open(w, s)


@part
def leave_line(w, s):
    """The call stands in no line."""
    calls, queues = w.calls, w.queues
    q = calls[s, QUEUE]
    before, then = calls[s, BEFORE], calls[s, NEXT]
    if before == NO:
        queues[q, Q_FIRST] = then
    else:
        calls[before, NEXT] = then
    if then == NO:
        queues[q, Q_LAST] = before
    else:
        calls[then, BEFORE] = before
    queues[q, Q_LENGTH] -= 1
    w.reg[WAITING_COUNT] -= 1
    for step in range(queues[q, Q_STEPS]):
        if calls[s, STEPS] >> step & 1:
            w.steps[q, step, S_WAITING] -= 1
            if w.steps[q, step, S_WAITING] == 0:
                queues[q, Q_OPEN] &= ~(1 << step)
    changed(w, q)
    release(w, s)
    calls[s, MARKS] &= ~(MARK_NEW | MARK_UNOPENED)


@part
def is_open(w, q, step):
    """The step is open for one call more in the line."""
    w.steps[q, step, S_WAITING] += 1
    w.queues[q, Q_OPEN] |= 1 << step


@part
def changed(w, q):
    """The line, or who is ready for it, is another than before."""
    if w.queues[q, Q_CONDITIONAL]:
        w.queues[q, Q_CHANGED] = 1
        w.reg[CHANGED_ANY] = 1


@part
def may_open(w, s):
    """A step may open for the call in this step."""
    if w.calls[s, MARKS] & MARK_UNOPENED == 0:
        w.calls[s, MARKS] |= MARK_UNOPENED
        w.unopened[w.reg[UNOPENED]] = s
        w.reg[UNOPENED] += 1


@part
def is_new(w, s):
    """The call may have become eligible in this step."""
    if w.calls[s, MARKS] & MARK_NEW == 0:
        w.calls[s, MARKS] |= MARK_NEW
        w.new_calls[w.reg[NEW_CALLS]] = s
        w.reg[NEW_CALLS] += 1


@part
def is_touched(w, s):
    """The call's deadlines are to be put in the heap, should it still wait at the end of this step."""
    if w.calls[s, MARKS] & MARK_TOUCHED == 0:
        w.calls[s, MARKS] |= MARK_TOUCHED
        w.touched[w.reg[TOUCHED]] = s
        w.reg[TOUCHED] += 1


@part
def hold(w, s):
    """Some step's time has come for the call, and its conditions have not held."""
    calls, queues = w.calls, w.queues
    if calls[s, MARKS] & MARK_HELD:
        return
    q = calls[s, QUEUE]
    calls[s, MARKS] |= MARK_HELD
    calls[s, HELD_NEXT] = NO
    calls[s, HELD_BEFORE] = queues[q, Q_HELD_LAST]
    if queues[q, Q_HELD_LAST] == NO:
        queues[q, Q_HELD_FIRST] = s
    else:
        calls[queues[q, Q_HELD_LAST], HELD_NEXT] = s
    queues[q, Q_HELD_LAST] = s
    queues[q, Q_HELD] += 1


@part
def release(w, s):
    """No step of the call waits for conditions."""
    calls, queues = w.calls, w.queues
    if calls[s, MARKS] & MARK_HELD == 0:
        return
    q, before, then = calls[s, QUEUE], calls[s, HELD_BEFORE], calls[s, HELD_NEXT]
    calls[s, MARKS] &= ~MARK_HELD
    if before == NO:
        queues[q, Q_HELD_FIRST] = then
    else:
        calls[before, HELD_NEXT] = then
    if then == NO:
        queues[q, Q_HELD_LAST] = before
    else:
        calls[then, HELD_BEFORE] = before
    queues[q, Q_HELD] -= 1


@part
def who_may(t, w, s):
    """The row of `cleared` that says who may have the call now."""
    clearance = w.calls[s, CLEARANCE]
    return clearance + t.risen.shape[0] if w.reg[NOW] < w.calls[s, HOME_UNTIL] else clearance


@part
def forget_deadlines(w, s):
    """Nothing that was to happen to the call by itself will, but that its caller gives up."""
    w.calls[s, STEP_SEQ] = NO
    w.calls[s, CLOSES_SEQ] = NO
    w.calls[s, WAIT_SEQ] = NO
    w.calls[s, MARKS] &= ~(MARK_NOBODY | MARK_HOME)
