"""What a board is folded from, read from the log: the rows of a day, behind whatever of earlier days goes on in it.

Two rules. All of it is read in one transaction, so that nothing is met twice while the journal goes into the database.
And rows are handed on one by one: a day of hundreds of thousands never lies in memory.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ivr.call_log.reading import CallLogReader
from queues.board import KINDS
from queues.entries import AgentStateChanged, Entry
from queues.weighed_entries import CandidatesWeighed

FAR_FUTURE_MS = 1 << 62
CALLS_LAST_MS = 8 * 86_400_000
"""No call lasts longer, a promise to ring included."""
STATES_BACK = 100_000
"""So many changes of people's states are looked through for what somebody did at midnight."""
_STANDING = (
    *("PartnerChanged", "HoursSwitched", "CrisisMessageSwitched", "AgentMoved"),
    *("RoutingPaused", "RoutingResumed", "PlanReplaced"),
)
"""What stays so until it is said to be otherwise; of no call."""

_ROW = tuple[int, str, str]


class BoardEntries(NamedTuple):
    """Entries in their order, to be read once; and by run of the engine the last step that is among them."""

    entries: Iterator[Entry]
    last_steps: dict[int, int]


@contextmanager
def entries_for_board(
    database_path: Path, journal_path: Path | None, from_ms: int, to_ms: int = FAR_FUTURE_MS
) -> Iterator[BoardEntries]:
    """What `Board(from_ms)` is to be told. Raises CallLogUnreadableError.

    The log is open, and its read transaction too, until the context is left.
    """
    with BoardReader(database_path, journal_path) as reader:
        yield reader.begin(from_ms, to_ms)


class BoardReader(CallLogReader):
    """The log, open for reading; for one thread."""

    def begin(self, from_ms: int, to_ms: int) -> BoardEntries:
        """What `Board(from_ms)` is to be told of [from_ms, to_ms); as the log is at this moment."""
        self._conn.execute("BEGIN")
        last = dict(self._all("SELECT run, last_step FROM runs"))
        waiting = (step for step in self._pending if step.number > last.get(step.run, 0))
        self._pending = list({(step.run, step.number): step for step in waiting}.values())  # some lie there twice
        steps = last | {step.run: step.number for step in self._pending}
        return BoardEntries(self._told(from_ms, to_ms), steps)

    def rows_in(self, from_ms: int, to_ms: int) -> int:
        """How many entries of [from_ms, to_ms) there are: rows are only ever added, so more are more."""
        stored = self._all("SELECT count(*) FROM entries WHERE at_ms >= ? AND at_ms < ?", (from_ms, to_ms))[0][0]
        return int(stored) + sum(from_ms <= entry.at_ms < to_ms for entry in self._waiting())

    def _told(self, from_ms: int, to_ms: int) -> Iterator[Entry]:
        before = (self._standing_at(from_ms), self._states_at(from_ms), self._calls_at(from_ms))
        rows = merge(*before, self._rows_of(from_ms, to_ms))
        yield from self._entries((kind, body) for _, kind, body in rows)
        yield from (entry for entry in self._waiting() if entry.at_ms < to_ms and type(entry) in KINDS)

    def _standing_at(self, from_ms: int) -> Iterator[_ROW]:
        """What was said before of no call and no person, and held until further notice."""
        yield from self._conn.execute(
            "SELECT seq, kind, body FROM entries WHERE call = '' AND kind IN (?, ?, ?, ?, ?, ?, ?) AND at_ms < ?"
            " ORDER BY seq",
            (*_STANDING, from_ms),
        )

    def _states_at(self, from_ms: int) -> list[_ROW]:
        """What each person had begun to do before; of somebody who has done nothing since long ago, what that was."""
        known = self._all("SELECT a.agent, e.at_ms FROM agents_last a JOIN entries e ON e.seq = a.seq")
        sought = {agent for agent, at_ms in known if at_ms >= from_ms}
        found = self._all(
            "SELECT e.seq, e.kind, e.body FROM agents_last a JOIN entries e ON e.seq = a.seq WHERE e.at_ms < ?",
            (from_ms,),
        )
        rows = self._conn.execute(
            "SELECT agent, seq, kind, body FROM entries WHERE call = '' AND kind = ?"
            " AND seq < (SELECT min(seq) FROM entries WHERE at_ms >= ?) ORDER BY seq DESC",
            (AgentStateChanged.__name__, from_ms),
        )
        for agent, *row in islice(rows, STATES_BACK):
            if not sought:
                break
            if agent in sought:
                sought.remove(agent)
                found.append(tuple(row))
        return sorted(found)

    def _calls_at(self, from_ms: int) -> Iterator[_ROW]:
        """The rows from before of the calls that were under way: their last word then was not that they ended."""
        yield from self._conn.execute(
            "SELECT e.seq, e.kind, e.body FROM entries e WHERE e.at_ms < ?1 AND e.call IN"
            " (SELECT k.call FROM call_keys k WHERE k.is_open = 1 AND k.entered_at_ms < ?1"
            "  UNION SELECT k.call FROM call_keys k WHERE k.entered_at_ms >= ?2 AND k.entered_at_ms < ?1"
            "   AND 'CallEnded' <> (SELECT o.kind FROM entries o WHERE o.call = k.call AND o.at_ms < ?1"
            "    AND o.kind IN ('CallEntered', 'CallRecovered', 'CallEnded') ORDER BY o.seq DESC LIMIT 1))"
            " ORDER BY e.seq",
            (from_ms, from_ms - CALLS_LAST_MS),
        )

    def _rows_of(self, from_ms: int, to_ms: int) -> Iterator[_ROW]:
        """The day's own rows; decisions only of calls that go on, and what nobody is shown not at all."""
        kinds = sorted(kind.__name__ for kind in KINDS - {CandidatesWeighed})
        # By `seq` and not by `at_ms` (hence the +): what is already in order need not be sorted.
        yield from self._conn.execute(
            "SELECT seq, kind, body FROM entries WHERE +at_ms >= ?1 AND +at_ms < ?2"  # noqa: S608 - marks only
            " AND seq >= (SELECT min(seq) FROM entries WHERE at_ms >= ?1 AND at_ms < ?2)"
            " AND seq <= (SELECT max(seq) FROM entries WHERE at_ms >= ?1 AND at_ms < ?2)"
            f" AND (kind IN ({', '.join('?' * len(kinds))}) OR (kind = 'CandidatesWeighed'"
            " AND call IN (SELECT call FROM call_keys WHERE is_open = 1))) ORDER BY seq",
            (from_ms, to_ms, *kinds),
        )
