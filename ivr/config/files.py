"""A municipality's folder as documents and models: one file a subject, no others, each with its problems.

Nothing here raises on what a folder can hold; a file that cannot be used is simply not among the models.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ivr.config.alarm_entries import AlarmsFile
from ivr.config.directory import DirectoryFile, read_directory
from ivr.config.fields import AS_USUAL, CLOSED
from ivr.config.matter_entries import MattersFile
from ivr.config.models import (
    AgentsFile,
    HoursFile,
    MenuFile,
    MunicipalityFile,
    PartnersFile,
    PromptsFile,
    QueuesFile,
)
from ivr.config.plain_files import read_bytes
from ivr.config.problems import Code, Place, Problem
from ivr.config.wallboard_entries import WallboardFile
from ivr.config.webhook_entries import WebhooksFile
from ivr.config.yaml_nodes import MAX_BYTES, Document, read_yaml

MODELS: Mapping[str, type[BaseModel]] = {
    "municipality.yaml": MunicipalityFile,
    "menu.yaml": MenuFile,
    "hours.yaml": HoursFile,
    "queues.yaml": QueuesFile,
    "agents.yaml": AgentsFile,
    "partners.yaml": PartnersFile,
    "prompts.yaml": PromptsFile,
}
OPTIONAL: Mapping[str, type[BaseModel]] = {
    "matters.yaml": MattersFile,
    "alarms.yaml": AlarmsFile,
    "webhooks.yaml": WebhooksFile,
    "wallboard.yaml": WallboardFile,
}
"""What calls are served without: a folder that lacks one is whole."""
EVERY: Mapping[str, type[BaseModel]] = {**MODELS, **OPTIONAL}
MAX_FILES = 200
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(slots=True)
class Folder:
    """What was found in a municipality's folder."""

    path: Path
    documents: dict[str, Document] = field(default_factory=dict)
    models: dict[str, BaseModel] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    directory: DirectoryFile = field(default_factory=DirectoryFile)
    digest: str = ""
    """Names these very files."""


def read_folder(path: Path) -> Folder:
    """Every file of the folder, read and validated on its own."""
    folder = Folder(path)
    try:
        names = sorted(entry.name for entry in os.scandir(path) if _is_ours(entry.name))
    except OSError as error:
        sentence = f"Mappen kan inte läsas ({error.strerror})."
        folder.problems.append(
            Problem(Code.FILE_UNREADABLE, Place(str(path)), sentence, "Ange en kommuns mapp eller ett namn.")
        )
        return folder
    folder.problems += _wrong_names(path, names)
    digest = sha256()
    for name in EVERY:
        if name in names:
            raw = _take(folder, name)
            digest.update(f"{name}:{len(raw)}\n".encode() + raw)
    folder.directory = read_directory(path)
    folder.problems += folder.directory.problems
    if folder.directory.raw:
        digest.update(f"directory:{len(folder.directory.raw)}\n".encode() + folder.directory.raw)
    folder.digest = digest.hexdigest()[:16]
    return folder


def _is_ours(name: str) -> bool:
    """Whether a name claims to be YAML; an editor's own files and everything else is left alone."""
    return name.endswith((".yaml", ".yml")) and not name.startswith((".", "#"))


def _wrong_names(path: Path, names: list[str]) -> Iterator[Problem]:
    for name in [n for n in names if n not in EVERY][:MAX_FILES]:
        cure = f"Ta bort filen eller byt namn: {', '.join(EVERY)}."
        yield Problem(Code.FILE_UNKNOWN, Place(str(path / name)), f"Filen {name} används inte.", cure)
    for name in [n for n in MODELS if n not in names]:
        yield Problem(Code.FILE_MISSING, Place(str(path / name)), f"Filen {name} saknas.", "Lägg tillbaka den.")


