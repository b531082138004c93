"""The words of every prompt, read strictly from `recordings-text/<language>/*.yaml`, with the place of each.

Two rules. Nothing in these files is anything but text, so YAML never guesses that `no` is false or 8:30 is 510.
A folder read later may replace prompts of an earlier one; within one folder an id stands once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from ivr.lexicon import Lexicon, spoken_text
from ivr.sound_files import TONE, is_language, is_prompt_id
from queues.ids import PromptId

SHIPPED = Path(__file__).resolve().parents[1] / "recordings-text"
LEXICON_FILE = "lexicon.yaml"
MAX_BYTES = 1_000_000


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
    spoken: str
    """`text` as handed to the voice, the lexicon applied."""
    where: str
    """file:line of its manuscript."""


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]


class _Written(BaseModel):
    """One prompt as it stands in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    text: Annotated[_Text, StringConstraints(pattern=r"^[^\[\]<>\x00-\x08\x0b-\x1f]*$")]
    when: _Text
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)] = ""
    version: Annotated[int, Field(ge=1, le=9_999)]
    pause_ms: Annotated[int, Field(ge=0, le=5_000)] = 0


class _WrittenLexicon(BaseModel):
    """The lexicon as it stands in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    say: dict[_Text, _Text] = {}
    sounds: dict[_Text, Annotated[_Text, StringConstraints(pattern=r"^[^\[\]\n]+$")]] = {}
    digits: Annotated[tuple[_Text, ...], Field(min_length=10, max_length=10)] | tuple[()] = ()
    plus: _Text = "+"
    dot: _Text = "."


_LEXICON: TypeAdapter[_WrittenLexicon] = TypeAdapter(_WrittenLexicon)
_PROMPT: TypeAdapter[_Written] = TypeAdapter(_Written)
_Tree = str | list["_Tree"] | dict[str, "_Tree"]


def manuscript_folders(language: str, municipality: Path) -> tuple[Path, ...]:
    """Where the prompts of a municipality (its folder of YAML) are written down: everybody's, then its own."""
    if not is_language(language):
        raise ValueError(f"no language: {language!r}")
    everybodys = SHIPPED / language
    own = municipality / "recordings-text" / language
    return tuple(folder for folder in (everybodys, everybodys / municipality.name, own) if folder.is_dir())


def manuscripts(*folders: Path) -> Mapping[PromptId, Manuscript]:
    """Every prompt of the folders by id. Raises ManuscriptRefusedError at the first thing that is not right."""
    lexicon = Lexicon()
    for folder in folders:
        if (path := folder / LEXICON_FILE).exists():
            lexicon = lexicon.with_more(_read_lexicon(path))
    found: dict[PromptId, Manuscript] = {}
    for folder in folders:
        found |= _read_folder(folder, lexicon)
    return MappingProxyType(found)


def _read_lexicon(path: Path) -> Lexicon:
    tree, line = _read_yaml(path)
    try:
        written = _LEXICON.validate_python(tree)
    except ValidationError as error:
        raise ManuscriptRefusedError(f"{path}:{line}", _reason(error)) from error
    return Lexicon(written.say, written.sounds, written.digits, written.plus, written.dot)


def _read_folder(folder: Path, lexicon: Lexicon) -> dict[PromptId, Manuscript]:
    found: dict[PromptId, Manuscript] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name == LEXICON_FILE:
            continue
        for manuscript in _read_prompts(path, lexicon):
            if manuscript.id in found:
                raise ManuscriptRefusedError(
                    manuscript.where, f"{manuscript.id} finns redan i {found[manuscript.id].where}"
                )
            found[manuscript.id] = manuscript
    return found


def _read_prompts(path: Path, lexicon: Lexicon) -> Iterator[Manuscript]:
    root = _compose(path)
    if root is None:
        return
    tree = _plain(root, path)
    if not isinstance(tree, dict) or not isinstance(root, yaml.MappingNode):
        raise ManuscriptRefusedError(f"{path}:1", "filen ska vara en lista av id: {text, when, note, version}")
    for (key, _), (name, value) in zip(root.value, tree.items(), strict=True):
        where = f"{path}:{key.start_mark.line + 1}"
        if not is_prompt_id(name) or name == TONE:
            raise ManuscriptRefusedError(where, f"{name!r} kan inte vara ett id: använd a-z, 0-9, _ och -, inte {TONE}")
        try:
            written = _PROMPT.validate_python(value)
        except ValidationError as error:
            raise ManuscriptRefusedError(where, f"{name}: {_reason(error)}") from error
        yield Manuscript(
            id=PromptId(name),
            text=" ".join(written.text.split()),
            when=written.when,
            note=written.note,
            version=written.version,
            pause_ms=written.pause_ms,
            spoken=spoken_text(written.text, lexicon),
            where=where,
        )


def _read_yaml(path: Path) -> tuple[_Tree, int]:
    root = _compose(path)
    return ({}, 1) if root is None else (_plain(root, path), root.start_mark.line + 1)


def _compose(path: Path) -> yaml.Node | None:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ManuscriptRefusedError(f"{path}:1", f"filen är större än {MAX_BYTES} byte")
        return yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ManuscriptRefusedError(f"{path}:{line}", f"inte giltig YAML: {error.problem}") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ManuscriptRefusedError(f"{path}:1", f"kan inte läsas: {error}") from error


def _plain(node: yaml.Node, path: Path, depth: int = 0) -> _Tree:
    """The node as text, lists and mappings; a key that stands twice is refused, and so is nesting without end."""
    where = f"{path}:{node.start_mark.line + 1}"
    if depth > 4:
        raise ManuscriptRefusedError(where, "för djupt nästlat")
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, path, depth + 1) for item in node.value]
    tree: dict[str, _Tree] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.value in tree:
            raise ManuscriptRefusedError(f"{path}:{key.start_mark.line + 1}", f"{key.value!r} står två gånger")
        tree[key.value] = _plain(value, path, depth + 1)
    return tree


def _reason(error: ValidationError) -> str:
    """The first fault in one sentence: which field and what is wrong with it."""
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    sentences = {"missing": "saknas", "extra_forbidden": "är inget fält här"}
    return f"{field} {sentences.get(first['type'], 'är fel: ' + first['msg'])}".strip()
