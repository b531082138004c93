"""`tonval compare`: scenarios side by side, met by the same callers, with intervals of what differs."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.command_line import (
    USAGE,
    AsJson,
    AtSpeed,
    Cluster,
    How,
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
from simulator.commands.simulate import ended, facts, measures_as_dict, show_facts, show_measures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.measuring.measures import Difference, Measures
    from simulator.runs import Result
    from simulator.world import Scenario

Names = Annotated[
    list[str], typer.Argument(metavar="A B [C…]", help="Scenarios; the others are compared with the first.")
]


def register(app: typer.Typer) -> None:
    """`tonval compare` exists."""
    app.command("compare")(compare)


def compare(
    scenarios: Names,
    date: OnDate = None,
    seed: Seed = None,
    replications: Replications = None,
    speed: AtSpeed = How.AUTO,
    workers: Workers = None,
    cluster: Cluster = None,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
    csv: ToCsv = None,
    xlsx: ToXlsx = None,
    html: ToHtml = None,
) -> None:
    """Run scenarios with the same callers, and print each one's figures and how they differ from the first one's.

    The same people ring at the same time, with the same patience and matters: only what is decided differs, so small
    differences are seen with few replications. Ends as simulate does.

    Example: tonval compare botkyrka min-ny-bemanning.yaml --date 2026-11-23 --replications 200
    """
    installed()
    can_be_written(csv, xlsx, html)
    if len(scenarios) < 1 + 1:
        typer.echo("compare tar minst två scenarier", err=True)
        raise typer.Exit(USAGE)
    with ends_well(replications or 0):
        from simulator.measuring.measures import difference, measures  # noqa: PLC0415  --help answers at once
        from simulator.runs import Speed, run_together  # noqa: PLC0415

        wanted = [scenario_named(name, on=date, seed=seed, replications=replications) for name in scenarios]
        first = wanted[0]
        wanted = [first, *(as_many(first, other) for other in wanted[1:])]
        asked = first.run.replications
        with (
            at_work(wanted, Speed(speed), workers, cluster, asked) as executor,
            progress_bar(" / ".join(one.name for one in wanted)) as progress,
        ):
            results = run_together(
                wanted,
                speed=Speed(speed),
                executor=executor,
                progress=progress,
                replications=asked,
                limit_s=time_limit,
            )
        found = [(one.scenario, measures(one.scenario, one.tallies)) for one in results]
        base = results[0]
        differing = [
            difference(base.scenario, base.tallies, one.scenario, one.tallies)
            for one in results[1:]
            if one.replications_done == base.replications_done
        ]
        show(results, found, differing, as_json=as_json)
        write_files(found, differing, csv, xlsx, html)
    ended(base)


def as_many(first: "Scenario", other: "Scenario") -> "Scenario":
    """The other scenario with the first one's seed and number of replications."""
    from dataclasses import replace  # noqa: PLC0415

    return replace(other, run=replace(other.run, seed=first.run.seed, replications=first.run.replications))


def show(
    results: "Sequence[Result]",
    found: "list[tuple[Scenario, Measures]]",
    differing: "list[Difference]",
    *,
    as_json: bool,
) -> None:
    """Each one's figures, the differences, and how they were found are on standard output."""
    if as_json:
        each = [facts(one) | measures_as_dict(*pair) for one, pair in zip(results, found, strict=True)]
        whole = {"scenarios": each, "differences": [one.as_dict() for one in differing]}
        typer.echo(json.dumps(whole, ensure_ascii=False, indent=1))
        return
    from rich.console import Console  # noqa: PLC0415

    from simulator.report.terminal import print_difference  # noqa: PLC0415

    for pair in found:
        show_measures(*pair)
    for one in differing:
        print_difference(Console(), one)
    for result in results:
        show_facts(result)


def write_files(
    found: "list[tuple[Scenario, Measures]]",
    differing: "list[Difference]",
    csv: Path | None,
    xlsx: Path | None,
    html: Path | None,
) -> None:
    """The files that were asked for are there: a report of all, a workbook or tables of each, numbered."""
    if csv:
        from simulator.report import csv_files  # noqa: PLC0415

        for number, (scenario, measured) in enumerate(found, 1):
            csv_files.write(numbered(csv, f"{number}"), scenario, measured)
        for number, one in enumerate(differing, 2):
            csv_files.write_difference(numbered(csv, f"{number}-1").with_suffix(".csv"), one)
    if xlsx:
        from simulator.report import workbook  # noqa: PLC0415

        for number, (scenario, measured) in enumerate(found, 1):
            workbook.write(numbered(xlsx, f"{number}"), scenario, measured, differing if number == 1 else ())
    if html:
        from simulator.report import html as page  # noqa: PLC0415

        page.write(html, found, differences=differing)


def numbered(path: Path, number: str) -> Path:
    """The path with a number before its ending."""
    return path.with_name(f"{path.stem}-{number}{path.suffix}")
