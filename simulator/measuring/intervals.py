"""Estimates with intervals over independent replications: means, ratios of sums, percentiles, paired differences.

A share such as the service level is Σ/Σ over replications, never the mean of their ratios, which is biased when days
with more calls are also worse. Its variance is that of a - R·b (the delta method). Intervals are Student's t; those of
shares are Wilson's with the number of calls that would be as uncertain had they been independent, so that they stay
between 0 and 1 and tell what nothing seen means: with none of 1 000, up to a half per cent is likely enough.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and where it likely lies: 95 and 99 % intervals from `n` samples; without those if n < 2. nan: none."""

    value: float
    low95: float = math.nan
    high95: float = math.nan
    low99: float = math.nan
    high99: float = math.nan
    n: int = 0

    @classmethod
    def of(cls, value: float, bounds: Iterable[float], n: int) -> "Estimate":
        """The estimate with its four bounds in order."""
        low95, high95, low99, high99 = bounds
        return cls(value, low95, high95, low99, high99, n)

    @property
    def known(self) -> bool:
        """Whether there is a figure at all."""
        return not math.isnan(self.value)

    @property
    def bounded(self) -> bool:
        """Whether there is an interval."""
        return not math.isnan(self.low95)

    @property
    def half_width(self) -> float:
        """Of the 95 % interval."""
        return (self.high95 - self.low95) / 2

    def scaled(self, factor: float) -> "Estimate":
        """The same in another unit."""
        bounds = (self.low95, self.high95, self.low99, self.high99)
        return Estimate.of(self.value * factor, [bound * factor for bound in bounds], self.n)

    @property
    def turned(self) -> "Estimate":
        """The same with its sign turned."""
        return Estimate(-self.value, -self.high95, -self.low95, -self.high99, -self.low99, self.n)

    def as_dict(self) -> dict[str, float | int | None]:
        """For JSON, which knows no nan."""
        figures = {
            "value": self.value,
            "low95": self.low95,
            "high95": self.high95,
            "low99": self.low99,
            "high99": self.high99,
        }
        return {name: None if math.isnan(figure) else figure for name, figure in figures.items()} | {"n": self.n}


class Band(NamedTuple):
    """Many estimates, by place."""

    value: Reals
    low95: Reals
    high95: Reals
    low99: Reals
    high99: Reals

    def at(self, place: int, n: int) -> Estimate:
        """One of them."""
        value, *bounds = (float(figures[place]) for figures in self)
        return Estimate.of(value, bounds, n)


class Moments(NamedTuple):
    """Sums over n replications of a and b and their squares and products, by place."""

    a: Reals
    b: Reals
    aa: Reals
    ab: Reals
    bb: Reals


def t_quantile(freedom: int, level: float) -> float:
    """How many standard errors the two-sided interval reaches; nan without any freedom."""
    if freedom < 1:
        return math.nan
    from scipy.special import stdtrit  # noqa: PLC0415 – slow to load

    return float(stdtrit(freedom, (1 + level) / 2))


def mean(samples: ArrayLike) -> Estimate:
    """The mean of independent samples."""
    x = np.asarray(samples, np.float64)
    if not len(x):
        return Estimate(math.nan)
    error = float(x.std(ddof=1)) / math.sqrt(len(x)) if len(x) > 1 else math.nan
    return around(float(x.mean()), error, len(x))


def around(value: float, error: float, n: int) -> Estimate:
    """An estimate whose standard error is known from n samples."""
    near, far = (t_quantile(n - 1, level) * error for level in (0.95, 0.99))
    return Estimate(value, value - near, value + near, value - far, value + far, n)


def ratio(numerators: ArrayLike, denominators: ArrayLike, *, share: bool = False) -> Estimate:
    """Σ numerators ÷ Σ denominators, one of each for each replication. `share`: it is one, of things counted."""
    a, b = np.asarray(numerators, np.float64), np.asarray(denominators, np.float64)
    moments = Moments(*(np.array([total]) for total in (a.sum(), b.sum(), a @ a, a @ b, b @ b)))
    return ratios(moments, len(a), share=share).at(0, len(a))


def ratios(moments: Moments, n: int, *, share: bool = False) -> Band:
    """As `ratio`, for many at once, from their moments over n replications."""
    a, b, aa, ab, bb = moments
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(b > 0, a / b, np.nan)
        scatter = np.maximum(0.0, aa - 2 * value * ab + value * value * bb)
        scatter = np.where(scatter < 1e-12 * (aa + value * value * bb), 0.0, scatter)  # what rounding left
        error = np.sqrt(scatter * n / max(1, n - 1)) / b if n > 1 else np.full_like(value, np.nan)
        limits = [(_wilson if share else _symmetric)(value, error, b, t_quantile(n - 1, p)) for p in (0.95, 0.99)]
    return Band(value, *limits[0], *limits[1])


