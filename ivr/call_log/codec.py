"""Every event and every entry as a kind and a JSON body, and back: what goes in comes out, whatever its kind.

Nothing here knows any single kind. Which there are is read from the unions `Event` and `Entry`, what they hold
from their dataclass fields; a kind that is added there can be stored from that moment on.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, NamedTuple, cast, get_args, get_origin, get_type_hints

from queues.entries import Entry
from routing.events import Event

Convert = Callable[[Any], Any]
Pseudonym = Callable[[str], str]

_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
"""Made once: `json.dumps` would make one for every row."""
CALLER_FIELD = "caller"
"""A field of this name, however deep, holds whom the network says is calling; it never leaves here in clear."""


MATTER_FIELD = "matter"
"""A field of this name says why somebody is to be rung, in somebody's own words; nor does that."""
_HIDDEN = frozenset({CALLER_FIELD, MATTER_FIELD})


class Row(NamedTuple):
    """One event or entry as it is stored; `call` and `agent` are "" where the kind has none."""

    at_ms: int
    kind: str
    call: str
    agent: str
    body: str


class UnknownKindError(ValueError):
    """A stored row of a kind, or with a value, that this version does not know."""


ENTRY_KINDS: Mapping[str, type] = {kind.__name__: kind for kind in get_args(Entry)}
EVENT_KINDS: Mapping[str, type] = {kind.__name__: kind for kind in get_args(Event)}


def to_row(thing: Event | Entry, at_ms: int, pseudonym: Pseudonym) -> Row:
    """The stored form of `thing`; an entry carries its own instant, an event gets `at_ms`."""
    body = _json(thing, pseudonym)
    return Row(
        getattr(thing, "at_ms", at_ms),
        type(thing).__name__,
        storable(getattr(thing, "call", "")),
        storable(getattr(thing, "agent", "")),
        body,
    )


def entry_from(kind: str, body: str) -> Entry:
    """The entry that was stored; the caller's pseudonym stands where the number was."""
    return cast("Entry", _thing(ENTRY_KINDS, kind, body))


def entry_of(kind: str, stored: Mapping[str, Any]) -> Entry:
    """The same from a body that has been read as JSON already."""
    if kind not in ENTRY_KINDS:
        raise UnknownKindError(kind)
    try:
        return cast("Entry", _unpacker(ENTRY_KINDS[kind])(stored))
    except (KeyError, TypeError, ValueError) as error:
        raise UnknownKindError(f"{kind}: {error!r}") from error


def event_from(kind: str, body: str) -> Event:
    """The event that was stored; the caller's pseudonym stands where the number was."""
    return cast("Event", _thing(EVENT_KINDS, kind, body))


def storable(text: str) -> str:
    """The text without what no UTF-8 file can hold: half surrogates become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _json(thing: object, pseudonym: Pseudonym) -> str:
    # ASCII only: control characters, half surrogates and line breaks can then not break a line of the journal.
    return _encode(_packed(thing, pseudonym))


def _packed(value: Any, pseudonym: Pseudonym) -> Any:
    if is_dataclass(value):
        return {
            name: (pseudonym(getattr(value, name)) if name in _HIDDEN else getattr(value, name))
            if plain
            else _packed(getattr(value, name), pseudonym)
            for name, plain in _shape(value.__class__)
        }
    if isinstance(value, tuple):
        return [_packed(item, pseudonym) for item in value]
    return value


@cache
def _shape(kind: Any) -> tuple[tuple[str, bool], ...]:
    """The fields' names, and whether each is a single text or number that JSON takes as it is."""
    hints = get_type_hints(kind)
    return tuple((field.name, isinstance(_bare(hints[field.name]), type)) for field in fields(kind))


def _bare(hint: Any) -> Any:
    """The type below a NewType; None for what must be packed piece by piece."""
    while supertype := getattr(hint, "__supertype__", None):
        hint = supertype
    return None if is_dataclass(hint) or get_origin(hint) else hint


def _thing(kinds: Mapping[str, type], kind: str, body: str) -> object:
    if kind not in kinds:
        raise UnknownKindError(kind)
    try:
        return _unpacker(kinds[kind])(json.loads(body))
    except (KeyError, TypeError, ValueError) as error:
        raise UnknownKindError(f"{kind}: {error!r}") from error


@cache
def _unpacker(hint: Any) -> Convert:
    while supertype := getattr(hint, "__supertype__", None):
        hint = supertype
    if is_dataclass(hint):
        return _dataclass_unpacker(hint)
    if get_origin(hint) is tuple:
        return _tuple_unpacker(get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return lambda value: value


def _dataclass_unpacker(kind: Any) -> Convert:
    """Fields that an older version did not store get their default; fields of a newer one are left out."""
    hints = get_type_hints(kind)
    parts = [(f.name, _unpacker(hints[f.name]), f.default is not MISSING) for f in fields(kind)]

    def unpack(stored: Mapping[str, Any]) -> object:
        return kind(**{name: part(stored[name]) for name, part, spare in parts if name in stored or not spare})

    return unpack


def _tuple_unpacker(items: tuple[Any, ...]) -> Convert:
    if len(items) == 2 and items[1] is Ellipsis:
        item = _unpacker(items[0])
        return lambda stored: tuple(item(value) for value in stored)
    parts = [_unpacker(item) for item in items]
    return lambda stored: tuple(part(value) for part, value in zip(parts, stored, strict=True))
