"""`tonval prompts`: makes the sound of every prompt, and shows what each says and what is wrong with it."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.command_line import Home, Json, Municipality, folder_of, site_for
from queues.ids import PromptId

if TYPE_CHECKING:
    from ivr.config.site import Site
    from ivr.manuscripts import Manuscript
    from ivr.speech import BuildResult

FAILED, REFUSED = 1, 2

_Language = Annotated[str, typer.Option(help="Language of the prompts.")]


def register(app: typer.Typer) -> None:
    """`tonval prompts build` and `tonval prompts list` exist."""
    prompts = typer.Typer(no_args_is_help=True, help="Make the sound of every prompt; list what each one says.")
    prompts.command("build")(build_prompts)
    prompts.command("list")(list_prompts)
    app.add_typer(prompts, name="prompts")


def build_prompts(
    municipality: Municipality = "botkyrka",
    home: Home = None,
    language: Annotated[str, typer.Option(help="Only this language; default every one that callers can choose.")] = "",
    as_json: Json = False,
) -> None:
    """Make every sound that is missing or stale: a recording if there is one, else the voice (espeak-ng, sox).

    Put recordings in <home>/recordings/<language>/<id>.wav; any rate, one or two channels.

    Example: tonval prompts build botkyrka

    Ends with 0 when every prompt can be heard, 1 when one could not be made (a tone stands in), 2 for bad manuscripts.
    """
    from ivr.spoken_names import forget_others  # noqa: PLC0415

    site = site_for(municipality, home, None)
    names = _names(municipality)
    failed, listed = False, list[dict[str, Any]]()
    for spoken in [language] if language else languages_of(municipality):
        written = {**_written(municipality, spoken), **names}
        results = _build_with_progress(written, site, spoken)
        forget_others(site.sounds_dir, spoken, names)
        failed |= any(result.made.value == "failed" for result in results)
        listed += [{"language": spoken, **_as_json(result)} for result in results]
        if not as_json:
            _print_summary(results, site.sounds_dir / spoken)
    if as_json:
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=1))
    if failed:
        raise typer.Exit(FAILED)


def languages_of(municipality: str) -> tuple[str, ...]:
    """Every language that a call can be in; Swedish alone while the files cannot be read."""
    from ivr.config.draft import Draft  # noqa: PLC0415
    from ivr.config.files import MODELS, read_folder  # noqa: PLC0415

    folder = folder_of(municipality)
    found = read_folder(folder)
    if set(MODELS) - set(found.models):
        return ("sv",)
    return Draft(folder, found.models, found.documents, found.digest).languages


def list_prompts(
    municipality: Municipality = "botkyrka",
    home: Home = None,
    language: _Language = "sv",
    as_json: Json = False,
) -> None:
    """Show every prompt: what it says, when, how long it lasts and what is wrong with its sound.

    Example: tonval prompts list botkyrka --json
    """
    from ivr.prompt_manifest import read_manifest  # noqa: PLC0415 - keeps the other commands quick to start
    from ivr.prompts import problems, spoken_ms  # noqa: PLC0415

    site = site_for(municipality, home, None)
    written = _written(municipality, language)
    wrong: dict[PromptId, list[str]] = {}
    for problem in problems(written, written, site.sounds_dir, language, site.recordings_dir):
        wrong.setdefault(problem.prompt, []).append(problem.kind.value)
    built = read_manifest(site.sounds_dir, language)
    rows = [
        {
            "id": prompt,
            "text": manuscript.text,
            "when": manuscript.when,
            "note": manuscript.note,
            "version": manuscript.version,
            "ms": spoken_ms(prompt, written, site.sounds_dir, language),
            "origin": built[prompt].origin if prompt in built else "",
            "problems": wrong.get(prompt, []),
        }
        for prompt, manuscript in written.items()
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        _print_table(rows)


def _written(municipality: str, language: str) -> "Mapping[PromptId, Manuscript]":
    from ivr.manuscripts import ManuscriptRefusedError, manuscript_folders, manuscripts  # noqa: PLC0415

    try:
        found = manuscripts(*manuscript_folders(language, folder_of(municipality)))
    except (ManuscriptRefusedError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(REFUSED) from error
    if not found:
        typer.echo(f"inga manus på {language} för {municipality}", err=True)
        raise typer.Exit(REFUSED)
    return found


def _names(municipality: str) -> "Mapping[PromptId, Manuscript]":
    """The names of the directory, read by the voice of the house."""
    from ivr.config.directory import read_directory  # noqa: PLC0415
    from ivr.config.directory_build import spoken_names  # noqa: PLC0415
    from ivr.config.problems import Code  # noqa: PLC0415
    from ivr.manuscripts import HOME_LANGUAGE, lexicon_of_folders, manuscript_folders  # noqa: PLC0415
    from ivr.spoken_names import name_manuscripts  # noqa: PLC0415

    folder = folder_of(municipality)
    lexicon = lexicon_of_folders(manuscript_folders(HOME_LANGUAGE, folder))
    directory = read_directory(folder)
    if refused := [problem for problem in directory.problems if problem.code is Code.DIRECTORY_FORM]:
        # Nobody's name is known now: whoever is in a running engine's menu keeps theirs.
        typer.echo("\n".join(str(problem) for problem in refused), err=True)
        raise typer.Exit(REFUSED)
    return name_manuscripts(spoken_names(directory.people), HOME_LANGUAGE, lexicon)


def _build_with_progress(
    written: "Mapping[PromptId, Manuscript]", site: "Site", language: str
) -> "tuple[BuildResult, ...]":
    """The build, with a bar on the terminal while it lasts."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    from ivr.speech import build  # noqa: PLC0415

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Ljud", total=len(written))
        return build(written, site.sounds_dir, language, site.recordings_dir, on_done=lambda _: progress.advance(task))


def _as_json(result: "BuildResult") -> dict[str, Any]:
    built = asdict(result.built) if result.built else {}
    return {
        "id": result.prompt,
        "made": result.made.value,
        "ms": built.get("ms"),
        "level_db": built.get("level_db"),
        "warning": result.warning,
    }


def _print_summary(results: "tuple[BuildResult, ...]", directory: Path) -> None:
    counts = {
        "nya av talsyntesen": sum(result.made.value == "voice" for result in results),
        "nya ur inspelningar": sum(result.made.value == "recording" for result in results),
        "oförändrade": sum(result.made.value == "current" for result in results),
        "misslyckade": sum(result.made.value == "failed" for result in results),
    }
    typer.echo(f"{directory}: " + ", ".join(f"{count} {what}" for what, count in counts.items() if count))
    for result in results:
        if result.warning:
            typer.echo(f"{result.prompt}: {result.warning}", err=True)


def _print_table(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table("id", "s", "ljud", "text", "fel")
    for row in rows:
        seconds = f"{row['ms'] / 1000:.1f}".replace(".", ",")
        table.add_row(row["id"], seconds, row["origin"], row["text"], ", ".join(row["problems"]))
    Console().print(table)
