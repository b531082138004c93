"""What came of a chunk, and of several added up; or that nothing did."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from simulator.contacts import Real, Whole
from simulator.measuring.tally import Tallies, joined


class NothingDoneError(Exception):
    """Broken off before a single chunk was done."""

    def __init__(self, asked: int) -> None:
        super().__init__(f"none of {asked} replications")
        self.asked = asked


@dataclass(frozen=True, slots=True)
class Done:
    """What came of some replications of one scenario."""

    which: int
    """Of the scenarios that take turns."""
    tallies: Tallies
    replications: int
    calls: int
    rows: tuple[tuple[Whole, Real], ...] = ()
    """`counts` and `people`, where the tallies are of several chunks added up: laid end to end when asked for."""

    def whole(self) -> Tallies:
        """The tallies with all their rows."""
        if not self.rows:
            return self.tallies
        counts, people = zip(*self.rows, strict=True)
        return replace(self.tallies, counts=np.concatenate(counts), people=np.concatenate(people))


def added_up(pieces: Sequence[Done]) -> Done:
    """Several chunks of one scenario, as one. Their rows, which only grow, are not copied each time."""
    sums = [replace(one.tallies, counts=one.tallies.counts[:0], people=one.tallies.people[:0]) for one in pieces]
    rows = (one.rows or ((one.tallies.counts, one.tallies.people),) for one in pieces)
    return Done(
        pieces[0].which,
        joined(sums),
        sum(one.replications for one in pieces),
        sum(one.calls for one in pieces),
        tuple(chain.from_iterable(rows)),
    )
