"""Whom a call chooses that has just come, as far as that is known beforehand: all but who has been ready longest."""

from collections.abc import Sequence
from functools import cmp_to_key

import numpy as np

from queues.ids import Clearance, QueueId
from routing.circles import Circles
from routing.matching import agents_compared, first_step, hindrance
from simulator.contacts import Whole
from simulator.fast.columns import INSTANT_BITS, NO_CHOICE, SEAT_BITS

Kind = tuple[int, int, int]
"""What tells one person from another: the step that names them, their level, how many queues they have."""


def choices(circles: Circles, clearances: Sequence[Clearance], from_start: dict[QueueId, int]) -> Whole:
    """[C, Q, A] Each seat, and above it how good a choice it is for a call of these first steps, the best lowest.

    Between the two is room for since when they are ready. NO_CHOICE: they may not take the call.
    """
    found = np.full((len(clearances), len(from_start), len(circles.seats)), NO_CHOICE, dtype=np.int64)
    for c, clearance in enumerate(clearances):
        for q, (queue, steps) in enumerate(from_start.items()):
            kinds = _kinds(circles, circles.cleared(clearance), queue, steps)
            order = {kind: place for place, kind in enumerate(sorted(set(kinds.values()), key=_by_choice))}
            for a, kind in kinds.items():
                found[c, q, a] = order[kind] << INSTANT_BITS + SEAT_BITS | a
    return found


def _kinds(circles: Circles, cleared: Sequence[int], queue: QueueId, steps: int) -> dict[int, Kind]:
    """Of those who may take the call."""
    level, own = circles.level[queue], circles.own[queue]
    return {
        a: (first_step(steps, pair), level[a], circles.queue_count[a])
        for a, pair in enumerate(circles.pair_steps[queue])
        if not hindrance(steps, pair, cleared[a], own[a], 1)
    }


@cmp_to_key
def _by_choice(one: Kind, other: Kind) -> int:
    return -agents_compared(*one, 0, 0, *other, 0, 0)
