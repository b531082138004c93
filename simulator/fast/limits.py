"""Calls enter lines, and lines keep their bounds, in the fast loop: `routing.limits`, `routing.callers`."""

from routing import matching
from simulator.compiled import part
from simulator.contacts import ABANDONED, NOT_MADE, TURNED_AWAY
from simulator.fast.columns import (
    BIG,
    CLEARANCE,
    CLOSES_AT,
    CLOSES_SEQ,
    CONTACT,
    DOES,
    ENTERED,
    ENTERED_NOW,
    FOR_LENGTH,
    FOR_NOBODY,
    FOR_WAIT,
    HANGS_AT,
    HANGS_SEQ,
    HANGS_UP,
    HOME_SEQ,
    HOME_UNTIL,
    LIMITS,
    LINE_CLOSES,
    MARK_HOME,
    MARK_NOBODY,
    MARKS,
    NO,
    NOBODY_AT,
    NOBODY_CAME,
    NOW,
    OUT,
    OUTSIDE_AGAIN,
    OVERFLOWS,
    PATIENCE,
    PRIORITY,
    Q_CLEARANCE,
    Q_FROM_START,
    Q_HOURS,
    Q_HOURS_KEY,
    Q_LENGTH,
    Q_MAX_LENGTH,
    Q_MAX_WAIT,
    Q_PRIORITY,
    QUEUE,
    QUEUED_AT,
    QUIET,
    STATE,
    STEP_OPENS,
    STEP_SEQ,
    STEPS,
    W_LAST,
    W_QUEUE,
    W_STEPS,
    WAIT_AT,
    WAIT_SEQ,
    WAITED_OUT,
    WAITING,
)  # fmt: skip
from simulator.fast.hours import is_open_for, line_closes_at
from simulator.fast.lines import (
    forget_deadlines,
    is_new,
    is_open,
    is_touched,
    leave_line,
    line_up,
    may_open,
    next_sequence,
)
from simulator.fast.nobody import anybody_cleared, anybody_for
from simulator.fast.offers import ends, lasts, offer, place_of
from simulator.fast.pairing import agent_at_once
from simulator.world import NEVER_MS

MAX_OVERFLOWS = 5


# ── entering ────────────────────────────────────────────────────────────────────────────────────────────────────────
@part
def comes_to_queue(t, w, c, o, s, q):
    """The caller is offered to somebody at once, or stands in line. False if nobody answers there now."""
    if not _comes_in(t, w, c, s, q):
        return False
    first = w.queues[q, Q_FROM_START] if t.parameters[QUIET] else 0
    w.calls[s, STEPS] = first
    if not first:
        _lines_up(t, w, s)
        is_new(w, s)
    elif not _is_taken(t, w, c, o, s):
        _lines_up(t, w, s)
    return True


@part
def enter_queue(t, w, c, s, q):
    """The caller stands in line. False if nobody answers there now."""
    if not _comes_in(t, w, c, s, q):
        return False
    w.calls[s, STEPS] = 0
    _lines_up(t, w, s)
    is_new(w, s)
    return True


@part
def _comes_in(t, w, c, s, q):
    """The caller is let into the queue, and knows how long they bear it. False if nobody answers there now."""
    if not is_open_for(t, w, s, w.queues[q, Q_HOURS], w.queues[q, Q_HOURS_KEY]):
        return False
    calls, now = w.calls, w.reg[NOW]
    if calls[s, ENTERED] == NO:
        calls[s, ENTERED] = now
        patience = max(lasts(t, c, q, PATIENCE, calls[s, CONTACT]), 1)
        if patience < NEVER_MS:
            calls[s, HANGS_AT] = now + patience
            calls[s, HANGS_SEQ] = next_sequence(w)
    if calls[s, QUEUE] != q:
        calls[s, QUEUED_AT] = now
        calls[s, WAITED_OUT] = 0
    calls[s, QUEUE] = q
    calls[s, PRIORITY] = max(calls[s, PRIORITY], w.queues[q, Q_PRIORITY])
    clearance = calls[s, CLEARANCE]
    calls[s, CLEARANCE] = w.queues[q, Q_CLEARANCE] if clearance == NO else t.risen[clearance, q]
    return True


@part
def _lines_up(t, w, s):
    """The call stands in line."""
    reg = w.reg
    forget_deadlines(w, s)
    waits(t, w, s)
    w.entered[reg[ENTERED_NOW]] = s
    reg[ENTERED_NOW] += 1


@part
def _is_taken(t, w, c, o, s):
    """Whether somebody takes the call before it has stood in line: nobody who waits can take a person from it.

    Whoever is ready may take no call that waits, or would have; and of the steps the first that name anybody decide.
    """
    a = agent_at_once(t, w, s)
    if a < 0:
        return False
    offer(t, w, c, o, s, a)
    return True


@part
def waits(t, w, s):
    """The call stands in its line."""
    calls, now = w.calls, w.reg[NOW]
    calls[s, STATE] = WAITING
    line_up(w, s)
    calls[s, CLOSES_AT] = line_closes_at(t, w, s)
    calls[s, CLOSES_SEQ] = next_sequence(w) if calls[s, CLOSES_AT] < BIG else NO
    limit = w.queues[calls[s, QUEUE], Q_MAX_WAIT]
    calls[s, WAIT_SEQ] = NO
    if limit != NO and not calls[s, WAITED_OUT]:
        calls[s, WAIT_AT] = max(calls[s, QUEUED_AT] + limit, now)
        calls[s, WAIT_SEQ] = next_sequence(w)
    if calls[s, HOME_UNTIL] > now and calls[s, HOME_UNTIL] < BIG:
        calls[s, MARKS] |= MARK_HOME
        calls[s, HOME_SEQ] = next_sequence(w)
    is_touched(w, s)


