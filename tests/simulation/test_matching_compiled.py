"""The very functions by which the kernel chooses, compiled: the same answers as in plain Python."""

from random import Random

import numpy as np
import pytest

from routing import line_rules, matching
from simulator.compiled import compiled
from simulator.fast import nobody, pairing, partners

FEW = 4
BIG = 2**30
"""A wait (ms) times a target (ms) is a number of 64 bits: waits and targets of twelve days are."""


@compiled()
def _hindrance(*numbers):
    return matching.hindrance(*numbers)


@compiled()
def _first_step(*numbers):
    return matching.first_step(*numbers)


@compiled()
def _agents_compared(*numbers):
    return matching.agents_compared(*numbers)


@compiled()
def _calls_compared(*numbers):
    return matching.calls_compared(*numbers)


@compiled()
def _is_there_for(*numbers):
    return matching.is_there_for(*numbers)


@compiled()
def _word_of(*numbers):
    return line_rules.word_of(*numbers)


@compiled()
def _line_does(*numbers):
    return line_rules.line_does(*numbers)


@compiled()
def _spent_or_new_at(*numbers):
    return line_rules.spent_or_new_at(*numbers)


@compiled()
def _choose_agent(*given):
    return matching.choose_agent(*given)


@pytest.mark.parametrize(
    ("plain", "as_compiled", "numbers"),
    [
        (matching.hindrance, _hindrance, 5),
        (matching.first_step, _first_step, 2),
        (matching.agents_compared, _agents_compared, 10),
        (matching.calls_compared, _calls_compared, 12),
        (matching.is_there_for, _is_there_for, 3),
        (line_rules.word_of, _word_of, 6),
        (line_rules.line_does, _line_does, 4),
        (line_rules.spent_or_new_at, _spent_or_new_at, 6),
    ],
)
def test_numbers_are_weighed_alike(plain, as_compiled, numbers):
    rnd = Random(numbers)
    for _ in range(2_000):
        given = [rnd.choice([rnd.randrange(FEW), rnd.randrange(FEW), rnd.randrange(BIG)]) for _ in range(numbers)]
        given[0] = rnd.randrange(FEW)  # a discipline there, where there is one
        assert as_compiled(*given) == plain(*given)


def test_the_same_agent_is_chosen():
    rnd = Random(1)
    for _ in range(2_000):
        seats = rnd.randint(1, 9)
        ready = rnd.sample(range(seats), rnd.randint(0, seats))
        columns = [[rnd.randrange(FEW) for _ in range(seats)] for _ in range(7)]
        steps = rnd.randrange(8)
        as_arrays = [np.array(column, np.int64) for column in columns]
        plainly = matching.choose_agent(ready, steps, *columns)
        assert _choose_agent(np.array(ready, np.int64), steps, *as_arrays) == plainly


def test_the_loop_calls_the_functions_of_the_kernel():
    assert pairing.matching.choose_agent is matching.choose_agent
    assert pairing.matching.calls_compared is matching.calls_compared
    assert partners.line_rules.line_does is line_rules.line_does
    assert nobody.matching.is_there_for is matching.is_there_for
