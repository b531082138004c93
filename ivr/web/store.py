"""What the pages keep, in one SQLite file that its owner alone can read, written by one thread.

Three rules. Nothing here is needed to take a call. What `run` has returned from is on the disk. And the event loop
never waits for the disk: work is handed to the thread, at most `WAITING` pieces of it.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from ivr.web.schema import bring_up_to_date

T = TypeVar("T")
WAITING = 1_000
"""Pieces of work waiting for the thread; whoever brings more is refused."""
BUSY_S = 5.0
"""How long the command line may hold the file."""


class StoreBusyError(Exception):
    """More work is waiting than the store takes; try again."""


class WebStore:
    """An open store. `run` may be awaited from one event loop, `now` called by a command that has none."""

    def __init__(self, path: Path) -> None:
        """The file at `path` is open and of the newest schema, or OSError or sqlite3.Error says why not."""
        self._thread = ThreadPoolExecutor(1, "web-store")
        self._waiting = 0
        try:
            self._db = self._thread.submit(_opened, path).result()
            self._seen = _reader(path)
        except BaseException:
            self._thread.shutdown()
            raise

    async def run(self, work: Callable[[Database], T]) -> T:
        """What `work` gives, done in the store's thread inside one transaction; all of it or nothing is kept."""
        if self._waiting >= WAITING:
            raise StoreBusyError
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._done, work)
        finally:
            self._waiting -= 1

    def now(self, work: Callable[[Database], T]) -> T:
        """As `run`, for a command line that has nothing else to do meanwhile."""
        return self._thread.submit(self._done, work).result()

    def version(self) -> int:
        """A number that changes whenever anybody has written, this process or another. Costs microseconds, no disk."""
        return int(self._seen.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """What was handed in is done, and the file is let go of."""
        self._thread.submit(self._db.close).result()
        self._thread.shutdown()
        self._seen.close()

    def _done(self, work: Callable[[Database], T]) -> T:
        conn = self._db.conn
        conn.execute("BEGIN IMMEDIATE")
        try:
            result = work(self._db)
        except BaseException:
            conn.rollback()
            raise
        conn.commit()
        return result


def _opened(path: Path) -> Database:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # SQLite gives its -wal and -shm the mode of the database: nobody else reads any of them.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    conn = sqlite3.connect(path, timeout=BUSY_S)
    try:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "foreign_keys = ON"):
            conn.execute(f"PRAGMA {pragma}").fetchall()
        db = Database(conn)
        bring_up_to_date(db)
    except BaseException:
        conn.close()
        raise
    return db


def _reader(path: Path) -> sqlite3.Connection:
    conn = sqlite3.connect(path, timeout=0, check_same_thread=False)
    conn.execute("PRAGMA query_only = ON")
    return conn
