"""What each call was about: one outcome a call, given by whoever answered it; a change is a new row beside the old.

Nothing is written down of what was said, and no caller: a type of matter, how far it came, and the call's id.
"""

from collections.abc import Collection
from dataclasses import astuple, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from ivr.web.store import WebStore
from queues.ids import NO_CLEARANCE, AgentId, CallId, Clearance, QueueId


class Kind(StrEnum):
    """What came of a call."""

    MATTER = "matter"
    PUT_THROUGH = "put_through"
    """The caller only wanted to be connected to somebody."""
    WRONG_NUMBER = "wrong_number"
    CUT_OFF = "cut_off"
    """The talk broke off before it was about anything."""


SWEDISH = {
    Kind.MATTER: "Ärende",
    Kind.PUT_THROUGH: "Koppling",
    Kind.WRONG_NUMBER: "Fel nummer",
    Kind.CUT_OFF: "Avbrutet",
}


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """What one call was about. `department` and `rosa` as the municipality's files said then: classes are corrected."""

    call: CallId
    at_ms: int
    """When it was given."""
    by: str
    """The account."""
    agent: AgentId
    """Who had answered."""
    kind: Kind
    matter: str = ""
    department: str = ""
    rosa: int = 0
    level: int = 0
    """What it took to answer it, 1–3; 0 for what is no matter."""
    solved: bool = False
    case: str = ""
    """The number that the municipality's case system gave it."""
    queue: QueueId = QueueId("")
    clearance: Clearance = NO_CLEARANCE
    """What must be held to see this row together with anything else about the call."""
    answered_at_ms: int = 0


_COLUMNS = (
    "call, at_ms, account, agent, kind, matter, department, rosa, level, is_solved, case_number, queue, clearance,"
    " answered_at_ms"
)
_LATEST = "number = (SELECT max(number) FROM outcomes l WHERE l.call = o.call)"


class Outcomes:
    """The outcomes in the store."""

    def __init__(self, store: WebStore) -> None:
        self._store = store

    async def record(self, outcome: CallOutcome) -> None:
        """This is what the call was about; what was said before stays as history. Twice the same is once."""
        await self._store.run(lambda db: record(db, outcome))

    async def latest(self, call: CallId) -> CallOutcome | None:
        """What holds of the call; None as long as nobody has said."""
        return next(iter((await self.history(call))[-1:]), None)

    async def history(self, call: CallId) -> list[CallOutcome]:
        """All that was said of the call, oldest first."""
        return await self._store.run(lambda db: _read(db, "o.call = ? ORDER BY number", (call,)))

    async def between(self, from_ms: int, to_ms: int) -> list[CallOutcome]:
        """What holds of each call that was answered in [from_ms, to_ms), by its answer."""
        return await self._store.run(lambda db: between(db, from_ms, to_ms))

    async def of(self, calls: Collection[CallId]) -> dict[CallId, CallOutcome]:
        """What holds of those of `calls` of which anybody has said."""
        found = await self._store.run(lambda db: [row for call in calls for row in latest(db, call)])
        return {outcome.call: outcome for outcome in found}

    async def given(self, calls: Collection[CallId]) -> set[CallId]:
        """Those of `calls` that have an outcome."""
        return set(await self.of(calls))


def record(db: Database, outcome: CallOutcome) -> None:
    """The row is there, unless the one that holds says the same already."""
    before = next(iter(latest(db, outcome.call)), None)
    if before is not None and _said(before) == _said(outcome):
        return
    marks = ", ".join("?" * len(fields(CallOutcome)))
    db.execute(f"INSERT INTO outcomes ({_COLUMNS}) VALUES ({marks})", astuple(outcome))  # noqa: S608 - constants


def latest(db: Database, call: CallId) -> list[CallOutcome]:
    """What holds of the call, one or none."""
    return _read(db, "o.call = ? ORDER BY number DESC LIMIT 1", (call,))


def between(db: Database, from_ms: int, to_ms: int) -> list[CallOutcome]:
    """`Outcomes.between`, for whoever has the database already."""
    where = f"o.answered_at_ms >= ? AND o.answered_at_ms < ? AND {_LATEST} ORDER BY o.answered_at_ms, number"
    return _read(db, where, (from_ms, to_ms))


def after_number(db: Database, number: int | None) -> list[tuple[int, CallOutcome]]:
    """What was given after that row, each with its row's number; of None only the last row, to know where it ends."""
    where = "o.number > ? ORDER BY o.number" if number is not None else "1 = ? ORDER BY o.number DESC LIMIT 1"
    given = _read(db, where, (1 if number is None else number,))
    told = "SELECT number FROM outcomes o WHERE "
    numbers = db.execute(told + where, (1 if number is None else number,)).fetchall()
    return [(row[0], outcome) for row, outcome in zip(numbers, given, strict=True)]


def _said(outcome: CallOutcome) -> tuple[object, ...]:
    return (outcome.kind, outcome.matter, outcome.level, outcome.solved, outcome.case, outcome.agent)


def _read(db: Database, where: str, values: tuple[object, ...]) -> list[CallOutcome]:
    rows = db.execute(f"SELECT {_COLUMNS} FROM outcomes o WHERE {where}", values)  # noqa: S608 - constants of this file
    return [_outcome(*row) for row in rows]


def _outcome(call: str, at_ms: int, by: str, agent: str, kind: str, *rest: Any) -> CallOutcome:
    matter, department, rosa, level, is_solved, *last = rest
    outcome = CallOutcome(CallId(call), at_ms, by, AgentId(agent), Kind(kind), matter, department, rosa, level)
    case, queue, clearance, answered_at_ms = last
    return replace(
        outcome, solved=bool(is_solved), case=case, queue=queue, clearance=clearance, answered_at_ms=answered_at_ms
    )
