"""Shifts that cover what is needed with the fewest hours: how long they may be, when begin, when break."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import product
from zoneinfo import ZoneInfo

import numpy as np

from queues.ids import AgentId
from routing.plan import Agent
from simulator.contacts import Whole
from simulator.staff.crews import HOUR_MS, QUARTER_MS, Grid, copied
from simulator.world import DAY_MS, Scenario, Shift

MINUTE_MS = 60_000
QUARTERS_A_DAY = DAY_MS // QUARTER_MS
SOLVER_S = 5.0
PERSON_COST = 0.01
"""Among equally many hours, fewer people are better: as many quarters as a person weighs."""


class BadRulesError(ValueError):
    """The rules cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a shift may be. Minutes; of the clock where it is a time of day."""

    lengths: tuple[int, ...] = (240, 360, 510)
    """Breaks included."""
    earliest: int = 420
    latest: int = 1140
    """The latest end."""
    step: int = 30
    """Shifts begin at whole multiples of this."""
    rest: int = 30
    """The length of the break."""
    rest_over: int = 300
    """A shift longer than this has one."""
    rest_after: int = 180
    """It begins no sooner after the shift's beginning than this."""
    rest_before: int = 300
    """Nor later."""


NAMES: dict[str, str] = {
    "längder": "lengths",
    "tidigast": "earliest",
    "senast": "latest",
    "steg": "step",
    "rast": "rest",
    "rast-över": "rest_over",
    "rast-efter": "rest_after",
    "rast-före": "rest_before",
}
"""What the rules are called on the command line."""
EXAMPLE = "längder=4,6,8.5 tidigast=7:30 senast=18:30 steg=30 rast=30 rast-över=5 rast-efter=3 rast-före=5"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One possible shift, in quarters from midnight."""

    begins: int
    ends: int
    rest: tuple[int, int] | None

    def works(self, quarters: int) -> Whole:
        """1 in each quarter of the day at work."""
        there = np.zeros(quarters, np.int64)
        there[self.begins : self.ends] = 1
        if self.rest:
            there[slice(*self.rest)] = 0
        return there


@dataclass(frozen=True, slots=True)
class Roster:
    """Who should work when."""

    shifts: tuple[tuple[int, Pattern, int], ...]
    """Line (by index), shift, how many have it."""
    short: tuple[tuple[int, int], ...] = field(default=())
    """Lines and quarters that no permitted shift covers."""

    @property
    def people(self) -> int:
        """How many shifts in all."""
        return sum(many for _, _, many in self.shifts)

    @property
    def hours(self) -> float:
        """At work, breaks not included."""
        return sum(many * int(p.works(QUARTERS_A_DAY).sum()) for _, p, many in self.shifts) * QUARTER_MS / HOUR_MS


def rules_from(written: str) -> Rules:
    """Rules such as EXAMPLE; whatever is not named is as usual, "vanliga" names nothing.

    Raises BadRulesError.
    """
    found: dict[str, object] = {}
    for word in written.split():
        if word == "vanliga":
            continue
        name, _, value = word.partition("=")
        if name not in NAMES or not value:
            raise BadRulesError(f"{word!r}: regler skrivs som {EXAMPLE}")
        try:
            found[NAMES[name]] = _READ.get(NAMES[name], _minutes)(value)
        except ValueError as error:
            raise BadRulesError(f"{word!r} går inte att läsa: skriv som {EXAMPLE}") from error
    rules = replace(Rules(), **found)  # type: ignore[arg-type]  # each is read as its field is
    if not any(True for _ in patterns(rules)):
        raise BadRulesError(f"Inget skift ryms mellan {_clock(rules.earliest)} och {_clock(rules.latest)}.")
    return rules


def patterns(rules: Rules) -> Iterator[Pattern]:
    """Every permitted shift."""
    quarter = QUARTER_MS // MINUTE_MS
    for begins, length in product(range(rules.earliest, rules.latest, rules.step), sorted(set(rules.lengths))):
        ends = begins + length
        if ends > rules.latest:
            continue
        rests = [None] if length <= rules.rest_over or not rules.rest else _rests(rules, begins, ends)
        for rest in rests:
            yield Pattern(begins // quarter, ends // quarter, rest and (rest[0] // quarter, rest[1] // quarter))


def covering(need: Whole, rules: Rules) -> Roster:
    """The shifts with the fewest hours, line by line, that cover what is needed. need: [lines, quarters of a day].

    Raises BadRulesError.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - slow to load
    from scipy.sparse import csr_array  # noqa: PLC0415

    possible = list(patterns(rules))
    works = np.array([one.works(need.shape[1]) for one in possible])
    cost = works.sum(1) + PERSON_COST * QUARTERS_A_DAY
    reachable = works.any(0)
    shifts: list[tuple[int, Pattern, int]] = []
    for line, wanted in enumerate(need):
        if not (wanted * reachable).any():
            continue
        solved = milp(
            cost,
            integrality=np.ones(len(possible)),
            bounds=Bounds(0, np.inf),
            constraints=LinearConstraint(csr_array(works.T), lb=wanted * reachable, ub=np.inf),
            options={"time_limit": SOLVER_S, "mip_rel_gap": 0.005},
        )
        if solved.x is None:
            raise BadRulesError(
                f"Inga skift hittades på {SOLVER_S:g} s för kö nummer {line + 1}: gör reglerna enklare."
            )
        many = np.rint(solved.x).astype(int)
        shifts += [(line, possible[i], int(many[i])) for i in np.flatnonzero(many)]
    short = [(int(line), int(slot)) for line, slot in np.argwhere((need > 0) & ~reachable)]
    return Roster(tuple(shifts), tuple(short))


