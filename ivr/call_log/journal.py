"""Where steps wait while the database refuses them: lines, on disk when `append` returns, that come back in order.

A line is `<crc32 of the rest> <JSON>`. The file has its space before it needs it (zeros, overwritten as it fills),
so that a full disk does not refuse it. Reading ends at the first zero; a line whose sum is wrong is passed over and
counted. A descriptor whose fsync has failed is never asked again: its pages may be gone while the next call says
that all is well. The journal then goes on in another file, and the lines are written there once more; reading may
meet a step twice, and whoever replays knows by its number.
"""

import json
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ivr.call_log.codec import Row

RESERVE_BYTES = 16 * 1024 * 1024
"""Space kept for about four thousand calls."""
MAX_BYTES = 256 * 1024 * 1024
"""A file of the journal refuses to grow beyond this: some sixty thousand calls."""
MAX_FILES = 20
"""One more for each fsync that fails; a disk on which none succeeds is left alone after these."""
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the kernel in stored form. `number` rises by one within `run`, which names one life of the engine."""

    run: int
    number: int
    at_ms: int
    event: Row | None
    entries: tuple[Row, ...]


class Journal:
    """The open journal. Used by one thread. Every failure is an OSError, after which nothing of that call counts."""

    def __init__(self, path: Path, *, reserve_bytes: int = RESERVE_BYTES) -> None:
        self.path = path
        self._reserve = reserve_bytes
        self._fd = -1
        self._end = 0
        self._spoilt = False

    def open(self) -> None:
        """The newest file is open, its torn end wiped, its space reserved as far as the disk allows."""
        self.close()
        files = files_of(self.path)
        current = files[-1] if files else self.path
        if self._spoilt and files:
            current = _next_name(self.path, files)
        self._fd = os.open(current, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._end = _good_end(self._fd)
        _wipe(self._fd, self._end, _data_end(self._fd))
        _reserve(self._fd, self._reserve)
        self._sync()
        self._spoilt = False
        _sync_directory(current.parent)

    def append(self, steps: Iterable[Step]) -> None:
        """The steps are on disk, in this order; after an OSError the next append goes to another file."""
        data = b"".join(map(_line, steps))
        try:
            if self._fd < 0:
                self.open()
            _write_all(self._fd, data, self._end)
            self._sync()
        except OSError:
            self.close()
            raise
        self._end += len(data)

    def holds_any(self) -> bool:
        """Whether there is something to replay."""
        return any(_data_end_of(file) for file in files_of(self.path))

    def clear(self) -> None:
        """Nothing is left to replay, nor to be read with a disk editor; the reserved space stays."""
        files = files_of(self.path)
        for spare in files[1:]:
            _wipe_file(spare)
            spare.unlink()
        if files:
            _wipe_file(files[0])
        self.close()

    def _sync(self) -> None:
        try:
            os.fdatasync(self._fd)
        except OSError:
            self._spoilt = True
            raise

    def close(self) -> None:
        """Let go of the descriptor."""
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)


class JournalReading:
    """The steps that lie in the journal at `path`, in the order in which they were written, some perhaps twice.

    May be read by anyone, at any time, also while it is written. `unreadable` counts lines passed over so far.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.unreadable = 0

    def __iter__(self) -> Iterator[Step]:
        for file in files_of(self._path):
            for line in _lines(file):
                if step := _step(line):
                    yield step
                else:
                    self.unreadable += 1


def files_of(path: Path) -> list[Path]:
    """The journal's files that exist, oldest first: `path` and then `path`.1, .2 and so on."""
    numbered = (p for p in path.parent.glob(path.name + ".*") if p.suffix[1:].isdigit())
    return [p for p in (path, *sorted(numbered, key=lambda p: int(p.suffix[1:]))) if p.exists()]


def _next_name(path: Path, files: list[Path]) -> Path:
    if len(files) >= MAX_FILES:
        raise OSError(f"{len(files)} journal files, and no fsync succeeds")
    last = files[-1]
    return path.with_name(f"{path.name}.{1 if last == path else int(last.suffix[1:]) + 1}")


def _line(step: Step) -> bytes:
    text = json.dumps([step.run, step.number, step.at_ms, step.event, step.entries], separators=(",", ":")).encode()
    return b"%08x %b\n" % (zlib.crc32(text), text)


def _step(line: bytes) -> Step | None:
    """The step in a line without its line break; None when the sum says that something is missing or changed."""
    total, _, text = line.partition(b" ")
    if total != b"%08x" % zlib.crc32(text):
        return None
    run, number, at_ms, event, entries = json.loads(text)
    return Step(run, number, at_ms, event and Row(*event), tuple(Row(*entry) for entry in entries))


def _lines(file: Path) -> Iterator[bytes]:
    if not _data_end_of(file):
        return
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return
    end = data.find(b"\0")
    yield from data[: len(data) if end < 0 else end].splitlines()


def _good_end(fd: int) -> int:
    """Where the last readable line ends."""
    good = at = 0
    for line in os.pread(fd, os.fstat(fd).st_size, 0).partition(b"\0")[0].splitlines(keepends=True):
        at += len(line)
        if line.endswith(b"\n") and _step(line[:-1]) is not None:
            good = at
    return good


def _data_end(fd: int) -> int:
    """Where the last byte that is not zero ends."""
    return len(os.pread(fd, os.fstat(fd).st_size, 0).rstrip(b"\0"))


def _data_end_of(file: Path) -> int:
    """Nonzero when the file begins with data."""
    try:
        with file.open("rb") as f:
            return len(f.read(1).rstrip(b"\0"))
    except FileNotFoundError:
        return 0


def _write_all(fd: int, data: bytes, at: int) -> None:
    if at + len(data) > MAX_BYTES:
        raise OSError(f"the journal is full: {MAX_BYTES} bytes")
    view = memoryview(data)
    while view:
        written = os.pwrite(fd, view, at)
        at, view = at + written, view[written:]


def _wipe(fd: int, begin: int, end: int) -> None:
    while begin < end:
        piece = min(_CHUNK, end - begin)
        _write_all(fd, bytes(piece), begin)
        begin += piece


def _wipe_file(file: Path) -> None:
    """Zeros everywhere; never shortened, so that the space stays ours."""
    fd = os.open(file, os.O_RDWR | os.O_CLOEXEC)
    try:
        _wipe(fd, 0, _data_end(fd))
        os.fsync(fd)
    finally:
        os.close(fd)


def _reserve(fd: int, size: int) -> None:
    """At least `size` bytes are ours, if the disk has them; without them the journal is only less safe."""
    try:
        os.posix_fallocate(fd, 0, size)
    except OSError:
        return


def _sync_directory(directory: Path) -> None:
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
