"""A scenario by name or path → what is run, and every problem at once, each with its place.

Nothing in a file makes this raise. `like: NAME` takes another scenario as it is but for what stands beside it.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ivr.config.files import validated
from ivr.config.load import SHIPPED as MUNICIPALITIES
from ivr.config.load import municipality_folder
from ivr.config.plain_files import read_bytes
from ivr.config.problems import Code, Place, Problem, Severity, in_order
from ivr.config.yaml_nodes import MAX_BYTES, Document, read_yaml
from simulator.scenario.build import Building
from simulator.scenario.draft import Rules, rules_of_municipality, rules_of_own_model
from simulator.scenario.models import OF_MUNICIPALITY, OWN_MODEL, ScenarioFile
from simulator.scenario.overlay import laid_over, without
from simulator.world import Scenario

SHIPPED = Path(__file__).resolve().parents[1] / "scenarios"
ENDINGS = (".yaml", ".yml")
ARRIVING = frozenset({"arrivals", "arrivals_csv", "arrivals_log"})
ANY_DAY = dt.date(2026, 3, 3)
"""Where a file forgets its date: what else is wrong is told all the same."""
NO_PLAN = frozenset({Code.UNKNOWN_QUEUE, Code.UNKNOWN_HOURS, Code.UNKNOWN_MENU})
"""With these wrong among the rules there is no plan to look at; with anything else what else is wrong is said too."""


class UnknownScenarioError(Exception):
    """There is none of that name; the message says in Swedish which there are."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of a scenario."""

    scenario: Scenario | None
    """None if any problem is an error."""
    problems: tuple[Problem, ...]
    """In the order of their places."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the scenario from being run."""
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)


@dataclass(frozen=True, slots=True)
class Instead:
    """What is ordered beside the file and goes before it."""

    date: dt.date | None = None
    days: int | None = None
    seed: int | None = None
    replications: int | None = None


def shipped_scenarios() -> dict[str, Path]:
    """Every scenario that comes along, by name."""
    return {path.stem: path for path in sorted(SHIPPED.rglob("*.yaml"))}


def shipped() -> list[tuple[str, str]]:
    """Every scenario that comes along: name and title."""
    found = []
    for name, path in shipped_scenarios().items():
        document, _ = read_yaml(str(path), path.read_bytes(), decimals=True)
        found.append((name, str(document.data.get("title", "")) if document else ""))
    return found


def load_scenario(
    name_or_path: str | Path,
    *,
    date: dt.date | None = None,
    days: int | None = None,
    seed: int | None = None,
    replications: int | None = None,
) -> Loaded:
    """The scenario and all problems. A path, or the name of one that comes along; UnknownScenarioError if neither."""
    path = scenario_path(name_or_path)
    if not path.is_file():
        if path.is_dir():
            tip = f"Skriv ett scenario om kommunen där: municipality: {name_or_path}"
            raise UnknownScenarioError(f"{name_or_path} är en mapp. {tip}")
        known = ", ".join(shipped_scenarios())
        raise UnknownScenarioError(f"Scenariot {name_or_path} finns inte. Ange en fil, eller ett av: {known}.")
    return _load(path, Instead(date, days, seed, replications))


def scenario_path(name_or_path: str | Path) -> Path:
    """Where the scenario stands; a path is taken as it is."""
    text = str(name_or_path)
    is_name = "/" not in text and not text.endswith(ENDINGS)
    return shipped_scenarios().get(text, Path(text)) if is_name else Path(text)


def _load(path: Path, instead: Instead) -> Loaded:
    document, problems = _document(path, ())
    if document is None:
        return Loaded(None, in_order(problems))
    file, wrong = validated(document, ScenarioFile)
    problems += wrong
    if file is None:
        return Loaded(None, in_order(problems))
    file = _ordered(file, instead)
    problems += _kind(file, document)
    if any(p.code is Code.SCENARIO_KIND for p in problems):
        return Loaded(None, in_order(problems))
    if file.municipality is not None and file.date is None:
        file = file.model_copy(update={"date": ANY_DAY})
    folder = path.resolve().parent
    rules = _rules(path, folder, file, document)
    if isinstance(rules, Problem):
        return Loaded(None, in_order([*problems, rules]))
    problems += rules.problems
    scenario = None
    if rules.whole and not {p.code for p in rules.problems} & NO_PLAN:
        scenario = Building(path.stem, file, document, rules, folder, problems).scenario()
    told = [p for p in problems if p.severity is Severity.ERROR or _is_ours(p, document)]
    refused = any(p.severity is Severity.ERROR for p in told)
    return Loaded(None if refused else scenario, in_order(told))


