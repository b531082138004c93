"""The files of one municipality put side by side, each valid on its own: what the cross-file checks look at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, cast

from pydantic import BaseModel

from ivr.config.directory import DirectoryFile
from ivr.config.models import (
    AgentsFile,
    HoursFile,
    MenuEntry,
    MenuFile,
    MunicipalityFile,
    NumberEntry,
    PartnersFile,
    PromptsFile,
    QueuesFile,
    StepEntry,
)
from ivr.config.problems import Place
from ivr.config.yaml_nodes import Document

_T = TypeVar("_T")
_PLAN_DEFAULT = tuple(StepEntry.model_construct(after_s=0, to=to) for to in ("own", "any"))


@dataclass(frozen=True, slots=True)
class Draft:
    """Models and documents by file name. A property is only asked for when its file is among the models."""

    path: Path
    models: Mapping[str, BaseModel]
    documents: Mapping[str, Document]
    digest: str
    directory: DirectoryFile = field(default_factory=DirectoryFile)

    @property
    def municipality(self) -> MunicipalityFile:
        """municipality.yaml."""
        return cast("MunicipalityFile", self.models["municipality.yaml"])

    @property
    def menu(self) -> MenuFile:
        """menu.yaml."""
        return cast("MenuFile", self.models["menu.yaml"])

    @property
    def hours(self) -> HoursFile:
        """hours.yaml."""
        return cast("HoursFile", self.models["hours.yaml"])

    @property
    def queues(self) -> QueuesFile:
        """queues.yaml."""
        return cast("QueuesFile", self.models["queues.yaml"])

    @property
    def agents(self) -> AgentsFile:
        """agents.yaml."""
        return cast("AgentsFile", self.models["agents.yaml"])

    @property
    def partners(self) -> PartnersFile:
        """partners.yaml."""
        return cast("PartnersFile", self.models["partners.yaml"])

    @property
    def prompts(self) -> PromptsFile:
        """prompts.yaml."""
        return cast("PromptsFile", self.models["prompts.yaml"])

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language that a call can be in, the house's own first."""
        own = self.municipality.language
        chosen = (c.language for menu in self.menu.menus.values() for c in menu.choices.values() if c.language)
        return tuple(dict.fromkeys((own, *chosen)))

    def at(self, file: str, *path: str | int) -> Place:
        """Where a value stands, or the nearest value around it."""
        return self.documents[file].where(*path)

    def at_key(self, file: str, *path: str | int) -> Place:
        """Where the name of a value stands."""
        return self.documents[file].where_key(*path)

    def rule(self, queue: str, field: str, otherwise: _T) -> _T:
        """What a queue says of itself, else what all queues have by default, else `otherwise`."""
        for source in (self.queues.queues[queue], self.queues.defaults):
            if (value := getattr(source, field)) is not None:
                return cast("_T", value)
        return otherwise

    def at_rule(self, queue: str, field: str, *within: int) -> Place:
        """Where `rule` found it, or an item of it."""
        own = ("queues", queue, field)
        found = own if own in self.documents["queues.yaml"].values else ("defaults", field)
        return self.at("queues.yaml", *found, *within)

    def plan_of(self, queue: str) -> tuple[StepEntry, ...]:
        """The queue's steps."""
        return self.rule(queue, "plan", _PLAN_DEFAULT)

    def hours_of(self, queue: str) -> str | None:
        """The name of the queue's opening hours; None: always open."""
        return self.rule(queue, "hours", None)

    def targets(self, menu: MenuEntry) -> Iterator[tuple[tuple[str, ...], str]]:
        """Every queue that a menu leads to, with its path within the menu."""
        for key, choice in menu.choices.items():
            if choice.queue is not None:
                yield ("choices", key, "queue"), choice.queue
        yield ("silence",), menu.silence
        yield ("human",), menu.human


def written_steps(draft: Draft) -> Iterator[tuple[tuple[str | int, ...], StepEntry]]:
    """Every step that is written down, with its path in queues.yaml."""
    plans = [(("defaults",), draft.queues.defaults), *((("queues", q), e) for q, e in draft.queues.queues.items())]
    for path, rules in plans:
        for i, step in enumerate(rules.plan or ()):
            yield (*path, "plan", i), step


def dialled_forms(entry: NumberEntry) -> tuple[str, ...]:
    """The number as trunks write it: with plus, without, for Sweden with the national 0, and as the entry adds."""
    digits = entry.number.removeprefix("+")
    national = ("0" + digits.removeprefix("46"),) if digits.startswith("46") else ()
    return tuple(dict.fromkeys((entry.number, digits, *national, *entry.also)))
