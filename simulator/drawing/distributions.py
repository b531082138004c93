"""Numbers of every form a span can have, of mean 1, drawn in one go: the longer a row, the same its beginning.

A row is drawn in two steps: even numbers by `simulator.drawing.filling`, then what the form makes of them, a row at a
time. An exponential is the logarithm of an even number, a sum of them that of a product; a normal is a point of the
circle so far out as an exponential says (Box and Muller).
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from simulator.contacts import Real
from simulator.drawing.orders import BLOCK, CIRCLE, UNIFORM, orders_of
from simulator.drawing.streams import Part, Piece, generator, key_of, seed_of
from simulator.machine_code import FILL, called
from simulator.memory import aligned
from simulator.spans import Purpose
from simulator.world import Shape

_MOST_PHASES = 8
"""Up to so many, a product is quicker than the general way."""
_NORMALS = 2 * BLOCK
"""They come so many at a time."""
_PRODUCT_OF_ONE = frozenset({Shape.EXPONENTIAL, Shape.WEIBULL})
_PHASED = frozenset({Shape.GAMMA, Shape.ERLANG})


class Row(NamedTuple):
    """A row that is to be drawn: first so many for roots, then so many for room, from streams of their own."""

    begin: int
    """Where among all numbers."""
    roots: int
    room: int
    purpose: Purpose
    shape: Shape | None = None
    """None: even numbers from [0, 1)."""
    parameter: float = 0.0
    samples: tuple[int, ...] = ()

    def parts(self) -> Iterator[tuple[Part, int, int]]:
        """Where each part begins, and how long it is."""
        yield Part.ROOTS, self.begin, self.roots
        if self.room:
            yield Part.ROOM, self.begin + self.roots, self.room


def drawn_rows(seed: int, chunk: int, size: int, rows: Sequence[Row]) -> Real:
    """So many numbers: draws of mean 1 in the rows, of the samples themselves if the form is EMPIRICAL."""
    normals = _Normals(size)
    jobs = [
        (begin, length, key_of(row.purpose, row.shape, part), what)
        for row in rows
        if (what := _what(row)) is not None
        for part, begin, length in row.parts()
    ]
    jobs += [job for row in rows if row.shape is Shape.LOGNORMAL for job in normals.jobs_of(row)]
    numbers = aligned(normals.end)
    called(FILL, orders_of(numbers, jobs, seed_of(seed, chunk)))
    normals.spread(numbers)
    for row in rows:
        if row.shape is Shape.LOGNORMAL:
            for part, begin, length in row.parts():
                _lognormal(normals.of(numbers, row, part), numbers[begin : begin + length], row.parameter)
        elif row.shape in _PHASED and not _is_product(row):
            for part, begin, length in row.parts():
                source = generator(seed, chunk, row.purpose, row.shape, part)
                source.standard_gamma(row.parameter, out=numbers[begin : begin + length])
                numbers[begin : begin + length] /= row.parameter
        else:
            _shaped(numbers[row.begin : row.begin + row.roots + row.room], row)
    return numbers[:size]


def _is_product(row: Row) -> bool:
    return row.parameter in range(1, _MOST_PHASES + 1)


def _what(row: Row) -> int | None:
    """What the row's even numbers are, in the words of a job; None if it is made of something else."""
    if row.shape is None or row.shape is Shape.EMPIRICAL:
        return UNIFORM
    if row.shape in _PRODUCT_OF_ONE:
        return 1
    return int(row.parameter) if row.shape in _PHASED and _is_product(row) else None


def _shaped(numbers: Real, row: Row) -> None:
    """Even numbers become what the form makes of them."""
    match row.shape:
        case Shape.CONSTANT:
            numbers[:] = 1.0
        case Shape.EXPONENTIAL:
            np.log(numbers, out=numbers)
            np.negative(numbers, out=numbers)
        case Shape.WEIBULL:
            np.log(numbers, out=numbers)
            np.negative(numbers, out=numbers)
            np.power(numbers, 1.0 / row.parameter, out=numbers)
            numbers /= math.gamma(1.0 + 1.0 / row.parameter)
        case Shape.GAMMA | Shape.ERLANG:
            np.log(numbers, out=numbers)
            numbers *= -1.0 / row.parameter
        case Shape.EMPIRICAL:
            places = (numbers * len(row.samples)).astype(np.intp)
            np.take(np.array(row.samples, dtype=np.float64), places, out=numbers, mode="clip")


def _lognormal(normal: Real, out: Real, cv: float) -> None:
    variance = math.log1p(cv * cv)
    np.multiply(normal, math.sqrt(variance), out=out)
    out -= variance / 2.0
    np.exp(out, out=out)


class _Normals:
    """Normal numbers, after all others: one row for each purpose, whatever is made of them."""

    def __init__(self, begin: int) -> None:
        self.end = begin
        self._begins: dict[tuple[Purpose, Part], tuple[int, int, int]] = {}

    def jobs_of(self, row: Row) -> Iterator[tuple[int, int, int, int]]:
        """What is still to be drawn for a row: points of the circle, and beside them even numbers."""
        for part, _, length in row.parts():
            if (row.purpose, part) in self._begins:
                continue
            padded = -(-length // _NORMALS) * _NORMALS
            points, distances = self.end, self.end + padded
            self._begins[row.purpose, part] = points, distances, self.end + padded + padded // 2
            self.end = distances + padded // 2
            yield points, padded, key_of(row.purpose, row.shape, part, Piece.DIRECTION), CIRCLE
            yield distances, padded // 2, key_of(row.purpose, row.shape, part), 1

    def spread(self, numbers: Real) -> None:
        """Points of the circle become normal numbers."""
        for points, distances, end in self._begins.values():
            far = numbers[distances:end]
            np.log(far, out=far)
            far *= -2.0
            np.sqrt(far, out=far)
            pairs = numbers[points:distances].reshape(-1, 2, BLOCK)
            pairs *= far.reshape(-1, 1, BLOCK)

    def of(self, numbers: Real, row: Row, part: Part) -> Real:
        """As many as the part has."""
        begin = self._begins[row.purpose, part][0]
        return numbers[begin : begin + (row.roots if part is Part.ROOTS else row.room)]