@part
def back_in_line(t, w, s, now):
    """The call stands in its old place. What fell due before that instant, while a phone rang, does so no more."""
    calls = w.calls
    if calls[s, MARKS] & MARK_NOBODY and calls[s, NOBODY_AT] < now:
        calls[s, MARKS] &= ~MARK_NOBODY
    if calls[s, MARKS] & MARK_HOME and calls[s, HOME_UNTIL] < now:
        calls[s, MARKS] &= ~MARK_HOME
    waits(t, w, s)
    is_new(w, s)


@part
def leave(t, w, c, o, s):
    """The caller is told why, and the call ends so."""
    leave_line(w, s)
    ends(t, w, c, o, s, TURNED_AWAY, w.reg[NOW])


# ── bounds ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@part
def keep_within(t, w, c, o):
    """No line is longer than it may be by whoever has just entered it."""
    reg, i = w.reg, 0
    while i < reg[ENTERED_NOW]:
        s = w.entered[i]
        i += 1
        if w.calls[s, STATE] == WAITING:
            q = w.calls[s, QUEUE]
            most = w.queues[q, Q_MAX_LENGTH]
            if most != NO and w.queues[q, Q_LENGTH] > most:
                moves_on(t, w, c, o, s, FOR_LENGTH)
    reg[ENTERED_NOW] = 0


@part
def moves_on(t, w, c, o, s, why):
    """The call goes the first way that is open now; if none is, the last, as far as that can be."""
    q = w.calls[s, QUEUE]
    for i in range(t.way_count[q, why]):
        way = t.ways[LIMITS * q + why, i]
        if way[W_STEPS] != NO:
            step = matching.first_step(~w.calls[s, STEPS], way[W_STEPS])
            if step and (way[W_LAST] or anybody_cleared(t, w, s, step)):
                _opens_by_limit(w, s, q, step)
                return
        elif way[W_QUEUE] == NO:
            leave(t, w, c, o, s)
            return
        elif way[W_LAST] or (_may_enter(t, w, s, way[W_QUEUE]) and _serves(t, w, s, way[W_QUEUE])):
            if _overflows(t, w, c, o, s, way[W_QUEUE]):
                return


@part
def _opens_by_limit(w, s, q, step):
    """The step, as its bit, is open for the call, whatever its time."""
    w.calls[s, STEPS] |= step
    is_open(w, q, place_of(step))
    is_new(w, s)
    may_open(w, s)


@part
def _may_enter(t, w, s, to):
    calls = w.calls
    if to == calls[s, QUEUE] or calls[s, OVERFLOWS] >= MAX_OVERFLOWS:
        return False
    return is_open_for(t, w, s, w.queues[to, Q_HOURS], w.queues[to, Q_HOURS_KEY])


@part
def _serves(t, w, s, to):
    """Whether somebody is logged in who could take the call there, and there is room for it."""
    most = w.queues[to, Q_MAX_LENGTH]
    if most != NO and w.queues[to, Q_LENGTH] >= most:
        return False
    clearance = t.risen[w.calls[s, CLEARANCE], to]
    for a in range(w.seats.shape[0]):
        if w.seats[a, DOES] != OUT and t.cleared[clearance, a] == 1 and t.pair[to, a]:
            return True
    return False


@part
def _overflows(t, w, c, o, s, to):
    calls = w.calls
    if not _may_enter(t, w, s, to):
        if to == calls[s, QUEUE] or calls[s, OVERFLOWS] >= MAX_OVERFLOWS:
            return False
        leave(t, w, c, o, s)
        return True
    calls[s, OVERFLOWS] += 1
    leave_line(w, s)
    enter_queue(t, w, c, s, to)
    return True


@part
def callers_time_is_up(t, w, c, o, kind, s):
    """Something falls due for a call, if it still waits. How its call ends by that; NOT_MADE if it does not."""
    calls = w.calls
    waits = calls[s, STATE] == WAITING
    if waits:
        is_touched(w, s)
    if kind == HANGS_UP:
        calls[s, HANGS_SEQ] = NO
        if waits:
            leave_line(w, s)
        return ABANDONED
    if kind == STEP_OPENS:
        calls[s, STEP_SEQ] = NO
        if waits:
            may_open(w, s)
    elif kind == LINE_CLOSES:
        calls[s, CLOSES_SEQ] = NO
        if waits:
            leave_line(w, s)
            return TURNED_AWAY
    elif kind == OUTSIDE_AGAIN:
        calls[s, MARKS] &= ~MARK_HOME
        if waits:
            is_new(w, s)
            may_open(w, s)
    elif kind == NOBODY_CAME:
        calls[s, MARKS] &= ~MARK_NOBODY
        if waits and not anybody_for(t, w, s):
            moves_on(t, w, c, o, s, FOR_NOBODY)
    else:
        calls[s, WAIT_SEQ] = NO
        if waits:
            calls[s, WAITED_OUT] = 1
            moves_on(t, w, c, o, s, FOR_WAIT)
    return NOT_MADE
