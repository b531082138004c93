"""What is compiled by numba, and where its machine code lies between two runs.

Two rules. Results are the same as plain Python's, to the last bit: no fast mathematics, and division by zero follows
numpy. And machine code is never older than what it was made from: numba notices a changed function only in the file of
whoever calls it, so here all files that are compiled give the folder its name.
"""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numba
from numba.extending import register_jitable

from routing import matching

SOURCES = Path(__file__).parent
FAST = "fast"
"""The folder of the fast loop, which takes long to compile: its machine code lies apart."""
OTHERS = ("drawing", "measuring")
"""The other folders in which something is compiled."""
SHARED = ("compiled.py", "contacts.py", "shifts.py", "spans.py", "world.py")
"""Files whose numbers, or functions, are in all machine code."""

_NJIT: Any = numba.njit
_CONFIG: Any = numba.config
_REGISTER: Any = register_jitable
_HOW = {"nogil": True, "error_model": "numpy", "boundscheck": False, "fastmath": False}


def machine_code_folder(fast: bool) -> Path:
    """Where the machine code of these very sources lies, of the fast loop or all else; other sources have another."""
    digest = sha256(numba.__version__.encode())
    folders = (FAST,) if fast else OTHERS
    sources = [source for folder in folders for source in sorted((SOURCES / folder).glob("*.py"))]
    for path in (Path(matching.__file__), *(SOURCES / name for name in SHARED), *sources):
        digest.update(path.read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "tonval" / f"numba-{digest.hexdigest()[:16]}"


def _folder_is_there(folder: Path) -> bool:
    """Whether machine code can be kept there; where it cannot, it is made anew in each process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


_FOLDERS = {fast: machine_code_folder(fast) for fast in (False, True)}


def _kept(function: Callable[..., Any]) -> bool:
    """Whether the machine code of the function can be kept; then numba keeps it in the folder of its sources."""
    folder = _FOLDERS[Path(function.__code__.co_filename).parent.name == FAST]
    there = _folder_is_there(folder)
    if there:
        _CONFIG.CACHE_DIR = str(folder)
    return there


def compiled(*signature: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A function that Python calls; with a signature it is compiled, or its kept machine code read, at once."""

    def make(function: Callable[..., Any]) -> Callable[..., Any]:
        made: Callable[..., Any] = _NJIT(*signature, cache=_kept(function), **_HOW)(function)
        return made

    return make


def inner(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that only compiled ones call: it becomes a part of them, and is not kept by itself."""
    made: Callable[..., Any] = _NJIT(**_HOW)(function)
    return made


def whole(signature: str | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A function that Python calls and that owns no memory: it works in what it is given, and allocates nothing.

    Compiled, or its kept machine code read, at once if its signature is given, else when it is first called.
    """

    def make(function: Callable[..., Any]) -> Callable[..., Any]:
        made: Callable[..., Any] = _NJIT(signature, cache=_kept(function), _nrt=False, **_HOW)(function)
        return made

    return make


def part(function: Callable[..., Any]) -> Callable[..., Any]:
    """A part of a `whole`, which owns no memory either."""
    made: Callable[..., Any] = _NJIT(_nrt=False, forceinline=True, **_HOW)(function)
    return made


def pasted(function: Callable[..., Any]) -> Callable[..., Any]:
    """A part that is written into whatever calls it, so that many arrays in a named tuple cost nothing to pass on."""
    made: Callable[..., Any] = _NJIT(inline="always", _nrt=False, **_HOW)(function)
    return made


def also_compiled(function: Callable[..., Any]) -> None:
    """Compiled functions may call this plain one, which stays as it is for everybody else."""
    _REGISTER(_nrt=False, **_HOW)(function)
