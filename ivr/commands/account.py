"""`tonval account`: who may sign in to the pages, as what, and for which queues and confidential calls."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivr.command_line import Home, Json, folder_of, site_for

if TYPE_CHECKING:
    from sqlite_utils import Database

    from ivr.web.accounts.register import Account
    from ivr.web.accounts.roles import Role

HELP = "Accounts of the people who use the pages. There is none until one is made here."
ADD_HELP = """Make an account, and print its password once.

Roles: agent, operator, admin, planner, viewer, employee. An agent sees the queues that they serve and the confidential
calls that agents.yaml clears them for; the others see every queue unless --queue names some, and no confidential call
unless --clearance does. With --provider the municipality's own sign-in (oidc.yaml) opens the account, and no password.

Example: tonval account add karin --called "Karin Åberg" --role operator --role agent --agent karin

Exit codes: 0 made, 1 refused, 2 bad options.
"""
LIST_HELP = """List the accounts with their rights.

Example: tonval account list --json

Exit codes: 0 listed, 1 the store cannot be read.
"""
RENEW_HELP = """Give an account a new password, printed once; whoever is signed in to it is not any more.

Example: tonval account password karin

Exit codes: 0 done, 1 there is no such account.
"""
DISABLE_HELP = """Close an account: at once, also on pages that are open. What it did stays in the access log.

Example: tonval account disable karin

Exit codes: 0 done, 1 there is no such account.
"""
ENABLE_HELP = """Open a closed account again.

Example: tonval account enable karin

