"""A logged day under other rules: what would have become of each call, and of all, beside what became of them.

The day is run under the rules as they stand, which shows how well the simulator knows it, and under the changed ones,
with the same callers and the same chance. Intervals hold what is drawn of what the log cannot show; not another day.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from queues.entries import Outcome
from simulator.contacts import (
    ABANDONED,
    ANSWERED,
    CALLBACK_FAILED,
    CALLBACK_KEPT,
    CLOSED,
    NOT_MADE,
    PARTNER,
    TURNED_AWAY,
    Outcomes,
    Real,
)
from simulator.drawing.draws import replications_per_chunk
from simulator.measuring.intervals import Estimate, difference, influence, mean
from simulator.past.logged import LoggedCall
from simulator.past.logged_world import Rerun
from simulator.runs import Progress, Speed, simulated, way
from simulator.world import PARTNER_LEVEL, Scenario

OWN_LEVEL = 2
TOGETHER = 20
"""Replications that are run at a time, so that Ctrl-C need not wait long."""
SERVED = (ANSWERED, PARTNER, CALLBACK_KEPT)
ANSWERED_IN_LINE = frozenset({Outcome.ANSWERED, Outcome.OVERFLOWED_EXTERNAL})


class Sum(StrEnum):
    """What is told of the day as a whole."""

    CALLS = "calls"
    ANSWERED = "answered"
    WITHIN = "answered_in_time"
    ABANDONED = "abandoned"
    TURNED_AWAY = "turned_away"
    CLOSED = "closed"
    CALLBACKS = "callbacks"
    """Kept or not: they were not answered in line."""
    SERVICE_LEVEL = "service_level"
    """Of all calls."""
    MEAN_WAIT_S = "mean_wait_answered_s"
    P90_WAIT_S = "wait_p90_answered_s"
    OWN_SHARE = "own_share"
    """Of the answered: by somebody of the queue's own."""
    PARTNER_SHARE = "partner_share"


@dataclass(frozen=True, slots=True)
class Run:
    """All replications of the day under one set of rules."""

    rerun: Rerun
    speed: Speed
    outcome: NDArray[np.int32]
    """[replications, calls]"""
    wait_ms: NDArray[np.int64]
    """In line, until the answer or the end; -1 if in none."""
    agent: NDArray[np.int32]
    sums: dict[Sum, Real]
    """By replication, with the redials that were drawn."""
    seats: tuple[str, ...]

    @property
    def replications(self) -> int:
        """How many there are."""
        return len(self.outcome)


class Fate(NamedTuple):
    """What becomes of one call under one set of rules, over all replications."""

    answered: float
    """The share of replications in which somebody speaks to them, if only when they are rung back."""
    wait_s: float
    """The median, answered or not; nan if it came into no line."""
    agent: str
    """Who answers most often."""


def run(rerun: Rerun, replications: int, speed: Speed = Speed.AUTO, progress: Progress | None = None) -> Run:
    """The day so many times over."""
    scenario = rerun.scenario
    chosen, _ = way(scenario, speed)
    size, parts = min(TOGETHER, replications_per_chunk(scenario)), []
    try:
        for chunk, begin in enumerate(range(0, replications, size)):
            many = min(size, replications - begin)
            _, outcomes = simulated(scenario, chosen, chunk, many, rerun.draw)
            parts.append(_part(rerun, outcomes, many))
            if progress:
                progress(begin + many, replications)
    except KeyboardInterrupt:
        if not parts:
            raise
    sums = {one: np.concatenate([part.sums[one] for part in parts]) for one in Sum}
    rows = [np.concatenate(arrays) for arrays in zip(*(part[:3] for part in parts), strict=True)]
    return Run(rerun, chosen, rows[0], rows[1], rows[2], sums, _seats(scenario))


def fate(run: Run, call: int) -> Fate:
    """Of the call with that index in `rerun.calls`."""
    outcome, wait, agent = run.outcome[:, call], run.wait_ms[:, call], run.agent[:, call]
    answered = np.isin(outcome, SERVED)
    seats = agent[answered & (agent >= 0)]
    in_line = wait[wait >= 0]
    return Fate(
        answered=float(answered.mean()),
        wait_s=float(np.median(in_line)) / 1000 if len(in_line) else float("nan"),
        agent=run.seats[int(np.bincount(seats).argmax())] if len(seats) else "",
    )


def figures(run: Run) -> dict[Sum, Estimate]:
    """The mean of each sum over the replications."""
    return {one: mean(samples[~np.isnan(samples)]) for one, samples in run.sums.items()}


def spread(run: Run, one: Sum) -> tuple[float, float]:
    """Between which 95 % of the replications lie: what that day might have come to."""
    samples = run.sums[one][~np.isnan(run.sums[one])]
    low, high = np.quantile(samples, (0.025, 0.975)) if len(samples) else (np.nan, np.nan)
    return float(low), float(high)


def change(before: Run, after: Run, one: Sum) -> Estimate:
    """After less before, replication by replication: the callers are the same."""
    both = min(before.replications, after.replications)
    pair = np.vstack((before.sums[one][:both], after.sums[one][:both]))
    pair = pair[:, ~np.isnan(pair).any(axis=0)]
    return difference(influence(pair[0]), influence(pair[1])) if pair.size else Estimate(float("nan"))


