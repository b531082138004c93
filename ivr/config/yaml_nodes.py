"""One YAML file as plain values that know their line and column, or the problems that keep it from being that.

Two rules. What people read differently from a YAML 1.1 parser is refused, never guessed: `8:30` (510), `no` (False),
`0701` (449), `8.30` (8.3; but where a file has no clock times outside quotes, decimals may be allowed), a key that
stands twice. And nothing is built before it is counted: no anchors, no tags, no deep nesting,
no long file, so the cost of a file is bounded by its size.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from ivr.config.problems import Code, Place, Problem

MAX_BYTES = 200_000
MAX_DEPTH = 12
MAX_VALUES = 20_000

Path = tuple[str | int, ...]
"""Keys and list indices from the root to a value."""

_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,8})\.[0-9]{1,9}")
_TRUTH_LIKE = re.compile(r"(?i)y|n|yes|no|on|off|true|false|ja|nej|null|none|nil|~")
_NUMBER_LIKE = re.compile(
    r"""(?ix) [-+]? ( [0-9][0-9_]* (:[0-5]?[0-9])+ (\.[0-9_]*)?   # 8:30 is 510 in YAML 1.1
                    | 0x[0-9a-f_]+ | 0o?[0-7_]+ | 0b[01_]+         # 0701 is 449
                    | [0-9][0-9_]* (\.[0-9_]*)? (e[-+]?[0-9]+)?    # 8.30 is 8.3
                    | \.[0-9_]+ (e[-+]?[0-9]+)? | \.inf | \.nan )"""
)
_QUICK: Any = getattr(yaml, "CSafeLoader", None)
"""libyaml; None where PyYAML has been built without it."""
_READ_ALIKE = re.compile(r"""[\w \n.,:;?#"'{}\[\]()+/=<>|%&*!@$^~`\\§°–—…’”·×−→─-]*""")
"""Not tabs, signs that end a line in YAML alone, or signs that may stand nowhere."""
_READ_OTHERWISE = re.compile(r"[|>][-+0-9]*#")
_QUOTED = frozenset("\"'")
_WHITESPACE_WITH_TAB = re.compile(r"^ *\t", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and where it says it."""

    file: str
    data: Any
    keys: Mapping[Path, Place]
    values: Mapping[Path, Place]
    spoiled: frozenset[Path] = frozenset()
    """Paths whose value has a problem already and stands here as a guess."""

    def where(self, *path: str | int) -> Place:
        """The value at `path`, or the nearest around it that exists."""
        return self._nearest(self.values, path)

    def where_key(self, *path: str | int) -> Place:
        """The key at the end of `path`, or the nearest value around it."""
        return self.keys.get(path) or self.where(*path)

    def _nearest(self, places: Mapping[Path, Place], path: Path) -> Place:
        for length in range(len(path), -1, -1):
            if found := places.get(path[:length]):
                return found
        return Place(self.file)


@dataclass(slots=True)
class _Open:
    """A mapping or list being filled; `key` waits for its value."""

    path: Path
    into: Any
    key: str | None = None
    key_place: Place | None = None


@dataclass(slots=True)
class _Reader:
    """Builds one document from the parser's events, noting every problem on the way."""

    file: str
    decimals: bool = False
    root: Any = None
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    spoiled: set[Path] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    documents: int = 0

    def take(self, event: yaml.Event) -> bool:
        """Whether reading can go on after `event`."""
        mark = event.start_mark
        place = Place(self.file, mark.line + 1, mark.column + 1) if mark else Place(self.file)
        if isinstance(event, yaml.DocumentStartEvent):
            return self._document(place)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            return self._stop(Code.ALIAS, place, "Ankare och alias (& och *) används inte här.", _CURES[Code.ALIAS])
        if isinstance(event, yaml.CollectionEndEvent):
            self._close(place)
        elif isinstance(event, yaml.NodeEvent):
            return self._node(event, place)
        return True

    def _document(self, place: Place) -> bool:
        self.documents += 1
        if self.documents == 1:
            return True
        return self._stop(
            Code.SEVERAL_DOCUMENTS, place, "Filen innehåller flera dokument (---).", "Behåll ett dokument i filen."
        )

    def _node(self, event: yaml.NodeEvent, place: Place) -> bool:
        if getattr(event, "tag", None):
            # A tag may ask for any Python object; nothing here needs one.
            return self._stop(Code.TAG, place, f"Taggen {event.tag!r} används inte här.", "Ta bort taggen.")  # type: ignore[attr-defined]
        if len(self.stack) >= MAX_DEPTH or len(self.values) >= MAX_VALUES:
            return self._stop(Code.TOO_NESTED, place, "Filen är för djupt nästlad eller för stor.", "Förenkla filen.")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, place)
        elif self._awaits_key():
            return self._stop(Code.BAD_KEY, place, "En nyckel måste vara en text.", "Skriv ett namn före kolonet.")
        else:
            self._open({} if isinstance(event, yaml.MappingStartEvent) else [], place)
        return True

    def _awaits_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].into, dict) and self.stack[-1].key is None

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> None:
        text = unicodedata.normalize("NFC", event.value)
        plain = not event.style  # "" of the quick parser
        if self._awaits_key():
            self._key(text, place, plain=plain)
            return
        value, problem = self._value(text, place) if plain else (text, None)
        if problem:
            self.problems.append(problem)
            self.spoiled.add(self._path())
        self._put(value, place)

    def _value(self, text: str, place: Place) -> tuple[Any, Problem | None]:
        if self.decimals and _DECIMAL.fullmatch(text):
            return float(text), None
        return _meaning(text, place)

    def _key(self, text: str, place: Place, *, plain: bool) -> None:
        top = self.stack[-1]
        if plain:
            if text == "<<":
                self._note(Code.ALIAS, place, "Sammanslagning (<<) används inte här.", _CURES[Code.ALIAS])
            elif (problem := _meaning(text, place)[1]) is not None:
                self.problems.append(problem)
        if text in top.into:
            first = self.keys[(*top.path, text)]
            sentence = f"{text!r} står redan på rad {first.line}."
            self._note(Code.DUPLICATE_KEY, place, sentence, "Behåll den ena och ta bort den andra.")
        top.key, top.key_place = text, place

    def _open(self, into: Any, place: Place) -> None:
        path = self._path()
        self._put(into, place)
        self.stack.append(_Open(path, into))

    def _close(self, place: Place) -> None:
        closed = self.stack.pop()
        if not closed.into and closed.path == ():
            self._note(Code.EMPTY, place, "Filen är tom.", "Lägg tillbaka innehållet.")

    def _path(self) -> Path:
        """The path of the value that comes next."""
        if not self.stack:
            return ()
        top = self.stack[-1]
        return (*top.path, top.key if top.key is not None else len(top.into))

    def _put(self, value: Any, place: Place) -> None:
        """The value stands where it belongs; of a key that stands twice the first stays."""
        path = self._path()
        if not self.stack:
            self.root = value
        elif isinstance(self.stack[-1].into, list):
            self.stack[-1].into.append(value)
        else:
            top = self.stack[-1]
            if top.key not in top.into:
                top.into[top.key] = value
                self.keys[path] = top.key_place or place
            top.key = top.key_place = None
        self.values.setdefault(path, place)

    def _note(self, code: Code, place: Place, sentence: str, cure: str) -> None:
        self.problems.append(Problem(code, place, sentence, cure))

    def _stop(self, code: Code, place: Place, sentence: str, cure: str) -> bool:
        self._note(code, place, sentence, cure)
        return False


