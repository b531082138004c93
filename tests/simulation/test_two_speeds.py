"""Two speeds, one set of decisions: what the fast driver covers comes out as from the kernel, to the millisecond."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queues.ids import AgentId, MenuId, PartnerId, QueueId
from routing.plan import (
    Agent,
    Choice,
    Entrance,
    Leads,
    Limit,
    Menu,
    OpenHours,
    Partner,
    Plan,
    PlanStep,
    Queue,
    TargetKind,
    WayOut,
)
from simulator.contacts import ABANDONED, ANSWERED, CLOSED, FAILED, PARTNER, TURNED_AWAY
from simulator.scenario.file import load_scenario
from simulator.world import DAY_MS, Callers, Duration, Phones, Run, Scenario, Shape, Stream, World
from tests.simulation.random_towns import random_town
from tests.simulation.two_drivers import both, compared

TOWNS = 150


@settings(max_examples=TOWNS, deadline=None)
@given(st.integers(0, 10**9))
def test_both_drivers_decide_the_same_in_random_towns(seed):
    fast, faithful = both(random_town(Random(seed)))
    assert not compared(fast, faithful)


def test_who_rang_before_a_caller_was_turned_away_at_that_very_instant_goes_before_them():
    queue, menu = QueueId("q"), MenuId("m")
    leaves = Limit(0, (WayOut(Leads.MESSAGE),))
    plan = Plan(
        "town",
        {"": Entrance(menu), "2": Entrance(menu, hours=OpenHours((0,), (DAY_MS + 10_500,)))},
        {menu: Menu(menu, (), {"1": Choice(queue=queue)}, queue, queue)},
        {queue: Queue(queue, (PlanStep(0, TargetKind.OWN),), max_wait=leaves)},
        {},
    )
    second = Duration(Shape.CONSTANT, 1_000.0)
    # Who rang at 9 s is turned away at 10 s before the other, turned away at 9 s, rings; so they ring, in vain, at 11 s
    # before the other presses their key.
    streams = (
        Stream(queue, keys=("1",), menu=second, at_ms=(6_000,)),
        Stream(queue, "2", keys=("1",), menu=second, at_ms=(9_000,)),
    )
    world = World(streams, {queue: Callers(redial=0.9, redial_after=second)}, ())
    fast, faithful = both(Scenario("town", plan, world, Run(replications=1, length_ms=12_000)))
    assert not compared(fast, faithful)
    assert fast.outcome[:5].tolist() == [TURNED_AWAY, TURNED_AWAY, TURNED_AWAY, TURNED_AWAY, CLOSED]


def test_caller_is_told_that_the_line_has_closed_when_the_partners_phone_has_stopped_and_not_before():
    queue, menu, partner = QueueId("q"), MenuId("m"), PartnerId("p")
    hours = OpenHours((0,), (DAY_MS + 3_000,))
    line = Queue(queue, (PlanStep(0, TargetKind.PARTNER, partner=partner),), hours=hours, serve_after_close_ms=0)
    keys = Menu(menu, (), {"1": Choice(queue=queue)}, queue, queue)
    plan = Plan(
        "town", {"": Entrance(menu)}, {menu: keys}, {queue: line}, {}, {partner: Partner(partner, 1, ring_ms=5_000)}
    )
    world = World((Stream(queue, keys=("1",), at_ms=(0,)),), {}, (), partner_phones=Phones(misses=1.0))
    fast, faithful = both(Scenario("town", plan, world, Run(replications=1, length_ms=10_000)))
    assert not compared(fast, faithful)
    assert (faithful.outcome[0], faithful.ended_ms[0]) == (TURNED_AWAY, 5_000)


def test_caller_for_whom_a_partners_phone_rang_in_vain_may_be_alone_as_long_again():
    queue, menu, partner = QueueId("q"), MenuId("m"), PartnerId("p")
    nobody = Limit(4_000, (WayOut(Leads.MESSAGE),))
    line = Queue(queue, (PlanStep(0, TargetKind.PARTNER, partner=partner),), nobody_logged_in=nobody)
    opens_at_2 = OpenHours((DAY_MS + 2_000,), (2 * DAY_MS,))
    partners = {partner: Partner(partner, 1, hours=opens_at_2, ring_ms=5_000)}
    keys = Menu(menu, (), {"1": Choice(queue=queue)}, queue, queue)
    plan = Plan("town", {"": Entrance(menu)}, {menu: keys}, {queue: line}, {}, partners)
    world = World((Stream(queue, keys=("1",), at_ms=(0,)),), {}, (), partner_phones=Phones(misses=1.0))
    fast, faithful = both(Scenario("town", plan, world, Run(replications=1, length_ms=20_000)))
    assert not compared(fast, faithful)
    assert (faithful.outcome[0], faithful.ended_ms[0]) == (TURNED_AWAY, 11_000)


def test_a_wrap_up_lasts_as_long_as_it_was_drawn_though_that_is_more_than_a_day():
    queue, menu, agent = QueueId("q"), MenuId("m"), AgentId("a")
    long = Duration(Shape.CONSTANT, DAY_MS + 10_000.0)
    line = Queue(queue, (PlanStep(0, TargetKind.OWN),))
    keys = Menu(menu, (), {"1": Choice(queue=queue)}, queue, queue)
    plan = Plan("town", {"": Entrance(menu)}, {menu: keys}, {queue: line}, {agent: Agent(agent, ((queue, 3),))})
    talk = (Duration(Shape.CONSTANT, 1_000.0),) * 5
    callers = {queue: Callers(talk=talk, wrap_up=(long,) * 5)}
    world = World((Stream(queue, keys=("1",), at_ms=(0, 0)),), callers, (), everybody_works=True)
    fast, faithful = both(Scenario("town", plan, world, Run(replications=1, length_ms=DAY_MS)))
    assert not compared(fast, faithful)
    assert faithful.answered_ms[:2].tolist() == [0, DAY_MS + 11_000]


def test_every_kind_of_end_is_met_in_those_towns():
    met = set()
    for seed in range(40):
        fast, _ = both(random_town(Random(seed)))
        met |= set(fast.outcome.tolist())
    assert met >= {ANSWERED, ABANDONED, TURNED_AWAY, CLOSED, PARTNER, FAILED}


@pytest.mark.parametrize("municipality", ["botkyrka", "danderyd", "jonkoping"])
def test_both_drivers_decide_the_same_through_a_day_of_a_municipality(municipality):
    scenario = load_scenario(municipality, replications=2).scenario
    fast, faithful = both(scenario)
    assert not compared(fast, faithful)
    assert (fast.outcome == ANSWERED).sum() > 200
