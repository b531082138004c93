"""Signing in: the one way from a name and a password, or from the provider's word, to a session's cookie.

Somebody unknown, somebody disabled and a wrong password are one answer and the same work. A try is counted before it
is looked at, so that a thousand at once are not a thousand tries.
"""

from dataclasses import dataclass
from typing import Literal

import structlog
from starlette.requests import Request
from starlette.responses import Response

from ivr.web.accounts import devices
from ivr.web.accounts.access import Look, note
from ivr.web.accounts.attempts import sources
from ivr.web.accounts.register import Account, read
from ivr.web.context import Web
from ivr.web.origin import DEVICE, SESSION

log = structlog.get_logger()
DEVICE_S = devices.KEPT_MS // 1000


@dataclass(frozen=True, slots=True)
class Cookie:
    """What a browser is to keep; until it is closed, unless `max_age_s` says otherwise."""

    name: str
    value: str
    max_age_s: int | None = None
    same_site: Literal["strict", "lax"] = "strict"


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a try: the account, or None and how long to wait before the next."""

    account: Account | None
    wait_ms: int = 0


async def try_password(web: Web, request: Request, account: str, password: str) -> Tried:
    """Whose account the name and the password open. Raises PasswordsBusyError when too many are being checked."""
    now_ms = web.clock()
    token = web.origin.token_in(request, DEVICE)
    found, device = await web.store.run(lambda db: (read(db, account), devices.known(db, token, account, now_ms)))
    address = web.origin.address(request)
    counted = sources(account, address, device)
    if wait_ms := web.attempts.wait_ms(counted, now_ms):
        return Tried(None, wait_ms)
    web.attempts.failed(counted, now_ms)
    usable = found if found and not found.is_disabled else None
    if await web.passwords.opens(usable.password if usable else None, password):
        web.attempts.worked(counted, now_ms)
        return Tried(usable)
    log.warning("sign_in_refused", address=address, account=account if found else "")
    # A row for somebody unknown, too, or the time would tell who is here; not what was typed: it may be a password.
    name = account if found else ""
    await web.store.run(lambda db: note(db, Look(now_ms, name, "", "sign_in_refused", name)))
    return Tried(None)


async def let_in(web: Web, request: Request, response: Response, account: Account) -> None:
    """The browser has a new session, and is known from now on; the session that it had has ended."""
    now_ms = web.clock()
    session = await web.sessions.begin(account.account, web.origin.token_in(request))
    before = web.origin.token_in(request, DEVICE)
    device = await web.store.run(lambda db: devices.remember(db, before, account.account, now_ms))
    set_cookie(web, request, response, Cookie(SESSION, session))
    set_cookie(web, request, response, Cookie(DEVICE, device, DEVICE_S))
    await web.store.run(lambda db: note(db, Look(now_ms, account.account, "", "sign_in", account.account)))


def forget(web: Web, request: Request, response: Response) -> None:
    """The browser has no session's cookie."""
    set_cookie(web, request, response, Cookie(SESSION, "", 0))


def set_cookie(web: Web, request: Request, response: Response, cookie: Cookie) -> None:
    """The browser keeps it, for this host alone and out of reach of scripts."""
    response.set_cookie(
        web.origin.cookie(request, cookie.name),
        cookie.value,
        max_age=cookie.max_age_s,
        path="/",
        secure=web.origin.is_secure(request),
        httponly=True,
        samesite=cookie.same_site,
    )
