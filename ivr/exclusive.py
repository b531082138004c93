"""One engine a home: whoever holds the lock acts, everybody else stands by. The lock dies with its process."""

import fcntl
import os
from pathlib import Path


class HomeLock:
    """A lock on an installation's home, held until `release` or the end of the process."""

    def __init__(self, home: Path) -> None:
        self._path = home / "engine.lock"
        self._fd = -1

    def try_acquire(self) -> bool:
        """Whether this process now holds it."""
        if self._fd < 0:
            self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Another engine may act."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
