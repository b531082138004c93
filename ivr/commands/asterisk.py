"""`tonval asterisk`: find or make an Asterisk, write its configuration, start it, stop it, let it read it again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ivr.command_line import Home, Municipality, Ports, folder_of, site_for

if TYPE_CHECKING:
    from ivr.asterisk.server import AsteriskServer
    from ivr.config.house import House
    from ivr.config.secrets import Secrets
    from ivr.config.site import Site

FAILED, REFUSED = 1, 2

INSTALL_HELP = """Find the machine's own Asterisk (20 or later), or make one of our own in the cache with mmdebstrap.

Example: tonval asterisk install

Exit codes: 0 there is one, 1 there is none and none could be made.
"""
RENDER_HELP = """Write the configuration that this municipality gives Asterisk, to look at or to use elsewhere.

The files hold passwords: they are readable by their owner alone.

Example: tonval asterisk render botkyrka --dir /tmp/etc-asterisk

Exit codes: 0 written, 2 the municipality's files have errors.
"""
START_HELP = """Start Asterisk for this municipality, in the background; done at once when it already runs.

Example: tonval asterisk start botkyrka

Exit codes: 0 runs, 1 it did not start, 2 the municipality's files have errors.
"""
STOP_HELP = """Stop it; calls in progress are cut.

Example: tonval asterisk stop botkyrka

Exit codes: 0 nothing runs any more, 1 it did not end.
"""
RELOAD_HELP = """Write the configuration again and let the running Asterisk read it: agents, menus, hours for fail-open.

Calls and registered phones stay. `tonval reload` does the same for the engine.

Example: tonval asterisk reload botkyrka

Exit codes: 0 in force, 1 no Asterisk runs here, 2 the municipality's files have errors.
"""


def register(app: typer.Typer) -> None:
    """The commands are known."""
    asterisk = typer.Typer(
        no_args_is_help=True, help="The Asterisk under the engine: install, render, start, stop, reload."
    )
    asterisk.command("install", help=INSTALL_HELP)(install)
    asterisk.command("render", help=RENDER_HELP)(render_to)
    asterisk.command("start", help=START_HELP)(start)
    asterisk.command("stop", help=STOP_HELP)(stop)
    asterisk.command("reload", help=RELOAD_HELP)(reload)
    app.add_typer(asterisk, name="asterisk")


def install() -> None:
    """There is an Asterisk."""
    from ivr.asterisk.installation import InstallationError, ensure_installation  # noqa: PLC0415 - quick --help

    try:
        found = ensure_installation(lambda line: typer.echo(line, err=True))
    except InstallationError as error:
        raise _failed(error) from error
    typer.echo(f"Asterisk {found.version()}: {found.command[-1]}")


def render_to(
    directory: Annotated[Path, typer.Option("--dir", help="Where to; made if it is not there.")],
    municipality: Municipality = "botkyrka",
    home: Home = None,
    ports: Ports = None,
) -> None:
    """Write the files."""
    from ivr.asterisk.render import render  # noqa: PLC0415
    from ivr.asterisk.server import write_configuration  # noqa: PLC0415

    house, site, secrets = _loaded(municipality, home, ports)
    files = render(house, site, secrets)
    write_configuration(directory, files)
    typer.echo(f"{len(files)} filer i {directory}")


def start(municipality: Municipality = "botkyrka", home: Home = None, ports: Ports = None) -> None:
    """Asterisk runs."""
    server, house, secrets = _server(municipality, home, ports)
    if server.pid:
        typer.echo(f"Asterisk är redan igång (process {server.pid}).")
        return
    from ivr.asterisk.server import AsteriskError  # noqa: PLC0415

    try:
        server.prepare(house, secrets)
        server.start()
    except AsteriskError as error:
        raise _failed(error) from error
    typer.echo(
        f"Asterisk {server.installation.version()} är igång (process {server.pid}), SIP på {server.site.sip_port}."
    )


def stop(municipality: Municipality = "botkyrka", home: Home = None) -> None:
    """Nothing runs."""
    from ivr.asterisk.installation import InstallationError, ensure_installation  # noqa: PLC0415
    from ivr.asterisk.server import AsteriskError, AsteriskServer  # noqa: PLC0415

    try:
        AsteriskServer(ensure_installation(), site_for(folder_of(municipality).name, home, None)).stop()
    except (AsteriskError, InstallationError) as error:
        raise _failed(error) from error


def reload(municipality: Municipality = "botkyrka", home: Home = None, ports: Ports = None) -> None:
    """The files' present state is in force."""
    from ivr.asterisk.server import AsteriskError  # noqa: PLC0415

    server, house, secrets = _server(municipality, home, ports)
    try:
        server.reload(house, secrets)
    except AsteriskError as error:
        raise _failed(error) from error


def _server(municipality: str, home: Path | None, ports: str | None) -> "tuple[AsteriskServer, House, Secrets]":
    from ivr.asterisk.installation import InstallationError, ensure_installation  # noqa: PLC0415
    from ivr.asterisk.server import AsteriskServer  # noqa: PLC0415

    house, site, secrets = _loaded(municipality, home, ports)
    try:
        return AsteriskServer(ensure_installation(lambda line: typer.echo(line, err=True)), site), house, secrets
    except InstallationError as error:
        raise _failed(error) from error


def _loaded(municipality: str, home: Path | None, ports: str | None) -> "tuple[House, Site, Secrets]":
    """The municipality, the installation and its secrets; ends with 2 when the files have errors."""
    from ivr.clock import LiveClock  # noqa: PLC0415
    from ivr.config.secrets import SecretsRefusedError, ensure_secrets  # noqa: PLC0415
    from ivr.live import NoHouseError, load_house  # noqa: PLC0415

    folder = folder_of(municipality)
    site = site_for(folder.name, home, ports)
    try:
        house = load_house(folder, LiveClock()())
        return house, site, ensure_secrets(site.secrets_path, house.accounts)
    except (NoHouseError, SecretsRefusedError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(REFUSED) from error


def _failed(error: Exception) -> typer.Exit:
    typer.echo(str(error), err=True)
    return typer.Exit(FAILED)
