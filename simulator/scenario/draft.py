"""The rules of a scenario as a draft: a municipality's files with changes laid over them, or a model of one's own.

Both are read by the municipality's own models and looked over by its own checks; problems stand where they were
written, in the scenario or in the municipality's file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ivr.config import checks
from ivr.config.draft import Draft
from ivr.config.files import MODELS, read_folder, validated
from ivr.config.models import (
    ChoiceEntry,
    HoursFile,
    MenuEntry,
    MenuFile,
    MunicipalityFile,
    NumberEntry,
    PromptsFile,
)
from ivr.config.problems import Code, Problem, Severity
from ivr.config.yaml_nodes import Document
from simulator.scenario.models import CHANGEABLE, ScenarioFile
from simulator.scenario.overlay import laid_over, moved

OWN_FILES = ("queues.yaml", "agents.yaml", "partners.yaml")
FIRST_EXTENSION = 900_000
SAID = ["besked"]
MOST_MINUTES = 100_000
"""The highest cap on a partner's talk in a day that may be written."""
QUIET = {"wrap_up_s": 0, "position": False, "estimated_wait": False}
"""What holds for the queues of a model of one's own, unless it says otherwise."""
HOUSE = {
    "name": "modell",
    "title": "Modell",
    "timezone": "UTC",
    "language": "sv",
    "numbers": [{"number": "+46846500400", "menu": "meny"}],
    "discipline": "longest_wait",
    "outward": "127.0.0.1:5070",
}
NO_WORDS: Mapping[str, Any] = {field: [] for field in ("sorry", "fallback", "invalid", "waiting", "closed")}


@dataclass(slots=True)
class Rules:
    """What came of it."""

    draft: Draft
    problems: list[Problem] = field(default_factory=list)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The people of each name under `agents`: itself, or its `count` members."""

    @property
    def whole(self) -> bool:
        """Whether every file is there as a model."""
        return not set(MODELS) - set(self.draft.models)


def rules_of_municipality(folder: Path, file: ScenarioFile, document: Document) -> Rules:
    """The municipality's files, changed as the scenario says."""
    found = read_folder(folder)
    rules = Rules(Draft(folder, {}, {}, ""))
    documents, models = dict(found.documents), dict(found.models)
    changed = {CHANGEABLE[name] for name in file.change if name in CHANGEABLE} | {"agents.yaml"}
    for name in changed & set(documents):
        upper = moved(document, {("change", key): (key,) for key, of in CHANGEABLE.items() if of == name})
        documents[name] = laid_over(upper, documents[name])
    rules.problems += [p for p in found.problems if all(p.where.file != str(folder / name) for name in changed)]
    rules.problems += _unchangeable(file, document)
    _without(rules, documents, file, document)
    for name in changed & set(documents):
        models.pop(name, None)
        _take(rules, models, documents, name)
    rules.draft = Draft(folder, models, documents, found.digest)
    rules.problems += checks.across_files(rules.draft)
    return rules


def _unchangeable(file: ScenarioFile, document: Document) -> Iterator[Problem]:
    for name in file.change:
        if name not in CHANGEABLE:
            place, cure = document.where_key("change", name), f"Det som går att ändra: {', '.join(CHANGEABLE)}."
            yield Problem(Code.UNKNOWN_FIELD, place, f"{name!r} är inget fält här.", cure)


def _without(rules: Rules, documents: dict[str, Document], file: ScenarioFile, document: Document) -> None:
    """The people taken out are in no file."""
    if "agents.yaml" not in documents:
        return
    there = documents["agents.yaml"].data
    people = dict(there["agents"]) if isinstance(there, dict) and isinstance(there.get("agents"), dict) else {}
    for i, name in enumerate(file.without):
        if people.pop(name, None) is None:
            place, cure = document.where("without", i), f"De som finns: {', '.join(people)}."
            rules.problems.append(Problem(Code.UNKNOWN_AGENT, place, f"{name!r} finns inte.", cure))
    if file.without:
        documents["agents.yaml"] = _with(documents["agents.yaml"], {**there, "agents": people})


