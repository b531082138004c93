"""`tonval scenarios`: the scenarios that come with the program, ready to run or to copy."""

import json
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON: name and title of each.")]


def register(app: typer.Typer) -> None:
    """`tonval scenarios` exists."""
    app.command("scenarios")(scenarios)


def scenarios(as_json: AsJson = False) -> None:
    """List the shipped scenarios, each with a line about what it shows.

    Example: tonval scenarios
    """
    from simulator.scenario.file import shipped  # noqa: PLC0415  --help answers at once

    listed = shipped()
    if as_json:
        typer.echo(json.dumps([{"name": name, "title": title} for name, title in listed], ensure_ascii=False, indent=1))
        return
    widest = max((len(name) for name, _ in listed), default=0)
    for name, title in listed:
        typer.echo(f"{name:{widest}}  {title}")
