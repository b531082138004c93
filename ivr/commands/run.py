"""`tonval run`: the engine of one municipality, watched and restarted; `tonval engine` is the child it watches."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ivr.command_line import Home, Municipality, Ports, site_for

Open = Annotated[bool, typer.Option("--open", help="Open around the clock, whatever the YAML says; to try things out.")]

RUN_HELP = """Serve calls: start the engine and keep it alive until Ctrl-C or SIGTERM.

Asterisk must be running (`tonval asterisk start`). For everything at once use script/run.

Example: tonval run botkyrka

Exit codes: 0 stopped, 1 the configuration has errors.
"""


def register(app: typer.Typer) -> None:
    """The command is known."""
    app.command("run", help=RUN_HELP)(run)
    app.command("engine", hidden=True)(engine)


def run(
    municipality: Municipality = "botkyrka", home: Home = None, ports: Ports = None, open_always: Open = False
) -> None:
    """Keep an engine alive."""
    from ivr.command_line import folder_of  # noqa: PLC0415 - the supervisor starts at once, without the engine's imports
    from ivr.supervisor import Supervisor  # noqa: PLC0415

    folder = folder_of(municipality)
    site = site_for(folder.name, home, ports)
    site.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    command = [sys.executable, "-m", "ivr", "engine", str(folder), "--home", str(site.home)]
    if ports:
        command += ["--ports", ports]
    if open_always:
        command.append("--open")
    raise typer.Exit(Supervisor(command, site.home / "engine.pid").run())


def engine(
    folder: Annotated[Path, typer.Argument()], home: Home = None, ports: Ports = None, open_always: Open = False
) -> None:
    """Serve calls in this process."""
    import asyncio  # noqa: PLC0415

    from ivr.live import NoHouseError, serve  # noqa: PLC0415
    from ivr.logging import configure_logging  # noqa: PLC0415

    configure_logging()
    try:
        asyncio.run(serve(folder, site_for(folder.name, home, ports), open_always=open_always))
    except NoHouseError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
