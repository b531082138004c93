"""`tonval states`: the states of a call and what leads from one to another, as the documentation shows them."""

from pathlib import Path
from typing import Annotated

import typer

HELP = """Print the states of a call, as a Mermaid diagram and a table, made from the rules that are in force.

Example: tonval states --write ARCHITECTURE.md

Exit codes: 0 done, 2 the file to write is not there.
"""
Into = Annotated[
    Path | None,
    typer.Option("--write", exists=True, dir_okay=False, help="Put it between the marks of this file instead."),
]


def register(app: typer.Typer) -> None:
    """The command is known."""
    app.command("states", help=HELP)(states)


def states(write: Into = None) -> None:
    """The diagram is printed, or the file holds it."""
    from routing.diagram import section, with_section  # noqa: PLC0415 - the command line starts without the kernel

    if write is None:
        typer.echo(section())
    else:
        write.write_text(with_section(write.read_text(encoding="utf-8")), encoding="utf-8")
