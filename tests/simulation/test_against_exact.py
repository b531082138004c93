"""The fast simulator against exact figures: none is further off than chance has it, and few are off at all.

How far off chance has it depends on how many calls; `python -m tests.simulation.exactness --calls 40000000` takes its
time and demands a tenth of a percentage point.
"""

from functools import cache

import pytest

from simulator.runs import Speed
from tests.simulation.exact_cases import CASES
from tests.simulation.exactness import FAR, compared, line

CALLS = 1_500_000
SHARP = 0.01
"""How wide the interval of a share may be, on either side, for the test to tell anything."""


@cache
def rows_of(name):
    case = next(case for case in CASES if case.name == name)
    return compared(case, CALLS, Speed.FAST)


@pytest.mark.parametrize("name", [case.name for case in CASES])
def test_the_simulator_says_what_is_exact(name):
    rows = rows_of(name)
    assert not [line(row) for row in rows if abs(row.z) > FAR]
    assert not [line(row) for row in rows if row.is_share and not row.of_quarter and row.half_width > SHARP]


def test_no_more_figures_lie_outside_their_interval_than_chance_has_it():
    """Of 99 % intervals one in a hundred misses; figures of one model miss together, so thrice as many are let be."""
    rows = [row for case in CASES for row in rows_of(case.name)]
    outside = [line(row) for row in rows if row.outside]
    assert len(outside) <= 0.03 * len(rows), "\n" + "".join(outside)
