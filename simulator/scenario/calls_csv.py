"""Files beside a scenario: expected calls by quarter of an hour, and measured spans, one a line.

Semicolons or commas between the columns, decimals with a point or, between semicolons, a comma: as spreadsheets write
them in Sweden.
"""

import csv
import re
from datetime import date
from pathlib import Path

from ivr.config.plain_files import read_bytes

MAX_BYTES = 20_000_000
_QUARTER = re.compile(r"([01]?[0-9]|2[0-3])[:.](00|15|30|45)(:00)?")
Rows = dict[str, list[tuple[date | None, int, float]]]
"""By queue: date (None: every day), minute of the day, expected calls."""


class UnreadableError(Exception):
    """Why the file cannot be used, in Swedish, with the line."""


def calls_of(path: Path) -> Rows:
    """The rows of a file with the columns quarter, queue and calls, and perhaps date. Raises UnreadableError."""
    lines = _lines(path)
    between = ";" if ";" in lines[0] else ","
    reader = csv.DictReader(lines, delimiter=between)
    names = {name.strip().lower() for name in reader.fieldnames or ()}
    if missing := {"quarter", "queue", "calls"} - names:
        raise UnreadableError(f"{path.name} rad 1: kolumnen {', '.join(sorted(missing))} saknas.")
    rows: Rows = {}
    for number, row in enumerate(reader, 2):
        cells = {(key or "").strip().lower(): (value or "").strip() for key, value in row.items() if key is not None}
        try:
            rows.setdefault(cells["queue"], []).append(_row(cells))
        except ValueError as error:
            raise UnreadableError(f"{path.name} rad {number}: {error}") from None
    return rows


def _row(cells: dict[str, str]) -> tuple[date | None, int, float]:
    match = _QUARTER.fullmatch(cells["quarter"])
    if not match:
        raise ValueError(f"{cells['quarter']!r} är ingen kvart. Skriv 08:15.")
    day = None
    if cells.get("date"):
        try:
            day = date.fromisoformat(cells["date"])
        except ValueError:
            raise ValueError(f"{cells['date']!r} är inget datum. Skriv 2026-03-03.") from None
    return day, int(match[1]) * 60 + int(match[2]), _number(cells["calls"])


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e9:
        raise ValueError(f"{text!r} är inget tal, 0 eller större.")
    return number


def spans_of(path: Path) -> tuple[int, ...]:
    """Measured spans in milliseconds. Raises UnreadableError."""
    spans = []
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            try:
                spans.append(round(_number(line.strip()) * 1000))
            except ValueError as error:
                raise UnreadableError(f"{path.name} rad {number}: {error}") from None
    if not spans:
        raise UnreadableError(f"{path.name} är tom.")
    return tuple(spans)


def _lines(path: Path) -> list[str]:
    try:
        text = read_bytes(path, MAX_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise UnreadableError(f"{path} kan inte läsas ({error.strerror or error}).") from None
    except UnicodeDecodeError:
        raise UnreadableError(f"{path.name} är inte UTF-8.") from None
    lines = text.splitlines()
    if not lines:
        raise UnreadableError(f"{path.name} är tom.")
    return lines
