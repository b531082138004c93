"""The faithful driver as a whole: conservation, Little's law, the kernel's own laws, and the live engine beside it."""

import asyncio
import selectors
from dataclasses import fields
from functools import cache

import numpy as np
import pytest

from ivr.engine import Engine
from queues.ids import Instant
from routing.events import Tick
from routing.kernel import Kernel
from simulator.contacts import (
    ABANDONED,
    ANSWERED,
    CALLBACK_KEPT,
    CLOSED,
    NO_ONE,
    NOT_MADE,
    NOT_SETTLED,
    PARTNER,
    TURNED_AWAY,
)
from simulator.drawing.draws import draw
from simulator.faithful import driver as faithful
from simulator.faithful.driver import BrokenLawError, run_faithful
from simulator.simulated_plan import simulated
from tests.engine.test_engine import NotingLog, NotingTelephony
from tests.simulation.centres import HOUR_MS, botkyrka, exponential, six_groups
from tests.simulation.stage import Recorded


@cache
def flood():
    """More than Botkyrka bears, with everything that can happen happening; every law looked at."""
    scenario = botkyrka(40.0, hours=5, transfers=True, callback=0.1, presses_callback_ms=exponential(1_500_000))
    contacts = draw(scenario, 0, 1, 2_000)
    return scenario, contacts, run_faithful(scenario, contacts, check=True)


@cache
def groups():
    scenario = six_groups(2, length_ms=8 * HOUR_MS)
    contacts = draw(scenario, 0, 2)
    return scenario, contacts, run_faithful(scenario, contacts)


def test_laws_of_the_kernel_hold_while_everything_happens():
    _, _, o = flood()
    made = o.outcome != NOT_MADE
    assert {ANSWERED, ABANDONED, CLOSED, CALLBACK_KEPT} <= set(o.outcome[made])
    assert o.transfers.sum() > 10
    assert (o.outcome == CALLBACK_KEPT).sum() > 20
    assert (o.offers > o.transfers + 1).any(), "somebody missed a call"


def test_every_contact_comes_to_an_end_and_what_is_told_of_it_fits_together():
    scenario, contacts, o = flood()
    roots, made = int(contacts.first[-1]), int(o.child_first[-1])
    assert (o.outcome[:made] != NOT_MADE).all()
    assert (o.outcome[made:] == NOT_MADE).all()
    assert (o.parent[:roots] == NO_ONE).all()
    assert (o.parent[roots:made] >= 0).all()
    assert (o.parent[roots:made] < np.arange(roots, made)).all()
    assert (o.stream[roots:made] == o.stream[o.parent[roots:made]]).all()
    assert (o.arrival_ms[roots:made] >= o.ended_ms[o.parent[roots:made]]).all()
    served = np.isin(o.outcome, (ANSWERED, PARTNER, CALLBACK_KEPT))
    assert (o.answered_ms[served] >= o.entered_ms[served]).all()
    assert (o.ended_ms[served] > o.answered_ms[served]).all()
    assert (o.agent[served] != NO_ONE).all()
    assert (o.settled[~served] == 0).all()
    gave_up = o.outcome == ABANDONED
    assert (o.ended_ms[gave_up] > o.entered_ms[gave_up]).all()
    closed = o.outcome == CLOSED
    assert (o.entered_ms[closed] == NO_ONE).all()
    assert (o.queue[~closed[:made].nonzero()[0]] < len(scenario.plan.queues)).all()
    assert ((o.settled == NOT_SETTLED) <= served).all()
    assert set(o.outcome[:made]) <= {ANSWERED, ABANDONED, TURNED_AWAY, CLOSED, CALLBACK_KEPT}


def test_confidential_calls_are_answered_by_cleared_people_only():
    scenario, _, o = flood()
    agents = list(scenario.plan.agents.values())
    secret = [i for i, queue in enumerate(scenario.plan.queues.values()) if queue.clearance]
    theirs = np.isin(o.queue, secret) & (o.agent != NO_ONE)
    assert theirs.sum() > 100
    assert all("socialtjanst" in agents[seat].clearances for seat in set(o.agent[theirs]))


