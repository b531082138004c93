"""The writing side of the SQLite file: a batch of steps is in it wholly and durably, or a refusal says why not.

Steps of one run arrive in rising order, and `runs.last_step` rises in the same transaction: a step that is already
there is passed over, so that whoever is unsure may bring it again.
"""

import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from ivr.call_log.journal import Step

BUSY_S = 0.5
"""How long another program may hold the file before the batch goes to the journal."""

_INSERT = "INSERT INTO {} (run, step, at_ms, kind, call, agent, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
_INSERT_EVENT, _INSERT_ENTRY = _INSERT.format("events"), _INSERT.format("entries")
_UPSERT_RUN = (
    "INSERT INTO runs (run, started_ms, last_step, last_at_ms) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (run) DO UPDATE SET last_step = excluded.last_step, last_at_ms = excluded.last_at_ms"
)
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_READONLY)
"""Primary result codes after which this file will not get better by waiting. Not CANTOPEN: descriptors may be short."""
_CHECKED_AT_START_BYTES = 64 * 1024 * 1024
"""After a crash a file up to this size is read through, 100 ms; a larger one is left to the nightly audit."""


class DatabaseRefusedError(Exception):
    """The batch is not in the database, as far as anyone can promise.

    `broken`: the file should be set aside. `io`: what was written may be in memory only; see `checkpoint`.
    """

    def __init__(self, cause: str, *, broken: bool = False, io: bool = False) -> None:
        super().__init__(cause)
        self.broken = broken
        self.io = io


class LogDatabase:
    """An open call log. Used by the thread that opened it."""

    def __init__(self, path: Path) -> None:
        """The file at `path` is open, whole and of the newest schema, or DatabaseRefusedError says what it is."""
        self.path = path
        self._conn: sqlite3.Connection | None = None
        try:
            # SQLite gives its -wal and -shm the mode of the database: nobody else reads any of them (S26).
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._inode = os.fstat(fd).st_ino
            os.close(fd)
            self._conn = _connect(path)
            if path.stat().st_size <= _CHECKED_AT_START_BYTES and _ended_badly(self._conn):
                check(self._conn)
        except (OSError, sqlite3.Error) as error:
            self.close()
            raise _refusal(error) from error

    def write(self, steps: Sequence[Step]) -> None:
        """The steps are in the file and on disk; those that already were are passed over."""
        if not self._still_there():
            raise DatabaseRefusedError(f"{self.path.name} has been deleted or replaced", broken=True)
        conn = self._open_connection()
        try:
            conn.execute("BEGIN IMMEDIATE")
            self._insert(conn, steps)
            conn.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                conn.rollback()
            raise _refusal(error) from error

    def checkpoint(self) -> None:
        """Everything is in the main file and that file is on disk, written anew through this connection.

        After an fsync that failed, what SQLite reads from its -wal may be in memory only. This copies it and
        syncs the copy; only then may the journal be emptied.
        """
        try:
            busy, _, _ = self._open_connection().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise _refusal(error) from error
        if busy:
            raise DatabaseRefusedError("a reader holds the write-ahead log", io=True)

    def end_run(self, run: int, now_ms: int) -> None:
        """The run is marked as ended in good order."""
        try:
            with self._open_connection() as conn:
                conn.execute("UPDATE runs SET closed_ms = ? WHERE run = ?", (now_ms, run))
        except sqlite3.Error as error:
            raise _refusal(error) from error

    def close(self) -> None:
        """Let go of the file."""
        if self._conn is not None:
            with suppress(sqlite3.Error):
                self._conn.close()
            self._conn = None

    def _open_connection(self) -> sqlite3.Connection:
        if self._conn is None:
            raise DatabaseRefusedError("the database is not open")
        return self._conn

    def _still_there(self) -> bool:
        """Whether the path still leads to the file that is open: a deleted one takes rows without a word."""
        try:
            return self.path.stat().st_ino == self._inode
        except OSError:
            return False

    @staticmethod
    def _insert(conn: sqlite3.Connection, steps: Iterable[Step]) -> None:
        first: dict[int, Step] = {}
        last: dict[int, Step] = {}
        before: dict[int, int] = {}
        events: list[tuple[int | str, ...]] = []
        entries: list[tuple[int | str, ...]] = []
        for step in steps:
            run = step.run
            if run not in before:
                row = conn.execute("SELECT last_step FROM runs WHERE run = ?", (run,)).fetchone()
                before[run] = row[0] if row else 0
            if step.number <= before[run]:
                continue
            before[run] = step.number
            first.setdefault(run, step)
            last[run] = step
            if step.event:
                events.append((run, step.number, *step.event))
            entries.extend((run, step.number, *entry) for entry in step.entries)
        # Plain executemany: sqlite-utils' insert_all costs several times as much per row, and this is the hot path.
        conn.executemany(_INSERT_EVENT, events)
        conn.executemany(_INSERT_ENTRY, entries)
        conn.executemany(_UPSERT_RUN, [(r, first[r].at_ms, s.number, s.at_ms) for r, s in last.items()])


def set_aside(path: Path) -> Path | None:
    """The unusable database lies under a new name, its companions too; None when there was none.

    Raises OSError when the directory does not allow it.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    aside = path.with_name(f"{path.name}.set-aside-{stamp}")
    nth = 1
    while aside.exists():
        nth += 1
        aside = path.with_name(f"{path.name}.set-aside-{stamp}-{nth}")
    moved = None
    for tail in ("-wal", "-shm", ""):
        companion = path.with_name(path.name + tail)
        if companion.exists() or companion.is_symlink():
            companion.rename(aside.with_name(aside.name + tail))
            moved = aside
    return moved


def _connect(path: Path) -> sqlite3.Connection:
    # Loaded here, in the writer's thread: a restart after a crash must not wait for it.
    from sqlite_utils import Database  # noqa: PLC0415

    from ivr.call_log.schema import migrations  # noqa: PLC0415

    conn = sqlite3.connect(path, timeout=BUSY_S)
    try:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            conn.execute(f"PRAGMA {pragma}").fetchall()
        db = Database(conn)
        if migrations.pending(db):
            migrations.apply(db)
    except BaseException:
        conn.close()
        raise
    return conn


def _ended_badly(conn: sqlite3.Connection) -> bool:
    row = conn.execute("SELECT closed_ms IS NULL FROM runs ORDER BY run DESC LIMIT 1").fetchone()
    return bool(row and row[0])


def check(conn: sqlite3.Connection) -> None:
    """The file is whole, or sqlite3.DatabaseError. Costs 4 ms a thousand calls."""
    verdict = conn.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        error = sqlite3.DatabaseError(verdict)
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _refusal(error: OSError | sqlite3.Error) -> DatabaseRefusedError:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return DatabaseRefusedError(str(error), broken=isinstance(error, (PermissionError, IsADirectoryError)))
    primary = code & 0xFF
    name = getattr(error, "sqlite_errorname", "")
    return DatabaseRefusedError(f"{error} ({name})", broken=primary in _BROKEN, io=primary == sqlite3.SQLITE_IOERR)
