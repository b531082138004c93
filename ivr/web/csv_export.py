"""Tables as CSV (RFC 4180) that a spreadsheet opens as figures and texts, and never as formulas (FAULTS.md, S37). Pure.

A text that a spreadsheet would take for a formula begins with an apostrophe; a number stays a number. Fields are parted
by semicolons and decimals by commas, as programs in Swedish expect.
"""

import csv
import io
from collections.abc import Iterable, Sequence

Cell = str | int | float | None
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}")
_ALSO = ("\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}", "|", "%")
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it Excel takes UTF-8 for something else."""


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The table, its header first, each line ended by CRLF."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow([_safe(text) for text in header])
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return BOM + out.getvalue()


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return _safe(cell)
    if cell is None:
        return ""
    return str(cell).replace(".", ",")


def _safe(text: str) -> str:
    """The text, marked as one if its first sign that is seen makes it a formula; without what ends a line early."""
    begins = text.lstrip(" \N{NO-BREAK SPACE}")
    plain = text.replace("\0", "")
    return "'" + plain if begins.startswith((*FORMULA, *_ALSO)) else plain
