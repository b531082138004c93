"""The tables of a report, as data: the spreadsheet, the CSV files and the page show the same ones."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ivr.local_days import local
from queues.ids import QueueId
from simulator.measuring.columns import QUARTER_MS
from simulator.measuring.definitions import DEFINITIONS, Unit
from simulator.measuring.intervals import Estimate
from simulator.measuring.measures import Difference, Figures, Measures
from simulator.measuring.tally import MOST_QUARTERS
from simulator.report.assumptions import assumptions
from simulator.report.headline import basis, headline
from simulator.report.labels import ALL_QUEUES, LABELS
from simulator.report.swedish import UNITS
from simulator.report.terminal import titled
from simulator.world import Scenario


class Kind(StrEnum):
    """How a cell is written."""

    TEXT = "text"
    SHARE = "share"
    """0.784, shown as 78.4 %."""
    NUMBER = "number"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value; None is an empty cell."""

    value: str | float | None
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table."""

    name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


BY_QUEUE = (
    "offered",
    "answered",
    "service_level_offered",
    "asa_s",
    "mean_wait_s",
    "wait_p50_s",
    "wait_p90_s",
    "wait_p99_s",
    "abandoned_share",
    "abandoned_short_share",
    "turned_away_share",
    "closed_share",
    "own_share",
    "other_share",
    "partner_share",
    "resolved_share",
    "callers",
    "callers_through_share",
    "redials",
    "handle_s",
)
KINDS = {Unit.SHARE: Kind.SHARE}
LOW, HIGH = "95 % KI från", "95 % KI till"


def sheets(scenario: Scenario, measures: Measures) -> list[Sheet]:
    """All tables of one scenario."""
    return [
        Sheet("Sammanfattning", *_summary(measures.total), note=f"{headline(measures)} {basis(measures)}"),
        _queues(scenario, measures),
        _quarters(scenario, measures),
        _waits(scenario, measures),
        _people(scenario, measures),
        Sheet("Antaganden", ("Vad", "Vem", "Antagande"), tuple(_texts(row) for row in assumptions(scenario))),
    ]


def difference_sheet(difference: Difference) -> Sheet:
    """What changes."""
    title = f"{difference.after} jämfört med {difference.before}"
    return Sheet("Jämförelse", *_summary(difference.total), note=title)


def estimate_cells(estimate: Estimate, unit: Unit, *, far: bool = False) -> tuple[Cell, ...]:
    """The figure and its bounds."""
    kind = KINDS.get(unit, Kind.NUMBER)
    figures = [estimate.value, estimate.low95, estimate.high95]
    if far:
        figures += [estimate.low99, estimate.high99]
    return tuple(number(figure, kind) for figure in figures)


def number(figure: float, kind: Kind = Kind.NUMBER) -> Cell:
    """A cell; empty for what is not known."""
    return Cell(float(figure) if math.isfinite(figure) else None, kind)


def _texts(texts: tuple[str, ...]) -> tuple[Cell, ...]:
    return tuple(Cell(text) for text in texts)


def _summary(figures: Figures) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    headers = ("Mått", "Enhet", "Skattning", LOW, HIGH, "99 % KI från", "99 % KI till", "Antal", "Betydelse")
    rows = [
        (
            Cell(LABELS[key].short),
            Cell(UNITS[DEFINITIONS[key].unit]),
            *estimate_cells(estimate, DEFINITIONS[key].unit, far=True),
            Cell(estimate.n, Kind.WHOLE),
            Cell(LABELS[key].meaning),
        )
        for key, estimate in figures.items()
        if estimate.known
    ]
    return headers, tuple(rows)


def _queues(scenario: Scenario, measures: Measures) -> Sheet:
    headers = ("Kö", LABELS["service_level"].short, LOW, HIGH, *(_headed(key) for key in BY_QUEUE))
    lines = [(titled(scenario, queue), figures) for queue, figures in measures.queues.items()]
    rows = [
        (
            Cell(title),
            *estimate_cells(figures["service_level"], Unit.SHARE),
            *(number(figures[key].value, KINDS.get(DEFINITIONS[key].unit, Kind.NUMBER)) for key in BY_QUEUE),
        )
        for title, figures in [*lines, (ALL_QUEUES, measures.total)]
    ]
    return Sheet("Köer", headers, tuple(rows))


def _headed(key: str) -> str:
    unit = UNITS[DEFINITIONS[key].unit]
    return LABELS[key].short + (f" ({unit})" if unit not in {"", "%"} else "")


def _quarters(scenario: Scenario, measures: Measures) -> Sheet:
    counted_heads = ("Kö", "Från", "Till", "Inkomna", "Besvarade", "La på")
    headers = (*counted_heads, "Servicenivå", LOW, HIGH, "Andel la på", LOW, HIGH, "Medelsvarstid (s)", LOW, HIGH)
    rows = []
    for queue in (None, *measures.queues):
        quarters = measures.quarters[queue]
        title = ALL_QUEUES if queue is None else titled(scenario, queue)
        for place in np.flatnonzero(quarters.offered).tolist():
            counted = (quarters.offered[place], quarters.answered[place], quarters.abandoned[place])
            rows.append(
                (
                    Cell(title),
                    Cell(clock(scenario, place)),
                    Cell(clock(scenario, place + 1)),
                    *(number(float(figure)) for figure in counted),
                    *estimate_cells(quarters.service_level.at(place, measures.n), Unit.SHARE),
                    *estimate_cells(quarters.abandoned_share.at(place, measures.n), Unit.SHARE),
                    *estimate_cells(quarters.asa_s.at(place, measures.n), Unit.SECONDS),
                )
            )
    note = "Efter när samtalet kom in i kön. Antal per replikation."
    if scenario.run.length_ms > MOST_QUARTERS * QUARTER_MS:
        note += " Körningen är längre än en vecka: samma kvart i varje vecka är lagda ihop."
    return Sheet("Kvartar", headers, tuple(rows), note)


def clock(scenario: Scenario, place: int) -> str:
    """When a quarter begins on the local clock; with the day where the run is longer than one."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    at = local(scenario.start_ms + place * QUARTER_MS, ZoneInfo(scenario.timezone))
    days = scenario.run.length_ms > 96 * QUARTER_MS
    return at.strftime("%Y-%m-%d %H:%M" if days else "%H:%M")


