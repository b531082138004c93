"""Partners' lines in the fast loop: `routing.partners`, move for move, by the functions of `routing.line_rules`."""

from routing import line_rules
from simulator.compiled import also_compiled, part
from simulator.fast.columns import (
    AWAY,
    BEGAN,
    BIG,
    DOES,
    HOME_UNTIL,
    KINDS,
    NO,
    NOW,
    OUT,
    P_AGAIN,
    P_DAY,
    P_DUE,
    P_FAILED_AT,
    P_FAILURES,
    P_FIRST,
    P_HEALS,
    P_HOURS,
    P_LINES,
    P_MOST,
    P_PROBE,
    P_PROBE_AT,
    P_RING,
    P_SEQ,
    P_TRIPS,
    P_USED,
    P_WORD,
    READY,
    REST_ENDS,
    RESTING,
    RINGING,
    SINCE,
    TALKING,
    TIMER_BITS,
)  # fmt: skip
from simulator.fast.heap import set_timer
from simulator.fast.hours import are_open, closes_at, opens_at
from simulator.fast.lines import next_sequence
from simulator.fast.people import becomes
from simulator.world import DAY_MS

for _function in (
    line_rules.word_of,
    line_rules.line_does,
    line_rules.talked_today_ms,
    line_rules.spent_or_new_at,
):
    also_compiled(_function)

CIRCUIT_OPEN, TAKES_CALLS, IS_SHUT, RESTS = (
    line_rules.CIRCUIT_OPEN,
    line_rules.TAKES_CALLS,
    line_rules.IS_SHUT,
    line_rules.RESTS,
)


# ── what comes of calls there ───────────────────────────────────────────────────────────────────────────────────────
@part
def line_rings(w, p):
    """One of the partner's lines is rung. How long, if nobody answers."""
    partners = w.partners
    if partners[p, P_FAILURES] >= partners[p, P_TRIPS]:
        partners[p, P_PROBE_AT] = w.reg[NOW] + partners[p, P_PROBE]
    return partners[p, P_RING]


@part
def minds_talks(w, p):
    """Whether the beginning of a talk says when the minutes of the day are spent, or failures are made good."""
    return w.partners[p, P_FAILURES] or w.partners[p, P_MOST] < BIG


@part
def line_talked(t, w, p, a):
    """A talk on this line is over, and is counted."""
    partners, now = w.partners, w.reg[NOW]
    day_begins(t, w, p)
    partners[p, P_USED] += line_rules.talked_today_ms(w.seats[a, SINCE], now, _midnight(t, now))
    partners[p, P_FAILURES] = 0


@part
def line_failed(w, p, s):
    """The ring on this line led to no talk: the call stays at home a while, and for good if this was its second."""
    partners, calls, now = w.partners, w.calls, w.reg[NOW]
    partners[p, P_FAILURES] += 1
    partners[p, P_FAILED_AT] = now
    partners[p, P_PROBE_AT] = now + partners[p, P_PROBE]
    calls[s, HOME_UNTIL] = now + partners[p, P_AGAIN] if calls[s, HOME_UNTIL] == NO else BIG


# ── whether the lines are open ──────────────────────────────────────────────────────────────────────────────────────
@part
def follow(t, w, p, freed):
    """Every line of the partner that is not busy does what it should now, and it is known when that changes next.

    freed: the line whose ring or talk this instant is over; NO for none.
    """
    partners, now = w.partners, w.reg[NOW]
    hours, first, used, heals = partners[p, P_HOURS], partners[p, P_FIRST], 0, BIG
    opened = 1 if are_open(t, hours, now) else 0
    due = closes_at(t, hours, now) if opened else opens_at(t, hours, now)
    if partners[p, P_FAILURES]:
        heals = _heals_at(w, p, freed)
        if heals <= now:
            partners[p, P_FAILURES] = 0
        else:
            due = min(due, heals)
    if partners[p, P_MOST] < BIG:
        day_begins(t, w, p)
        used, talking = partners[p, P_USED], 0
        for a in range(first, first + partners[p, P_LINES]):
            if w.seats[a, DOES] == TALKING and a != freed:
                used += line_rules.talked_today_ms(w.seats[a, SINCE], now, _midnight(t, now))
                talking += 1
        new_day = _midnight(t, now) + DAY_MS
        due = line_rules.spent_or_new_at(due, now, used, partners[p, P_MOST], talking, new_day)
    word = line_rules.word_of(opened, used, partners[p, P_MOST], 1, partners[p, P_FAILURES], partners[p, P_TRIPS])
    if word == CIRCUIT_OPEN or word != partners[p, P_WORD]:
        probe = _probe(w, p, freed) if word == CIRCUIT_OPEN else NO
        for a in range(first, first + partners[p, P_LINES]):
            if a == freed or not (w.seats[a, DOES] == RINGING or w.seats[a, DOES] == TALKING):
                _sits(t, w, p, a, word, probe)
    elif freed != NO:
        _sits(t, w, p, freed, word, NO)
    partners[p, P_WORD] = word
    partners[p, P_DUE] = due
    partners[p, P_SEQ] = next_sequence(w)


@part
def _sits(t, w, p, a, word, probe):
    """The line is open, resting or closed. probe: the line that tries."""
    probe_at, before = w.partners[p, P_PROBE_AT], w.seats[a, DOES]
    does = line_rules.line_does(word, a == probe, probe_at, w.reg[NOW])
    if does == TAKES_CALLS or does == IS_SHUT or does == RESTS:
        state = READY if does == TAKES_CALLS else OUT if does == IS_SHUT else AWAY
        if before != state:
            becomes(w, t, a, state)
    elif before != RESTING or w.timers[a] >> TIMER_BITS != probe_at * KINDS + REST_ENDS:
        becomes(w, t, a, RESTING)
        set_timer(w, a, probe_at * KINDS + REST_ENDS, next_sequence(w))


@part
def _probe(w, p, freed):
    """The one line that tries while the circuit is open; NO while one rings."""
    free = tries = NO
    for a in range(w.partners[p, P_FIRST], w.partners[p, P_FIRST] + w.partners[p, P_LINES]):
        does = w.seats[a, DOES]
        if a != freed and does == RINGING:
            return NO
        if a == freed or does != TALKING:
            free = a if free == NO else free
            tries = a if tries == NO and (does == READY or does == RESTING) else tries
    return free if tries == NO else tries


@part
def _heals_at(w, p, freed):
    """When a talk that has begun since the last failure will have lasted, or did; BIG if there is none."""
    since = BIG
    for a in range(w.partners[p, P_FIRST], w.partners[p, P_FIRST] + w.partners[p, P_LINES]):
        if a != freed and w.seats[a, DOES] == TALKING and w.seats[a, SINCE] > w.partners[p, P_FAILED_AT]:
            since = min(since, w.seats[a, SINCE])
    return since + w.partners[p, P_HEALS] if since < BIG else BIG


@part
def day_begins(t, w, p):
    """It is this day; a new one has used nothing."""
    day = (w.reg[NOW] + t.parameters[BEGAN]) // DAY_MS
    if day != w.partners[p, P_DAY]:
        w.partners[p, P_DAY] = day
        w.partners[p, P_USED] = 0


@part
def _midnight(t, now):
    """When the day began (UTC), as partners' days do."""
    return now - (now + t.parameters[BEGAN]) % DAY_MS
