"""Phones ring, people talk and calls end in the fast loop: `routing.offers`, and what made-up callers do afterwards."""

from routing import matching
from simulator.compiled import part
from simulator.contacts import ANSWERED, Chance
from simulator.contacts import PARTNER as BY_PARTNER
from simulator.fast.columns import (
    ANSWERS,
    AT_ONCE,
    CHILD,
    CONTACT,
    CUT,
    DRAWN_OFFERS,
    ENTERED,
    FIRST_SLOT,
    FREE,
    FREE_SLOT,
    HANGS_AT,
    HANGS_SEQ,
    HANGS_UP,
    KINDS,
    LAST,
    LATER,
    LATEST,
    LIVE,
    M_CALLERS,
    MISSES,
    NEXT,
    NO,
    NOW,
    OCCUPIED,
    OCCUPIES,
    OFFER,
    OFFERS,
    P_SEQ,
    PARTNER,
    Q_RING,
    Q_WRAPS,
    QUEUE,
    QUIET,
    RAN_OUT,
    REDIAL,
    REDIAL_AFTER,
    RESOLVED,
    RING_ENDS,
    RINGING,
    RINGING_CALL,
    RINGS_AGAIN,
    RINGS_AGAIN_AFTER,
    RINGS_TO,
    SEAT,
    SLOT,
    STATE,
    STEP,
    STEPS,
    TALK,
    TALK_ENDS,
    TALKING,
    TALKING_CALL,
    TALKS_TO,
    WAITING,
    WRAP_UP,
    WRAP_UP_ENDS,
)  # fmt: skip
from simulator.fast.coming import have_rung
from simulator.fast.heap import clear_timer, push, set_timer
from simulator.fast.lines import leave_line, next_sequence
from simulator.fast.partners import line_rings
from simulator.fast.people import becomes, serves
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
    """The person's phone rings for the call. Does that lead to a talk, and nobody minds it, all is known."""
    calls, seats, now = w.calls, w.seats, w.reg[NOW]
    q, partner = calls[s, QUEUE], seats[a, PARTNER] != NO
    seats[a, STEP] = matching.first_step(calls[s, STEPS], t.pair[q, a])
    seats[a, SLOT] = s
    calls[s, SEAT] = a
    calls[s, OFFERS] += 1
    if calls[s, STATE] == WAITING:
        leave_line(w, s)
        clear_timer(t, w, s)
    at_once = t.parameters[AT_ONCE]
    rings_ms = line_rings(w, seats[a, PARTNER]) if partner else w.queues[q, Q_RING]
    answers_ms = 0 if at_once else _answers_after(t, w, c, 1 if partner else 0)
    answered = at_once or answers_ms < rings_ms
    hangs_up = calls[s, HANGS_SEQ] != NO and calls[s, HANGS_AT] < now + min(answers_ms, rings_ms)
    if answered and not hangs_up and not partner and t.parameters[QUIET]:
        serves(t, w, a, now + answers_ms)
        _talk_is_known(t, w, c, o, s, a)
    elif at_once:
        becomes(w, t, a, TALKING)
        begins_to_talk(t, w, c, o, s, a, now)
        set_timer(w, a, seats[a, TALKS_TO] * KINDS + TALK_ENDS, a)
    else:
        becomes(w, t, a, RINGING)
        calls[s, STATE] = RINGING_CALL
        ends = now + min(answers_ms, rings_ms)
        if answered or partner:
            set_timer(w, a, ends * KINDS + ANSWERS, a)
        else:
            set_timer(w, a, ends * KINDS + RING_ENDS, next_sequence(w))
        if hangs_up:
            place = t.parameters[FIRST_SLOT] + s
            set_timer(w, place, calls[s, HANGS_AT] * KINDS + HANGS_UP, calls[s, HANGS_SEQ])


