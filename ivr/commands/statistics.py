"""`tonval statistics`: the figures of /statistik, for a terminal, a spreadsheet or a program."""

import json
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ivr.command_line import Home, Json, Municipality, folder_of, site_for
from queues.board_counts import LONGEST_WAIT_S, THRESHOLD_S, LevelDefinition

if TYPE_CHECKING:
    from ivr.config.house import House
    from ivr.config.site import Site
    from ivr.web.matters import CallOutcome
    from ivr.web.statistics import Asked, Table

HELP = """Show figures of one or several days: by line, quarter of an hour or day, caller, person, pause and matter.

They are worked out from the log as it is now, today's up to this moment. All of it is shown, lines under secrecy too:
whoever may read the log may read this. Tables: koer, kvartar (of one day) or dagar (of several), ringande, personer,
pauser, forvaltningar, arenden, utfall.

Example: tonval statistics --from 2026-11-01 --to 2026-11-30 --table dagar --csv

Exit codes: 0 shown, 1 no such table, 2 days that cannot be.
"""
NO_TABLE, USAGE = 1, 2

First = Annotated[str | None, typer.Option("--from", help="The first day, as 2026-11-20. Default: the last one.")]
Last = Annotated[str | None, typer.Option("--to", help="The last day. Default: today.")]
Threshold = Annotated[int, typer.Option("--threshold", help="Answered within so many s.", min=0, max=LONGEST_WAIT_S)]
Definition = Annotated[LevelDefinition, typer.Option(help="Of what the service level is a share.")]
Wanted = Annotated[str, typer.Option("--table", help="Which table.")]


def register(app: typer.Typer) -> None:
    """The command is known."""
    app.command("statistics", help=HELP)(statistics)


def statistics(
    municipality: Municipality = "botkyrka",
    home: Home = None,
    first: First = None,
    last: Last = None,
    threshold_s: Threshold = THRESHOLD_S,
    definition: Definition = LevelDefinition.SERVICE_LEVEL,
    wanted: Wanted = "koer",
    as_csv: Annotated[bool, typer.Option("--csv", help="As spreadsheets want it.")] = False,
    as_json: Json = False,
) -> None:
    """Print one table."""
    from ivr.config.load import load  # noqa: PLC0415 - quick --help
    from ivr.web.csv_export import csv_text  # noqa: PLC0415
    from ivr.web.statistics import Asked  # noqa: PLC0415

    folder = folder_of(municipality)
    house = load(folder, _now_ms()).house
    if house is None:
        typer.echo(f"Konfigurationen har fel: tonval check {municipality} visar dem.", err=True)
        raise typer.Exit(USAGE)
    table = _table(
        house, site_for(folder.name, home, None), _days(house, first, last), wanted, Asked(threshold_s, definition)
    )
    if as_json:
        rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
        typer.echo(json.dumps({"table": table.name, "rows": rows}, ensure_ascii=False, indent=1))
    elif as_csv:
        typer.echo(csv_text(table.header, table.rows), nl=False)
    else:
        _print(table)


def _days(house: "House", first: str | None, last: str | None) -> tuple[date, date]:
    """The first and the last day. Exits with 2 for days that cannot be."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from ivr.local_days import today  # noqa: PLC0415
    from ivr.web.past_days import MOST_DAYS  # noqa: PLC0415

    try:
        until = date.fromisoformat(last) if last else today(ZoneInfo(house.timezone))
        begin = date.fromisoformat(first) if first else until
    except ValueError as error:
        typer.echo(f"En dag skrivs som 2026-11-20 ({error}).", err=True)
        raise typer.Exit(USAGE) from error
    if not 0 <= (until - begin).days < MOST_DAYS:
        typer.echo(f"Välj högst {MOST_DAYS} dagar, den första före den sista.", err=True)
        raise typer.Exit(USAGE)
    return begin, until


def _table(house: "House", site: "Site", days: tuple[date, date], wanted: str, asked: "Asked") -> "Table":
    """The table of that name. Exits with 1 if there is none."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from ivr.local_days import day_span  # noqa: PLC0415
    from ivr.web.past_days import folded_days  # noqa: PLC0415
    from ivr.web.statistics import all_tables  # noqa: PLC0415

    zone = ZoneInfo(house.timezone)
    given = _given(site.web_path, day_span(days[0], zone)[0], day_span(days[1], zone)[1])
    queues = [(queue, house.queue_titles[queue]) for queue in house.plan.queues]
    folded = list(folded_days(site, zone, *days, _now_ms()))
    tables = {table.name: table for table in all_tables(house, queues, folded, given, asked)}
    if wanted not in tables:
        typer.echo(f"Tabellen {wanted!r} finns inte för de dagarna. Välj en av: {', '.join(tables)}.", err=True)
        raise typer.Exit(NO_TABLE)
    return tables[wanted]


def _given(web_path: Path, from_ms: int, to_ms: int) -> "list[CallOutcome]":
    """What was said of the calls; nothing while nobody has opened the pages."""
    if not web_path.exists():
        return []
    from sqlite_utils import Database  # noqa: PLC0415

    from ivr.web.matters import between  # noqa: PLC0415

    db = Database(web_path)
    try:
        return between(db, from_ms, to_ms) if "outcomes" in db.table_names() else []
    finally:
        db.close()


def _print(table: "Table") -> None:
    """A line a row: what it is of, and each figure that is not nought with its name."""
    typer.echo(table.title)
    for row in table.rows:
        texts = [cell for cell in row if isinstance(cell, str)]
        figures = [
            f"{name[0].lower()}{name[1:]} {str(cell).replace('.', ',')}"
            for name, cell in zip(table.header, row, strict=True)
            if cell and not isinstance(cell, str)
        ]
        typer.echo(f"  {', '.join(texts)}: {', '.join(figures) or 'inget'}")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
