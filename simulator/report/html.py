"""The result as one page that needs nothing else: sentence, figures, pictures, and each picture's table."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from simulator.measuring.definitions import DEFINITIONS, Unit
from simulator.measuring.steadiness import steady
from simulator.report import captions, pictures
from simulator.report.beside import formula_for
from simulator.report.headline import basis, certain, difference_headline, headline, threshold
from simulator.report.labels import ALL_QUEUES, LABELS
from simulator.report.picture_style import svg
from simulator.report.swedish import figure, interval, number
from simulator.report.tables import Cell, Kind, Sheet, estimate_cells, sheets
from simulator.report.terminal import BY_QUEUE, shown, titled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.figure import Figure

    from simulator.measuring.measures import Difference, Measures
    from simulator.world import Scenario

CARDS: Final = (
    "service_level",
    "asa_s",
    "wait_p90_s",
    "abandoned_share",
    "turned_away_share",
    "occupancy",
    "callers_through_share",
    "resolved_share",
    "partner_share",
    "cost",
    "offered",
)
SECONDS_SHOWN: Final = (0, 5, 10, 20, 30, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1200, 1800, 3600)
NEARLY_ALL: Final = 0.9995
TEMPLATE: Final = "report.html.jinja"


class Drawn(NamedTuple):
    """A picture and what it says."""

    svg: Any
    text: str


def write(path: Path, found: Sequence[tuple[Scenario, Measures]], differences: Sequence[Difference] = ()) -> None:
    """The page is there."""
    path.write_text(page(found, differences), encoding="utf-8")


def page(found: Sequence[tuple[Scenario, Measures]], differences: Sequence[Difference] = ()) -> str:
    """The page: every text from a scenario is escaped."""
    import jinja2  # noqa: PLC0415 – slow to load

    house = jinja2.Environment(
        loader=jinja2.PackageLoader("simulator.report", ""), autoescape=True, undefined=jinja2.StrictUndefined
    )
    house.filters["written"] = written
    house.globals["all_queues"] = ALL_QUEUES
    names = [scenario.name for scenario, _ in found]
    title = f"{names[0]} – simulering av telefonköer" if len(names) == 1 else f"Jämförelse: {' / '.join(names)}"
    first = found[0][1]
    return house.get_template(TEMPLATE).render(
        title=title,
        headlines=[difference_headline(one) for one in differences[:1]] or [headline(first)],
        basis=basis(first),
        comparisons=[_comparison(place, one, found) for place, one in enumerate(differences)],
        overlaid=_drawn(pictures.overlaid(found), "sida-vid-sida", captions.OVERLAID),
        scenarios=[_scenario(place, scenario, measures) for place, (scenario, measures) in enumerate(found)],
    )


def written(cell: Cell) -> str:
    """A cell as people read it."""
    if cell.value is None:
        return "–"
    if isinstance(cell.value, str):
        return cell.value
    if cell.kind is Kind.SHARE:
        return f"{number(100 * cell.value, 1)}\N{NO-BREAK SPACE}%"
    return number(cell.value, 0 if cell.kind is Kind.WHOLE or abs(cell.value) >= 1000 else 1)


def _scenario(place: int, scenario: Scenario, measures: Measures) -> dict[str, Any]:
    """One scenario's part of the page."""
    tables = {sheet.name: sheet for sheet in sheets(scenario, measures)}
    drawn = partial(_named, place)
    return {
        "name": scenario.name,
        "headline": headline(measures),
        "basis": basis(measures),
        "cards": _cards(measures),
        "formula": _formula(scenario, measures),
        "day": drawn("dag", None if steady(scenario) else pictures.day(scenario, measures), captions.day(measures)),
        "quarters": _of_all(tables["Kvartar"]),
        "waits": drawn("vantan", pictures.waits(measures), captions.waits(measures)),
        "within": _within(measures),
        "queues_drawn": drawn("koer", pictures.queues(scenario, measures), captions.queues(measures)),
        "queues": _by_queue(scenario, measures),
        "people_drawn": drawn("personal", pictures.people(measures), captions.people(measures)),
        "people": _but_for_queues(tables["Personal"]),
        "summary": tables["Sammanfattning"],
        "assumptions": tables["Antaganden"],
    }


def _cards(measures: Measures) -> list[dict[str, str]]:
    keys = [key for key in CARDS if key in shown(measures.total)]
    return [
        {
            "name": LABELS[key].short + (f" ({threshold(measures)})" if key == "service_level" else ""),
            "meaning": LABELS[key].meaning,
            "figure": figure(measures.total[key], DEFINITIONS[key].unit),
            "interval": f"95 % KI {interval(measures.total[key], DEFINITIONS[key].unit)}"
            if measures.total[key].bounded
            else "",
        }
        for key in keys
    ]


