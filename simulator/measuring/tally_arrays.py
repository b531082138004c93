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
    line: Whole
    """The queue first wished for."""
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
    limits: Whole
    first: Whole
    """Of `Contacts`: where each replication begins, and where its redials do."""
    child_first: Whole


class Sums(NamedTuple):
    """Where it is counted; all but the first three and the moments for one replication at a time, by its part."""

    counts: Whole
    by_seat: Whole
    by_step: Whole
    quarters: Real
    waits: Whole
    last: Whole
    """The longest wait, in seconds."""
    luck: NDArray[np.uint8]
    """By contact: whether any call that follows from it was answered, and whether the matter was settled, as bits."""
    everybody: Real
    """Scratch: of a quarter, all lines together."""
    so_far: Whole
    """Scratch: by line, how many have waited at most so long."""
    quarter_moments: Real
    wait_moments: Whole
