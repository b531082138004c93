"""Lines and people of the fast loop: the small moves of `routing.state`, on arrays."""

from simulator.compiled import part
from simulator.fast.columns import (
    AWAY,
    BEFORE,
    CHANGED_ANY,
    CLOSES_SEQ,
    CONDITIONAL,
    COUNTED_FROM,
    COUNTED_TO,
    COUNTS_OWN,
    DOES,
    ENTERED,
    HELD,
    HELD_BEFORE,
    HELD_NEXT,
    LEAVING,
    MARK_NEW,
    MARK_TOUCHED,
    MARK_UNOPENED,
    MARKS,
    NEVER_KEY,
    NEW_CALLS,
    NEW_MARK,
    NEW_PEOPLE,
    NEXT,
    NO,
    NOW,
    OCCUPIED,
    OCCUPIES,
    ORDER,
    OUT,
    PARTNER,
    PAUSED,
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
    Q_OWN_READY,
    Q_STEPS,
    QUEUE,
    READY,
    READY_AT,
    READY_COUNT,
    RESTING,
    S_HERE,
    S_WAITING,
    SEQUENCE,
    SINCE,
    STEP_SEQ,
    STEPS,
    TIME,
    TOUCHED,
    TURN,
    UNOPENED,
    WAIT_SEQ,
    WAITING_COUNT,
    WISH,
)  # fmt: skip
from simulator.fast.heap import set_timer
from simulator.shifts import Wish

WORK = int(Wish.WORK)


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
    """The call has its place in its line, and may be matched and have steps opened in this very step."""
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
    is_new(w, s)


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
    if calls[s, HELD]:
        return
    q = calls[s, QUEUE]
    calls[s, HELD] = 1
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
    if not calls[s, HELD]:
        return
    q, before, then = calls[s, QUEUE], calls[s, HELD_BEFORE], calls[s, HELD_NEXT]
    calls[s, HELD] = 0
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
def forget_deadlines(w, s):
    """Nothing that was to happen to the call by itself will, but that its caller gives up."""
    w.calls[s, STEP_SEQ] = NO
    w.calls[s, CLOSES_SEQ] = NO
    w.calls[s, WAIT_SEQ] = NO


# ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@part
def counted(t, since, now):
    """How much of that time counts."""
    return max(0, min(now, t.parameters[COUNTED_TO]) - max(since, t.parameters[COUNTED_FROM]))


@part
def becomes(w, t, a, does):
    """The person, or the line, does this from now on. Whoever begins what ends by itself is given a timer anew."""
    seats, reg = w.seats, w.reg
    before, now = seats[a, DOES], reg[NOW]
    seats[a, TIME + before] += counted(t, seats[a, SINCE], now)
    seats[a, SINCE] = now
    seats[a, DOES] = does
    seats[a, TURN] += 1
    if does == READY or does == OUT or does == AWAY or does == PAUSED:
        set_timer(w, a, NEVER_KEY, 0)
    reg[OCCUPIED] -= seats[a, OCCUPIES]
    seats[a, OCCUPIES] = 0
    if before == OUT or does == OUT:
        _comes_or_goes(w, t, a, does)
    if before == READY:
        _no_longer_ready(w, a)
    if does == READY:
        _ready(w, a)
    if t.parameters[COUNTS_OWN] or t.parameters[CONDITIONAL]:
        _own_changed(w, t, a, 1 if does == READY else -1 if before == READY else 0)
    free = does == READY or does == RESTING or does == AWAY
    if free and seats[a, WISH] != WORK and seats[a, PARTNER] == NO:
        will_go(w, a)


@part
def will_go(w, a):
    """Should the person still do nothing else when this step is over, they go, or come back, at once."""
    w.leaving[w.reg[LEAVING], 0] = a
    w.leaving[w.reg[LEAVING], 1] = w.seats[a, TURN]
    w.reg[LEAVING] += 1


@part
def _ready(w, a):
    seats, reg = w.seats, w.reg
    seats[a, READY_AT] = reg[READY_COUNT]
    w.ready[reg[READY_COUNT]] = a
    reg[READY_COUNT] += 1
    w.ready_since[a] = reg[NOW]
    if not seats[a, NEW_MARK]:
        seats[a, NEW_MARK] = 1
        w.new_people[reg[NEW_PEOPLE]] = a
        reg[NEW_PEOPLE] += 1


@part
def _no_longer_ready(w, a):
    seats, reg = w.seats, w.reg
    at = seats[a, READY_AT]
    reg[READY_COUNT] -= 1
    last = w.ready[reg[READY_COUNT]]
    w.ready[at] = last
    seats[last, READY_AT] = at
    seats[a, READY_AT] = NO
    seats[a, NEW_MARK] = 0


@part
def _own_changed(w, t, a, by):
    """For each of the person's own queues one more, or one fewer, may be ready, and conditions are looked at anew."""
    i = 0
    while t.own_queues[a, i] != NO:
        q = t.own_queues[a, i]
        w.queues[q, Q_OWN_READY] += by
        changed(w, q)
        i += 1


@part
def _comes_or_goes(w, t, a, does):
    """Who is there for each step is known. Whoever leaves may have been the last: everybody who waits is looked at."""
    by = -1 if does == OUT else 1
    for q in range(w.queues.shape[0]):
        named = t.pair[q, a]
        step = 0
        while named:
            if named & 1:
                w.steps[q, step, S_HERE] += by
            named >>= 1
            step += 1
        if by < 0:
            s = w.queues[q, Q_FIRST]
            while s != NO:
                may_open(w, s)
                s = w.calls[s, NEXT]