Exit codes: 0 done, 1 there is no such account.
"""

Where = Annotated[str, typer.Option("--municipality", help="Which municipality.")]
Named = Annotated[str, typer.Argument(help="The account's name: what is typed when signing in.")]
Roles = Annotated[list[str], typer.Option("--role", help="What they are here to do; may be repeated.")]
Queues = Annotated[list[str] | None, typer.Option("--queue", help="Only this queue; may be repeated.")]
Clearances = Annotated[list[str] | None, typer.Option("--clearance", help="May know of these; may be repeated.")]
FromInput = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]
Provider = Annotated[bool, typer.Option("--provider", help="Signs in with the municipality's own provider.")]


def register(app: typer.Typer) -> None:
    """The commands are known."""
    account = typer.Typer(no_args_is_help=True, help=HELP)
    account.command("add", help=ADD_HELP)(add)
    account.command("list", help=LIST_HELP)(listed)
    account.command("password", help=RENEW_HELP)(password)
    account.command("disable", help=DISABLE_HELP)(disable)
    account.command("enable", help=ENABLE_HELP)(enable)
    app.add_typer(account, name="account")


def add(
    name: Named,
    roles: Roles,
    called: Annotated[str, typer.Option(help="What people call them.")] = "",
    agent: Annotated[str, typer.Option(help="Whose phone is theirs: the id in agents.yaml.")] = "",
    queues: Queues = None,
    clearances: Clearances = None,
    *,
    password_stdin: FromInput = False,
    provider: Provider = False,
    municipality: Where = "botkyrka",
    home: Home = None,
) -> None:
    """The account is made."""
    from ivr.web.accounts.register import Account, add  # noqa: PLC0415 - quick --help
    from queues.ids import AgentId, Clearance, QueueId  # noqa: PLC0415

    account = Account(
        name,
        called or name,
        _roles(roles),
        AgentId(agent),
        None if queues is None else frozenset(map(QueueId, queues)),
        frozenset(map(Clearance, clearances or ())),
    )
    _refuse_unknown(account, municipality)
    word = "" if provider else _password(name, from_input=password_stdin)
    hashed = _hashed(word) if word else ""
    with _store(municipality, home) as change:
        change("account_made", name, lambda db, at_ms: add(db, _with(account, password=hashed), at_ms))
    typer.echo(f"kontot {name} finns nu")
    if word and not password_stdin:
        typer.echo(f"lösenord, visas bara nu: {word}")


def listed(municipality: Where = "botkyrka", home: Home = None, as_json: Json = False) -> None:
    """Print the accounts."""
    from ivr.web.accounts.register import everybody  # noqa: PLC0415

    with _store(municipality, home) as change:
        found = change("", "", lambda db, _: everybody(db))
    rows = [_row(account) for account in found]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        queues = "alla enligt roll" if row["queues"] is None else ", ".join(row["queues"])
        closed = "  (stängt)" if row["disabled"] else ""
        typer.echo(f"{row['account']:<20} {row['name']}{closed}")
        typer.echo(
            f"  roller {', '.join(row['roles'])}; köer {queues}; sekretess {', '.join(row['clearances']) or '–'}"
        )
    if not rows:
        typer.echo("inga konton")


def password(
    name: Named, *, password_stdin: FromInput = False, municipality: Where = "botkyrka", home: Home = None
) -> None:
    """The account has a new password."""
    from ivr.web.accounts.register import replace_password  # noqa: PLC0415

    word = _password(name, from_input=password_stdin)
    hashed = _hashed(word)
    with _store(municipality, home) as change:
        change("password_replaced", name, lambda db, at_ms: replace_password(db, name, hashed, at_ms))
    typer.echo(f"lösenordet för {name} är bytt" + ("" if password_stdin else f": {word}"))


def disable(name: Named, municipality: Where = "botkyrka", home: Home = None) -> None:
    """The account is closed."""
    _set_disabled(name, municipality, home, closed=True)
    typer.echo(f"kontot {name} är stängt")


def enable(name: Named, municipality: Where = "botkyrka", home: Home = None) -> None:
    """The account is open."""
    _set_disabled(name, municipality, home, closed=False)
    typer.echo(f"kontot {name} är öppet")


def _set_disabled(name: str, municipality: str, home: Path | None, *, closed: bool) -> None:
    from ivr.web.accounts.register import AccountRefusedError, read, write  # noqa: PLC0415

    def work(db: "Database", at_ms: int) -> None:
        account = read(db, name)
        if account is None:
            raise AccountRefusedError(f"det finns inget konto {name}")
        write(db, _with(account, is_disabled=closed), at_ms)

    with _store(municipality, home) as change:
        change("account_closed" if closed else "account_opened", name, work)


@contextmanager
def _store(municipality: str, home: Path | None) -> "Iterator[Callable[..., Any]]":
    """How to read or change the store; each change stands in the access log in the same transaction."""
    import sqlite3  # noqa: PLC0415

    from ivr.web.accounts.access import Look, at_command_line, note  # noqa: PLC0415
    from ivr.web.accounts.register import AccountRefusedError  # noqa: PLC0415
    from ivr.web.store import WebStore  # noqa: PLC0415

    at_ms = time.time_ns() // 1_000_000
    who = at_command_line()
    try:
        store = WebStore(site_for(folder_of(municipality).name, home, None).web_path)
    except (OSError, sqlite3.Error) as error:
        typer.echo(f"kontona kan inte läsas: {error}", err=True)
        raise typer.Exit(1) from error

    def change(what: str, subject: str, work: Callable[["Database", int], Any]) -> Any:
        def both(db: "Database") -> Any:
            result = work(db, at_ms)
            if what:
                note(db, Look(at_ms, who, "", what, subject))
            return result

        return store.now(both)

    try:
        yield change
    except (AccountRefusedError, sqlite3.Error) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    finally:
        store.close()


def _roles(told: list[str]) -> "frozenset[Role]":
    from ivr.web.accounts.roles import Role  # noqa: PLC0415

    unknown = set(told) - set(Role)
    if unknown or not told:
        typer.echo(f"--role ska vara en av {', '.join(Role)}, inte {', '.join(sorted(unknown))}", err=True)
        raise typer.Exit(2)
    return frozenset(map(Role, told))


def _refuse_unknown(account: "Account", municipality: str) -> None:
    """Exits with 2 when agent, queue or clearance is none of the municipality's."""
    from ivr.config.load import load  # noqa: PLC0415
    from ivr.web.accounts.register import strangers  # noqa: PLC0415

    house = load(folder_of(municipality), time.time_ns() // 1_000_000).house
    if house is None:
        typer.echo(f"{municipality} går inte att läsa; se tonval check", err=True)
        raise typer.Exit(2)
    for what, names in strangers(account, house.plan).items():
        typer.echo(f"--{what}: {', '.join(names)} finns inte i {municipality}", err=True)
        raise typer.Exit(2)


def _password(name: str, *, from_input: bool) -> str:
    """The first line of the input, or one nobody has seen. Exits with 2 when it is too easy to guess."""
    from ivr.web.accounts.passwords import generated, objection  # noqa: PLC0415

    if not from_input:
        return generated()
    word = sys.stdin.readline().rstrip("\n")
    if why_not := objection(word, name):
        typer.echo(why_not, err=True)
        raise typer.Exit(2)
    return word


def _hashed(word: str) -> str:
    from ivr.web.accounts.passwords import Passwords  # noqa: PLC0415

    return Passwords().hashed(word)


def _with(account: "Account", **changed: Any) -> "Account":
    from dataclasses import replace  # noqa: PLC0415

    return replace(account, **changed)


def _row(account: "Account") -> dict[str, Any]:
    return {
        "account": account.account,
        "name": account.name,
        "roles": sorted(account.roles),
        "agent": account.agent,
        "queues": None if account.queues is None else sorted(account.queues),
        "clearances": sorted(account.clearances),
        "signs_in_with": "password" if account.password else "provider",
        "disabled": account.is_disabled,
    }
