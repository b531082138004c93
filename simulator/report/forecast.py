"""A forecast as people, spreadsheets, scenarios and programs read it."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from rich import box
from rich.table import Table

from queues.ids import QueueId
from simulator.past.backtest import Backtest, bounds
from simulator.past.calendar_days import Kind
from simulator.past.call_counts import OUTSIDE, QUARTERS
from simulator.past.forecast import DayForecast, Forecast
from simulator.report.csv_files import BYTE_ORDER
from simulator.report.swedish import number

if TYPE_CHECKING:
    from rich.console import Console

WEEKDAYS: Final = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
KINDS: Final = {Kind.RED: "röd dag", Kind.EVE: "afton", Kind.OTHER_HOURS: "andra öppettider"}
OUTSIDE_TITLE: Final = "utan kö"
A_YEAR: Final = 400
MOST_COLUMNS: Final = 7
"""Of a table as wide as a terminal."""
TEMPLATE: Final = "forecast.html.jinja"


@dataclass(frozen=True, slots=True)
class Told:
    """A forecast with what it takes to tell it."""

    forecast: Forecast
    test: Backtest | None
    titles: Mapping[QueueId, str]
    counted_days: int

    def title(self, choice: QueueId) -> str:
        """What people call it."""
        return OUTSIDE_TITLE if choice == OUTSIDE else self.titles.get(choice, choice)


def show(console: "Console", told: Told) -> None:
    """Day by day with intervals, by choice, and what it rests on."""
    console.print(_table(told))
    console.print(_table_of_choices(told))
    for sentence in sentences(told):
        console.print(sentence, highlight=False)


def sentences(told: Told) -> Iterator[str]:
    """What the forecast rests on, and how far it is to be trusted."""
    found, test = told.forecast, told.test
    yield f"Räknat på {found.usual_days} vanliga dagar i loggen; intervallen ska hålla 95 dagar av 100."
    if test is None:
        yield "Loggen är för kort för att pröva prognosen mot det som kom."
    else:
        yield (
            f"Prövad på {test.days} dagar, en vecka i förväg: dygnen avvek {number(100 * test.off_by_day, 1)} % "
            f"(att gissa på veckan innan: {number(100 * test.off_as_last_week, 1)} %), kvartarna "
            f"{number(100 * test.off_by_quarter, 1)} %; {number(100 * test.within)} % av dygnen föll inom intervallet."
        )
    if found.season:
        yield "Årstiden är förra årets, på årets nivå."
    elif told.counted_days < A_YEAR:
        yield "Loggen har inte ett helt år: årstiden är inte med, och semestrar syns inte i förväg."
    if found.slope_per_week:
        yield f"Samtalen ändras {number(100 * found.slope_per_week, 1)} % i veckan; det antas avta framåt."
    yield from _of_special_days(found)
    if found.gaps:
        yield f"Utelämnade dagar där loggen har luckor: {', '.join(day.isoformat() for day in found.gaps)}."


def _of_special_days(found: Forecast) -> Iterator[str]:
    for kind in (Kind.RED, Kind.EVE):
        named = [day.name for day in found.days if day.kind is kind]
        seen = found.special_seen.get(kind, 0)
        if named and seen < 3:
            what = "röda dagar" if kind is Kind.RED else "aftnar och klämdagar"
            yield f"{', '.join(named)}: loggen har {seen} {what}; den siffran är mest en gissning från öppettiderna."


def _table(told: Told) -> Table:
    table = Table("dag", "", "samtal", "95 % av dagarna", box=box.SIMPLE_HEAD)
    for column in table.columns[2:]:
        column.justify = "right"
    for day in told.forecast.days:
        low, high = _bounds(day)
        table.add_row(_named(day), _kind(day), number(float(day.calls.sum())), f"{number(low)}–{number(high)}")
    return table


def _table_of_choices(told: Told) -> Table:
    table = Table("val", *(f"{day.day.day}/{day.day.month}" for day in told.forecast.days[:MOST_COLUMNS]))
    table.box = box.SIMPLE_HEAD
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", True
    for i, choice in enumerate(told.forecast.choices):
        cells = (number(float(day.calls[i].sum())) for day in told.forecast.days[:MOST_COLUMNS])
        table.add_row(told.title(choice), *cells)
    return table


def _named(day: DayForecast) -> str:
    return f"{WEEKDAYS[day.day.weekday()][:3]} {day.day.isoformat()}"


def _kind(day: DayForecast) -> str:
    return day.name or KINDS.get(day.kind, "")


def as_dict(told: Told) -> dict[str, Any]:
    """For programs."""
    found, test = told.forecast, told.test
    return {
        "usual_days": found.usual_days,
        "season": found.season,
        "slope_per_week": found.slope_per_week,
        "gaps": [day.isoformat() for day in found.gaps],
        "backtest": None
        if test is None
        else {
            "days": test.days,
            "off_by_day": test.off_by_day,
            "off_by_quarter": test.off_by_quarter,
            "off_as_last_week": test.off_as_last_week,
            "within_interval": test.within,
        },
        "notes": list(sentences(told)),
        "days": [_day_dict(found.choices, day) for day in found.days],
    }


def _day_dict(choices: tuple[QueueId, ...], day: DayForecast) -> dict[str, Any]:
    low, high = bounds(float(day.calls.sum()), day.spread)
    return {
        "date": day.day.isoformat(),
        "kind": day.kind.value,
        "name": day.name,
        "calls": round(float(day.calls.sum()), 2),
        "low": low,
        "high": high,
        "choices": {
            choice or "outside": [round(float(n), 4) for n in day.calls[i]] for i, choice in enumerate(choices)
        },
    }


def write_profile(path: Path, told: Told) -> None:
    """Expected calls by day, quarter and queue with intervals: what a scenario reads as `arrivals_csv`."""
    with path.open("w", encoding=BYTE_ORDER, newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(("date", "quarter", "queue", "calls", "low", "high"))
        for day in told.forecast.days:
            for i, queue in enumerate(told.forecast.choices):
                if queue != OUTSIDE:
                    out.writerows(_rows(day, queue, day.calls[i]))


def _rows(
    day: DayForecast, queue: QueueId, calls: "np.ndarray[Any, np.dtype[np.float64]]"
) -> Iterator[tuple[str, ...]]:
    for quarter in np.flatnonzero(calls > 0):
        expected = float(calls[quarter])
        low, high = bounds(expected, day.spread)
        written = (f"{figure:.4g}".replace(".", ",") for figure in (expected, low, high))
        yield (day.day.isoformat(), clock(int(quarter)), queue, *written)


def clock(quarter: int) -> str:
    """08:15 for the 33rd."""
    return f"{quarter // 4:02}:{quarter % 4 * 15:02}"


def write_page(path: Path, told: Told, municipality: str) -> None:
    """The forecast as one page that needs nothing else."""
    import jinja2  # noqa: PLC0415 -- slow to load

    from simulator.report.picture_style import svg  # noqa: PLC0415

    house = jinja2.Environment(
        loader=jinja2.PackageLoader("simulator.report", ""), autoescape=True, undefined=jinja2.StrictUndefined
    )
    days = [
        (_named(day), _kind(day), number(float(day.calls.sum())), *(number(x) for x in _bounds(day)))
        for day in told.forecast.days
    ]
    page = house.get_template(TEMPLATE).render(
        title=f"{municipality} – hur många ringer?",
        days=days,
        sentences=list(sentences(told)),
        of_days=svg(_draw_days(told), "dagar", "Väntade samtal per dag, med intervall."),
        of_quarters=svg(_draw_quarters(told), "kvartar", "Väntade samtal per kvart, en kurva för varje dag."),
        quarters=[clock(quarter) for quarter in range(QUARTERS)],
        by_quarter=[[number(float(n), 1) for n in day.calls.sum(axis=0)] for day in told.forecast.days],
    )
    path.write_text(page, encoding="utf-8")


def _bounds(day: DayForecast) -> tuple[float, float]:
    return bounds(float(day.calls.sum()), day.spread)


def _draw_days(told: Told) -> Any:
    from simulator.report.picture_style import BLUE, INK, drawing  # noqa: PLC0415

    days = told.forecast.days
    totals = np.array([day.calls.sum() for day in days])
    limits = np.array([_bounds(day) for day in days]).T
    with drawing(3.2) as picture:
        axes = picture.subplots()
        places = np.arange(len(days))
        axes.bar(places, totals, color=BLUE, alpha=0.75, width=0.7)
        reach = np.abs(limits - totals)
        axes.errorbar(places, totals, yerr=reach, fmt="none", ecolor=INK, elinewidth=1.2, capsize=3)
        if len(days) <= 14:
            axes.set_xticks(
                places, [f"{WEEKDAYS[day.day.weekday()][:3]} {day.day.day}/{day.day.month}" for day in days]
            )
        axes.set_title("Samtal per dag, med 95 %-intervall")
    return picture


def _draw_quarters(told: Told) -> Any:
    from simulator.report.picture_style import DASHES, IN_TURN, drawing  # noqa: PLC0415

    with drawing(3.6) as picture:
        axes = picture.subplots()
        hours = np.arange(QUARTERS) / 4 + 0.125
        for n, day in enumerate(told.forecast.days[:7]):
            look: dict[str, Any] = {"color": IN_TURN[n % len(IN_TURN)], "linestyle": DASHES[n % len(DASHES)]}
            axes.plot(hours, day.calls.sum(axis=0), label=WEEKDAYS[day.day.weekday()], linewidth=1.6, **look)
        axes.set_xticks(range(0, 25, 2), [f"{hour:02}" for hour in range(0, 25, 2)])
        axes.set_title("Samtal per kvart")
        axes.legend(ncols=4)
    return picture
