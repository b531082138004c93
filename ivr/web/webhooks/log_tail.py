"""The call log read on from a row: what is told outside is what the log holds, in its order, once."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from ivr.call_log.reading import CallLogReader, CallLogUnreadableError
from ivr.config.site import Site
from ivr.web.webhooks.happenings import TOLD
from ivr.web.webhooks.known_calls import FOLDED
from queues.entries import AgentStateChanged, Entry
from queues.ids import CallId

AT_ONCE = 500
KINDS = frozenset(kind.__name__ for kind in (*TOLD, *FOLDED, AgentStateChanged))


class Read(NamedTuple):
    """What was read, and up to which row."""

    entries: tuple[tuple[int, Entry], ...]
    """Each with its row's number."""
    up_to: int
    whole: bool
    """Whether there was nothing more."""


class _Tail(CallLogReader):
    def newest(self) -> int:
        return int(self._all("SELECT coalesce(max(seq), 0) FROM entries")[0][0])

    def after(self, seq: int) -> Read:
        newest = self.newest()  # asked first: what is written meanwhile is for the next time
        up_to = min(seq + AT_ONCE, newest)
        rows = self._all("SELECT seq, kind, body FROM entries WHERE seq > ? AND seq <= ? ORDER BY seq", (seq, up_to))
        wanted = [(row[0], found) for row in rows if row[1] in KINDS for found in self._entries([row[1:]])]
        return Read(tuple(wanted), up_to, up_to == newest)

    def before(self, call: CallId, seq: int) -> list[Entry]:
        rows = self._all(
            "SELECT kind, body FROM entries WHERE call = ?1 AND seq < ?2 AND kind IN"
            " (SELECT value FROM json_each(?3)) ORDER BY seq",
            (call, seq, json.dumps(sorted(KINDS))),
        )
        return list(self._entries(rows))


@dataclass(frozen=True, slots=True)
class LogTail:
    """One installation's log; each question opens it anew, in the thread that asks."""

    site: Site

    def newest(self) -> int:
        """The log's last row; 0 when there is none, or no log."""
        try:
            with _Tail(self.site.database_path) as log:
                return log.newest()
        except CallLogUnreadableError:
            return 0

    def after(self, seq: int) -> Read:
        """The rows that follow; a log that was set aside and begun anew is read from its beginning."""
        try:
            with _Tail(self.site.database_path) as log:
                return log.after(seq if seq <= log.newest() else 0)
        except CallLogUnreadableError:
            return Read((), seq, whole=True)

    def before(self, call: CallId, seq: int) -> Iterable[Entry]:
        """What is remembered of the call before that row."""
        try:
            with _Tail(self.site.database_path) as log:
                return log.before(call, seq)
        except CallLogUnreadableError:
            return ()
