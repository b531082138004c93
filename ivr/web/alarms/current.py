"""The alarms of the house: those that are on, who has taken them on, and those that were; kept over restarts.

An alarm is on from the look that found it, whether or not the store can write it down: a full disk is one of the
things that it is about. What could not be written is written at a later look.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import structlog
from sqlite_utils import Database

from ivr.config.alarm_entries import AlarmKind, AlarmsFile
from ivr.web.alarms import rows
from ivr.web.alarms.alarm import Alarm, Change
from ivr.web.alarms.rules import Facts, Key, Watched, look
from ivr.web.store import StoreBusyError, WebStore

SAVE_S: Final = 1.0
"""No look waits longer for the store: the next alarm is not to be late because the last cannot be written."""
log = structlog.get_logger()
Listener = Callable[[Change, Alarm], None]
"""Told of every change, on the event loop. Must not block."""


class NoSuchAlarmError(Exception):
    """There never was an alarm of that id, or it is over."""


@dataclass(frozen=True, slots=True)
class _Told:
    what: Change
    alarm: Alarm


class Alarms:
    """Looks are given to it; everybody else asks it."""

    def __init__(self, store: WebStore, clock: Callable[[], int]) -> None:
        self._store, self._clock = store, clock
        self._watched: dict[Key, Watched] = {}
        self._on: dict[Key, Alarm] = {}
        self._unsaved: dict[int, Alarm] = {}
        self._next_id = 1
        self._changed = asyncio.Event()
        self.version = 0
        """Grows with every change."""
        self.listeners: list[Listener] = []
        self.dead_letters: dict[str, int] = {}
        """By subscriber: how many events are laid aside, not to be tried again by themselves."""

    async def start(self) -> None:
        """Alarms that were on when the process ended are on, with whoever had taken them on."""
        opened, self._next_id = await self._store.run(lambda db: (rows.opened(db), rows.next_id(db)))
        for alarm in opened:
            key = Key(alarm.kind, alarm.subject)
            self._on[key] = alarm
            self._watched[key] = Watched(
                alarm.bad_since_ms, alarm.raised_ms, figure=alarm.figure, severity=alarm.severity
            )

    @property
    def current(self) -> tuple[Alarm, ...]:
        """Those that are on, the worst and the oldest first."""
        return tuple(sorted(self._on.values(), key=lambda a: (a.severity.rank, a.raised_ms, a.id)))

    async def changed(self, version: int) -> int:
        """The version, as soon as it is another one than this."""
        while self.version == version:
            await self._changed.wait()
        return self.version

    async def take(self, facts: Facts, rules: AlarmsFile) -> None:
        """The alarms are as of this look, and whoever listens has been told what is new."""
        self._watched = look(self._watched, facts, rules)
        on = {key: watched for key, watched in self._watched.items() if watched.raised_ms}
        over = [key for key in self._on if key not in on]
        told = [told for key, watched in on.items() if (told := self._raised(key, watched))]
        told += [_Told(Change.CLEARED, replace(self._on.pop(key), cleared_ms=facts.at_ms)) for key in over]
        await self._tell(told)

    def _raised(self, key: Key, watched: Watched) -> _Told | None:
        """What is new of an alarm that is on; its figure alone is no news."""
        had = self._on.get(key)
        if had is None:
            alarm = Alarm(
                self._next_id,
                key.kind,
                key.subject,
                watched.severity,
                watched.figure,
                watched.bad_since_ms,
                watched.raised_ms,
            )
            self._next_id += 1
            self._on[key] = alarm
            return _Told(Change.RAISED, alarm)
        now = replace(had, figure=watched.figure, severity=watched.severity)
        if now.severity is not had.severity:
            # Whoever took on the milder one did not take on this.
            now = replace(now, acknowledged_ms=0, acknowledged_by="")
        self._on[key] = now
        return _Told(Change.WORSE, now) if now.severity is not had.severity else None

    async def acknowledge(self, alarm_id: int, by: str) -> Alarm:
        """The alarm has been taken on by somebody: whoever was first. Raises NoSuchAlarmError."""
        for key, alarm in self._on.items():
            if alarm.id == alarm_id:
                if alarm.acknowledged_by:
                    return alarm
                taken = replace(alarm, acknowledged_ms=self._clock(), acknowledged_by=by)
                self._on[key] = taken
                await self._tell([_Told(Change.ACKNOWLEDGED, taken)])
                return taken
        raise NoSuchAlarmError(alarm_id)

    async def history(self, before_id: int = 0, limit: int = 50) -> list[Alarm]:
        """Alarms that were or are, newest first, older than `before_id` unless 0."""
        return await self._store.run(lambda db: rows.history(db, before_id, limit))

    async def _tell(self, told: list[_Told]) -> None:
        for one in told:
            self._unsaved[one.alarm.id] = one.alarm
            _log(one)
            for listener in self.listeners:
                listener(one.what, one.alarm)
        if told:
            self.version += 1
            self._changed.set()
            self._changed = asyncio.Event()
        await self._save()

    async def _save(self) -> None:
        waiting = dict(self._unsaved)
        if not waiting:
            return

        def write(db: Database) -> None:
            rows.save(db, waiting.values())

        try:
            async with asyncio.timeout(SAVE_S):
                await self._store.run(write)
        except (sqlite3.Error, OSError, StoreBusyError, TimeoutError) as error:
            log.warning("alarms_not_written", because=type(error).__name__, waiting=len(waiting))
            return
        self._unsaved = {i: alarm for i, alarm in self._unsaved.items() if waiting.get(i) is not alarm}


def _log(told: _Told) -> None:
    alarm = told.alarm
    say = log.error if told.what in {Change.RAISED, Change.WORSE} else log.info
    say("alarm", alarm=True, what=told.what.value, kind=alarm.kind.value, subject=alarm.subject, figure=alarm.figure)


def kinds_on(alarms: Alarms) -> dict[AlarmKind, int]:
    """How many alarms of each kind are on; every kind is in it."""
    return {kind: sum(alarm.kind is kind for alarm in alarms.current) for kind in AlarmKind}
