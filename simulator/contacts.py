"""The two sets of arrays that both drivers share: what each caller brings with them, and what became of each.

One contact is one call. Those that people make by themselves (roots) come first, replication after replication, rising
by arrival; then room for those that follow from others (redials). Contact j has everything at index j, whichever driver
runs and however the calls end: with the same seeds, two plans meet the same people.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Small = NDArray[np.int32]
Real = NDArray[np.float64]

NO_ONE = -1

# What became of a contact (`Outcomes.outcome`).
NOT_MADE = 0
"""The room was not needed."""
ANSWERED = 1
ABANDONED = 2
TURNED_AWAY = 3
"""A limit of the line, told why."""
CLOSED = 4
PARTNER = 5
"""Answered by an external partner."""
CALLBACK_KEPT = 6
CALLBACK_FAILED = 7
FAILED = 8

# What came of an answered one (`Outcomes.settled`).
NOT_SERVED = 0
SETTLED = 1
NOT_SETTLED = 2


@dataclass(frozen=True, slots=True)
class Contacts:
    """What callers bring with them, for a chunk of R replications: n roots, N contacts in all.

    A span is `span(units[row, j], mean_ms)`; which row and mean a queue and a purpose have stands in the tables that
    the drivers make from the scenario (`simulator.drawing.draws.Rows`).
    """

    first: Whole
    """[R + 1] The first root of each replication; the last is n."""
    arrival_ms: Whole
    """[N] When the call is answered by the attendant; 0 for room."""
    stream: Small
    """[N] Which stream of the world; 0 for room."""
    units: Real
    """[S, N] Draws of mean 1, one row for each (purpose, shape)."""
    chances: Real
    """[C, N] Draws from [0, 1), one row for each purpose: see `Chance`."""
    offer_units: Real
    """[2, M] Draws of mean 1, offer by offer through the chunk: how long our people (row 0), and a partner's (row 1),
    let it ring. M is 0 where nobody lets it ring by chance."""
    offer_chances: Real
    """[M] Draws from [0, 1): whether anybody picks up; empty where everybody always does."""
    absent: NDArray[np.bool_]
    """[R, number of shifts] The shifts that nobody comes to."""


class Chance:
    """Rows of `Contacts.chances`."""

    QUESTION = 0
    RESOLVED = 1
    CALLBACK = 2
    REDIAL = 3
    RINGS_AGAIN = 4
    COUNT = 5


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of every contact of a chunk, and of every person's time; filled by either driver. Times in ms."""

    child_first: Whole
    """[R + 1] Where each replication's redials begin; the last is the end of those that were made."""
    parent: Whole
    """[N] The contact that this one follows from; NO_ONE for roots."""
    arrival_ms: Whole
    """[N]"""
    stream: Small
    """[N]"""
    outcome: Small
    """[N] See above."""
    queue: Small
    """[N] The line it was last in, by index in the plan; NO_ONE if it came into none."""
    entered_ms: Whole
    """[N] When it entered its first line; -1 if it came into none."""
    answered_ms: Whole
    """[N] When it was first answered; -1 if it was not."""
    ended_ms: Whole
    """[N] When it left unanswered, or the talk was over (the last one, had it been put through)."""
    agent: Small
    """[N] The seat that answered it (first), by index in the kernel's circles; NO_ONE if it was not."""
    level: Small
    """[N] Who answered, as `world.LEVELS` and PARTNER_LEVEL; NO_ONE if nobody."""
    step: Small
    """[N] The step of the plan that brought them together; NO_ONE if none."""
    offers: Small
    """[N] How often it was offered."""
    transfers: Small
    """[N] How often it was put through."""
    wrap_up_ms: Whole
    """[N] Of the first talk."""
    settled: Small
    """[N] See above."""
    ringing_ms: Whole
    """[R, seats] Each person's time where calls are counted, from warm-up to cool-down; as the next three."""
    talking_ms: Whole
    """[R, seats]"""
    wrapping_ms: Whole
    """[R, seats]"""
    present_ms: Whole
    """[R, seats] Logged in and not in a pause (a rest after a missed call is one)."""
    ran_out: bool = False
    """There was not room enough for all redials: draw more, and run again."""


class BrokenOffError(KeyboardInterrupt):
    """Ctrl-C, when some replications of a chunk were over: their contacts, as drawn, and what became of them."""

    def __init__(self, contacts: Contacts, outcomes: Outcomes) -> None:
        super().__init__()
        self.contacts = contacts
        self.outcomes = outcomes
