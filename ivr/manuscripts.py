"""The words of every prompt, read strictly from `recordings-text/<language>/*.yaml`, with the place of each.

One rule: a folder read later may replace prompts of an earlier one; within one folder an id stands once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ivr.config.yaml_nodes import Document, read_yaml
from ivr.lexicon import Lexicon, spoken_text
from ivr.sound_files import TONE, is_language, is_prompt_id
from queues.ids import PromptId

SHIPPED = Path(__file__).resolve().parents[1] / "recordings-text"
LEXICON_FILE = "lexicon.yaml"
HOME_LANGUAGE = "sv"


class ManuscriptRefusedError(Exception):
    """A file of manuscripts cannot be used; `where` is file:line, the message says why, in Swedish."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}")
        self.where = where
        self.message = message


@dataclass(frozen=True, slots=True)
class Manuscript:
    """What one prompt says, to whom it matters, and how a voice is to say it."""

    id: PromptId
    text: str
    """What the caller hears, as written for people."""
    when: str
    """When it is said; for whoever reads or records it."""
    note: str
    """How to read it aloud; "" for nothing special."""
    version: int
    """Rises when the words change: a recording of an older version is stale."""
    pause_ms: int
    """Silence that belongs to the end of the sound."""
    voice: str
    """Whose voice reads it: the language that the text is in."""
    spoken: str
    """`text` as handed to the voice, the lexicon applied."""
    where: str
    """file:line of its manuscript."""


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]


class _Written(BaseModel):
    """One prompt as it stands in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)
    text: Annotated[_Text, StringConstraints(pattern=r"^[^\[\]<>\x00-\x08\x0b-\x1f]*$")]
    when: _Text
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)] = ""
    version: Annotated[int, Field(ge=1, le=9_999)]
    pause_ms: Annotated[int, Field(ge=0, le=5_000)] = 0
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] = ""
    """Of the text, where it is not the folder's: "For English, press 8"."""


class _WrittenLexicon(BaseModel):
    """The lexicon as it stands in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)
    say: dict[_Text, _Text] = {}
    sounds: dict[_Text, Annotated[_Text, StringConstraints(pattern=r"^[^\[\]\n]+$")]] = {}
    digits: Annotated[list[_Text], Field(min_length=10, max_length=10)] | None = None
    plus: _Text = "+"
    dot: _Text = "."


def manuscript_folders(language: str, municipality: Path) -> tuple[Path, ...]:
    """Where the prompts of a municipality (its folder of YAML) are written down: everybody's, then its own."""
    if not is_language(language):
        raise ValueError(f"no language: {language!r}")
    everybodys = SHIPPED / language
    own = municipality / "recordings-text" / language
    return tuple(folder for folder in (everybodys, everybodys / municipality.name, own) if folder.is_dir())


def manuscripts(*folders: Path) -> Mapping[PromptId, Manuscript]:
    """Every prompt of the folders by id. Raises ManuscriptRefusedError at the first thing that is not right."""
    lexicons = {language_of(folder): lexicon_of_folders(folders) for folder in folders}
    found: dict[PromptId, Manuscript] = {}
    for folder in folders:
        found |= _read_folder(folder, lexicons)
    return MappingProxyType(found)


def language_of(folder: Path) -> str:
    """The language whose folder it is, or lies in: what follows recordings-text; Swedish where there is none."""
    parts = folder.resolve().parts
    after = [name for name, above in zip(parts[1:], parts, strict=False) if above == SHIPPED.name]
    return after[-1] if after and is_language(after[-1]) else HOME_LANGUAGE


def lexicon_of_folders(folders: tuple[Path, ...]) -> Lexicon:
    """How the hard words are said: what a later folder has wins."""
    lexicon = Lexicon()
    for folder in folders:
        if (path := folder / LEXICON_FILE).exists():
            lexicon = lexicon.with_more(_read_lexicon(path))
    return lexicon


def _read_lexicon(path: Path) -> Lexicon:
    document = _read(path)
    try:
        written = _WrittenLexicon.model_validate(document.data)
    except ValidationError as error:
        raise _refusal(document, (), error) from error
    return Lexicon(written.say, written.sounds, tuple(written.digits or ()), written.plus, written.dot)


def _read_folder(folder: Path, lexicons: dict[str, Lexicon]) -> dict[PromptId, Manuscript]:
    found: dict[PromptId, Manuscript] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name == LEXICON_FILE:
            continue
        for manuscript in _read_prompts(path, language_of(folder), lexicons):
            if manuscript.id in found:
                raise ManuscriptRefusedError(
                    manuscript.where, f"{manuscript.id} finns redan i {found[manuscript.id].where}"
                )
            found[manuscript.id] = manuscript
    return found


def _read_prompts(path: Path, language: str, lexicons: dict[str, Lexicon]) -> Iterator[Manuscript]:
    document = _read(path)
    if not isinstance(document.data, dict):
        raise ManuscriptRefusedError(f"{path}:1", "filen ska bestå av id: {text, when, note, version}")
    for name, value in document.data.items():
        where = f"{path}:{document.where_key(name).line}"
        if not is_prompt_id(name) or name == TONE:
            raise ManuscriptRefusedError(where, f"{name!r} kan inte vara ett id: använd a-z, 0-9, _ och -, inte {TONE}")
        try:
            written = _Written.model_validate(value)
        except ValidationError as error:
            raise _refusal(document, (name,), error) from error
        yield Manuscript(
            id=PromptId(name),
            text=" ".join(written.text.split()),
            when=written.when,
            note=written.note,
            version=written.version,
            pause_ms=written.pause_ms,
            voice=written.language or language,
            spoken=spoken_text(written.text, _lexicon_of(written.language or language, lexicons)),
            where=where,
        )


def _lexicon_of(language: str, lexicons: dict[str, Lexicon]) -> Lexicon:
    """Of the folders' own language as they have it; of another, everybody's."""
    if language not in lexicons:
        lexicons[language] = lexicon_of_folders((SHIPPED / language,))
    return lexicons[language]


def _read(path: Path) -> Document:
    """The file strictly read, or ManuscriptRefusedError for its first problem."""
    try:
        document, found = read_yaml(str(path), path.read_bytes())
    except OSError as error:
        raise ManuscriptRefusedError(f"{path}:1", f"kan inte läsas: {error.strerror}") from error
    if document is None or found:
        raise ManuscriptRefusedError(f"{path}:{found[0].where.line}", f"{found[0].sentence} {found[0].cure}")
    return document


def _refusal(document: Document, above: tuple[str, ...], error: ValidationError) -> ManuscriptRefusedError:
    """The first fault in one sentence, at its place: which field and what is wrong with it."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = (*above, *first["loc"])
    sentences = {"missing": "saknas", "extra_forbidden": "är inget fält här"}
    what = f"{'.'.join(map(str, path))} {sentences.get(first['type'], 'är fel: ' + first['msg'])}"
    return ManuscriptRefusedError(f"{document.file}:{document.where_key(*path).line}", what)
