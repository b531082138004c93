"""Which of all that is coming comes first in the fast loop."""

from simulator.compiled import part
from simulator.fast.columns import (
    ARRIVES,
    C_AT,
    HEAP,
    KEY,
    KINDS,
    NEVER_KEY,
    P_DUE,
    P_SEQ,
    PARTNER_DUE,
    REST_ENDS,
    RING_ENDS,
    ROOT,
    STAFF,
    STAFF_NEXT,
    WHO,
    WINNER,
)
from simulator.fast.heap import drop_first, holds


@part
def is_deadline(kind):
    """Whether it is the kernel's own, and not something that people do."""
    return kind == REST_ENDS or RING_ENDS <= kind <= PARTNER_DUE


@part
def what_comes(t, w, c, stop, last_change):
    """What happens next: its instant and kind as one number, and to whom."""
    reg, heap = w.reg, w.heap
    key, who = w.tree[1, KEY], w.tree[1, WINNER]
    while reg[HEAP] and heap[0, KEY] < key:
        if holds(w, 0):
            key, who = heap[0, KEY], heap[0, WHO]
            break
        drop_first(w)
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