def rules_of_own_model(path: Path, document: Document) -> Rules:
    """A model without a municipality: a number, a menu and a key for each queue, always open, in silence."""
    rules = Rules(Draft(path, {}, {}, ""))
    documents, models = {}, dict[str, BaseModel]()
    for name in OWN_FILES:
        documents[name] = moved(document, {(key,): (key,) for key, of in CHANGEABLE.items() if of == name})
    documents["partners.yaml"] = _with(documents["partners.yaml"], _own_partners(documents["partners.yaml"].data))
    queues = documents["queues.yaml"].data
    documents["queues.yaml"] = _with(documents["queues.yaml"], _own_queues(queues))
    for name in OWN_FILES:
        _take(rules, models, documents, name)
    rules.problems += checks.across_files(Draft(path, models, documents, ""))
    rules.problems = [p for p in rules.problems if p.severity is Severity.ERROR]
    house = moved(document, {(key,): (key,) for key in ("discipline", "rona_pause_s", "rona_limit")})
    documents["municipality.yaml"] = _with(house, {**HOUSE, **house.data})
    _take(rules, models, documents, "municipality.yaml")
    if "queues.yaml" in models and "municipality.yaml" in models:
        _around(models, documents, list(documents["queues.yaml"].data["queues"]))
    rules.draft = Draft(path, models, documents, _digest(document))
    return rules


def _own_queues(data: Any) -> Any:
    """Queues that say nothing of a plan are for whoever has them, their own people (levels 2 and 3) first."""
    said, queues = data.get("defaults", {}), data.get("queues")
    if not isinstance(said, dict) or not isinstance(queues, dict):
        return data
    if "plan" not in said:
        queues = {
            name: {"plan": _whoever_has(name), **entry} if isinstance(entry, dict) else entry
            for name, entry in queues.items()
        }
    return {**data, "queues": queues, "defaults": {**QUIET, **said}}


def _own_partners(data: Any) -> Any:
    """Partners as busy as they are let to be."""
    partners = data.get("partners", {})
    if not isinstance(partners, dict):
        return data
    uncapped = {"max_minutes_per_day": MOST_MINUTES}
    return {"partners": {n: {**uncapped, **e} if isinstance(e, dict) else e for n, e in partners.items()}}


def _whoever_has(queue: str) -> list[dict[str, Any]]:
    return [{"after_s": 0, "to": "own"}, {"after_s": 0, "to": "any", "queues": [queue]}]


def _digest(document: Document) -> str:
    return sha256(dumps(document.data, sort_keys=True).encode()).hexdigest()[:16]


def _around(models: dict[str, BaseModel], documents: dict[str, Document], queues: list[str]) -> None:
    """What there is around the queues of a model of one's own: a number and a menu each, no hours and no words."""
    house = models["municipality.yaml"]
    assert isinstance(house, MunicipalityFile)  # noqa: S101 - it was validated as one
    numbers = tuple(NumberEntry.model_construct(number=queue, menu=queue) for queue in queues)
    models["municipality.yaml"] = house.model_copy(update={"numbers": numbers})
    menus = {
        queue: MenuEntry.model_construct(
            choices={"1": ChoiceEntry.model_construct(prompt=(), queue=queue)}, silence=queue, human=queue, repeats=0
        )
        for queue in queues
    }
    models["menu.yaml"] = MenuFile.model_construct(menus=menus)
    models["hours.yaml"] = HoursFile.model_construct(hours={})
    models["prompts.yaml"] = PromptsFile.model_validate(NO_WORDS)
    empty = Document(documents["municipality.yaml"].file, {}, {}, {})
    documents |= dict.fromkeys(("menu.yaml", "hours.yaml", "prompts.yaml"), empty)


