"""What is counted, as places in the arrays of `simulator.measuring.tally.Tallies`; times are sums of milliseconds.

`simulator.compiled` makes them a part of the machine code.
"""

from typing import Final

QUARTER_MS: Final = 900_000

OFFERED: Final = 0
"""Every contact that is counted: the sum of what became of it, below."""
ANSWERED: Final = 1
"""By anybody, a partner too."""
ABANDONED: Final = 2
TURNED_AWAY: Final = 3
CLOSED: Final = 4
CALLBACK_KEPT: Final = 5
CALLBACK_FAILED: Final = 6
FAILED: Final = 7
WITHIN: Final = 8
"""Answered after at most the threshold."""
PARTNER_WITHIN: Final = 9
OWN: Final = 10
"""Answered by somebody who has the line among their own (level 2 or more)."""
OTHER: Final = 11
"""Answered by anybody else of the house."""
PARTNER: Final = 12
SHORT: Final = 13
"""Abandoned before it counts."""
LATE: Final = 14
"""Abandoned after the threshold."""
LET_IN: Final = 15
"""Came into a line, and was not sent away that very instant."""
MOVED: Final = 16
"""Ended in another line than the first."""
WAIT_ANSWERED: Final = 17
WAIT_ABANDONED: Final = 18
WAIT_ALL: Final = 19
"""Of those let in."""
SETTLED: Final = 20
TRANSFERS: Final = 21
REDIALS: Final = 22
"""Calls of those who were not served before."""
RINGS_AGAIN: Final = 23
"""Calls of those who were served, but whose matter was not settled."""
CALLERS: Final = 24
"""People, however often they rang; by when they rang first."""
CALLERS_THROUGH: Final = 25
"""Of them: answered at last."""
CALLERS_SETTLED: Final = 26
TALK: Final = 27
WRAP_UP: Final = 28
OFFERS: Final = 29
"""How often anybody's phone rang for it."""
PROMISED: Final = 30
"""Callbacks that somebody promised in a talk: no calls of anybody's, so counted nowhere else."""
PROMISES_KEPT: Final = 31
COUNT: Final = 32

NAMES: Final = (
    "offered",
    "answered",
    "abandoned",
    "turned_away",
    "closed",
    "callback_kept",
    "callback_failed",
    "failed",
    "answered_within",
    "partner_within",
    "answered_own",
    "answered_other",
    "answered_partner",
    "abandoned_short",
    "abandoned_late",
    "let_in",
    "moved",
    "wait_answered_ms",
    "wait_abandoned_ms",
    "wait_all_ms",
    "settled",
    "transfers",
    "redials",
    "rings_again",
    "callers",
    "callers_through",
    "callers_settled",
    "talk_ms",
    "wrap_up_ms",
    "offers",
    "promised",
    "promises_kept",
)
"""By column."""
FATES: Final = slice(ANSWERED, FAILED + 1)
"""What becomes of a contact: exactly one of them."""

# Of a quarter of an hour: sums, and then the moments over replications that intervals are made of.
Q_OFFERED: Final = 0
Q_ANSWERED: Final = 1
Q_WITHIN: Final = 2
Q_ABANDONED: Final = 3
Q_LATE: Final = 4
Q_ELSE: Final = 5
"""Turned away, closed, rung back or failed."""
Q_WAIT: Final = 6
"""Of those answered."""
Q_SUMS: Final = 7
Q_OFFERED_2: Final = 7
Q_WITHIN_2: Final = 8
Q_COUNTED_2: Final = 9
"""Counted in the service level: answered, and abandoned late."""
Q_WITHIN_COUNTED: Final = 10
Q_ABANDONED_2: Final = 11
Q_ABANDONED_OFFERED: Final = 12
Q_WAIT_2: Final = 13
Q_WAIT_ANSWERED: Final = 14
Q_ANSWERED_2: Final = 15
Q_COUNT: Final = 16

# Of waits up to so many seconds: how many, and moments over replications.
W_HOW_MANY: Final = 0
W_2: Final = 1
W_OF_ALL: Final = 2
"""Times all that waited so, however long."""
W_COUNT: Final = 3
W_ANSWERED: Final = 0
W_ABANDONED: Final = 1
W_KINDS: Final = 2

# Of people's time.
P_RINGING: Final = 0
P_TALKING: Final = 1
P_WRAPPING: Final = 2
P_PRESENT: Final = 3
P_PARTNER: Final = 4
"""Talk of the partners' lines."""
P_COST: Final = 5
"""In öre."""
P_COUNT: Final = 6
