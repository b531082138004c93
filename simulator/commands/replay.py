"""`tonval replay`: a logged day again, under the rules as they stand and under changed ones."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ivr.command_line import Home, Json, folder_of, site_for
from simulator.command_line import USAGE, WRONG, AtSpeed, How, Seed, can_be_written, ends_well, installed, progress_bar

if TYPE_CHECKING:
    from simulator.past.logged_world import LoggedDay
    from simulator.past.replay import Run
    from simulator.past.rules import Rules
    from simulator.report.replay import Replay


class Staff(StrEnum):
    """Who works."""

    LOGGED = "logged"
    SCENARIO = "scenario"


Municipality = Annotated[str, typer.Argument(metavar="MUNICIPALITY", help="Whose log and rules: a name or a folder.")]
Day = Annotated[str, typer.Option("--day", metavar="YYYY-MM-DD", help="The logged day.")]
Changed = Annotated[
    str | None,
    typer.Option(metavar="FOLDER|SCENARIO", help="The changed rules: a folder of YAML, or a scenario's file."),
]
StaffOption = Annotated[
    Staff, typer.Option(help="logged: whoever was logged in works, with their pauses; scenario: the scenario's shifts.")
]
Redials = Annotated[
    bool, typer.Option("--draw-redials", help="Redials are drawn by the log's habits, not taken as they were.")
]
Replications = Annotated[int, typer.Option(min=2, help="How many times what the log does not show is drawn.")]
Calls = Annotated[int, typer.Option(min=0, help="Show so many calls, those that fare most otherwise first.")]
ToCsv = Annotated[Path | None, typer.Option("--csv", help="Write all calls, one a row.")]


def register(app: typer.Typer) -> None:
    """`tonval replay` exists."""
    app.command("replay")(replay)


def replay(
    municipality: Municipality,
    day: Day,
    changed: Changed = None,
    home: Home = None,
    staff: StaffOption = Staff.LOGGED,
    draw_redials: Redials = False,
    replications: Replications = 200,
    seed: Seed = None,
    speed: AtSpeed = How.AUTO,
    calls: Calls = 10,
    as_json: Json = False,
    csv: ToCsv = None,
) -> None:
    """Run a logged day again: first under today's rules, which shows how well it is known, then under changed ones.

    What the log shows is kept (who rang when, what they pressed, how long they talked, who was logged in); what it
    cannot show is drawn. Ends with 0; 1 when rules are wrong; 2 when there is no such log, day or folder.

    Example: tonval replay botkyrka --day 2026-11-24 --changed ny-botkyrka --csv samtal.csv
    """
    installed()
    can_be_written(csv)
    with ends_well(replications):
        from rich.console import Console  # noqa: PLC0415  --help answers at once

        from simulator.report.csv_files import write_sheet  # noqa: PLC0415
        from simulator.report.replay import as_dict, sheet, show  # noqa: PLC0415

        found = _replayed(municipality, day, changed, home, staff, replications, seed, speed, drawn=draw_redials)
        if as_json:
            typer.echo(json.dumps(as_dict(found), ensure_ascii=False, indent=1))
        else:
            show(Console(), found, calls)
        if csv:
            write_sheet(csv, sheet(found))
            typer.echo(f"{csv} är skriven.", err=True)


def _replayed(
    municipality: str,
    day: str,
    changed: str | None,
    home: Path | None,
    staff: Staff,
    replications: int,
    seed: int | None,
    speed: How,
    *,
    drawn: bool,
) -> "Replay":
    from dataclasses import replace  # noqa: PLC0415
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from simulator.past.logged_world import rerun  # noqa: PLC0415
    from simulator.past.replay import run  # noqa: PLC0415
    from simulator.report.replay import Replay  # noqa: PLC0415
    from simulator.runs import Speed  # noqa: PLC0415

    rules = {"": _rules(municipality, day)} | ({"changed": _rules(changed, day)} if changed else {})
    scenarios = [one.scenario for one in rules.values() if one.scenario]
    if staff is Staff.SCENARIO and not (scenarios[-1].world.shifts or scenarios[-1].world.everybody_works):
        typer.echo("--staff scenario tar skiften ur --changed, som då ska vara ett scenarios fil med skift.", err=True)
        raise typer.Exit(USAGE)
    logged = _logged(municipality, home, day, scenarios[0].timezone, [q for s in scenarios for q in s.plan.queues])
    runs: list[Run] = []
    with progress_bar("dagen igen") as progress:
        for scenario in scenarios:
            wanted = scenario if seed is None else replace(scenario, run=replace(scenario.run, seed=seed))
            # The rules as they stand always meet those who were there: that shows how well the day is known.
            as_logged = staff is Staff.LOGGED or not runs
            again = rerun(wanted, logged, logged_staff=as_logged, drawn_redials=drawn)
            runs.append(run(again, replications, Speed(speed), progress))
    people = {agent: name for one in rules.values() for agent, name in one.people.items()}
    titles = {queue: title for scenario in scenarios for queue, title in scenario.titles.items()}
    zone = ZoneInfo(scenarios[0].timezone)
    return Replay(logged, zone, titles, people, runs[0], runs[1] if len(runs) > 1 else None)


def _rules(name: str, day: str) -> "Rules":
    """Of the day. Ends the command where there are none, or they are wrong."""
    from datetime import date  # noqa: PLC0415

    from simulator.past.rules import rules_of  # noqa: PLC0415
    from simulator.scenario.file import UnknownScenarioError  # noqa: PLC0415

    try:
        found = rules_of(name, date.fromisoformat(day))
    except UnknownScenarioError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from None
    except ValueError:
        typer.echo(f"--day tar en dag som 2026-11-23, inte {day}", err=True)
        raise typer.Exit(USAGE) from None
    if found.scenario is None:
        for problem in found.problems:
            typer.echo(str(problem), err=True)
        raise typer.Exit(WRONG)
    return found


def _logged(municipality: str, home: Path | None, day: str, timezone: str, queues: list[str]) -> "LoggedDay":
    """The day from the installation's log. Ends the command where there is none."""
    from datetime import date  # noqa: PLC0415
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from ivr.call_log.reading import CallLogUnreadableError  # noqa: PLC0415
    from queues.ids import QueueId  # noqa: PLC0415
    from simulator.past.logged_world import logged_day  # noqa: PLC0415

    site = site_for(folder_of(municipality).name, home, None)
    wanted = list(dict.fromkeys(QueueId(queue) for queue in queues))
    try:
        found = logged_day(site.home, date.fromisoformat(day), ZoneInfo(timezone), wanted)
    except CallLogUnreadableError as error:
        typer.echo(f"Det går inte att läsa någon samtalslogg: {error}", err=True)
        raise typer.Exit(USAGE) from None
    if not found.calls:
        typer.echo(f"Loggen har inga samtal att köra om den {day}.", err=True)
        raise typer.Exit(USAGE)
    return found
