"""`tonval testcall`: one real SIP call through the running service, told step by step."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.command_line import Home, Json, Municipality, Ports, folder_of, site_for
from ivr.config.site import HOST, Site
from queues.ids import AgentId

if TYPE_CHECKING:
    from ivr.config.house import House
    from ivr.testphone.testcall import Agent, Line, Outcome

HELP = """Ring the running service over SIP: hear, press, be answered, and find the call in the log.

Where no phone of the queue is connected, the test plays one agent's phone as well. It rings on this machine only.

Example: tonval testcall botkyrka --press 2

Exit codes: 0 answered (or told that it is closed) and logged, 1 something of that is missing, 2 the service cannot be
reached, 3 the configuration has errors.
"""
CODES = {"ok": 0, "closed": 0, "not_reached": 2}
NOT_WHOLE, REFUSED = 1, 3

_VERDICTS = {
    "ok": "Provsamtalet gick bra: det hördes åt båda hållen och står i loggen.",
    "closed": "Provsamtalet gick bra: det är stängt, vilket sades, och samtalet står i loggen.",
    "not_reached": "Ingen växel svarar. Är tjänsten igång?",
    "not_answered": "Ingen svarade på samtalet.",
    "not_heard": "Inget känt meddelande hördes.",
    "not_logged": "Samtalet gick bra men står inte i loggen.",
}
_WORDS = {
    "dialled": "ringer",
    "provisional": "besked",
    "up": "växeln svarar",
    "prompt": "hör",
    "music": "hör musik",
    "pressed": "trycker",
    "rings": "det ringer hos",
    "answered": "svar från",
    "voice": "hör",
    "agent_hears": "hörs av",
    "over": "slut",
    "logged": "i loggen",
}
_ENDS = {
    "answered": "på samtalet, som besvarades",
    "closed": "på samtalet: det är stängt",
    "hung_up_waiting": "på samtalet, som ingen hann besvara",
    "server_hung_up": "på samtalet: tjänsten lade på",
    "busy": "på samtalet: upptaget",
    "failed": "på samtalet: det kunde inte kopplas",
    "vanished": "på samtalet: inget svar alls",
}


def register(app: typer.Typer) -> None:
    """The command is known."""
    app.command("testcall", help=HELP)(ring_once)


def ring_once(
    municipality: Municipality = "botkyrka",
    home: Home = None,
    ports: Ports = None,
    number: Annotated[str, typer.Option(help="The number to ring; default the municipality's first.")] = "",
    press: Annotated[str, typer.Option(help="Keys to press once the greeting is heard.")] = "2",
    agent: Annotated[str, typer.Option(help="Whose phone to play; default whoever has none connected.")] = "",
    play_agent: Annotated[bool, typer.Option(help="Whether to play an agent's phone at all.")] = True,
    listen: Annotated[int, typer.Option(help="Seconds to listen to greeting and menu before pressing.")] = 5,
    patience: Annotated[int, typer.Option(help="Seconds to wait for an answer.")] = 60,
    as_json: Json = False,
) -> None:
    """Make one test call and tell of it."""
    from ivr.testphone.prompts_heard import closing_prompts, prompt_book  # noqa: PLC0415 - quick start of other commands
    from ivr.testphone.testcall import Order, make_test_call  # noqa: PLC0415

    folder = folder_of(municipality)
    site = site_for(folder.name, home, ports)
    house = _house(folder)
    number = number or next(iter(house.plan.entrances))
    order = Order(
        server=(HOST, site.sip_port),
        number=number,
        keys=press,
        book=prompt_book(site.sounds_dir / house.language),
        closing_prompts=closing_prompts(house.plan),
        database=site.database_path,
        cel=site.cel_path,
        agent=_agent_to_play(house, site, number, press, agent) if play_agent else None,
        listens_ms=listen * 1000,
        patience_ms=patience * 1000,
    )
    outcome = asyncio.run(make_test_call(order))
    if as_json:
        found: dict[str, Any] = {
            "verdict": outcome.verdict,
            "call": outcome.call,
            "lines": [asdict(line) for line in outcome.lines],
        }
        found |= {"caller": outcome.record, "log": asdict(outcome.logged) if outcome.logged else None}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _print(outcome, _texts(house, folder), number)
    raise typer.Exit(CODES.get(outcome.verdict, NOT_WHOLE))


def _house(folder: Path) -> "House":
    from ivr.live import NoHouseError, load_house  # noqa: PLC0415

    try:
        return load_house(folder, time.time_ns() // 1_000_000)
    except NoHouseError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(REFUSED) from error


def _agent_to_play(house: "House", site: Site, number: str, keys: str, wanted: str) -> "Agent | None":
    """The named person, or the one best at the queue if nobody of that queue has a phone connected."""
    from ivr.config.secrets import ensure_secrets  # noqa: PLC0415
    from ivr.testphone.testcall import Agent, best_agent  # noqa: PLC0415

    name = AgentId(wanted) if wanted else best_agent(house.plan, number, keys, _connected(site))
    if not name:
        return None
    password = ensure_secrets(site.secrets_path, house.accounts).phone_passwords.get(name)
    if password is None:
        raise typer.BadParameter(f"ingen agent heter {name}")
    return Agent(name, password)


def _connected(site: Site) -> frozenset[str]:
    """Whose phones the running engine can reach; nobody's when no engine runs."""
    from ivr.control import ask  # noqa: PLC0415

    try:
        agents: Mapping[str, Any] = asyncio.run(ask(site.control_path, {"do": "state"}))["agents"]
    except OSError:
        return frozenset()
    return frozenset(name for name, person in agents.items() if person["phone"] != "unreachable")


def _texts(house: "House", folder: Path) -> Mapping[str, str]:
    """What each prompt says."""
    from ivr.manuscripts import ManuscriptRefusedError, manuscript_folders, manuscripts  # noqa: PLC0415

    try:
        written = manuscripts(*manuscript_folders(house.language, folder))
    except ManuscriptRefusedError:
        return {}
    return {str(prompt): manuscript.text for prompt, manuscript in written.items()}


def _print(outcome: "Outcome", texts: Mapping[str, str], number: str) -> None:
    typer.echo(f"Provsamtal till {number}")
    for line in outcome.lines:
        if line.what != "logged":
            typer.echo(_row(line, texts))
    if (row := outcome.logged) and outcome.lines:
        said = [f"utfall {row.outcome}", f"kö {row.queue or '-'}", f"svar av {row.agent or '-'}"]
        said += [f"väntan {row.wait_ms or 0} ms", f"samtal {row.talk_ms or 0} ms"]
        typer.echo(f"{_seconds(outcome.lines[-1])}  i loggen: {', '.join(said)} ({outcome.call})")
    typer.echo(_VERDICTS[outcome.verdict])


def _row(line: "Line", texts: Mapping[str, str]) -> str:
    detail = line.detail
    if line.what == "prompt":
        detail = f"”{texts.get(detail, detail)}”"
    if line.what == "over":
        detail = _ENDS.get(detail, detail)
    return f"{_seconds(line)}  {_WORDS.get(line.what, line.what)} {detail}".rstrip()


def _seconds(line: "Line") -> str:
    return f"{line.at_ms / 1000:7.2f} s".replace(".", ",")
