"""Which of all that is coming comes first in the fast loop."""

from simulator.compiled import part
from simulator.fast.columns import (
    ARRIVES,
    C_AT,
    FIRST_SLOT,
    HEAP,
    KEY,
    KINDS,
    LATER,
    NEVER_KEY,
    NEVER_TIMER,
    P_DUE,
    P_SEQ,
    PARTNER_DUE,
    PLACES,
    REST_ENDS,
    RING_ENDS,
    ROOT,
    SEQ,
    STAFF,
    STAFF_NEXT,
    TIMER_BITS,
    WHO,
)  # fmt: skip
from simulator.fast.heap import first_timer


@part
def is_deadline(kind):
    """Whether it is the kernel's own, and not something that people do."""
    return kind == REST_ENDS or RING_ENDS <= kind <= PARTNER_DUE


@part
def what_comes(t, w, c, stop, last_change):
    """What happens next: its instant and kind as one number, and to whom."""
    reg, heap = w.reg, w.heap
    timer = first_timer(t, w)
    key, who = NEVER_KEY, timer & PLACES
    if timer != NEVER_TIMER:
        key = timer >> TIMER_BITS
        if who >= t.parameters[FIRST_SLOT]:
            who -= t.parameters[FIRST_SLOT]
            if key % KINDS == LATER:
                who = ~who
    if reg[HEAP] and (heap[0, KEY] < key or (heap[0, KEY] == key and heap[0, SEQ] < w.timer_seq[timer & PLACES])):
        key, who = heap[0, KEY], heap[0, WHO]
    if reg[ROOT] < stop:
        rings = c.arrival_ms[reg[ROOT]] * KINDS + ARRIVES
        if rings < key:
            key, who = rings, reg[ROOT]
    if reg[STAFF_NEXT] < last_change:
        changes = t.staff[reg[STAFF_NEXT], C_AT] * KINDS + STAFF
        if changes < key:
            key, who = changes, reg[STAFF_NEXT]
    for p in range(w.partners.shape[0]):
        due = w.partners[p, P_DUE] * KINDS + PARTNER_DUE
        if due < key or (due == key and due < NEVER_KEY and w.partners[p, P_SEQ] < w.partners[who, P_SEQ]):
            key, who = due, p
    return key, who
