"""`tonval staff`: the fewest people for each line and quarter of an hour that reach a target, found by simulation."""

import json
import time
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.command_line import (
    BROKEN_OFF,
    USAGE,
    AsJson,
    AtSpeed,
    Cluster,
    How,
    Name,
    OnDate,
    Seed,
    ToXlsx,
    Workers,
    at_work,
    can_be_written,
    ends_well,
    installed,
    progress_bar,
    scenario_named,
)

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from simulator.command_line import Told
    from simulator.measuring.tally import Tallies
    from simulator.report.staff import Plan
    from simulator.runs import Speed
    from simulator.staff.fewest import Goal, Sureness
    from simulator.staff.shift_rules import Rules
    from simulator.world import Scenario

SURE_REPLICATIONS = {True: 400, False: 100}
"""By whether the fast way is taken."""
TRIES = 20
"""About how many proofs' worth of days is simulated in all."""
LIKELY_SHARE = 4
"""The search simulates so many times fewer days than the last proof."""
OTHER_CALLERS = 1_000_003
"""Added to the seed for the search, so that the proof is made with callers that were not searched with."""


class Slot(StrEnum):
    """How long a staff stays the same."""

    QUARTER = "quarter"
    HOUR = "hour"


Target = Annotated[float, typer.Option(min=0.01, max=0.999, help="The service level to reach, as a share.")]
Within = Annotated[float, typer.Option(min=0, metavar="SECONDS", help="Answered within so long counts.")]
Confidence = Annotated[float, typer.Option(min=0.5, max=0.999, help="How sure each line and slot must be.")]
By = Annotated[Slot, typer.Option("--by", help="How long a staff stays the same.")]
ShiftRules = Annotated[
    str | None,
    typer.Option(
        metavar="RULES",
        help="Also shifts that cover it: 'vanliga', or such as 'längder=4,8.5 tidigast=7:30 senast=18:30 rast=30'.",
    ),
]
Days = Annotated[
    int | None,
    typer.Option(
        "--replications", min=30, help="Days simulated in the last proof. Default: 400, or 100 when not fast."
    ),
]
ToCsv = Annotated[Path | None, typer.Option("--csv", help="Write a file: a row for each line and slot.")]
ToPicture = Annotated[Path | None, typer.Option("--picture", help="Draw it: a file .svg, .png or .pdf.")]


def register(app: typer.Typer) -> None:
    """`tonval staff` exists."""
    app.command("staff")(staff)


def staff(
    scenario: Name,
    target: Target = 0.80,
    within: Within = 120.0,
    confidence: Confidence = 0.95,
    by: By = Slot.QUARTER,
    shift_rules: ShiftRules = None,
    date: OnDate = None,
    seed: Seed = None,
    replications: Days = None,
    speed: AtSpeed = How.AUTO,
    workers: Workers = None,
    cluster: Cluster = None,
    as_json: AsJson = False,
    csv: ToCsv = None,
    xlsx: ToXlsx = None,
    picture: ToPicture = None,
) -> None:
    """Find the fewest people for each queue and quarter of an hour that answer so many callers in so many seconds.

    Erlang A is where it begins and stands beside; the municipality's own rules, simulated, decide: help between queues
    and what one quarter leaves to the next are in it. Ends with 0; 1 when the scenario is wrong; 2 when there is none
    of that name, or a rule cannot be read; 3 when the simulator is not installed; 130 after Ctrl-C, which keeps the
    best so far.

    Example: tonval staff botkyrka --target 0.80 --within 120 --shift-rules vanliga --xlsx bemanning.xlsx
    """
    installed()
    can_be_written(csv, xlsx, picture)
    with ends_well(replications or 0):
        rules = _rules(shift_rules, by)
        wanted = scenario_named(scenario, on=date, seed=seed)
        from simulator.runs import Speed, way  # noqa: PLC0415
        from simulator.staff.fewest import Goal  # noqa: PLC0415  --help answers at once

        days = replications or SURE_REPLICATIONS[way(wanted, Speed(speed))[0] is Speed.FAST]
        wanted = replace(wanted, run=replace(wanted.run, threshold_ms=round(within * 1000), replications=days))
        with (
            at_work([wanted], Speed(speed), workers, cluster, TRIES * days) as executor,
            progress_bar(f"{wanted.name}: bemanningar prövade") as told,
        ):
            found = _found(wanted, Goal(target, confidence), by, Speed(speed), executor, told)
            code = 0 if found.finished else BROKEN_OFF
            if rules and found.finished:
                found, code = _with_shifts(found, rules, Speed(speed), executor, told)
    _show(found, as_json=as_json, csv=csv, xlsx=xlsx, picture=picture)
    if code == BROKEN_OFF:
        typer.echo(f"avbruten efter {found.tries} prövade bemanningar", err=True)
    raise typer.Exit(code)