_CURES = {Code.ALIAS: "Skriv ut värdet på varje ställe, inom citattecken om det börjar med * eller &."}


def read_yaml(file: str, raw: bytes, *, decimals: bool = False) -> tuple[Document | None, tuple[Problem, ...]]:
    """The content of `raw` as a document, and its problems; None when so little is left that no more can be said.

    decimals: `0.31` is a number, which it must not be where somebody may mean the clock.
    """
    text, problem = _decoded(file, raw)
    if problem:
        return None, (problem,)
    reader = _Reader(file, decimals)
    try:
        going_on = all(reader.take(event) for event in _events(text))
    except yaml.YAMLError as error:
        return None, (*reader.problems, _syntax(file, text, error))
    if going_on and not reader.values:
        reader.problems.append(Problem(Code.EMPTY, Place(file), "Filen är tom.", "Lägg tillbaka innehållet."))
    if not going_on or not reader.values:
        return None, tuple(reader.problems)
    document = Document(file, reader.root, reader.keys, reader.values, frozenset(reader.spoiled))
    return document, tuple(reader.problems)


def _events(text: str) -> Iterable[yaml.Event]:
    """What the text is made of, one after the other.

    libyaml needs a tenth of the time of PyYAML's own parser, but takes some of what that refuses, and has other words
    and places for what is wrong. So its reading counts only of a text in which there is nothing to differ about.
    """
    return _quickly(text) or yaml.parse(text, Loader=yaml.SafeLoader)