def _is_ours(problem: Problem, document: Document) -> bool:
    """Whether a warning is about the scenario or one that it is like, not about the municipality as it is every day."""
    return problem.code.startswith("M") or problem.where.file in {place.file for place in document.values.values()}


def _ordered(file: ScenarioFile, instead: Instead) -> ScenarioFile:
    run = {key: value for key in ("seed", "replications") if (value := getattr(instead, key)) is not None}
    day = {key: value for key in ("date", "days") if (value := getattr(instead, key)) is not None}
    return file.model_copy(update={**day, "run": file.run.model_copy(update=run)})


def _document(path: Path, below: tuple[Path, ...]) -> tuple[Document | None, list[Problem]]:
    """The file, laid over the one that it is like."""
    try:
        raw = read_bytes(path, MAX_BYTES)
    except OSError as error:
        sentence = f"Scenariot kan inte läsas ({error.strerror or error})."
        cure = f"Ange en fil, eller ett av: {', '.join(shipped_scenarios())}."
        return None, [Problem(Code.UNKNOWN_SCENARIO, Place(str(path)), sentence, cure)]
    document, found = read_yaml(str(path), raw, decimals=True)
    problems = list(found)
    if document is None or not isinstance(document.data, dict) or "like" not in document.data:
        return document, problems
    like = document.data["like"]
    if not isinstance(like, str):
        sentence = "'like' ska vara ett scenarios namn eller en fil."
        return None, [*problems, Problem(Code.WRONG_TYPE, document.where("like"), sentence, "Skriv like: botkyrka.")]
    other = _beside(path, like)
    if other in (*below, path.resolve()):
        sentence = f"Scenariot {like!r} bygger på sig självt."
        return None, [*problems, Problem(Code.LIKE_CIRCLE, document.where("like"), sentence, "Ta bort raden.")]
    lower, wrong = _document(other, (*below, path.resolve()))
    problems += [_at_like(p, document) if p.code is Code.UNKNOWN_SCENARIO else p for p in wrong]
    if lower is None:
        return None, problems
    if {"arrivals_csv", "arrivals_log"} & set(document.data):
        lower = without(lower, ARRIVING)
    joined = laid_over(document, lower)
    return without(joined, frozenset({"like"})), problems


def _at_like(problem: Problem, document: Document) -> Problem:
    return Problem(problem.code, document.where("like"), problem.sentence, problem.cure)


def _beside(path: Path, name: str) -> Path:
    """Another scenario as the file at `path` names it: one that comes along, else a file seen from there."""
    found = scenario_path(name)
    return found.resolve() if found.is_absolute() else (path.resolve().parent / found).resolve()


def _kind(file: ScenarioFile, document: Document) -> Iterator[Problem]:
    """A scenario has a municipality, or queues and agents of its own, and what belongs to that."""
    cure = "Se simulator/README.md: ett scenario har en kommun, eller egna köer."
    said = file.model_fields_set
    if file.municipality is None and not {"queues", "agents"} <= said:
        sentence = "Scenariot har ingen kommun (municipality) och inte heller egna köer och agenter (queues, agents)."
        yield Problem(Code.SCENARIO_KIND, document.where(), sentence, cure)
        return
    other, where = (OF_MUNICIPALITY, "utan kommun") if file.municipality is None else (OWN_MODEL, "med en kommun")
    for field in other:
        if field in document.data:
            tip = "Skriv det under change." if file.municipality is not None else "Ta bort raden."
            sentence = f"{field!r} används inte i ett scenario {where}."
            yield Problem(Code.SCENARIO_KIND, document.where_key(field), sentence, tip)
    if file.municipality is not None and file.run.length_h is not None:
        place = document.where_key("run", "length_h")
        yield Problem(Code.SCENARIO_KIND, place, "En kommun simuleras hela dagar.", "Använd days i stället.")
    if file.municipality is not None and file.date is None:
        place = document.where_key("municipality")
        yield Problem(Code.MISSING_FIELD, place, "'date' saknas.", "Lägg till en dag, till exempel date: 2026-03-03.")


def _rules(path: Path, folder: Path, file: ScenarioFile, document: Document) -> Rules | Problem:
    if file.municipality is None:
        return rules_of_own_model(path, document)
    shipped = municipality_folder(file.municipality)
    found = shipped if shipped.parent == MUNICIPALITIES else folder / file.municipality
    if not found.is_dir():
        known = ", ".join(sorted(p.name for p in MUNICIPALITIES.iterdir() if p.is_dir()))
        sentence = f"Kommunen {file.municipality!r} finns inte."
        cure = f"Ange en mapp, eller en av: {known}."
        return Problem(Code.FILE_UNREADABLE, document.where("municipality"), sentence, cure)
    return rules_of_municipality(found, file, document)
