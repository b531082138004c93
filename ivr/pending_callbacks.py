"""The promises that outlive an engine: the one place where a citizen's number lies in clear, and only until it is rung.

Two rules. What `keep` has returned from is on the disk. And what is forgotten is overwritten, not merely unlinked. A
file that cannot be read is set aside with an alarm, never deleted, and the service goes on.
"""

import json
import os
import sqlite3
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote

import structlog

from queues.ids import CallId
from routing.callback_events import CallbackRestored

log = structlog.get_logger()

_SCHEMA = "CREATE TABLE IF NOT EXISTS pending (call TEXT PRIMARY KEY, promise TEXT NOT NULL) WITHOUT ROWID"


class PendingCallbacks:
    """One file in the home, readable by its owner only. Used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def everything(self) -> list[CallbackRestored]:
        """All promises that are neither kept nor given up; [] when there is no file, or none that can be read."""
        if not self.path.exists():
            return []
        try:
            with closing(self._open()) as file:
                rows = file.execute("SELECT promise FROM pending ORDER BY call").fetchall()
            return [promise for (text,) in rows if (promise := _understood(text)) is not None]
        except (sqlite3.Error, OSError) as error:
            aside = self._set_aside()
            log.critical("pending_callbacks_unreadable", alarm=True, because=type(error).__name__, aside=aside)
            return []

    def calls(self) -> frozenset[CallId]:
        """Which calls are promised; none where that cannot be read. Looks, and changes nothing."""
        try:
            with closing(sqlite3.connect(f"file:{quote(str(self.path))}?mode=ro", uri=True, timeout=2.0)) as file:
                return frozenset(CallId(call) for (call,) in file.execute("SELECT call FROM pending"))
        except sqlite3.Error:
            return frozenset()

    def keep(self, pending: CallbackRestored) -> None:
        """The promise is on the disk as it is now. Raises sqlite3.Error or OSError when it is not."""
        text = json.dumps(asdict(pending), ensure_ascii=False)
        with closing(self._open()) as file, file:
            file.execute("INSERT OR REPLACE INTO pending VALUES (?, ?)", (pending.call, text))

    def forget(self, call: CallId) -> None:
        """Nothing of it is on the disk any more. Raises sqlite3.Error or OSError when it may be."""
        if self.path.exists():
            with closing(self._open()) as file, file:
                file.execute("DELETE FROM pending WHERE call = ?", (call,))

    def _open(self) -> sqlite3.Connection:
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        file = sqlite3.connect(self.path, timeout=2.0)
        try:
            file.execute("PRAGMA journal_mode = TRUNCATE")
            file.execute("PRAGMA synchronous = FULL")
            file.execute("PRAGMA secure_delete = ON")
            file.execute(_SCHEMA)
        except BaseException:
            file.close()
            raise
        return file

    def _set_aside(self) -> str:
        aside = self.path.with_name(f"{self.path.name}.set-aside-{os.getpid()}")
        try:
            self.path.replace(aside)
        except OSError:
            return ""
        return aside.name


def _understood(text: str) -> CallbackRestored | None:
    """The promise, or None with an alarm: one that is not understood stays where it is, and costs no other its call."""
    try:
        return _read(text)
    except (ValueError, TypeError, KeyError) as error:
        log.critical("pending_callback_not_understood", alarm=True, because=type(error).__name__)
        return None


def _read(text: str) -> CallbackRestored:
    fields = json.loads(text)
    return CallbackRestored(**fields)
