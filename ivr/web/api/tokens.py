"""Programs' tokens: what each may ask about, of which queues, with which clearances. Only their hashes are kept.

A token is `tv_<id>_<secret>`. The secret has 256 bits of chance, so one plain hash of it is as good as many.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from ivr.web.accounts.roles import Role
from ivr.web.accounts.viewer import Viewer
from ivr.web.api import token_rows
from ivr.web.store import WebStore
from queues.ids import Clearance, QueueId

ACCOUNT = "token:"
"""Begins the name under which a program stands in the access log."""
USED_EVERY_MS = 60_000
"""How often it is written down that a token is used."""


class Scope(StrEnum):
    """What a token may ask for."""

    STATE = "state"
    """Lines, people's states, partners."""
    CALLS = "calls"
    STATISTICS = "statistics"
    MATTERS = "matters"
    MATTERS_WRITE = "matters:write"
    """To say which number the case system gave a call."""
    CALLBACKS = "callbacks"
    CALLBACKS_WRITE = "callbacks:write"
    ALARMS = "alarms"
    ALARMS_WRITE = "alarms:write"
    METRICS = "metrics"
    WALL = "wall"
    """The public wall, and nothing else."""
    DELIVERIES = "deliveries"
    """The webhooks' dead letters, and to have them sent again."""


_ON_STREAMS = frozenset({Scope.STATE, Scope.CALLS})
"""What a token needs for the pages' own stream, which tells of both; under /api/v1 each scope decides for itself."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A program that showed a good token."""

    viewer: Viewer
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token is for; `queues` None is all."""

    name: str
    scopes: frozenset[Scope]
    queues: frozenset[QueueId] | None = None
    clearances: frozenset[Clearance] = frozenset()
    expires_ms: int = 0
    """0: never."""


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as it is listed: everything but what opens."""

    id: str
    grant: Grant
    created_ms: int
    used_ms: int
    revoked_ms: int


class Tokens:
    """The book of tokens. What somebody else writes is known at the next use."""

    def __init__(self, store: WebStore, clock: Callable[[], int]) -> None:
        self._store, self._clock = store, clock
        self._rows: dict[str, dict[str, Any]] = {}
        self._version = -1
        self._used: dict[str, int] = {}
        self._writing: set[asyncio.Task[None]] = set()

    async def viewer_of(self, token: str) -> Viewer | None:
        """On whose behalf the program asks; None for a token that is unknown, revoked or too old."""
        holder = await self.holder_of(token)
        return holder.viewer if holder else None

    async def holder_of(self, token: str) -> Holder | None:
        """The program with all that its token allows at this instant; None if nothing."""
        parts = token.split("_", 2)
        if len(parts) != 3 or parts[0] != "tv" or len(token) > 200:
            return None
        rows = await self._fresh()
        row = rows.get(parts[1])
        kept = row["hash"] if row else "0" * 64
        good = hmac.compare_digest(kept, hashed(parts[2]))
        if not good or row is None or not self._holds(row):
            return None
        self._note_use(parts[1], self._clock())
        return _holder(row)

    async def still(self, viewer: Viewer) -> Viewer | None:
        """The same, for a viewer that `viewer_of` gave before: what is held open ends with its token."""
        row = (await self._fresh()).get(viewer.account.removeprefix(ACCOUNT))
        return _holder(row).viewer if row is not None and self._holds(row) else None

    def _holds(self, row: Mapping[str, Any]) -> bool:
        return not row["revoked_ms"] and not 0 < row["expires_ms"] <= self._clock()

    async def _fresh(self) -> dict[str, dict[str, Any]]:
        version = self._store.version()
        if version != self._version:
            self._rows = await self._store.run(token_rows.everything)
            self._version = version
        return self._rows

    def _note_use(self, token_id: str, now_ms: int) -> None:
        if now_ms - self._used.get(token_id, -USED_EVERY_MS) < USED_EVERY_MS:
            return
        self._used[token_id] = now_ms
        writing = asyncio.ensure_future(self._store.run(lambda db: token_rows.used(db, token_id, now_ms)))
        self._writing.add(writing)
        writing.add_done_callback(self._written)

    def _written(self, task: "asyncio.Task[None]") -> None:
        self._writing.discard(task)
        task.cancelled() or task.exception()  # a full disk keeps nobody out


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def made(db: Database, grant: Grant, now_ms: int) -> str:
    """A new token, shown this once; its hash is in the store."""
    token_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    token_rows.add(db, token_id, hashed(secret), grant, now_ms)
    return f"tv_{token_id}_{secret}"


def listed(db: Database) -> list[TokenRow]:
    """Every token that was made, oldest first."""
    return [
        TokenRow(row["id"], _grant(row), row["created_ms"], row["used_ms"], row["revoked_ms"])
        for row in token_rows.everything(db).values()
    ]


def revoked(db: Database, token_id: str, now_ms: int) -> bool:
    """Whether there was such a token; it opens nothing any more."""
    return token_rows.revoke(db, token_id, now_ms)


def _grant(row: Mapping[str, Any]) -> Grant:
    queues = row["queues"]
    return Grant(
        name=row["name"],
        scopes=frozenset(Scope(s) for s in row["scopes"].split() if s in set(Scope)),
        queues=None if queues == "*" else frozenset(QueueId(q) for q in queues.split()),
        clearances=frozenset(Clearance(c) for c in row["clearances"].split()),
        expires_ms=row["expires_ms"],
    )


def _holder(row: Mapping[str, Any]) -> Holder:
    grant = _grant(row)
    roles = frozenset({Role.VIEWER} if grant.scopes >= _ON_STREAMS else ())
    account = ACCOUNT + row["id"]
    viewer = Viewer(account, grant.name, roles, queues=grant.queues, clearances=grant.clearances)
    return Holder(viewer, grant.scopes)
