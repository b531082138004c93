"""The machine code of the planner's loops: made of their sources once, then kept, and called without what made it.

numba takes most of a second to import, so it is imported only where machine code is to be made. What it makes is linked
to a library in the user's cache, and a later process loads that in a millisecond. Two rules. Machine code is never
older than what it was made from: the sources, numba, Python and the processor give the library its name. And where no
library can be made or loaded (no linker, no place to keep it) numba's own code runs, with the same results.

What a loop reads and writes are arrays in named tuples; each tuple is handed over as the address of a small table.
"""

import ctypes
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing import line_rules, matching

WORDS = 5
"""Of a table, for each array: its address and four lengths."""
SOURCES = Path(__file__).parent
SHARED = ("arrays.py", "compiled.py", "contacts.py", "machine_code.py", "shifts.py", "spans.py", "world.py")
"""Files whose numbers, or functions, are in all machine code."""
DAY_S = 86_400
UNUSED_S = 30 * DAY_S
"""So long a library is kept that nobody uses."""
MADE_BY = ("numba", "llvmlite")

Arrays = Sequence[NDArray[Any]]
Loop = Callable[..., int]


@dataclass(frozen=True, slots=True)
class Kernel:
    """A loop that is compiled."""

    module: str
    """In whose folder all that it is made of lies, and in `SHARED`."""
    plain: str
    """The function that takes the arrays themselves, in plain Python."""
    at: str
    """The one that is compiled: it takes the addresses of their tables."""
    arguments: int


RUN = Kernel("simulator.fast.loop", "run_chunk", "run_at", 4)
FILL = Kernel("simulator.drawing.filling", "fill_plainly", "fill_at", 1)
PLACE = Kernel("simulator.drawing.placing", "place", "place_at", 2)
ALIAS = Kernel("simulator.drawing.placing", "alias", "alias_at", 1)
COUNT = Kernel("simulator.measuring.tally_loop", "count", "count_at", 3)


def called(kernel: Kernel, *arrays: Arrays) -> int:
    """What the loop returns, having worked in the arrays."""
    if _nothing_is_compiled():
        plain: Loop = getattr(import_module(kernel.module), kernel.plain)
        return plain(*arrays) or 0
    tables = [table_of(some) for some in arrays]
    return loop_of(kernel)(*(address_of(table) for table in tables))


def ready(*kernels: Kernel) -> None:
    """The loops' machine code is loaded, and made where there was none."""
    if not _nothing_is_compiled():
        for kernel in kernels:
            loop_of(kernel)


def _nothing_is_compiled() -> bool:
    """Whether numba is told so; then the loops run as plain Python."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") != "0"


def table_of(arrays: Arrays) -> NDArray[np.int64]:
    """What compiled code reads; it and the arrays must live as long as that runs."""
    words: list[int] = []
    for array in arrays:
        if not array.flags.c_contiguous:
            raise ValueError("only arrays in one piece are handed over")
        words += (address_of(array), *array.shape, *(0,) * (WORDS - 1 - array.ndim))
    return np.array(words, np.int64)


def address_of(array: NDArray[Any]) -> int:
    """Where the array lies. numpy tells it of any, ctypes several times as quickly of most."""
    if array.size and array.flags.writeable:
        buffer: Any = array
        return ctypes.addressof(ctypes.c_char.from_buffer(buffer))
    return int(array.ctypes.data)


@cache
def loop_of(kernel: Kernel) -> Loop:
    """The compiled loop: from its library, made now if there is none."""
    path = library_path(kernel)
    loop = _loaded(path, kernel)
    if loop is None:
        from simulator.compiled import link  # noqa: PLC0415 - numba is imported only where it is needed

        by_numba: Loop = getattr(import_module(kernel.module), kernel.at)
        if link(by_numba, kernel.at, path):
            _remove_unused(path.parent)
            loop = _loaded(path, kernel)
        return loop or by_numba
    _note_use(path)
    return loop


def _note_use(path: Path) -> None:
    """The library's file says that it has been used today; written once a day, and not where that is not allowed."""
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > DAY_S:
            os.utime(path)


def _remove_unused(folder: Path) -> None:
    """Libraries that nobody has used for a month are gone: sources change, and each time all of them are made anew.

    Whoever has one loaded goes on with it. Whoever is about to load it finds none, and makes it.
    """
    for path in folder.glob("*.so"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > UNUSED_S:
                path.unlink()


def library_path(kernel: Kernel) -> Path:
    """Where the library lies that was made of these very sources, by this very compiler, for this very processor."""
    digest = sha256(f"{sys.version} {os.uname().machine}".encode())
    folder = SOURCES.parent.joinpath(*kernel.module.split(".")[:-1])
    for path in (
        *(Path(rules) for rules in (line_rules.__file__, matching.__file__)),
        *(SOURCES / name for name in SHARED),
        *sorted(folder.glob("*.py")),
    ):
        digest.update(_source(path))
    for name in MADE_BY:
        digest.update(_version_of(name))
    digest.update(_processor())
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "tonval" / "machine-code" / f"{kernel.at}-{digest.hexdigest()[:24]}.so"


@cache
def _source(path: Path) -> bytes:
    """What stands there; most of it is read for every loop."""
    return path.read_bytes()


@cache
def _version_of(package: str) -> bytes:
    """What tells one version of the package from another; it is not imported."""
    spec = find_spec(package)
    file = Path(spec.origin).with_name("_version.py") if spec and spec.origin else None
    return file.read_bytes() if file and file.is_file() else b""


@cache
def _processor() -> bytes:
    """What the processor is and can, where the system tells it; to find out may take it milliseconds."""
    try:
        with Path("/proc/cpuinfo").open("rb") as file:
            return b"".join(
                line for line in iter(file.readline, b"\n") if line.startswith((b"flags", b"model", b"Feat"))
            )
    except OSError:
        return b""


def _loaded(path: Path, kernel: Kernel) -> Loop | None:
    """The loop of the library; None if there is none that can be loaded."""
    try:
        function: Any = getattr(ctypes.CDLL(str(path)), kernel.at)
    except (OSError, AttributeError):
        return None
    # numba's own way to call: where the result goes, where an exception would go, then the arguments.
    function.argtypes = (ctypes.c_void_p, ctypes.c_void_p, *(ctypes.c_int64,) * kernel.arguments)
    function.restype = ctypes.c_int

    def loop(*addresses: int) -> int:
        result, exception = ctypes.c_int64(), ctypes.c_void_p()
        if function(ctypes.addressof(result), ctypes.addressof(exception), *addresses):
            raise RuntimeError(f"{kernel.at} failed")
        return result.value

    return loop
