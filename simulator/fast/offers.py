"""Phones ring, people talk and calls end in the fast loop: `routing.offers`, and what made-up callers do afterwards."""

from routing import matching
from simulator.compiled import part
from simulator.contacts import ANSWERED, Chance
from simulator.contacts import PARTNER as BY_PARTNER
from simulator.fast.columns import (
    ANSWERS,
    AT_ONCE,
    BIG,
    CHILD,
    CONTACT,
    DOES,
    DRAWN_OFFERS,
    ENTERED,
    FREE,
    FREE_SLOT,
    HANGS_AT,
    HANGS_SEQ,
    HANGS_UP,
    KINDS,
    LAST,
    LATER,
    LIVE,
    M_CALLERS,
    MISSES,
    NEXT,
    NO,
    NOW,
    OFFER,
    OFFERS,
    OUT,
    P_DUE,
    P_FIRST,
    P_HOURS,
    P_LINES,
    P_OPEN,
    P_SEQ,
    PARTNER,
    PUSHED,
    PUSHED_HANGS,
    Q_RING,
    QUEUE,
    RAN_OUT,
    READY,
    REDIAL,
    REDIAL_AFTER,
    RESOLVED,
    RING_ENDS,
    RINGING,
    RINGING_CALL,
    RINGS_AGAIN,
    RINGS_AGAIN_AFTER,
    SEAT,
    SLOT,
    STATE,
    STEP,
    STEPS,
    TALK,
    TALK_ENDS,
    TALKING,
    TALKING_CALL,
    WRAP_UP,
)  # fmt: skip
from simulator.fast.heap import push, set_timer
from simulator.fast.hours import are_open, closes_at, opens_at
from simulator.fast.lines import becomes, forget_deadlines, leave_line, next_sequence
from simulator.spans import span as spans_span
from simulator.world import NEVER_MS, PARTNER_LEVEL

SETTLED, NOT_SETTLED = 1, 2
CHANCE_RESOLVED, CHANCE_REDIAL, CHANCE_RINGS_AGAIN = Chance.RESOLVED, Chance.REDIAL, Chance.RINGS_AGAIN
ms_of = part(spans_span)


@part
def lasts(t, c, q, which, contact):
    """How long something lasts (ms) for the contact."""
    row = t.span_row[q, which]
    return ms_of(1.0 if row < 0 else c.units[row, contact], t.span_mean[q, which])


# ── an offer ────────────────────────────────────────────────────────────────────────────────────────────────────────
@part
def offer(t, w, c, o, s, a):
    """The person's phone rings for the call; where nobody lets it ring, they talk."""
    calls, seats = w.calls, w.seats
    q = calls[s, QUEUE]
    seats[a, STEP] = matching.first_step(calls[s, STEPS], t.pair[q, a])
    seats[a, SLOT] = s
    calls[s, SEAT] = a
    calls[s, OFFERS] += 1
    leave_line(w, s)
    at_once = t.parameters[AT_ONCE]
    becomes(w, t, a, TALKING if at_once else RINGING)
    if at_once:
        begins_to_talk(t, w, c, o, s, a)
    else:
        calls[s, STATE] = RINGING_CALL
        _rings(t, w, c, s, a)


@part
def _rings(t, w, c, s, a):
    """What ends the ringing is known: an answer, or the time that the plan gives; the caller may give up before."""
    calls, now = w.calls, w.reg[NOW]
    partner = w.seats[a, PARTNER] != NO
    rings_ms = BIG if partner else w.queues[calls[s, QUEUE], Q_RING]
    answers_ms = _answers_after(t, w, c, 1 if partner else 0)
    answered = answers_ms < rings_ms
    ends = now + min(answers_ms, rings_ms)
    set_timer(w, a, ends * KINDS + (ANSWERS if answered else RING_ENDS), next_sequence(w))
    if calls[s, HANGS_SEQ] != NO and not calls[s, PUSHED] & PUSHED_HANGS and calls[s, HANGS_AT] < ends:
        calls[s, PUSHED] |= PUSHED_HANGS
        push(w, calls[s, HANGS_AT] * KINDS + HANGS_UP, calls[s, HANGS_SEQ], s)


@part
def _answers_after(t, w, c, which):
    """How long the next offer rings (ms) before somebody answers; NEVER_MS if nobody does."""
    unit = 1.0
    if t.parameters[DRAWN_OFFERS] != NO:
        k = w.reg[OFFER]
        w.reg[OFFER] = k + 1
        if c.offer_chances.shape[0]:
            if k >= c.offer_chances.shape[0]:
                w.reg[RAN_OUT] = 1
            elif c.offer_chances[k] < t.misses[which]:
                return NEVER_MS
        if t.answer_row[which] >= 0:
            if k >= c.offer_units.shape[1]:
                w.reg[RAN_OUT] = 1
            else:
                unit = c.offer_units[t.answer_row[which], k]
    return ms_of(unit, t.answer_mean[which])


