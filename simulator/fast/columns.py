"""The columns of the fast loop's arrays, and the numbers in them. Everything is int64; instants are ms from time 0."""

from simulator.world import NEVER_MS

NO = -1
BIG = 4 * NEVER_MS
"""An instant that never comes."""

# ── one number for all ──────────────────────────────────────────────────────────────────────────────────────────────
NOW = 0
SEQUENCE = 1
"""Counts everything that is scheduled: at one instant the same kinds of things happen in this order."""
READY_COUNT = 2
WAITING_COUNT = 3
"""How many stand in any line."""
NEW_CALLS = 4
NEW_PEOPLE = 5
UNOPENED = 6
ENTERED_NOW = 7
TOUCHED = 8
LEAVING = 9
HEAP = 10
FREE_SLOT = 11
"""The first slot of those that were used before; NO if none is free."""
SLOTS = 12
"""How many slots were ever used in this replication."""
OFFER = 13
"""How many offers there have been in this chunk."""
CHILD = 14
"""The next free index among the room."""
RAN_OUT = 15
"""1 if there was not room enough; OVERFULL if there can be no more."""
LIVE = 16
"""Contacts that have begun, or will by a redial, and not ended."""
OCCUPIED = 17
"""People who will do something by themselves: who wrap up, or are away until they are back."""
LAST = 18
"""The last instant at which a contact ended or a person did something."""
CHANGED_ANY = 19
"""Whether any queue has changed whose steps have conditions."""
ROOT = 20
"""The next root to ring."""
LEFT = 21
"""How many of those who are to leave have been asked to."""
STAFF_NEXT = 22
COMING = 23
"""The next of those roots to come out of their menu."""
EVENT = 24
"""The latest instant and kind of what has happened, and the first root that rings later even if at that very one."""
RINGS_LATER = 25
UNATTENDED = 26
"""For how many calls it is still to be seen in this step whether anybody is there."""
REGISTERS = 27

# ── a timer, and a thing in the heap ────────────────────────────────────────────────────────────────────────────────
KEY, SEQ, WHO = 0, 1, 2
WHOM = 1
"""Of a root that is coming, after its KEY; ~ of it if nobody answers it when it rings."""
TIMER_BITS = 22
"""A timer is one number: instant, kind and place, these bits of it. Places are the seats, then the slots of calls."""
PLACES = (1 << TIMER_BITS) - 1
INSTANT_BITS = 36
LATEST = 1 << INSTANT_BITS
"""No timer is set so late (ms): it would be after the end of any run."""
NEVER_TIMER = 1 << 62
OVERFULL = 2
"""More calls go on at once than timers have places for."""
SEAT_BITS = 13
"""A choice of people is one number too: how good it is, since when they are ready, and these bits of it the seat."""
MOST_SEATS = 1 << SEAT_BITS
NO_CHOICE = 1 << 62
BLOCK = 8
"""Timers are looked through so many at a time."""

# ── a call that lives (its slot) ────────────────────────────────────────────────────────────────────────────────────
CONTACT = 0
QUEUE = 1
ENTERED = 2
PRIORITY = 3
STEPS = 4
CLEARANCE = 5
STATE = 6
WAITED_OUT = 7
OVERFLOWS = 8
ASKED = 9
"""Whose hours have been asked about, as bits, and in OPEN what the answers were."""
OPEN = 10
STEP_SEQ = 11
HANGS_SEQ = 12
OFFERS = 13
MARKS = 14
"""What else is so of it, as bits: see below."""
HOME_UNTIL = 15
"""Until then no partner may have the call; NO: it has never failed at one."""
BLANK_COLUMNS = 16
"""What of a new call is blank; the rest is written before anybody reads it."""
QUEUED_AT = 16
STEP_AT = 17
CLOSES_AT = 18
CLOSES_SEQ = 19
WAIT_AT = 20
WAIT_SEQ = 21
HANGS_AT = 22
NEXT = 23
BEFORE = 24
HELD_NEXT = 25
HELD_BEFORE = 26
SEAT = 27
ORDER = 28
NOBODY_AT = 29
NOBODY_SEQ = 30
HOME_SEQ = 31
CALL_COLUMNS = 32
NOT_KNOWN = (QUEUE, ENTERED, CLEARANCE, STEP_SEQ, HANGS_SEQ, HOME_UNTIL)
"""What of a new call is NO; all else is 0."""

