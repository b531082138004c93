"""The search for the fewest people that reach a service level in every line and slot of time, by simulating.

It starts from Erlang A, which knows neither help between lines nor what one slot leaves to the next. Whole days are
simulated, always with the same callers, so that one person more or less is all that differs between two tries. Where
the level is missed one is added; then one after another is taken away, in slots far enough apart not to disturb each
other, and comes back if anything near is missed. What is left is simulated again with other callers and many more
days, and each line and slot must reach the target with the confidence asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from simulator.contacts import Real, Whole
from simulator.measuring.columns import (
    Q_ANSWERED,
    Q_COUNTED_2,
    Q_LATE,
    Q_OFFERED,
    Q_WITHIN,
    Q_WITHIN_2,
    Q_WITHIN_COUNTED,
)
from simulator.measuring.intervals import t_quantile
from simulator.measuring.tally import Tallies
from simulator.staff.crews import QUARTER_MS, Grid, staffed
from simulator.world import Scenario

Flags = NDArray[np.bool_]
APART = 3
"""Slots between two that are tried at once: what is left to the next slot does not reach the one after it."""
NEAR = 0.03
"""A try that missed the target by no more than this with few days may succeed with many."""
MOST_ROUNDS = 80
SELDOM = 0.1
"""Where fewer than this ring a day, line and slot are not judged alone, but with the line's other such slots."""
FAR_BELOW = 0.2


@dataclass(frozen=True, slots=True)
class Judged:
    """How a staff did, by line and slot; of slots in which hardly anybody rings, all such of the line. nan: unknown."""

    level: Real
    low: Real
    """Below this the service level does not lie, with the confidence asked for."""
    high: Real
    """Nor above this."""
    calls: Real
    """A day."""
    provable: Flags
    """There were calls enough to be sure of the target, had all been answered in time."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be reached in every line and slot."""

    target: float
    confidence: float = 0.95


def judged(tallies: Tallies, grid: Grid, goal: Goal) -> Judged:
    """The service level by line and slot: by our definition, answered in time ÷ (answered + abandoned late)."""
    n = tallies.rows
    t = t_quantile(n - 1, 2 * goal.confidence - 1)
    sums = tallies.quarters[:, :-1].swapaxes(0, 1)
    within, counted = sums[..., Q_WITHIN], sums[..., Q_ANSWERED] + sums[..., Q_LATE]
    with np.errstate(divide="ignore", invalid="ignore"):
        level = within / counted
        seldom = counted < SELDOM * n
        square = sums[..., Q_WITHIN_2] - 2 * level * sums[..., Q_WITHIN_COUNTED] + level**2 * sums[..., Q_COUNTED_2]
        error = np.sqrt(np.maximum(0.0, square) * n / max(1, n - 1)) / counted
        # Wilson's interval, of as many independent calls as would be as uncertain; never of more than there were.
        alike = np.minimum(counted, np.where(error > 0, level * (1 - level) / error**2, np.inf))
        in_time, all_such = (np.where(seldom, of, 0).sum(1, keepdims=True) for of in (within, counted))
        level = np.where(seldom & (counted > 0), in_time / all_such, level)
        alike = np.where(seldom, all_such, alike)
        counted = np.where(alike < SELDOM * n, 0, counted)
        pull = t * t / alike
        middle = (level + pull / 2) / (1 + pull)
        reach = t / (1 + pull) * np.sqrt(level * (1 - level) / alike + pull / alike / 4)
        parts = grid.slot_ms // QUARTER_MS
        share = _folded(counted, parts)
        # A longer slot: its quarters are taken to err together, which is on the safe side.
        folded = [_folded(np.nan_to_num(x * counted), parts) / share for x in (level, middle - reach, middle + reach)]
        alike = _folded(np.nan_to_num(alike), parts)
    provable = alike / (alike + t * t) >= goal.target
    return Judged(folded[0], folded[1], folded[2], _folded(sums[..., Q_OFFERED], parts) / n, provable)


def _folded(values: Real, parts: int) -> Real:
    """Sums over so many quarters."""
    missing = -values.shape[1] % parts
    whole: Real = np.pad(values, ((0, 0), (0, missing))).reshape(len(values), -1, parts).sum(2)
    return whole


class Sureness(Enum):
    """When a line and slot has reached the target."""

    LIKELY = 1
    """The service level found is no lower."""
    SURE = 2
    """Nor is the lower end of its interval, where there are calls enough to tell."""


def missed_by(result: Judged, goal: Goal, sureness: Sureness = Sureness.SURE) -> Flags:
    """The lines and slots that have not reached the target."""
    missed: Flags = result.level < goal.target
    if sureness is Sureness.SURE:
        missed |= result.provable & (result.low < goal.target) & (result.level < 1)
    return missed


