"""What each event leads to is decided in the fast loop: `routing.kernel`."""

from simulator.compiled import part
from simulator.fast.columns import (
    CHANGED_ANY,
    CLOSES_AT,
    CLOSES_SEQ,
    ENTERED_NOW,
    FIRST_SLOT,
    HANGS_AT,
    HANGS_SEQ,
    HANGS_UP,
    HOME_SEQ,
    HOME_UNTIL,
    KINDS,
    LINE_CLOSES,
    MARK_HOME,
    MARK_NEW,
    MARK_NOBODY,
    MARK_TOUCHED,
    MARKS,
    NEVER_KEY,
    NEW_CALLS,
    NEW_MARK,
    NEW_PEOPLE,
    NO,
    NOBODY_AT,
    NOBODY_CAME,
    NOBODY_SEQ,
    OUTSIDE_AGAIN,
    STATE,
    STEP_AT,
    STEP_OPENS,
    STEP_SEQ,
    TOUCHED,
    UNATTENDED,
    UNOPENED,
    WAIT_AT,
    WAIT_ENDS,
    WAIT_SEQ,
    WAITING,
    WAITING_COUNT,
)  # fmt: skip
from simulator.fast.heap import set_timer
from simulator.fast.limits import keep_within
from simulator.fast.nobody import watch_for_nobody
from simulator.fast.offers import offer
from simulator.fast.pairing import agent_for, call_for, calls_next, people_first
from simulator.fast.widening import widen


@part
def decide(t, w, c, o):
    """What the event leads to is decided, and what will happen to those who go on waiting lies ready."""
    reg, looked = w.reg, False
    if not reg[WAITING_COUNT]:
        people_first(t, w)
    if not reg[NEW_PEOPLE] | reg[NEW_CALLS] | reg[UNOPENED] | reg[CHANGED_ANY] | reg[ENTERED_NOW] | reg[TOUCHED]:
        return
    while True:
        opened = widen(t, w)
        if not (opened or not looked or reg[NEW_CALLS]):
            break
        looked = True
        _match(t, w, c, o)
        if reg[ENTERED_NOW]:
            keep_within(t, w, c, o)
    if reg[UNATTENDED]:
        watch_for_nobody(t, w)
    for i in range(reg[TOUCHED]):
        s = w.touched[i]
        w.calls[s, MARKS] &= ~MARK_TOUCHED
        if w.calls[s, STATE] == WAITING:
            _lies_ready(t, w, s)
    reg[TOUCHED] = 0


@part
def _match(t, w, c, o):
    """No call waits for a person who is ready and may take it: first people choose, then calls."""
    reg = w.reg
    people = people_first(t, w)
    calls = -1
    i = 0
    while True:
        s = a = -1
        if i < people:
            a = w.new_people[i]
            if w.seats[a, NEW_MARK]:
                w.seats[a, NEW_MARK] = 0
                s = call_for(t, w, a)
        else:
            if calls < 0:
                reg[NEW_PEOPLE] = 0
                calls = calls_next(w)
            if i - people >= calls:
                break
            s = w.new_calls[i - people]
            if w.calls[s, MARKS] & MARK_NEW:
                w.calls[s, MARKS] &= ~MARK_NEW
                a = agent_for(t, w, s)
        i += 1
        if s >= 0 and a >= 0:
            offer(t, w, c, o, s, a)
    reg[NEW_CALLS] = 0


@part
def _lies_ready(t, w, s):
    """What falls due first for a call that goes on waiting has its timer."""
    calls = w.calls
    key, sequence = NEVER_KEY, NO
    if calls[s, HANGS_SEQ] != NO:
        key, sequence = calls[s, HANGS_AT] * KINDS + HANGS_UP, calls[s, HANGS_SEQ]
    if calls[s, STEP_SEQ] != NO and calls[s, STEP_AT] * KINDS + STEP_OPENS < key:
        key, sequence = calls[s, STEP_AT] * KINDS + STEP_OPENS, calls[s, STEP_SEQ]
    if calls[s, CLOSES_SEQ] != NO and calls[s, CLOSES_AT] * KINDS + LINE_CLOSES < key:
        key, sequence = calls[s, CLOSES_AT] * KINDS + LINE_CLOSES, calls[s, CLOSES_SEQ]
    if calls[s, WAIT_SEQ] != NO and calls[s, WAIT_AT] * KINDS + WAIT_ENDS < key:
        key, sequence = calls[s, WAIT_AT] * KINDS + WAIT_ENDS, calls[s, WAIT_SEQ]
    if calls[s, MARKS] & (MARK_NOBODY | MARK_HOME):
        if calls[s, MARKS] & MARK_NOBODY and calls[s, NOBODY_AT] * KINDS + NOBODY_CAME < key:
            key, sequence = calls[s, NOBODY_AT] * KINDS + NOBODY_CAME, calls[s, NOBODY_SEQ]
        if calls[s, MARKS] & MARK_HOME and calls[s, HOME_UNTIL] * KINDS + OUTSIDE_AGAIN < key:
            key, sequence = calls[s, HOME_UNTIL] * KINDS + OUTSIDE_AGAIN, calls[s, HOME_SEQ]
    set_timer(w, t.parameters[FIRST_SLOT] + s, key, sequence)
