"""What comes next in the fast loop: a timer for each seat and each call, and a heap for those who will ring again.

A seat does one thing at a time, so it has one timer; of all that may happen to a call the timer has what comes first.
At one instant the seats' own things go by seat, all else by when it was arranged for.
"""

from simulator.compiled import part
from simulator.fast.columns import (
    BLOCK,
    FIRST_SLOT,
    HEAP,
    KEY,
    KINDS,
    LATEST,
    NEVER_KEY,
    NEVER_TIMER,
    OVERFULL,
    PLACES,
    RAN_OUT,
    REST_ENDS,
    RETURNS,
    RING_ENDS,
    SEQ,
    SLOTS,
    STEP_OPENS,
    TIMER_BITS,
    WHO,
)  # fmt: skip


# ── timers ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@part
def set_timer(w, place, key, sequence):
    """The next thing happens there then; NEVER_KEY: nothing by itself. At one instant the lower sequence goes first."""
    timer = key << TIMER_BITS | place if key < LATEST * KINDS else NEVER_TIMER
    before, block = w.timers[place], place // BLOCK
    w.timer_seq[place] = sequence
    w.timers[place] = timer
    if timer <= w.first_timer[block]:
        w.first_timer[block] = timer
    elif before == w.first_timer[block]:
        first = NEVER_TIMER
        for i in range(BLOCK):
            first = min(first, w.timers[block * BLOCK + i])
        w.first_timer[block] = first


@part
def clear_timer(t, w, s):
    """Nothing falls due for the call."""
    place = t.parameters[FIRST_SLOT] + s
    if w.timers[place] != NEVER_TIMER:
        set_timer(w, place, NEVER_KEY, 0)


@part
def first_timer(t, w):
    """What comes next of all that has a timer: instant, kind and place as one number."""
    first, blocks = w.first_timer[0], _blocks(t, w)
    for block in range(1, blocks):
        first = min(first, w.first_timer[block])
    kind = (first >> TIMER_BITS) % KINDS
    in_order = kind == RING_ENDS or kind == REST_ENDS or kind == RETURNS or kind >= STEP_OPENS
    return _first_arranged(w, first, blocks) if in_order and first != NEVER_TIMER else first


@part
def _first_arranged(w, first, blocks):
    """Of all timers of that very instant and kind the one that was arranged for first."""
    key, alike, start = first >> TIMER_BITS, 0, (first & PLACES) // BLOCK * BLOCK
    for block in range(blocks):
        alike += w.first_timer[block] >> TIMER_BITS == key
    for i in range(BLOCK):
        alike += w.timers[start + i] >> TIMER_BITS == key
    if alike == 1 + 1:  # itself, found both times
        return first
    for block in range(blocks):
        if w.first_timer[block] >> TIMER_BITS == key:
            for place in range(block * BLOCK, block * BLOCK + BLOCK):
                if w.timers[place] >> TIMER_BITS == key and w.timer_seq[place] < w.timer_seq[first & PLACES]:
                    first = w.timers[place]
    return first


@part
def _blocks(t, w):
    """How many blocks are in use."""
    return (t.parameters[FIRST_SLOT] + w.reg[SLOTS] + BLOCK - 1) // BLOCK


@part
def clear_timers(t, w):
    """Nobody has anything to do, and there is no call."""
    for block in range(_blocks(t, w)):
        _clear_block(w, block)


@part
def opens_slot(t, w, s):
    """Nothing falls due for the call in this slot, which is the first to have it in this replication."""
    if s % BLOCK == 0:
        place = t.parameters[FIRST_SLOT] + s
        _clear_block(w, place // BLOCK)
        if place + BLOCK > PLACES:
            w.reg[RAN_OUT] = OVERFULL


@part
def _clear_block(w, block):
    w.first_timer[block] = NEVER_TIMER
    for i in range(BLOCK):
        w.timers[block * BLOCK + i] = NEVER_TIMER


# ── who rings again ─────────────────────────────────────────────────────────────────────────────────────────────────
@part
def push(w, key, sequence, who):
    """Whoever it is rings again then."""
    heap, reg = w.heap, w.reg
    i = reg[HEAP]
    reg[HEAP] = i + 1
    while i > 0:
        above = (i - 1) >> 1
        if heap[above, KEY] < key or (heap[above, KEY] == key and heap[above, SEQ] < sequence):
            break
        heap[i, KEY] = heap[above, KEY]
        heap[i, SEQ] = heap[above, SEQ]
        heap[i, WHO] = heap[above, WHO]
        i = above
    heap[i, KEY] = key
    heap[i, SEQ] = sequence
    heap[i, WHO] = who


@part
def drop_first(w):
    """The first thing in the heap is no more."""
    heap, reg = w.heap, w.reg
    n = reg[HEAP] - 1
    reg[HEAP] = n
    key, sequence = heap[n, KEY], heap[n, SEQ]
    i = 0
    below = 1
    while below < n:
        right = below + 1
        if right < n and (
            heap[right, KEY] < heap[below, KEY]
            or (heap[right, KEY] == heap[below, KEY] and heap[right, SEQ] < heap[below, SEQ])
        ):
            below = right
        if key < heap[below, KEY] or (key == heap[below, KEY] and sequence < heap[below, SEQ]):
            break
        heap[i, KEY] = heap[below, KEY]
        heap[i, SEQ] = heap[below, SEQ]
        heap[i, WHO] = heap[below, WHO]
        i = below
        below = 2 * i + 1
    heap[i, KEY] = key
    heap[i, SEQ] = sequence
    heap[i, WHO] = heap[n, WHO]
