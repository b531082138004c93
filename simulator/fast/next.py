"""Which of all that is coming comes first in the fast loop."""

from simulator.compiled import part
from simulator.fast.columns import (
    ARRIVES,
    C_AT,
    COMES,
    COMING,
    FIRST_SLOT,
    HEAP,
    KEY,
    KINDS,
    LATER,
    NEVER_KEY,
    NEVER_TIMER,
    NO,
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
    WHOM,
)  # fmt: skip
from simulator.fast.heap import first_timer


@part
def is_deadline(kind):
    """Whether it is the kernel's own, and not something that people do."""
    return kind == REST_ENDS or RING_ENDS <= kind <= PARTNER_DUE


@part
def what_comes(t, w, stop, last_change):
    """What happens next: its instant and kind as one number, its kind, and to whom."""
    reg, heap = w.reg, w.heap
    timer = first_timer(t, w)
    key, kind, who, sequence = NEVER_KEY, NO, timer & PLACES, 0
    if timer != NEVER_TIMER:
        key = timer >> TIMER_BITS
        kind, sequence = key % KINDS, w.timer_seq[who]
        if who >= t.parameters[FIRST_SLOT]:
            who -= t.parameters[FIRST_SLOT]
            if kind == LATER:
                who = ~who
    if reg[HEAP] and (heap[0, KEY] < key or (heap[0, KEY] == key and heap[0, SEQ] < sequence)):
        key, kind, who, sequence = heap[0, KEY], LATER, heap[0, WHO], heap[0, SEQ]
    if reg[COMING] < stop:
        comes, root = w.coming[reg[COMING], KEY], w.coming[reg[COMING], WHOM]
        rang_before = kind == LATER and comes == key and root < reg[ROOT] and w.rang[root] < sequence
        if comes < key or rang_before:
            key, kind, who = comes, COMES if comes % KINDS == LATER else ARRIVES, root
    if reg[STAFF_NEXT] < last_change:
        changes = t.staff[reg[STAFF_NEXT], C_AT] * KINDS + STAFF
        if changes < key:
            key, kind, who = changes, STAFF, reg[STAFF_NEXT]
    for p in range(w.partners.shape[0]):
        due = w.partners[p, P_DUE] * KINDS + PARTNER_DUE
        if due < key or (due == key and due < NEVER_KEY and w.partners[p, P_SEQ] < w.partners[who, P_SEQ]):
            key, kind, who = due, PARTNER_DUE, p
    return key, kind, who
