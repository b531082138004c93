"""`tonval calls` and `tonval call`: the calls of a day, and one call's way step by step. No caller is shown."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.command_line import Home, Json, Municipality, folder_of, site_for

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from ivr.call_log.journey import Names, Step
    from ivr.call_log.reading import CallLogReader, CallRow
    from ivr.call_log.why import Decision

CALLS_HELP = """List the calls of a day: when, where to, how long they waited, who answered, how they ended.

Example: tonval calls --day 2026-11-20 --queue barn_skola --outcome abandoned

Exit codes: 0 shown, 2 no log or no such day.
"""
CALL_HELP = """Tell one call's way: each step with its instant, what happened and why.

CALL is an id from `tonval calls`, its ending, or "last" for the call that came last. With --why each routing decision
is told: who got the call and why, and what kept each of the others from it.

Example: tonval call last --why

Exit codes: 0 told, 1 no such call, 2 no log.
"""
NONE, USAGE = 1, 2

Day = Annotated[str | None, typer.Option(help="A date, as 2026-11-20. Default: today.")]
Queue = Annotated[str | None, typer.Option(help="Only this queue, by its id.")]
OutcomeOption = Annotated[
    str | None, typer.Option("--outcome", help="Only this outcome: answered, abandoned, …; open for what goes on.")
]
Limit = Annotated[int, typer.Option(min=1, help="At most so many, the latest.")]
Call = Annotated[str, typer.Argument(metavar="CALL", help="The call's id, its ending, or last.")]


def register(app: typer.Typer) -> None:
    """The commands are known."""
    app.command("calls", help=CALLS_HELP)(calls)
    app.command("call", help=CALL_HELP)(call)


def calls(
    municipality: Municipality = "botkyrka",
    home: Home = None,
    day: Day = None,
    queue: Queue = None,
    outcome: OutcomeOption = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """Print a day's calls, oldest first."""
    from ivr.local_days import zone_of  # noqa: PLC0415

    zone = zone_of(folder_of(municipality))
    span = span_of(day, zone)
    wanted = "" if outcome == "open" else outcome
    with opened(municipality, home) as log:
        rows = log.day(*span, queue=queue, outcome=wanted, limit=limit, newest_first=True)[::-1]
    if as_json:
        typer.echo(json.dumps([row_dict(row, zone) for row in rows], ensure_ascii=False, indent=1))
    else:
        _print_rows(rows, names_of(municipality), zone)


def call(
    call_id: Call,
    municipality: Municipality = "botkyrka",
    home: Home = None,
    why: Annotated[bool, typer.Option("--why", help="Tell each routing decision: who was weighed, and how.")] = False,
    as_json: Json = False,
) -> None:
    """Print one call's way."""
    from ivr.call_log.journey import journey  # noqa: PLC0415
    from ivr.call_log.why import decisions  # noqa: PLC0415
    from ivr.local_days import iso, zone_of  # noqa: PLC0415

    with opened(municipality, home) as log:
        row = log.last_call() if call_id == "last" else log.call(call_id) or log.call_ending_in(call_id)
        entries = log.call_entries(row.call) if row else []
    if row is None:
        typer.echo(f"Loggen har inget samtal {call_id}.", err=True)
        raise typer.Exit(NONE)
    names, zone = names_of(municipality), zone_of(folder_of(municipality))
    steps, decided = journey(entries, names), decisions(entries, names, zone) if why else []
    if as_json:
        told = {"journey": [{"at": iso(step.at_ms, zone), **asdict(step)} for step in steps]}
        if why:
            told["why"] = [{"at": iso(one.at_ms, zone), **asdict(one)} for one in decided]
        typer.echo(json.dumps({**row_dict(row, zone), **told}, ensure_ascii=False, indent=1))
    else:
        _print_journey(row, steps, names, zone)
        _print_decisions(decided, zone, wanted=why)


def span_of(day: str | None, zone: "ZoneInfo") -> tuple[int, int]:
    """From midnight to midnight (ms) of the date asked for, today's if none was. Exits with 2 if it is none."""
    from ivr.local_days import day_span, today  # noqa: PLC0415

    try:
        return day_span(date.fromisoformat(day) if day else today(zone), zone)
    except ValueError:
        typer.echo(f"{day} är inget datum; skriv som 2026-11-20.", err=True)
        raise typer.Exit(USAGE) from None