FREE, MENU, PRESSES, WAITING, RINGING_CALL, TALKING_CALL = range(6)
MARK_NEW, MARK_UNOPENED, MARK_TOUCHED = 1, 2, 4
MARK_HELD = 8
"""The time of some step has come, and its conditions have not held."""
MARK_NOBODY = 16
"""Nobody is there for the call, and it is known until when that may be so."""
MARK_HOME = 32
"""It is to be looked at again when a partner may have it once more."""
MARK_UNATTENDED = 64
"""It stands among those of whom it is to be seen in this step whether anybody is there."""

# ── a seat ──────────────────────────────────────────────────────────────────────────────────────────────────────────
DOES = 0
SINCE = 1
"""When they last began something, for the count of their time."""
SLOT = 2
"""Their call's; NO if there is none, or it has been written down as over before it is."""
MISSES = 3
WISH = 4
TURN = 5
STEP = 6
"""The step by which their call came to them."""
PARTNER = 7
"""Whose line the seat is; NO for a person."""
READY_AT = 8
"""Their place among the ready; NO if they are not."""
NEW_MARK = 9
OCCUPIES = 10
"""1 if they will do something by themselves."""
RINGS_TO = 11
"""Of whoever is SERVING: when they answer, and when the talk is over."""
TALKS_TO = 12
TIME = 13
"""And eight more: time in each of the states below."""
STATES = 9
SEAT_COLUMNS = TIME + STATES

OUT, READY, RINGING, TALKING, WRAPPING, RESTING, AWAY, PAUSED, SERVING = range(STATES)
"""RESTING: after a missed call, over by itself; AWAY: after too many, until they are back; PAUSED: a break; SERVING:
rings, talks and wraps up, and it is known from the offer on how long each of them lasts."""

# ── a queue: what the plan says, then what is so now ────────────────────────────────────────────────────────────────
Q_PRIORITY = 0
Q_RING = 1
Q_WRAPS = 2
Q_TARGET = 3
Q_KEEPS = 4
Q_SERVES_ON = 5
Q_MAX_WAIT = 6
Q_MAX_LENGTH = 7
Q_HOURS = 8
Q_HOURS_KEY = 9
Q_STEPS = 10
Q_CONDITIONAL = 11
Q_FROM_START = 12
"""The first steps, as bits, that are open for whoever comes; 0 unless all others come after them."""
Q_CLEARANCE = 13
Q_FIRST = 14
"""The head of the line, then its tail and length."""
Q_LAST = 15
Q_LENGTH = 16
Q_HELD_FIRST = 17
Q_HELD_LAST = 18
Q_HELD = 19
Q_CHANGED = 20
Q_HOLDS = 21
Q_HOLDS_KNOWN = 22
Q_HELD_UNDER = 23
Q_OWN_READY = 24
"""How many of its own agents are ready."""
Q_OPEN = 25
"""The steps that are open for any call in the line, as bits."""
Q_NOBODY = 26
"""How long nobody may be there; NO for however long."""
Q_OUTSIDE = 27
"""The steps that lead to partners, as bits."""
QUEUE_COLUMNS = 28

# ── a step of a queue's plan ────────────────────────────────────────────────────────────────────────────────────────
S_AFTER = 0
S_SKIPS_EMPTY = 1
S_LONGER_THAN = 2
S_OWN_UNDER = 3
S_HOURS = 4
S_ONLY_LIMIT = 5
S_HERE = 6
"""How many are logged in whom the step names and who may hear the queue's calls."""
S_WAITING = 7
"""For how many in the line it is open."""
STEP_COLUMNS = 8

