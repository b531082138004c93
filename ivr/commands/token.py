"""`tonval token`: which programs may ask the API about what."""

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.command_line import Home, Json, folder_of, in_web_store

if TYPE_CHECKING:
    from sqlite_utils import Database

    from ivr.web.api.tokens import Grant

HELP = "Programs' tokens for the API, the metrics and the public wall. There is none until one is made here."
ADD_HELP = """Make a token, and print it once: only its hash is kept.

Scopes: state, calls, statistics, matters, matters:write, callbacks, callbacks:write, alarms, alarms:write,
deliveries, metrics, wall.
It sees every queue unless --queue names some, and of confidential calls nothing unless --clearance names what it holds.

Example: tonval token add "Ärendesystemet" --scope calls --scope matters --queue bygg --days 365

Exit codes: 0 made, 1 the store cannot be written, 2 bad options.
"""
LIST_HELP = """List the tokens with what each is for, and when it was last used.

Example: tonval token list --json

Exit codes: 0 listed, 1 the store cannot be read.
"""
REVOKE_HELP = """Take a token back by its id: it opens nothing from this instant on.

Example: tonval token revoke 1f2e3d4c

Exit codes: 0 taken back, 1 there is no such token that was good.
"""
DAY_MS = 86_400_000

Where = Annotated[str, typer.Option("--municipality", help="Which municipality.")]
Scopes = Annotated[list[str], typer.Option("--scope", help="What it may ask for; may be repeated.")]
Queues = Annotated[list[str] | None, typer.Option("--queue", help="Only these queues; may be repeated.")]
Clearances = Annotated[list[str] | None, typer.Option("--clearance", help="What it may hear; may be repeated.")]
Days = Annotated[int, typer.Option(min=0, max=3650, help="It is good for so many days; 0 for until it is revoked.")]


def register(app: typer.Typer) -> None:
    """The commands are known."""
    token = typer.Typer(no_args_is_help=True, help=HELP)
    token.command("add", help=ADD_HELP)(add)
    token.command("list", help=LIST_HELP)(listed)
    token.command("revoke", help=REVOKE_HELP)(revoke)
    app.add_typer(token, name="token")


def add(
    name: Annotated[str, typer.Argument(help="What people call the program.")],
    scope: Scopes,
    queue: Queues = None,
    clearance: Clearances = None,
    days: Days = 0,
    municipality: Where = "botkyrka",
    home: Home = None,
) -> None:
    """Print the new token."""
    from ivr.web.api.tokens import made  # noqa: PLC0415 - quick --help

    grant = _grant(municipality, name, scope, queue, clearance or [], days)

    def make(db: "Database") -> str:
        token = made(db, grant, _now_ms())
        _note(db, "token_made", _id_in(token), f"{grant.name}: {' '.join(sorted(grant.scopes))}")
        return token

    typer.echo(in_web_store(municipality, home, make))


def listed(municipality: Where = "botkyrka", home: Home = None, as_json: Json = False) -> None:
    """Print the tokens."""
    from ivr.web.api.tokens import listed as rows  # noqa: PLC0415

    found: list[dict[str, Any]] = [
        {
            "id": row.id,
            "name": row.grant.name,
            "scopes": sorted(row.grant.scopes),
            "queues": None if row.grant.queues is None else sorted(row.grant.queues),
            "clearances": sorted(row.grant.clearances),
            "expires_ms": row.grant.expires_ms,
            "created_ms": row.created_ms,
            "used_ms": row.used_ms,
            "revoked_ms": row.revoked_ms,
        }
        for row in in_web_store(municipality, home, rows)
    ]
    if as_json:
        typer.echo(json.dumps({"tokens": found}, ensure_ascii=False, indent=2))
        return
    for row in found:
        queues = "alla grupper" if row["queues"] is None else ", ".join(row["queues"]) or "inga grupper"
        state = "återkallad" if row["revoked_ms"] else f"senast använd {_day(row['used_ms'])}"
        typer.echo(f"{row['id']}  {row['name']}: {' '.join(row['scopes'])} · {queues} · {state}")
    if not found:
        typer.echo("inga token")


def revoke(
    token: Annotated[str, typer.Argument(help="The id in the list, or the whole token.")],
    municipality: Where = "botkyrka",
    home: Home = None,
) -> None:
    """Take it back."""
    from ivr.web.api.tokens import revoked  # noqa: PLC0415

    token_id = _id_in(token)

    def revoke_it(db: "Database") -> bool:
        done = revoked(db, token_id, _now_ms())
        if done:
            _note(db, "token_revoked", token_id, "")
        return done

    if not in_web_store(municipality, home, revoke_it):
        typer.echo("det finns ingen sådan giltig token", err=True)
        raise typer.Exit(1)
    typer.echo("återkallad")


def _id_in(token: str) -> str:
    """The part of a whole token that names it; an id as it is."""
    return token.split("_")[1] if token.startswith("tv_") and token.count("_") > 1 else token


def _note(db: "Database", what: str, token_id: str, why: str) -> None:
    """Whoever makes or takes back a token at the command line stands in the access log, in the same transaction."""
    from ivr.web.accounts.access import Look, at_command_line, note  # noqa: PLC0415 - quick --help

    note(db, Look(_now_ms(), at_command_line(), "", what, token_id, why))


def _grant(
    municipality: str, name: str, scopes: list[str], queues: list[str] | None, clearances: list[str], days: int
) -> "Grant":
    """What was asked for; exits with 2 when it is not there to be had."""
    from ivr.config.load import load  # noqa: PLC0415
    from ivr.web.api.tokens import Grant, Scope  # noqa: PLC0415
    from queues.ids import Clearance, QueueId  # noqa: PLC0415

    house = load(folder_of(municipality), _now_ms()).house
    known = set(house.plan.queues) if house else set()
    needed = {queue.clearance for queue in house.plan.queues.values()} if house else set()
    wrong = [s for s in scopes if s not in set(Scope)]
    wrong += [q for q in queues or () if q not in known]
    wrong += [c for c in clearances if c not in needed]
    if wrong or not name.strip() or len(name) > 80:
        typer.echo(f"finns inte: {', '.join(wrong)}" if wrong else "namnet ska ha 1–80 tecken", err=True)
        raise typer.Exit(2)
    return Grant(
        " ".join(name.split()),
        frozenset(map(Scope, scopes)),
        frozenset(map(QueueId, queues)) if queues else None,
        frozenset(map(Clearance, clearances)),
        _now_ms() + days * DAY_MS if days else 0,
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat() if at_ms else "aldrig"
