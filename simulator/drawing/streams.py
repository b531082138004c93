"""Random numbers: one stream for each seed, chunk, purpose and form, and for roots and room apart.

What one of them is asked for never shifts another: more room, another plan, another order of work leave all as it is.
"""

from enum import IntEnum
from functools import cache, lru_cache

import numpy as np

from simulator.drawing.orders import Bits
from simulator.spans import Purpose
from simulator.world import Shape

_SHAPES = tuple(Shape)
_NO_SHAPE = len(_SHAPES)
_MOST_SHAPES = 16


class Part(IntEnum):
    """Whose numbers they are."""

    ROOTS = 0
    ROOM = 1


class Piece(IntEnum):
    """Of what two numbers are made of: a normal one is how far from the middle, and in which direction."""

    WHOLE = 0
    DIRECTION = 1


@lru_cache(maxsize=8)
def seed_of(seed: int, chunk: int) -> Bits:
    """What the chunk's streams have in common."""
    return np.random.SeedSequence(seed, spawn_key=(chunk,)).generate_state(2, np.uint64).astype(np.uint64)


@cache
def key_of(purpose: Purpose, shape: Shape | None = None, part: Part = Part.ROOTS, piece: Piece = Piece.WHOLE) -> int:
    """What tells the chunk's streams apart."""
    return ((int(purpose) * _MOST_SHAPES + _form(shape)) * len(Part) + part) * len(Piece) + piece


def generator(
    seed: int, chunk: int, purpose: Purpose, shape: Shape | None = None, part: Part = Part.ROOTS
) -> np.random.Generator:
    """A source of its own, at its beginning, of what numpy alone can draw."""
    sequence = np.random.SeedSequence(seed, spawn_key=(chunk, int(purpose), _form(shape), int(part)))
    return np.random.Generator(np.random.SFC64(sequence))


def _form(shape: Shape | None) -> int:
    return _NO_SHAPE if shape is None else _SHAPES.index(shape)
