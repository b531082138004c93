import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from typer.testing import CliRunner

from ivr.commands import app
from ivr.config.house import Opening
from queues.entries import CallEnded, CallEntered, CallQueued, Outcome
from queues.ids import NO_CLEARANCE, CallId, Instant, QueueId
from simulator.past.backtest import backtest, bounds
from simulator.past.calendar_days import Calendar, Kind
from simulator.past.call_counts import OUTSIDE, QUARTERS, Counts, count
from simulator.past.forecast import TooFewDaysError, forecast, week_from
from simulator.past.logged import opened
from simulator.scenario.calls_csv import calls_of
from tests.simulation.made_log import write

ZONE = ZoneInfo("Europe/Stockholm")
BARN, VARD = QueueId("barn"), QueueId("vard")
MONDAY = date(2026, 1, 12)
"""The first after the Christmas holidays."""
OFFICE = (((8 * 60, 16 * 60),),) * 5 + ((),) * 2
WEEK = (130, 110, 100, 95, 65, 0, 0)
"""Calls to lines on each weekday; two thirds to the first."""
RINGS_ANYWAY = 4.0
"""Calls a day that meet a closed door, evenly."""


def calendar(**dates: tuple[tuple[int, int], ...]) -> Calendar:
    office = Opening(OFFICE, {date.fromisoformat(day[1:].replace("_", "-")): spans for day, spans in dates.items()})
    return Calendar({BARN: (office,), VARD: (office,)})


def profile() -> np.ndarray:
    shape = np.zeros(QUARTERS)
    shape[32:64] = 2.0 + np.cos(np.linspace(0, 2 * np.pi, 32))
    return shape / shape.sum()


def expected(day: date, level: float = 1.0) -> np.ndarray:
    calls = np.zeros((3, QUARTERS))
    calls[0] = 2 / 3 * level * WEEK[day.weekday()] * profile()
    calls[1] = 1 / 3 * level * WEEK[day.weekday()] * profile()
    calls[2] = RINGS_ANYWAY / QUARTERS
    return calls


def lived(weeks: int, level=lambda _n: 1.0, first: date = MONDAY, seed: int = 1, closed: frozenset[date] = frozenset()):
    random = np.random.default_rng(seed)
    days = [first + timedelta(days=n) for n in range(7 * weeks)]
    means = np.array([expected(day, level(n)) for n, day in enumerate(days)])
    for n, day in enumerate(days):
        if day in closed:
            means[n, :2] = 0.0
    return Counts(first, (BARN, VARD, OUTSIDE), random.poisson(means).astype(float))


def off(found, truth) -> float:
    return abs(found - truth) / truth


def test_a_steady_week_is_found_by_day_choice_and_quarter():
    counts = lived(9)
    first = MONDAY + timedelta(weeks=9)
    found = forecast(counts, calendar(), week_from(first, 7))
    assert (found.season, found.slope_per_week, found.usual_days) == (False, 0.0, 63)
    whole = sum(expected(day.day).sum() for day in found.days)
    assert off(sum(day.calls.sum() for day in found.days), whole) < 0.03
    for day in found.days:
        truth = expected(day.day)
        assert day.kind is Kind.USUAL
        assert off(day.calls.sum(), truth.sum()) < 0.1 if day.day.weekday() < 5 else day.calls[:2].sum() == 0
        if day.day.weekday() < 5:
            assert off(day.calls[0].sum(), truth[0].sum()) < 0.12
            assert np.abs(day.calls[0] - truth[0]).max() < 0.8
            assert not day.calls[:2, :32].any()
            assert not day.calls[:2, 64:].any()
        assert day.spread < 0.1


def test_a_slope_is_found_and_goes_on_ever_slower():
    counts = lived(20, level=lambda n: 1.0 + 0.005 * n)
    first = MONDAY + timedelta(weeks=20)
    found = forecast(counts, calendar(), week_from(first, 28))
    assert found.slope_per_week == pytest.approx(7 * 0.005 / 1.7, rel=0.4)
    week = sum(day.calls[:2].sum() for day in found.days[:7])
    truth = sum(expected(day.day, 1.0 + 0.005 * (140 + n))[:2].sum() for n, day in enumerate(found.days[:7]))
    assert off(week, truth) < 0.05
    gains = np.diff([sum(day.calls[:2].sum() for day in found.days[7 * n : 7 * n + 4]) for n in range(4)])
    assert gains[0] > gains[1] > gains[2] > 0


