"""The reading side of the call log: opened read-only, beside a writer that goes on writing.

What still waits in the journal belongs to the log too. It is read before the database is, and what of it has come
into the database meanwhile is known by its number; so nothing is missed and nothing is met twice.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from ivr.call_log.codec import UnknownKindError, entry_from, event_from
from ivr.call_log.database import check
from ivr.call_log.journal import JournalReading
from queues.agents import AgentState
from queues.asked_entries import SurveyAnswered, SurveyBegun
from queues.entries import AgentStateChanged, CallEnded, CallEntered, CallRecovered, Entry, TalkEnded
from queues.ids import AgentId, CallId, Instant, QueueId, partner_of
from routing.events import AgentRestored, Event

_TEXTS = frozenset({"number", "caller", "queue", "agent", "outcome", "state", "reason"})


class CallLogUnreadableError(Exception):
    """There is no call log to read at that place, or it is no call log; the message says what was tried."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call in short. Instants and spans are None, texts "" for what has not happened (yet)."""

    call: CallId
    number: str
    """The number rung."""
    caller: str
    """A pseudonym."""
    queue: QueueId
    entered_at_ms: int
    queued_at_ms: int | None
    """The instant that decides the place in line."""
    answered_at_ms: int | None
    ended_at_ms: int | None
    wait_ms: int | None
    talk_ms: int | None
    agent: AgentId
    outcome: str
    state: str
    """In which the call ended."""
    reason: str
    recoveries: int
    """How many times an engine learnt of the call from Asterisk and not from its own past."""


_COLUMNS = tuple(column.name for column in fields(CallRow))
_ROW_FIELDS = ", ".join(_COLUMNS)


@dataclass(frozen=True, slots=True)
class Run:
    """One life of the engine. `last_at_ms` is its last sign of life in the log."""

    started_ms: int
    last_at_ms: int


