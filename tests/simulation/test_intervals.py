"""Intervals hold what they promise: known figures, and how often they cover the truth, with seeds."""

import math

import numpy as np
import pytest

from simulator.measuring.intervals import (
    Estimate,
    Moments,
    Spread,
    difference,
    difference_unpaired,
    influence,
    mean,
    percentile,
    ratio,
    ratios,
    t_quantile,
    wanted,
)

MANY = 20_000


def covered(truth, low, high):
    return float(((low <= truth) & (truth <= high)).mean())


def band_of(a, b, *, share):
    """Intervals of many experiments at once: one row each, one column for each replication."""
    moments = Moments(a.sum(1), b.sum(1), (a * a).sum(1), (a * b).sum(1), (b * b).sum(1))
    return ratios(moments, a.shape[1], share=share)


def test_the_mean_of_a_textbook():
    """Nine bags: mean 5, s 1.5; t(8) is 2.306 and 3.355 (any table)."""
    samples = [5 + 1.5 * x for x in (-1.2, -1.1, -0.9, -0.5, 0, 0.5, 0.9, 1.1, 1.2)]
    found = mean(samples)
    error = float(np.std(samples, ddof=1)) / 3
    assert found.value == pytest.approx(5)
    assert found.high95 - 5 == pytest.approx(2.306 * error, rel=1e-3)
    assert 5 - found.low99 == pytest.approx(3.355 * error, rel=1e-3)
    assert found.n == 9


def test_one_sample_has_no_interval_and_none_no_figure():
    assert not mean([3.0]).bounded
    assert mean([3.0]).value == 3
    assert not mean([]).known
    assert not ratio([1.0], [2.0], share=True).bounded
    assert not ratio([0.0, 0.0], [0.0, 0.0]).known


@pytest.mark.parametrize("n", [5, 10, 30])
def test_intervals_of_means_cover_as_often_as_they_say(n):
    chance = np.random.default_rng(n)
    x = chance.normal(3, 2, (MANY, n))
    error = x.std(1, ddof=1) / math.sqrt(n)
    for level in (0.95, 0.99):
        reach = t_quantile(n - 1, level) * error
        assert covered(3, x.mean(1) - reach, x.mean(1) + reach) == pytest.approx(level, abs=0.004)


def days(chance, experiments, n, calls=200):
    """Days with more calls are worse ones: answered in time and offered; the truth is Σ/Σ, not the mean of ratios."""
    busy = chance.gamma(20, 1 / 20, (experiments, n))
    offered = chance.poisson(calls * busy) + 1
    level = np.clip(0.95 - 0.5 * (busy - 0.8), 0.02, 0.99)
    return chance.binomial(offered, level).astype(float), offered.astype(float)


@pytest.mark.parametrize("n", [10, 30, 100])
def test_intervals_of_shares_cover_as_often_as_they_say_when_calls_of_a_day_are_alike(n):
    chance = np.random.default_rng(7 * n)
    within, offered = days(chance, 400_000, 1)
    truth = within.sum() / offered.sum()
    band = band_of(*days(chance, MANY, n), share=True)
    assert covered(truth, band.low95, band.high95) == pytest.approx(0.95, abs=0.02 if n == 10 else 0.01)
    assert covered(truth, band.low99, band.high99) == pytest.approx(0.99, abs=0.01 if n == 10 else 0.005)


def test_a_ratio_of_sums_has_no_bias_worth_the_name_and_the_mean_of_ratios_has():
    chance = np.random.default_rng(3)
    within, offered = days(chance, 400_000, 1)
    truth = within.sum() / offered.sum()
    a, b = days(chance, 40_000, 30)
    found = band_of(a, b, share=True).value.mean()
    assert abs(found - truth) < 0.002
    assert abs((a / b).mean() - truth) > 0.02


@pytest.mark.parametrize("rare", [0.0005, 0.002])
def test_shares_of_what_hardly_ever_happens_are_covered(rare):
    """The plain t interval covers the first of these in four of five cases only."""
    chance = np.random.default_rng(11)
    offered = np.full((MANY, 20), 200.0)
    gone = chance.binomial(200, rare, offered.shape).astype(float)
    band = band_of(gone, offered, share=True)
    assert covered(rare, band.low95, band.high95) > 0.93
    assert covered(rare, band.low99, band.high99) > 0.98


def test_nothing_seen_is_not_taken_for_never():
    none = ratio([0, 0, 0, 0], [250, 250, 250, 250], share=True)
    assert none.value == 0
    assert 0.003 < none.high95 < 0.011
    every = ratio([250] * 4, [250] * 4, share=True)
    assert every.low95 == pytest.approx(1 - none.high95)
    assert every.high95 == 1


