"""How many will call, by day, quarter and choice, from those who have called; with intervals in which days are to lie.

Calls of a usual day = level × weekday × (season or trend). Where there is a year of calls, the season is last year's
curve and the level this year's part of it; else the level of the last weeks goes on, with a slope if it has one for
certain, ever slower. Choices are shares of that by weekday, quarters a profile by choice and weekday; what is seldom
seen leans on what is like it. Red days and eves are as earlier ones were, and nobody comes into a line that is closed.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from queues.ids import QueueId
from simulator.contacts import Real
from simulator.past.calendar_days import Calendar, Kind
from simulator.past.call_counts import OUTSIDE, QUARTERS, Counts

LEVEL_HALF_LIFE: Final = 42.0
"""Days: so old, a day counts half for the level;"""
SHAPE_HALF_LIFE: Final = 120.0
"""and for weekdays, choices and quarters."""
YEAR: Final = 364
"""Days: the same weekday, a year ago."""
SMOOTH: Final = 7.0
"""Days: how widely last year's curve is smoothed."""
FADES: Final = 0.98
"""What is left of a slope, day after day ahead."""
CERTAIN_SLOPE: Final = 2.5
"""Standard errors."""
FEWEST_FOR_SLOPE: Final = 40
FEWEST_DAYS: Final = 10
SHARE_LEAN: Final = 60.0
"""Calls: with so many of its own, a weekday's shares are half its own and half those of all weekdays;"""
PROFILE_LEAN: Final = 1_000.0
"""and a choice's profile on a weekday is half its own and half that of all weekdays, or of all choices."""
SPECIAL_LEAN: Final = 0.5
"""Days: likewise for the calls of red days and eves."""
GAP_CALLS: Final = 25.0
"""Where so many calls were to be expected and none came, the log has a gap."""
OFF: Final = 3.0
"""Standard deviations: a day that lies further off counts less."""


class TooFewDaysError(Exception):
    """There are not days enough to forecast from; the message says in Swedish how many there are."""


@dataclass(frozen=True, slots=True)
class DayForecast:
    """One day to come."""

    day: date
    kind: Kind
    name: str
    calls: Real
    """[choices, QUARTERS] expected"""
    spread: float
    """How far, as a share of it, the day's expected number may be off beside chance: of the day itself, and of us."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Days to come, and what they rest on."""

    choices: tuple[QueueId, ...]
    days: tuple[DayForecast, ...]
    usual_days: int
    """That were counted."""
    gaps: tuple[date, ...]
    """Left out: the log has nothing for hours on end."""
    season: bool
    slope_per_week: float
    """As a share of the level; 0 if it is not certain."""
    special_seen: dict[Kind, int] = field(default_factory=dict)


def forecast(counts: Counts, calendar: Calendar, days: tuple[date, ...]) -> Forecast:
    """Of the days named, all after those counted. Raises TooFewDaysError."""
    fit = Fit(counts, calendar)
    return Forecast(
        choices=counts.choices,
        days=tuple(fit.day(day) for day in days),
        usual_days=int(fit.usual.sum()),
        gaps=tuple(counts.day(int(n)) for n in np.flatnonzero(fit.gaps)),
        season=fit.season,
        slope_per_week=7 * fit.slope / fit.level if fit.level else 0.0,
        special_seen={kind: sum(one is kind for one in fit.kinds) for kind in (Kind.RED, Kind.EVE)},
    )


