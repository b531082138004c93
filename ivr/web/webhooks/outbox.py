"""What is to be told goes out: to each subscriber in order, again and again until it is taken or laid aside.

One subscriber never waits for another, and what follows a failed event waits for it: a receiver sees a call end after
it began. Everything is in the store, so a restart changes nothing but the time.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import httpx
import structlog

from ivr.config.secrets import SecretsRefusedError, ensure_secrets
from ivr.config.webhook_entries import SubscriberEntry
from ivr.web.webhooks import rows
from ivr.web.webhooks.gathering import Gathering, Refused
from ivr.web.webhooks.happenings import subscriber_viewer
from ivr.web.webhooks.sending import TRIES_WHEN_REFUSED, Answer, client, pause_s, sent

if TYPE_CHECKING:
    from ivr.web.context import Web

LOOK_S: Final = 1.0
"""How long what has happened can lie unnoticed; calls wake it at once."""
APART_S: Final = 0.1
"""At least so long between two looks at the log."""
log = structlog.get_logger()
_chance = random.SystemRandom().random


class Outbox:
    """One installation's. `run` until cancelled."""

    def __init__(self, web: "Web", chance: Callable[[], float] = _chance) -> None:
        self._web, self._chance = web, chance
        self._gathering = Gathering(web)
        self._keys: dict[str, str] = {}
        self._senders: dict[str, asyncio.Task[None]] = {}
        self._news: dict[str, asyncio.Event] = {}
        web.alarms.listeners.append(self._gathering.note_alarm)

    async def run(self) -> None:
        """Everything that happens is told, until cancelled."""
        async with client() as http:
            try:
                while True:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(LOOK_S):
                            await self._web.live.changed(self._web.live.version)
                    await self._round(http)
                    await asyncio.sleep(APART_S)
            finally:
                await self._end(list(self._senders))

    async def _round(self, http: httpx.AsyncClient) -> None:
        try:
            while await self._gathering.gather():
                pass
            told = self._gathering.subscribers
            dead = await self._web.store.run(rows.dead_by_subscriber) if told else {}
        except Refused as error:
            log.warning("webhooks_not_gathered", because=type(error).__name__)
            return
        except Exception:
            log.exception("webhooks_not_gathered")
            return
        self._web.alarms.dead_letters = {name: dead.get(name, 0) for name in told}
        await self._staff(http)

    async def _staff(self, http: httpx.AsyncClient) -> None:
        """Each subscriber has a sender, and it knows that something may be new."""
        wanted = self._gathering.subscribers
        await self._end([name for name in self._senders if name not in wanted])
        await self._know_keys()
        for name in wanted:
            if name not in self._senders or self._senders[name].done():
                self._news[name] = asyncio.Event()
                self._senders[name] = asyncio.create_task(self._send_for_ever(http, name))
            self._news[name].set()

    async def _end(self, names: list[str]) -> None:
        tasks = [self._senders.pop(name) for name in names]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _know_keys(self) -> None:
        names = self._web.house.webhooks.secret_names()
        if all(name in self._keys for name in names):
            return
        try:
            kept = await asyncio.to_thread(ensure_secrets, self._web.site.secrets_path, (), names)
        except (SecretsRefusedError, OSError) as error:
            log.warning("webhooks_without_keys", alarm=True, because=str(error))
            return
        self._keys = dict(kept.webhook_keys)

    # ── one subscriber ──────────────────────────────────────────────────────────────────────────────────────────
    async def _send_for_ever(self, http: httpx.AsyncClient, name: str) -> None:
        while True:
            self._news[name].clear()
            wait_s = LOOK_S
            try:
                wait_s = await self._send_next(http, name)
            except Refused as error:
                log.warning("webhook_not_sent", subscriber=name, because=type(error).__name__)
            except Exception:
                log.exception("webhook_not_sent", subscriber=name)
            if wait_s > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await self._news[name].wait()

    async def _send_next(self, http: httpx.AsyncClient, name: str) -> float:
        """How long to wait before the next; 0 for not at all."""
        entry = self._gathering.subscribers.get(name)
        delivery = await self._web.store.run(lambda db: rows.first(db, name))
        key = self._keys.get((entry.secret or name) if entry else "")
        if entry is None or delivery is None or key is None:
            return LOOK_S
        if not _may_still_have(name, entry, delivery):
            await self._web.store.run(lambda db: rows.gone(db, delivery.number))
            return 0.0
        early_s = (delivery.next_ms - self._web.clock()) / 1000
        if early_s > 0:
            await asyncio.sleep(min(early_s, LOOK_S))
            return 0.0
        answer = await sent(http, entry.url, key, delivery, self._web.clock(), entry.timeout_s)
        await self._note(entry, delivery, answer)
        return 0.0

    async def _note(self, entry: SubscriberEntry, delivery: rows.Delivery, answer: Answer) -> None:
        if not answer.failure:
            await self._web.store.run(lambda db: rows.gone(db, delivery.number))
            return
        tries = delivery.tries + 1
        over = tries >= (min(TRIES_WHEN_REFUSED, entry.tries) if answer.refused else entry.tries)
        words = {
            "subscriber": delivery.subscriber,
            "delivery": delivery.event,
            "because": answer.failure,
            "tries": tries,
        }
        if over:
            log.error("webhook_laid_aside", alarm=True, **words)
            await self._web.store.run(lambda db: rows.laid_aside(db, delivery.number, answer.failure))
            return
        log.warning("webhook_failed", **words)
        next_ms = self._web.clock() + round(max(pause_s(tries, self._chance()), answer.wait_s) * 1000)
        await self._web.store.run(lambda db: rows.failed(db, delivery.number, answer.failure, next_ms))


def _may_still_have(name: str, entry: SubscriberEntry, delivery: rows.Delivery) -> bool:
    """Whether what was kept for the subscriber is still theirs by the file as it is now."""
    viewer = subscriber_viewer(name, entry)
    theirs = viewer.may_see_queue(delivery.queue) and viewer.may_hear(delivery.clearance)
    return theirs and delivery.what in {event.value for event in entry.events}
