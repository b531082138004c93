"""Two speeds, one set of decisions: what the fast driver covers comes out as from the kernel, to the millisecond."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.contacts import ABANDONED, ANSWERED, CLOSED, FAILED, PARTNER, TURNED_AWAY
from simulator.scenario.file import load_scenario
from tests.simulation.random_towns import random_town
from tests.simulation.two_drivers import both, compared

TOWNS = 150


@settings(max_examples=TOWNS, deadline=None)
@given(st.integers(0, 10**9))
def test_both_drivers_decide_the_same_in_random_towns(seed):
    fast, faithful = both(random_town(Random(seed)))
    assert not compared(fast, faithful)


def test_every_kind_of_end_is_met_in_those_towns():
    met = set()
    for seed in range(40):
        fast, _ = both(random_town(Random(seed)))
        met |= set(fast.outcome.tolist())
    assert met >= {ANSWERED, ABANDONED, TURNED_AWAY, CLOSED, PARTNER, FAILED}


def test_both_drivers_decide_the_same_through_a_day_of_a_municipality():
    scenario = load_scenario("botkyrka", replications=2).scenario
    fast, faithful = both(scenario)
    assert not compared(fast, faithful)
    assert (fast.outcome == ANSWERED).sum() > 200
