"""Browsers that have signed in before: each has tries of its own, so that nobody's guesses keep its owner out (S12)."""

import secrets

from sqlite_utils import Database

from ivr.web.accounts.sessions import LONGEST_TOKEN, named

KEPT_MS = 180 * 24 * 60 * 60_000
AT_MOST = 20
"""Browsers of one account; the longest unused goes."""


def known(db: Database, token: str, account: str, now_ms: int) -> str:
    """What the browser is called in the store if it has signed in to this account; "" if not."""
    if not token or len(token) > LONGEST_TOKEN:
        return ""
    found = db.execute(
        "SELECT device FROM devices WHERE device = ? AND account = ? AND used_at_ms > ?",
        (named(token), account, now_ms - KEPT_MS),
    ).fetchone()
    return str(found[0]) if found else ""


def remember(db: Database, before: str, account: str, now_ms: int) -> str:
    """The token of the browser from now on, in place of the one that it had `before`."""
    token = secrets.token_urlsafe()
    db.execute("DELETE FROM devices WHERE device = ? OR used_at_ms <= ?", (named(before), now_ms - KEPT_MS))
    db.execute(
        "DELETE FROM devices WHERE account = ? AND device NOT IN"
        " (SELECT device FROM devices WHERE account = ? ORDER BY used_at_ms DESC LIMIT ?)",
        (account, account, AT_MOST - 1),
    )
    db.execute("INSERT INTO devices VALUES (?, ?, ?)", (named(token), account, now_ms))
    return token