@part
def _talk_is_known(t, w, c, o, s, a):
    """The talk is known, and written down as over if nothing follows from its end but what the person does next."""
    calls, seats = w.calls, w.seats
    q, contact = calls[s, QUEUE], calls[s, CONTACT]
    begins_to_talk(t, w, c, o, s, a, seats[a, RINGS_TO])
    over = seats[a, TALKS_TO]
    key = over * KINDS + TALK_ENDS
    if over <= t.parameters[CUT] and not _rings_again(t, c, o, contact, q):
        ends(t, w, c, o, s, ANSWERED, over)
        seats[a, SLOT] = NO
        if w.queues[q, Q_WRAPS]:
            key = (over + wraps_up_ms(t, c, o, contact, q)) * KINDS + WRAP_UP_ENDS
        if key < LATEST * KINDS:
            seats[a, OCCUPIES] = 1
            w.reg[OCCUPIED] += 1
    set_timer(w, a, key, a)


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
def begins_to_talk(t, w, c, o, s, a, at):
    """Both talk from that instant on, and it is known how long."""
    calls, seats = w.calls, w.seats
    q, contact = calls[s, QUEUE], calls[s, CONTACT]
    partner = seats[a, PARTNER]
    level = t.level[q, a] if partner == NO else PARTNER_LEVEL
    calls[s, STATE] = TALKING_CALL
    seats[a, MISSES] = 0
    seats[a, TALKS_TO] = at + max(lasts(t, c, q, TALK + level, contact), 1)
    o.answered_ms[contact] = at
    o.agent[contact] = a
    o.level[contact] = level
    o.step[contact] = place_of(seats[a, STEP])
    if partner != NO:
        w.partners[partner, P_SEQ] = next_sequence(w)


@part
def place_of(step):
    """Which step it is, of its bit."""
    place = 0
    while step > 1:
        step >>= 1
        place += 1
    return place


@part
def wraps_up_ms(t, c, o, contact, q):
    """How long whoever answered wraps up after this talk; written down."""
    ms = lasts(t, c, q, WRAP_UP + o.level[contact], contact)
    o.wrap_up_ms[contact] = ms
    return ms


# ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@part
def ends(t, w, c, o, s, outcome, at):
    """The call is over at that instant, and its place is free; some ring again."""
    calls, reg = w.calls, w.reg
    contact, q = calls[s, CONTACT], calls[s, QUEUE]
    o.outcome[contact] = outcome
    o.queue[contact] = q
    o.entered_ms[contact] = calls[s, ENTERED]
    o.ended_ms[contact] = at
    o.offers[contact] = calls[s, OFFERS]
    reg[LAST] = max(reg[LAST], at)
    reg[LIVE] -= 1
    calls[s, STATE] = FREE
    clear_timer(t, w, s)
    calls[s, NEXT] = reg[FREE_SLOT]
    reg[FREE_SLOT] = s
    whose = q if q != NO else t.streams[o.stream[contact], M_CALLERS]
    if outcome == ANSWERED or outcome == BY_PARTNER:
        o.settled[contact] = SETTLED if _is_settled(t, c, o, contact, whose) else NOT_SETTLED
        if _rings_again(t, c, o, contact, whose):
            _rings_in(w, c, o, contact, at, max(lasts(t, c, whose, RINGS_AGAIN_AFTER, contact), 1))
    elif c.chances[CHANCE_REDIAL, contact] < t.shares[whose, REDIAL]:
        _rings_in(w, c, o, contact, at, max(lasts(t, c, whose, REDIAL_AFTER, contact), 1))


@part
def _is_settled(t, c, o, contact, q):
    """Whether the matter has been settled in the talk."""
    return c.chances[CHANCE_RESOLVED, contact] < t.shares[q, RESOLVED + o.level[contact]]


@part
def _rings_again(t, c, o, contact, q):
    """Whether whoever was answered will ring again."""
    if _is_settled(t, c, o, contact, q):
        return False
    return c.chances[CHANCE_RINGS_AGAIN, contact] < t.shares[q, RINGS_AGAIN]


@part
def _rings_in(w, c, o, contact, at, ms):
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
    o.arrival_ms[child] = at + ms
    have_rung(w, c)
    push(w, (at + ms) * KINDS + LATER, next_sequence(w), child)
