"""The live driver with a telephony and a log that only take notes."""

import asyncio

from ivr.clock import LiveClock
from ivr.engine import Engine
from queues.agents import PhoneState
from queues.ids import AgentId, CallId
from routing.actions import OfferToAgent, WithdrawOffer
from routing.events import CallArrived, DigitsEntered, PhoneStateChanged, Tick
from routing.kernel import Kernel
from tests.kernel.centre import agent, plan_of, queue


class NotingTelephony:
    """Keeps every action, and answers none unless told how."""

    def __init__(self):
        self.actions = []
        self.feed = None
        self.on_action = lambda _action: None

    async def start(self, feed):
        self.feed = feed

    def perform(self, action):
        self.actions.append(action)
        self.on_action(action)

    async def stop(self):
        self.feed = None


class NotingLog:
    def __init__(self):
        self.steps = []
        self.changed = asyncio.Event()

    def append(self, at_ms, event, entries):
        self.steps.append((at_ms, event, entries))
        self.changed.set()


async def engine_with(plan):
    telephony, log = NotingTelephony(), NotingLog()
    engine = Engine(Kernel(plan), telephony, log, LiveClock())
    await engine.start()
    return engine, telephony, log


def plan(ring_ms=20_000):
    return plan_of([agent("anna", barn=2)], [queue("barn", ring_ms=ring_ms), queue("ovrigt")], login_by_phone=True)


async def until(log, wanted):
    async with asyncio.timeout(30):
        while not wanted():
            log.changed.clear()
            await log.changed.wait()


async def test_deadline_of_the_kernel_wakes_the_engine():
    engine, telephony, log = await engine_with(plan(ring_ms=30))
    engine.feed(PhoneStateChanged(AgentId("anna"), PhoneState.IDLE))
    engine.feed(CallArrived(CallId("c"), "1", ""))
    engine.feed(DigitsEntered(CallId("c"), "1"))
    assert isinstance(telephony.actions[-1], OfferToAgent)
    await until(log, lambda: any(isinstance(a, WithdrawOffer) for a in telephony.actions))
    assert isinstance(log.steps[-1][1], Tick)
    await engine.stop()


async def test_event_reported_while_an_action_is_performed_waits_for_its_turn():
    engine, telephony, log = await engine_with(plan())
    telephony.on_action = lambda _action: (
        engine.feed(PhoneStateChanged(AgentId("anna"), PhoneState.IDLE)) if len(telephony.actions) == 1 else None
    )
    engine.feed(CallArrived(CallId("c"), "1", ""))
    assert [type(event) for _, event, _ in log.steps] == [CallArrived, PhoneStateChanged]
    await engine.stop()


async def test_event_that_the_kernel_fails_on_costs_nobody_else_anything():
    engine, _, _ = await engine_with(plan())
    engine.feed(CallArrived(CallId("c"), "1", ""))
    engine.kernel.centre.calls[CallId("c")].heard = object()
    engine.feed(DigitsEntered(CallId("c"), "1"))
    assert engine.faults == 1
    engine.feed(PhoneStateChanged(AgentId("anna"), PhoneState.IDLE))
    assert engine.faults == 1
    await engine.stop()
