"""Steps open for waiting calls in the fast loop: `routing.widening`, move for move."""

from simulator.compiled import part
from simulator.fast.columns import (
    BIG,
    CHANGED_ANY,
    ENTERED,
    HELD_NEXT,
    MARK_UNOPENED,
    MARKS,
    NO,
    NOW,
    Q_CHANGED,
    Q_CLEARANCE,
    Q_CONDITIONAL,
    Q_HELD,
    Q_HELD_FIRST,
    Q_HELD_UNDER,
    Q_HOLDS,
    Q_HOLDS_KNOWN,
    Q_LENGTH,
    Q_NOBODY,
    Q_OWN_READY,
    Q_STEPS,
    QUEUE,
    S_AFTER,
    S_HERE,
    S_HOURS,
    S_LONGER_THAN,
    S_ONLY_LIMIT,
    S_OWN_UNDER,
    S_SKIPS_EMPTY,
    STEP_AT,
    STEP_SEQ,
    STEPS,
    UNOPENED,
)  # fmt: skip
from simulator.fast.hours import are_open, opens_at
from simulator.fast.lines import hold, is_new, is_open, is_touched, may_open, next_sequence, release, who_may
from simulator.fast.nobody import anybody_cleared, is_unattended


@part
def widen(t, w):
    """Every step that may be open is, for each call for which something has changed; True if any has opened."""
    reg, calls = w.reg, w.calls
    if reg[CHANGED_ANY]:
        _look_at_conditions(t, w)
    opened = False
    i = 0
    while i < reg[UNOPENED]:
        s = w.unopened[i]
        i += 1
        if calls[s, MARKS] & MARK_UNOPENED:
            calls[s, MARKS] &= ~MARK_UNOPENED
            q = calls[s, QUEUE]
            holds = -1
            if w.queues[q, Q_CONDITIONAL]:
                holds = _conditions(t, w, q)
            opened |= _open_steps(t, w, s, holds)
            if w.queues[q, Q_NOBODY] != NO:
                is_unattended(w, s)
    reg[UNOPENED] = 0
    if reg[CHANGED_ANY]:
        _keep_conditions(w)
    return opened


@part
def _look_at_conditions(t, w):
    """Who waits for a condition that has come to hold may have a step opened."""
    queues = w.queues
    for q in range(queues.shape[0]):
        queues[q, Q_HOLDS_KNOWN] = 0
        if queues[q, Q_CHANGED] and queues[q, Q_HELD]:
            _conditions(t, w, q)
    for q in range(queues.shape[0]):
        if queues[q, Q_CHANGED] and queues[q, Q_HELD] and queues[q, Q_HOLDS] & ~queues[q, Q_HELD_UNDER]:
            s = queues[q, Q_HELD_FIRST]
            while s != NO:
                may_open(w, s)
                s = w.calls[s, HELD_NEXT]
        queues[q, Q_CHANGED] = 0


@part
def _keep_conditions(w):
    """What has been looked at in this step is remembered."""
    queues = w.queues
    for q in range(queues.shape[0]):
        if queues[q, Q_HOLDS_KNOWN]:
            queues[q, Q_HELD_UNDER] = queues[q, Q_HOLDS]
            queues[q, Q_HOLDS_KNOWN] = 0
    w.reg[CHANGED_ANY] = 0


@part
def _conditions(t, w, q):
    """The steps of the queue's plan whose conditions hold for the line as a whole, as bits; once in a step."""
    queues = w.queues
    w.reg[CHANGED_ANY] = 1
    if queues[q, Q_HOLDS_KNOWN]:
        return queues[q, Q_HOLDS]
    holds = 0
    for i in range(queues[q, Q_STEPS]):
        if _holds(t, w, q, i):
            holds |= 1 << i
    queues[q, Q_HOLDS] = holds
    queues[q, Q_HOLDS_KNOWN] = 1
    return holds


@part
def _holds(t, w, q, i):
    steps = w.steps
    if steps[q, i, S_LONGER_THAN] >= 0 and w.queues[q, Q_LENGTH] <= steps[q, i, S_LONGER_THAN]:
        return False
    if steps[q, i, S_OWN_UNDER] and w.queues[q, Q_OWN_READY] >= steps[q, i, S_OWN_UNDER]:
        return False
    return steps[q, i, S_HOURS] == NO or are_open(t, steps[q, i, S_HOURS], w.reg[NOW])


@part
def _open_steps(t, w, s, holds):
    """Every step of the call that may be open is; what time alone can open has its deadline. True if any has opened."""
    calls, steps, now = w.calls, w.steps, w.reg[NOW]
    q, before = calls[s, QUEUE], calls[s, STEPS]
    reached = held = False
    due = BIG
    for i in range(w.queues[q, Q_STEPS]):
        at = calls[s, ENTERED] + steps[q, i, S_AFTER]
        if before >> i & 1:
            reached = True
        elif steps[q, i, S_ONLY_LIMIT]:
            reached = False
        elif at <= now or (reached and steps[q, i - 1, S_SKIPS_EMPTY] and not _anybody(t, w, s, i - 1)):
            reached = True
            opens = now
            if not holds >> i & 1:
                opens = _holds_later(t, w, q, i)
            if opens <= now:
                calls[s, STEPS] |= 1 << i
                is_open(w, q, i)
                is_new(w, s)
            else:
                held = True
                due = min(due, opens)
        else:
            reached = False
            due = min(due, at)
    if due == BIG:
        if calls[s, STEP_SEQ] != NO:
            calls[s, STEP_SEQ] = NO
            is_touched(w, s)
    elif calls[s, STEP_SEQ] == NO or calls[s, STEP_AT] != due:
        calls[s, STEP_AT] = due
        calls[s, STEP_SEQ] = next_sequence(w)
        is_touched(w, s)
    if held:
        hold(w, s)
    else:
        release(w, s)
    return calls[s, STEPS] != before


@part
def _holds_later(t, w, q, i):
    """When a step whose conditions do not hold now can come to hold by the clock alone."""
    hours, now = w.steps[q, i, S_HOURS], w.reg[NOW]
    opens = now if hours == NO else opens_at(t, hours, now)
    return opens if opens > now else BIG


@part
def _anybody(t, w, s, i):
    """Whether anybody is there whom the step names and who may hear the call."""
    q = w.calls[s, QUEUE]
    if who_may(t, w, s) == w.queues[q, Q_CLEARANCE]:
        return w.steps[q, i, S_HERE] > 0
    return anybody_cleared(t, w, s, 1 << i)