def _rules(written: str | None, by: Slot) -> "Rules | None":
    from simulator.staff.shift_rules import BadRulesError, rules_from  # noqa: PLC0415

    if written is None:
        return None
    if by is not Slot.QUARTER:
        typer.echo("Skift räknas kvart för kvart: utelämna --by.", err=True)
        raise typer.Exit(USAGE)
    try:
        return rules_from(written)
    except BadRulesError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(USAGE) from error


def _found(
    scenario: "Scenario", goal: "Goal", by: Slot, speed: "Speed", executor: "Executor | None", told: "Told"
) -> "Plan":
    """The search, as far as Ctrl-C let it come."""
    from simulator.report.staff import Plan  # noqa: PLC0415
    from simulator.runs import way  # noqa: PLC0415
    from simulator.staff.crews import HOUR_MS, QUARTER_MS, Grid, by_erlang_a, calls_per_hour  # noqa: PLC0415
    from simulator.staff.fewest import Search, Sureness  # noqa: PLC0415

    began = time.monotonic()
    grid = Grid(scenario, HOUR_MS if by is Slot.HOUR else QUARTER_MS)
    tries = 0

    def simulate(tried: "Scenario", sureness: "Sureness") -> "Tallies":
        nonlocal tries
        tries += 1
        told(tries, None)
        return _simulated(tried, speed, executor, sure=sureness is Sureness.SURE)

    search = Search(grid, goal, simulate, by_erlang_a(grid, calls_per_hour(grid), goal.target))
    finished = False
    try:
        search.found()
        finished = True
    except KeyboardInterrupt:
        if search.last is None:
            raise
    if search.last is None:
        raise AssertionError("a search that has ended has tried something")
    return Plan(
        grid=grid,
        goal=goal,
        need=search.need,
        erlang_a=search.start,
        result=search.last,
        replications=scenario.run.replications,
        tries=search.tries,
        seconds=time.monotonic() - began,
        speed=way(scenario, speed)[0].value,
        finished=finished,
    )


def _simulated(scenario: "Scenario", speed: "Speed", executor: "Executor | None", *, sure: bool) -> "Tallies":
    """Raises KeyboardInterrupt when broken off: less than all is no answer here."""
    from simulator.done import NothingDoneError  # noqa: PLC0415
    from simulator.runs import run  # noqa: PLC0415

    run_of = scenario.run
    if not sure:
        few = max(30, run_of.replications // LIKELY_SHARE)
        run_of = replace(run_of, replications=few, seed=run_of.seed + OTHER_CALLERS)
    try:
        result = run(replace(scenario, run=run_of), speed=speed, executor=executor)
    except NothingDoneError:
        raise KeyboardInterrupt from None
    if result.interrupted:
        raise KeyboardInterrupt
    return result.tallies


def _with_shifts(
    found: "Plan", rules: "Rules", speed: "Speed", executor: "Executor | None", told: "Told"
) -> "tuple[Plan, int]":
    """What was found, with its shifts unless they cannot be or at Ctrl-C; and what the command ends with."""
    from simulator.staff.shift_rules import BadRulesError  # noqa: PLC0415

    try:
        return _shifted(found, rules, speed, executor, told), 0
    except BadRulesError as error:
        typer.echo(str(error), err=True)
        return found, USAGE
    except KeyboardInterrupt:
        return found, BROKEN_OFF


def _shifted(found: "Plan", rules: "Rules", speed: "Speed", executor: "Executor | None", told: "Told") -> "Plan":
    """Shifts that cover what is needed, and how they do when everybody comes and with the absence reckoned with."""
    from simulator.staff.fewest import Judged, judged, missed_by  # noqa: PLC0415
    from simulator.staff.shift_rules import Roster, covering, of_local_day, spared  # noqa: PLC0415
    from simulator.staff.shift_rules import at_work as with_roster  # noqa: PLC0415

    need, midnight_ms = of_local_day(found.grid, found.need)
    shrinkage = found.grid.scenario.world.shrinkage

    def did(roster: Roster, absence: float = 0.0) -> Judged:
        told(1, None)
        tried = with_roster(found.grid, roster, midnight_ms)
        tried = replace(tried, world=replace(tried.world, shrinkage=absence))
        return judged(_simulated(tried, speed, executor, sure=True), found.grid, found.goal)

    covers = covering(need, rules)
    missed = missed_by(did(covers), found.goal)
    roster = spared(covers, lambda fewer: not (missed_by(did(fewer), found.goal) & ~missed).any())
    rostered = [did(roster, absence) for absence in dict.fromkeys((0.0, shrinkage))]
    return replace(found, roster=roster, rostered=tuple(rostered))


def _show(found: "Plan", *, as_json: bool, csv: Path | None, xlsx: Path | None, picture: Path | None) -> None:
    from rich.console import Console  # noqa: PLC0415

    from simulator.report.staff import as_dict, print_plan, write_csv, write_picture, write_xlsx  # noqa: PLC0415

    if as_json:
        typer.echo(json.dumps(as_dict(found), ensure_ascii=False, indent=1))
    else:
        print_plan(Console(), found)
    for path, write in ((csv, write_csv), (xlsx, write_xlsx), (picture, write_picture)):
        if path:
            write(path, found)
