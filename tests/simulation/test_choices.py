"""Whom a call that has just come chooses by what is known beforehand is whom the kernel's own choice gives it."""

from random import Random

import numpy as np

from routing import matching
from routing.circles import Circles
from simulator.drawing.draws import draw
from simulator.fast import columns as at
from simulator.fast.driver import Work
from simulator.fast.pairing import agent_at_once
from simulator.fast.tables import tables_of
from simulator.simulated_plan import simulated
from tests.simulation.random_towns import random_town

TOWNS, TIMES = 150, 20


def test_whom_a_call_chooses_at_once_is_whom_the_kernel_chooses():
    chosen = 0
    for seed in range(TOWNS):
        rnd = Random(seed)
        scenario = random_town(rnd)
        plan = simulated(scenario)
        circles, t = Circles(plan), tables_of(scenario, draw(scenario, 0, 1, 0))
        names, seats, everybody = list(plan.queues), len(t.seats), [1] * len(t.seats)
        for _ in range(TIMES):
            ready = rnd.sample(range(seats), rnd.randint(0, seats))
            since = np.array([rnd.choice([0, 1, rnd.randrange(at.LATEST)]) for _ in range(seats)])
            q, clearance = rnd.randrange(len(names)), rnd.randrange(len(t.risen))
            steps = int(t.queues[q, at.Q_FROM_START])
            expected = matching.choose_agent(
                ready,
                steps,
                circles.pair_steps[names[q]],
                t.cleared[clearance].tolist(),
                everybody,
                everybody,
                circles.level[names[q]],
                circles.queue_count,
                since.tolist(),
            )
            assert agent_at_once(t, _work(q, clearance, ready, since), 0) == expected
            chosen += expected >= 0
    assert chosen > TOWNS


def _work(q, clearance, ready, since):
    """One call, and those who are ready."""
    nothing = np.zeros(1, np.int64)
    w = Work(*(nothing for _ in Work._fields))
    calls = np.zeros((1, at.CALL_COLUMNS), np.int64)
    calls[0, at.QUEUE], calls[0, at.CLEARANCE] = q, clearance
    reg = np.zeros(at.REGISTERS, np.int64)
    reg[at.READY_COUNT] = len(ready)
    return w._replace(reg=reg, calls=calls, ready=np.array([*ready, 0]), ready_since=since)
