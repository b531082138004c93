"""A disk under SQLite that fails when told to: the real SQLite on its real files, with the operations below it counted.

SQLite reaches its files through a table of functions (its VFS). Here the default one is copied, and the functions that
write are replaced by ones that first ask the plan. Nothing of the product knows.
"""

import ctypes
import ctypes.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

IOERR_WRITE, IOERR_FSYNC, IOERR_TRUNCATE, FULL = 10 | 3 << 8, 10 | 4 << 8, 10 | 6 << 8, 13
OK = 0

_P, _INT, _I64 = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
_WRITE = ctypes.CFUNCTYPE(_INT, _P, _P, _INT, _I64)
_SYNC = ctypes.CFUNCTYPE(_INT, _P, _INT)
_TRUNCATE = ctypes.CFUNCTYPE(_INT, _P, _I64)
_OPEN = ctypes.CFUNCTYPE(_INT, _P, _P, _P, _INT, _P)


class _Methods(ctypes.Structure):
    _fields_ = [
        ("version", _INT), ("close", _P), ("read", _P), ("write", _WRITE), ("truncate", _TRUNCATE), ("sync", _SYNC),
        *[(f"rest{i}", _P) for i in range(13)],
    ]  # fmt: skip


class _Vfs(ctypes.Structure):
    _fields_ = [
        ("version", _INT), ("size", _INT), ("longest", _INT), ("next", _P), ("name", ctypes.c_char_p), ("data", _P),
        ("open", _OPEN), *[(f"rest{i}", _P) for i in range(15)],
    ]  # fmt: skip


class _File(ctypes.Structure):
    _fields_ = [("methods", ctypes.POINTER(_Methods))]


@dataclass(slots=True)
class Disk:
    """What the disk has been asked and what it is to answer."""

    plan: Callable[[str, int], int] = lambda _what, _nth: OK
    """(write, sync or truncate; how many-eth operation) → SQLite result code."""
    operations: int = 0
    refused: list[str] = field(default_factory=list)

    def asked(self, what: str) -> int:
        self.operations += 1
        code = self.plan(what, self.operations)
        if code:
            self.refused.append(what)
        return code

    def fail_from(self, nth: int, code: int, what: str = "", times: int = 1) -> None:
        """The nth operation from now, and the following, fail so many times."""
        begin, left = self.operations + nth, [times]

        def plan(kind: str, number: int) -> int:
            if number < begin or left[0] <= 0 or what not in {"", kind}:
                return OK
            left[0] -= 1
            return code

        self.plan = plan

    def heal(self) -> None:
        self.plan = lambda _what, _nth: OK


@contextmanager
def faulty_disk() -> Iterator[Disk]:
    """Databases opened from now on lie on this disk; afterwards on the real one again."""
    sqlite = ctypes.CDLL(ctypes.util.find_library("sqlite3"))
    sqlite.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    real = sqlite.sqlite3_vfs_find(None)
    disk, keep = Disk(), []
    mine = _Vfs.from_buffer_copy(real.contents)
    mine.name = b"faulty"
    patched: dict[int, _Methods] = {}

    def methods_for(pointer: "ctypes._Pointer[_Methods]") -> _Methods:
        address = ctypes.addressof(pointer.contents)
        if address not in patched:
            copy = _Methods.from_buffer_copy(pointer.contents)
            write, sync, truncate = pointer.contents.write, pointer.contents.sync, pointer.contents.truncate
            copy.write = _WRITE(lambda file, data, size, at: disk.asked("write") or write(file, data, size, at))
            copy.sync = _SYNC(lambda file, flags: disk.asked("sync") or sync(file, flags))
            copy.truncate = _TRUNCATE(lambda file, size: disk.asked("truncate") or truncate(file, size))
            keep.extend((copy.write, copy.sync, copy.truncate, write, sync, truncate))
            patched[address] = copy
        return patched[address]

    def open_(_vfs: int, name: int, file: int, flags: int, flags_out: int) -> int:
        code = real.contents.open(ctypes.addressof(real.contents), name, file, flags, flags_out)
        opened = ctypes.cast(file, ctypes.POINTER(_File)).contents
        if opened.methods:
            opened.methods = ctypes.pointer(methods_for(opened.methods))
        return code

    mine.open = _OPEN(open_)
    keep.append(mine)
    sqlite.sqlite3_vfs_register(ctypes.byref(mine), 1)
    try:
        yield disk
    finally:
        sqlite.sqlite3_vfs_register(real, 1)
        sqlite.sqlite3_vfs_unregister(ctypes.byref(mine))
