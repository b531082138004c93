"""Lines that nobody serves, in the fast loop: who is there for a call, and since when nobody is (`routing.limits`)."""

from routing import matching
from simulator.compiled import also_compiled, part
from simulator.fast.columns import (
    DOES,
    MARK_NOBODY,
    MARK_UNATTENDED,
    MARKS,
    NO,
    NOBODY_AT,
    NOBODY_SEQ,
    NOW,
    OUT,
    Q_NOBODY,
    Q_OUTSIDE,
    QUEUE,
    STATE,
    STEPS,
    UNATTENDED,
    WAITING,
)  # fmt: skip
from simulator.fast.lines import is_touched, next_sequence, who_may

also_compiled(matching.is_there_for)


@part
def is_unattended(w, s):
    """It is to be seen in this step whether anybody is there for the call."""
    if w.calls[s, MARKS] & MARK_UNATTENDED == 0:
        w.calls[s, MARKS] |= MARK_UNATTENDED
        w.unattended[w.reg[UNATTENDED]] = s
        w.reg[UNATTENDED] += 1


@part
def watch_for_nobody(t, w):
    """Where nobody is, it is known since when."""
    calls, reg = w.calls, w.reg
    for i in range(reg[UNATTENDED]):
        s = w.unattended[i]
        calls[s, MARKS] &= ~MARK_UNATTENDED
        limit = w.queues[calls[s, QUEUE], Q_NOBODY]
        if calls[s, STATE] == WAITING and limit != NO:
            nobody, known = not anybody_for(t, w, s), calls[s, MARKS] & MARK_NOBODY != 0
            if nobody and not known:
                calls[s, MARKS] |= MARK_NOBODY
                calls[s, NOBODY_AT] = reg[NOW] + limit
                calls[s, NOBODY_SEQ] = next_sequence(w)
                is_touched(w, s)
            elif known and not nobody:
                calls[s, MARKS] &= ~MARK_NOBODY
                is_touched(w, s)
    reg[UNATTENDED] = 0


@part
def anybody_for(t, w, s):
    """Whether a person whom any step names, or a partner for whom one is open, is there for the call."""
    q, may, steps = w.calls[s, QUEUE], who_may(t, w, s), w.calls[s, STEPS]
    for a in range(w.seats.shape[0]):
        if w.seats[a, DOES] != OUT and t.cleared[may, a] == 1:
            if matching.is_there_for(steps, t.pair[q, a], w.queues[q, Q_OUTSIDE]):
                return True
    return False


@part
def anybody_cleared(t, w, s, steps):
    """Whether anybody is there whom one of these steps names and who may hear the call."""
    q, may = w.calls[s, QUEUE], who_may(t, w, s)
    for a in range(w.seats.shape[0]):
        if w.seats[a, DOES] != OUT and t.pair[q, a] & steps and t.cleared[may, a] == 1:
            return True
    return False
