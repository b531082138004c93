"""How well the forecast would have done: each of the last weeks forecast from what was known before it."""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from simulator.contacts import Real
from simulator.past.calendar_days import Calendar
from simulator.past.call_counts import Counts
from simulator.past.forecast import TooFewDaysError, forecast, week_from

WEEKS: Final = 8
WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Backtest:
    """Days forecast a week ahead at the most, beside what came."""

    days: int
    off_by_day: float
    """Σ |came - forecast| ÷ Σ came, day by day;"""
    off_by_quarter: float
    """and quarter by quarter, in which chance alone makes much."""
    off_as_last_week: float
    """By day, had each been taken to be as the same weekday a week before."""
    within: float
    """The share of the days that came within their 95 % interval."""


def backtest(counts: Counts, calendar: Calendar, weeks: int = WEEKS) -> Backtest | None:
    """Over the last weeks; None if there are too few days before the last of them."""
    came: list[Real] = []
    told: list[Real] = []
    before: list[float] = []
    inside = 0
    end = counts.first + timedelta(days=counts.days)
    for week in range(weeks, 0, -1):
        first = end - timedelta(days=WEEK * week)
        try:
            found = forecast(counts.until(first), calendar, week_from(first, WEEK))
        except TooFewDaysError:
            continue
        begin = (first - counts.first).days
        for n, day in enumerate(found.days):
            came.append(counts.calls[begin + n].sum(axis=0))
            told.append(day.calls.sum(axis=0))
            before.append(float(counts.calls[begin + n - WEEK].sum()))
            low, high = bounds(float(told[-1].sum()), day.spread)
            inside += low <= came[-1].sum() <= high
    if not came:
        return None
    is_so, was_told = np.array(came), np.array(told)
    by_day = is_so.sum(axis=1)
    everything = max(float(by_day.sum()), 1.0)
    return Backtest(
        days=len(came),
        off_by_day=float(np.abs(by_day - was_told.sum(axis=1)).sum()) / everything,
        off_by_quarter=float(np.abs(is_so - was_told).sum()) / everything,
        off_as_last_week=float(np.abs(by_day - np.array(before)).sum()) / everything,
        within=inside / len(came),
    )


def bounds(calls: float, spread: float) -> tuple[float, float]:
    """Within which a number of calls lies with 95 %: by chance, and by how far its expected number may be off."""
    from scipy import stats  # noqa: PLC0415 -- slow to load

    if calls <= 0:
        return 0.0, 0.0
    if spread < 1e-6:
        return tuple(float(stats.poisson.ppf(p, calls)) for p in (0.025, 0.975))  # type: ignore[return-value]
    n = 1.0 / (spread * spread)
    low, high = (float(stats.nbinom.ppf(p, n, n / (n + calls))) for p in (0.025, 0.975))
    return low, high if math.isfinite(high) else calls
