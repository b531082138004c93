"""Who is signed in: a random token in the browser, its hash in the store, and limits that end it (S11, S15).

Rights are looked up each time. What is kept in mind is dropped the moment any account or session has changed, by this
process or another: `rights` in the store says so, and asking it costs microseconds.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlite_utils import Database

from ivr.web.accounts import register
from ivr.web.accounts.register import Account
from ivr.web.accounts.roles import Role
from ivr.web.accounts.viewer import Viewer
from ivr.web.store import WebStore
from routing.plan import Plan

MINUTE_MS = 60_000
IDLE_MS = 60 * MINUTE_MS
"""Without a request and without an open page, a session ends."""
SHIFT_MS = 12 * 60 * MINUTE_MS
"""Every session ends then: one shift."""
SCREEN_MS = 30 * 24 * 60 * MINUTE_MS
"""But that of somebody who may see the wallboard and no more: a screen on a wall."""
TOUCH_MS = MINUTE_MS
"""How often use is written down."""
AT_MOST = 10
"""Sessions of one account; the oldest goes."""
TOKEN_BYTES = 32
LONGEST_TOKEN = 100


@dataclass(slots=True)
class _Kept:
    account: Account
    began_at_ms: int
    used_at_ms: int


class Sessions:
    """The sessions in the store."""

    def __init__(self, store: WebStore, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._seen = -1
        self._rights = -1

    async def begin(self, account: str, before: str = "") -> str:
        """A new session's token, known to the browser only; the one that it had `before` has ended."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now_ms = self._clock()
        await self._store.run(lambda db: _begin(db, named(token), named(before), account, now_ms))
        return token

    async def end(self, session: str) -> None:
        """The session is over, in every window."""
        await self._store.run(lambda db: db.execute("DELETE FROM sessions WHERE session = ?", (session,)) and None)

    async def end_all(self, account: str) -> None:
        """The account is signed in nowhere."""
        await self._store.run(lambda db: db.execute("DELETE FROM sessions WHERE account = ?", (account,)) and None)

    async def viewer(self, token: str, plan: Plan) -> Viewer | None:
        """Whose token it is, with the rights that they have now."""
        if not token or len(token) > LONGEST_TOKEN:
            return None
        return await self._now(named(token), plan)

    async def still(self, viewer: Viewer, plan: Plan) -> Viewer | None:
        """The viewer as they are now; None when the session is over."""
        return await self._now(viewer.session, plan)

    async def _now(self, session: str, plan: Plan) -> Viewer | None:
        await self._forget_what_changed()
        kept = self._kept.get(session) or await self._read(session)
        now_ms = self._clock()
        if kept is None or kept.account.is_disabled or _is_over(kept, now_ms):
            return None
        if now_ms - kept.used_at_ms >= TOUCH_MS:
            kept.used_at_ms = now_ms
            await self._store.run(lambda db: _touch(db, session, now_ms))
        return kept.account.viewer(plan, session)

    async def _forget_what_changed(self) -> None:
        seen = self._store.version()
        if seen != self._seen:
            self._follow(await self._store.run(_rights))
            self._seen = seen

    def _follow(self, rights: int) -> None:
        if rights != self._rights:
            self._kept.clear()
            self._rights = rights

    async def _read(self, session: str) -> _Kept | None:
        rights, kept = await self._store.run(lambda db: (_rights(db), _read(db, session)))
        self._follow(rights)
        if kept is not None:
            self._kept[session] = kept
        return kept


def named(token: str) -> str:
    """What the session of this token is called in the store; the token cannot be made from it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _is_over(kept: _Kept, now_ms: int) -> bool:
    longest_ms = SCREEN_MS if kept.account.roles == {Role.VIEWER} else SHIFT_MS
    return now_ms - kept.began_at_ms >= longest_ms or now_ms - kept.used_at_ms >= IDLE_MS


def _begin(db: Database, session: str, before: str, account: str, now_ms: int) -> None:
    db.execute("DELETE FROM sessions WHERE session = ? OR began_at_ms <= ?", (before, now_ms - SCREEN_MS))
    db.execute(
        "DELETE FROM sessions WHERE account = ? AND session NOT IN"
        " (SELECT session FROM sessions WHERE account = ? ORDER BY began_at_ms DESC LIMIT ?)",
        (account, account, AT_MOST - 1),
    )
    db.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", (session, account, now_ms, now_ms))


def _read(db: Database, session: str) -> _Kept | None:
    rows = list(db.query("SELECT account, began_at_ms, used_at_ms FROM sessions WHERE session = ?", (session,)))
    if not rows:
        return None
    account = register.read(db, rows[0]["account"])
    return _Kept(account, rows[0]["began_at_ms"], rows[0]["used_at_ms"]) if account else None


def _touch(db: Database, session: str, now_ms: int) -> None:
    db.execute("UPDATE sessions SET used_at_ms = ? WHERE session = ?", (now_ms, session))


def _rights(db: Database) -> int:
    return int(db.execute("SELECT version FROM rights").fetchone()[0])
