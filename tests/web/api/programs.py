"""Programs that ask the API of a desk: each with a token of its own."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import httpx

from ivr.web.api.tokens import Grant, Scope, made
from queues.ids import Clearance, QueueId
from tests.web.town import Desk


async def token(desk: Desk, *scopes: Scope, queues: Iterable[str] | None = None, clearances: Iterable[str] = ()) -> str:
    """A new token."""
    own = None if queues is None else frozenset(map(QueueId, queues))
    grant = Grant("Ärendesystemet", frozenset(scopes), own, frozenset(map(Clearance, clearances)))
    return await desk.web.store.run(lambda db: made(db, grant, desk.web.clock()))


@asynccontextmanager
async def program(desk: Desk, *scopes: Scope, **rights) -> AsyncIterator[httpx.AsyncClient]:
    """A program with a token for these scopes."""
    headers = {"authorization": f"Bearer {await token(desk, *scopes, **rights)}"}
    async with httpx.AsyncClient(base_url=f"{desk.address}/api/v1", headers=headers, timeout=20) as client:
        yield client
