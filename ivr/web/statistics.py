"""Figures of a day or of several, as tables: of lines, of quarters of an hour, of people, of matters. Pure.

Three rules. Every figure is worked out from raw counts that a `Board` folded from the log. A line under secrecy is not
there for whoever lacks its clearance, nor any sum that it is part of. And times of people add up to their logins (I24).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from zoneinfo import ZoneInfo

from ivr.config.house import House
from ivr.local_days import local
from ivr.web.csv_export import Cell
from ivr.web.matters import SWEDISH as KINDS
from ivr.web.matters import CallOutcome, Kind
from ivr.web.past_days import FoldedDay
from queues.agents import AgentState, NotReadyReason
from queues.board import QUARTER_MS, Counts, LevelDefinition
from queues.board_counts import THRESHOLD_S
from queues.ids import AgentId, QueueId, partner_of

DEFINITIONS = {
    LevelDefinition.SERVICE_LEVEL: "besvarade inom gränsen, av besvarade och av dem som gav upp efter den",
    LevelDefinition.OFFERED: "besvarade inom gränsen, av besvarade och alla som gav upp i kön",
    LevelDefinition.ANSWERED: "besvarade inom gränsen, av besvarade (Asterisks första)",
    LevelDefinition.WITH_EARLY: "besvarade och uppgivna inom gränsen, av besvarade och uppgivna (Asterisks andra)",
}
_COUNTS: tuple[tuple[str, Callable[[Counts], int]], ...] = (
    ("Avbrutna inom 10 s", lambda c: c.short_abandoned),
    ("Till svarsställe", lambda c: c.external),
    ("Från annan kö", lambda c: c.overflowed_in + c.transferred_in + c.moved_in),
    ("Till annan kö", lambda c: c.overflowed_out + c.transferred_out + c.moved_out),
    ("Avvisade", lambda c: c.turned_away),
    ("Stängt", lambda c: c.closed),
    ("Misslyckade", lambda c: c.failed),
    ("Lovade uppringningar", lambda c: c.callbacks_promised),
    ("Hållna", lambda c: c.callbacks_kept),
    ("Uppgivna", lambda c: c.callbacks_failed),
)
UNREACHABLE = frozenset({NotReadyReason.PHONE_FAULT.value, NotReadyReason.DEAD_AIR.value})
"""Reasons of not being ready that are the phone's."""
_STATES = {
    AgentState.READY: "Redo",
    AgentState.RINGING: "Ringer",
    AgentState.TALKING: "Samtal",
    AgentState.WRAP_UP: "Efterbehandling",
}
OTHERS, RESTS, PHONE = "Paus", "Vila efter obesvarat", "Telefonen onåbar"
_WORKS = frozenset({AgentState.RINGING, AgentState.TALKING, AgentState.WRAP_UP})


@dataclass(frozen=True, slots=True)
class Asked:
    """Which service level is meant."""

    threshold_s: int = THRESHOLD_S
    how: LevelDefinition = LevelDefinition.SERVICE_LEVEL


@dataclass(frozen=True, slots=True)
class Table:
    """A table for people and for spreadsheets."""

    name: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(slots=True)
class Person:
    """What one person did."""

    times: Counter[tuple[AgentState, str]] = field(default_factory=Counter)
    """In ms."""
    logged_in_ms: int = 0
    answered: int = 0
    missed: int = 0
    talks: int = 0
    talk_ms: int = 0


@dataclass(slots=True)
class Period:
    """What happened in a number of days."""

    house: Counts = field(default_factory=Counts)
    lines: dict[QueueId, Counts] = field(default_factory=dict)
    people: dict[AgentId, Person] = field(default_factory=dict)
    callers: dict[str, bool] = field(default_factory=dict)
    hidden: list[int] = field(default_factory=lambda: [0, 0])
    """Calls from hidden numbers, and how many of them got through."""

    def add(self, one: FoldedDay) -> None:
        """The day is among them."""
        self.house.add(one.board.house.day)
        for queue, line in one.board.queues.items():
            self.lines.setdefault(queue, Counts()).add(line.day)
        for agent in one.board.agents.values():
            if partner_of(agent.id):
                continue
            person = self.people.setdefault(agent.id, Person())
            person.times.update(agent.times_at(one.end_ms))
            person.logged_in_ms += agent.logged_in_at(one.end_ms)
            person.answered, person.missed = person.answered + agent.answered, person.missed + agent.missed
            person.talks, person.talk_ms = person.talks + agent.talks, person.talk_ms + agent.talk_ms
        for caller, got_through in one.board.callers.items():
            self.callers[caller] = got_through or self.callers.get(caller, False)
        self.hidden = [self.hidden[0] + one.board.hidden_callers[0], self.hidden[1] + one.board.hidden_callers[1]]


