"""`tonval hours`: the opening hours as they will be, with holidays, eves and dated exceptions worked out."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.command_line import Home, site_for
from ivr.commands.check import WRONG, Municipality, existing_folder, loaded_now, show
from ivr.config.problems import Code

if TYPE_CHECKING:
    from ivr.config.fields import Spans, Weekday
    from ivr.config.hours import DayHours
    from ivr.config.house import House

Months = Annotated[int, typer.Option(min=1, max=24, help="How many months ahead.")]
EveryDay = Annotated[bool, typer.Option("--every-day", help="Also the days that are as any such weekday.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON: the days, who keeps them, and what is forced.")]


def register(app: typer.Typer) -> None:
    """`tonval hours` exists."""
    app.command("hours")(hours)


def hours(
    municipality: Municipality = "botkyrka",
    home: Home = None,
    months: Months = 12,
    every_day: EveryDay = False,
    as_json: AsJson = False,
) -> None:
    """List the days of the coming months that differ from the ordinary week and why, and what is forced by hand now.

    Ends with 0, with 1 when the municipality's files have an error, with 2 when there is no such folder.

    Example: tonval hours botkyrka --months 3
    """
    folder = existing_folder(municipality)
    loaded = loaded_now(folder)
    if loaded.house is None:
        show(loaded)
        raise typer.Exit(WRONG)
    from ivr.commands.by_hand import show_switched  # noqa: PLC0415
    from ivr.config.files import read_folder  # noqa: PLC0415
    from ivr.config.hours import each_day, local_date  # noqa: PLC0415
    from ivr.config.models import HoursFile  # noqa: PLC0415
    from ivr.switched import switched_in  # noqa: PLC0415

    file = read_folder(folder).models["hours.yaml"]
    now_ms = time.time_ns() // 1_000_000
    today = local_date(loaded.house.timezone, now_ms)
    switched = switched_in(site_for(folder.resolve().name, home, None).switched_path, now_ms)
    faults = [str(problem) for problem in loaded.problems if problem.code is Code.CALENDAR_FAULT]
    listed: list[dict[str, Any]] = []
    for name, entry in file.hours.items() if isinstance(file, HoursFile) else ():
        days = [d for d in each_day(entry, today, months * 31) if d.reason or every_day]
        listed += [_as_dict(name, day) for day in days]
        if not as_json:
            typer.echo("\n".join(_lines(f"{name} ({_kept_by(loaded.house, name)})", entry.weekly, days)))
    if as_json:
        kept = {name: _who_keeps(loaded.house, name) for name in loaded.house.openings}
        whole = {"hours": kept, "days": listed, "switched": switched, "calendar_faults": faults}
        typer.echo(json.dumps(whole, ensure_ascii=False, indent=1))
        return
    typer.echo("\n".join(["", *faults]) if faults else "")
    show_switched(switched, folder)


def _who_keeps(house: "House", name: str) -> dict[str, list[str]]:
    """The numbers, as they are written in the files, and the queues that follow these hours."""
    numbers = [n for n, kept in house.entrance_hours.items() if kept == name and n.startswith("+")]
    return {"numbers": numbers, "queues": [str(q) for q, kept in house.queue_hours.items() if kept == name]}


def _kept_by(house: "House", name: str) -> str:
    kept = _who_keeps(house, name)
    return ", ".join([*kept["numbers"], *kept["queues"]]) or "ingen"


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
