"""Everybody's account: who they are here, and with which rights. There is none until somebody makes one."""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from ivr.web.accounts.roles import ALL_QUEUES, Role
from ivr.web.accounts.viewer import Viewer
from ivr.web.store import WebStore
from queues.ids import AgentId, Clearance, QueueId
from routing.plan import Plan

NAME = re.compile(r"[a-z0-9åäö][a-z0-9åäö._@-]{0,62}\Z")
NO_PASSWORD = ""
"""Of whoever signs in with the municipality's own provider: no password opens the account."""


class AccountRefusedError(Exception):
    """What was asked cannot be; the message says why, in Swedish."""


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account. `password` is a hash."""

    account: str
    name: str
    roles: frozenset[Role]
    agent: AgentId = AgentId("")
    queues: frozenset[QueueId] | None = None
    """None: those that the roles bring."""
    clearances: frozenset[Clearance] = frozenset()
    """Beside those that the agent has in the municipality's files."""
    password: str = NO_PASSWORD
    provider_subject: str = ""
    """Who this is at the provider; "" before the first sign-in there."""
    is_disabled: bool = False

    def viewer(self, plan: Plan, session: str) -> Viewer:
        """The person with the rights that they have under this plan."""
        agent = plan.agents.get(self.agent)
        queues = self.queues
        if queues is None and not self.roles & ALL_QUEUES:
            queues = frozenset(queue for queue, _ in agent.queues) if agent else frozenset()
        return Viewer(
            account=self.account,
            name=self.name,
            roles=self.roles,
            agent=agent.id if agent else AgentId(""),
            queues=queues,
            clearances=self.clearances | (agent.clearances if agent else frozenset()),
            session=session,
        )


def known_clearances(plan: Plan) -> frozenset[Clearance]:
    """Every clearance that an agent holds or a queue needs."""
    held = {name for agent in plan.agents.values() for name in agent.clearances}
    return frozenset(held | {queue.clearance for queue in plan.queues.values() if queue.clearance})


def strangers(account: Account, plan: Plan) -> dict[str, list[str]]:
    """What the account names and the municipality does not have: queues, clearances and agent; {} when all is known."""
    unknown = {
        "queue": set[str](account.queues or ()) - set[str](plan.queues),
        "clearance": set[str](account.clearances) - known_clearances(plan),
        "agent": {str(account.agent)} - {"", *plan.agents},
    }
    return {what: sorted(names) for what, names in unknown.items() if names}


class Accounts:
    """The accounts in the store."""

    def __init__(self, store: WebStore, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock

    async def named(self, account: str) -> Account | None:
        """The account of that name, None if there is none."""
        return await self._store.run(lambda db: read(db, account))

    async def everybody(self) -> list[Account]:
        """All accounts, by name."""
        return await self._store.run(everybody)

    async def add(self, account: Account) -> None:
        """The account is there. Raises AccountRefusedError when its name is no name or taken."""
        now_ms = self._clock()
        await self._store.run(lambda db: add(db, account, now_ms))

    async def keep(self, account: Account) -> None:
        """The account is as given from now on, made if it was not there."""
        now_ms = self._clock()
        await self._store.run(lambda db: write(db, account, now_ms))

    async def replace_password(self, account: str, password_hash: str, *, but_session: str = "") -> None:
        """The account opens with another password, and every session but one has ended."""
        now_ms = self._clock()
        await self._store.run(lambda db: replace_password(db, account, password_hash, now_ms, but_session))


def everybody(db: Database) -> list[Account]:
    """All accounts, by name."""
    return [_from_row(row) for row in db.query("SELECT * FROM accounts ORDER BY account")]


def read(db: Database, account: str) -> Account | None:
    """The account of that name, None if there is none."""
    rows = list(db.query("SELECT * FROM accounts WHERE account = ?", (account,)))
    return _from_row(rows[0]) if rows else None


def add(db: Database, account: Account, now_ms: int) -> None:
    """The account is there. Raises AccountRefusedError when its name is no name or taken."""
    if not NAME.match(account.account):
        raise AccountRefusedError(f"{account.account!r} är inget kontonamn: små bokstäver, siffror och . _ @ -")
    if read(db, account.account) is not None:
        raise AccountRefusedError(f"kontot {account.account} finns redan")
    write(db, account, now_ms)


def write(db: Database, account: Account, now_ms: int) -> None:
    """The account is as given; whoever is disabled has no session."""
    row = _as_row(account, now_ms)
    names = ", ".join(row)
    changes = ", ".join(f"{name} = excluded.{name}" for name in row if name != "account")
    marks = ", ".join("?" * len(row))
    db.execute(
        f"INSERT INTO accounts ({names}) VALUES ({marks}) ON CONFLICT (account) DO UPDATE SET {changes}",  # noqa: S608 -- columns of this file only
        list(row.values()),
    )
    if account.is_disabled:
        db.execute("DELETE FROM sessions WHERE account = ?", (account.account,))


def replace_password(db: Database, account: str, password_hash: str, now_ms: int, but_session: str = "") -> None:
    """The account opens with another password, and every session but one has ended; so have its known computers."""
    before = read(db, account)
    if before is None:
        raise AccountRefusedError(f"det finns inget konto {account}")
    write(db, replace(before, password=password_hash), now_ms)
    db.execute("DELETE FROM sessions WHERE account = ? AND session <> ?", (account, but_session))
    db.execute("DELETE FROM devices WHERE account = ?", (account,))


def _as_row(account: Account, now_ms: int) -> dict[str, Any]:
    return {
        "account": account.account,
        "name": account.name,
        "roles": _listed(account.roles),
        "agent": account.agent,
        "queues": None if account.queues is None else _listed(account.queues),
        "clearances": _listed(account.clearances),
        "password": account.password,
        "provider_subject": account.provider_subject,
        "is_disabled": int(account.is_disabled),
        "changed_at_ms": now_ms,
    }


def _listed(names: Collection[str]) -> str:
    return json.dumps(sorted(names), ensure_ascii=False)


def _from_row(row: dict[str, Any]) -> Account:
    known = set(Role)
    return Account(
        account=row["account"],
        name=row["name"],
        roles=frozenset(Role(role) for role in json.loads(row["roles"]) if role in known),
        agent=AgentId(row["agent"]),
        queues=None if row["queues"] is None else frozenset(map(QueueId, json.loads(row["queues"]))),
        clearances=frozenset(map(Clearance, json.loads(row["clearances"]))),
        password=row["password"],
        provider_subject=row["provider_subject"],
        is_disabled=bool(row["is_disabled"]),
    )
