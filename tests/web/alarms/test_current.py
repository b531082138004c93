"""The alarms that are on: kept over restarts, taken on by name, and there even when nothing can be written."""

import asyncio
import sqlite3
import threading

import pytest

from ivr.config.alarm_entries import AlarmKind, AlarmsFile
from ivr.web.alarms import current
from ivr.web.alarms.alarm import Change
from ivr.web.alarms.current import Alarms, NoSuchAlarmError, kinds_on
from ivr.web.alarms.rules import Facts, Severity
from ivr.web.store import WebStore

RULES = AlarmsFile()
NOON_MS = 1_795_518_000_000


@pytest.fixture
def store(tmp_path):
    store = WebStore(tmp_path / "web.sqlite")
    yield store
    store.close()


@pytest.fixture
async def alarms(store):
    alarms = Alarms(store, lambda: NOON_MS)
    await alarms.start()
    return alarms


async def looks(alarms, seconds, **facts):
    for second in range(*seconds):
        await alarms.take(Facts(at_ms=NOON_MS + second * 1000, **facts), RULES)


async def test_an_alarm_is_taken_on_by_whoever_is_first(alarms):
    told = []
    alarms.listeners.append(lambda what, alarm: told.append((what, alarm.kind, alarm.acknowledged_by)))
    await looks(alarms, (0, 1), log_place="journal")
    [alarm] = alarms.current
    assert (await alarms.acknowledge(alarm.id, "Amina Yusuf")).acknowledged_ms == NOON_MS
    assert (await alarms.acknowledge(alarm.id, "Bengt Ek")).acknowledged_by == "Amina Yusuf"
    await looks(alarms, (1, 40))
    assert told == [
        (Change.RAISED, AlarmKind.LOG, ""),
        (Change.ACKNOWLEDGED, AlarmKind.LOG, "Amina Yusuf"),
        (Change.CLEARED, AlarmKind.LOG, "Amina Yusuf"),
    ]
    with pytest.raises(NoSuchAlarmError):
        await alarms.acknowledge(alarm.id, "Bengt Ek")


async def test_what_gets_worse_is_told_again_and_is_nobodys(alarms):
    await looks(alarms, (0, 1), disk_free=0.08)
    await alarms.acknowledge(alarms.current[0].id, "Amina Yusuf")
    await looks(alarms, (1, 2), disk_free=0.04)
    [alarm] = alarms.current
    assert (alarm.severity, alarm.acknowledged_by) == (Severity.SEVERE, "")


async def test_a_restart_keeps_the_alarm_its_beginning_and_who_took_it_on(store, alarms):
    await looks(alarms, (0, 1), log_place="journal")
    await alarms.acknowledge(alarms.current[0].id, "Amina Yusuf")
    again = Alarms(store, lambda: NOON_MS)
    await again.start()
    assert again.current == alarms.current
    await looks(again, (60, 61), log_place="journal")
    assert again.current == alarms.current
    await looks(again, (61, 100))
    await looks(again, (100, 101), log_place="journal")
    assert [alarm.id for alarm in await again.history()] == [2, 1]
    assert [alarm.id for alarm in await again.history(before_id=2)] == [1]
    assert [alarm.cleared_ms > 0 for alarm in await again.history()] == [False, True]


@pytest.mark.fault("F62")
async def test_a_full_disk_keeps_no_alarm_from_being_raised_and_it_is_written_later(store, alarms, monkeypatch):
    def full(_work):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(store, "_done", full)
    await looks(alarms, (0, 1), disk_free=0.01)
    assert [alarm.kind for alarm in alarms.current] == [AlarmKind.DISK]
    monkeypatch.undo()
    await looks(alarms, (1, 2), disk_free=0.01)
    assert [alarm.kind for alarm in await alarms.history()] == [AlarmKind.DISK]


@pytest.mark.fault("F61")
async def test_a_locked_store_makes_no_look_late(store, alarms, monkeypatch):
    """The store's thread is held up; alarms come and go meanwhile, and are all written when it is let go."""
    monkeypatch.setattr(current, "SAVE_S", 0.01)
    locked = threading.Event()
    held = asyncio.create_task(store.run(lambda _db: locked.wait(30)))
    await looks(alarms, (0, 1), log_place="journal")
    await looks(alarms, (1, 2), log_place="journal", disk_free=0.01)
    assert len(alarms.current) == 2
    locked.set()
    await held
    await looks(alarms, (2, 3), log_place="journal", disk_free=0.01)
    assert len(await alarms.history()) == 2


async def test_whoever_waits_for_news_gets_it(alarms):
    waiting = asyncio.create_task(alarms.changed(alarms.version))
    await asyncio.sleep(0)
    await looks(alarms, (0, 1), log_place="journal")
    assert await asyncio.wait_for(waiting, 5) == 1
    assert kinds_on(alarms)[AlarmKind.LOG] == 1
    assert kinds_on(alarms)[AlarmKind.DISK] == 0
