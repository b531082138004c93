"""The tables as a workbook with pictures, for those who live in spreadsheets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from simulator.report.labels import ALL_QUEUES
from simulator.report.tables import Kind, Sheet, difference_sheet, sheets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.measuring.measures import Difference, Measures
    from simulator.world import Scenario

FORMATS: Final = {Kind.TEXT: "@", Kind.SHARE: "0.0%", Kind.NUMBER: "#,##0.0", Kind.WHOLE: "#,##0"}
DARK: Final = "#1F3A4D"
BLUE: Final = "#0072B2"
ORANGE: Final = "#D55E00"
PALE: Final = "#B9C6D0"
WIDEST: Final = 60
NOTE_ROW: Final = 0
HEAD_ROW: Final = 2
TEXTS_ALONE: Final = 2
"""So many columns stay in sight to the left."""


def write(path: Path, scenario: Scenario, measures: Measures, differences: Sequence[Difference] = ()) -> None:
    """The workbook is there."""
    import xlsxwriter  # noqa: PLC0415 – only for this

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), plain) as book:
        book.set_properties({"title": scenario.name, "subject": "Simulering av telefonköer", "author": "Tonval"})
        styles = _styles(book)
        for sheet in [*sheets(scenario, measures), *(difference_sheet(one) for one in differences)]:
            page = book.add_worksheet(_free_name(book, sheet.name))
            _fill(page, sheet, styles)
            if sheet.name == "Kvartar":
                _day_chart(book, page, sheet)
            if sheet.name == "Väntetider":
                _wait_chart(book, page, sheet)


def _free_name(book: Any, name: str) -> str:
    """The name, numbered if it is taken."""
    taken = {page.get_name() for page in book.worksheets()}
    return next(free for free in (name, *(f"{name} {n}" for n in range(2, 1000))) if free not in taken)


def _styles(book: Any) -> dict[str, Any]:
    """The looks of cells."""
    looks = {kind.value: book.add_format({"num_format": FORMATS[kind], "valign": "top"}) for kind in Kind}
    looks["head"] = book.add_format(
        {"bold": True, "font_color": "white", "bg_color": DARK, "text_wrap": True, "valign": "vcenter", "border": 0}
    )
    looks["note"] = book.add_format({"italic": True, "font_color": DARK})
    return looks


def _fill(page: Any, sheet: Sheet, styles: dict[str, Any]) -> None:
    """The table is on the page, its head in sight, ready to be filtered and printed."""
    page.write_string(NOTE_ROW, 0, sheet.note, styles["note"])
    page.set_row(HEAD_ROW, 32)
    for column, head in enumerate(sheet.headers):
        page.write_string(HEAD_ROW, column, head, styles["head"])
        page.set_column(column, column, _width(sheet, column))
    for place, row in enumerate(sheet.rows, HEAD_ROW + 1):
        for column, cell in enumerate(row):
            if isinstance(cell.value, str):
                page.write_string(place, column, cell.value, styles[cell.kind.value])
            elif cell.value is not None:
                page.write_number(place, column, cell.value, styles[cell.kind.value])
    page.freeze_panes(HEAD_ROW + 1, 1)
    if sheet.rows:
        page.autofilter(HEAD_ROW, 0, HEAD_ROW + len(sheet.rows), len(sheet.headers) - 1)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEAD_ROW)
    page.hide_gridlines(2)


def _width(sheet: Sheet, column: int) -> int:
    """In letters: as wide as its texts, or as a figure."""
    texts = [cell.value for row in sheet.rows[:500] if isinstance((cell := row[column]).value, str)]
    return min(WIDEST, max(11, *(len(str(text)) + 2 for text in texts), len(sheet.headers[column]) // 2 + 2))


def _column(sheet: Sheet, name: str) -> int:
    return sheet.headers.index(name)


def _day_chart(book: Any, page: Any, sheet: Sheet) -> None:
    """How many rang and how many were answered in time, quarter by quarter, of all queues."""
    last = HEAD_ROW + sum(row[0].value == ALL_QUEUES for row in sheet.rows)
    if last == HEAD_ROW:
        return

    def span(name: str) -> list[Any]:
        return [page.get_name(), HEAD_ROW + 1, _column(sheet, name), last, _column(sheet, name)]

    bars = book.add_chart({"type": "column"})
    for name, colour in (("Inkomna", PALE), ("La på", ORANGE)):
        bars.add_series(
            {"name": name, "categories": span("Från"), "values": span(name), "fill": {"color": colour}, "gap": 40}
        )
    line = book.add_chart({"type": "line"})
    line.add_series(
        {
            "name": "Servicenivå",
            "categories": span("Från"),
            "values": span("Servicenivå"),
            "y2_axis": True,
            "line": {"color": BLUE, "width": 2.5},
        }
    )
    bars.combine(line)
    bars.set_title({"name": "Samtal och servicenivå per kvart, alla köer", "name_font": {"size": 12}})
    bars.set_x_axis({"num_font": {"rotation": -90, "size": 8}})
    bars.set_y_axis(
        {"name": "Samtal per kvart", "min": 0, "major_gridlines": {"visible": True, "line": {"color": PALE}}}
    )
    line.set_y2_axis({"name": "Servicenivå", "min": 0, "max": 1, "num_format": "0%"})
    _placed(page, bars, sheet)


def _wait_chart(book: Any, page: Any, sheet: Sheet) -> None:
    """The share answered within so many seconds."""
    if len(sheet.rows) < 2:
        return
    last = HEAD_ROW + len(sheet.rows)
    curve = book.add_chart({"type": "scatter", "subtype": "straight"})
    for name, colour, width in (
        ("Andel besvarade inom", BLUE, 2.5),
        ("95 % KI från", PALE, 1),
        ("95 % KI till", PALE, 1),
    ):
        curve.add_series(
            {
                "name": name,
                "categories": [page.get_name(), HEAD_ROW + 1, 0, last, 0],
                "values": [page.get_name(), HEAD_ROW + 1, _column(sheet, name), last, _column(sheet, name)],
                "line": {"color": colour, "width": width},
            }
        )
    curve.set_title({"name": "Andel av de besvarade som fick svar inom …", "name_font": {"size": 12}})
    curve.set_x_axis({"name": "Sekunder i kö", "min": 0})
    curve.set_y_axis(
        {"min": 0, "max": 1, "num_format": "0%", "major_gridlines": {"visible": True, "line": {"color": PALE}}}
    )
    _placed(page, curve, sheet)


def _placed(page: Any, chart: Any, sheet: Sheet) -> None:
    """To the right of the table."""
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 900, "height": 380})
    page.insert_chart(HEAD_ROW, len(sheet.headers) + 1, chart)
