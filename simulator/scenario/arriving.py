"""Expected calls as people state them → calls an hour in each slot from the beginning of the run.

A day's calls are spread over the hours in which the queue is open that day: evenly, or by a profile, of which only what
lies within them counts. On closed days nobody rings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ivr.config.fields import DAY_MIN, WEEKDAYS, Spans, Weekday

QUARTER_MIN = 15
QUARTER_MS = QUARTER_MIN * 60_000
QUARTERS_AN_HOUR = 4
QUARTERS_A_DAY = 96
ALL_DAY: Spans = ((0, DAY_MIN),)
PROFILES: Mapping[str, Mapping[Spans, float]] = {
    "weekday": {
        ((480, 540),): 13.0,
        ((540, 600),): 17.0,
        ((600, 660),): 16.0,
        ((660, 720),): 11.0,
        ((720, 780),): 9.0,
        ((780, 840),): 13.0,
        ((840, 900),): 10.0,
        ((900, 960),): 7.0,
        ((960, 1020),): 3.0,
        ((1020, 1110),): 3.0,
    }
}
"""An assumption: most calls come in the morning, fewer at lunch, some after."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The simulated days: each quarter of an hour from time 0 on, by the clock on the wall."""

    first: date
    days: int
    timezone: str
    start_ms: int
    length_ms: int

    @property
    def dates(self) -> tuple[date, ...]:
        """Every simulated day."""
        return tuple(self.first + timedelta(days=n) for n in range(self.days))

    def quarters(self) -> tuple[tuple[date, int], ...]:
        """Of each slot from time 0 its date and the minute of the day at which it begins."""
        return _quarters(self.start_ms, self.length_ms, self.timezone)


@lru_cache(maxsize=8)
def _quarters(start_ms: int, length_ms: int, timezone: str) -> tuple[tuple[date, int], ...]:
    zone = ZoneInfo(timezone)
    begins = range(start_ms, start_ms + length_ms, QUARTER_MS)
    walls = [datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone) for ms in begins]
    return tuple((wall.date(), wall.hour * 60 + wall.minute) for wall in walls)


def per_hour(
    calendar: Calendar,
    calls: Mapping[date, float],
    opened: Mapping[date, Spans],
    profile: Mapping[Spans, float] | None,
) -> tuple[float, ...]:
    """Calls an hour by quarter, so that each day gets its calls."""
    weights = [_weight(minute, opened[day], profile) for day, minute in calendar.quarters()]
    sums = dict.fromkeys(calendar.dates, 0.0)
    for (day, _), weight in zip(calendar.quarters(), weights, strict=True):
        sums[day] += weight
    return tuple(
        calls[day] * weight / sums[day] * QUARTERS_AN_HOUR if weight else 0.0
        for (day, _), weight in zip(calendar.quarters(), weights, strict=True)
    )


def _weight(minute: int, opened: Spans, profile: Mapping[Spans, float] | None) -> float:
    """What one quarter weighs of its day: the open part of it, by the profile."""
    weight = 0.0
    for spans, whole in (profile or {ALL_DAY: float(DAY_MIN)}).items():
        length = sum(end - start for start, end in spans)
        for start, end in spans:
            for opens, closes in opened:
                inside = min(minute + QUARTER_MIN, end, closes) - max(minute, start, opens)
                weight += whole / length * max(inside, 0)
    return weight


def from_rows(calendar: Calendar, rows: Sequence[tuple[date | None, int, float]]) -> tuple[float, ...]:
    """Calls an hour by quarter, from rows of (date or every day, minute of the day, expected calls)."""
    by_quarter: dict[tuple[date | None, int], float] = {}
    for day, minute, calls in rows:
        at = (day, minute // QUARTER_MIN * QUARTER_MIN)
        by_quarter[at] = by_quarter.get(at, 0.0) + calls
    return tuple(
        (by_quarter.get((day, minute), 0.0) + by_quarter.get((None, minute), 0.0)) * QUARTERS_AN_HOUR
        for day, minute in calendar.quarters()
    )


def calls_by_day(
    calendar: Calendar, per_day: float | None, weekdays: Mapping[Weekday, float] | None
) -> dict[date, float]:
    """How many ring on each simulated day."""
    named: Mapping[Weekday, float] = weekdays or {}
    return {day: named.get(WEEKDAYS[day.weekday()], 0.0) if per_day is None else per_day for day in calendar.dates}
