"""A directory as a directory service gives it out: LDIF (RFC 2849), one entry a person.

Exports hold much that is none of ours, so attributes that nobody here knows are passed over; a change, or a value that
lies somewhere else, is not.
"""

from base64 import b64decode
from collections.abc import Iterator

from ivr.config.directory_rows import FileError, Row, RowError
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
    found: dict[str, tuple[str, Place]] = {}
    wrong: RowError | None = None
    for number, line in _unfolded(text):
        where = Place(file, number)
        if not line:
            yield from _whole(found, wrong)
            found, wrong = {}, None
            continue
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise FileError(where, "Raden är ingen LDIF: skriv attribut: värde.")
        if name.strip().casefold() == "changetype":
            raise FileError(where, "Filen beskriver ändringar.", "Exportera hela katalogen i stället.")
        known = ATTRIBUTES.get(name.partition(";")[0].strip().casefold())
        if known is None or len(line) > MOST_CHARACTERS or (known in found and known != "skyddad"):
            continue
        if known in found:
            wrong = wrong or RowError(where, "Om personen är skyddad står två gånger.")
            continue
        place = Place(file, number, len(name) + 2)
        try:
            found[known] = _value(value, place), place
        except RowError as error:
            wrong = wrong or error
    yield from _whole(found, wrong)


def _whole(found: dict[str, tuple[str, Place]], wrong: RowError | None) -> Iterator[Row | RowError]:
    if wrong is not None:
        yield wrong
    elif "efternamn" in found:
        # An entry has its fields on lines of their own; it is found by that of the surname.
        yield Row(found["efternamn"][1].line, {name: text for name, (text, _) in found.items()}, dict)


def _value(written: str, where: Place) -> str:
    """The value after the first colon: plain, or in base64 after a second one."""
    if written.startswith("<"):
        raise RowError(where, "Värdet ligger på en annan plats och hämtas inte.")
    if not written.startswith(":"):
        return written.strip(" ")
    try:
        return b64decode(written[1:].strip(), validate=True).decode()
    except ValueError as error:
        raise RowError(where, "Värdet är ingen base64 av UTF-8.") from error


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
