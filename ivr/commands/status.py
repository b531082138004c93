"""`tonval status` and `tonval agent`: what a running engine is doing, and orders to it."""

import json
from typing import Annotated, Any

import typer

from ivr.command_line import Home, Json, Municipality, answer_to, folder_of
from ivr.commands.by_hand import show_switched

STATUS_HELP = """Show what the running engine is doing: lines, calls by state, people.

Example: tonval status --json

Exit codes: 0 shown, 1 no engine runs in this home.
"""
AGENT_HELP = """Log a person in or out, pause them, or make them ready.

Example: tonval agent pause anna --reason lunch

Exit codes: 0 done, 1 no engine runs or it refused.
"""
RELOAD_HELP = """Let the running engine read its YAML again; with errors everything stays as it was.

Example: tonval reload

Exit codes: 0 in force, 1 refused or no engine runs.
"""


def register(app: typer.Typer) -> None:
    """The commands are known."""
    app.command("status", help=STATUS_HELP)(status)
    app.command("agent", help=AGENT_HELP)(agent)
    app.command("reload", help=RELOAD_HELP)(reload)


def status(municipality: Municipality = "botkyrka", home: Home = None, as_json: Json = False) -> None:
    """Print the engine's state."""
    found = answer_to({"do": "state"}, municipality, home)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    _print(found)
    if found["switched"]["hours"] or found["switched"]["crisis"]:
        show_switched(found["switched"], folder_of(municipality))


def _print(found: dict[str, Any]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    console = Console(markup=False)
    paused = f" · inga erbjudanden: {found['paused']}" if found["paused"] else ""
    calls = ", ".join(f"{number} {state}" for state, number in found["calls"].items()) or "inga samtal"
    console.print(f"{found['municipality']} · {calls}{paused}")
    lines = Table("kö", "väntar", "längst väntande")
    for queue, line in found["queues"].items():
        lines.add_row(queue, str(line["waiting"]), f"{line['longest_wait_ms'] // 1000} s")
    people = Table("person", "gör", "orsak", "telefon", "sedan")
    for who, person in found["agents"].items():
        people.add_row(who, person["state"], person["reason"], person["phone"], f"{person['for_ms'] // 1000} s")
    console.print(lines, people)
    if found.get("partners"):
        outside = Table("svarsställe", "läge", "linjer", "ringer", "talar", "minuter idag")
        for partner in found["partners"].values():
            numbers = (str(partner[name]) for name in ("lines", "ringing", "talking", "minutes_today"))
            outside.add_row(partner["title"], partner["state"], *numbers)
        console.print(outside)


def agent(
    what: Annotated[str, typer.Argument(help="login, logout, ready or pause.")],
    who: Annotated[str, typer.Argument(help="The person's id in agents.yaml.")],
    reason: Annotated[str, typer.Option(help="Why, for a pause.")] = "",
    municipality: Annotated[str, typer.Option(help="Which municipality.")] = "botkyrka",
    home: Home = None,
) -> None:
    """Order one change of one person."""
    found = answer_to({"do": "agent", "agent": who, "what": what, "reason": reason}, municipality, home)
    typer.echo(f"{found['agent']}: {found['state']} {found['reason']}".rstrip())


def reload(municipality: Municipality = "botkyrka", home: Home = None) -> None:
    """Order a reload."""
    typer.echo(f"i kraft: {answer_to({'do': 'reload'}, municipality, home)['plan']}")
