"""Opening hours as people state them → the instants at which a line opens and closes, in the municipality's time zone.

Two rules. A date goes before a red day, a red day before an eve, an eve before the week; what nobody has decided is as
in any week, so a forgotten day is an open one. And a wall-clock time that the change to summer time skips is the
instant of the change; one that comes twice opens the first time and closes the second.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ivr.config.fields import WEEKDAYS, EveName, Spans
from ivr.config.house import Opening
from ivr.config.models import HoursEntry
from ivr.config.red_days import red_days
from routing.plan import OpenHours

HORIZON_DAYS = 800
"""So far ahead instants are known: an engine that nobody has restarted for a year must not find itself closed."""
FEWEST_RED_DAYS = 13
"""By law (1989:253), Sundays without a name of their own not counted."""
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayHours:
    """One date's opening hours and why they are what they are."""

    day: date
    spans: Spans
    reason: str
    """"" for an ordinary weekday, otherwise the name of the day or "datum"."""


def opening(entry: HoursEntry, first: date, days: int = HORIZON_DAYS) -> Opening:
    """The hours for people and dialplans: the week, and every date from `first` on that differs from it."""
    weekly = tuple(entry.weekly[name] for name in WEEKDAYS)
    differing = {d.day: d.spans for d in each_day(entry, first, days) if d.spans != weekly[d.day.weekday()]}
    return Opening(weekly, differing)


def open_hours(entry: HoursEntry, timezone: str, now_ms: int, days: int = HORIZON_DAYS) -> OpenHours:
    """The hours as instants, from the day before `now_ms` on; what touches is one interval."""
    zone = ZoneInfo(timezone)
    first = local_date(timezone, now_ms) - _DAY
    merged: list[tuple[int, int]] = []
    for day in each_day(entry, first, days):
        for start, end in day.spans:
            opens, closes = instant(day.day, start, zone, fold=0), instant(day.day, end, zone, fold=1)
            if merged and opens <= merged[-1][1]:
                merged[-1] = (merged[-1][0], closes)
            elif opens < closes:
                merged.append((opens, closes))
    return OpenHours(tuple(o for o, _ in merged), tuple(c for _, c in merged))


def local_date(timezone: str, now_ms: int) -> date:
    """The date in the time zone at that instant, whatever the server's own clock is set to."""
    return datetime.fromtimestamp(now_ms / 1000, ZoneInfo(timezone)).date()


def each_day(entry: HoursEntry, first: date, days: int) -> Iterator[DayHours]:
    """Every date's hours, `days` of them from `first` on."""
    for n in range(days):
        yield hours_of(entry, first + n * _DAY)


def hours_of(entry: HoursEntry, day: date) -> DayHours:
    """One date's hours by the order of precedence."""
    usual = entry.weekly[WEEKDAYS[day.weekday()]]
    if day in entry.dates:
        return DayHours(day, entry.dates[day], "datum")
    if name := known_red_days(day.year).get(day):
        return DayHours(day, usual if entry.red_days is None else entry.red_days, name)
    decided = [(name, entry.eves[name]) for name in eves_of(day) if name in entry.eves]
    if not decided:
        return DayHours(day, usual, ", ".join(eves_of(day)))
    # A day may be two eves at once (30 April before Ascension): the shorter hours are the ones somebody meant.
    name, spans = min(((n, usual if s is None else s) for n, s in decided), key=lambda pair: _length(pair[1]))
    return DayHours(day, spans, name)


def _length(spans: Spans) -> int:
    return sum(end - start for start, end in spans)


def known_red_days(year: int) -> Mapping[date, str]:
    """As `red_days`; none in a year that cannot be worked out: then the week and the written dates rule."""
    try:
        return red_days(year)
    except Exception:  # noqa: BLE001 - whatever is the matter with a calendar, the telephones are answered
        return {}


def calendar_fault(year: int) -> str:
    """What is wrong with the red days of a year, in Swedish; "" when nothing is."""
    try:
        found = red_days(year)
    except Exception as error:  # noqa: BLE001 - as above
        return f"{type(error).__name__}: {error}"[:200]
    return "" if len(found) >= FEWEST_RED_DAYS else f"bara {len(found)} röda dagar"


_EVES: Mapping[EveName, str] = {
    "trettondagsafton": "Trettondedag jul",
    "skärtorsdag": "Långfredagen",
    "påskafton": "Påskdagen",
    "valborgsmässoafton": "Första maj",
    "dag före kristi himmelsfärd": "Kristi himmelsfärdsdag",
    "pingstafton": "Pingstdagen",
    "midsommarafton": "Midsommardagen",
    "allhelgonaafton": "Alla helgons dag",
    "julafton": "Juldagen",
    "nyårsafton": "Nyårsdagen",
}
"""Each eve by the red day that it precedes."""
_FREE_EVES: frozenset[EveName] = frozenset({"midsommarafton", "julafton", "nyårsafton"})
"""Eves that everybody takes for days off; beside them lies a klämdag."""
ALWAYS_SATURDAY: frozenset[EveName] = frozenset({"påskafton", "pingstafton"})


def eves_of(day: date) -> list[EveName]:
    """The eves that a date is; [] for most. A klämdag is a working day between two days off."""
    if day in known_red_days(day.year):
        return []
    tomorrow = _names_of(day + _DAY)
    named = [eve for eve, red in _EVES.items() if red in tomorrow]
    if not named and day.weekday() < 5 and _is_free(day - _DAY) and _is_free(day + _DAY):
        return ["klämdag"]
    return named


def _is_free(day: date) -> bool:
    if day.weekday() >= 5 or day in known_red_days(day.year):
        return True
    return any(_EVES[eve] in _names_of(day + _DAY) for eve in _FREE_EVES)


def _names_of(day: date) -> list[str]:
    """The names of a red day, which may be two: 1 May 2008 was Ascension day as well."""
    return known_red_days(day.year).get(day, "").split("; ")


def instant(day: date, minute: int, zone: ZoneInfo, fold: int) -> int:
    """Milliseconds of a wall-clock time; the instant of the change for one that the clocks skip."""
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)
    wall = wall.replace(fold=fold)
    while not _exists(wall):
        wall += _MINUTE
    return round(wall.astimezone(UTC).timestamp() * 1000)


def _exists(wall: datetime) -> bool:
    """Whether clocks ever show this: a skipped time comes back as another one."""
    return wall.astimezone(UTC).astimezone(wall.tzinfo).replace(fold=0) == wall.replace(fold=0)