def _comparison(place: int, one: Difference, found: Sequence[tuple[Scenario, Measures]]) -> dict[str, Any]:
    """One comparison's part of the page: of the first scenario and a later one."""
    before = next((m for scenario, m in found if scenario.name == one.before), None)
    after = next((m for scenario, m in found[place + 1 :] if scenario.name == one.after), None)
    return {
        "title": f"{one.after} jämfört med {one.before}",
        "before": one.before,
        "after": one.after,
        "headline": difference_headline(one),
        "forest": _named(place, "skillnad", pictures.forest(one), captions.forest(one)),
        "rows": [_change(key, one, (before, after)) for key in shown(one.total)],
        "note": captions.pairs(one),
    }


def _change(key: str, one: Difference, both: tuple[Measures | None, Measures | None]) -> dict[str, str]:
    change, definition = one.total[key], DEFINITIONS[key]
    sides = [figure(measures.total[key], definition.unit) if measures else "" for measures in both]
    good = change.value * definition.better > 0
    sure = certain(change)
    return {
        "name": LABELS[key].short,
        "meaning": LABELS[key].meaning,
        "first": sides[0],
        "second": sides[1],
        "change": figure(change, definition.unit, signed=True),
        "near": interval(change, definition.unit),
        "far": interval(change, definition.unit, level=99),
        "verdict": "" if not sure else "ändras" if not definition.better else "▲ bättre" if good else "▼ sämre",
        "style": "" if not sure or not definition.better else "better" if good else "worse",
    }


def _of_all(sheet: Sheet) -> Sheet:
    """The rows of all queues together."""
    return Sheet(sheet.name, sheet.headers[1:], tuple(row[1:] for row in sheet.rows if row[0].value == ALL_QUEUES))


def _but_for_queues(sheet: Sheet) -> Sheet:
    """Without a column for each queue, which a page has no room for."""
    last = sheet.headers.index("Besvarade") + 1
    return Sheet(sheet.name, sheet.headers[:last], tuple(row[:last] for row in sheet.rows), sheet.note)


def _by_queue(scenario: Scenario, measures: Measures) -> Sheet:
    """As in the terminal: the columns that say anything here."""
    keys = [key for key in BY_QUEUE if key in shown(measures.total)]
    lines = [(titled(scenario, queue), figures) for queue, figures in measures.queues.items()]
    rows = [
        (Cell(title), *(Cell(figure(figures[key], DEFINITIONS[key].unit), Kind.NUMBER) for key in keys))
        for title, figures in [*lines, (ALL_QUEUES, measures.total)]
    ]
    return Sheet("Köer", ("Kö", *(LABELS[key].short for key in keys)), tuple(rows))


def _formula(scenario: Scenario, measures: Measures) -> Sheet | None:
    """What the formula says, where there is one, beside what was simulated."""
    formula = formula_for(scenario)
    if formula is None:
        return None
    rows = []
    for key, exact in formula.as_measures().items():
        estimate, unit = measures.total[key], DEFINITIONS[key].unit
        if estimate.known:
            shown_alike = figure(replace(estimate, value=exact), unit)
            cells = (shown_alike, figure(estimate, unit), interval(estimate, unit, level=99))
            rows.append((Cell(LABELS[key].short), *(Cell(text, Kind.NUMBER) for text in cells)))
    note = f"{formula.name}: vad som gäller i det långa loppet. Simuleringen börjar med tomma köer."
    return Sheet("Formel", ("Mått", "Formel", "Simulerat", "99 % KI"), tuple(rows), note)


def _within(measures: Measures) -> Sheet:
    """The share answered within some round numbers of seconds, and the threshold."""
    shares = measures.waits[None].shares(measures.n)
    most = len(shares.value)
    limit = round(measures.threshold_ms / 1000)
    enough = int(np.searchsorted(shares.value, NEARLY_ALL))
    chosen = sorted({s for s in (*SECONDS_SHOWN, limit) if s < most and (s <= max(enough, limit))})
    rows = [
        (Cell(f"{number(second)} s"), *estimate_cells(shares.at(second, measures.n), Unit.SHARE, far=True))
        for second in chosen
    ]
    heads = ("Väntade högst", "Andel av de besvarade", "95 % KI från", "95 % KI till", "99 % KI från", "99 % KI till")
    return Sheet("Väntetider", heads, tuple(rows))


def _named(place: int, name: str, picture: Figure | None, text: str) -> Drawn | None:
    return _drawn(picture, f"{name}{place}", text)


def _drawn(picture: Figure | None, name: str, text: str) -> Drawn | None:
    """The picture with its text, as part of the page: its markup is our own, and what it holds of others is escaped."""
    if picture is None:
        return None
    from markupsafe import Markup  # noqa: PLC0415

    return Drawn(Markup(svg(picture, name, text)), text)  # noqa: S704