def test_chance_is_no_slope():
    slopes = [forecast(lived(10, seed=seed), calendar(), (MONDAY,)).slope_per_week for seed in range(12)]
    assert sum(slope != 0 for slope in slopes) <= 2


def test_last_years_summer_comes_again_at_this_years_level():
    first = date(2025, 1, 13)

    def level(n: int) -> float:
        summer = 1.0 - 0.5 * np.exp(-0.5 * ((n % 364 - 185) / 20) ** 2)
        return summer * (1.2 if n >= 364 else 1.0)

    counts = lived(74, level, first)
    start = first + timedelta(weeks=74)
    found = forecast(counts, calendar(), week_from(start, 28))
    assert found.season
    for week in range(4):
        days = found.days[7 * week : 7 * week + 7]
        told = sum(day.calls[:2].sum() for day in days if day.kind is Kind.USUAL)
        truth = sum(
            expected(day.day, level(74 * 7 + 7 * week + n))[:2].sum()
            for n, day in enumerate(days)
            if day.kind is Kind.USUAL
        )
        assert off(told, truth) < 0.08


def test_nobody_comes_into_a_closed_line_on_a_red_day_and_some_ring_anyway():
    first_of_may = date(2026, 5, 1)
    closed = {"d2026_05_01": ()}
    counts = lived(14)
    found = forecast(counts, calendar(**closed), (date(2026, 4, 30), first_of_may))
    eve, red = found.days
    assert (eve.kind, red.kind, red.name) == (Kind.EVE, Kind.RED, "Första maj")
    assert not red.calls[:2].any()
    assert red.calls[2].sum() == pytest.approx(RINGS_ANYWAY, rel=0.35)
    assert eve.calls[:2].sum() == pytest.approx(WEEK[3], rel=0.1)
    assert eve.spread > 0.1


def test_a_day_with_short_hours_has_the_calls_of_those_hours():
    counts = lived(12)
    found = forecast(counts, calendar(d2026_04_07=((8 * 60, 12 * 60),)), (date(2026, 4, 7), date(2026, 4, 14)))
    short, whole = found.days
    assert short.kind is Kind.OTHER_HOURS
    assert not short.calls[:2, 48:].any()
    assert short.calls[:2, 32:48] == pytest.approx(whole.calls[:2, 32:48], rel=0.01)


def test_eves_that_were_quiet_before_are_quiet_again():
    first = date(2025, 11, 3)
    counts = lived(28, first=first)
    eves = {date(2026, 4, 2), date(2026, 4, 30), date(2026, 5, 13)}
    for day in eves:
        counts.calls[(day - first).days] *= 0.5
    seen = replace(counts, calls=counts.calls[: (date(2026, 5, 10) - first).days])
    (found,) = forecast(seen, calendar(), (date(2026, 5, 13),)).days
    assert found.kind is Kind.EVE
    assert found.calls[:2].sum() < 0.85 * WEEK[2]


def test_past_red_days_and_gaps_do_not_lower_the_usual_days():
    red = frozenset({date(2026, 4, 3), date(2026, 4, 6)})
    counts = lived(14, closed=red)
    gaps = tuple(date(2026, 4, day) for day in (1, 8, 15))
    for day in gaps:
        counts.calls[(day - MONDAY).days, :, 36:] = 0.0
    found = forecast(counts, calendar(), (date(2026, 4, 22),))
    assert found.gaps == gaps
    assert found.days[0].calls[:2].sum() == pytest.approx(WEEK[2], rel=0.07)


def test_one_wild_day_is_not_the_new_level():
    counts = lived(8)
    counts.calls[53] *= 4.0
    found = forecast(counts, calendar(), week_from(MONDAY + timedelta(weeks=8), 5))
    assert sum(day.calls[:2].sum() for day in found.days) == pytest.approx(500, rel=0.06)


