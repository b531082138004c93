"""`tonval audit`: whether every call is accounted for, once, by all who witnessed it."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ivr.command_line import Home, Json, Municipality, folder_of, site_for

if TYPE_CHECKING:
    from ivr.call_log.audit import Report

AUDIT_HELP = """Join Asterisk's log, ours and, if given, the callers'; say what is lost, unexpected or double.

Example, every night: tonval audit --day 2026-11-20
After a drill:        tonval audit --callers witness.jsonl --json

Exit codes: 0 every call is accounted for once, 1 something is lost, unexpected or duplicated, 2 no log to audit.
"""
WRONG, USAGE = 1, 2

Day = Annotated[str | None, typer.Option(help="Only the calls of this date, as 2026-11-20. Default: all there are.")]
Since = Annotated[str | None, typer.Option("--from", help="Only calls from this local time, as 2026-11-20T08:00.")]
Until = Annotated[str | None, typer.Option("--to", help="Only calls before this local time.")]
Callers = Annotated[Path | None, typer.Option(help="The callers' side: a JSON line for each attempted call.")]

_WHY = {
    "no_final_row": "ingen slutrad 60 s efter att samtalet var borta",
    "late_final_row": "slutraden kom senare än 60 s trots att en motor var igång",
    "still_in_line": "står kvar i kön i loggen fast samtalet är borta",
    "ended_by_us": "vi lade på utan att någon svarat eller besked getts",
    "silence": "mer än 5 s tystnad",
    "asterisk_restart": "växeln startade om",
    "missing": "försvann ur växeln",
    "server_hung_up": "växeln lade på",
    "not_in_cel": "finns inte i växelns logg",
    "no_caller": "ingen uppringare har det",
    "answered_without_talk": "besvarat i loggen, men inget samtal i växeln",
    "talk_logged_as_abandoned": "samtal i växeln, men tappat i loggen",
    "ended_at_another_time": "slutade vid olika tider",
    "times_out_of_order": "tiderna står i fel ordning",
    "final_rows": "flera slutrader",
    "entered": "kom in flera gånger",
    "two_channels": "två kanaler med samma id",
    "caller_twice": "två uppringare med samma id",
    "calls_of_one_caller": "flera samtal från samma uppringning",
}
_VERDICT = {"lost": "förlorat", "unexpected": "oväntat", "duplicated": "dubbelt"}


def register(app: typer.Typer) -> None:
    """The command is known."""
    app.command("audit", help=AUDIT_HELP)(audit)


def audit(
    municipality: Municipality = "botkyrka",
    home: Home = None,
    day: Day = None,
    since: Since = None,
    until: Until = None,
    callers: Callers = None,
    as_json: Json = False,
) -> None:
    """Print what the witnesses agree and disagree on."""
    from ivr.call_log.audit import audit_site  # noqa: PLC0415
    from ivr.call_log.reading import CallLogUnreadableError  # noqa: PLC0415

    from_ms, to_ms = _span(municipality, day, since, until)
    try:
        report = audit_site(site_for(municipality, home, None), callers, from_ms=from_ms, to_ms=to_ms)
    except (CallLogUnreadableError, OSError) as error:
        typer.echo(f"Det går inte att granska: {error}", err=True)
        raise typer.Exit(USAGE) from None
    if as_json:
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=1))
    else:
        _print(report)
    raise typer.Exit(0 if report.good and not report.file_fault else WRONG)


def _span(municipality: str, day: str | None, since: str | None, until: str | None) -> tuple[int, int]:
    """[from, to) in milliseconds. Ends the command with 2 for what is no date or time."""
    from ivr.local_days import day_span, instant, zone_of  # noqa: PLC0415

    zone = zone_of(folder_of(municipality))
    try:
        from_ms, to_ms = day_span(date.fromisoformat(day), zone) if day else (0, 2**62)
        return (instant(since, zone) if since else from_ms), (instant(until, zone) if until else to_ms)
    except ValueError as error:
        typer.echo(f"{error}; skriv dagar som 2026-11-20 och tider som 2026-11-20T08:00.", err=True)
        raise typer.Exit(USAGE) from None


def _print(report: "Report") -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from ivr.call_log.audit import Verdict  # noqa: PLC0415
    from ivr.call_log.journey import OUTCOMES  # noqa: PLC0415
    from ivr.commands.calls import plain  # noqa: PLC0415

    console = Console(width=None if sys.stdout.isatty() else 160, markup=False)
    total = report.accepted
    witnesses = "tre vittnen" if report.callers_side else "två vittnen (uppringarnas sida saknas)"
    console.print(f"{witnesses}: {report.attempted} försök, {total} mottagna, {report.in_progress} pågår")
    kinds = [f"{number} {OUTCOMES.get(kind, 'pågår')}" for kind, number in sorted(report.terminal.items())]
    console.print(f"slut: {', '.join(kinds) or 'inga'}")
    for verdict, word in (
        (Verdict.LOST, "förlorade"),
        (Verdict.UNEXPECTED, "oväntade"),
        (Verdict.DUPLICATED, "dubbla"),
    ):
        console.print(f"{report.count(verdict)} {word} av {total}")
    console.print(f"{report.recovered} återfunna av {total}")
    if report.findings:
        table = Table("vad", "samtal", "varför", "uppringarens id", box=None)
        for finding in report.findings:
            table.add_row(
                _VERDICT[finding.verdict], plain(finding.call), _WHY.get(finding.why, finding.why), plain(finding.token)
            )
        console.print(table)
    for note in _notes(report):
        console.print(note)


def _notes(report: "Report") -> list[str]:
    notes = [f"undanställd logg: {name}" for name in report.set_aside]
    if report.unreadable_lines:
        notes.append(f"{report.unreadable_lines} rader i växelns logg gick inte att läsa")
    if report.file_fault:
        notes.append(f"loggfilen är skadad: {report.file_fault}")
    return notes
