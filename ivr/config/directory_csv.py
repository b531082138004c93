"""A directory as a spreadsheet saves it: a line a person, fields between semicolons, commas or tabs, quoted or not.

One rule: every value knows its line and its column, so that whoever keeps the list finds what is wrong.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ivr.config.directory_rows import FIELDS, FileError, Row, RowError
from ivr.config.problems import Place

MOST_CHARACTERS = 2_000
"""Of a line."""
_BETWEEN = (";", ",", "\t")
_QUOTED = re.compile(r'\s*"((?:[^"]|"")*)"\s*')


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    column: int


def rows(file: str, text: str) -> Iterator[Row | RowError]:
    """Each line after the heading as a person, or why it is none. Raises FileError for a heading that is none."""
    lines = text.splitlines()
    between, heading = _heading(file, lines[0] if lines else "")
    for number, line in enumerate(lines[1:], 2):
        if not line.strip(" \t;,"):
            continue
        where = Place(file, number)
        if len(line) > MOST_CHARACTERS:
            yield RowError(where, f"Raden är längre än {MOST_CHARACTERS} tecken.")
            continue
        if '"' not in line and line.count(between) == len(heading) - 1:
            yield Row(
                number, dict(zip(heading, line.split(between), strict=True)), partial(_columns, line, between, heading)
            )
            continue
        cells = _cells(line, between)
        if isinstance(cells, int):
            yield RowError(Place(file, number, cells), "Ett citattecken avslutas inte, eller något följer på det.")
        elif len(cells) != len(heading):
            sentence = f"Raden har {len(cells)} fält och rubriken {len(heading)}."
            yield RowError(Place(file, number, cells[-1].column), sentence)
        else:
            values = {name: cell.text for name, cell in zip(heading, cells, strict=True)}
            yield Row(number, values, partial(_columns, line, between, heading))


def _columns(line: str, between: str, heading: list[str]) -> dict[str, int]:
    """Where each field of a line stands that has them all."""
    cells = _cells(line, between)
    return {} if isinstance(cells, int) else {name: cell.column for name, cell in zip(heading, cells, strict=True)}


def _heading(file: str, line: str) -> tuple[str, list[str]]:
    """What stands between the fields, and their names."""
    where = Place(file)
    between = max(_BETWEEN, key=line.count)
    cells = _cells(line[:MOST_CHARACTERS], between)
    if isinstance(cells, int):
        raise FileError(Place(file, 1, cells), "Rubriken går inte att tolka.")
    names = [cell.text.strip().casefold() for cell in cells]
    for name, cell in zip(names, cells, strict=True):
        if name not in FIELDS or names.count(name) > 1:
            sentence = f"Rubriken {cell.text.strip()[:30]!r} finns inte, eller står två gånger."
            raise FileError(Place(file, 1, cell.column), sentence, f"Rubriker som finns: {'; '.join(FIELDS)}.")
    if "efternamn" not in names:
        raise FileError(where, "Rubriken efternamn saknas.", f"Rubriker som finns: {'; '.join(FIELDS)}.")
    return between, names


def _cells(line: str, between: str) -> list[_Cell] | int:
    """The line's fields with their columns; the column of a quotation mark that does not do what it should."""
    if '"' not in line:
        found, column = [], 1
        for text in line.split(between):
            found.append(_Cell(text, column))
            column += len(text) + 1
        return found
    found, at = [], 0
    while True:
        if quoted := _QUOTED.match(line, at):
            end = quoted.end()
            found.append(_Cell(quoted[1].replace('""', '"'), at + 1))
            if end < len(line) and line[end] != between:
                return end + 1
        else:
            end = line.find(between, at) if between in line[at:] else len(line)
            if '"' in line[at:end]:
                return line.index('"', at) + 1
            found.append(_Cell(line[at:end], at + 1))
        if end >= len(line):
            return found
        at = end + 1
