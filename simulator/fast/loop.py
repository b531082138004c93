"""The fast loop: one replication after another, event by event, in the order that the faithful driver keeps.

Whatever comes first is taken; what it leads to is decided (`deciding.decide`). Deadlines that fall due at one
instant are one step of the kernel: whoever is to leave does so when all of them have passed.
"""

from simulator.arrays import ArraysType, opened
from simulator.compiled import part, whole
from simulator.contacts import ABANDONED, ANSWERED, CLOSED, FAILED, NO_ONE, NOT_MADE
from simulator.contacts import PARTNER as BY_PARTNER
from simulator.fast.columns import (
    ANSWERS,
    ARRIVES,
    BLANK_COLUMNS,
    C_SEAT,
    C_WISH,
    CHILD,
    COMES,
    COMING,
    CONTACT,
    CUT,
    ENTERED,
    EVENT,
    FIRST_SLOT,
    FREE,
    FREE_SLOT,
    HANGS_UP,
    KINDS,
    LAST,
    LATER,
    LEAVES,
    LEAVING,
    LENGTH,
    LIVE,
    M_HOURS,
    M_HOURS_KEY,
    M_QUEUE,
    MENU,
    NEXT,
    NO,
    NOW,
    OCCUPIED,
    OFFER,
    OFFERS,
    ORDER,
    PARTNER,
    PARTNER_DUE,
    PRESSES,
    QUEUE,
    RAN_OUT,
    READY,
    REST_ENDS,
    RING_ENDS,
    RINGING,
    RINGING_CALL,
    RINGS_LATER,
    SEAT,
    SEQUENCE,
    SLOT,
    SLOTS,
    STAFF,
    STAFF_NEXT,
    STATE,
    TALK_ENDS,
    TALKING,
    TIME,
    WHOM,
    WRAPPING,
)  # fmt: skip
from simulator.fast.coming import comes_out, foresee, have_rung, hears_menu_ms, root_of
from simulator.fast.deciding import decide
from simulator.fast.forms import BECAME_FORMS, CHANCE_FORMS, TABLE_FORMS, WORK_FORMS
from simulator.fast.heap import clear_timer, clear_timers, drop_first, opens_slot, set_timer
from simulator.fast.hours import is_open_for
from simulator.fast.limits import callers_time_is_up, comes_to_queue
from simulator.fast.lines import next_sequence
from simulator.fast.next import is_deadline, what_comes
from simulator.fast.offers import ends
from simulator.fast.pairing import people_first
from simulator.fast.partners import follow
from simulator.fast.people import becomes, count
from simulator.fast.seats import goes_on, leaves_at_last, line_goes_on, staff_changes, turns_to
from simulator.machine_code import RUN
from simulator.world import NEVER_MS


@part
def run_chunk(t, w, c, o):
    """Every replication of the chunk has been run; or there was not room enough."""
    w.reg[:] = 0
    w.reg[CHILD] = c.first[c.first.shape[0] - 1]
    o.child_first[0] = w.reg[CHILD]
    for r in range(c.first.shape[0] - 1):
        _begin(t, w, c, o, r)
        over_at = _run(t, w, c, o, r)
        _close(t, w, o, r, over_at)
        if w.reg[RAN_OUT]:
            break
    for r in range(c.first.shape[0] - 1):
        if o.child_first[r + 1] < 0:
            o.child_first[r + 1] = w.reg[CHILD]


# ── one replication ─────────────────────────────────────────────────────────────────────────────────────────────────
@part
def _begin(t, w, c, o, r):
    """Nobody is there and nobody has rung; partners' lines are as their hours are."""
    reg = w.reg
    _copy(t.queues, w.queues)
    _copy(t.seats, w.seats)
    _copy(t.partners, w.partners)
    for q in range(t.steps.shape[0]):
        _copy(t.steps[q], w.steps[q])
    clear_timers(t, w)
    for i in range(reg.shape[0]):
        if i not in (SEQUENCE, OFFER, CHILD, RAN_OUT):
            reg[i] = 0
    reg[FREE_SLOT] = NO
    reg[STAFF_NEXT] = t.staff_bounds[r, 0]
    for p in range(w.partners.shape[0]):
        follow(t, w, p, NO)
    people_first(t, w)
    foresee(t, w, c, o, r)


