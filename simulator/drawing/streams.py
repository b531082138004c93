"""Random numbers: one stream for each seed, chunk, purpose and form, and for roots and room apart.

What one of them is asked for never shifts another: more room, another plan, another order of work leave all as it is.
"""

from enum import IntEnum

import numpy as np

from simulator.spans import Purpose
from simulator.world import Shape

_SHAPES = tuple(Shape)
_NO_SHAPE = len(_SHAPES)


class Part(IntEnum):
    """Whose numbers they are."""

    ROOTS = 0
    ROOM = 1


def generator(
    seed: int, chunk: int, purpose: Purpose, shape: Shape | None = None, part: Part = Part.ROOTS
) -> np.random.Generator:
    """A source of its own, at its beginning."""
    form = _NO_SHAPE if shape is None else _SHAPES.index(shape)
    sequence = np.random.SeedSequence(seed, spawn_key=(chunk, int(purpose), form, int(part)))
    return np.random.Generator(np.random.SFC64(sequence))
