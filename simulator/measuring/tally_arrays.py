"""What the pass over a chunk reads and fills (`simulator.measuring.tally_loop`)."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.contacts import Real, Small, Whole

THRESHOLD: Final = 0
"""In `Rules.limits`: of the service level (ms)."""
SHORT: Final = 1
FROM: Final = 2
TO: Final = 3
PARTS: Final = 4
"""Of each replication: a row for each."""
QUARTERS: Final = 5
LIMITS: Final = 6


class Calls(NamedTuple):
    """What became of the contacts: the arrays that are read."""

    arrival_ms: Whole
    entered_ms: Whole
    answered_ms: Whole
    ended_ms: Whole
    wrap_up_ms: Whole
    parent: Whole
    stream: Small
    last_line: Small
    outcome: Small
    settled: Small
    agent: Small
    step: Small
    transfers: Small
    offers: Small


class Rules(NamedTuple):
    """What is counted, and as what."""

    own: NDArray[np.bool_]
    """By queue and seat."""
    line_of: Small
    """By stream: the queue first wished for."""
    limits: Whole
    first: Whole
    """Of `Contacts`: where each replication begins, and where its redials do."""
    child_first: Whole


class Sums(NamedTuple):
    """Where it is counted: first for the whole chunk, then what one replication at a time comes to, by its part."""

    counts: Whole
    by_seat: Whole
    by_step: Whole
    quarter_moments: Real
    luck: NDArray[np.uint8]
    """By contact: whether any call that follows from it was answered, and whether the matter was settled, as bits."""
    quarters: Real
    waits: Whole
    seconds: NDArray[np.bool_]
    """By part, kind and second: whether anybody waited so long."""
    last: Whole
    """By part the longest wait, in seconds; after them that of the whole chunk."""
    so_far: Whole
    """By line, how many have waited at most so long."""
    wait_moments: Whole
    """For the whole chunk, up to the longest wait."""


class Scratch(NamedTuple):
    """The last arrays of `Sums`, to be used again: nothing in them is anything before or after."""

    quarters: Real
    waits: Whole
    seconds: NDArray[np.bool_]
    last: Whole
    so_far: Whole
    wait_moments: Whole