def _take(rules: Rules, models: dict[str, BaseModel], documents: dict[str, Document], name: str) -> None:
    """The document's shorthand is written out, and its model or its problems are there."""
    if name == "agents.yaml":
        documents[name] = _people(rules, documents[name])
    elif name == "queues.yaml":
        documents[name] = _queues(documents[name])
    elif name == "partners.yaml":
        documents[name] = _partners(documents[name])
    model, wrong = validated(documents[name], MODELS[name])
    rules.problems += wrong
    if model is not None:
        models[name] = model


# ── what need not be written in a scenario ──────────────────────────────────────────────────────────────────────────
def _with(document: Document, data: Any) -> Document:
    return Document(document.file, data, document.keys, document.values, document.spoiled)


def _people(rules: Rules, document: Document) -> Document:
    """Groups written with `count` as so many people; nobody needs a name or an extension."""
    entries = document.data.get("agents") if isinstance(document.data, dict) else None
    if not isinstance(entries, dict):
        return document
    people: dict[str, Any] = {}
    keys, values = dict(document.keys), dict(document.values)
    for name, entry in entries.items():
        count = entry.get("count") if isinstance(entry, dict) else None
        members: tuple[str, ...] = (name,)
        if isinstance(count, int) and 1 <= count <= 2_000:
            members = tuple(f"{name}_{n}" for n in range(1, count + 1))
        elif count is not None:
            place = document.where("agents", name, "count")
            rules.problems.append(
                Problem(Code.OUT_OF_BOUNDS, place, "'count' ska vara ett heltal från 1 till 2000.", "Rätta antalet.")
            )
        rules.groups[name] = members
        for member in members:
            people[member] = _person(member, entry, FIRST_EXTENSION + len(people))
            if member != name:
                copy = moved(document, {("agents", name): ("agents", member)})
                keys |= copy.keys
                values |= {path: place for path, place in copy.values.items() if path}
    return Document(document.file, {**document.data, "agents": people}, keys, values, document.spoiled)


def _person(name: str, entry: Any, extension: int) -> Any:
    if not isinstance(entry, dict):
        return entry
    return {"name": name, "extension": str(extension), **{k: v for k, v in entry.items() if k != "count"}}


def _queues(document: Document) -> Document:
    """A bound that is only a number ends with a message, and a message need not say what it says."""
    data = document.data
    if not isinstance(data, dict):
        return document
    queues = data.get("queues")
    if isinstance(queues, dict):
        titled = {
            name: {"title": name, **entry} if isinstance(entry, dict) else entry for name, entry in queues.items()
        }
        queues = {name: _rules(entry) for name, entry in titled.items()}
    written = {"queues": queues, "defaults": _rules(data.get("defaults"))}
    return _with(document, {**data, **{key: value for key, value in written.items() if key in data}})


def _rules(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    written = dict(entry)
    for name, bound in (("max_length", "over"), ("max_wait", "after_s")):
        if isinstance(written.get(name), int):
            written[name] = {bound: written[name], "then": [{"to": "message"}]}
    for name in ("max_length", "max_wait", "nobody_logged_in"):
        limit = written.get(name)
        if isinstance(limit, dict) and isinstance(limit.get("then"), list):
            written[name] = {**limit, "then": [_way(way) for way in limit["then"]]}
    return written


def _way(way: Any) -> Any:
    return {"say": SAID, **way} if isinstance(way, dict) and way.get("to") == "message" else way


def _partners(document: Document) -> Document:
    """Nobody is rung in a simulation, so a partner needs no number and no address."""
    partners = document.data.get("partners") if isinstance(document.data, dict) else None
    if not isinstance(partners, dict):
        return document
    unsaid = {"number": "+46406280490", "address": "127.0.0.1:5090"}
    written = {n: {"title": n, **unsaid, **e} if isinstance(e, dict) else e for n, e in partners.items()}
    return _with(document, {**document.data, "partners": written})