@dataclass(slots=True)
class Search:
    """The staff, as far as it is found."""

    grid: Grid
    goal: Goal
    simulate: Callable[[Scenario, Sureness], Tallies]
    """Of a few days, or of many with other callers."""
    need: Whole
    """[queues, slots]"""
    start: Whole = field(init=False)
    last: Judged | None = None
    """How the present `need` did, or one close to it, when it was last tried."""
    tries: int = 0
    out_of_reach: Flags = field(init=False)
    """Nobody who is added helps."""

    def __post_init__(self) -> None:
        self.start = self.need.copy()
        self.out_of_reach = np.zeros(self.need.shape, bool)

    def found(self) -> None:
        """The fewest are found: of each line and slot it has been tried whether it can spare one."""
        self._tailed()
        self._raised(Sureness.LIKELY)
        tight = np.zeros(self.need.shape, bool)
        self._boldly_lowered(tight)
        near = self._lowered(tight, Sureness.LIKELY)
        self._lowered(~near, Sureness.SURE)
        self._raised(Sureness.SURE)

    def _tailed(self) -> None:
        """Who waits at the end of a line's last slot is served in the next."""
        for row in self.need:
            busy = np.flatnonzero(row)
            if len(busy) and busy[-1] + 1 < len(row):
                row[busy[-1] + 1] = row[busy[-1]]

    def _try(self, need: Whole, sureness: Sureness) -> Judged:
        self.tries += 1
        return judged(self.simulate(staffed(self.grid, need), sureness), self.grid, self.goal)

    def missed(self, result: Judged, sureness: Sureness) -> Flags:
        """The lines and slots that have not reached the target, though they could."""
        missed: Flags = missed_by(result, self.goal, sureness) & ~self.out_of_reach
        return missed

    def _best(self, spare: Flags) -> NDArray[np.intp]:
        """In each slot the line with most people for its share by Erlang A, of those that may lose somebody.

        So the mix of people stays alike from slot to slot where lines help each other, and any mix would do.
        """
        share = self.start.sum(1, keepdims=True) / max(1, self.start.sum())
        surplus = self.need - share * self.need.sum(0)
        best: NDArray[np.intp] = np.where(spare, surplus, -np.inf).argmax(0)
        return best

    def _raised(self, sureness: Sureness) -> None:
        """Everything reaches the target, but for what is out of reach."""
        most = 2 * self.start + self.start.max(initial=0) + 10
        before = np.zeros(self.need.shape, bool)
        for _ in range(MOST_ROUNDS):
            self.last = result = self._try(self.need, sureness)
            missed = self.missed(result, sureness)
            if not missed.any():
                return
            far = missed & (result.level < self.goal.target - FAR_BELOW)
            self.need += missed + far * (self.need // 10)
            again = missed & before  # what was added did not help: the next slot may be to blame
            self.need[:, 1:] += again[:, :-1] & ~missed[:, 1:]
            self.out_of_reach |= missed & (self.need > most)
            before = missed
        self.last = self._try(self.need, sureness)

    def _boldly_lowered(self, tight: Flags) -> None:
        """In every slot at once one is taken from the line that does best, until something is missed."""
        slots = np.arange(self.need.shape[1])
        done = np.zeros(len(slots), bool)
        for _ in range(MOST_ROUNDS):
            spare = (self.need > 0) & ~tight & ~done
            if not spare.any():
                return
            best = self._best(spare)
            taken = spare.any(0)
            tried = self.need.copy()
            tried[best, slots] -= taken
            result = self._try(tried, Sureness.LIKELY)
            back = taken & _near(self.missed(result, Sureness.LIKELY))
            tried[best, slots] += back
            done |= back  # the rest of this slot is for careful hands
            self.need = tried
            self.last = result

    def _lowered(self, tight: Flags, sureness: Sureness) -> Flags:
        """No line and slot that is not tight from the beginning can spare one. Which of them only just could not."""
        tight = tight.copy()
        near = np.zeros(tight.shape, bool)
        slots = np.arange(self.need.shape[1])
        self._raised(sureness)
        phase = 0
        while ((self.need > 0) & ~tight).any():
            phase += 1
            spare = (self.need > 0) & ~tight & (slots % APART == phase % APART)
            taken = spare.any(0)
            if not taken.any():
                continue
            best = self._best(spare)
            tried = self.need.copy()
            tried[best, slots] -= taken
            result = self._try(tried, sureness)
            back = taken & _near(self.missed(result, sureness))
            tight[best, slots] |= back
            near[best, slots] |= back & ~(result.level < self.goal.target - NEAR).any(0)
            tried[best, slots] += back
            self.need = tried
            if not back.any():
                self.last = result
        return near


def _near(missed: Flags) -> Flags:
    """The slots in which, or next to which, any line missed the target."""
    bad = np.pad(missed.any(0), 1)
    near: Flags = bad[:-2] | bad[1:-1] | bad[2:]
    return near
