"""The rules of a day: a municipality's folder as the live engine loads it, or a scenario."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from ivr.config.load import load, municipality_folder
from ivr.config.problems import Problem
from ivr.local_days import day_span
from queues.ids import AgentId, Instant
from simulator.scenario.file import ENDINGS, load_scenario
from simulator.world import Run, Scenario, World


@dataclass(frozen=True, slots=True)
class Rules:
    """A scenario, in which a folder has no people; or what is wrong."""

    scenario: Scenario | None
    problems: tuple[Problem, ...]
    people: dict[AgentId, str]
    """Names of those who answer; none for a scenario's."""


def rules_of(name_or_path: str, day: date) -> Rules:
    """On that day. A municipality's name or folder, or a scenario's file. Raises UnknownScenarioError."""
    folder = municipality_folder(name_or_path)
    if folder.is_dir() and not name_or_path.endswith(ENDINGS):
        return _of_folder(folder, day)
    loaded = load_scenario(name_or_path, date=day)
    return Rules(loaded.scenario, loaded.problems, {})


def _of_folder(folder: Path, day: date) -> Rules:
    noon_utc, _ = day_span(day, ZoneInfo("UTC"))
    loaded = load(folder, noon_utc)
    house = loaded.house
    if house is None:
        return Rules(None, loaded.errors, {})
    start_ms, _ = day_span(day, ZoneInfo(house.timezone))
    scenario = Scenario(
        name=house.name,
        plan=replace(house.plan, directory=None),  # whoever asks for a person by name comes to the menu's own line
        world=World((), {}, ()),
        run=Run(),
        start_ms=Instant(start_ms),
        timezone=house.timezone,
        titles=dict(house.queue_titles),
    )
    return Rules(scenario, (), {person.id: person.name for person in house.people.values()})
