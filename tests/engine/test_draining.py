"""An engine that was told to stop: who is asked something may finish, and who does not is in the line of silence."""

import asyncio

import pytest

from ivr import draining
from ivr.draining import drain
from queues.entries import CallQueued
from queues.ids import CallId
from routing.events import CallArrived, DigitsEntered
from routing.state import CallState
from tests.engine.test_engine import NotingTelephony, engine_with, plan

SLOW, QUICK = CallId("slow"), CallId("quick")


class Front:
    """The callers' door."""

    def __init__(self) -> None:
        self.closed = False

    def close_door(self) -> None:
        self.closed = True


class DoorTelephony(NotingTelephony):
    """Takes notes, and has a door."""

    def __init__(self) -> None:
        super().__init__()
        self.front = Front()


@pytest.fixture
async def engine(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(draining, "DRAIN_S", 0.5)
    monkeypatch.setattr(draining, "SETTLE_S", 0.01)
    engine, _, log = await engine_with(plan())
    for call in (SLOW, QUICK):
        engine.feed(CallArrived(call, "1", ""))
    yield engine, log, DoorTelephony()
    await engine.stop()


def state(engine, call: CallId) -> CallState:
    return engine.kernel.centre.calls[call].state


@pytest.mark.fault("F12")
async def test_who_has_not_chosen_in_time_stands_in_the_line_that_silence_leads_to(engine):
    engine, log, telephony = engine
    ending = asyncio.create_task(drain(engine, telephony, asyncio.Event()))
    await asyncio.sleep(0)
    assert telephony.front.closed
    engine.feed(DigitsEntered(QUICK, "1"))
    assert state(engine, SLOW) is CallState.MENU
    await ending
    queued = {e.call: (e.queue, e.reason) for _, _, entries in log.steps for e in entries if isinstance(e, CallQueued)}
    assert queued == {QUICK: ("barn", "choice"), SLOW: ("ovrigt", "menu_cut")}
    assert state(engine, SLOW) is CallState.WAITING


@pytest.mark.fault("F12")
async def test_it_ends_as_soon_as_nobody_is_asked_anything(engine, monkeypatch: pytest.MonkeyPatch):
    engine, _, telephony = engine
    monkeypatch.setattr(draining, "DRAIN_S", 3_600)
    for call in (SLOW, QUICK):
        engine.feed(DigitsEntered(call, "1"))
    async with asyncio.timeout(30):
        await drain(engine, telephony, asyncio.Event())


@pytest.mark.fault("F12")
async def test_whoever_asks_again_is_not_kept_waiting(engine, monkeypatch: pytest.MonkeyPatch):
    engine, _, telephony = engine
    monkeypatch.setattr(draining, "DRAIN_S", 3_600)
    at_once = asyncio.Event()
    at_once.set()
    async with asyncio.timeout(30):
        await drain(engine, telephony, at_once)
    assert state(engine, SLOW) is CallState.MENU
