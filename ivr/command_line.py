"""Which municipality and which installation a command is about: the same words in every command."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from ivr.config.site import Site, default_home

if TYPE_CHECKING:
    from sqlite_utils import Database

T = TypeVar("T")
MENUS = Path(__file__).resolve().parent / "menus"

Municipality = Annotated[str, typer.Argument(help="A folder of YAML, or the name of one in ivr/menus.")]
Home = Annotated[
    Path | None, typer.Option(help="Where this installation lives. Default: TONVAL_HOME or the state folder.")
]
Ports = Annotated[
    str | None,
    typer.Option(help="SIP,AMI,AGI,RTP-first,RTP-last[,web] on 127.0.0.1. Default: 5060,5038,4573,20000,29999,8080."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def folder_of(municipality: str) -> Path:
    """The municipality's folder. Exits with 2 when there is none."""
    for folder in (Path(municipality), MENUS / municipality):
        if folder.is_dir():
            return folder.resolve()
    known = ", ".join(sorted(path.name for path in MENUS.iterdir() if path.is_dir()))
    typer.echo(f"{municipality} är varken en mapp eller en kommun i ivr/menus ({known})", err=True)
    raise typer.Exit(2)


def site_for(municipality: str, home: Path | None, ports: str | None) -> Site:
    """The installation named by the options. Exits with 2 when the ports are no ports."""
    where = home or default_home(Path(municipality).resolve().name)
    if ports is None:
        return Site(where)
    try:
        sip, ami, agi, first, last, *web = (int(port) for port in ports.split(","))
        return Site(where, sip, ami, agi, first, last, *web)
    except (TypeError, ValueError):
        typer.echo(f"--ports takes five or six numbers, not {ports}", err=True)
        raise typer.Exit(2) from None


def answer_to(
    order: dict[str, Any], municipality: str, home: Path | None, why: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The running engine's answer. Exits with 1 when none runs or it refuses; `why` puts its reasons into words."""
    import asyncio  # noqa: PLC0415 - quick --help

    from ivr.control import BadOrderError, ask  # noqa: PLC0415

    site = site_for(folder_of(municipality).name, home, None)
    try:
        return asyncio.run(ask(site.control_path, order))
    except OSError as error:
        typer.echo(f"ingen motor körs i {site.home}", err=True)
        raise typer.Exit(1) from error
    except BadOrderError as error:
        typer.echo((why or {}).get(str(error), str(error)), err=True)
        raise typer.Exit(1) from error


def in_web_store(municipality: str, home: Path | None, work: "Callable[[Database], T]") -> T:
    """What `work` makes of the store of the pages, in one transaction. Exits with 1 when it cannot be opened."""
    import sqlite3  # noqa: PLC0415 - quick --help

    from ivr.web.store import WebStore  # noqa: PLC0415

    path = site_for(folder_of(municipality).name, home, None).web_path
    try:
        store = WebStore(path)
    except (OSError, sqlite3.Error) as error:
        typer.echo(f"{path}: {error}", err=True)
        raise typer.Exit(1) from error
    try:
        return store.now(work)
    finally:
        store.close()
