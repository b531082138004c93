"""`tonval web`: the pages and the API of one municipality, watched and restarted; a process of its own."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ivr.command_line import Home, Municipality, Ports, site_for

Public = Annotated[
    str, typer.Option(help="Where people reach the pages through a proxy, as https://name. Default: here.")
]
Open = Annotated[bool, typer.Option("--open", help="The engine runs with --open: to try things out.")]

SILENCE_S = 15.0
"""More patience than with an engine: it gives way to calls, and on a machine that is full it may be kept waiting."""
HELP = """Serve the wallboard, the agents' and the operators' pages and the API, until Ctrl-C or SIGTERM.

On 127.0.0.1 only: for other machines a proxy that speaks TLS stands before, and --public says under which name.
A page needs an account (`tonval account add`). The engine need not run: pages then say since when they are old.
Whatever happens to this process costs no call anything.

Sign-in at the municipality's own provider (OpenID Connect): oidc.yaml in the home, readable by its owner only (chmod
600), with name (what the button says), issuer, client_id and client_secret; if need be account_claim (default:
preferred_username) and scope. It needs authlib: .venv/bin/pip install "authlib>=1.6". The provider calls back to
/logga-in/oidc/tillbaka. Each account is made with `tonval account add NAME --provider`.

Example: tonval web botkyrka

Exit codes: 0 stopped, 1 the configuration has errors, 2 bad options.
"""


def register(app: typer.Typer) -> None:
    """The command is known."""
    app.command("web", help=HELP)(web)
    app.command("pages", hidden=True)(pages)


def web(
    municipality: Municipality = "botkyrka",
    home: Home = None,
    ports: Ports = None,
    public: Public = "",
    open_always: Open = False,
) -> None:
    """Keep the pages up."""
    from ivr.command_line import folder_of  # noqa: PLC0415 - the supervisor starts at once
    from ivr.supervisor import Supervisor  # noqa: PLC0415

    folder = folder_of(municipality)
    if public:
        _refuse_unless_secure(public)
    site = site_for(folder.name, home, ports)
    site.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    command = [sys.executable, "-m", "ivr", "pages", str(folder), "--home", str(site.home)]
    command += ["--ports", site.ports, *(["--public", public] if public else []), *(["--open"] if open_always else [])]
    raise typer.Exit(Supervisor(command, site.home / "web.pid", "the web", "no pages", SILENCE_S).run())


def _refuse_unless_secure(public: str) -> None:
    """Exits with 2 when the public address is none, or one without TLS."""
    from ivr.web.origin import Origin  # noqa: PLC0415

    try:
        Origin(public)
    except ValueError as error:
        typer.echo(f"--public {error}", err=True)
        raise typer.Exit(2) from error


def pages(
    folder: Annotated[Path, typer.Argument()],
    home: Home = None,
    ports: Ports = None,
    public: Public = "",
    open_always: Open = False,
) -> None:
    """Serve the pages in this process."""
    import asyncio  # noqa: PLC0415

    from ivr.logging import configure_logging  # noqa: PLC0415
    from ivr.web.serving import UnusableError, serve  # noqa: PLC0415

    configure_logging()
    try:
        asyncio.run(serve(folder, site_for(folder.name, home, ports), public=public, open_always=open_always))
    except UnusableError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