class Fit:
    """What the counted days tell."""

    def __init__(self, counts: Counts, calendar: Calendar) -> None:
        self.counts, self.calendar = counts, calendar
        self.kinds = [calendar.kind(counts.day(n)) for n in range(counts.days)]
        self.weekdays = (counts.first.weekday() + np.arange(counts.days)) % 7
        self.totals: Real = counts.calls.sum(axis=(1, 2))
        of_kind = np.array([kind is Kind.USUAL for kind in self.kinds], dtype=bool)
        self.gaps = of_kind & _gaps(counts.calls.sum(axis=1), self.weekdays, of_kind)
        self.usual: NDArray[np.bool_] = of_kind & ~self.gaps
        if self.usual.sum() < FEWEST_DAYS:
            raise TooFewDaysError(f"Bara {int(self.usual.sum())} vanliga dagar i loggen; det behövs {FEWEST_DAYS}.")
        self.age = counts.days - 1.0 - np.arange(counts.days)
        self.factors: Real = np.ones(7)
        self.factors = self._weekday_factors()
        self._fit_level()
        self._fit_shapes()

    # ── the number of calls ─────────────────────────────────────────────────────────────────────────────────────
    def _weekday_factors(self) -> Real:
        """[7] By which each weekday differs from the weeks around it; they sum to 7."""
        factors = np.ones(7)
        weight = np.where(self.usual, 0.5 ** (self.age / SHAPE_HALF_LIFE), 0.0)
        for _ in range(8):
            around = self._smooth(self._of_usual_weekday(factors), 14.0)
            for weekday in range(7):
                mine = weight * (self.weekdays == weekday)
                base = (mine * around).sum()
                factors[weekday] = (mine * self.totals).sum() / base if base > 0 else 0.0
            factors *= 7.0 / max(factors.sum(), 1e-12)
        return factors

    def _of_usual_weekday(self, factors: Real) -> Real:
        """Each day's calls as if all weekdays were alike; nan where that says nothing."""
        of_weekday = factors[self.weekdays]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.usual & (of_weekday > 0.02), self.totals / of_weekday, np.nan)

    def _smooth(self, values: Real, width: float, at: Real | None = None) -> Real:
        """The mean of what is known around each day, by day number; heavier weekdays count more. nan: nothing near."""
        at = np.arange(len(values), dtype=np.float64) if at is None else at
        known = ~np.isnan(values)
        days = np.flatnonzero(known)
        near = np.exp(-0.5 * ((at[:, None] - days[None, :]) / width) ** 2)
        near *= np.maximum(self.factors[self.weekdays[days]], 1e-6)
        weight = near.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(weight > 0.5, near @ values[known] / weight, np.nan)

    def _fit_level(self) -> None:
        """The level, its slope, and how far days lie from what they were expected to be."""
        plain = self._of_usual_weekday(self.factors)
        self._curve = plain
        days = np.arange(self.counts.days, dtype=np.float64)
        last_year = self._smooth(plain, SMOOTH, days - YEAR)
        recent = self.usual & (self.age < 8 * 7) & ~np.isnan(plain)
        self.season = bool(recent.sum() >= 20 and not np.isnan(last_year[recent]).any())
        relative = np.asarray(plain / last_year if self.season else plain, dtype=np.float64)
        usable = ~np.isnan(relative)
        weight: Real = np.exp2(-self.age / LEVEL_HALF_LIFE) * np.maximum(self.factors[self.weekdays], 0.0)
        x = np.asarray(-self.age[usable], dtype=np.float64)
        y = np.asarray(relative[usable], dtype=np.float64)
        w = np.asarray(weight[usable], dtype=np.float64)
        self.level, self.slope, self._error = _line(x, y, w, slope=not self.season and len(y) >= FEWEST_FOR_SLOPE)
        self.day_spread = self._day_spread(x, y, w, usable)

    def _day_spread(self, x: Real, y: Real, w: Real, usable: NDArray[np.bool_]) -> float:
        """How far days differ beside chance, as a share of what was expected."""
        line = np.maximum(self.level + self.slope * x, 1e-9)
        expected = np.maximum(self.totals[usable] * line / np.maximum(y, 1e-9), 1.0)
        off = np.minimum((y / line - 1.0) ** 2, 0.25)
        near = w * (self.age[usable] < 26 * 7)
        return float(np.sqrt(max(0.0, (near * (off - 1.0 / expected)).sum() / max(near.sum(), 1e-12))))

    def total(self, day: date) -> tuple[float, float]:
        """Expected calls of a usual day on that date, and how far they may be off as a share of that."""
        ahead = (day - self.counts.first).days - (self.counts.days - 1)
        base = self.level + self.slope * _faded(ahead)
        if self.season:
            at = np.array([self.counts.days - 1.0 + ahead - YEAR])
            curve = self._smooth(self._curve, SMOOTH, at)[0]
            base *= self._smooth(self._curve, SMOOTH)[-1] if np.isnan(curve) else curve
        error = self._error * np.sqrt(1.0 + max(0, ahead) / LEVEL_HALF_LIFE)
        return max(0.0, float(base)) * float(self.factors[day.weekday()]), float(np.hypot(self.day_spread, error))

    # ── choices and quarters ────────────────────────────────────────────────────────────────────────────────────
    def _fit_shapes(self) -> None:
        """[7, choices, QUARTERS] How a usual day's calls are spread; each weekday sums to 1."""
        weight = np.where(self.usual, 0.5 ** (self.age / SHAPE_HALF_LIFE), 0.0)
        by_weekday = np.stack(
            [np.tensordot(weight * (self.weekdays == weekday), self.counts.calls, axes=1) for weekday in range(7)]
        )
        everyday = by_weekday.sum(axis=0)
        shares = _leaning(by_weekday.sum(axis=2), _share(everyday.sum(axis=1)), SHARE_LEAN)
        profile = _leaning(everyday, _share(everyday.sum(axis=0)), PROFILE_LEAN)
        self.shapes = np.stack(
            [shares[weekday][:, None] * _leaning(by_weekday[weekday], profile, PROFILE_LEAN) for weekday in range(7)]
        )
        for weekday in range(7):
            for i, queue in enumerate(self.counts.choices):
                if queue != OUTSIDE:
                    self.shapes[weekday, i] *= self.calendar.usually_open(queue, weekday) > 0
            self.shapes[weekday] = _share(self.shapes[weekday])

    def day(self, day: date) -> DayForecast:
        """What that day is to bring."""
        kind, weekday = self.calendar.kind(day), day.weekday()
        total, spread = self.total(day)
        usual = total * self.shapes[weekday]
        if kind is Kind.USUAL:
            return DayForecast(day, kind, "", usual, spread)
        calls = self._special(kind, day, usual)
        seen = sum(one is kind for one in self.kinds)
        return DayForecast(day, kind, self.calendar.name(day), calls, float(np.hypot(spread, 0.3 / np.sqrt(1 + seen))))

    def _special(self, kind: Kind, day: date, usual: Real) -> Real:
        """As other days of the kind were in the hours in which lines are open; and outside as on days without any."""
        calls = usual.copy()
        more = self._times_usual(kind)
        for i, queue in enumerate(self.counts.choices):
            if queue != OUTSIDE:
                often = np.maximum(self.calendar.usually_open(queue, day.weekday()), 1e-9)
                calls[i] *= more * np.where(often > 1e-6, self.calendar.open_share(queue, day) / often, 0.0)
        if not calls[:-1].any():
            calls[-1] = self._closed_day()
        return calls

    def _times_usual(self, kind: Kind) -> float:
        """How calls in open hours on days of the kind were to those of usual days; 1 where there were none such."""
        came = expected = 0.0
        usual_sum = 0.0
        for n in [n for n, one in enumerate(self.kinds) if one is kind]:
            day = self.counts.day(n)
            usual = float(self._smooth(self._curve, 14.0, np.array([float(n)]))[0]) * self.factors[day.weekday()]
            shape = self.shapes[day.weekday()][:-1]
            often = [self.calendar.usually_open(queue, day.weekday()) for queue in self.counts.choices[:-1]]
            is_open = [self.calendar.open_share(queue, day) for queue in self.counts.choices[:-1]]
            part = np.where(np.array(often) > 0, np.array(is_open) / np.maximum(np.array(often), 1e-9), 0.0)
            if not np.isnan(usual) and (part * shape).sum() > 0:
                came += float(self.counts.calls[n, :-1].sum())
                expected += usual * float((part * shape).sum())
                usual_sum = max(usual_sum, usual)
        lean = SPECIAL_LEAN * usual_sum
        return (came + lean) / (expected + lean) if expected > 0 else 1.0

    def _closed_day(self) -> Real:
        """[QUARTERS] Who rings on a day on which every line is closed."""
        is_closed = [
            not any(self.calendar.open_share(queue, self.counts.day(n)).any() for queue in self.counts.choices[:-1])
            for n in range(self.counts.days)
        ]
        weight = np.where(is_closed, 0.5 ** (self.age / SHAPE_HALF_LIFE), 0.0)
        if not weight.sum():
            return np.zeros(QUARTERS)
        mean: Real = np.tensordot(weight, self.counts.calls[:, -1], axes=1) / weight.sum()
        return mean


