"""What goes on beside the requests: the look at what can be alarmed about, and telling those outside."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ivr.web.accounts.hand_overs import HandOvers
from ivr.web.alarms.watch import watch
from ivr.web.webhooks.outbox import Outbox

if TYPE_CHECKING:
    from ivr.web.context import Web


@asynccontextmanager
async def background(web: "Web") -> AsyncIterator[None]:
    """All of it, until the block is left."""
    await web.alarms.start()
    tasks = [
        asyncio.create_task(watch(web)),
        asyncio.create_task(Outbox(web).run()),
        asyncio.create_task(HandOvers(web.site, web.store).run(web.clock)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