def _quickly(text: str) -> list[yaml.Event] | None:
    """All events, by libyaml; None where it could not be known to see what PyYAML's own parser sees."""
    if _QUICK is None or not _READ_ALIKE.fullmatch(text) or _READ_OTHERWISE.search(text):
        return None
    events, braces = [], [False]
    try:
        for event in yaml.parse(text, Loader=_QUICK):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
                return None  # refused either way, but some tags that libyaml reads are none to the other
            if isinstance(event, yaml.CollectionStartEvent):
                braces.append(braces[-1] or bool(event.flow_style))
                if len(braces) > MAX_DEPTH + 1:  # deeper down it takes ever longer
                    return None
            elif isinstance(event, yaml.CollectionEndEvent):
                braces.pop()
            elif isinstance(event, yaml.ScalarEvent) and _may_differ(event, in_braces=braces[-1]):
                return None
            events.append(event)
    except yaml.YAMLError:
        return None
    return events


def _may_differ(event: yaml.ScalarEvent, *, in_braces: bool) -> bool:
    """Whether the two parsers may differ: about the place of nothing, and about a question mark within braces."""
    return event.style not in _QUOTED and (not event.value or (in_braces and "?" in event.value))


def _decoded(file: str, raw: bytes) -> tuple[str, Problem | None]:
    """The text, or why the bytes are none we read."""
    if len(raw) > MAX_BYTES:
        sentence = f"Filen är större än {MAX_BYTES // 1000} kB."
        return "", Problem(Code.FILE_TOO_LARGE, Place(file), sentence, "Är det rätt fil? Dela annars upp den.")
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        sentence = "Filen börjar med en byteordningsmarkering (BOM)."
        return "", Problem(Code.BOM, Place(file), sentence, "Spara som UTF-8 utan BOM.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", "replace")
        place = _place_of(file, before, len(before))
        return "", Problem(
            Code.NOT_UTF8, place, "Tecknet här är inte UTF-8.", "Spara filen som UTF-8 och skriv om ordet."
        )
    if tab := _WHITESPACE_WITH_TAB.search(text):
        place = _place_of(file, text, tab.end() - 1)
        return "", Problem(Code.TAB, place, "Raden är indragen med tabb.", "Dra in med mellanslag.")
    return text, None


def _place_of(file: str, text: str, index: int) -> Place:
    line_start = text.rfind("\n", 0, index) + 1
    return Place(file, text.count("\n", 0, index) + 1, index - line_start + 1)


def _syntax(file: str, text: str, error: yaml.YAMLError) -> Problem:
    """The parser's complaint as a problem at the place it means."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        said = error.problem or error.context or "fel"
    elif isinstance(error, yaml.reader.ReaderError):
        place, said = (
            _place_of(file, text, int(error.position)),
            f"tecknet U+{int(error.character):04X} är inte tillåtet",
        )
    else:
        place, said = Place(file), str(error)
    cure = "Se efter indrag, kolon, citattecken och parenteser på raden och raden ovanför."
    return Problem(Code.SYNTAX, place, f"Filen går inte att tolka ({said}).", cure)


def _meaning(text: str, place: Place) -> tuple[Any, Problem | None]:
    """The value of an unquoted text, with a problem if people and parsers would differ about it."""
    if text == "":
        return "", Problem(Code.EMPTY, place, "Värdet saknas.", "Skriv ett värde, eller ta bort raden.")
    if _WHOLE_NUMBER.fullmatch(text):
        return int(text), None
    if text in {"true", "false"}:
        return text == "true", None
    if _TRUTH_LIKE.fullmatch(text):
        cure = f'Skriv true eller false, eller "{text}" inom citattecken om det är en text.'
        return text, Problem(Code.AMBIGUOUS_VALUE, place, f"{text} kan betyda flera saker i YAML.", cure)
    if _NUMBER_LIKE.fullmatch(text) or text == "=":
        cure = f'Skriv "{text}" inom citattecken om det är en text, ett klockslag eller ett nummer.'
        return text, Problem(Code.AMBIGUOUS_VALUE, place, f"{text} kan betyda flera saker i YAML.", cure)
    return text, None