def week_from(first: date, days: int) -> tuple[date, ...]:
    """So many days on end."""
    return tuple(first + timedelta(days=n) for n in range(days))


def _faded(ahead: int) -> float:
    return sum(FADES**n for n in range(1, ahead + 1))


def _share(values: Real) -> Real:
    total = values.sum()
    return values / total if total > 0 else values


def _leaning(values: Real, like: Real, lean: float) -> Real:
    """Each row's shares, leaning on `like` (one row, or a row for each) as far as the row has few calls of its own."""
    like = np.broadcast_to(like, values.shape)
    own = values.sum(axis=-1, keepdims=True)
    shares: Real = (values + lean * like) / (own + lean * np.maximum(like.sum(axis=-1, keepdims=True), 1e-12))
    return shares


def _gaps(by_quarter: Real, weekdays: NDArray[np.int64], usual: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The days with a stretch without a call in which so many were to be expected."""
    found = np.zeros(len(by_quarter), dtype=bool)
    for weekday in range(7):
        mine = np.flatnonzero(usual & (weekdays == weekday))
        if len(mine) < 3:
            continue
        expected = np.median(np.add.reduceat(by_quarter[mine], np.arange(0, QUARTERS, 4), axis=1), axis=0)
        for n in mine:
            empty, worst = 0.0, 0.0
            for calls, usually in zip(by_quarter[n].reshape(-1, 4).sum(axis=1), expected, strict=True):
                empty = 0.0 if calls else empty + usually
                worst = max(worst, empty)
            found[n] = worst >= GAP_CALLS
    return found


def _line(x: Real, y: Real, weight: Real, *, slope: bool) -> tuple[float, float, float]:
    """Level at 0, slope if it is certain, and the level's standard error as a share of it; robust against odd days."""
    w = weight.copy()
    level, rise, error = 0.0, 0.0, 0.0
    for _ in range(4):
        level, rise, error = _weighted(x, y, w, slope=slope)
        off = np.abs(y - level - rise * x)
        scale = max(float(np.median(off)) * 1.4826, 1e-9)
        w = weight * np.minimum(1.0, OFF * scale / np.maximum(off, 1e-12))
    return level, rise, error / max(level, 1e-9)


def _weighted(x: Real, y: Real, w: Real, *, slope: bool) -> tuple[float, float, float]:
    total = w.sum()
    middle, mean = (w * x).sum() / total, (w * y).sum() / total
    spread = (w * (x - middle) ** 2).sum()
    rise = float((w * (x - middle) * (y - mean)).sum() / spread) if slope and spread > 0 else 0.0
    variance = float((w * (y - mean - rise * (x - middle)) ** 2).sum() / total)
    effective = total**2 / (w**2).sum()
    rise_error = float(np.sqrt(variance * (w**2 * (x - middle) ** 2).sum()) / spread) if spread > 0 else np.inf
    if abs(rise) < CERTAIN_SLOPE * rise_error:
        return float(mean), 0.0, float(np.sqrt(variance / effective))
    return float(mean - rise * middle), rise, float(np.hypot(np.sqrt(variance / effective), middle * rise_error))
