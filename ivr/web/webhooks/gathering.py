"""What has happened becomes deliveries: read from the log and the store, passed through sight, and kept, in one go.

How far was read and what came of it are written together: nothing is lost and nothing is told twice, whenever the
process ends. Alarms come from their own part, and wait here if the store refuses them.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlite_utils import Database

from ivr.config.webhook_entries import Happening, SubscriberEntry
from ivr.web.alarms.alarm import Alarm, Change
from ivr.web.alarms.shown import as_shown, instant_told, sees
from ivr.web.matters import after_number
from ivr.web.store import StoreBusyError
from ivr.web.webhooks import rows
from ivr.web.webhooks.happenings import Event, Staff, of_entry, of_outcome, subscriber_viewer
from ivr.web.webhooks.known_calls import KnownCalls
from ivr.web.webhooks.log_tail import LogTail, Read

if TYPE_CHECKING:
    from ivr.web.context import Web

MOST_ALARMS = 1_000
Refused = (sqlite3.Error, OSError, StoreBusyError)


class Gathering:
    """One installation's happenings, on their way into the store."""

    def __init__(self, web: "Web") -> None:
        self._web = web
        self._tail = LogTail(web.site)
        self._known = KnownCalls(self._tail.before)
        self._telling = True
        """Whether it may stand in the store how far was read."""
        self._alarms: deque[tuple[Change, Alarm, int]] = deque(maxlen=MOST_ALARMS)

    @property
    def subscribers(self) -> dict[str, SubscriberEntry]:
        """Who is told, as it is written now."""
        return dict(self._web.house.webhooks.subscribers)

    def note_alarm(self, change: Change, alarm: Alarm) -> None:
        """It is told at the next gathering."""
        self._alarms.append((change, alarm, self._web.clock()))

    async def gather(self) -> bool:
        """Everything new is kept for whoever is to have it; whether more was there than is taken at once."""
        if not self.subscribers:
            self._alarms.clear()
            if self._telling:
                await self._web.store.run(rows.forget_places)
                self._telling = False
            return False
        self._telling = True
        before = await self._web.store.run(lambda db: rows.up_to(db, rows.LOG))
        if before is None:
            before = await asyncio.to_thread(self._tail.newest)
        read = await asyncio.to_thread(self._tail.after, before)
        events = await asyncio.to_thread(lambda: list(self._of_log(read)))
        alarms = list(self._alarms)
        events += list(self._of_alarms(alarms))
        await self._web.store.run(lambda db: self._keep(db, events, read.up_to))
        for _ in alarms:
            self._alarms.popleft()
        return not read.whole

    def _of_log(self, read: Read) -> Iterator[tuple[str, Event]]:
        viewers = {name: subscriber_viewer(name, entry) for name, entry in self.subscribers.items()}
        staff = Staff(self._web.house.plan, self._web.live.board.agents)
        for row, entry in read.entries:
            call = self._known.take(row, entry)
            for name, viewer in viewers.items():
                if (event := of_entry(entry, call, viewer, staff)) is not None:
                    yield name, event

    def _of_alarms(self, alarms: list[tuple[Change, Alarm, int]]) -> Iterator[tuple[str, Event]]:
        for name, entry in self.subscribers.items():
            viewer = subscriber_viewer(name, entry)
            for change, alarm, at_ms in alarms:
                if sees(viewer, alarm):
                    data = as_shown(alarm, viewer, self._web.house)
                    what, told_ms = Happening(f"alarm.{change.value}"), at_ms
                    if change is not Change.ACKNOWLEDGED:  # somebody's own act, whatever the line: may come twice
                        told_ms = instant_told(at_ms, alarm, viewer, self._web.house)
                    yield name, Event(f"alarm-{alarm.id}-{change.value}-{told_ms}", what, told_ms, data)

    def _keep(self, db: Database, events: list[tuple[str, Event]], up_to: int) -> None:
        """In the store's thread, in one transaction."""
        matters = rows.up_to(db, rows.MATTERS)
        given = after_number(db, matters)
        for name, entry in self.subscribers.items():
            own = [event for whose, event in events if whose == name]
            if matters is not None:
                viewer = subscriber_viewer(name, entry)
                own += [event for number, told in given if (event := of_outcome(number, told, viewer))]
            wanted = [self._delivery(name, event) for event in own if event.what in entry.events]
            rows.add(db, wanted, entry.waiting_most)
        rows.forget_all_but(db, self.subscribers)
        rows.set_up_to(db, rows.LOG, up_to)
        rows.set_up_to(db, rows.MATTERS, max((number for number, _ in given), default=matters or 0))

    def _delivery(self, name: str, event: Event) -> rows.Delivery:
        body = event.body(self._web.house.name)
        return rows.Delivery(0, name, event.id, event.what.value, event.at_ms, event.queue, event.clearance, body)