class CallLogReader:
    """An open log; a context manager. Used by the thread that opened it."""

    def __init__(self, database_path: Path, journal_path: Path | None = None) -> None:
        """Raises CallLogUnreadableError."""
        steps = tuple(JournalReading(journal_path)) if journal_path else ()
        try:
            self._conn = sqlite3.connect(f"file:{quote(str(database_path))}?mode=ro", uri=True, timeout=2.0)
            last = dict(self._all("SELECT run, last_step FROM runs"))
        except sqlite3.Error as error:
            raise CallLogUnreadableError(f"{database_path}: {error}") from error
        self._pending = [step for step in steps if step.number > last.get(step.run, 0)]
        self.unknown_rows = 0
        """How many rows met so far are of a kind that this version does not know."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._conn.close()

    def day(  # noqa: PLR0913 -- the filters of one list
        self,
        from_ms: int,
        to_ms: int,
        *,
        queue: str | None = None,
        outcome: str | None = None,
        limit: int = -1,
        newest_first: bool = False,
    ) -> list[CallRow]:
        """The calls that entered in [from_ms, to_ms), oldest first unless asked; `outcome` "" is going on."""
        found = self._all(
            f"SELECT {_ROW_FIELDS} FROM calls WHERE entered_at_ms >= ?1 AND entered_at_ms < ?2"  # noqa: S608 -- constant
            " AND (?3 IS NULL OR coalesce(queue, '') = ?3) AND (?4 IS NULL OR coalesce(outcome, '') = ?4)"
            f" ORDER BY entered_at_ms {'DESC' if newest_first else 'ASC'}, call LIMIT ?5",
            (from_ms, to_ms, queue, outcome, limit),
        )
        return [_call_row(row) for row in found]

    def call(self, call: str) -> CallRow | None:
        """One call in short; None when the log has none of that id."""
        found = self._all(f"SELECT {_ROW_FIELDS} FROM calls WHERE call = ?", (call,))  # noqa: S608 -- constant
        return _call_row(found[0]) if found else None

    def earlier(self, caller: str, before_ms: int, limit: int) -> list[CallRow]:
        """The last calls of that caller, by pseudonym, that entered before then; newest first."""
        found = self._all(
            "SELECT call FROM entries WHERE kind = 'CallEntered' AND (body ->> '$.caller') = ?1 AND at_ms < ?2"
            " ORDER BY at_ms DESC LIMIT ?3",
            (caller, before_ms, limit),
        )
        return [row for (call,) in found if caller and (row := self.call(call)) is not None]

    def last_call(self) -> CallRow | None:
        """The call that entered last; None in an empty log."""
        found = self._all("SELECT call FROM call_keys ORDER BY entered_at_ms DESC, call DESC LIMIT 1")
        return self.call(found[0][0]) if found else None

    def call_ending_in(self, ending: str) -> CallRow | None:
        """The only call whose id ends so; None when there is none, or more than one."""
        like = "%" + ending.replace("~", "~~").replace("%", "~%").replace("_", "~_")
        found = self._all("SELECT call FROM call_keys WHERE call LIKE ? ESCAPE '~' LIMIT 2", (like,))
        return self.call(found[0][0]) if len(found) == 1 else None

    def call_entries(self, call: str) -> list[Entry]:
        """All that is remembered of one call, in the order in which it was noted."""
        stored = self._entries(self._all("SELECT kind, body FROM entries WHERE call = ? ORDER BY seq", (call,)))
        return [*stored, *(entry for entry in self._waiting() if getattr(entry, "call", None) == call)]

    def entries_between(self, from_ms: int, to_ms: int, kinds: Iterable[type[Entry]] = ()) -> Iterator[Entry]:
        """Everything remembered of [from_ms, to_ms), as the statistics want it; only of these kinds, if any."""
        rows = self._conn.execute(
            "SELECT kind, body FROM entries WHERE at_ms >= ?1 AND at_ms < ?2"
            " AND (?3 = '[]' OR kind IN (SELECT value FROM json_each(?3))) ORDER BY at_ms, seq",
            (from_ms, to_ms, json.dumps([kind.__name__ for kind in kinds])),
        )
        yield from self._entries(rows)

    def first_lines(self, from_ms: int, to_ms: int) -> list[tuple[int, QueueId, str]]:
        """When each call of [from_ms, to_ms) entered, its first line ("": none) and its outcome ("": it goes on)."""
        rows = self._all(
            "SELECT k.entered_at_ms,"
            " (SELECT e.body ->> '$.queue' FROM entries e WHERE e.call = k.call AND e.kind = 'CallQueued'"
            "  ORDER BY e.seq LIMIT 1),"
            " (SELECT e.body ->> '$.outcome' FROM entries e WHERE e.call = k.call AND e.kind = 'CallEnded'"
            "  ORDER BY e.seq DESC LIMIT 1)"
            " FROM call_keys k WHERE k.entered_at_ms >= ? AND k.entered_at_ms < ? ORDER BY k.entered_at_ms, k.call",
            (from_ms, to_ms),
        )
        return [(at_ms, QueueId(queue or ""), outcome or "") for at_ms, queue, outcome in rows]

    def first_at_ms(self) -> int:
        """When the first call of the log entered; 0 when there is none."""
        return int(self._all("SELECT min(entered_at_ms) FROM call_keys")[0][0] or 0)

    def agent_states_at(self, at_ms: int) -> dict[AgentId, AgentState]:
        """What each person was last known to do before that instant; whoever is not in it was not known."""
        rows = self._all(
            "SELECT kind, body FROM entries WHERE seq IN"
            " (SELECT max(seq) FROM entries WHERE kind = 'AgentStateChanged' AND at_ms < ? GROUP BY agent)",
            (at_ms,),
        )
        return {entry.agent: entry.after for entry in self._entries(rows) if isinstance(entry, AgentStateChanged)}

    def survey_entries(self, from_ms: int, to_ms: int) -> list[Entry]:
        """What callers of [from_ms, to_ms) were asked after their talks, and answered."""
        rows = self._all(
            "SELECT kind, body FROM entries WHERE at_ms >= ? AND at_ms < ?"
            " AND kind IN ('SurveyBegun', 'SurveyAnswered') ORDER BY seq",
            (from_ms, to_ms),
        )
        waiting = (entry for entry in self._waiting() if from_ms <= entry.at_ms < to_ms)
        return [*self._entries(rows), *(e for e in waiting if isinstance(e, SurveyBegun | SurveyAnswered))]

    def events_between(self, from_ms: int, to_ms: int) -> Iterator[tuple[Instant, Event]]:
        """What the kernel was told in [from_ms, to_ms), in its order: the day can be run again from it."""
        rows = self._conn.execute(
            "SELECT at_ms, kind, body FROM events WHERE at_ms >= ? AND at_ms < ? ORDER BY seq", (from_ms, to_ms)
        )
        for at_ms, kind, body in rows:
            try:
                yield Instant(at_ms), event_from(kind, body)
            except UnknownKindError:
                self.unknown_rows += 1

    def open_calls(self) -> dict[CallId, tuple[Entry, ...]]:
        """The calls without a final row, with all that is remembered of each."""
        rows = self._all(
            # CROSS JOIN: from the few open calls to their entries; else SQLite reads all entries in their order.
            "SELECT e.kind, e.body FROM call_keys k CROSS JOIN entries e ON e.call = k.call"
            " WHERE k.is_open = 1 ORDER BY e.seq"
        )
        calls: dict[CallId, list[Entry]] = {}
        for entry in (*self._entries(rows), *self._waiting()):
            if isinstance(entry, (CallEntered, CallRecovered)):
                calls.setdefault(entry.call, []).append(entry)
            elif isinstance(entry, CallEnded):
                calls.pop(entry.call, None)
            elif (call := getattr(entry, "call", None)) in calls:
                calls[call].append(entry)
        return {call: tuple(entries) for call, entries in calls.items()}

    def last_agent_states(self) -> list[AgentRestored]:
        """What each person was doing last, as the event that tells a new kernel so."""
        rows = self._all("SELECT e.kind, e.body FROM agents_last a JOIN entries e ON e.seq = a.seq ORDER BY a.seq")
        last: dict[AgentId, AgentRestored] = {}
        for entry in (*self._entries(rows), *self._waiting()):
            if isinstance(entry, AgentStateChanged) and not partner_of(entry.agent):
                last[entry.agent] = AgentRestored(entry.agent, entry.after, entry.reason, entry.until_ms)
        return list(last.values())

    def talks_since(self, from_ms: int) -> Iterator[Entry]:
        """The talks that have ended since then."""
        rows = self._all("SELECT kind, body FROM entries WHERE at_ms >= ? AND kind = 'TalkEnded'", (from_ms,))
        yield from self._entries(rows)
        yield from (entry for entry in self._waiting() if isinstance(entry, TalkEnded) and entry.at_ms >= from_ms)

    def knows(self, calls: Iterable[CallId]) -> frozenset[CallId]:
        """Those of `calls` of which the log has anything at all."""
        waiting = {getattr(entry, "call", "") for entry in self._waiting()}
        return frozenset(
            call
            for call in calls
            if call in waiting or self._all("SELECT 1 FROM entries WHERE call = ? LIMIT 1", (call,))
        )

    def final_rows(self, call: str) -> int:
        """How many times the log says that the call ended; every call wants exactly one."""
        return sum(isinstance(entry, CallEnded) for entry in self.call_entries(call))

    def last_at_ms(self) -> int:
        """The last instant in the log; 0 when it is empty."""
        found = self._all("SELECT max(at_ms) FROM entries")[0][0]
        return max([found or 0, *(step.at_ms for step in self._pending)])

    def runs(self) -> list[Run]:
        """The lives of engines that the log remembers, oldest first."""
        rows = self._all("SELECT started_ms, coalesce(closed_ms, last_at_ms) FROM runs ORDER BY run")
        return [Run(*row) for row in rows]

    def check(self) -> str:
        """What is wrong with the file, "" when it is whole; reads all of it."""
        try:
            check(self._conn)
        except sqlite3.Error as error:
            return str(error)
        return ""

    def _all(self, sql: str, values: tuple[object, ...] = ()) -> list[Any]:
        try:
            return self._conn.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise CallLogUnreadableError(str(error)) from error

    def _waiting(self) -> Iterator[Entry]:
        """What the journal has and the database has not."""
        for step in self._pending:
            yield from self._entries((row.kind, row.body) for row in step.entries)

    def _entries(self, rows: Iterable[tuple[str, str]]) -> Iterator[Entry]:
        for kind, body in rows:
            try:
                yield entry_from(kind, body)
            except UnknownKindError:
                self.unknown_rows += 1


def _call_row(row: Sequence[Any]) -> CallRow:
    """Texts that SQL has as NULL are ""; numbers that are not there stay None."""
    values: list[Any] = [value or "" if name in _TEXTS else value for name, value in zip(_COLUMNS, row, strict=True)]
    return CallRow(*values)
