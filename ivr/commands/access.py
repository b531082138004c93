"""`tonval access`: who looked at what, whether the log is whole, and the monthly review."""

import json
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from ivr.command_line import Home, Json, Municipality, folder_of, site_for

if TYPE_CHECKING:
    from ivr.web.accounts.access import Row

HELP = """Show the access log: every look at a number, a name or a confidential call, every search, every act by hand.

The log's chain is checked each time. The anchor at the end is worth keeping elsewhere, on paper or in another system:
--anchor with it tells later whether anything up to there was changed since.

Example: tonval access --month 2026-11 --review

Exit codes: 0 shown and whole, 1 the chain is broken or does not hold the anchor, 2 bad options or no log.
"""
SHOWN = 50
Month = Annotated[str | None, typer.Option(help="Of this month, as 2026-11. Default: the last 50 rows.")]
Account = Annotated[str | None, typer.Option(help="Of this account only.")]
Subject = Annotated[str | None, typer.Option(help="About this call or person only.")]
Review = Annotated[bool, typer.Option("--review", help="Count by account instead, and point at unusual days.")]
Anchor = Annotated[str | None, typer.Option(help="An anchor that was kept: number:hash.")]


def register(app: typer.Typer) -> None:
    """The command is known."""
    app.command("access", help=HELP)(access)


def access(
    municipality: Municipality = "botkyrka",
    home: Home = None,
    month: Month = None,
    account: Account = None,
    subject: Subject = None,
    review: Review = False,
    anchor: Anchor = None,
    as_json: Json = False,
) -> None:
    """Print the log, or what a reviewer wants to know of it."""
    from ivr.local_days import zone_of  # noqa: PLC0415 - quick --help
    from ivr.web.accounts.access import first_break, holds  # noqa: PLC0415

    zone = zone_of(folder_of(municipality))
    span = _span(month, zone)
    rows = _rows(municipality, home)
    broken = first_break(rows)
    kept = anchor is None or holds(rows, anchor)
    wanted = [row for row in rows if _is_wanted(row, span, account, subject)]
    told = {
        "broken_at": broken,
        "anchor": f"{rows[-1].number}:{rows[-1].chain}" if rows else "",
        "anchor_kept": kept,
        **_told(wanted, zone, whole_span=month is not None, reviewed=review),
    }
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        _print(told)
    raise typer.Exit(0 if kept and not broken else 1)


def _rows(municipality: str, home: Path | None) -> "list[Row]":
    import sqlite3  # noqa: PLC0415
    from contextlib import closing  # noqa: PLC0415
    from urllib.parse import quote  # noqa: PLC0415

    from sqlite_utils import Database  # noqa: PLC0415

    from ivr.web.accounts.access import looks  # noqa: PLC0415

    path = site_for(folder_of(municipality).name, home, None).web_path
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as conn:
            return list(looks(Database(conn)))
    except sqlite3.Error as error:
        typer.echo(f"ingen åtkomstlogg i {path.parent}: {error}", err=True)
        raise typer.Exit(2) from error


def _span(month: str | None, zone: ZoneInfo) -> tuple[int, int]:
    from ivr.local_days import day_span  # noqa: PLC0415

    if month is None:
        return 0, time.time_ns() // 1_000_000 + 1
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        typer.echo(f"--month ska vara som 2026-11, inte {month}", err=True)
        raise typer.Exit(2) from None
    following = (first + timedelta(days=31)).replace(day=1)
    return day_span(first, zone)[0], day_span(following, zone)[0]


def _is_wanted(row: "Row", span: tuple[int, int], account: str | None, subject: str | None) -> bool:
    look = row.look
    return (
        span[0] <= look.at_ms < span[1]
        and (account is None or look.account == account)
        and (subject is None or look.subject == subject)
    )


def _told(rows: "list[Row]", zone: ZoneInfo, *, whole_span: bool, reviewed: bool) -> dict[str, Any]:
    from dataclasses import asdict  # noqa: PLC0415

    from ivr.local_days import iso  # noqa: PLC0415
    from ivr.web.accounts.review import review  # noqa: PLC0415

    if reviewed:
        return {"review": review(rows, zone)}
    shown = rows if whole_span else rows[-SHOWN:]
    return {"rows": [{"number": row.number, "at": iso(row.look.at_ms, zone), **asdict(row.look)} for row in shown]}


def _print(told: dict[str, Any]) -> None:
    from ivr.web.accounts.review import SWEDISH  # noqa: PLC0415

    for row in told.get("rows", ()):
        why = f"  ({_plain(row['why'])})" if row["why"] else ""
        said = _plain(
            f"{row['at'][:19]}  {row['account']:<20} {SWEDISH.get(row['what'], row['what']):<24} {row['subject']}"
        )
        typer.echo(f"{row['number']:>7}  {said}{why}")
    for account, row in told.get("review", {}).items():
        kinds = ", ".join(f"{SWEDISH.get(kind, kind)} {n}" for kind, n in row["kinds"].items())
        days = f"{row['days']} {'dag' if row['days'] == 1 else 'dagar'}"
        typer.echo(_plain(f"{account}: {row['looks']} på {days}, som mest {row['most_in_a_day']} på en dag"))
        typer.echo(_plain(f"  {kinds}; kväll och natt {row['at_night']}, helg {row['on_weekends']}"))
        if row["unusual"]:
            typer.echo(f"  FRÅGA OM: {', '.join(row['unusual'])}")
    if told["broken_at"]:
        typer.echo(f"KEDJAN ÄR BRUTEN vid rad {told['broken_at']}: loggen har ändrats", err=True)
    elif not told["anchor_kept"]:
        typer.echo("ANKARET FINNS INTE I LOGGEN: den har skrivits om eller kortats", err=True)
    else:
        typer.echo(f"loggen är hel; ankare {told['anchor'] or '–'}")


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else "·" for letter in text)