# ── a way out of a line ─────────────────────────────────────────────────────────────────────────────────────────────
W_QUEUE = 0
"""Where it leads; NO for a message, or a partner."""
W_LAST = 1
W_STEPS = 2
"""If it leads to a partner: the steps of the queue's plan that do so, as bits; else NO."""
WAY_COLUMNS = 3
FOR_LENGTH, FOR_WAIT, FOR_NOBODY = range(3)
LIMITS = 3

# ── a stream ────────────────────────────────────────────────────────────────────────────────────────────────────────
M_QUEUE = 0
"""Where the keys lead."""
M_HOURS = 1
M_HOURS_KEY = 2
M_CALLERS = 3
"""By whose Callers they ring again who came into no line."""
STREAM_COLUMNS = 4

# ── a partner ───────────────────────────────────────────────────────────────────────────────────────────────────────
P_FIRST = 0
P_LINES = 1
P_HOURS = 2
P_WORD = 3
P_DUE = 4
P_SEQ = 5
P_RING = 6
P_MOST = 7
"""How much may be talked there in a day; BIG for however much."""
P_TRIPS = 8
P_PROBE = 9
P_AGAIN = 10
P_HEALS = 11
"""How long a talk lasts, at the least, that ends a row of failures."""
P_FAILURES = 12
P_FAILED_AT = 13
P_PROBE_AT = 14
P_DAY = 15
"""Counted from 1970, and how much has been talked on that day, in talks that are over."""
P_USED = 16
PARTNER_COLUMNS = 17

# ── what happens, in the order in which it counts at one instant ────────────────────────────────────────────────────
KINDS = 16
"""An instant and a kind are one number: instant × KINDS + kind."""
TALK_ENDS = 0
REST_ENDS = 1
WRAP_UP_ENDS = 2
STAFF = 3
RETURNS = 4
RING_ENDS = 5
STEP_OPENS = 6
LINE_CLOSES = 7
WAIT_ENDS = 8
NOBODY_CAME = 9
PARTNER_DUE = 10
OUTSIDE_AGAIN = 11
ANSWERS = 12
HANGS_UP = 13
ARRIVES = 14
LATER = 15
"""Redials, and keys in a menu."""
LEAVES = 16
"""Whoever was to leave and rang has put the receiver down: at once, and in no list."""
COMES = 17
"""A root comes out of its menu: it counts as LATER. No timer is of this kind or the one before."""
NEVER_KEY = BIG * KINDS

# ── a change of staff ───────────────────────────────────────────────────────────────────────────────────────────────
C_AT, C_SEAT, C_WISH = 0, 1, 2

# ── what holds for the whole plan ───────────────────────────────────────────────────────────────────────────────────
DISCIPLINE = 0
KEEPS = 1
COUNTS_OWN = 2
"""Whether it matters how many of a queue's own agents are ready."""
RONA_PAUSE = 3
RONA_LIMIT = 4
RETURNS_AFTER = 5
AT_ONCE = 6
"""Whether every phone is answered as it begins to ring: then offer and answer are one."""
LENGTH = 7
CUT = 8
DRAWN_OFFERS = 9
"""For how many offers there are numbers; NO: nothing about phones is by chance."""
COUNTED_FROM = 10
COUNTED_TO = 11
"""Between these people's time is counted, as calls are."""
CONDITIONAL = 12
"""Whether any step has conditions."""
QUIET = 13
"""Whether nobody is affected by what somebody does who is busy already: no step and no person counts the ready."""
FIRST_SLOT = 14
"""The place of the first slot among timers."""
BEGAN = 15
"""When the run began, counted from 1970 (ms)."""
PARAMETERS = 16

# ── spans and shares by queue ───────────────────────────────────────────────────────────────────────────────────────
PATIENCE = 0
TALK = 1
WRAP_UP = 6
REDIAL_AFTER = 11
RINGS_AGAIN_AFTER = 12
SPANS = 13
RESOLVED = 0
REDIAL = 5
RINGS_AGAIN = 6
SHARES = 7
