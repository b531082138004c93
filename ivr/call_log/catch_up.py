"""Final rows for calls that ended without an engine: looks now and then, at the log and at Asterisk's own.

Whatever is in its way (no log yet, a file that cannot be read, rows that are not on disk) it adds nothing and looks
again next time.
"""

import time
from pathlib import Path

import structlog

from ivr.call_log.cel import CelFile, CelFold
from ivr.call_log.reading import CallLogReader, CallLogUnreadableError
from ivr.call_log.recovery import SETTLED_MS, World, closing_entries, is_promised
from ivr.call_log.store import CallLogWriter
from ivr.config.site import Site
from queues.entries import CallEnded, Entry
from queues.ids import CallId, Instant

LOOK_BACK_MS = 3_600_000
"""How long before the last sign of the log a call may have begun that the log never met."""
FIRST_LOOK_BACK_MS = 86_400_000
VANISHED_MS = 60_000
"""A call that neither the kernel nor Asterisk's own log knows is given up after this long."""


class CatchUp:
    """Used by one thread at a time. Made before the engine takes calls, so that it knows where the log had ended."""

    def __init__(self, site: Site, writer: CallLogWriter | None = None) -> None:
        self._site = site
        self._writer = writer
        self._fold = CelFold()
        self._missing_since: dict[CallId, int] = {}
        self._cel = CelFile(site.cel_path, from_ms=self._reach())

    def entries(self, present: frozenset[CallId], now: Instant) -> tuple[Entry, ...]:
        """What the log lacks. `present`: the kernel's calls at `now`. Blocks: not for the event loop."""
        try:
            if self._writer and not self._writer.flush():
                return ()
            self._fold.feed(self._cel.new_lines())
            with CallLogReader(self._site.database_path, self._site.journal_path) as log:
                return self._lacking(log, present, now)
        except (CallLogUnreadableError, OSError) as error:
            structlog.get_logger("call_log").warning("not_caught_up", because=str(error))
            return ()

    def _lacking(self, log: CallLogReader, present: frozenset[CallId], now: Instant) -> tuple[Entry, ...]:
        open_calls = log.open_calls()
        known = log.knows(call for call in self._fold.calls if call not in present)
        promised = frozenset(call for call, entries in open_calls.items() if is_promised(entries))
        vanished = self._vanished(frozenset(open_calls) - present, promised, now)
        world = World(now, present, _booted_at_ms(self._site.asterisk_dir / "run" / "asterisk.pid"), vanished)
        entries = tuple(closing_entries(open_calls, known, self._fold.calls, world))
        closed = {entry.call for entry in entries if isinstance(entry, CallEnded)}
        self._forget((known - open_calls.keys()) | closed, now)
        return entries

    def _vanished(self, absent: frozenset[CallId], promised: frozenset[CallId], now: int) -> frozenset[CallId]:
        """Those of the open calls that have been known to nobody but the log for long enough."""
        nobodys = absent - (self._fold.calls.keys() - promised)
        self._missing_since = {call: self._missing_since.get(call, now) for call in nobodys}
        return frozenset(call for call, since in self._missing_since.items() if now - since >= VANISHED_MS)

    def _forget(self, done: frozenset[CallId] | set[CallId], now: int) -> None:
        """Calls whose story is whole need no more memory; nor do those that were never accepted."""
        for call, seen in list(self._fold.calls.items()):
            over = 0 < seen.hung_up_ms <= now - SETTLED_MS
            if over and (call in done or not seen.accepted_ms):
                self._fold.forget(call)

    def _reach(self) -> int:
        """The instant from which on Asterisk's own log is of interest."""
        try:
            with CallLogReader(self._site.database_path, self._site.journal_path) as log:
                firsts = [entries[0].at_ms for entries in log.open_calls().values()]
                last = log.last_at_ms()
        except CallLogUnreadableError:
            last, firsts = 0, []
        begin = last - LOOK_BACK_MS if last else time.time_ns() // 1_000_000 - FIRST_LOOK_BACK_MS
        return max(0, min([begin, *(first - LOOK_BACK_MS for first in firsts)]))


def _booted_at_ms(pid_file: Path) -> int:
    """When Asterisk last started: it writes its process number then; 0 when there is none."""
    try:
        return pid_file.stat().st_mtime_ns // 1_000_000
    except OSError:
        return 0
