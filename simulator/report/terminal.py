"""The result in the terminal."""

from dataclasses import replace
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from simulator.measuring.definitions import DEFINITIONS
from simulator.measuring.measures import Difference, Figures, Measures
from simulator.report.beside import Formula, formula_for
from simulator.report.headline import basis, certain, difference_headline, headline
from simulator.report.labels import ALL_QUEUES, LABELS
from simulator.report.swedish import figure, interval
from simulator.world import Scenario

if TYPE_CHECKING:
    from rich.console import Console

IN_SUMMARY = (
    "service_level",
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
    "callers_through_share",
    "calls_per_caller",
    "redials",
    "occupancy",
    "cost",
    "offered",
)
BY_QUEUE = (
    "offered",
    "service_level",
    "asa_s",
    "wait_p90_s",
    "abandoned_share",
    "turned_away_share",
    "own_share",
    "other_share",
    "partner_share",
    "resolved_share",
)
ALWAYS = frozenset({"service_level", "asa_s", "abandoned_share", "occupancy", "offered", "wait_p90_s"})
"""Shown though they be nothing."""
ALL_OR_SAID = frozenset({"own_share", "resolved_share", "calls_per_caller"})
POINTS = ("procentenheter", "p.e.")
GAP = 3
LEAST_LABEL = 14
LEAST_TITLE = 18


def print_measures(console: "Console", scenario: Scenario, measures: Measures) -> None:
    """The sentence, the figures of all queues with intervals, and each queue's."""
    console.print(Text(f"{scenario.name}: {headline(measures)}", style="bold"))
    formula = formula_for(scenario)
    console.print(summary(measures.total, formula))
    if len(measures.queues) > 1:
        console.print(by_queue(scenario, measures, console.width))
    console.print(Text(basis(measures), style="dim"))


def print_difference(console: "Console", difference: Difference) -> None:
    """The sentence, and what changes with intervals."""
    console.print(
        Text(f"{difference.after} jämfört med {difference.before}: {difference_headline(difference)}", "bold")
    )
    table = _table("Ändring", "95 % KI", "99 % KI", "")
    for key in shown(difference.total):
        change, unit = difference.total[key], DEFINITIONS[key].unit
        verdict = ("bättre" if change.value * DEFINITIONS[key].better > 0 else "sämre") if certain(change) else ""
        table.add_row(
            LABELS[key].short,
            figure(change, unit, signed=True).replace(*POINTS),
            interval(change, unit),
            interval(change, unit, level=99),
            verdict if DEFINITIONS[key].better else "",
        )
    console.print(table)
    note = f"{difference.n} par av replikationer med samma samtal; percentilerna jämförs utan att paras."
    console.print(Text(f"{note} {POINTS[1]}: {POINTS[0]}.", style="dim"))


def summary(figures: Figures, formula: Formula | None = None) -> Table:
    """All queues together, and what the formula says where there is one."""
    table = _table("Skattning", "95 % KI", "99 % KI")
    if formula:
        table.add_column(formula.name, justify="right")
    exact = formula.as_measures() if formula else {}
    for key in shown(figures):
        estimate, unit = figures[key], DEFINITIONS[key].unit
        row = [figure(estimate, unit), interval(estimate, unit), interval(estimate, unit, level=99)]
        if key in exact:
            row.append(figure(replace(estimate, value=exact[key]), unit))
        table.add_row(LABELS[key].short, *row)
    return table


def by_queue(scenario: Scenario, measures: Measures, width: int) -> Table:
    """One row for each queue, the last for all, and as many columns as there is room for."""
    lines = [(titled(scenario, queue), figures) for queue, figures in measures.queues.items()]
    lines.append((ALL_QUEUES, measures.total))
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("Kö", min_width=LEAST_TITLE)
    left = width - LEAST_TITLE - 2 * GAP
    cells: list[list[str]] = [[] for _ in lines]
    for key in BY_QUEUE:
        column = [figure(figures[key], DEFINITIONS[key].unit) for _, figures in lines]
        needed = max(len(text) for text in (*column, *LABELS[key].short.split())) + GAP
        if key not in shown(measures.total) or needed > left:
            continue
        left -= needed
        table.add_column(LABELS[key].short, justify="right", min_width=needed - GAP)
        for row, text in zip(cells, column, strict=True):
            row.append(text)
    for (title, _), row in zip(lines, cells, strict=True):
        table.add_row(Text(title), *row)
    return table


def titled(scenario: Scenario, queue: object) -> str:
    """What people call the queue."""
    return next((title for known, title in scenario.titles.items() if known == queue and title), str(queue))


def shown(figures: Figures) -> list[str]:
    """Which of the summary's measures say anything here."""
    return [
        key for key in IN_SUMMARY if figures[key].known and (key in ALWAYS or not _goes_without_saying(key, figures))
    ]


def _goes_without_saying(key: str, figures: Figures) -> bool:
    """Nothing, or all of what is always all where nothing is assumed about it."""
    return figures[key].value == 0 or (key in ALL_OR_SAID and figures[key].value == 1)


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("Mått", min_width=LEAST_LABEL)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table
