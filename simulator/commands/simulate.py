"""`tonval simulate`: what a municipality, or a model, comes to when it is run again and again."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.command_line import (
    BROKEN_OFF,
    AsJson,
    AtSpeed,
    Cluster,
    How,
    Name,
    OnDate,
    Replications,
    Seed,
    TimeLimit,
    ToCsv,
    ToHtml,
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
    from simulator.measuring.measures import Measures
    from simulator.measuring.tally import Tallies
    from simulator.runs import Enough, Result
    from simulator.world import Scenario

LEAST_REPLICATIONS = 10
"""Before an interval is trusted to say that it is narrow enough."""
MOST_REPLICATIONS = 100_000
"""Where precision decides, unless --replications says otherwise."""


Precision = Annotated[
    float | None,
    typer.Option(
        min=0.001, metavar="P", help="Go on until the service level is known to ± P percentage points (95 %)."
    ),
]


def register(app: typer.Typer) -> None:
    """`tonval simulate` exists."""
    app.command("simulate")(simulate)


def simulate(
    scenario: Name,
    date: OnDate = None,
    seed: Seed = None,
    replications: Replications = None,
    speed: AtSpeed = How.AUTO,
    workers: Workers = None,
    cluster: Cluster = None,
    precision: Precision = None,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
    csv: ToCsv = None,
    xlsx: ToXlsx = None,
    html: ToHtml = None,
) -> None:
    """Run a scenario, or a municipality on a day, and print what it comes to with 95 % intervals.

    Ends with 0; 1 when the scenario is wrong; 2 when there is none of that name; 3 when the simulator is not installed;
    130 after Ctrl-C, which keeps what is done.

    Example: tonval simulate botkyrka --date 2026-11-23 --replications 200 --html rapport.html
    """
    installed()
    can_be_written(csv, xlsx, html)
    with ends_well(replications or 0):
        from simulator.measuring.measures import measures  # noqa: PLC0415  --help answers at once
        from simulator.runs import Speed, run  # noqa: PLC0415

        wanted = scenario_named(scenario, on=date, seed=seed, replications=replications)
        most = wanted.run.replications if precision is None else replications or MOST_REPLICATIONS
        with (
            at_work([wanted], Speed(speed), workers, cluster, most) as executor,
            progress_bar(wanted.name) as progress,
        ):
            result = run(
                wanted,
                speed=Speed(speed),
                executor=executor,
                progress=progress,
                replications=most,
                limit_s=time_limit,
                enough=None if precision is None else narrow_enough(precision),
            )
        found = measures(wanted, result.tallies)
        if as_json:
            typer.echo(json.dumps(facts(result) | measures_as_dict(wanted, found), ensure_ascii=False, indent=1))
        else:
            show_measures(wanted, found)
            show_facts(result)
        write_files(wanted, found, csv, xlsx, html)
    ended(result, by_precision=precision is not None)


def narrow_enough(precision: float) -> "Enough":
    """Whether all that is done tells the service level to so many percentage points."""
    from simulator.measuring.measures import service_level  # noqa: PLC0415

    def enough(tallies: "Tallies") -> bool:
        if tallies.rows < LEAST_REPLICATIONS:
            return False
        level = service_level(tallies)
        return level.bounded and 100 * level.half_width <= precision

    return enough


def facts(result: "Result") -> dict[str, Any]:
    """How it was found, for programs."""
    return {
        "scenario": result.scenario.name,
        "seed": result.scenario.run.seed,
        "speed": result.speed.value,
        "not_covered_by_fast": [{"feature": one.feature, "sentence": one.sentence} for one in result.refused],
        "replications": result.replications_done,
        "replications_asked": result.replications_asked,
        "partial": result.partial,
        "seconds": round(result.seconds, 3),
        "calls": result.calls,
        "calls_per_second": round(result.calls / max(result.seconds, 1e-9)),
    }


def show_facts(result: "Result") -> None:
    """How it was found, for people."""
    from simulator.report.swedish import number  # noqa: PLC0415

    way = "snabb" if result.speed.value == How.FAST else "trogen (hela kärnan)"
    typer.echo(
        f"{number(result.replications_done)} replikationer, {number(result.calls)} samtal på "
        f"{number(result.seconds, 2)} s ({number(result.calls / max(result.seconds, 1e-9))} samtal/s), {way}, "
        f"frö {result.scenario.run.seed}."
    )
    for reason in result.refused:
        typer.echo(f"Den snabba vägen täcker inte: {reason.sentence}")


def measures_as_dict(scenario: "Scenario", found: "Measures") -> dict[str, Any]:
    """The measures, and the formula's figures where there is one, for programs."""
    from simulator.report import beside  # noqa: PLC0415

    return found.as_dict() | {"formulas": beside.as_dict(scenario)}


def show_measures(scenario: "Scenario", found: "Measures") -> None:
    """The tables are on standard output, and the formula's figures beside them where there is one."""
    from rich.console import Console  # noqa: PLC0415

    from simulator.report.terminal import print_measures  # noqa: PLC0415

    print_measures(Console(), scenario, found)


def write_files(
    scenario: "Scenario", found: "Measures", csv: Path | None, xlsx: Path | None, html: Path | None
) -> None:
    """The files that were asked for are there."""
    if csv:
        from simulator.report import csv_files  # noqa: PLC0415

        csv_files.write(csv, scenario, found)
    if xlsx:
        from simulator.report import workbook  # noqa: PLC0415

        workbook.write(xlsx, scenario, found)
    if html:
        from simulator.report import html as page  # noqa: PLC0415

        page.write(html, [(scenario, found)])


def ended(result: "Result", *, by_precision: bool = False) -> None:
    """Says on standard error what is missing; ends the command with 130 after Ctrl-C."""
    if result.interrupted:
        typer.echo(f"avbruten: {result.replications_done} av {result.replications_asked} replikationer", err=True)
        raise typer.Exit(BROKEN_OFF)
    if result.partial:
        typer.echo(
            f"tidsgränsen nådd: {result.replications_done} av {result.replications_asked} replikationer", err=True
        )
    elif by_precision and not result.satisfied:
        typer.echo(f"precisionen nåddes inte på {result.replications_done} replikationer", err=True)
