"""`tonval check`: every problem in a municipality's files, with file, line and column."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ivr.config.site import Site, default_home

if TYPE_CHECKING:
    from ivr.config.load import Loaded
    from ivr.config.problems import Problem

WRONG, USAGE = 1, 2

Municipality = Annotated[str, typer.Argument(metavar="DIR", help="A municipality's folder, or a shipped one's name.")]
Home = Annotated[Path | None, typer.Option(help="The installation whose sounds are looked at; default as for run.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON: a list of problems.")]


def register(app: typer.Typer) -> None:
    """`tonval check` exists."""
    app.command("check")(check)


def check(municipality: Municipality = "botkyrka", home: Home = None, as_json: AsJson = False) -> None:
    """Print every problem as file:line:column: fel or varning, a code, what is wrong, and the cure.

    Ends with 0 when there is no error (warnings do not count), 1 when there is one, 2 when there is no such folder.

    Example: tonval check ivr/menus/botkyrka
    """
    folder = existing_folder(municipality)
    loaded = loaded_now(folder, Site(home or default_home(folder.resolve().name)).sounds_dir)
    if as_json:
        typer.echo(json.dumps([as_dict(p) for p in loaded.problems], ensure_ascii=False, indent=1))
    else:
        show(loaded)
    raise typer.Exit(WRONG if loaded.errors else 0)


def existing_folder(municipality: str) -> Path:
    """The folder meant, relative to where we stand if it lies below; ends the command with 2 if there is none."""
    from ivr.config.load import municipality_folder  # noqa: PLC0415  --help answers at once

    folder = municipality_folder(municipality)
    if not folder.is_dir():
        typer.echo(f"Det finns ingen mapp {municipality}.", err=True)
        raise typer.Exit(USAGE)
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


def loaded_now(folder: Path, sounds_dir: Path | None = None) -> "Loaded":
    """The municipality as of this moment."""
    from ivr.config.load import load  # noqa: PLC0415

    return load(folder, time.time_ns() // 1_000_000, sounds_dir)


def show(loaded: "Loaded") -> None:
    """The problems are on standard output, a line each, and their sum on standard error."""
    for problem in loaded.problems:
        typer.echo(str(problem))
    errors = len(loaded.errors)
    warnings = len(loaded.problems) - errors
    typer.echo(f"{errors} fel, {warnings} {'varning' if warnings == 1 else 'varningar'}.", err=True)


def as_dict(problem: "Problem") -> dict[str, str | int]:
    """A problem for programs."""
    return {
        "file": problem.where.file,
        "line": problem.where.line,
        "column": problem.where.column,
        "severity": problem.severity,
        "code": problem.code,
        "kind": problem.code.name.lower(),
        "sentence": problem.sentence,
        "cure": problem.cure,
    }