def _waits(scenario: Scenario, measures: Measures) -> Sheet:
    """Second by second."""
    queues: list[QueueId | None] = [None, *measures.queues]
    names = [ALL_QUEUES if queue is None else titled(scenario, queue) for queue in queues]
    heads = (f"{name}: {what}" for what in ("besvarade", "la på") for name in names)
    headers = ("Sekunder", "Andel besvarade inom", LOW, HIGH, *heads)
    share = measures.waits[None].shares(measures.n)
    answered = [np.diff(measures.waits[queue].up_to, prepend=0.0) for queue in queues]
    gone = [np.diff(measures.left[queue].up_to, prepend=0.0) for queue in queues]
    rows = [
        (
            Cell(second, Kind.WHOLE),
            *estimate_cells(share.at(second, measures.n), Unit.SHARE),
            *(Cell(int(counted[second]), Kind.WHOLE) for counted in (*answered, *gone)),
        )
        for second in range(len(answered[0]))
    ]
    note = "Sekund 0: utan väntan. Sekund n: mer än n − 1 och högst n sekunder. Antal i alla replikationer tillsammans."
    return Sheet("Väntetider", headers, tuple(rows), note)


def _people(scenario: Scenario, measures: Measures) -> Sheet:
    spent = ("Ringning (h)", "Samtal (h)", "Efterarbete (h)", "Inloggad (h)")
    titles = (titled(scenario, queue) for queue in measures.queues)
    headers = ("Plats", *spent, "Beläggning", LOW, HIGH, "Besvarade", *titles)
    rows = [
        (
            Cell(person.id),
            *(number(h) for h in (person.ringing_h, person.talking_h, person.wrapping_h, person.present_h)),
            *estimate_cells(person.occupancy, Unit.SHARE),
            number(sum(person.answered.values())),
            *(number(person.answered[queue]) for queue in measures.queues),
        )
        for person in measures.people
    ]
    return Sheet("Personal", headers, tuple(rows), "Timmar och samtal per replikation, hela körningen.")
