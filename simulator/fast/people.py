"""People of the fast loop, and partners' lines: the small moves of `routing.state`, on arrays."""

from simulator.compiled import part
from simulator.fast.columns import (
    AWAY,
    CONDITIONAL,
    COUNTED_FROM,
    COUNTED_TO,
    COUNTS_OWN,
    DOES,
    LEAVING,
    NEVER_KEY,
    NEW_MARK,
    NEW_PEOPLE,
    NEXT,
    NO,
    NOW,
    OCCUPIED,
    OCCUPIES,
    OUT,
    PARTNER,
    PAUSED,
    Q_FIRST,
    Q_NOBODY,
    Q_OWN_READY,
    READY,
    READY_AT,
    READY_COUNT,
    RESTING,
    RINGING,
    RINGS_TO,
    S_HERE,
    SERVING,
    SINCE,
    TALKING,
    TALKS_TO,
    TIME,
    TURN,
    WISH,
    WRAPPING,
)  # fmt: skip
from simulator.fast.heap import set_timer
from simulator.fast.lines import changed, may_open
from simulator.shifts import Wish

WORK = int(Wish.WORK)


@part
def counted(t, since, now):
    """How much of that time counts."""
    return max(0, min(now, t.parameters[COUNTED_TO]) - max(since, t.parameters[COUNTED_FROM]))


@part
def count(t, w, a, now):
    """What the person has done since it last changed is counted."""
    seats, does = w.seats, w.seats[a, DOES]
    since = seats[a, SINCE]
    if does == SERVING:
        answered, over = min(seats[a, RINGS_TO], now), min(seats[a, TALKS_TO], now)
        seats[a, TIME + RINGING] += counted(t, since, answered)
        seats[a, TIME + TALKING] += counted(t, answered, over)
        since, does = over, WRAPPING
    seats[a, TIME + does] += counted(t, since, now)


@part
def serves(t, w, a, answers_at):
    """The person, who was ready, does from now on what their call brings with it."""
    seats, now = w.seats, w.reg[NOW]
    seats[a, TIME + READY] += counted(t, seats[a, SINCE], now)
    seats[a, SINCE] = now
    seats[a, DOES] = SERVING
    seats[a, TURN] += 1
    seats[a, RINGS_TO] = answers_at
    _no_longer_ready(w, a)


@part
def becomes(w, t, a, does):
    """The person, or the line, does this from now on. Whoever begins what ends by itself is given a timer anew."""
    seats, reg = w.seats, w.reg
    before, now = seats[a, DOES], reg[NOW]
    count(t, w, a, now)
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
    """Who is there for each step is known. Whoever leaves may have been the last: everybody who waits is looked at.

    Whoever comes may be the first: so are those who wait where it matters that nobody is there.
    """
    by = -1 if does == OUT else 1
    for q in range(w.queues.shape[0]):
        named = t.pair[q, a]
        step = 0
        while named:
            if named & 1:
                w.steps[q, step, S_HERE] += by
            named >>= 1
            step += 1
        if by < 0 or (t.pair[q, a] and w.queues[q, Q_NOBODY] != NO):
            s = w.queues[q, Q_FIRST]
            while s != NO:
                may_open(w, s)
                s = w.calls[s, NEXT]
