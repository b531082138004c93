"""A directory as a directory service gives it out: LDIF (RFC 2849), one entry a person.

Exports hold much that is none of ours, so attributes that nobody here knows are passed over; a change, or a value that
lies somewhere else, is not.
"""

from base64 import b64decode
from collections.abc import Iterator

from ivr.config.directory_rows import Field, FileError, Row, RowError
from ivr.config.problems import Place

ATTRIBUTES = {
    "givenname": "förnamn",
    "sn": "efternamn",
    "surname": "efternamn",
    "department": "avdelning",
    "ou": "avdelning",
    "title": "titel",
    "telephonenumber": "telefon",
    "tonvalspoken": "uttal",
    "tonvalhours": "telefontid",
    "tonvalabsentto": "frånvarande_till",
    "tonvalprotected": "skyddad",
}
"""Attribute, in whichever case, → what it says of a person."""
MOST_CHARACTERS = 10_000
"""Of a value, folded lines and all; a longer one, such as a picture, is passed over."""


def rows(file: str, text: str) -> Iterator[Row | RowError]:
    """Each entry with a surname as a person, or why it is none. Raises FileError for what is no LDIF."""
    row: Row = {}
    wrong: RowError | None = None
    for number, line in _unfolded(text):
        where = Place(file, number)
        if not line:
            yield from _whole(row, wrong)
            row, wrong = {}, None
            continue
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise FileError(where, "Raden är ingen LDIF: skriv attribut: värde.")
        if name.strip().casefold() == "changetype":
            raise FileError(where, "Filen beskriver ändringar.", "Exportera hela katalogen i stället.")
        known = ATTRIBUTES.get(name.partition(";")[0].strip().casefold())
        if known is None or len(line) > MOST_CHARACTERS or (known in row and known != "skyddad"):
            continue
        field = _value(value, Place(file, number, len(name) + 2))
        if known in row:
            field = RowError(where, "Om personen är skyddad står två gånger.")
        if isinstance(field, RowError):
            wrong = wrong or field
        else:
            row[known] = field
    yield from _whole(row, wrong)


def _whole(row: Row, wrong: RowError | None) -> Iterator[Row | RowError]:
    if wrong is not None:
        yield wrong
    elif "efternamn" in row:
        yield row


def _value(written: str, where: Place) -> Field | RowError:
    """The value after the first colon: plain, or in base64 after a second one."""
    if written.startswith("<"):
        return RowError(where, "Värdet ligger på en annan plats och hämtas inte.")
    if not written.startswith(":"):
        return Field(written.strip(" "), where)
    try:
        return Field(b64decode(written[1:].strip(), validate=True).decode(), where)
    except ValueError:
        return RowError(where, "Värdet är ingen base64 av UTF-8.")


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Each line with its number, those that go on in the next put together, without comments; an empty one last."""
    pieces: list[str] = []
    begun = 1
    for number, line in enumerate([*text.split("\n"), ""], 1):
        bare = line.removesuffix("\r")
        if bare.startswith(" ") and pieces:
            if sum(map(len, pieces)) <= MOST_CHARACTERS:
                pieces.append(bare[1:])
            continue
        if pieces and not pieces[0].startswith("#"):
            yield begun, "".join(pieces)
        pieces, begun = [bare], number
    yield begun, ""
