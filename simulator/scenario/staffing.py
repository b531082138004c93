"""Who works when: the shifts of a scenario, each person's disjoint and rising, and what is wrong with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

from ivr.config.fields import WEEKDAYS
from ivr.config.hours import instant
from ivr.config.problems import Code, Place, Problem
from ivr.config.yaml_nodes import Document
from queues.ids import AgentId
from routing.plan import Plan
from simulator.scenario.arriving import Calendar
from simulator.scenario.models import ScenarioFile, StaffEntry
from simulator.world import DAY_MS, Shift

EVERYBODY = "alla"
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Stint:
    """A shift and where it is written."""

    from_ms: int
    to_ms: int
    breaks: tuple[Span, ...]
    place: Place


@dataclass(slots=True)
class Roster:
    """Who works when, as far as it is known."""

    plan: Plan
    file: ScenarioFile
    document: Document
    groups: Mapping[str, tuple[str, ...]]
    calendar: Calendar
    stints: dict[str, list[Stint]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def shifts(self, opened: tuple[Span, ...] | None) -> tuple[Shift, ...]:
        """Everybody's, in the order of the plan. opened: when those work of whom nothing is said; None: always."""
        named = set[str]()
        for i, entry in enumerate(self.file.staff or ()):
            named |= self._enter(i, entry)
        named |= {m for members in self.groups.values() if named & set(members) for m in members}
        whole = ((0, self.calendar.length_ms + 2 * DAY_MS),)
        for name in self.plan.agents:
            if name not in named and (self.file.staff is None or opened is None):
                spans = opened if opened is not None else whole
                self.stints[name] = [Stint(*span, (), self.document.where()) for span in self._spared(name, spans)]
        found = tuple(shift for name in self.plan.agents for shift in self._joined(name))
        self._who_never_works(found)
        return found

    def _enter(self, number: int, entry: StaffEntry) -> set[str]:
        """The entry's shifts are known; the names it speaks of."""
        everybody, named = [], set[str]()
        for n, name in enumerate(entry.agents):
            members = self._members(name)
            if not members and name not in self.file.without:
                place, cure = self.document.where("staff", number, "agents", n), f"De som finns: {_list(self.groups)}."
                self.problems.append(Problem(Code.UNKNOWN_AGENT, place, f"{name!r} finns inte.", cure))
            everybody += [member for member in members if member not in named]
            named |= set(members)
        place = self.document.where("staff", number)
        for day, span, breaks in self._when(entry):
            there = [name for name in everybody if not self._away(name, day, span)]
            if day is None or len(there) < len(everybody):
                self._tell_of_leave(number, entry, set(everybody) - set(there))
            if entry.count is not None and entry.count > len(everybody):
                sentence = f"{entry.count} ska arbeta men de är bara {len(everybody)}."
                where = self.document.where("staff", number, "count")
                self.problems.append(Problem(Code.BAD_SHIFT, where, sentence, "Rätta count här eller i agents."))
            for name in there[: entry.count]:
                self.stints.setdefault(name, []).append(Stint(*span, breaks, place))
        return named

    def _members(self, name: str) -> tuple[str, ...]:
        if name == EVERYBODY:
            return tuple(self.plan.agents)
        found = self.groups.get(name, (name,))
        return tuple(member for member in found if AgentId(member) in self.plan.agents)

    def _when(self, entry: StaffEntry) -> Iterator[tuple[date | None, Span, tuple[Span, ...]]]:
        if entry.from_s is not None and entry.to_s is not None:
            yield None, (round(entry.from_s * 1000), round(entry.to_s * 1000)), ()
            return
        for day in self.calendar.dates:
            on = entry.weekdays is None or WEEKDAYS[day.weekday()] in entry.weekdays
            if on and (entry.dates is None or day in entry.dates) and entry.from_ is not None and entry.to is not None:
                breaks = tuple(self._at(day, *span) for span in entry.breaks)
                yield day, self._at(day, entry.from_, entry.to), tuple(b for b in breaks if b[0] < b[1])

    def _at(self, day: date, start: int, end: int) -> Span:
        return span_on(self.calendar, day, start, end)

    def _leaves(self, name: str) -> Iterator[Span]:
        for leave in self.file.leave:
            if any(name in self._members(who) for who in leave.agents):
                if leave.dates is None:
                    yield 0, self.calendar.length_ms + 2 * DAY_MS
                for day in leave.dates or ():
                    if day in self.calendar.dates:
                        yield self._at(day, 0, 24 * 60)

    def _away(self, name: str, _day: date | None, span: Span) -> bool:
        return any(start < span[1] and span[0] < end for start, end in self._leaves(name))

    def _tell_of_leave(self, number: int, entry: StaffEntry, away: set[str]) -> None:
        """Who is named one by one and is away is a mistake; a group that lacks somebody is not."""
        for n, name in enumerate(entry.agents):
            if name in away:
                place = self.document.where("staff", number, "agents", n)
                sentence = f"{name!r} är ledig (leave) och kan inte ha skiftet."
                self.problems.append(Problem(Code.ON_LEAVE, place, sentence, "Ta bort den ena uppgiften."))

    def _spared(self, name: str, spans: tuple[Span, ...]) -> Iterator[Span]:
        """The spans without the days on which somebody is away."""
        leaves = list(self._leaves(name))
        return (span for span in spans if not any(start < span[1] and span[0] < end for start, end in leaves))

    def _joined(self, name: str) -> Iterator[Shift]:
        """One person's shifts in order; those that touch are one."""
        stints = sorted(self.stints.get(name, ()), key=lambda stint: (stint.from_ms, stint.to_ms))
        for before, after in pairwise(stints):
            if after.from_ms < before.to_ms:
                sentence = f"{name!r} har två skift som går in i varandra."
                self.problems.append(
                    Problem(Code.SHIFTS_OVERLAP, after.place, sentence, "Låt det ena sluta när det andra börjar.")
                )
                return
        joined: list[Stint] = []
        for stint in stints:
            if joined and joined[-1].to_ms == stint.from_ms:
                last = joined.pop()
                stint = Stint(last.from_ms, stint.to_ms, (*last.breaks, *stint.breaks), stint.place)  # noqa: PLW2901
            joined.append(stint)
        for stint in joined:
            yield Shift(AgentId(name), stint.from_ms, stint.to_ms, stint.breaks)

    def _who_never_works(self, shifts: tuple[Shift, ...]) -> None:
        working = {shift.agent for shift in shifts}
        away = {name for name in self.plan.agents for _ in self._leaves(name)}
        idle = [name for name in self.plan.agents if name not in working and name not in away]
        if idle and self.file.staff is not None:
            sentence = f"{_list(idle)} har inga skift och arbetar aldrig."
            place = self.document.where("staff")
            self.problems.append(
                Problem(Code.NEVER_WORKS, place, sentence, "Ge dem skift, eller skriv dem under leave.")
            )


def span_on(calendar: Calendar, day: date, start: int, end: int) -> Span:
    """From one minute to another of a simulated day, from time 0; the change to summer time taken into account."""
    zone = ZoneInfo(calendar.timezone)
    begins, ends = instant(day, start, zone, fold=0), instant(day, end, zone, fold=1)
    return begins - calendar.start_ms, ends - calendar.start_ms


def _list(names: Mapping[str, object] | list[AgentId], most: int = 12) -> str:
    shown = list(names)
    return ", ".join(shown[:most]) + (" …" if len(shown) > most else "")
