"""What is compiled by numba: imported only where machine code has to be made (`simulator.machine_code`).

Results are the same as plain Python's, to the last bit: no fast mathematics, and division by zero follows numpy.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]
import numba
from numba.extending import register_jitable

from simulator.machine_code import Kernel, library_path

LINKER = shutil.which("ld")
"""Without it machine code is kept in numba's own way, which needs numba to be read."""

_NJIT: Any = numba.njit
_CONFIG: Any = numba.config
_REGISTER: Any = register_jitable
_LLVM: Any = llvm
_HOW = {"nogil": True, "error_model": "numpy", "boundscheck": False, "fastmath": False}


def compiled(*signature: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A function that Python calls, and that is not kept."""

    def make(function: Callable[..., Any]) -> Callable[..., Any]:
        made: Callable[..., Any] = _NJIT(*signature, **_HOW)(function)
        return made

    return make


def whole(kernel: Kernel) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The kernel's loop: it works in what its addresses lead to, allocates nothing, and returns a whole number."""

    def make(function: Callable[..., Any]) -> Callable[..., Any]:
        signature = f"int64({', '.join(['int64'] * kernel.arguments)})"
        kept = LINKER is None and _folder_is_there(library_path(kernel).with_suffix(""))
        made: Callable[..., Any] = _NJIT(signature, cache=kept, _nrt=False, **_HOW)(function)
        return made

    return make


def _folder_is_there(folder: Path) -> bool:
    """Whether numba keeps its machine code there; where it cannot, it is made anew in each process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    _CONFIG.CACHE_DIR = str(folder)
    return os.access(folder, os.W_OK)


def part(function: Callable[..., Any]) -> Callable[..., Any]:
    """A part of a `whole`, which owns no memory either."""
    made: Callable[..., Any] = _NJIT(_nrt=False, forceinline=True, **_HOW)(function)
    return made


def also_compiled(function: Callable[..., Any]) -> None:
    """Compiled functions may call this plain one, which stays as it is for everybody else."""
    _REGISTER(_nrt=False, **_HOW)(function)


def link(loop: Any, name: str, path: Path) -> bool:
    """Whether the compiled loop now lies there as a library, under this name; whole, or not at all."""
    if LINKER is None:
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            part_made, made = Path(folder, "loop.o"), Path(folder, "loop.so")
            part_made.write_bytes(_object_code(loop, name))
            subprocess.run([LINKER, "-shared", "-o", made, part_made], check=True, capture_output=True)  # noqa: S603
            made.replace(path)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _object_code(loop: Any, name: str) -> bytes:
    """The loop alone, for this processor, to be laid anywhere."""
    (found,) = loop.overloads.values()
    module = _LLVM.parse_assembly(found.library.get_llvm_str())
    for value in (*module.functions, *module.global_variables):
        if not value.is_declaration and not value.name.startswith("llvm."):
            value.linkage = "internal"
    entry = module.get_function(found.fndesc.llvm_func_name)
    entry.linkage, entry.name = "external", name
    machine = _LLVM.Target.from_triple(module.triple).create_target_machine(
        cpu=_LLVM.get_host_cpu_name(),
        features=_LLVM.get_host_cpu_features().flatten(),
        opt=3,
        reloc="pic",
        codemodel="default",
    )
    _without_the_rest(module, machine)
    code: bytes = machine.emit_object(module)
    return code


def _without_the_rest(module: Any, machine: Any) -> None:
    """What nobody calls from the entry is gone: what serves Python's own way to call would ask for Python's symbols."""
    passes = _LLVM.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.run(module, _LLVM.create_pass_builder(machine, _LLVM.create_pipeline_tuning_options()))
