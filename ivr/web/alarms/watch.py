"""Once a second everything that can be alarmed about is looked at, whatever else goes on."""

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from ivr.call_log.status import free_share
from ivr.web.alarms.facts import facts_of

if TYPE_CHECKING:
    from ivr.web.context import Web

LOOK_S: Final = 1.0
log = structlog.get_logger()


async def watch(web: "Web") -> None:
    """Looks until cancelled; a look that fails is the log's business, and the next one comes."""
    while True:
        try:
            await look(web)
        except Exception:
            log.exception("alarms_not_looked_at")
        await asyncio.sleep(LOOK_S)


async def look(web: "Web") -> None:
    """One look."""
    free = await asyncio.to_thread(free_share, web.site.home)
    facts = facts_of(web.live, web.house, free, web.alarms.dead_letters)
    await web.alarms.take(facts, web.house.alarms)
