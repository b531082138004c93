"""Calls of the log, with what must be held to hear each: read page by page, beside the engine's writing."""

from dataclasses import fields
from typing import NamedTuple, get_args

from ivr.call_log.clearance import SAYS_CLEARANCE
from ivr.call_log.reading import CallLogReader, CallRow
from ivr.web.api.seen_calls import PastCall
from queues.entries import Entry
from queues.ids import UNKNOWN_CLEARANCE, CallId, Clearance

_COLUMNS = tuple(column.name for column in fields(CallRow))
_TEXTS = frozenset({"number", "caller", "queue", "agent", "outcome", "state", "reason"})
_SAYING = ", ".join(f"'{kind.__name__}'" for kind in get_args(SAYS_CLEARANCE))
"""It never falls, so the last says it."""
_CLEARANCE = (
    "(SELECT e.body ->> '$.clearance' FROM entries e WHERE e.call = c.call"  # noqa: S608 - constants of this file
    f" AND e.kind IN ({_SAYING}) ORDER BY e.seq DESC LIMIT 1)"
)
_SELECT = f"SELECT {', '.join('c.' + name for name in _COLUMNS)}, {_CLEARANCE} FROM calls c"  # noqa: S608 - constants


class At(NamedTuple):
    """Where a page of calls begins: after so many of those that entered in that millisecond."""

    entered_at_ms: int
    after: int = 0


class PastCalls(CallLogReader):
    """The log, open for reading; for one thread."""

    def page(self, at: At, to_ms: int, limit: int) -> list[PastCall]:
        """Calls that entered from there on and before `to_ms`, oldest first."""
        sql = f"{_SELECT} WHERE c.entered_at_ms >= ? AND c.entered_at_ms < ? ORDER BY c.entered_at_ms, c.call"
        rows = self._all(f"{sql} LIMIT ? OFFSET ?", (at.entered_at_ms, to_ms, limit, at.after))
        return [_past(row) for row in rows]

    def one(self, call: str) -> PastCall | None:
        """The call of that id; None if the log has none."""
        rows = self._all(f"{_SELECT} WHERE c.call = ?", (call,))
        return _past(rows[0]) if rows else None

    def told(self, call: CallId) -> list[Entry]:
        """All that is remembered of the call."""
        return self.call_entries(call)


def _past(row: tuple[object, ...]) -> PastCall:
    *said, clearance = row
    values = {n: "" if v is None and n in _TEXTS else v for n, v in zip(_COLUMNS, said, strict=True)}
    return PastCall(CallRow(**values), UNKNOWN_CLEARANCE if clearance is None else Clearance(str(clearance)))  # type: ignore[arg-type]
