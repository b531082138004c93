"""`tonval survey`: what callers answered after their talks, with SKR's index."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.command_line import Home, Json, Municipality, folder_of, site_for

if TYPE_CHECKING:
    from queues.survey import SurveyResult

HELP = """Show what callers answered after their talks: grades, and the index (5 is 100, 4 is 75, 3 is 50, 1 is 0).

Off until municipality.yaml has a survey. Which agent it was is not kept with the answers.

Example: tonval survey --days 30

Exit codes: 0 shown, 1 there is no log to read.
"""


def register(app: typer.Typer) -> None:
    """The command is known."""
    app.command("survey", help=HELP)(survey)


def survey(
    municipality: Municipality = "botkyrka",
    home: Home = None,
    days: Annotated[int, typer.Option(help="How many days, today included.", min=1, max=3_660)] = 30,
    queue: Annotated[str, typer.Option(help="Only the callers of this queue.")] = "",
    as_json: Json = False,
) -> None:
    """Print the answers of the last days."""
    from ivr.call_log.reading import CallLogReader, CallLogUnreadableError  # noqa: PLC0415 - quick --help
    from ivr.local_days import day_span, today, zone_of  # noqa: PLC0415
    from queues.ids import QueueId  # noqa: PLC0415
    from queues.survey import survey_result  # noqa: PLC0415

    folder = folder_of(municipality)
    site, zone = site_for(folder.name, home, None), zone_of(folder)
    first, last = today(zone) - timedelta(days=days - 1), today(zone)
    try:
        with CallLogReader(site.database_path, site.journal_path) as log:
            entries = log.survey_entries(day_span(first, zone)[0], day_span(last, zone)[1])
            result = survey_result(entries, QueueId(queue) if queue else None)
    except CallLogUnreadableError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    if as_json:
        typer.echo(json.dumps({"from": str(first), "to": str(last), **as_dict(result)}, indent=1))
    else:
        typer.echo("\n".join([f"{first} till {last}", *_lines(result)]))


def as_dict(result: "SurveyResult") -> dict[str, Any]:
    """The result for machines; an index is null where nobody answered."""
    return {
        "asked": result.asked,
        "answered": result.answered,
        "index": result.index,
        "questions": {
            name: {"count": a.count, "index": a.index, "grades": {str(g): a.grades[g] for g in (5, 4, 3, 2, 1)}}
            for name, a in result.questions.items()
        },
    }


def _lines(result: "SurveyResult") -> list[str]:
    rate = f" ({100 * result.answered / result.asked:.0f} %)" if result.asked else ""
    lines = [f"{result.asked} tillfrågade, {result.answered} svarade{rate}"]
    for name, answers in result.questions.items():
        grades = "  ".join(f"{grade}: {answers.grades[grade]}" for grade in (5, 4, 3, 2, 1))
        lines.append(f"  {name:20} index {_index(answers.index):>5}   {grades}   ({answers.count} svar)")
    if result.index is not None:
        lines.append(f"  {'alla frågor':20} index {_index(result.index):>5}")
    return lines


def _index(index: float | None) -> str:
    return "–" if index is None else f"{index:.1f}".replace(".", ",")
