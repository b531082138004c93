"""The directory as it stands in a municipality's folder: `directory.csv` or `directory.ldif`, row by row, strictly.

Three rules. Nothing is guessed: a row that is not understood is left out and told of, and its person is reached through
people as before. A file that is not understood is refused whole. And whoever is protected is left out here, before
anybody who matches, reads aloud or rings has seen them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from unicodedata import combining, normalize

from pydantic_core import PydanticCustomError

from ivr.config import directory_csv, directory_ldif
from ivr.config.directory_rows import FileError, Row, RowError
from ivr.config.fields import spans
from ivr.config.plain_files import read_bytes
from ivr.config.problems import Code, Place, Problem
from routing.names import keypad
from routing.numbers import callable_number

CSV_FILE, LDIF_FILE = "directory.csv", "directory.ldif"
MOST_BYTES = 16_000_000
MOST_PEOPLE = 25_000
MOST_PROBLEMS = 100
"""Of rows; more are counted."""
_YES, _NO = frozenset({"ja", "true", "1", "x"}), frozenset({"", "nej", "false", "0"})
_EXTENSION = re.compile(r"[1-9][0-9]{1,5}")
_SPACING = str.maketrans("", "", " -()./\u00a0")
_TITLE = re.compile(r'[^\x00-\x1f\x7f-\x9f"<>;\\|$\[\]{}\u2028-\u202e\u2066-\u2069]{0,80}')
_HOURS = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LETTERS = re.compile(r"(?:[^\W\d_]|[ \-'’.·])*")
_MOST_LETTERS = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of the directory, who is not protected."""

    first: str
    last: str
    department: str
    title: str
    phone: str
    """An extension, a number as `callable_number` writes it, or "" for none."""
    hours: str
    """The name of opening hours, times of a weekday, or "" for always."""
    absent_to: date | None
    """The last day on which they are away."""
    said: str
    """How to say the name."""
    where: Place


@dataclass(slots=True)
class DirectoryFile:
    """What came of the file; nobody is in it when there is none, or none that can be used."""

    name: str = ""
    people: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    raw: bytes = b""

    @property
    def place(self) -> Place:
        """The file itself."""
        return Place(self.name)


def read_directory(folder: Path) -> DirectoryFile:
    """The folder's directory, whichever of the two files it has."""
    rows_of = {CSV_FILE: directory_csv.rows, LDIF_FILE: directory_ldif.rows}
    there = [name for name in rows_of if (folder / name).exists()]
    if not there:
        return DirectoryFile()
    found = DirectoryFile(str(folder / there[0]))
    try:
        _only_one(found, there)
        found.raw = _read(folder / there[0])
        _take(found, rows_of[there[0]](found.name, _text(found.place, found.raw)))
    except FileError as error:
        found.people.clear()
        found.problems = [Problem(Code.DIRECTORY_FORM, error.where, error.sentence, error.cure)]
    return found


def _only_one(found: DirectoryFile, there: list[str]) -> None:
    if len(there) > 1:
        raise FileError(found.place, f"Både {CSV_FILE} och {LDIF_FILE} finns.", "Behåll den ena.")


def _read(path: Path) -> bytes:
    try:
        raw = read_bytes(path, MOST_BYTES)
    except OSError as error:
        sentence = f"Filen kan inte läsas ({error.strerror or error})."
        raise FileError(Place(str(path)), sentence, "Se efter att det är en vanlig, läsbar fil.") from error
    if len(raw) > MOST_BYTES:
        raise FileError(Place(str(path)), f"Filen är större än {MOST_BYTES} byte.")
    return raw