@part
def _copy(rows, to):
    for i in range(rows.shape[0]):
        for k in range(rows.shape[1]):
            to[i, k] = rows[i, k]


@part
def _run(t, w, c, o, r):
    """No call goes on and none will come. When the replication is over (ms)."""
    reg, deadlines = w.reg, False
    stop, last_change = c.first[r + 1], t.staff_bounds[r, 1]
    while not reg[RAN_OUT]:
        key, kind, who = what_comes(t, w, stop, last_change)
        if reg[LEAVING] and not (deadlines and is_deadline(kind) and key // KINDS <= reg[NOW]):
            kind = LEAVES
        else:
            if reg[LIVE] or reg[COMING] < stop:
                if key // KINDS > t.parameters[CUT]:
                    _give_up(t, w, o, r, stop)
                    return t.parameters[CUT]
            elif reg[STAFF_NEXT] == last_change and not reg[OCCUPIED]:
                if key // KINDS > max(t.parameters[LENGTH], reg[LAST]):
                    break
            reg[NOW] = max(reg[NOW], key // KINDS)
            if key >= reg[EVENT]:
                reg[EVENT], reg[RINGS_LATER] = key, root_of(who) + 1 if kind == ARRIVES else stop
        deadlines = is_deadline(kind)
        _happens(t, w, c, o, kind, who)
        decide(t, w, c, o)
    return max(t.parameters[LENGTH], reg[LAST])


@part
def _close(t, w, o, r, over_at):
    """What everybody has done is counted up to the end."""
    for a in range(w.seats.shape[0]):
        count(t, w, a, over_at)
        o.ringing_ms[r, a] = w.seats[a, TIME + RINGING]
        o.talking_ms[r, a] = w.seats[a, TIME + TALKING]
        o.wrapping_ms[r, a] = w.seats[a, TIME + WRAPPING]
        at_work = o.ringing_ms[r, a] + o.talking_ms[r, a] + o.wrapping_ms[r, a]
        o.present_ms[r, a] = at_work + w.seats[a, TIME + READY]
    o.child_first[r + 1] = w.reg[CHILD]


@part
def _give_up(t, w, o, r, stop):
    """The run is cut, whoever still waits or was going to ring."""
    cut = t.parameters[CUT]
    for s in range(w.reg[SLOTS]):
        if w.calls[s, STATE] != FREE:
            contact = w.calls[s, CONTACT]
            o.outcome[contact] = FAILED
            o.queue[contact] = w.calls[s, QUEUE]
            o.entered_ms[contact] = w.calls[s, ENTERED]
            o.offers[contact] = w.calls[s, OFFERS]
            o.ended_ms[contact] = cut
            if o.answered_ms[contact] > cut:
                o.answered_ms[contact] = -1
                o.agent[contact] = o.level[contact] = o.step[contact] = NO_ONE
    for i in range(w.reg[COMING], stop):
        root = root_of(w.coming[i, WHOM])
        o.outcome[root] = FAILED
        o.ended_ms[root] = cut
    for child in range(o.child_first[r], w.reg[CHILD]):
        if o.outcome[child] == NOT_MADE:
            o.outcome[child] = FAILED
            o.ended_ms[child] = cut


# ── one event ───────────────────────────────────────────────────────────────────────────────────────────────────────
@part
def _happens(t, w, c, o, kind, who):
    """The event has happened; what it leads to is still to be decided."""
    calls, seats, reg = w.calls, w.seats, w.reg
    a = s = does = NO
    over = NOT_MADE
    if kind == COMES or kind == ARRIVES:
        s, over = _root_comes(t, w, c, o, who)
    elif kind == LATER:
        if who >= 0:
            drop_first(w)
            reg[LIVE] -= 1
            have_rung(w, c)
            s = _begins(t, w, who, next_sequence(w))
            over = _is_let_in(t, w, c, o, s)
        else:
            s = ~who
            calls[s, STATE] = PRESSES
            clear_timer(t, w, s)
    elif kind == STAFF:
        reg[STAFF_NEXT] += 1
        a = t.staff[who, C_SEAT]
        does = staff_changes(w, a, t.staff[who, C_WISH])
    elif kind == LEAVES:
        a, does = leaves_at_last(w)
    elif kind == PARTNER_DUE:
        follow(t, w, who, NO)
    elif HANGS_UP >= kind > RING_ENDS and kind != ANSWERS:
        s = who
        over = callers_time_is_up(t, w, c, o, kind, s)
        if calls[s, STATE] == RINGING_CALL and over == ABANDONED:
            a, does = calls[s, SEAT], READY
    else:
        a = who
        s = seats[a, SLOT]
        does = turns_to(t, w, kind, a, s)
        if kind == TALK_ENDS and s != NO:
            over = ANSWERED if seats[a, PARTNER] == NO else BY_PARTNER
    if does != NO and seats[a, PARTNER] != NO and kind != REST_ENDS:
        line_goes_on(t, w, c, o, kind, a, s, does)
    elif does != NO:
        becomes(w, t, a, does)
        goes_on(t, w, c, o, kind, a, s)
    if (kind == COMES or kind == LATER or kind == ARRIVES) and over == NOT_MADE and calls[s, STATE] == PRESSES:
        if not comes_to_queue(t, w, c, o, s, t.streams[o.stream[calls[s, CONTACT]], M_QUEUE]):
            over = CLOSED
    if over != NOT_MADE:
        ends(t, w, c, o, s, over, reg[NOW])


@part
def _root_comes(t, w, c, o, who):
    """The root comes out of its menu, or has rung and hears none: its slot, and CLOSED if nobody answers it now."""
    root, closed = root_of(who), who < 0
    w.reg[COMING] += 1
    have_rung(w, c)
    s = _begins(t, w, root, w.rang[root])
    if closed:
        return s, CLOSED
    comes_out(t, w, o, s, root)
    return s, NOT_MADE


@part
def _begins(t, w, contact, order):
    """The contact's call is there, in a slot of its own. order: the last word on its place in line."""
    calls, reg = w.calls, w.reg
    s = reg[FREE_SLOT]
    if s == NO:
        s = reg[SLOTS]
        reg[SLOTS] += 1
        opens_slot(t, w, s)
    else:
        reg[FREE_SLOT] = calls[s, NEXT]
    reg[LIVE] += 1
    for i in range(BLANK_COLUMNS):
        calls[s, i] = t.blank_call[i]
    calls[s, CONTACT] = contact
    calls[s, ORDER] = order
    return s


@part
def _is_let_in(t, w, c, o, s):
    """The caller hears the menu, and presses at once or after a while; CLOSED if nobody answers this number now."""
    calls, contact, now = w.calls, w.calls[s, CONTACT], w.reg[NOW]
    stream = o.stream[contact]
    if not is_open_for(t, w, s, t.streams[stream, M_HOURS], t.streams[stream, M_HOURS_KEY]):
        return CLOSED
    ms = hears_menu_ms(t, c, o, contact)
    calls[s, STATE] = MENU if ms else PRESSES
    if 0 < ms < NEVER_MS:
        set_timer(w, t.parameters[FIRST_SLOT] + s, (now + ms) * KINDS + LATER, next_sequence(w))
    return NOT_MADE


TABLES = ArraysType("Tables", TABLE_FORMS)
WORK = ArraysType("Work", WORK_FORMS)
CHANCES = ArraysType("Chances", CHANCE_FORMS)
BECAME = ArraysType("Became", BECAME_FORMS)
_tables, _work, _chances, _became = opened(TABLES), opened(WORK), opened(CHANCES), opened(BECAME)


@whole(RUN)
def run_at(tables, work, chances, became):
    """As `run_chunk`, with the addresses of the arrays."""
    run_chunk(_tables(tables), _work(work), _chances(chances), _became(became))
    return 0
