"""The very first account: made when the pages start and nobody could sign in, with a password that nobody has seen."""

import time
from pathlib import Path

from sqlite_utils import Database

from ivr.web.accounts import register
from ivr.web.accounts.access import Look, note
from ivr.web.accounts.passwords import Passwords, generated
from ivr.web.accounts.register import Account
from ivr.web.accounts.roles import Role
from ivr.web.store import WebStore

FIRST = "admin"
ROLES = frozenset({Role.ADMIN, Role.OPERATOR, Role.PLANNER})


def first_admin(web_path: Path) -> tuple[str, str] | None:
    """As `first_account`, for whoever starts the service: in the store at that path, which is made if need be."""
    store = WebStore(web_path)
    try:
        return first_account(store, time.time_ns() // 1_000_000)
    finally:
        store.close()


def first_account(store: WebStore, now_ms: int, passwords: Passwords | None = None) -> tuple[str, str] | None:
    """Name and password of an account that was made now, to be shown once; None when there is any account already."""
    if store.now(register.everybody):
        return None
    password = generated()
    hashed = (passwords or Passwords()).hashed(password)
    account = Account(FIRST, "Administratör", ROLES, password=hashed)

    def make(db: Database) -> None:
        register.add(db, account, now_ms)
        note(db, Look(now_ms, FIRST, "", "account_made", FIRST, "första start"))

    store.now(make)
    return FIRST, password
