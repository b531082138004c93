"""The loop that fills arrays with numbers by chance (`simulator.drawing.orders`): written for numba, no objects.

The numbers are those of numpy's SFC64, bit by bit, from LANES generators side by side so that the processor makes
several at a time; `fill_plainly` is the same with numpy's own.
"""

from collections.abc import Iterator
from math import factorial, pi

import numpy as np

from simulator.arrays import BITS, REAL, WHOLE, ArraysType, opened
from simulator.compiled import part, whole
from simulator.contacts import Real
from simulator.drawing.orders import (
    BLOCK,
    CIRCLE,
    JOB_BEGIN,
    JOB_KEY,
    JOB_LENGTH,
    JOB_WHAT,
    LANES,
    ROUNDS,
    TINY,
    UNIFORM,
    Bits,
    Orders,
)
from simulator.machine_code import FILL

ORDERS = ArraysType(
    "Orders", (("numbers", REAL, 1), ("jobs", WHOLE, 2), ("seed", BITS, 1), ("lanes", BITS, 1), ("block", BITS, 1))
)
_orders = opened(ORDERS)

_ONE, _3, _11, _24, _40 = np.uint64(1), np.uint64(3), np.uint64(11), np.uint64(24), np.uint64(40)
_SWAPS, _LEFT, _DOWN = np.uint64(1), np.uint64(2), np.uint64(4)
"""Bits that are no part of the number itself."""
_EIGHTH = pi / 4.0
_C2, _C4, _C6, _C8, _C10, _C12, _C14, _C16 = ((-1) ** k / factorial(2 * k) for k in range(1, 9))
_S3, _S5, _S7, _S9, _S11, _S13, _S15 = ((-1) ** k / factorial(2 * k + 1) for k in range(1, 8))


@part
def _step(lanes: Bits, out: Bits) -> None:
    """Every lane has given a number."""
    for k in range(LANES):
        a, b, c, counter = lanes[k], lanes[LANES + k], lanes[2 * LANES + k], lanes[3 * LANES + k]
        given = a + b + counter
        lanes[k] = b ^ (b >> _11)
        lanes[LANES + k] = c + (c << _3)
        lanes[2 * LANES + k] = ((c << _24) | (c >> _40)) + given
        lanes[3 * LANES + k] = counter + _ONE
        out[k] = given


@part
def _give(lanes: Bits, block: Bits) -> None:
    """The lanes have gone on until the block is full."""
    for begin in range(0, block.shape[0], LANES):
        _step(lanes, block[begin : begin + LANES])


@part
def _begin(lanes: Bits, block: Bits, seed: Bits, key: int) -> None:
    """The lanes are at the beginning of the stream."""
    for k in range(LANES):
        lanes[k] = seed[0]
        lanes[LANES + k] = seed[1]
        lanes[2 * LANES + k] = key * LANES + k
        lanes[3 * LANES + k] = 1
    _give(lanes, block[: ROUNDS * LANES])


@part
def _uniform(block: Bits, out: Real) -> None:
    for i in range(out.shape[0]):
        out[i] = np.float64(np.int64(block[i] >> _11)) * TINY


@part
def _from_one(block: Bits, out: Real) -> None:
    for i in range(out.shape[0]):
        out[i] = 1.0 - np.float64(np.int64(block[i] >> _11)) * TINY


@part
def _times(block: Bits, out: Real) -> None:
    for i in range(out.shape[0]):
        out[i] *= 1.0 - np.float64(np.int64(block[i] >> _11)) * TINY


