"""What the planner's commands have in common: finding the scenario, running it with a progress bar, and ending well."""

import importlib.util
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from simulator.runs import Speed
    from simulator.world import Scenario

WRONG, USAGE, NOT_INSTALLED, BROKEN_OFF = 1, 2, 3, 130
NEEDED = ("numpy", "numba", "scipy")
REDRAWN_S = 0.1
WORTH_IT = {True: 1_000_000, False: 50_000}
"""By whether the fast way is taken: with more calls than this, several processes are quicker than one."""


Told = Callable[[int, int | None], None]
"""Told how much is done, and of how much, if that is known."""


class How(StrEnum):
    """How it is driven; the values of `simulator.runs.Speed`, which is not imported for --help."""

    AUTO = "auto"
    FAST = "fast"
    FAITHFUL = "faithful"


Name = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A scenario's file, a shipped one's name, or a municipality.")
]
OnDate = Annotated[str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="The day that is simulated.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Of chance; the same seed gives the same callers.")]
Replications = Annotated[int | None, typer.Option(min=1, help="How many days or runs are simulated.")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes on this machine. Default: one for each core, where it is worth it.")
]
Cluster = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler, such as tcp://127.0.0.1:8786, does the work.")
]
AtSpeed = Annotated[
    How, typer.Option("--speed", help="fast is compiled; faithful is the whole kernel; auto is fast where it can be.")
]
ToCsv = Annotated[Path | None, typer.Option("--csv", help="Write the tables: into a folder, or one file .csv.")]
ToXlsx = Annotated[Path | None, typer.Option("--xlsx", help="Write a workbook.")]
ToHtml = Annotated[Path | None, typer.Option("--html", help="Write a report with pictures.")]
TimeLimit = Annotated[
    float | None, typer.Option("--time-limit", min=0.1, metavar="SECONDS", help="Keep what is done by then.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def installed() -> None:
    """What the simulator needs is there; else the command ends with 3 and one sentence on how to get it."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        typer.echo(
            f"Planerarens kommandon behöver {', '.join(missing)}: kör script/setup plan, "
            "eller pip install -r requirements-sim.txt.",
            err=True,
        )
        raise typer.Exit(NOT_INSTALLED)


def can_be_written(*paths: Path | None) -> None:
    """There is a folder for each file; else the command ends with 2, before anything is computed in vain."""
    for path in paths:
        if path and not path.absolute().parent.is_dir():
            typer.echo(f"{path} kan inte skrivas: mappen {path.absolute().parent} finns inte.", err=True)
            raise typer.Exit(USAGE)


def scenario_named(
    name: str, *, on: str | None = None, seed: int | None = None, replications: int | None = None
) -> "Scenario":
    """The scenario; the command ends with 2 if there is none of that name, with 1 and its problems if it is wrong."""
    from simulator.scenario.file import UnknownScenarioError, load_scenario  # noqa: PLC0415  --help answers at once

    try:
        loaded = load_scenario(name, date=_day(on), seed=seed, replications=replications)
    except UnknownScenarioError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from error
    if loaded.scenario is None:
        for problem in loaded.problems:
            typer.echo(str(problem))
        typer.echo(f"{len(loaded.problems)} fel.", err=True)
        raise typer.Exit(WRONG)
    for problem in loaded.problems:
        typer.echo(str(problem), err=True)
    return loaded.scenario


def _day(written: str | None) -> "date | None":
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        typer.echo(f"--date tar en dag som 2026-11-23, inte {written}", err=True)
        raise typer.Exit(USAGE) from None


@contextmanager
def ends_well(asked: int = 0) -> Iterator[None]:
    """Whatever stops the work is told in a sentence, and the command ends with the number that goes with it."""
    from simulator.done import NothingDoneError  # noqa: PLC0415
    from simulator.executors import NoClusterError  # noqa: PLC0415
    from simulator.fast.covered import NotCoveredError  # noqa: PLC0415
    from simulator.parcels import OtherVersionError  # noqa: PLC0415

    try:
        yield
    except (KeyboardInterrupt, NothingDoneError) as error:
        how_many = error.asked if isinstance(error, NothingDoneError) else asked
        typer.echo(f"avbruten: 0 av {how_many} replikationer", err=True)
        raise typer.Exit(BROKEN_OFF) from None
    except NotCoveredError as error:
        typer.echo(f"Den snabba vägen klarar inte detta: {error}", err=True)
        raise typer.Exit(WRONG) from None
    except (NoClusterError, OtherVersionError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG) from None


@contextmanager
def at_work(
    scenarios: "Sequence[Scenario]", speed: "Speed", workers: int | None, cluster: str | None, replications: int
) -> "Iterator[Executor | None]":
    """What runs the chunks: as many processes as were asked for, or as pay."""
    from rich.console import Console  # noqa: PLC0415

    from simulator.drawing.arrivals import expected_calls  # noqa: PLC0415
    from simulator.executors import cores, executor_for  # noqa: PLC0415
    from simulator.runs import Speed, warm, way  # noqa: PLC0415

    ways = [way(scenario, speed)[0] for scenario in scenarios]
    if workers is None and not cluster:
        calls = [expected_calls(scenario) * replications for scenario in scenarios]
        pays = any(n > WORTH_IT[way is Speed.FAST] for n, way in zip(calls, ways, strict=True))
        workers = cores() if pays else 1
    with Console(stderr=True).status("Förbereder (första gången någon minut) …"):  # nothing unless on a terminal
        for scenario, one in zip(scenarios, ways, strict=True):
            warm(scenario, one)  # before processes are forked, and the clock starts
    with executor_for(workers, cluster) as executor:
        yield executor


@contextmanager
def progress_bar(what: str) -> "Iterator[Told]":
    """A bar on standard error while that is a terminal; nothing otherwise. No thread draws it: processes are forked."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, auto_refresh=False, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=None)
        drawn = 0.0

        def told(done: int, asked: int | None) -> None:
            nonlocal drawn
            now = time.monotonic()
            if now - drawn > REDRAWN_S or done == asked:
                drawn = now
                bar.update(task, completed=done, total=asked, refresh=True)

        yield told
