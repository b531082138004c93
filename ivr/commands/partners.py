"""`tonval partners`: what external answering services did with the calls they were sent, apart from the own service."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.command_line import Home, Json, Municipality, folder_of

if TYPE_CHECKING:
    from queues.ids import PartnerId
    from routing.plan import Partner

PARTNERS_HELP = """Show what each partner did with the calls of a day: sent, answered, failed, talked, and what it cost.

Calls that a partner answered and let go of at once came back into line: they are counted apart.

Example: tonval partners danderyd --day 2026-11-20 --json

Exit codes: 0 shown, 2 no log or no such day.
"""
Day = Annotated[str | None, typer.Option(help="A date, as 2026-11-20. Default: today.")]


def register(app: typer.Typer) -> None:
    """The command is known."""
    app.command("partners", help=PARTNERS_HELP)(partners)


def partners(
    municipality: Municipality = "botkyrka", home: Home = None, day: Day = None, as_json: Json = False
) -> None:
    """Print the figures by partner."""
    from ivr.commands.calls import opened, span_of  # noqa: PLC0415
    from ivr.local_days import zone_of  # noqa: PLC0415
    from ivr.partners import figures  # noqa: PLC0415

    span = span_of(day, zone_of(folder_of(municipality)))
    known = _known(municipality)
    with opened(municipality, home) as log:
        found = figures(log.entries_between(*span))
    costs = {partner: rules.cost_ore_per_min for partner, (_, rules) in known.items()}
    rows = {partner: found[partner].as_dict(costs.get(partner, 0)) for partner in (*known, *(found.keys() - known))}
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for partner, row in rows.items():
        _print(known[partner][0] if partner in known else partner, row)


def _known(municipality: str) -> "dict[PartnerId, tuple[str, Partner]]":
    """The municipality's partners with their titles; none while its files cannot be read."""
    import time  # noqa: PLC0415

    from ivr.config.load import load  # noqa: PLC0415

    house = load(folder_of(municipality), time.time_ns() // 1_000_000).house
    if house is None:
        return {}
    return {link.id: (link.title, house.plan.partners[link.id]) for link in house.partners.values()}


def _print(title: str, row: dict[str, Any]) -> None:
    from ivr.local_days import length  # noqa: PLC0415

    failed = ", ".join(f"{number} {result}" for result, number in row["failed"].items()) or "inga"
    typer.echo(title)
    typer.echo(f"  skickade {row['offered']} (av {row['calls']} samtal), besvarade {row['answered']}")
    typer.echo(f"  tillbaka efter kort samtal {row['short_talks']}, andra misslyckade: {failed}")
    typer.echo(f"  samtalstid {length(row['talk_ms'])}, medelväntan till svar {length(row['mean_wait_ms'])}")
    typer.echo(f"  kostnad {row['cost_ore'] / 100:.2f} kr")