def period_of(days: Iterable[FoldedDay]) -> Period:
    """The days taken together."""
    period = Period()
    for one in days:
        period.add(one)
    return period


# ── lines ───────────────────────────────────────────────────────────────────────────────────────────────────────
def figures(counts: Counts, asked: Asked) -> tuple[Cell, ...]:
    """The counts and what they come to, in the order of `figure_names`."""
    within, of = counts.level(asked.threshold_s, asked.how)
    gave_up, answers = counts.abandoned, counts.answered + counts.external
    return (
        counts.entered - counts.promised_by_agents,
        counts.answered,
        counts.answered_within(asked.threshold_s),
        _share(within, of),
        round(counts.wait_answered_ms / counts.answered / 1000, 1) if counts.answered else None,
        gave_up,
        _share(gave_up, gave_up + answers),
        round(counts.talk_ms / counts.talks / 1000, 1) if counts.talks else None,
        *(count(counts) for _, count in _COUNTS),
    )


def figure_names(asked: Asked) -> tuple[str, ...]:
    """What `figures` are."""
    return (
        *("Inkomna", "Besvarade", f"Besvarade inom {asked.threshold_s} s", "Servicegrad %", "Medelväntan s"),
        *("Gav upp", "Gav upp %", "Medelsamtal s"),
        *(name for name, _ in _COUNTS),
    )


def _share(part: int, of: int) -> float | None:
    return round(100 * part / of, 1) if of else None


def lines_table(period: Period, queues: Sequence[tuple[QueueId, str]], asked: Asked, *, whole: bool) -> Table:
    """A row a line. `whole`: every line of the house is among `queues`, and the house's own row gives nothing away."""
    rows = [(title, *figures(period.lines.get(queue, Counts()), asked)) for queue, title in queues]
    if whole:
        rows.append(("Hela växeln", *figures(period.house, asked)))
    return Table("koer", "Köer", ("Kö", *figure_names(asked)), tuple(rows))


def days_table(days: Iterable[FoldedDay], queues: Sequence[tuple[QueueId, str]], asked: Asked, *, whole: bool) -> Table:
    """A row a day and line."""
    rows: list[tuple[Cell, ...]] = []
    for day in days:
        table = lines_table(period_of([day]), queues, asked, whole=whole)
        rows.extend((day.day.isoformat(), *row) for row in table.rows)
    return Table("dagar", "Dagar", ("Datum", "Kö", *figure_names(asked)), tuple(rows))


def quarters_table(
    days: Iterable[FoldedDay], queues: Sequence[tuple[QueueId, str]], asked: Asked, zone: ZoneInfo
) -> Table:
    """A row a quarter of an hour in which anything happened, and line. The clock says which of two hours it was."""
    rows: list[tuple[Cell, ...]] = []
    for day in days:
        for queue, title in queues:
            line = day.board.queues.get(queue)
            for quarter, counts in sorted(line.quarters.items() if line else ()):
                begins = local(day.board.day_starts_ms + quarter * QUARTER_MS, zone)
                rows.append((begins.isoformat(timespec="minutes"), title, *figures(counts, asked)))
    return Table("kvartar", "Kvartar", ("Från", "Kö", *figure_names(asked)), tuple(rows))


def callers_table(period: Period) -> Table:
    """How many people there were behind the calls, and how many of them got through to somebody."""
    calls, hidden = period.house.entered - period.house.promised_by_agents, period.hidden
    rows: tuple[tuple[Cell, ...], ...] = (
        ("Samtal", calls, None),
        ("Nummer som ringde", len(period.callers), sum(period.callers.values())),
        ("Samtal med dolt nummer", hidden[0], hidden[1]),
    )
    return Table("ringande", "Ringande", ("Vilka", "Antal", "varav kom fram"), rows)


# ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────
def kind_of_time(state: AgentState, reason: str) -> str:
    """What somebody did, in the word of the table; each state and reason has exactly one."""
    if state in _STATES:
        return _STATES[state]
    if reason in UNREACHABLE:
        return PHONE
    return RESTS if reason == NotReadyReason.RONA else OTHERS


def people_table(period: Period, names: Callable[[AgentId], str]) -> Table:
    """A row a person: minutes of each state, which add up to those of the login."""
    kinds = (*_STATES.values(), OTHERS, RESTS, PHONE)
    rows = tuple(
        sorted(_person(names(agent), person, kinds) for agent, person in period.people.items() if person.times)
    )
    spent = tuple(f"{kind} min" for kind in kinds)
    header = ("Namn", "Inloggad min", *spent, "Besvarade", "Missade", "Samtal", "Medelsamtal s", "Beläggning %")
    return Table("personer", "Personer", header, rows)


