"""The benchmark's rivals run the same models: what they tell differs by chance alone."""

from dataclasses import replace

import pytest

from bench.simulation import day_in_simpy, with_ciw, with_salabim, with_simpy, with_tonval
from bench.simulation.models import MODELS, SIX_GROUPS
from simulator.runs import Speed

CALLS = {with_simpy: 20_000, with_ciw: 6_000, with_salabim: 3_000}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize("rival", CALLS, ids=lambda rival: rival.__name__.rpartition("_")[2])
def test_a_rival_comes_to_the_same(model, rival):
    told = rival.run(model, CALLS[rival], 1)
    ours = with_tonval.timed(*with_tonval.of_calls(model, 200_000, 1), Speed.FAST)
    assert told.abandoned == pytest.approx(ours.abandoned, abs=0.025)
    assert told.mean_wait_s == pytest.approx(ours.mean_wait_s, rel=0.2)


def test_the_day_in_simpy_comes_to_the_same():
    day = with_tonval.scenario(with_tonval.DAY)
    told = day_in_simpy.run(day, 40_000, 1)
    ours = with_tonval.timed(with_tonval.seeded(day, 1), 200, Speed.FAST)
    assert told.abandoned == pytest.approx(ours.abandoned, abs=0.015)
    assert told.mean_wait_s == pytest.approx(ours.mean_wait_s, rel=0.2)


def test_lending_is_a_part_of_what_rivals_run():
    alone = with_simpy.run(replace(SIX_GROUPS, lent_after_s=0.0), 20_000, 1)
    assert with_simpy.run(SIX_GROUPS, 20_000, 1).abandoned < alone.abandoned - 0.05