def test_intervals_hold_and_the_forecast_beats_last_week():
    random = np.random.default_rng(7)
    moods = random.gamma(25.0, 0.04, 7 * 30)
    found = backtest(lived(30, level=lambda n: moods[n]), calendar())
    assert found is not None
    assert found.days == 56
    assert found.within >= 0.87
    assert found.off_by_day < found.off_as_last_week
    assert found.off_by_day < found.off_by_quarter


def test_an_interval_is_that_of_chance_and_wider_where_less_is_known():
    assert bounds(100.0, 0.0) == (81.0, 120.0)
    low, high = bounds(100.0, 0.2)
    assert low < 65
    assert high > 140
    assert bounds(0.0, 0.2) == (0.0, 0.0)


def test_calls_are_counted_by_local_quarter_and_first_line(tmp_path):
    # The night to 29 March the clocks go from 2 to 3.
    entries = [
        *call("a", datetime(2026, 3, 27, 9, 0, tzinfo=ZONE), "aldre"),
        *call("b", datetime(2026, 3, 28, 8, 14, 59, tzinfo=ZONE), "aldre"),
        *call("c", datetime(2026, 3, 29, 8, 15, tzinfo=ZONE), "bygg"),
        *call("d", datetime(2026, 3, 29, 23, 59, tzinfo=ZONE), ""),
        *call("e", datetime(2026, 3, 30, 0, 0, tzinfo=ZONE), "aldre"),
    ]
    with opened(write(tmp_path, entries).home) as log:
        found = count(log, date(2026, 3, 30), ZONE, (QueueId("aldre"), QueueId("bygg")))
    assert (found.first, found.calls.shape) == (date(2026, 3, 28), (2, 3, QUARTERS))
    assert np.argwhere(found.calls).tolist() == [[0, 0, 32], [1, 1, 33], [1, 2, 95]]


def test_the_command_writes_what_a_scenario_reads(tmp_path):
    monday = date(2026, 3, 2)
    entries = []
    for n in range(42):
        day = monday + timedelta(days=n)
        for hour in range(8, 14) if calendar().kind(day) is Kind.USUAL and day.weekday() < 5 else ():
            for minute in (5, 35):
                at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)
                entries += call(f"{day}{hour}{minute}", at, "aldre" if hour < 11 else "bygg")
    home, table, page = write(tmp_path / "home", entries).home, tmp_path / "f.csv", tmp_path / "f.html"
    order = ["forecast", "botkyrka", "--home", str(home), "--from", "2026-04-13"]
    shown = CliRunner().invoke(app, [*order, "--days", "2", "--json", "--csv", str(table), "--html", str(page)])
    assert shown.exit_code == 0, shown.output
    told = json.loads(shown.stdout)
    assert [day["date"] for day in told["days"]] == ["2026-04-13", "2026-04-14"]
    assert told["days"][0]["calls"] == pytest.approx(12, abs=1.0)
    rows = calls_of(table)
    assert set(rows) == {"aldre", "bygg"}
    assert sum(calls for day, _, calls in rows["aldre"] if day == date(2026, 4, 13)) == pytest.approx(6, abs=1.0)
    assert "<svg" in page.read_text(encoding="utf-8")
    plain = CliRunner().invoke(app, order)
    assert "mån 2026-04-13" in plain.stdout
    for words, code in (["--from", "snart"], 2), (["--from", "2026-03-05"], 1):
        found = CliRunner().invoke(app, ["forecast", "botkyrka", "--home", str(home), *words])
        assert found.exit_code == code, found.output
    assert CliRunner().invoke(app, ["forecast", "botkyrka", "--home", str(tmp_path / "none")]).exit_code == 2


def call(name: str, at: datetime, queue: str):
    ms, number = Instant(int(at.timestamp()) * 1000), CallId(name)
    in_line = [CallQueued(ms, number, QueueId(queue), ms, NO_CLEARANCE, "choice")] if queue else []
    outcome = Outcome.ANSWERED if queue else Outcome.CLOSED
    return [
        CallEntered(ms, number, "08", "", "sv"),
        *in_line,
        CallEnded(ms, number, outcome, "", QueueId(queue), 0, ""),
    ]


def test_too_few_days_are_too_few():
    with pytest.raises(TooFewDaysError, match="7 vanliga dagar"):
        forecast(lived(1), calendar(), (MONDAY + timedelta(weeks=1),))
    assert backtest(lived(1), calendar()) is None