def of_local_day(grid: Grid, need: Whole) -> tuple[Whole, int]:
    """What is needed by quarter of the local day, and when that day begins, from time 0 (ms).

    Raises BadRulesError when more than a day is simulated.
    """
    begins = datetime.fromtimestamp(grid.scenario.start_ms / 1000, ZoneInfo(grid.scenario.timezone))
    before = (begins.hour * 60 + begins.minute) * MINUTE_MS // QUARTER_MS
    day = np.zeros((len(need), QUARTERS_A_DAY), np.int64)
    used = np.flatnonzero(need.any(0))
    if len(used) and used[-1] + before >= QUARTERS_A_DAY:
        raise BadRulesError("Skift räknas för en dag i taget: kör ett scenario av en dag.")
    day[:, used + before] = need[:, used]
    return day, -before * QUARTER_MS


def spared(roster: Roster, holds: Callable[[Roster], bool]) -> Roster:
    """Without the shifts that the others can do without: lines that help each other need less than one by one."""
    for line, pattern, many in sorted(roster.shifts, key=lambda shift: shift[1].begins - shift[1].ends):
        for left in reversed(range(many)):
            others = tuple(one for one in roster.shifts if one[:2] != (line, pattern))
            fewer = replace(roster, shifts=(*others, *(((line, pattern, left),) if left else ())))
            if not holds(fewer):
                break
            roster = fewer
    return replace(roster, shifts=tuple(sorted(roster.shifts, key=lambda shift: (shift[0], shift[1].begins))))


def at_work(grid: Grid, roster: Roster, midnight_ms: int) -> Scenario:
    """The scenario with the roster's people. midnight_ms: of the local day, from time 0."""
    agents: dict[AgentId, Agent] = {}
    shifts: list[Shift] = []
    hired: dict[int, int] = {}
    for line, pattern, many in roster.shifts:
        for _ in range(many):
            agent = copied(grid.scenario.plan, grid.queues[line], hired.setdefault(line, 0))
            hired[line] += 1
            agents[agent.id] = agent
            rest = pattern.rest
            breaks = () if rest is None else ((_at(midnight_ms, rest[0]), _at(midnight_ms, rest[1])),)
            shifts.append(Shift(agent.id, _at(midnight_ms, pattern.begins), _at(midnight_ms, pattern.ends), breaks))
    world = replace(grid.scenario.world, shifts=tuple(shifts), everybody_works=False)
    return replace(grid.scenario, plan=replace(grid.scenario.plan, agents=agents), world=world)


def _at(midnight_ms: int, quarter: int) -> int:
    return max(0, midnight_ms + quarter * QUARTER_MS)


def _rests(rules: Rules, begins: int, ends: int) -> "list[tuple[int, int] | None]":
    first, last = begins + rules.rest_after, min(begins + rules.rest_before, ends - rules.rest)
    return [(start, start + rules.rest) for start in range(first, last + 1, 15)]


def _minutes(written: str) -> int:
    """Whole quarters; of the clock (7:30), else minutes."""
    hours, colon, minutes = written.partition(":")
    return _whole(int(hours) * 60 + int(minutes) if colon else int(written))


def _hours(written: str) -> int:
    return _whole(float(written.replace(",", ".")) * 60)


def _whole(minutes: float) -> int:
    if minutes < 0 or minutes % (QUARTER_MS // MINUTE_MS):
        raise ValueError("whole quarters of an hour")
    return int(minutes)


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


_READ: dict[str, Callable[[str], object]] = {
    "lengths": lambda written: tuple(_hours(one) for one in written.split(",")),
    "rest_over": _hours,
    "rest_after": _hours,
    "rest_before": _hours,
}
