"""Waiting calls and ready people are brought together in the fast loop: `routing.pairing`, move for move.

Every choice between two pairs is made by the very functions of `routing.matching`.
"""

from routing import matching
from simulator.compiled import also_compiled, part
from simulator.fast.columns import (
    CLEARANCE,
    DISCIPLINE,
    ENTERED,
    KEEPS,
    MARK_NEW,
    MARKS,
    MOST_SEATS,
    NEW_CALLS,
    NEW_MARK,
    NEW_PEOPLE,
    NEXT,
    NO,
    NO_CHOICE,
    NOW,
    ORDER,
    PARTNER,
    PRIORITY,
    Q_FIRST,
    Q_KEEPS,
    Q_OPEN,
    Q_OWN_READY,
    Q_TARGET,
    QUEUE,
    READY_COUNT,
    SEAT_BITS,
    STEPS,
    WAITING_COUNT,
)  # fmt: skip
from simulator.fast.lines import stands_before, who_may

for _function in (
    matching.hindrance,
    matching.first_step,
    matching.agents_compared,
    matching.calls_compared,
    matching.choose_agent,
):
    also_compiled(_function)


@part
def people_first(t, w):
    """Those who may choose now are in order, or nobody: no call waits. How many."""
    reg = w.reg
    if reg[WAITING_COUNT] == 0:
        for i in range(reg[NEW_PEOPLE]):
            w.seats[w.new_people[i], NEW_MARK] = 0
        reg[NEW_PEOPLE] = 0
        return 0
    if t.parameters[KEEPS]:
        _everybody_is_new(w)
    if reg[NEW_PEOPLE] > 1:
        _sort_people(w)
    return reg[NEW_PEOPLE]


@part
def _everybody_is_new(w):
    reg = w.reg
    if reg[NEW_PEOPLE] == 0:
        return
    for i in range(reg[READY_COUNT]):
        a = w.ready[i]
        if not w.seats[a, NEW_MARK]:
            w.seats[a, NEW_MARK] = 1
            w.new_people[reg[NEW_PEOPLE]] = a
            reg[NEW_PEOPLE] += 1


@part
def _sort_people(w):
    """By how long they have been ready, then by index."""
    people, since = w.new_people, w.ready_since
    for i in range(1, w.reg[NEW_PEOPLE]):
        a, at = people[i], i
        while at > 0 and (
            since[people[at - 1]] > since[a] or (since[people[at - 1]] == since[a] and people[at - 1] > a)
        ):
            people[at] = people[at - 1]
            at -= 1
        people[at] = a


@part
def calls_next(w):
    """The calls that may choose now are in order, or none: nobody is ready. How many."""
    reg = w.reg
    if reg[READY_COUNT] == 0:
        for i in range(reg[NEW_CALLS]):
            w.calls[w.new_calls[i], MARKS] &= ~MARK_NEW
        reg[NEW_CALLS] = 0
        return 0
    if reg[NEW_CALLS] > 1:
        _sort_calls(w)
    return reg[NEW_CALLS]


@part
def _sort_calls(w):
    """By place."""
    new, n = w.new_calls, w.reg[NEW_CALLS]
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, n):
            s, at = new[i], i
            while at >= gap and stands_before(w, s, new[at - gap]):
                new[at] = new[at - gap]
                at -= gap
            new[at] = s
        gap //= 3


@part
def agent_for(t, w, s):
    """The index of the ready agent who takes the call; -1 for nobody."""
    q = w.calls[s, QUEUE]
    if t.parameters[KEEPS]:
        for i in range(w.reg[READY_COUNT]):
            w.lends[w.ready[i]] = _may_lend(t, w, w.ready[i])
    return matching.choose_agent(
        w.ready[: w.reg[READY_COUNT]],
        w.calls[s, STEPS],
        t.pair[q],
        t.cleared[who_may(t, w, s)],
        t.own[q],
        w.lends,
        t.level[q],
        t.queue_count,
        w.ready_since,
    )


@part
def agent_at_once(t, w, s):
    """As `agent_for` a call for which none but the first steps of its queue have opened, when nothing is kept."""
    clearance, q, best = w.calls[s, CLEARANCE], w.calls[s, QUEUE], NO_CHOICE
    for i in range(w.reg[READY_COUNT]):
        a = w.ready[i]
        best = min(best, t.choice[clearance, q, a] + (w.ready_since[a] << SEAT_BITS))
    return best % MOST_SEATS if best < NO_CHOICE else -1


@part
def call_for(t, w, a):
    """The waiting call that the ready agent takes; -1 for none."""
    best = -1
    lends = _may_lend(t, w, a) if t.parameters[KEEPS] else 1
    i = 0
    while t.reach[a, i] != NO:
        q = t.reach[a, i]
        i += 1
        if w.queues[q, Q_OPEN] & t.pair[q, a]:
            s = _first_eligible(t, w, a, q, lends)
            if s >= 0 and (best < 0 or _compared(t, w, a, s, best) > 0):
                best = s
    return best


@part
def _first_eligible(t, w, a, q, lends):
    calls, pair_steps, own = w.calls, t.pair[q, a], t.own[q, a]
    if own != 1 and lends != 1:
        return -1
    s, line = w.queues[q, Q_FIRST], w.seats[a, PARTNER] != NO
    while s != NO:
        row = who_may(t, w, s) if line else calls[s, CLEARANCE]
        if not matching.hindrance(calls[s, STEPS], pair_steps, t.cleared[row, a], own, lends):
            return s
        s = calls[s, NEXT]
    return -1


@part
def _compared(t, w, a, s, other):
    calls, queues = w.calls, w.queues
    q, p = calls[s, QUEUE], calls[other, QUEUE]
    return matching.calls_compared(
        t.parameters[DISCIPLINE],
        w.reg[NOW],
        calls[s, PRIORITY],
        t.rank[a, q],
        calls[s, ENTERED],
        queues[q, Q_TARGET],
        calls[s, ORDER],
        calls[other, PRIORITY],
        t.rank[a, p],
        calls[other, ENTERED],
        queues[p, Q_TARGET],
        calls[other, ORDER],
    )


@part
def _may_lend(t, w, a):
    """1 if each of the agent's own queues has more ready people of its own than it keeps for itself."""
    i = 0
    while t.own_queues[a, i] != NO:
        q = t.own_queues[a, i]
        keeps = w.queues[q, Q_KEEPS]
        if keeps and w.queues[q, Q_OWN_READY] <= keeps:
            return 0
        i += 1
    return 1
