"""`tonval transfer`: puts a person's caller through, and says who can answer there."""

import json
from typing import Annotated, Any

import typer

from ivr.command_line import Home, Json, answer_to

HELP = """Put the caller that a person talks with through to a queue or to another person; or only look who is there.

Level 2 is a specialist of the queue: the caller keeps the place. Level 3 is the department: not answered in time the
call comes back. Example: tonval transfer anna --queue bygg --level 3

Exit codes: 0 done or looked, 1 refused (the talk goes on) or no engine runs.
"""
WHY = {
    "no_talk": "talar inte med någon",
    "no_link": "växeln har ingen kontakt just nu",
    "callback": "en uppringning kopplas inte vidare",
    "unknown": "finns inte, eller är utanför huset",
    "self": "går inte till sig själv",
    "closed": "har stängt",
    "nobody_cleared": "ingen där får höra samtalet",
    "nobody_there": "ingen där är inloggad",
    "nobody_ready": "ingen där kan svara nu",
}


def register(app: typer.Typer) -> None:
    """The command is known."""
    app.command("transfer", help=HELP)(transfer)


def transfer(
    agent: Annotated[str, typer.Argument(help="Whose caller: the person's id in agents.yaml.")],
    queue: Annotated[str, typer.Option(help="To this queue.")] = "",
    level: Annotated[int, typer.Option(min=2, max=3, help="2 specialist, 3 department.")] = 2,
    person: Annotated[str, typer.Option(help="To this person, by id.")] = "",
    *,
    look: Annotated[bool, typer.Option("--look", help="Only say who is there.")] = False,
    municipality: Annotated[str, typer.Option(help="Which municipality.")] = "botkyrka",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Order the transfer and print the answer."""
    order = {"do": "transfer", "agent": agent, "queue": queue, "level": level, "person": person, "look": look}
    found = answer_to(order, municipality, home)
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else told(found, person or queue))
    if found["why"] and not look:
        raise typer.Exit(1)


def told(found: dict[str, Any], to: str) -> str:
    """The answer in one or two sentences."""
    if found["ready"]:
        there = f"kan svara nu: {', '.join(found['ready'])}"
    elif found["logged_in"] is None:
        there = "ingen ledig"
    elif found["logged_in"]:
        minutes = f", ungefär {round(found['wait_ms'] / 60_000)} min" if found["wait_ms"] >= 60_000 else ""
        there = f"ingen ledig av {found['logged_in']} inloggade, {found['waiting']} före i kön{minutes}"
    else:
        there = "ingen är inloggad"
    if found["done"]:
        return f"{found['agent']}: kopplat till {to}; {there}"
    return f"{found['agent']}: {to}: {WHY.get(found['why'], found['why']) or 'går att koppla'}; {there}"
