"""What comes next in the fast loop: a timer for each seat, in a tree of winners, and a heap for all that callers bring.

A seat does one thing at a time, so it has one timer. In the heap nothing is taken back: whatever comes up that no
longer holds is passed over.
"""

from simulator.compiled import part
from simulator.fast.columns import (
    CLOSES_SEQ,
    HANGS_SEQ,
    HANGS_UP,
    HEAP,
    KEY,
    KINDS,
    LINE_CLOSES,
    NEVER_KEY,
    SEQ,
    STEP_OPENS,
    STEP_SEQ,
    WAIT_ENDS,
    WAIT_SEQ,
    WHO,
    WINNER,
)


# ── seats ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@part
def set_timer(w, seat, key, sequence):
    """The seat does its next thing then; NEVER_KEY: nothing by itself."""
    tree, seqs = w.tree, w.timer_seq
    seqs[seat] = sequence
    i = tree.shape[0] // 2 + seat
    tree[i, KEY] = key
    who = seat
    while i > 1:
        rival = tree[i ^ 1, KEY]
        other = tree[i ^ 1, WINNER]
        if rival < key or (rival == key and rival != NEVER_KEY and seqs[other] < seqs[who]):
            key, who = rival, other
        i >>= 1
        tree[i, KEY] = key
        tree[i, WINNER] = who


@part
def clear_timers(w):
    """No seat has anything to do."""
    tree = w.tree
    leaves = tree.shape[0] // 2
    for i in range(tree.shape[0]):
        tree[i, KEY] = NEVER_KEY
        tree[i, WINNER] = i - leaves if i >= leaves else 0


# ── callers ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@part
def push(w, key, sequence, who):
    """It happens then, unless it no longer holds."""
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


@part
def holds(w, i):
    """Whether what stands at this place of the heap still means anything."""
    kind, sequence, who = w.heap[i, KEY] % KINDS, w.heap[i, SEQ], w.heap[i, WHO]
    if kind == STEP_OPENS:
        return w.calls[who, STEP_SEQ] == sequence
    if kind == HANGS_UP:
        return w.calls[who, HANGS_SEQ] == sequence
    if kind == LINE_CLOSES:
        return w.calls[who, CLOSES_SEQ] == sequence
    if kind == WAIT_ENDS:
        return w.calls[who, WAIT_SEQ] == sequence
    return True


@part
def sweep(w):
    """Only what still means something is in the heap."""
    heap, reg = w.heap, w.reg
    n = reg[HEAP]
    reg[HEAP] = 0
    for i in range(n):
        if holds(w, i):
            push(w, heap[i, KEY], heap[i, SEQ], heap[i, WHO])
