"""What the loop of `simulator.drawing.filling` reads and fills."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.contacts import Real, Whole
from simulator.memory import aligned

Bits = NDArray[np.uint64]

LANES: Final = 16
"""Generators side by side: a number is of the lane that its place says."""
BLOCK: Final = 1024
"""Numbers that are made at a time, and stay at hand."""
ROUNDS: Final = 18
"""Numbers that a generator makes before its first is used."""
TINY: Final = 2.0**-53

CIRCLE: Final = -1
"""`JOB_WHAT`: points of the unit circle, BLOCK cosines and then their BLOCK sines; only in whole pairs of blocks."""
UNIFORM: Final = 0
"""From [0, 1); a higher number k is the product of k from (0, 1]."""

JOB_BEGIN: Final = 0
JOB_LENGTH: Final = 1
JOB_KEY: Final = 2
"""Which stream of the chunk's."""
JOB_WHAT: Final = 3
JOB_COLUMNS: Final = 4


class Orders(NamedTuple):
    """Numbers that are to be drawn: each job is a stretch of `numbers`."""

    numbers: Real
    jobs: Whole
    seed: Bits
    """[2] The chunk's."""
    lanes: Bits
    """Room for the generators' states,"""
    block: Bits
    """and for what they give."""


def orders_of(numbers: Real, jobs: list[tuple[int, int, int, int]], seed: Bits) -> Orders:
    """The jobs, with room to work in."""
    table = np.array(jobs, np.int64).reshape(-1, JOB_COLUMNS)
    return Orders(numbers, table, seed, aligned(4 * LANES).view(np.uint64), aligned(BLOCK).view(np.uint64))