# ── a talk ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@part
def begins_to_talk(t, w, c, o, s, a):
    """Both talk from now on; the person already does so."""
    calls, seats, now = w.calls, w.seats, w.reg[NOW]
    q, contact = calls[s, QUEUE], calls[s, CONTACT]
    partner = seats[a, PARTNER]
    level = t.level[q, a] if partner == NO else PARTNER_LEVEL
    calls[s, STATE] = TALKING_CALL
    calls[s, HANGS_SEQ] = NO
    forget_deadlines(w, s)
    seats[a, MISSES] = 0
    o.answered_ms[contact] = now
    o.agent[contact] = a
    o.level[contact] = level
    o.step[contact] = _place_of(seats[a, STEP])
    ends = now + max(lasts(t, c, q, TALK + level, contact), 1)
    set_timer(w, a, ends * KINDS + TALK_ENDS, next_sequence(w))
    if partner != NO:
        w.partners[partner, P_SEQ] = next_sequence(w)


@part
def _place_of(step):
    """Which step it is, of its bit."""
    place = 0
    while step > 1:
        step >>= 1
        place += 1
    return place


@part
def wraps_up_ms(t, w, c, o, s):
    """How long whoever answered wraps up after this talk; written down."""
    contact = w.calls[s, CONTACT]
    ms = lasts(t, c, w.calls[s, QUEUE], WRAP_UP + o.level[contact], contact)
    o.wrap_up_ms[contact] = ms
    return ms


# ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@part
def ends(t, w, c, o, s, outcome):
    """The call is over, and its place is free; some ring again."""
    calls, reg, now = w.calls, w.reg, w.reg[NOW]
    contact, q = calls[s, CONTACT], calls[s, QUEUE]
    o.outcome[contact] = outcome
    o.queue[contact] = q
    o.entered_ms[contact] = calls[s, ENTERED]
    o.ended_ms[contact] = now
    o.offers[contact] = calls[s, OFFERS]
    reg[LAST] = now
    reg[LIVE] -= 1
    calls[s, STATE] = FREE
    calls[s, HANGS_SEQ] = NO
    forget_deadlines(w, s)
    calls[s, NEXT] = reg[FREE_SLOT]
    reg[FREE_SLOT] = s
    whose = q if q != NO else t.streams[o.stream[contact], M_CALLERS]
    if outcome == ANSWERED or outcome == BY_PARTNER:
        if c.chances[CHANCE_RESOLVED, contact] < t.shares[whose, RESOLVED + o.level[contact]]:
            o.settled[contact] = SETTLED
        else:
            o.settled[contact] = NOT_SETTLED
            if c.chances[CHANCE_RINGS_AGAIN, contact] < t.shares[whose, RINGS_AGAIN]:
                _rings_in(w, o, contact, max(lasts(t, c, whose, RINGS_AGAIN_AFTER, contact), 1))
    elif c.chances[CHANCE_REDIAL, contact] < t.shares[whose, REDIAL]:
        _rings_in(w, o, contact, max(lasts(t, c, whose, REDIAL_AFTER, contact), 1))


@part
def _rings_in(w, o, contact, ms):
    """The contact's caller rings again so much later, as a contact of its own."""
    reg = w.reg
    child = reg[CHILD]
    if ms >= NEVER_MS:
        return
    if child >= o.parent.shape[0]:
        reg[RAN_OUT] = 1
        return
    reg[CHILD] = child + 1
    reg[LIVE] += 1
    o.parent[child] = contact
    o.stream[child] = o.stream[contact]
    o.arrival_ms[child] = reg[NOW] + ms
    push(w, (reg[NOW] + ms) * KINDS + LATER, next_sequence(w), child)


# ── partners ────────────────────────────────────────────────────────────────────────────────────────────────────────
@part
def follow(t, w, p, freed):
    """Every line of the partner that is not busy does what it should now, and it is known when that changes next.

    freed: the line whose ring or talk this instant is over; NO for none.
    """
    partners, now = w.partners, w.reg[NOW]
    hours = partners[p, P_HOURS]
    opened = 1 if are_open(t, hours, now) else 0
    if opened != partners[p, P_OPEN]:
        partners[p, P_OPEN] = opened
        for a in range(partners[p, P_FIRST], partners[p, P_FIRST] + partners[p, P_LINES]):
            if a == freed or w.seats[a, DOES] == OUT or w.seats[a, DOES] == READY:
                _sits(t, w, a, opened)
    elif freed != NO:
        _sits(t, w, freed, opened)
    due = closes_at(t, hours, now) if opened else opens_at(t, hours, now)
    partners[p, P_DUE] = due
    partners[p, P_SEQ] = next_sequence(w)


@part
def _sits(t, w, a, opened):
    does = READY if opened else OUT
    if w.seats[a, DOES] != does:
        becomes(w, t, a, does)
