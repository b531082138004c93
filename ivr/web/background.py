"""What goes on beside the requests: the look at what can be alarmed about, and telling those outside."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ivr.web.alarms.watch import watch

if TYPE_CHECKING:
    from ivr.web.context import Web


@asynccontextmanager
async def background(web: "Web") -> AsyncIterator[None]:
    """All of it, until the block is left."""
    await web.alarms.start()
    tasks = [asyncio.create_task(watch(web))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
