"""`tonval webhook`: who is told what happens, what waits for them, and what was laid aside."""

import json
import time
from typing import Annotated

import typer

from ivr.command_line import Home, Json, folder_of, in_web_store

HELP = "Systems outside that are told what happens here, as webhooks.yaml says."
LIST_HELP = """List the subscribers: what waits for each, what is laid aside, and why the last try failed.

Example: tonval webhook list --json

Exit codes: 0 listed, 1 the store cannot be read or the configuration has errors.
"""
RETRY_HELP = """Send what was laid aside for a subscriber again, in its old order.

Example: tonval webhook retry arenden

Exit codes: 0 done, 1 nothing was laid aside.
"""
DISCARD_HELP = """Throw away what was laid aside for a subscriber: it is never told.

Example: tonval webhook discard arenden

Exit codes: 0 done, 1 nothing was laid aside.
"""

Where = Annotated[str, typer.Option("--municipality", help="Which municipality.")]
Subscriber = Annotated[str, typer.Argument(help="The subscriber's name in webhooks.yaml.")]


def register(app: typer.Typer) -> None:
    """The commands are known."""
    webhook = typer.Typer(no_args_is_help=True, help=HELP)
    webhook.command("list", help=LIST_HELP)(listed)
    webhook.command("retry", help=RETRY_HELP)(retry)
    webhook.command("discard", help=DISCARD_HELP)(discard)
    app.add_typer(webhook, name="webhook")


def listed(municipality: Where = "botkyrka", home: Home = None, as_json: Json = False) -> None:
    """Print the subscribers."""
    from ivr.config.load import load  # noqa: PLC0415 - quick --help
    from ivr.web.webhooks.rows import summary  # noqa: PLC0415

    house = load(folder_of(municipality), time.time_ns() // 1_000_000).house
    if house is None:
        typer.echo("konfigurationen har fel; se tonval check", err=True)
        raise typer.Exit(1)
    kept = in_web_store(municipality, home, summary)
    found = [
        {
            "subscriber": name,
            "url": entry.url,
            "events": [event.value for event in entry.events],
            **kept.get(name, {"waiting": 0, "dead": 0, "failure": ""}),
        }
        for name, entry in house.webhooks.subscribers.items()
    ]
    if as_json:
        typer.echo(json.dumps({"subscribers": found}, ensure_ascii=False, indent=2))
        return
    for row in found:
        failure = f" · senast: {row['failure']}" if row["failure"] else ""
        typer.echo(f"{row['subscriber']}  {row['waiting']} väntar, {row['dead']} lagda åt sidan{failure}")
    if not found:
        typer.echo("ingen får veta något (webhooks.yaml)")


def retry(subscriber: Subscriber, municipality: Where = "botkyrka", home: Home = None) -> None:
    """Send it again."""
    from ivr.web.webhooks.rows import all_again  # noqa: PLC0415

    _done(in_web_store(municipality, home, lambda db: all_again(db, subscriber)), "skickas igen")


def discard(subscriber: Subscriber, municipality: Where = "botkyrka", home: Home = None) -> None:
    """Throw it away."""
    from ivr.web.webhooks.rows import discard_dead  # noqa: PLC0415

    _done(in_web_store(municipality, home, lambda db: discard_dead(db, subscriber)), "borta")


def _done(number: int, words: str) -> None:
    if not number:
        typer.echo("inget var lagt åt sidan", err=True)
        raise typer.Exit(1)
    typer.echo(f"{number} {words}")
