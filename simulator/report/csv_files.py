"""The tables as CSV: as a Swedish spreadsheet reads them (semicolon, decimal comma), or as programs do."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from simulator.measuring.definitions import DEFINITIONS
from simulator.measuring.measures import Difference, Measures
from simulator.report.labels import ALL_QUEUES, LABELS
from simulator.report.swedish import UNITS
from simulator.report.tables import HIGH, LOW, Cell, Kind, Sheet, difference_sheet, estimate_cells, sheets
from simulator.report.terminal import titled
from simulator.world import Scenario

STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # wide ones count as well
BYTE_ORDER: Final = "utf-8-sig"
"""With the mark by which a spreadsheet knows UTF-8."""


def write(path: Path, scenario: Scenario, measures: Measures, decimal: str = ",") -> None:
    """All tables are in the folder, one file each; or, if the path ends in .csv, every measure of every queue in it."""
    if path.suffix.lower() == ".csv":
        write_sheet(path, every_measure(scenario, measures), decimal)
        return
    path.mkdir(parents=True, exist_ok=True)
    for sheet in sheets(scenario, measures):
        write_sheet(path / f"{sheet.name.lower()}.csv", sheet, decimal)


def write_difference(path: Path, difference: Difference, decimal: str = ",") -> None:
    """The differences are in the file."""
    write_sheet(path, difference_sheet(difference), decimal)


def every_measure(scenario: Scenario, measures: Measures) -> Sheet:
    """One row for each queue and measure, with the key that programs go by."""
    lines = [("", ALL_QUEUES, measures.total)]
    lines += [(str(queue), titled(scenario, queue), figures) for queue, figures in measures.queues.items()]
    rows = [
        (
            *(Cell(text) for text in (queue, title, key, LABELS[key].short, UNITS[DEFINITIONS[key].unit])),
            *estimate_cells(estimate, DEFINITIONS[key].unit, far=True),
            Cell(estimate.n, Kind.WHOLE),
        )
        for queue, title, figures in lines
        for key, estimate in figures.items()
    ]
    heads = ("Kö-id", "Kö", "Nyckel", "Mått", "Enhet", "Skattning", LOW, HIGH, "99 % KI från", "99 % KI till", "Antal")
    return Sheet("Mått", heads, tuple(rows))


def harmless(text: str) -> str:
    """The text, such that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(STARTS_FORMULA) else text


def write_sheet(path: Path, sheet: Sheet, decimal: str = ",") -> None:
    """One table is in the file."""
    with path.open("w", encoding=BYTE_ORDER, newline="") as file:
        writer = csv.writer(file, delimiter=";" if decimal == "," else ",")
        writer.writerow([harmless(head) for head in sheet.headers])
        writer.writerows(_row(cells, decimal) for cells in sheet.rows)


def _row(cells: Iterable[Cell], decimal: str) -> list[str]:
    return [_written(cell, decimal) for cell in cells]


def _written(cell: Cell, decimal: str) -> str:
    """Shares in per cent, as their unit says."""
    if cell.value is None:
        return ""
    if isinstance(cell.value, str):
        return harmless(cell.value)
    if cell.kind is Kind.WHOLE:
        return str(int(cell.value))
    figure = f"{cell.value * (100 if cell.kind is Kind.SHARE else 1):.6f}"
    return figure.rstrip("0").rstrip(".").replace(".", decimal)
