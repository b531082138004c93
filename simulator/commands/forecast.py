"""`tonval forecast`: how many will call, by day, quarter and choice, from those who have called."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ivr.command_line import Home, Json, folder_of, site_for
from simulator.command_line import USAGE, WRONG, can_be_written, installed

if TYPE_CHECKING:
    from ivr.config.house import House
    from simulator.past.call_counts import Counts
    from simulator.report.forecast import Told

Municipality = Annotated[str, typer.Argument(metavar="MUNICIPALITY", help="Whose log: a name or a folder.")]
First = Annotated[
    str | None,
    typer.Option("--from", metavar="YYYY-MM-DD", help="The first day. Default: today, or where the log ends."),
]
Days = Annotated[int, typer.Option(min=1, max=400, help="How many days.")]
ToCsv = Annotated[
    Path | None, typer.Option("--csv", help="Write expected calls by quarter and queue: a scenario's arrivals_csv.")
]
ToHtml = Annotated[Path | None, typer.Option("--html", help="Write a page with pictures.")]


def register(app: typer.Typer) -> None:
    """`tonval forecast` exists."""
    app.command("forecast")(forecast)


def forecast(
    municipality: Municipality,
    first: First = None,
    days: Days = 7,
    home: Home = None,
    as_json: Json = False,
    csv: ToCsv = None,
    html: ToHtml = None,
) -> None:
    """Print how many are expected to call, with intervals, and how well that has fitted the last weeks.

    Weekday, season (where the log has a year), red days, eves and opening hours are in it. Ends with 0; 1 when the
    municipality is wrong or the log too short; 2 when there is no such log, day or folder.

    Example: tonval forecast botkyrka --days 14 --csv prognos.csv   (then, in a scenario: arrivals_csv: prognos.csv)
    """
    installed()
    can_be_written(csv, html)
    from rich.console import Console  # noqa: PLC0415  --help answers at once

    from simulator.report.forecast import as_dict, show, write_page, write_profile  # noqa: PLC0415

    told = _told(municipality, home, first, days)
    if as_json:
        typer.echo(json.dumps(as_dict(told), ensure_ascii=False, indent=1))
    else:
        show(Console(), told)
    if csv:
        write_profile(csv, told)
    if html:
        write_page(html, told, folder_of(municipality).name)
    for path in (csv, html):
        if path:
            typer.echo(f"{path} är skriven.", err=True)


def _told(municipality: str, home: Path | None, first: str | None, days: int) -> "Told":
    from simulator.past.backtest import backtest  # noqa: PLC0415
    from simulator.past.calendar_days import calendar_of  # noqa: PLC0415
    from simulator.past.forecast import TooFewDaysError, forecast, week_from  # noqa: PLC0415
    from simulator.report.forecast import Told  # noqa: PLC0415

    wanted = _day(first)
    house = _house(municipality)
    counts = _counted(municipality, home, house, wanted)
    begins = wanted or counts.first + timedelta(days=counts.days)
    calendar = calendar_of(_house(municipality, counts.first))
    try:
        found = forecast(counts, calendar, week_from(begins, days))
    except TooFewDaysError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG) from None
    return Told(found, backtest(counts, calendar), house.queue_titles, counts.days)


def _day(written: str | None) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        typer.echo(f"--from tar en dag som 2026-11-23, inte {written}", err=True)
        raise typer.Exit(USAGE) from None


def _house(municipality: str, on: date | None = None) -> "House":
    """The municipality with its hours from that day on, today's if none is named. Ends the command if it is wrong."""
    import time  # noqa: PLC0415
    from datetime import UTC, datetime  # noqa: PLC0415

    from ivr.config.load import load  # noqa: PLC0415

    now_ms = int(datetime(on.year, on.month, on.day, tzinfo=UTC).timestamp()) * 1000 if on else time.time_ns() // 10**6
    loaded = load(folder_of(municipality), now_ms)
    if loaded.house is None:
        for problem in loaded.errors:
            typer.echo(str(problem), err=True)
        raise typer.Exit(WRONG)
    return loaded.house


def _counted(municipality: str, home: Path | None, house: "House", wanted: date | None) -> "Counts":
    """All whole days of the log, up to the first that is to be forecast. Ends the command where there is no log."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from ivr.call_log.reading import CallLogUnreadableError  # noqa: PLC0415
    from ivr.local_days import local, today  # noqa: PLC0415
    from simulator.past.call_counts import count  # noqa: PLC0415
    from simulator.past.logged import opened  # noqa: PLC0415

    zone = ZoneInfo(house.timezone)
    site = site_for(folder_of(municipality).name, home, None)
    try:
        with opened(site.home) as log:
            ends = min(today(zone), local(log.last_at_ms(), zone).date() + timedelta(days=1))
            return count(log, min(ends, wanted or ends), zone, tuple(house.plan.queues))
    except CallLogUnreadableError as error:
        typer.echo(f"Det går inte att läsa någon samtalslogg: {error}", err=True)
        raise typer.Exit(USAGE) from None
