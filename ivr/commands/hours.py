"""`tonval hours`: the opening hours as they will be, with holidays, eves and dated exceptions worked out."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.commands.check import WRONG, Municipality, existing_folder, loaded_now, show

if TYPE_CHECKING:
    from ivr.config.fields import Spans, Weekday
    from ivr.config.hours import DayHours

Months = Annotated[int, typer.Option(min=1, max=24, help="How many months ahead.")]
EveryDay = Annotated[bool, typer.Option("--every-day", help="Also the days that are as any such weekday.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON: a list of days.")]


def register(app: typer.Typer) -> None:
    """`tonval hours` exists."""
    app.command("hours")(hours)


def hours(
    municipality: Municipality = "botkyrka", months: Months = 12, every_day: EveryDay = False, as_json: AsJson = False
) -> None:
    """List the days of the coming months that differ from the ordinary week, and why.

    Ends with 0, with 1 when the municipality's files have an error, with 2 when there is no such folder.

    Example: tonval hours botkyrka --months 3
    """
    folder = existing_folder(municipality)
    loaded = loaded_now(folder)
    if loaded.house is None:
        show(loaded)
        raise typer.Exit(WRONG)
    from ivr.config.files import read_folder  # noqa: PLC0415
    from ivr.config.hours import each_day, local_date  # noqa: PLC0415
    from ivr.config.models import HoursFile  # noqa: PLC0415

    file = read_folder(folder).models["hours.yaml"]
    today = local_date(loaded.house.timezone, time.time_ns() // 1_000_000)
    listed: list[dict[str, Any]] = []
    for name, entry in file.hours.items() if isinstance(file, HoursFile) else ():
        days = [d for d in each_day(entry, today, months * 31) if d.reason or every_day]
        listed += [_as_dict(name, day) for day in days]
        if not as_json:
            typer.echo("\n".join(_lines(name, entry.weekly, days)))
    if as_json:
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=1))


def _lines(name: str, weekly: "Mapping[Weekday, Spans]", days: "list[DayHours]") -> Iterator[str]:
    """The week, then the days."""
    from ivr.config.fields import WEEKDAYS  # noqa: PLC0415

    yield name
    for weekday in WEEKDAYS:
        yield f"  {weekday:8} {_spoken(weekly[weekday])}"
    yield ""
    for day in days:
        weekday = WEEKDAYS[day.day.weekday()]
        yield f"  {day.day}  {weekday:8} {_spoken(day.spans):14} {day.reason}".rstrip()


def _spoken(spans: "Spans") -> str:
    return ", ".join(f"{_clock(a)}–{_clock(b)}" for a, b in spans) or "stängt"


def _clock(minute: int) -> str:
    return f"{minute // 60}.{minute % 60:02d}" if minute % 60 else str(minute // 60)


def _as_dict(name: str, day: "DayHours") -> dict[str, Any]:
    return {
        "hours": name,
        "date": day.day.isoformat(),
        "open": [[f"{a // 60:02d}:{a % 60:02d}", f"{b // 60:02d}:{b % 60:02d}"] for a, b in day.spans],
        "reason": day.reason,
    }
