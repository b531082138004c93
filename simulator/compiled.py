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
ASKS_FOR_IT = b"simulator.compiled"
"""Whatever file here imports this module holds something to compile."""

_NJIT: Any = numba.njit
_CONFIG: Any = numba.config
_REGISTER: Any = register_jitable
_HOW = {"nogil": True, "error_model": "numpy", "boundscheck": False, "fastmath": False}


def machine_code_folder() -> Path:
    """Where the machine code of these very sources lies; other sources have another folder."""
    digest = sha256(numba.__version__.encode())
    for path in (Path(matching.__file__), *sorted(SOURCES.glob("*.py"))):
        source = path.read_bytes()
        if path.parent != SOURCES or ASKS_FOR_IT in source:
            digest.update(source)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "tonval" / f"numba-{digest.hexdigest()[:16]}"


def _folder_is_there(folder: Path) -> bool:
    """Whether machine code can be kept there; where it cannot, it is made anew in each process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


_FOLDER = machine_code_folder()
KEPT = _folder_is_there(_FOLDER)
if KEPT:
    _CONFIG.CACHE_DIR = str(_FOLDER)


def compiled(*signature: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A function that Python calls; with a signature it is compiled, or its kept machine code read, at once."""
    made: Callable[[Callable[..., Any]], Callable[..., Any]] = _NJIT(*signature, cache=KEPT, **_HOW)
    return made


def inner(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that only compiled ones call: it becomes a part of them, and is not kept by itself."""
    made: Callable[..., Any] = _NJIT(**_HOW)(function)
    return made


def whole(signature: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A function that Python calls and that owns no memory: it works in what it is given, and allocates nothing."""
    made: Callable[[Callable[..., Any]], Callable[..., Any]] = _NJIT(signature, cache=KEPT, _nrt=False, **_HOW)
    return made


def part(function: Callable[..., Any]) -> Callable[..., Any]:
    """A part of a `whole`, which owns no memory either."""
    made: Callable[..., Any] = _NJIT(_nrt=False, **_HOW)(function)
    return made


def also_compiled(function: Callable[..., Any]) -> None:
    """Compiled functions may call this plain one, which stays as it is for everybody else."""
    _REGISTER(_nrt=False, **_HOW)(function)
