"""The telephony with callbacks: a second account that rings agents, and the table that outlives us.

Rules of this file: everything that is not about a callback goes through untouched. The disk is never waited for on the
event loop. A ring that cannot be begun counts against nobody: the promise rests a while. And an alarm names a call by
its id and nothing else.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog

from ivr.asterisk.callback_wire import CallbackLegs, channel_of, originate
from ivr.asterisk.manager_link import (
    Account,
    ActionRefusedError,
    LinkDownError,
    LinkHooks,
    ManagerLink,
    UnsafeHeaderError,
)
from ivr.asterisk.plain import display
from ivr.asterisk.render import AMI_CALLBACK_USER
from ivr.asterisk.telephony import AsteriskTelephony
from ivr.asterisk.translate import Fields
from ivr.config.house import House
from ivr.config.secrets import Secrets
from ivr.config.site import HOST, Site
from ivr.pending_callbacks import PendingCallbacks
from ivr.ports import Feed
from queues.entries import CallbackOverdue
from queues.ids import CallId
from routing.actions import Action, ForgetCallback, KeepCallback, OfferCallback, WithdrawOffer
from routing.callback_events import CallbackNotBegun, CallbackNotWritten, CallbackWritten
from routing.kernel import Step

log = structlog.get_logger()

_IN_VAIN = (ActionRefusedError, LinkDownError, TimeoutError)


class CallbackDesk:
    """A telephony that also rings back. `telephony` does everything else."""

    def __init__(self, telephony: AsteriskTelephony, site: Site, house: House, secrets: Secrets) -> None:
        self.telephony = telephony
        self.pending = PendingCallbacks(site.callbacks_path)
        self.link = ManagerLink(
            Account(HOST, site.ami_port, AMI_CALLBACK_USER, secrets.ami_callback_password),
            LinkHooks(lambda _fields: None, lambda: None, lambda _reason: None, frozenset()),
        )
        self._legs = CallbackLegs(house.plan.agents)
        self._display = display(house.title)
        self._wanted = bool(house.outward)
        self._up = False
        self._feed: Feed = lambda _event: None
        self._disk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="callbacks")
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: set[CallId] = set()
        telephony.listeners.append(self._on_event)
        telephony.find_callbacks(self._legs.found)

    # ── the port ──────────────────────────────────────────────────────────────────────────────────────────────
    async def start(self, feed: Feed) -> None:
        """Callers are served, and agents can be rung for callbacks as soon as Asterisk lets the second account in."""
        self._feed = feed
        if self._wanted:
            await self._bring_up()
        await self.telephony.start(feed)

    async def stop(self) -> None:
        """Nothing runs; what was to be written is."""
        await self.telephony.stop()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._up:
            await self.link.stop()
        self._disk.shutdown(wait=True)

    def perform(self, action: Action) -> None:
        """Begin to do it; never blocks, never raises."""
        match action:
            case OfferCallback():
                self._ring(action)
            case KeepCallback():
                self._write(action)
            case ForgetCallback():
                self._told.discard(action.call)
                self._disk.submit(self._forget, action.call)
            case WithdrawOffer() if self._legs.withdrawn(action.offer):
                self._spawn(self._hang_up(channel_of(action.offer)))
            case _:
                self.telephony.perform(action)

    def observe(self, step: Step) -> None:
        """Somebody is alarmed about what is overdue."""
        for entry in step.entries:
            if isinstance(entry, CallbackOverdue):
                log.error("callback_overdue", alarm=True, call=entry.call, due_ms=entry.due_ms)

    def replace_house(self, house: House) -> None:
        """Phones follow this configuration."""
        self._legs.agents = frozenset(house.plan.agents)
        self._display = display(house.title)
        if house.outward and not self._wanted:
            self._wanted = True
            self._spawn(self._bring_up())

    async def _bring_up(self) -> None:
        self._up = True
        await self.link.start()

    # ── ringing ───────────────────────────────────────────────────────────────────────────────────────────────
    def _ring(self, action: OfferCallback) -> None:
        told = originate(action, self._display)
        if told is None:
            log.error("callback_not_rung", because="odd", call=action.call)
            self._feed(CallbackNotBegun(action.call, action.offer))
            return
        self._legs.begun(action)
        self._spawn(self._originate(action, told))

    async def _originate(self, action: OfferCallback, told: dict[str, str]) -> None:
        try:
            await self.link.action("Originate", **told)
        except (*_IN_VAIN, UnsafeHeaderError) as error:
            log.warning("callback_not_rung", because=type(error).__name__, call=action.call)
            if isinstance(error, TimeoutError):
                await self._hang_up(channel_of(action.offer))
            if self._legs.not_begun(action.offer):
                self._feed(CallbackNotBegun(action.call, action.offer))

    async def _hang_up(self, channel: str) -> None:
        try:
            await self.telephony.link.action("Hangup", Channel=channel)
        except _IN_VAIN as error:
            log.info("hangup_in_vain", because=type(error).__name__)

    def _on_event(self, fields: Fields) -> None:
        for event in self._legs.event(fields):
            self._feed(event)

    # ── the disk ──────────────────────────────────────────────────────────────────────────────────────────────
    def _write(self, action: KeepCallback) -> None:
        loop, first = asyncio.get_running_loop(), action.call not in self._told
        self._told.add(action.call)

        def write() -> None:
            try:
                self.pending.keep(action.pending)
                event: CallbackWritten | CallbackNotWritten = CallbackWritten(action.call)
            except (sqlite3.Error, OSError) as error:
                because = type(error).__name__
                log.error("callback_not_written", alarm=True, call=action.call, because=because)  # noqa: TRY400 - no number in a trace
                event = CallbackNotWritten(action.call)
            if first:
                _from_thread(loop, lambda: self._feed(event))

        self._disk.submit(write)

    def _forget(self, call: CallId) -> None:
        try:
            self.pending.forget(call)
        except (sqlite3.Error, OSError) as error:
            because = type(error).__name__
            log.error("callback_not_erased", alarm=True, call=call, because=because)  # noqa: TRY400 - no number in a trace

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _from_thread(loop: asyncio.AbstractEventLoop, work: Callable[[], None]) -> None:
    """Done on the loop, unless it has ended meanwhile."""
    try:
        loop.call_soon_threadsafe(work)
    except RuntimeError:
        log.info("callback_written_too_late")