def test_peoples_time_is_their_calls_time():
    """As far as it lies in the time that counts."""
    scenario, contacts, o = groups()
    until = scenario.run.length_ms
    per_replication = np.searchsorted(contacts.first, np.arange(len(o.outcome)), side="right") - 1
    answered = o.outcome == ANSWERED
    talks = (np.minimum(o.ended_ms, until) - np.minimum(o.answered_ms, until))[answered]
    of_seat = np.zeros_like(o.talking_ms)
    np.add.at(of_seat, (per_replication[answered], o.agent[answered]), talks)
    assert (of_seat == o.talking_ms).all()
    assert (o.talking_ms <= o.present_ms).all()
    assert (o.present_ms == until).all()
    assert o.wrapping_ms.sum() == o.ringing_ms.sum() == 0


def test_littles_law_holds_in_every_line():
    """The mean number in line, seen at instants of its own, is arrivals a time times their mean wait."""
    scenario, contacts, o = groups()
    for queue in range(len(scenario.plan.queues)):
        waits, seen = 0, 0
        for replication in range(2):
            mine = slice(contacts.first[replication], contacts.first[replication + 1])
            here = o.queue[mine] == queue
            entered = o.entered_ms[mine][here]
            left = np.where(o.answered_ms[mine] >= 0, o.answered_ms[mine], o.ended_ms[mine])[here]
            waits += (left - entered).sum()
            at = np.arange(500, left.max(), 1_000)
            seen += ((entered[:, None] <= at) & (at < left[:, None])).sum() * 1_000
        assert abs(seen - waits) < 0.02 * waits


def test_the_same_twice():
    one = botkyrka(40.0, hours=5, transfers=True, callback=0.1)
    contacts = draw(one, 3, 1, 4_000)
    first, second = run_faithful(one, contacts), run_faithful(one, contacts)
    for field in fields(first):
        assert np.array_equal(getattr(first, field.name), getattr(second, field.name)), field.name


def test_more_room_changes_nothing_that_happened():
    one = botkyrka(40.0, hours=5)
    few, many = (run_faithful(one, draw(one, 0, 1, room)) for room in (2_000, 3_000))
    made = int(few.child_first[-1])
    assert made == many.child_first[-1]
    assert np.array_equal(few.ended_ms[:made], many.ended_ms[:made])
    assert run_faithful(one, draw(one, 0, 1, 1)).ran_out


def test_a_broken_law_is_not_passed_over(monkeypatch):
    scenario = six_groups(1, length_ms=HOUR_MS)
    monkeypatch.setattr("routing.pairing.call_for", lambda _centre, _a: None)
    with pytest.raises(BrokenLawError):
        run_faithful(scenario, draw(scenario, 0, 1), check=True)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on which nothing takes time but waiting, and that is over at once."""

    def __init__(self):
        super().__init__(_Hurries(self))
        self.passed_s = 0.0

    def time(self):
        return self.passed_s


class _Hurries(selectors.SelectSelector):
    def __init__(self, loop):
        super().__init__()
        self.loop = loop

    def select(self, timeout=None):
        if timeout:
            self.loop.passed_s += timeout
        return super().select(0)


def test_the_live_engine_on_the_same_script_remembers_the_same(monkeypatch):
    """Both clocks lead to the same: instants that the simulator counts, and timers that the engine sets by itself."""
    monkeypatch.setattr(Recorded, "script", [])
    monkeypatch.setattr(faithful, "Kernel", Recorded)
    scenario = botkyrka(40.0, hours=5, transfers=True, callback=0.1, presses_callback_ms=exponential(1_500_000))
    run_faithful(scenario, draw(scenario, 0, 1, 2_000))
    script = Recorded.script
    loop, log = VirtualLoop(), NotingLog()
    log.changed = None
    log.append = lambda _at_ms, _event, entries: live.extend(entries)
    live = []

    async def lives():
        kernel = Kernel(simulated(scenario))
        engine = Engine(kernel, NotingTelephony(), log, lambda: Instant(scenario.start_ms + round(loop.time() * 1000)))
        await engine.start()
        for event, now, _ in script:
            if not isinstance(event, Tick):
                await asyncio.sleep((now - scenario.start_ms) / 1000 - loop.time())
                engine.feed(event)
        await asyncio.sleep((script[-1][1] - scenario.start_ms) / 1000 - loop.time() + 0.0005)
        await engine.stop()

    loop.run_until_complete(lives())
    loop.close()
    simulated_entries = [entry for _, _, step in script for entry in step.entries]
    assert len(simulated_entries) > 5_000
    assert sum(isinstance(event, Tick) for event, _, _ in script) > 50
    assert live == simulated_entries