def _take(folder: Folder, name: str) -> bytes:
    """The file's bytes; its document and model, or its problems, are in the folder."""
    place = str(folder.path / name)
    try:
        raw = read_bytes(folder.path / name, MAX_BYTES)
    except OSError as error:
        sentence = f"Filen kan inte läsas ({error.strerror or error})."
        folder.problems.append(
            Problem(Code.FILE_UNREADABLE, Place(place), sentence, "Se efter att det är en vanlig, läsbar fil.")
        )
        return b""
    document, problems = read_yaml(place, raw)
    folder.problems += problems
    if document:
        folder.documents[name] = document
        model, wrong = validated(document, EVERY[name])
        folder.problems += wrong
        if model is not None:
            folder.models[name] = model
    return raw


def validated(document: Document, model: type[_Model]) -> tuple[_Model | None, list[Problem]]:
    """What the document says, as a model; None with problems, its own or those that its YAML had already."""
    try:
        said = model.model_validate(document.data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        return None, [p for e in found if (p := _problem(document, e)) is not None]
    return (None if document.spoiled else said), []


def _problem(document: Document, error: ErrorDetails) -> Problem | None:
    """A validation error as a problem; None where the YAML itself had one already."""
    path, at_key = _path(error["loc"])
    path = _as_written(document.data, path, absent=error["type"] == "missing" or at_key)
    if any(path[:n] in document.spoiled for n in range(len(path) + 1)):
        return None
    kind = error["type"]
    code = _CODES.get(kind) or (Code(kind) if kind in _OWN_CODES else Code.BAD_TEXT)
    place = document.where_key(*path) if at_key or code is Code.UNKNOWN_FIELD else document.where(*path)
    return Problem(code, place, _sentence(code, path, error), _CURES[code])


def _path(loc: tuple[int | str, ...]) -> tuple[tuple[int | str, ...], bool]:
    """Where in the file, and whether it is about the key itself. pydantic marks a key with a part of its own."""
    if loc and loc[-1] == "[key]":
        return loc[:-1], True
    return loc, False


def _as_written(data: Any, path: tuple[int | str, ...], *, absent: bool) -> tuple[int | str, ...]:
    """The path without the parts that a model puts in where a file may leave them out."""
    found: list[int | str] = []
    for n, part in enumerate(path):
        inside = part in data if isinstance(data, dict) else isinstance(data, list) and isinstance(part, int)
        if inside:
            data = data[part]
        if inside or (absent and n == len(path) - 1):
            found.append(part)
    return tuple(found)


_CODES = {
    "extra_forbidden": Code.UNKNOWN_FIELD,
    "missing": Code.MISSING_FIELD,
    "literal_error": Code.NOT_AN_OPTION,
    "enum": Code.NOT_AN_OPTION,
    "greater_than_equal": Code.OUT_OF_BOUNDS,
    "less_than_equal": Code.OUT_OF_BOUNDS,
    "greater_than": Code.OUT_OF_BOUNDS,
    "too_short": Code.OUT_OF_BOUNDS,
    "too_long": Code.OUT_OF_BOUNDS,
    "string_pattern_mismatch": Code.BAD_TEXT,
    **dict.fromkeys(
        ("int_type", "float_type", "string_type", "bool_type", "dict_type", "list_type", "tuple_type", "model_type"),
        Code.WRONG_TYPE,
    ),
}
_OWN_CODES = frozenset(code.value for code in Code)
_KINDS = {
    "int_type": "ett heltal",
    "float_type": "ett tal",
    "string_type": "en text (inom citattecken)",
    "bool_type": "true eller false",
    "dict_type": "en grupp av namn: värde",
    "model_type": "en grupp av namn: värde",
    "list_type": "en lista",
    "tuple_type": "en lista",
}
SCENARIO_CURES = {
    Code.NOT_ONE_DISTRIBUTION: "Skriv till exempel 240, {exponential: 240} eller {lognormal: {mean_s: 240, cv: 0.8}}.",
    Code.BAD_SHARES: "Skriv andelarna för nivå 1, 2 och 3, till exempel [0.6, 0.3, 0.1].",
    Code.ARRIVALS_FIELDS: "Skriv till exempel 83, {per_hour: [40, 60], slot_minutes: 30} eller {per_day: 90}.",
    Code.BAD_SHIFT: 'Skriv till exempel {agents: [amina], from: "8:00", to: "16:30", breaks: ["12:00-12:30"]}.',
    Code.SCENARIO_KIND: "Se simulator/README.md: ett scenario har en kommun, eller egna köer.",
    Code.NOTHING_COUNTED: "Förläng körningen eller förkorta in- och utsvängningen.",
}
_CURES = {
    Code.UNKNOWN_FIELD: "Rätta stavningen eller ta bort raden.",
    Code.MISSING_FIELD: "Lägg till det.",
    Code.WRONG_TYPE: "Skriv ett värde av rätt slag.",
    Code.OUT_OF_BOUNDS: "Välj ett värde inom gränserna.",
    Code.BAD_TEXT: 'Ett namn har a–z, siffror och _; en titel inget av "<>;\\|$[]{}; en anknytning 2–6 siffror.',
    Code.NOT_AN_OPTION: "Välj ett av alternativen.",
    Code.CHOICE_NOT_ONE_TARGET: "Behåll den ena.",
    Code.WAY_FIELDS: "Rätta raden: vart den leder, och vad som sägs.",
    Code.RESERVED_KEY: "Flytta valet till en ledig tangent 1–9.",
    Code.RESERVED_NAME: "Välj ett annat namn.",
    Code.BAD_HOURS: f'Skriv till exempel "8:00-16:30", "8-12, 13-16.30", {CLOSED} eller, för aftnar, {AS_USUAL}.',
    Code.BAD_DATE: "Skriv datumet som 2026-12-28.",
    Code.UNKNOWN_TIMEZONE: "Skriv Europe/Stockholm.",
    Code.NUMBER_NOT_ALLOWED: "Ange ett vanligt svenskt nummer.",
    **SCENARIO_CURES,
    Code.BAD_LINK: "Skriv en adress som börjar med https://, inom citattecken.",
    Code.THRESHOLD_ORDER: "Välj gränser där den kritiska nås sist.",
    Code.ALARM_ORDER: "Välj gränser där den allvarligare nås sist.",
    Code.BAD_NUMBER: 'Skriv landskod och nummer utan mellanslag, inom citattecken: "+46846500400".',
}


def _sentence(code: Code, path: tuple[int | str, ...], error: ErrorDetails) -> str:
    """What is wrong, in Swedish, naming the field and never more than a little of its value."""
    what = str(path[-1]) if path else "filen"
    limits: dict[str, Any] = error.get("ctx", {})
    match code:
        case Code.UNKNOWN_FIELD:
            said = f"{what!r} är inget fält här."
        case Code.MISSING_FIELD if error["type"] == "missing":
            said = f"{what!r} saknas."
        case Code.WRONG_TYPE:
            said = f"{what!r} ska vara {_KINDS[error['type']]}."
        case Code.OUT_OF_BOUNDS:
            said = f"{what!r} ska vara {_bound(error['type'], limits)}."
        case Code.NOT_AN_OPTION:
            in_list = bool(path) and isinstance(path[-1], int)
            named = _short(error.get("input")) if in_list else repr(what)
            said = f"{named} ska vara något av {str(limits.get('expected', '')).replace(' or ', ' eller ')}."
        case Code.BAD_TEXT:
            said = f"{_short(error.get('input'))} kan inte stå för {what!r}."
        case _:
            said = error["msg"]
    return said


def _bound(kind: str, limits: Mapping[str, Any]) -> str:
    if kind == "greater_than_equal":
        return f"minst {limits['ge']}"
    if kind == "greater_than":
        return f"större än {limits['gt']}"
    if kind == "less_than_equal":
        return f"högst {limits['le']}"
    few = kind == "too_short"
    return f"minst {limits['min_length']} till antalet" if few else f"högst {limits['max_length']} till antalet"


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else f"{shown[:37]}…"
