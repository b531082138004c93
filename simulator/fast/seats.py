"""What people do next in the fast loop: what they want (as `faithful.answerers`), and what the kernel makes of it."""

from simulator.compiled import part
from simulator.fast.columns import (
    ANSWERS,
    AWAY,
    CONTACT,
    DOES,
    KINDS,
    LAST,
    LATEST,
    LEAVING,
    LEFT,
    MISSES,
    NO,
    NOW,
    OCCUPIED,
    OCCUPIES,
    OUT,
    P_RING,
    PARTNER,
    PAUSED,
    Q_WRAPS,
    QUEUE,
    READY,
    REST_ENDS,
    RESTING,
    RETURNS,
    RETURNS_AFTER,
    RING_ENDS,
    RINGING,
    RONA_LIMIT,
    RONA_PAUSE,
    SERVING,
    SINCE,
    TALK_ENDS,
    TALKING,
    TALKS_TO,
    TURN,
    WISH,
    WRAP_UP_ENDS,
    WRAPPING,
)  # fmt: skip
from simulator.fast.heap import set_timer
from simulator.fast.limits import back_in_line
from simulator.fast.lines import next_sequence
from simulator.fast.offers import begins_to_talk, wraps_up_ms
from simulator.fast.partners import follow, line_failed, line_talked, minds_talks
from simulator.fast.people import becomes, will_go
from simulator.shifts import Wish
from simulator.world import NEVER_MS

WISH_OUT, WISH_BREAK, WISH_WORK = int(Wish.OUT), int(Wish.BREAK), int(Wish.WORK)


@part
def as_wished(wish):
    """What somebody does who need do nothing else."""
    if wish == WISH_WORK:
        return READY
    return PAUSED if wish == WISH_BREAK else OUT


@part
def staff_changes(w, a, wish):
    """The person is to do this from now on. What they do at once; NO for nothing else than before."""
    seats = w.seats
    seats[a, WISH] = wish
    w.reg[LAST] = max(w.reg[LAST], w.reg[NOW])
    does = seats[a, DOES]
    if does == RINGING or does == TALKING or does == WRAPPING or does == SERVING:
        return NO
    return _turns_to(w, a, does)


@part
def leaves_at_last(w):
    """The next of those who have put the receiver down and are to leave, and what they do; NO if they do more."""
    reg, seats = w.reg, w.seats
    a, turn = w.leaving[reg[LEFT], 0], w.leaving[reg[LEFT], 1]
    reg[LEFT] += 1
    if reg[LEFT] == reg[LEAVING]:
        reg[LEFT] = reg[LEAVING] = 0
    if seats[a, TURN] != turn:
        return a, NO
    reg[LAST] = max(reg[LAST], reg[NOW])
    return a, _turns_to(w, a, seats[a, DOES])


@part
def _turns_to(w, a, does):
    wanted = as_wished(w.seats[a, WISH])
    if wanted == does or (does == OUT and wanted == PAUSED):
        return NO
    if wanted == READY:
        w.seats[a, MISSES] = 0
    return wanted


@part
def turns_to(t, w, kind, a, s):
    """What the person does after this; a partner's line talks, rests no more, or does what such lines do now."""
    seats = w.seats
    if kind == ANSWERS:
        p = seats[a, PARTNER]
        return READY if p != NO and w.reg[NOW] - seats[a, SINCE] >= w.partners[p, P_RING] else TALKING
    if kind == TALK_ENDS and s != NO and w.queues[w.calls[s, QUEUE], Q_WRAPS]:
        return WRAPPING
    if kind == RING_ENDS:
        seats[a, MISSES] += 1
        return RESTING if seats[a, MISSES] < t.parameters[RONA_LIMIT] else AWAY
    if kind == WRAP_UP_ENDS or kind == RETURNS:
        seats[a, MISSES] = 0
        w.reg[LAST] = max(w.reg[LAST], w.reg[NOW])
        return as_wished(seats[a, WISH])
    if kind == TALK_ENDS:
        return as_wished(seats[a, WISH])
    return READY


@part
def line_goes_on(t, w, c, o, kind, a, s, does):
    """A partner's line talks, or it does what such lines do now; a call for which it rang in vain is back in line."""
    p, freed = w.seats[a, PARTNER], a
    if does == TALKING:
        freed = NO
        becomes(w, t, a, does)
        goes_on(t, w, c, o, kind, a, s)
    elif kind == ANSWERS:
        line_failed(w, p, s)
    elif kind == TALK_ENDS:
        line_talked(t, w, p, a)
    if freed != NO or minds_talks(w, p):
        follow(t, w, p, freed)
    if freed != NO and kind == ANSWERS:
        back_in_line(t, w, s, w.reg[NOW] + 1)


@part
def goes_on(t, w, c, o, kind, a, s):
    """The person does something new: it is known when that ends, and what becomes of the call."""
    now = w.reg[NOW]
    if kind == ANSWERS:
        begins_to_talk(t, w, c, o, s, a, now)
        set_timer(w, a, w.seats[a, TALKS_TO] * KINDS + TALK_ENDS, a)
    elif kind == RING_ENDS:
        if w.seats[a, DOES] == RESTING:
            set_timer(w, a, (now + t.parameters[RONA_PAUSE]) * KINDS + REST_ENDS, next_sequence(w))
        elif w.seats[a, WISH] == WISH_WORK and t.parameters[RETURNS_AFTER] == 0:
            will_go(w, a)
        elif w.seats[a, WISH] == WISH_WORK and t.parameters[RETURNS_AFTER] < NEVER_MS:
            _will(w, a, (now + t.parameters[RETURNS_AFTER]) * KINDS + RETURNS, next_sequence(w))
        back_in_line(t, w, s, now)
    elif kind == TALK_ENDS and w.seats[a, DOES] == WRAPPING:
        ms = wraps_up_ms(t, c, o, w.calls[s, CONTACT], w.calls[s, QUEUE])
        _will(w, a, (now + ms) * KINDS + WRAP_UP_ENDS, a)


@part
def _will(w, a, key, sequence):
    set_timer(w, a, key, sequence)
    if key < LATEST * KINDS:
        w.seats[a, OCCUPIES] = 1
        w.reg[OCCUPIED] += 1
