"""`tonval callback`: what has been promised to whom waits, promise to ring somebody, and take a promise back."""

import json
import time
from typing import Annotated, Any

import typer

from ivr.command_line import Home, Json, answer_to, folder_of, site_for

HELP = "Callbacks: list what is promised, promise to ring somebody, take a promise back."
LIST_HELP = """List every promise that is not kept yet, and those that were given up lately. No number is shown.

Of a confidential call neither queue nor matter is shown.

Example: tonval callback list --json

Exit codes: 0 listed, 1 no engine runs in this home.
"""
PROMISE_HELP = """A person promises to ring back whom they talk to, or talked to last.

Example: tonval callback promise anna --queue bygg --deadline-s 7200 --matter "bygglov, ritningar"

Exit codes: 0 promised, 1 refused or no engine runs.
"""
CANCEL_HELP = """Take a promise back: nobody is rung.

Example: tonval callback cancel tonval-1795309902.0

Exit codes: 0 taken back, 1 there is no such promise, or the citizen is being rung, or no engine runs.
"""
WHY = {
    "no_talk": "har inte talat med någon sedan växeln startade",
    "no_queue": "det finns ingen sådan grupp",
    "number_not_rung": "numret är dolt, utländskt eller ett betalnummer och rings inte upp",
    "line_closed": "gruppen har stängt och ringer inte upp någon annan dag",
    "already_promised": "numret ska redan ringas upp",
    "no_promise": "det finns inget sådant löfte",
    "being_rung": "medborgaren rings just nu",
}
GIVEN_UP_LATELY_MS = 7 * 86_400_000

Where = Annotated[str, typer.Option(help="Which municipality.")]


def register(app: typer.Typer) -> None:
    """The commands are known."""
    callback = typer.Typer(no_args_is_help=True, help=HELP)
    callback.command("list", help=LIST_HELP)(listed)
    callback.command("promise", help=PROMISE_HELP)(promise)
    callback.command("cancel", help=CANCEL_HELP)(cancel)
    app.add_typer(callback, name="callback")


def listed(municipality: Where = "botkyrka", home: Home = None, as_json: Json = False) -> None:
    """Print the promises."""
    found = answer_to({"do": "callbacks"}, municipality, home, WHY)
    found["given_up"] = _given_up(municipality, home)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    _print(found)


def promise(
    agent: Annotated[str, typer.Argument(help="Who promises: the person's id in agents.yaml.")],
    queue: Annotated[str, typer.Option(help="In this queue; else the one that the talk came from.")] = "",
    deadline_s: Annotated[int, typer.Option(min=0, help="Alarm after so long; 0 for the queue's own rule.")] = 0,
    matter: Annotated[str, typer.Option(help="Why, for whoever rings.")] = "",
    *,
    municipality: Where = "botkyrka",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Order the promise."""
    order = {"do": "promise_callback", "agent": agent, "queue": queue, "deadline_s": deadline_s, "matter": matter}
    found = answer_to(order, municipality, home, WHY)
    typer.echo(json.dumps(found) if as_json else f"lovat: {found['call']}")


def cancel(
    call: Annotated[str, typer.Argument(help="The call's id, as listed.")],
    municipality: Where = "botkyrka",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Order that nobody is rung."""
    found = answer_to({"do": "cancel_callback", "call": call}, municipality, home, WHY)
    typer.echo(json.dumps(found) if as_json else f"taget tillbaka: {found['call']}")


def _given_up(municipality: str, home: Any) -> list[dict[str, Any]]:
    """Callbacks that failed lately, newest first."""
    from ivr.call_log.reading import CallLogReader, CallLogUnreadableError  # noqa: PLC0415

    site, now_ms = site_for(folder_of(municipality).name, home, None), time.time_ns() // 1_000_000
    try:
        with CallLogReader(site.database_path, site.journal_path) as log:
            since_ms = now_ms - GIVEN_UP_LATELY_MS
            rows = log.day(since_ms, now_ms + 1, outcome="callback_failed", limit=100, newest_first=True)
    except CallLogUnreadableError:
        return []
    return [{"call": row.call, "ended_at_ms": row.ended_at_ms, "reason": row.reason} for row in rows]


def _print(found: dict[str, Any]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    now_ms = time.time_ns() // 1_000_000
    waiting = Table("samtal", "läge", "grupp", "ärende", "lovat av", "väntat", "försök", "senast", "nästa försök")
    for one in found["callbacks"]:
        due_min = (one["due_ms"] - now_ms) // 60_000
        rests_min = max(0, (one["rests_until_ms"] - now_ms) // 60_000)
        waiting.add_row(
            *(one["call"], one["state"], one["queue"], one["matter"], one["by"]),
            f"{(now_ms - one['entered_at_ms']) // 60_000} min",
            str(one["tries"]),
            "FÖRSENAD" if one["overdue"] else f"om {due_min} min",
            f"om {rests_min} min" if one["rests_until_ms"] else "",
        )
    console = Console(markup=False)
    console.print(waiting if found["callbacks"] else "inga löften om återuppringning")
    for one in found["given_up"]:
        console.print(f"uppgivet: {one['call']} ({one['reason']})")
