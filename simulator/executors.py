"""Where replications are run: in this process, in several on this machine, or on a cluster; one code path for all."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

Result = TypeVar("Result")

PIPE_BYTES = 2**20
"""What Linux allows anybody; the tallies of a task of Botkyrka's just fit."""
ANSWERS_WITHIN_S = 5
"""A scheduler that has not been heard of by then is not there."""


class NoClusterError(Exception):
    """The cluster cannot be used; the text says why and what helps."""


@contextmanager
def executor_for(workers: int | None = None, cluster: str | None = None) -> Iterator[Executor | None]:
    """What runs tasks: None for this process itself. `workers` None is one for each core; `cluster` goes before it.

    Raises NoClusterError.
    """
    if cluster:
        with _on_cluster(cluster) as executor:
            yield executor
        return
    number = workers or cores()
    if number == 1:
        yield None
        return
    with _in_processes(number) as executor:
        yield executor


def cores() -> int:
    """How many processes run at once on this machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _in_processes(number: int) -> Iterator[Executor]:
    """Forked where that can be done: whatever this process has compiled so far, they have too."""
    forked = "fork" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if forked else None)
    pool = _Pool(number, mp_context=context, initializer=_deaf)
    _widen(pool)
    try:
        yield pool
    finally:
        for worker in tuple(pool._processes.values()):  # noqa: SLF001 - as terminate_workers() of Python 3.14
            worker.terminate()  # broken off, it would go on with its chunk
        pool.shutdown(wait=True, cancel_futures=True)


def _widen(pool: Any) -> None:
    """A whole result fits in the pipe: who has computed it goes on at once, and does not wait for it to be read."""
    with suppress(ImportError, AttributeError, OSError):  # where pipes are as wide as they are
        import fcntl  # noqa: PLC0415

        fcntl.fcntl(pool._result_queue._writer.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)  # noqa: SLF001


class _Pool(ProcessPoolExecutor):
    """Its processes can be ended while they compute, and only then: half a result in the pipe would never be read."""

    def submit(self, function: Callable[..., Result], /, *given: Any, **named: Any) -> Future[Result]:
        """As `Executor.submit`."""
        return super().submit(_mortally, function, *given, **named)


def _deaf() -> None:
    """Ctrl-C reaches every process of a terminal; the one that leads decides. Whoever computes nothing is not ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _mortally(function: Callable[..., Result], *given: Any, **named: Any) -> Result:
    """What the function returns, unless the process is ended before."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        return function(*given, **named)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


@contextmanager
def _on_cluster(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise NoClusterError('Dask saknas. Installera det med: pip install "tonval[sim,cluster]"') from error
    try:
        client: Any = Client(address, timeout=ANSWERS_WITHIN_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        raise NoClusterError(f"Ingen Dask-schemaläggare svarar på {address}: {error}") from error
    try:
        with client.get_executor(pure=False) as executor:
            yield executor
    finally:
        client.close()