def logged_sums(calls: tuple[LoggedCall, ...], threshold_ms: int) -> dict[Sum, float]:
    """What the log itself says, by the same definitions."""
    answered = [call for call in calls if call.outcome in ANSWERED_IN_LINE]
    waits = np.array([call.in_line_ms or 0 for call in answered], dtype=np.float64)
    levels = [call.level for call in answered]
    ended = [call.outcome for call in calls]
    return _sums(
        waits,
        np.array(levels, dtype=np.int64),
        threshold_ms,
        len(calls),
        (
            ended.count(Outcome.ABANDONED),
            ended.count(Outcome.TURNED_AWAY),
            ended.count(Outcome.CLOSED),
            sum(ended.count(one) for one in (Outcome.CALLBACK_KEPT, Outcome.CALLBACK_FAILED)),
        ),
    )


class Agreement(NamedTuple):
    """How well the rules as they stand give back the day as it was logged."""

    same_end: float
    """The share of calls, over all replications, that are answered as they were, or are not as they were not."""
    wait_off_s: float
    """How far the median wait of a call is from its logged one, on the average."""
    calls: int


def agreement(run: Run) -> Agreement:
    """Of the calls whose wait is known."""
    known = [i for i, call in enumerate(run.rerun.calls) if call.in_line_ms is not None]
    if not known:
        return Agreement(float("nan"), float("nan"), 0)
    calls = [run.rerun.calls[i] for i in known]
    was = np.array([call.served for call in calls])
    now = np.isin(run.outcome[:, known], SERVED)
    waits = np.array([call.in_line_ms or 0 for call in calls], dtype=np.float64)
    off = np.abs(np.median(np.maximum(run.wait_ms[:, known], 0), axis=0) - waits)
    off = off[[call.promised_ms is None for call in calls]]
    return Agreement(float((now == was).mean()), float(off.mean()) / 1000 if len(off) else float("nan"), len(known))


class _Part(NamedTuple):
    outcome: NDArray[np.int32]
    wait_ms: NDArray[np.int64]
    agent: NDArray[np.int32]
    sums: dict[Sum, Real]


def _part(rerun: Rerun, outcomes: Outcomes, replications: int) -> _Part:
    calls = len(rerun.calls)
    roots = replications * calls
    until = np.where(outcomes.answered_ms >= 0, outcomes.answered_ms, outcomes.ended_ms)
    wait = np.where(outcomes.entered_ms >= 0, until - outcomes.entered_ms, -1)
    sums: dict[Sum, list[float]] = {one: [] for one in Sum}
    for replication in range(replications):
        own = slice(replication * calls, (replication + 1) * calls)
        again = slice(int(outcomes.child_first[replication]), int(outcomes.child_first[replication + 1]))
        mine = np.concatenate((np.arange(own.start, own.stop), np.arange(again.start, again.stop)))
        for one, value in _of_one(outcomes, wait, mine, rerun.scenario).items():
            sums[one].append(value)
    return _Part(
        outcome=outcomes.outcome[:roots].reshape(replications, calls),
        wait_ms=wait[:roots].reshape(replications, calls),
        agent=outcomes.agent[:roots].reshape(replications, calls),
        sums={one: np.array(values, dtype=np.float64) for one, values in sums.items()},
    )


def _of_one(
    outcomes: Outcomes, wait: NDArray[np.int64], mine: NDArray[np.int64], scenario: Scenario
) -> dict[Sum, float]:
    outcome = outcomes.outcome[mine]
    answered = mine[(outcome == ANSWERED) | (outcome == PARTNER)]
    lost = tuple(int((outcome == kind).sum()) for kind in (ABANDONED, TURNED_AWAY, CLOSED))
    lost = (*lost, int(np.isin(outcome, (CALLBACK_KEPT, CALLBACK_FAILED)).sum()))
    made = int((outcome != NOT_MADE).sum())
    waits = wait[answered].astype(np.float64)
    return _sums(waits, outcomes.level[answered].astype(np.int64), scenario.run.threshold_ms, made, lost)


def _sums(
    waits: Real, levels: NDArray[np.int64], threshold_ms: int, made: int, lost: tuple[int, ...]
) -> dict[Sum, float]:
    within, answered = int((waits <= threshold_ms).sum()), len(waits)
    partner, own = int((levels == PARTNER_LEVEL).sum()), int(((levels >= OWN_LEVEL) & (levels < PARTNER_LEVEL)).sum())
    nothing = float("nan")
    return {
        Sum.CALLS: made,
        Sum.ANSWERED: answered,
        Sum.WITHIN: within,
        Sum.ABANDONED: lost[0],
        Sum.TURNED_AWAY: lost[1],
        Sum.CLOSED: lost[2],
        Sum.CALLBACKS: lost[3],
        Sum.SERVICE_LEVEL: within / made if made else nothing,
        Sum.MEAN_WAIT_S: float(waits.mean()) / 1000 if answered else nothing,
        Sum.P90_WAIT_S: float(np.quantile(waits, 0.9)) / 1000 if answered else nothing,
        Sum.OWN_SHARE: own / answered if answered else nothing,
        Sum.PARTNER_SHARE: partner / answered if answered else nothing,
    }


def _seats(scenario: Scenario) -> tuple[str, ...]:
    """By index in the kernel's circles."""
    from routing.kernel import Kernel  # noqa: PLC0415

    return tuple(str(seat) for seat in Kernel(scenario.plan).centre.circles.seats)