@contextmanager
def opened(municipality: str, home: Path | None) -> "Iterator[CallLogReader]":
    """The installation's log. Ends the command with 2 when there is none."""
    from ivr.call_log.reading import CallLogReader, CallLogUnreadableError  # noqa: PLC0415

    site = site_for(municipality, home, None)
    try:
        with CallLogReader(site.database_path, site.journal_path) as log:
            yield log
    except CallLogUnreadableError as error:
        typer.echo(f"Det går inte att läsa någon samtalslogg: {error}", err=True)
        raise typer.Exit(USAGE) from None


def names_of(municipality: str) -> "Names":
    """What the municipality calls its queues and people; nothing while its files cannot be read."""
    from ivr.call_log.journey import Names  # noqa: PLC0415
    from ivr.config.load import load  # noqa: PLC0415
    from ivr.partners import seat_titles  # noqa: PLC0415

    house = load(folder_of(municipality), time.time_ns() // 1_000_000).house
    if house is None:
        return Names()
    directory = house.plan.directory
    listed = {p.id: f"{p.first} {p.last}".strip() for p in directory.people.values()} if directory else {}
    people = {person.id: person.name for person in house.people.values()}
    return Names(house.queue_titles, {**people, **seat_titles(house)}, listed)


def row_dict(row: "CallRow", zone: "ZoneInfo") -> dict[str, Any]:
    """A call in short for machines, without the caller, with local times beside the instants."""
    from ivr.local_days import iso  # noqa: PLC0415

    fields = {name: value for name, value in asdict(row).items() if name != "caller"}
    return {**fields, "entered": iso(row.entered_at_ms, zone), "ended": iso(row.ended_at_ms, zone)}


def _print_rows(rows: "list[CallRow]", names: "Names", zone: "ZoneInfo") -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from ivr.call_log.journey import OUTCOMES, reason  # noqa: PLC0415
    from ivr.local_days import clock, length  # noqa: PLC0415

    table = Table("samtal", "in", "nummer", "kö", "väntan", "svar av", "samtal", "slut", "varför", box=None)
    for row in rows:
        cells = (
            row.call,
            clock(row.entered_at_ms, zone),
            row.number,
            names.queue(row.queue) if row.queue else "",
            length(row.wait_ms) if row.queue else "",
            names.person(row.agent) if row.agent else "",
            length(row.talk_ms),
            OUTCOMES.get(row.outcome, row.outcome),
            reason(row.reason),
        )
        table.add_row(*map(plain, cells))
    console = Console(width=None if sys.stdout.isatty() else 200, markup=False)
    console.print(table)
    console.print(f"{len(rows)} samtal")


def plain(text: str) -> str:
    """The text without what a terminal would obey instead of show."""
    return "".join(letter if letter.isprintable() else "·" for letter in text)


def _print_journey(row: "CallRow", steps: "list[Step]", names: "Names", zone: "ZoneInfo") -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from ivr.call_log.journey import OUTCOMES  # noqa: PLC0415
    from ivr.local_days import local  # noqa: PLC0415

    console = Console(width=None if sys.stdout.isatty() else 160, markup=False)
    queue = f" · {names.queue(row.queue)}" if row.queue else ""
    console.print(
        f"{row.call} · {local(row.entered_at_ms, zone):%Y-%m-%d}{queue} · {OUTCOMES.get(row.outcome, row.outcome)}"
    )
    table = Table("tid", "vad", "varför", box=None)
    for step in steps:
        table.add_row(f"{local(step.at_ms, zone):%H:%M:%S.%f}"[:-3], plain(step.what), plain(step.why))
    console.print(table)


def _print_decisions(decided: "list[Decision]", zone: "ZoneInfo", *, wanted: bool) -> None:
    from ivr.local_days import local  # noqa: PLC0415

    for one in decided:
        typer.echo(f"\n{local(one.at_ms, zone):%H:%M:%S.%f}"[:-3] + f"  {plain(one.what)}")
        for other in one.others:
            typer.echo(f"{'':14}{plain(other)}")
    if wanted and not decided:
        typer.echo("\nInget beslut om vem som skulle ta samtalet står i loggen.")
