"""Memory that a chunk has used stays with the process, for the next chunk.

Every chunk works in some ten megabytes of arrays. The C library would give them back to the system each time, which
hands out pages that it must find and clear first: a fifth of all time, and more where several processes ask at once.
"""

import ctypes
from functools import cache

import numpy as np

from simulator.contacts import Real
from simulator.machine_code import address_of

MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1
"""As glibc's malloc.h numbers them."""
LARGEST = 32 * 2**20
"""Of the arrays that are kept: glibc's own limit."""
KEPT = 128 * 2**20
"""More than this at once unused goes back."""
CACHE_LINE = 64
"""Bytes that the processor fetches at a time: numbers that lie across two cost twice."""


@cache
def keep_memory() -> None:
    """From now on what is freed is kept; where the C library is another it does as it likes."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(MMAP_THRESHOLD, LARGEST)
        mallopt(TRIM_THRESHOLD, KEPT)


def aligned(size: int) -> Real:
    """Room for so many numbers of eight bytes that begins where a line of the processor's cache does."""
    room = np.empty(size + CACHE_LINE // 8)
    begin = -address_of(room) % CACHE_LINE // 8
    return room[begin : begin + size]
