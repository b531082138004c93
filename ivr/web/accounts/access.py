"""Who looked at what: every number, name and confidential row shown, every search, every act by hand (S16, I25, S42).

Each row carries a hash of itself and of the row before: a row that was changed, taken out or put in later breaks the
chain there. Rows are only ever added. Nothing in a row is a caller's number: calls are named by their id.
"""

import getpass
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass, replace

import structlog
from sqlite_utils import Database

from ivr.web.accounts.viewer import Viewer
from ivr.web.store import WebStore

log = structlog.get_logger()
DAY_MS = 86_400_000
FIRST = "0" * 64
"""What stands before the first row."""
LONGEST = 500
"""Of what is written in one field."""


@dataclass(frozen=True, slots=True)
class Look:
    """One row: who, when, what, whom or which call about, and why if they said."""

    at_ms: int
    account: str
    session: str
    """The beginning of its name in the store; "" for the command line and programs."""
    what: str
    subject: str
    why: str = ""

    def cut(self) -> "Look":
        """As it is written: no field longer than `LONGEST`."""
        return Look(self.at_ms, *(field[:LONGEST] for field in astuple(self)[1:]))


@dataclass(frozen=True, slots=True)
class Row:
    """A look where it stands in the chain."""

    number: int
    look: Look
    chain: str

    def chained_to(self, before: str) -> str:
        """The hash that the row must carry after one that carries `before`."""
        told = json.dumps([before, self.number, *astuple(self.look)], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(told.encode()).hexdigest()


class AccessLog:
    """Writes the log."""

    def __init__(self, store: WebStore, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock
        self._anchored_day = -1

    async def note(self, viewer: Viewer, what: str, subject: str, why: str = "") -> None:
        """It is written, on the disk, that the viewer saw or did this. Await it before showing or doing."""
        await self.note_all(viewer, what, [subject], why)

    async def note_all(self, viewer: Viewer, what: str, subjects: Iterable[str], why: str = "") -> None:
        """As `note`, a row for each, all of them or none."""
        at_ms = self._clock()
        looks = [Look(at_ms, viewer.account, viewer.session[:12], what, subject, why) for subject in subjects]
        if not looks:
            return
        row = await self._store.run(lambda db: [note(db, look) for look in looks][-1])
        if at_ms // DAY_MS != self._anchored_day:
            # Beside the file, in the system's journal: whoever rewrites the whole chain does not reach it (S42).
            self._anchored_day = at_ms // DAY_MS
            log.info("access_log_anchor", anchor=f"{row.number}:{row.chain}")


def at_command_line() -> str:
    """Who does what is done with a command: the user of the machine."""
    return f"kommandorad:{getpass.getuser()}"


def note(db: Database, look: Look) -> Row:
    """The look stands at the end of the chain, as the row that is given."""
    number, before = db.execute("SELECT number, chain FROM looks ORDER BY number DESC LIMIT 1").fetchone() or (0, FIRST)
    row = Row(number + 1, look.cut(), "")
    row = replace(row, chain=row.chained_to(before))
    db.execute("INSERT INTO looks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (row.number, *astuple(row.look), row.chain))
    return row


def looks(db: Database, from_ms: int = 0, to_ms: int = 1 << 62) -> Iterator[Row]:
    """The rows of a span of time, in order."""
    rows = db.execute("SELECT * FROM looks WHERE at_ms >= ? AND at_ms < ? ORDER BY number", (from_ms, to_ms))
    return (Row(number, Look(*fields), chain) for number, *fields, chain in rows)


def first_break(rows: Iterable[Row]) -> int:
    """The number of the first row that is not as it was written, or follows a gap; 0 when the whole log is whole."""
    before, expected = FIRST, 1
    for row in rows:
        if row.number != expected or row.chain != row.chained_to(before):
            return expected
        before, expected = row.chain, expected + 1
    return 0


def holds(rows: Iterable[Row], anchor: str) -> bool:
    """Whether the row that an anchor (number:chain) names is still there as it was."""
    return any(anchor == f"{row.number}:{row.chain}" for row in rows)