def _text(place: Place, raw: bytes) -> str:
    """The file's text; the mark that spreadsheets put first is none of it."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        where = Place(place.file, before.count(b"\n") + 1, column)
        raise FileError(where, "Filen är inte UTF-8.", 'Spara den som "CSV UTF-8".') from error


def _take(found: DirectoryFile, rows: Iterator[Row | RowError]) -> None:
    """Everybody who can be used is in `found`, each once, and every row that cannot is told of, up to a bound."""
    seen: dict[tuple[str, ...], Place] = {}
    wrong = 0
    for row in rows:
        try:
            entry = _entry(found.name, row)
            if entry is not None:
                _only_once(entry, seen)
                found.people.append(entry)
        except RowError as error:
            wrong += 1
            if wrong <= MOST_PROBLEMS:
                cure = "Rätta raden; så länge nås personen bara genom växeln."
                found.problems.append(Problem(Code.DIRECTORY_ROW, error.where, error.sentence, cure))
        if len(found.people) > MOST_PEOPLE:
            raise FileError(found.place, f"Katalogen har fler än {MOST_PEOPLE} personer.")
    if wrong > MOST_PROBLEMS:
        sentence = f"{wrong - MOST_PROBLEMS} rader till går inte att använda."
        found.problems.append(Problem(Code.DIRECTORY_ROW, found.place, sentence, "Rätta de första, och se igen."))


def _only_once(entry: Entry, seen: dict[tuple[str, ...], Place]) -> None:
    key = (entry.first.casefold(), entry.last.casefold(), entry.department.casefold(), entry.phone)
    before = seen.setdefault(key, entry.where)
    if before != entry.where:
        raise RowError(entry.where, f"Personen står redan på rad {before.line}.")


def _entry(file: str, row: Row | RowError) -> Entry | None:
    """The person; None if they are protected. Raises RowError for a row that is not understood."""
    if isinstance(row, RowError):
        raise row
    word = row.values.get("skyddad", "").strip().casefold()
    if word in _YES:
        return None
    if word not in _NO:
        raise RowError(row.where(file, "skyddad"), "Skriv ja eller nej för skyddad: ingen annan kan nås vid namn.")
    first, last = _name(file, row, "förnamn"), _name(file, row, "efternamn")
    if not keypad(last):
        sentence = "Efternamnet saknas, eller har inga bokstäver som går att slå."
        raise RowError(row.where(file, "efternamn"), sentence)
    return Entry(
        first=first,
        last=last,
        department=_plain(file, row, "avdelning"),
        title=_plain(file, row, "titel"),
        phone=_phone(file, row),
        hours=_hours(file, row),
        absent_to=_absent_to(file, row),
        said=_plain(file, row, "uttal") or f"{first} {last}".strip(),
        where=row.where(file),
    )


def _value(row: Row, name: str) -> str:
    text = row.values.get(name, "")
    return " ".join(normalize("NFC", text).split()) if text else ""


def _name(file: str, row: Row, name: str) -> str:
    """A name of letters; what else can stand in a name means nothing to a shell, a path or a voice."""
    text = _value(row, name)
    letters = text if text.isascii() else "".join(c for c in text if not combining(c))
    if len(text) > _MOST_LETTERS or not _LETTERS.fullmatch(letters):
        raise RowError(row.where(file, name), f"{_short(text)} kan inte vara ett namn.")
    return text


def _plain(file: str, row: Row, name: str) -> str:
    text = _value(row, name)
    if not _TITLE.fullmatch(text):
        raise RowError(row.where(file, name), f"{_short(text)} kan inte stå för {name}.")
    return text


def _phone(file: str, row: Row) -> str:
    """An extension or an ordinary Swedish number: nothing else is ever rung (S06)."""
    text = _value(row, "telefon").translate(_SPACING)
    if not text or _EXTENSION.fullmatch(text):
        return text
    if number := callable_number(text):
        return number
    sentence = f"{_short(text)} är varken en anknytning eller ett vanligt svenskt nummer."
    raise RowError(row.where(file, "telefon"), sentence)


def _hours(file: str, row: Row) -> str:
    text = _value(row, "telefontid").casefold()
    if text and not _HOURS.fullmatch(text):
        try:
            spans(text)
        except PydanticCustomError as error:
            raise RowError(row.where(file, "telefontid"), error.message()) from error
    return text


def _absent_to(file: str, row: Row) -> date | None:
    text = _value(row, "frånvarande_till")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        sentence = f"{_short(text)} är inget datum; skriv 2026-12-28."
        raise RowError(row.where(file, "frånvarande_till"), sentence) from error


def _short(text: str) -> str:
    return repr(text if len(text) <= 30 else f"{text[:29]}…")