def _symmetric(value: Reals, error: Reals, _: Reals, t: float) -> tuple[Reals, Reals]:
    return value - t * error, value + t * error


def _wilson(value: Reals, error: Reals, counted: Reals, t: float) -> tuple[Reals, Reals]:
    """Wilson's interval, with as many independent calls as would be as uncertain; all of them where none differed."""
    spread = value * (1 - value)
    with np.errstate(divide="ignore", invalid="ignore"):
        alike = np.where(error > 0, spread / (error * error), np.where(spread > 0, np.inf, counted))
    pull = t * t / alike
    middle = (value + pull / 2) / (1 + pull)
    reach = t / (1 + pull) * np.sqrt(np.maximum(0.0, spread / alike + pull / alike / 4))
    return np.maximum(0.0, middle - reach), np.minimum(1.0, middle + reach)


class Spread(NamedTuple):
    """How waits are spread: cumulative over places 0, 1, 2, …, each a second longer, and moments over replications."""

    up_to: Reals
    """Σ over replications of how many waited at most so long."""
    squares: Reals
    of_all: Reals
    """Σ of how many waited at most so long × how many there were."""
    everybody: float
    everybody_2: float

    def shares(self, n: int) -> Band:
        """The share that waited at most so many seconds."""
        all_alike = np.full_like(self.up_to, self.everybody)
        squared = np.full_like(self.up_to, self.everybody_2)
        return ratios(Moments(self.up_to, all_alike, self.squares, self.of_all, squared), n, share=True)


def percentile(spread: Spread, share: float, n: int) -> Estimate:
    """How long that share waits at most, in seconds: the interval is every wait whose own share may well be that.

    Place 0 is no wait at all, place k more than k - 1 and at most k seconds.
    """
    if not spread.everybody:
        return Estimate(math.nan)
    value = _read_off(spread.up_to / spread.everybody, share)
    if n < 2:
        return Estimate(value, n=n)
    band = spread.shares(n)
    ends = (band.high95, band.low95, band.high99, band.low99)
    return Estimate.of(value, [_read_off(np.maximum.accumulate(end), share) for end in ends], n)


def _read_off(below: Reals, share: float) -> float:
    """How many seconds that share waits at most, in proportion within a second; the longest seen if none is enough."""
    place = int(np.searchsorted(below, share))
    if place == 0:
        return 0.0
    if place == len(below):
        return float(place - 1)
    return float(place - 1 + (share - below[place - 1]) / (below[place] - below[place - 1]))


def influence(numerators: ArrayLike, denominators: ArrayLike | None = None) -> tuple[float, Reals]:
    """A mean or ratio, and by replication what it contributes to its error: pairs of those make paired differences."""
    a = np.asarray(numerators, np.float64)
    if denominators is None:
        return float(a.mean()), a - a.mean()
    b = np.asarray(denominators, np.float64)
    if not b.sum():
        return math.nan, np.full_like(a, np.nan)
    value = float(a.sum() / b.sum())
    return value, (a - value * b) / b.mean()


def difference(before: tuple[float, Reals], after: tuple[float, Reals]) -> Estimate:
    """After less before, replication by replication, of two figures as `influence` gives them."""
    n = len(before[1])
    apart = after[1] - before[1]
    error = float(apart.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    return around(after[0] - before[0], error, n)


def difference_unpaired(before: Estimate, after: Estimate) -> Estimate:
    """After less before as if they had nothing in common: rather too wide than too narrow with the same callers."""

    def reach(low: Callable[[Estimate], float], high: Callable[[Estimate], float], sign: int) -> float:
        """Each side's own distance, added as squares (Newcombe)."""
        up, down = (after, before) if sign > 0 else (before, after)
        return sign * math.hypot(high(up) - up.value, down.value - low(down))

    value = after.value - before.value
    near = (lambda e: e.low95), (lambda e: e.high95)
    far = (lambda e: e.low99), (lambda e: e.high99)
    bounds = [value + reach(*pair, sign) for pair in (near, far) for sign in (-1, 1)]
    return Estimate.of(value, bounds, min(before.n, after.n))


def wanted(half_width: float, so_far: Estimate) -> int:
    """How many replications are likely to be wanted for a 95 % interval of ± that; what there are, if they will do."""
    if not so_far.bounded or so_far.half_width <= half_width:
        return so_far.n
    return math.ceil(so_far.n * (so_far.half_width / half_width) ** 2)
