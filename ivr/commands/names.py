"""`tonval names`: whom digits on the keypad find in the directory, as for a caller who looks for a person."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.command_line import Json, Municipality, folder_of

if TYPE_CHECKING:
    from ivr.config.directory import Entry

NOBODY, REFUSED = 1, 2
KEYS = frozenset("0123456789*#")


def register(app: typer.Typer) -> None:
    """`tonval names` exists."""
    app.command("names")(names)


def names(
    wanted: Annotated[str, typer.Argument(metavar="DIGITS", help="Digits as a caller types them, or a name.")],
    municipality: Municipality = "botkyrka",
    as_json: Json = False,
) -> None:
    """Show whom digits find in the municipality's directory, in the order in which a caller hears them.

    A name is turned into its digits first. Protected people are found by nothing.

    Example: tonval names 22374

    Ends with 0 when somebody is found, 1 when nobody is, 2 when the directory cannot be used.
    """
    from ivr.config.directory import read_directory  # noqa: PLC0415 - keeps the other commands quick to start
    from routing.names import NameIndex, keypad  # noqa: PLC0415

    found = read_directory(folder_of(municipality))
    for problem in found.problems:
        typer.echo(str(problem), err=True)
    if not found.people:
        typer.echo("katalogen är tom eller går inte att använda", err=True)
        raise typer.Exit(REFUSED)
    digits = wanted if KEYS.issuperset(wanted) else keypad(wanted)
    index = NameIndex([(entry.first, entry.last) for entry in found.people])
    seen = index.find(digits.rstrip("#"))
    whole = [_row(found.people[i], whole=True) for i in seen.complete]
    rows = whole + [_row(found.people[i], whole=False) for i in seen.partial]
    if as_json:
        typer.echo(json.dumps({"digits": digits, "found": rows}, ensure_ascii=False, indent=1))
    else:
        _print(digits, rows)
    if not rows:
        raise typer.Exit(NOBODY)


def _row(entry: "Entry", *, whole: bool) -> dict[str, Any]:
    return {
        "name": f"{entry.first} {entry.last}".strip(),
        "said": entry.said,
        "department": entry.department,
        "title": entry.title,
        "phone": entry.phone,
        "hours": entry.hours,
        "absent_to": entry.absent_to.isoformat() if entry.absent_to else "",
        "whole_name": whole,
        "where": str(entry.where),
    }


def _print(digits: str, rows: list[dict[str, Any]]) -> None:
    typer.echo(f"{digits}: {len(rows) or 'ingen'}")
    for n, row in enumerate(rows, 1):
        about = ", ".join(filter(None, (row["department"], row["title"], row["phone"], row["hours"])))
        away = f", borta till och med {row['absent_to']}" if row["absent_to"] else ""
        beginning = "" if row["whole_name"] else "  (namnet börjar så)"
        typer.echo(f"{n:>3}  {row['name']:<28} {about}{away}{beginning}")
