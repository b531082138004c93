"""Opening hours become instants in the municipality's time zone, whatever day it is and wherever the server stands."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.config.fields import EVES, WEEKDAYS
from ivr.config.hours import HORIZON_DAYS, each_day, eves_of, hours_of, local_date, open_hours, opening
from ivr.config.hours_checks import first_gap
from ivr.config.load import load, municipality_folder
from ivr.config.models import HoursEntry
from ivr.config.problems import Code, Severity
from ivr.config.red_days import red_days
from routing.plan import OpenHours

STOCKHOLM = ZoneInfo("Europe/Stockholm")
OFFICE = dict.fromkeys(WEEKDAYS[:5], "8:00-16:30") | dict.fromkeys(WEEKDAYS[5:], "stängt")
NIGHT = dict.fromkeys(WEEKDAYS, "0:00-6:00")
ALL_DAY = dict.fromkeys(WEEKDAYS, "0:00-24:00")


def hours(weekly: dict[str, str], **fields: object) -> HoursEntry:
    return HoursEntry.model_validate({"weekly": weekly, "red_days": "stängt", "eves": {}} | fields)


def ms(local: str) -> int:
    return round(datetime.fromisoformat(local).replace(tzinfo=STOCKHOLM).timestamp() * 1000)


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        ("2026-11-23T07:59:59", False),
        ("2026-11-23T08:00:00", True),
        ("2026-11-23T16:29:59", True),
        ("2026-11-23T16:30:00", False),
        ("2026-11-21T12:00:00", False),  # a Saturday
        ("2026-12-25T12:00:00", False),  # a red Friday
        ("2027-05-06T12:00:00", False),  # Ascension day moves
    ],
)
def test_open_by_the_wall_clock(local: str, is_open: bool):
    assert open_hours(hours(OFFICE), "Europe/Stockholm", ms("2026-11-20T12:00:00")).is_open(ms(local)) is is_open


def test_date_goes_before_red_day_before_eve_before_week():
    entry = hours(
        OFFICE,
        eves={"julafton": "9-12", "trettondagsafton": "som vanligt", "valborgsmässoafton": "9-13"},
        dates={"2026-12-25": "10-11", "2026-12-23": "stängt"},
    )
    spans = {day: hours_of(entry, date.fromisoformat(day)).spans for day in ("2026-12-23", "2026-12-24", "2026-12-25")}
    assert spans == {"2026-12-23": (), "2026-12-24": ((540, 720),), "2026-12-25": ((600, 660),)}
    assert hours_of(entry, date(2026, 1, 5)).spans == ((480, 990),)
    assert hours_of(entry, date(2026, 6, 19)).spans == ((480, 990),), "an undecided eve is as any such weekday"
    assert hours_of(entry, date(2027, 4, 30)).spans == ((540, 780),)


def test_day_that_is_two_eves_has_the_shorter_hours():
    """1 May 2008 was Ascension day as well."""
    day = date(2008, 4, 30)
    assert eves_of(day) == ["valborgsmässoafton", "dag före kristi himmelsfärd"]
    both = hours(OFFICE, eves={"valborgsmässoafton": "som vanligt", "dag före kristi himmelsfärd": "9-12"})
    assert hours_of(both, day).spans == ((540, 720),)
    assert hours_of(hours(OFFICE, eves={"valborgsmässoafton": "9-11"}), day).spans == ((540, 660),)


def test_klamdag_is_a_working_day_between_days_off():
    assert eves_of(date(2026, 5, 15)) == ["klämdag"]  # the Friday after Ascension day
    assert eves_of(date(2026, 1, 2)) == ["klämdag"]  # New Year's Day was a Thursday
    assert eves_of(date(2026, 5, 18)) == []


@pytest.mark.parametrize("year", range(2024, 2041))
def test_every_year_has_every_eve(year: int):
    """The names of the holidays library are relied on; a new one that calls them otherwise must not close a town."""
    first = date(year, 1, 1)
    found = [eve for n in range(366) for eve in eves_of(first + timedelta(n))]
    assert set(EVES) - {"klämdag"} <= set(found)
    assert len(red_days(year)) >= 13
    assert all(found.count(eve) <= 2 for eve in EVES if eve != "klämdag")


@pytest.mark.fault("F71")
def test_skipped_hour_opens_and_closes_at_the_change_and_doubled_hour_is_open_throughout():
    """F71: 2027-03-28 has no 02:30, 2027-10-31 has two."""
    early = hours(dict.fromkeys(WEEKDAYS, "2:30-5:00"), red_days="som vanligt")
    found = open_hours(early, "Europe/Stockholm", ms("2027-03-27T12:00:00"))
    spring = datetime(2027, 3, 28, 1, 0, tzinfo=UTC)  # 03:00 summer time, the first instant after 01:59
    assert round(spring.timestamp() * 1000) in found.opens_ms
    late = open_hours(hours(dict.fromkeys(WEEKDAYS, "1:00-2:30")), "Europe/Stockholm", ms("2027-10-30T12:00:00"))
    autumn = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)  # the second 02:30
    assert round(autumn.timestamp() * 1000) in late.closes_ms


@pytest.mark.fault("F71")
def test_day_of_the_change_has_23_or_25_hours():
    found = open_hours(hours(NIGHT, red_days="som vanligt"), "Europe/Stockholm", ms("2027-03-26T12:00:00"))
    lengths = {
        datetime.fromtimestamp(o / 1000, STOCKHOLM).date().isoformat(): (c - o) // 3_600_000
        for o, c in zip(found.opens_ms, found.closes_ms, strict=True)
    }
    assert (lengths["2027-03-27"], lengths["2027-03-28"], lengths["2027-10-31"]) == (6, 5, 7)


def test_hours_round_the_clock_are_one_interval():
    found = open_hours(hours(ALL_DAY, red_days="som vanligt"), "Europe/Stockholm", ms("2026-11-21T12:00:00"))
    assert len(found.opens_ms) == 1
    assert found.closes_ms[0] - found.opens_ms[0] >= (HORIZON_DAYS - 1) * 86_400_000


def test_intervals_rise_and_are_disjoint():
    entry = hours(OFFICE | {"måndag": "0:00-6:00, 8:00-24:00"}, eves={"julafton": "8-9, 10-11"})
    found = open_hours(entry, "Europe/Stockholm", ms("2026-11-21T12:00:00"))
    instants = [i for pair in zip(found.opens_ms, found.closes_ms, strict=True) for i in pair]
    assert instants == sorted(set(instants))


def broken_calendar(year: int) -> dict[date, str]:
    raise LookupError(f"no calendar for {year}")


@pytest.mark.parametrize(("calendar", "said"), [(broken_calendar, "LookupError"), (lambda _year: {}, "bara 0")])
def test_on_a_calendar_fault_the_week_and_the_written_dates_rule_loudly(
    calendar: Callable[[int], dict[date, str]], said: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("ivr.config.hours.red_days", calendar)
    entry = hours(OFFICE, eves={"julafton": "stängt"}, dates={"2026-12-31": "9-12"})
    found = open_hours(entry, "Europe/Stockholm", ms("2026-11-20T12:00:00"))
    assert found.is_open(ms("2026-12-25T12:00:00")), "a Friday"
    assert not found.is_open(ms("2026-12-31T13:00:00"))
    problems = [
        p for p in load(municipality_folder(), ms("2026-11-20T12:00:00")).problems if p.code is Code.CALENDAR_FAULT
    ]
    assert len(problems) >= 3
    assert all(said in p.sentence and p.severity is Severity.WARNING for p in problems)


@pytest.fixture
def server_in_honolulu() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Pacific/Honolulu"
    time.tzset()
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.fault("F72")
@pytest.mark.usefixtures("server_in_honolulu")
def test_servers_time_zone_changes_nothing():
    """F72: at 00:30 in Stockholm it is still the day before in Honolulu."""
    found = open_hours(hours(OFFICE), "Europe/Stockholm", ms("2026-11-23T00:30:00"))
    assert found.opens_at(ms("2026-11-23T00:30:00")) == ms("2026-11-23T08:00:00")
    assert found.closes_at(ms("2026-11-23T08:00:00")) == ms("2026-11-23T16:30:00")
    assert local_date("Europe/Stockholm", ms("2026-11-23T00:30:00")) == date(2026, 11, 23)


def test_engine_that_nobody_restarts_for_a_year_is_still_open_on_weekdays():
    found = open_hours(hours(OFFICE), "Europe/Stockholm", ms("2026-11-21T12:00:00"))
    assert found.is_open(ms("2028-01-12T12:00:00"))


def test_opening_lists_the_dates_that_differ_and_no_others():
    entry = hours(OFFICE, eves={"julafton": "stängt"}, dates={"2026-11-30": "8:00-16:30", "2026-12-01": "9-12"})
    stated = opening(entry, date(2026, 11, 21), 60)
    assert stated.weekly[0] == ((480, 990),)
    assert stated.weekly[6] == ()
    differing = ["2026-12-01", "2026-12-24", "2026-12-25", "2027-01-01", "2027-01-06"]
    assert [day.isoformat() for day in stated.dates] == differing
    assert [d.day for d in each_day(entry, date(2026, 12, 24), 2)] == [date(2026, 12, 24), date(2026, 12, 25)]


@pytest.mark.parametrize(
    ("outer", "gap"),
    [
        (((10, 20), (30, 40)), None),
        (((0, 50),), None),
        (((11, 20), (30, 40)), 10),
        (((10, 19), (30, 40)), 19),
        (((10, 20),), 30),
        ((), 10),
    ],
)
def test_first_gap_is_where_the_inner_hours_are_not_covered(outer: tuple[tuple[int, int], ...], gap: int | None):
    inner = OpenHours((10, 30), (20, 40))
    assert first_gap(inner, OpenHours(tuple(o for o, _ in outer), tuple(c for _, c in outer))) == gap


def test_red_days_are_kept_and_what_is_kept_badly_is_worked_out_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    red_days.cache_clear()
    worked_out = red_days(2027)
    (kept,) = tmp_path.rglob("2027.json")
    red_days.cache_clear()
    monkeypatch.setitem(sys.modules, "holidays", None)  # cannot be imported
    assert red_days(2027) == worked_out
    kept.write_text("[]")
    red_days.cache_clear()
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert red_days(2027) == worked_out
    red_days.cache_clear()
