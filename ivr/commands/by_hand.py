"""`tonval force` and `tonval crisis`: opening hours and the crisis message, switched by hand while the service runs."""

import getpass
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from ivr.command_line import Home, answer_to, folder_of, site_for

if TYPE_CHECKING:
    from pathlib import Path

FORCE_HELP = """Open or close by hand: `open`, `closed`, or `off` for the written opening hours again.

Ends with the day unless --until says otherwise (16:30, "2026-12-24 12:00" or never). The fail-open dialplan follows.

Example: tonval force closed --until 13:00

Exit codes: 0 done, 1 no engine runs or it refused, 2 no such instant.
"""
CRISIS_HELP = """Let everybody who rings hear a message first: `on PROMPT`, `on --text "..."`, or `off`.

Prepared messages stand in prompts.yaml under crisis. A text of your own is spoken at once. Stays until switched off.

Example: tonval crisis on --text "Vattnet i Tumba är avstängt. Vi räknar med att det är tillbaka klockan 18."

Exit codes: 0 done, 1 no engine runs, it refused, or the text could not be spoken, 2 no such instant.
"""
OWN_TEXT = "kris_egen_text"
_WORDS = {"open": "open", "closed": "closed", "off": "schedule"}
_SAID = {"open": "öppet", "closed": "stängt"}
Municipality = Annotated[str, typer.Option(help="Which municipality.")]
Until = Annotated[str, typer.Option(help='16:30, "2026-12-24 12:00", or never.')]


def register(app: typer.Typer) -> None:
    """The commands are known."""
    app.command("force", help=FORCE_HELP)(force)
    app.command("crisis", help=CRISIS_HELP)(crisis)


def force(
    what: Annotated[str, typer.Argument(help="open, closed or off.")],
    hours: Annotated[str, typer.Option(help="Which opening hours; default all of the house.")] = "",
    until: Until = "",
    municipality: Municipality = "botkyrka",
    home: Home = None,
) -> None:
    """Order one change of the opening hours."""
    if what not in _WORDS:
        typer.echo(f"{what}: skriv {', '.join(_WORDS)}", err=True)
        raise typer.Exit(2)
    folder = folder_of(municipality)
    order = {"do": "force", "how": _WORDS[what], "hours": hours, "until": _instant(until, folder)}
    show_switched(answer_to({**order, "who": getpass.getuser()}, municipality, home)["switched"], folder)


def crisis(
    what: Annotated[str, typer.Argument(help="on or off.")],
    prompt: Annotated[str, typer.Argument(help="A prepared message of prompts.yaml.")] = "",
    text: Annotated[str, typer.Option(help="What is to be said, instead of a prepared message.")] = "",
    instead: Annotated[bool, typer.Option("--instead", help="Instead of the menu; its keys go on working.")] = False,
    until: Until = "",
    municipality: Municipality = "botkyrka",
    home: Home = None,
) -> None:
    """Order one change of the crisis message."""
    if what not in {"on", "off"} or (what == "on") != bool(prompt or text):
        typer.echo('skriv "on MEDDELANDE", "on --text ..." eller "off"', err=True)
        raise typer.Exit(2)
    folder = folder_of(municipality)
    order: dict[str, Any] = {"do": "crisis", "prompt": prompt, "instead": instead, "until": _instant(until, folder)}
    if text:
        _speak(text, folder, home)
        order["prompt"] = OWN_TEXT
    show_switched(answer_to({**order, "who": getpass.getuser()}, municipality, home)["switched"], folder)


def show_switched(switched: dict[str, list[dict[str, Any]]], folder: "Path") -> None:
    """What is switched, a line each."""
    from ivr.local_days import local, zone_of  # noqa: PLC0415 - quick --help

    zone = zone_of(folder)

    def until(ms: int) -> str:
        return f"till {local(ms, zone):%Y-%m-%d %H:%M}" if ms else "tills vidare"

    for one in switched["hours"]:
        typer.echo(f"{one['hours'] or 'hela huset'}: {_SAID[one['how']]} {until(one['until_ms'])} ({one['who']})")
    for one in switched["crisis"]:
        where = "i stället för menyn" if one["instead"] else "före hälsningen"
        typer.echo(f"meddelandet {one['prompt']} läses {where} {until(one['until_ms'])} ({one['who']})")
    if not (switched["hours"] or switched["crisis"]):
        typer.echo("inget är omställt för hand: öppettiderna gäller")


def _instant(text: str, folder: "Path") -> int | str:
    """Milliseconds; "" and never as they are. Exits with 2 for what is no instant."""
    from ivr.local_days import zone_of  # noqa: PLC0415 - quick --help

    if text in {"", "never"}:
        return text
    zone = zone_of(folder)
    try:
        return until_ms(text, datetime.now(zone), zone)
    except ValueError:
        typer.echo(f"{text}: skriv 16:30, 2026-12-24 12:00 eller never", err=True)
        raise typer.Exit(2) from None


def until_ms(text: str, now: datetime, zone: ZoneInfo) -> int:
    """The instant meant: a clock time is the next one. Raises ValueError."""
    if clock := re.fullmatch(r"(\d{1,2})[:.](\d\d)", text):
        at = now.replace(hour=int(clock[1]) % 24, minute=int(clock[2]), second=0, microsecond=0)
        at += timedelta(days=1) if at <= now else timedelta()
    else:
        at = datetime.fromisoformat(text)
    return round((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp() * 1000)


def _speak(text: str, folder: "Path", home: "Path | None") -> None:
    """The text lies as a sound where the service plays from. Exits with 1 when it could not be spoken."""
    from ivr.config.load import load  # noqa: PLC0415 - quick --help
    from ivr.own_text import speak_own_text  # noqa: PLC0415
    from ivr.voice import SpeechError  # noqa: PLC0415

    house = load(folder, round(datetime.now(ZoneInfo("UTC")).timestamp() * 1000)).house
    languages = house.languages if house else ("sv",)
    try:
        speak_own_text(text, OWN_TEXT, site_for(folder.name, home, None).sounds_dir, languages, folder)
    except (SpeechError, OSError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
