"""Asks Asterisk what it has: when something wants to know, and every so often in case something was missed.

Rules of this file: one list at a time, never right after another, none while there is no link. A call that nobody knew
is asked for twice before it is believed.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from ivr.asterisk.listing import (
    LIST_VARIABLES,
    NO_DOUBTS,
    Callers,
    Doubts,
    begin_listing,
    callers,
    doubts,
    world,
)
from ivr.asterisk.manager_link import ActionRefusedError, LinkDownError, LinkState, ManagerLink
from ivr.asterisk.translate import Fields, Translator
from queues.ids import CallId, Instant
from routing.callback_events import FoundCallback
from routing.events import WorldListed

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ListTimings:
    """How long things may take, in seconds."""

    audit_s: float = 15.0
    """Between lists when nothing asks for one: what a lost event costs at most."""
    gap_s: float = 0.3
    """Between two lists at least, whatever asks for them."""
    confirm_s: float = 0.1
    """Between two lists when the first shows a call that nobody knew."""
    boot_s: float = 3.0
    """How long an Asterisk that accepts us may take to say that it has booted."""


DEFAULT_LIST_TIMINGS = ListTimings()


class Lister:
    """Set `due` to have the world listed soon, `booted` when Asterisk says that it is whole."""

    def __init__(
        self, link: ManagerLink, translator: Translator, clock: Callable[[], Instant], timings: ListTimings
    ) -> None:
        self.due = asyncio.Event()
        self.booted = asyncio.Event()
        self.missing: frozenset[CallId] = frozenset()
        """Calls whose session had no channel in the list before the last one."""
        self._link = link
        self._translator = translator
        self._clock = clock
        self._timings = timings
        self.callbacks: Callable[[list[Fields]], tuple[FoundCallback, ...]] = lambda _status: ()
        """Which callbacks are among the listed channels."""
        self._found: tuple[FoundCallback, ...] = ()
        self._doubts = NO_DOUBTS
        self._began_at_ms = self._listed_at_ms = Instant(0)
        """When this Asterisk began, at the latest; when the last list was asked for."""

    def has_booted(self, uptime_s: str) -> None:
        """Asterisk is whole; it began so long ago, as it says ("" when it does not)."""
        if uptime_s.isdecimal():
            self._began_at_ms = Instant(self._clock() - int(uptime_s) * 1000)
        self.booted.set()
        self.due.set()

    async def keep(self, on_listed: Callable[[WorldListed], None]) -> None:
        """Lists the world again and again; never ends by itself."""
        while True:
            try:
                async with asyncio.timeout(self._timings.audit_s):
                    await self.due.wait()
            except TimeoutError:
                pass
            self.due.clear()
            if self._link.state is LinkState.UP:
                await self._try(on_listed)
            await asyncio.sleep(self._timings.gap_s)

    async def _try(self, on_listed: Callable[[WorldListed], None]) -> None:
        """The world is known; if Asterisk could not be asked, it will be soon."""
        try:
            async with asyncio.timeout(self._timings.boot_s):
                await self.booted.wait()
        except TimeoutError:
            log.warning("asterisk_does_not_say_it_has_booted")
        try:
            listed = await self._world()
        except (ActionRefusedError, LinkDownError, TimeoutError) as error:
            log.warning("world_not_listed", because=type(error).__name__)
            self._translator.book.touched = None
            self.due.set()
        except Exception:
            # A list that we cannot read must not be the last one that is asked for.
            log.exception("world_not_understood", alarm=True)
        else:
            on_listed(listed)

    async def _world(self) -> WorldListed:
        before = self._doubts
        asked_at_ms, devices, listed = await self._ask()
        if new := doubts(self._translator, listed).strangers - before.strangers:
            before = Doubts(before.strangers | new, before.missing)
            await asyncio.sleep(self._timings.confirm_s)
            asked_at_ms, devices, listed = await self._ask()
        self._doubts, self.missing = doubts(self._translator, listed), before.missing
        seen = world(self._translator, asked_at_ms, listed, devices, before)
        restarted = 0 < self._listed_at_ms < self._began_at_ms
        self._listed_at_ms = asked_at_ms
        return replace(seen, restarted=restarted, callbacks=self._found)

    async def _ask(self) -> tuple[Instant, list[Fields], Callers]:
        """When it was asked, the phones, and the callers, read the instant the list was whole."""
        begin_listing(self._translator.book)
        asked_at_ms = self._clock()
        devices = await self._link.action("DeviceStateList")
        status = await self._link.action("Status", Variables=LIST_VARIABLES)
        self._found = self.callbacks(status)
        return asked_at_ms, devices, callers(self._translator, status)