@part
def _points(block: Bits, cosines: Real, sines: Real) -> None:
    """Points of an eighth of the circle, by Taylor's series to the last bit or so; then three bits say which."""
    for i in range(cosines.shape[0]):
        bits = block[i]
        x = np.float64(np.int64(bits >> _11)) * TINY * _EIGHTH
        y = x * x
        even = _C2 + y * (_C4 + y * (_C6 + y * (_C8 + y * (_C10 + y * (_C12 + y * (_C14 + y * _C16))))))
        odd = _S3 + y * (_S5 + y * (_S7 + y * (_S9 + y * (_S11 + y * (_S13 + y * _S15)))))
        cosine, sine = 1.0 + y * even, x + x * y * odd
        right, up = (sine, cosine) if bits & _SWAPS else (cosine, sine)
        cosines[i] = -right if bits & _LEFT else right
        sines[i] = -up if bits & _DOWN else up


@part
def fill(orders: Orders) -> None:
    """Each job is done. The longer one is, the same its beginning."""
    lanes, block, jobs = orders.lanes, orders.block, orders.jobs
    for job in range(jobs.shape[0]):
        what, at = jobs[job, JOB_WHAT], jobs[job, JOB_BEGIN]
        end = at + jobs[job, JOB_LENGTH]
        _begin(lanes, block, orders.seed, jobs[job, JOB_KEY])
        while at < end:
            _give(lanes, block)
            until = min(at + BLOCK, end)
            if what == CIRCLE:
                until = at + 2 * BLOCK
                _points(block, orders.numbers[at : at + BLOCK], orders.numbers[at + BLOCK : until])
            elif what == UNIFORM:
                _uniform(block, orders.numbers[at:until])
            else:
                _from_one(block, orders.numbers[at:until])
                for _ in range(what - 1):
                    _give(lanes, block)
                    _times(block, orders.numbers[at:until])
            at = until


@whole(FILL)
def fill_at(orders: int) -> int:
    """As `fill`, with the address of the arrays."""
    fill(_orders(orders))
    return 0


def fill_plainly(orders: Orders) -> None:
    """As `fill`, by numpy's own generators: what plain Python runs, and what the loop is held against."""
    for begin, length, key, what in orders.jobs.tolist():
        blocks = _blocks(orders.seed, key)
        for at in range(begin, begin + length, 2 * BLOCK if what == CIRCLE else BLOCK):
            if what == CIRCLE:
                orders.numbers[at : at + 2 * BLOCK] = np.concatenate(_points_of(next(blocks)))
                continue
            numbers = (next(blocks) >> _11).astype(np.float64) * TINY
            if what != UNIFORM:
                numbers = 1.0 - numbers
                for _ in range(what - 1):
                    numbers *= 1.0 - (next(blocks) >> _11).astype(np.float64) * TINY
            until = min(at + BLOCK, begin + length)
            orders.numbers[at:until] = numbers[: until - at]


def _blocks(seed: Bits, key: int) -> Iterator[Bits]:
    lanes = [np.random.SFC64(0) for _ in range(LANES)]
    for k, lane in enumerate(lanes):
        begun = np.array([*seed, key * LANES + k, 1], np.uint64)
        lane.state = {"bit_generator": "SFC64", "state": {"state": begun}, "has_uint32": 0, "uinteger": 0}
        lane.random_raw(ROUNDS)
    while True:
        yield np.stack([lane.random_raw(BLOCK // LANES) for lane in lanes], axis=1).ravel()


def _points_of(bits: Bits) -> tuple[Real, Real]:
    x = (bits >> _11).astype(np.float64) * TINY * _EIGHTH
    y = x * x
    even = _C2 + y * (_C4 + y * (_C6 + y * (_C8 + y * (_C10 + y * (_C12 + y * (_C14 + y * _C16))))))
    odd = _S3 + y * (_S5 + y * (_S7 + y * (_S9 + y * (_S11 + y * (_S13 + y * _S15)))))
    cosine, sine = 1.0 + y * even, x + x * y * odd
    swaps, left, down = ((bits & bit) != 0 for bit in (_SWAPS, _LEFT, _DOWN))
    right, up = np.where(swaps, sine, cosine), np.where(swaps, cosine, sine)
    return np.where(left, -right, right), np.where(down, -up, up)
