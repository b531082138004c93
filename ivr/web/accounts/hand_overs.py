"""Every confidential call that was put to somebody stands in the access log, once (I25).

Read from the call log and not from what happens now: what happened while the pages were down is found afterwards, and
a call whose rows come twice is noted once. A call about which nothing is known counts as confidential.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass

import structlog
from sqlite_utils import Database

from ivr.call_log.clearance import SAYS_CLEARANCE
from ivr.call_log.reading import CallLogReader, CallLogUnreadableError
from ivr.config.site import Site
from ivr.web.accounts.access import Look, note
from ivr.web.store import StoreBusyError, WebStore
from queues.entries import CallAnswered, CallRecovered, Entry
from queues.ids import NO_CLEARANCE, UNKNOWN_CLEARANCE, AgentId, CallId
from routing.secrecy import risen

log = structlog.get_logger()
LOOK_S = 15.0
BACK_MS = 10 * 60_000
"""Rows may come to the log so much later than what they tell of."""
FIRST_BACK_MS = 7 * 24 * 3_600_000
"""How far the first look goes back: the pages may have been down."""
KEPT_MS = 30 * 24 * 3_600_000
WHAT = "secret_call_answered"


@dataclass(frozen=True, slots=True)
class HandOver:
    """Who was given which confidential call, and when."""

    call: CallId
    at_ms: int
    agent: AgentId

    @property
    def look(self) -> Look:
        """As it stands in the access log."""
        return Look(self.at_ms, f"telefon:{self.agent}", "", WHAT, self.call)


class HandOvers:
    """Looks at the call log now and then."""

    def __init__(self, site: Site, store: WebStore) -> None:
        self._site, self._store = site, store
        self._read: set[tuple[CallId, int]] = set()
        """Calls as of their answers that have been read."""
        self._back_ms = FIRST_BACK_MS

    async def run(self, clock: Callable[[], int]) -> None:
        """For ever."""
        while True:
            await self.look(clock())
            await asyncio.sleep(LOOK_S)

    async def look(self, now_ms: int) -> None:
        """What was handed over since the last look is noted. A log that cannot be read is read the next time."""
        span = (now_ms - self._back_ms, now_ms + 1)
        try:
            read, found = await asyncio.to_thread(_found, self._site, span, frozenset(self._read))
            if found:
                await self._store.run(lambda db: _note(db, found, now_ms))
        except (CallLogUnreadableError, StoreBusyError, sqlite3.Error, OSError) as error:
            log.warning("hand_overs_not_noted", because=type(error).__name__)
            return
        self._read = {each for each in self._read | read if each[1] >= now_ms - BACK_MS}
        self._back_ms = BACK_MS


def _found(
    site: Site, span: tuple[int, int], known: frozenset[tuple[CallId, int]]
) -> tuple[set[tuple[CallId, int]], list[HandOver]]:
    """What of the span was read now, and the confidential hand-overs in it. In a thread."""
    if not site.database_path.exists():
        return set(), []  # on the first day there is no log yet
    with CallLogReader(site.database_path, site.journal_path) as reader:
        entries = reader.entries_between(*span, kinds=(CallAnswered, CallRecovered))
        fresh = {(e.call, int(e.at_ms)) for e in entries if isinstance(e, CallAnswered | CallRecovered)} - known
        calls = sorted({call for call, _ in fresh})
        return fresh, [each for call in calls for each in secret_hand_overs(reader.call_entries(call))]


def secret_hand_overs(entries: Iterable[Entry]) -> list[HandOver]:
    """To whom one call was put through while it was confidential."""
    needed, answered, found = UNKNOWN_CLEARANCE, set[AgentId](), list[HandOver]()
    for entry in entries:
        if isinstance(entry, SAYS_CLEARANCE):
            needed = risen(needed, entry.clearance)
        at_ms = _answered_at_ms(entry, answered)
        if at_ms and isinstance(entry, CallAnswered | CallRecovered):
            answered.add(entry.agent)
            if needed != NO_CLEARANCE:
                found.append(HandOver(entry.call, at_ms, entry.agent))
    return found


def _answered_at_ms(entry: Entry, answered: set[AgentId]) -> int:
    """When the entry says that somebody answered, 0 if it says no such thing or nothing new."""
    if isinstance(entry, CallAnswered):
        return int(entry.at_ms)
    if isinstance(entry, CallRecovered) and entry.agent not in answered:
        return int(entry.answered_at_ms)
    return 0


def _note(db: Database, found: Iterable[HandOver], now_ms: int) -> None:
    db.execute("DELETE FROM hand_overs WHERE at_ms < ?", (now_ms - KEPT_MS,))
    for each in found:
        if db.execute("INSERT OR IGNORE INTO hand_overs VALUES (?, ?, ?)", astuple(each)).rowcount:
            note(db, each.look)