def test_days_that_are_all_alike_leave_no_doubt():
    found = ratio([3, 6, 9], [10, 20, 30], share=True)
    assert found.low99 == pytest.approx(0.3, abs=1e-9)
    assert found.high99 == pytest.approx(0.3, abs=1e-9)


def spread_of(waits):
    """As `Tallies` keeps it: by whole seconds, and moments over replications."""
    seconds = np.ceil(waits).astype(int)
    most = seconds.max() + 1
    counts = np.array([np.bincount(row, minlength=most) for row in seconds]).cumsum(1).astype(float)
    everybody = counts[:, -1]
    return Spread(
        counts.sum(0),
        (counts**2).sum(0),
        (counts * everybody[:, None]).sum(0),
        float(everybody.sum()),
        float((everybody**2).sum()),
    )


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_percentiles_and_their_intervals_when_waits_of_a_day_are_alike(share):
    chance = np.random.default_rng(5)

    def some(n):
        return chance.gamma(25, 0.04, (n, 1)) * chance.exponential(60, (n, 300))

    truth = float(np.quantile(some(20_000), share))
    found = [percentile(spread_of(some(30)), share, 30) for _ in range(600)]
    inside95 = sum(e.low95 <= truth <= e.high95 for e in found) / len(found)
    inside99 = sum(e.low99 <= truth <= e.high99 for e in found) / len(found)
    assert inside95 == pytest.approx(0.95, abs=0.03)
    assert inside99 == pytest.approx(0.99, abs=0.014)
    assert float(np.mean([e.value for e in found])) == pytest.approx(truth, rel=0.02)


def test_half_of_those_who_never_waited_waited_nothing():
    waits = np.zeros((5, 100))
    waits[:, 70:] = np.linspace(0.1, 30, 30)
    found = percentile(spread_of(waits), 0.5, 5)
    assert found.value == 0
    assert percentile(spread_of(waits), 0.9, 5).value == pytest.approx(20.3, abs=1.1)


def test_percentiles_within_a_second_are_in_proportion():
    waits = np.tile(np.arange(0.5, 100.5), (4, 1))
    assert percentile(spread_of(waits), 0.25, 4).value == pytest.approx(25)
    assert percentile(spread_of(waits), 0.255, 4).value == pytest.approx(25.5)


def test_nobody_waited_has_no_percentile():
    nobody = Spread(*(np.zeros(1) for _ in range(3)), 0.0, 0.0)
    assert not percentile(nobody, 0.5, 10).known


def test_paired_differences_cover_and_are_far_narrower_than_unpaired():
    chance = np.random.default_rng(17)
    n, inside, widths = 40, 0, []
    a, b = days(chance, 200_000, 1)
    truth = float(chance.binomial(a.astype(int), 0.97).sum() / b.sum() - a.sum() / b.sum())
    for _ in range(1500):
        within, offered = (x[0] for x in days(chance, 1, n))
        worse = chance.binomial(within.astype(int), 0.97).astype(float)
        found = difference(influence(within, offered), influence(worse, offered))
        inside += found.low99 <= truth <= found.high99
        alone = difference_unpaired(ratio(within, offered, share=True), ratio(worse, offered, share=True))
        widths.append(found.half_width / alone.half_width)
    assert inside / 1500 == pytest.approx(0.99, abs=0.008)
    assert np.mean(widths) < 0.2


def test_the_same_twice_differs_by_nothing():
    a, b = np.array([3.0, 5, 2]), np.array([10.0, 11, 9])
    assert difference(influence(a, b), influence(a, b)).as_dict() == {
        "value": 0.0, "low95": 0.0, "high95": 0.0, "low99": 0.0, "high99": 0.0, "n": 3,
    }  # fmt: skip


def test_unpaired_differences_cover():
    chance = np.random.default_rng(19)
    inside = 0
    for _ in range(1500):
        one, two = (mean(chance.normal(m, 1, 12)) for m in (0, 0.5))
        found = difference_unpaired(one, two)
        inside += found.low95 <= 0.5 <= found.high95
    assert inside / 1500 == pytest.approx(0.955, abs=0.015)


def test_four_times_the_replications_for_half_the_width():
    so_far = Estimate(0.8, 0.78, 0.82, 0.77, 0.83, 50)
    assert so_far.half_width == pytest.approx(0.02)
    assert wanted(0.01, so_far) == 200
    assert wanted(0.05, so_far) == 50
    assert wanted(0.01, Estimate(0.8, n=1)) == 1


def test_an_estimate_that_is_not_known_is_null_in_json():
    assert Estimate(math.nan).as_dict() == {
        "value": None, "low95": None, "high95": None, "low99": None, "high99": None, "n": 0,
    }  # fmt: skip