def _person(name: str, person: Person, kinds: Sequence[str]) -> tuple[Cell, ...]:
    spent: Counter[str] = Counter()
    for (state, reason), ms in person.times.items():
        spent[kind_of_time(state, reason)] += ms
    works = sum(ms for (state, _), ms in person.times.items() if state in _WORKS)
    there = works + sum(ms for (state, _), ms in person.times.items() if state is AgentState.READY)
    return (
        name,
        _minutes(person.logged_in_ms),
        *(_minutes(spent[kind]) for kind in kinds),
        *(person.answered, person.missed, person.talks),
        round(person.talk_ms / person.talks / 1000, 1) if person.talks else None,
        round(100 * works / there, 1) if there else None,
    )


def _minutes(ms: int) -> float:
    return round(ms / 60_000, 1)


def pauses_table(period: Period, names: Callable[[AgentId], str]) -> Table:
    """A row a person and reason of a pause, in the person's own words."""
    rows = sorted(
        (names(agent), reason or "utan skäl", _minutes(ms))
        for agent, person in period.people.items()
        for (state, reason), ms in person.times.items()
        if state is AgentState.NOT_READY
    )
    return Table("pauser", "Pauser", ("Namn", "Skäl", "Minuter"), tuple(rows))


# ── matters ─────────────────────────────────────────────────────────────────────────────────────────────────────
def matters_tables(
    given: Iterable[CallOutcome], matter_titles: Callable[[str], str], departments: Callable[[str], str]
) -> Iterator[Table]:
    """What people rang about: by department and ROSA class, by type of matter, and what was no matter."""
    outcomes = list(given)
    matters = [one for one in outcomes if one.kind is Kind.MATTER]
    header = ("Antal", "varav lösta", "Nivå 1", "Nivå 2", "Nivå 3", "Lösta %")
    yield Table(
        "forvaltningar",
        "Ärenden per förvaltning och ROSA-klass",
        ("Förvaltning", "ROSA-klass", *header),
        _grouped(matters, lambda one: (departments(one.department), one.rosa)),
    )
    yield Table(
        "arenden",
        "Ärenden per typ",
        ("Ärende", "Förvaltning", "ROSA-klass", *header),
        _grouped(matters, lambda one: (matter_titles(one.matter), departments(one.department), one.rosa)),
    )
    kinds = Counter(one.kind for one in outcomes)
    yield Table("utfall", "Vad samtalen var", ("Utfall", "Antal"), tuple((KINDS[kind], kinds[kind]) for kind in Kind))


def _grouped(
    matters: Iterable[CallOutcome], by: Callable[[CallOutcome], tuple[str | int, ...]]
) -> tuple[tuple[Cell, ...], ...]:
    groups: dict[tuple[str | int, ...], list[CallOutcome]] = {}
    for one in matters:
        groups.setdefault(by(one), []).append(one)
    return tuple(
        (
            *group,
            len(ones),
            sum(one.solved for one in ones),
            *(sum(one.level == level for one in ones) for level in (1, 2, 3)),
            round(100 * sum(one.solved for one in ones) / len(ones), 1),
        )
        for group, ones in sorted(groups.items())
    )


# ── all of it ───────────────────────────────────────────────────────────────────────────────────────────────────
def all_tables(
    house: House,
    queues: Sequence[tuple[QueueId, str]],
    days: Sequence[FoldedDay],
    given: Iterable[CallOutcome],
    asked: Asked,
) -> Iterator[Table]:
    """Every table of the days and these lines, with their titles; what tells of every line only if all are among them.

    given: what was said of the days' calls, as far as it may be read.
    """
    whole = len(queues) == len(house.plan.queues)
    period = period_of(days)
    yield lines_table(period, queues, asked, whole=whole)
    if len(days) == 1:
        yield quarters_table(days, queues, asked, ZoneInfo(house.timezone))
    else:
        yield days_table(days, queues, asked, whole=whole)
    if whole:
        yield callers_table(period)
        yield people_table(period, partial(_name, house))
        yield pauses_table(period, partial(_name, house))
    yield from matters_tables(
        given,
        lambda matter: house.matters[matter].title if matter in house.matters else matter,
        lambda department: house.departments.get(department, department),
    )


def _name(house: House, agent: AgentId) -> str:
    person = house.people.get(agent)
    return person.name if person else agent
