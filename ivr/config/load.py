"""A municipality's folder → a house to run on, and every problem at once, each with its place.

Nothing in a folder makes this raise. A house is only given when no problem is an error, so whoever reloads keeps the
old one until the new one is whole.
"""

from dataclasses import dataclass
from pathlib import Path

from ivr.config import checks
from ivr.config.build import build
from ivr.config.draft import Draft
from ivr.config.files import MODELS, read_folder
from ivr.config.house import House
from ivr.config.problems import Code, Problem, Severity, in_order

SHIPPED = Path(__file__).resolve().parents[1] / "menus"
DEFAULT = "botkyrka"
_NO_PLAN = frozenset({Code.UNKNOWN_QUEUE, Code.UNKNOWN_HOURS})
"""With these there is no plan to look at; with any other error there is, and what it would do wrong is said too."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of a folder."""

    house: House | None
    """None if any problem is an error."""
    problems: tuple[Problem, ...]
    """In the order of their places."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the municipality from being used."""
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)


def municipality_folder(name_or_path: str = DEFAULT) -> Path:
    """The folder of a municipality that is shipped, by name, or any folder, by path."""
    shipped = SHIPPED / name_or_path
    return shipped if shipped.is_dir() and shipped.parent == SHIPPED else Path(name_or_path)


def load(folder: Path, now_ms: int, sounds_dir: Path | None = None) -> Loaded:
    """The house as of `now_ms` and all problems; built sounds are looked at when their directory is given."""
    found = read_folder(folder)
    draft = Draft(folder, found.models, found.documents, found.digest, found.directory)
    problems = [*found.problems, *checks.across_files(draft), *checks.of_prompts(draft, sounds_dir)]
    house = None
    if not set(MODELS) - set(draft.models) and not {p.code for p in problems} & _NO_PLAN:
        house = build(draft, now_ms)
        problems += checks.of_plan(draft, house.plan)
    refused = any(problem.severity is Severity.ERROR for problem in problems)
    return Loaded(None if refused else house, in_order(problems))
