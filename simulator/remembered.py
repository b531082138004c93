"""What has been worked out for a scenario, for as long as that is among the last that were asked about.

A chunk takes a few hundredths of a second, and there are many of one scenario: what only the scenario says is worked
out once. Whoever gets it may not change it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from simulator.world import Scenario

More = ParamSpec("More")
Found = TypeVar("Found")
MOST = 8
"""Scenarios that are remembered by each function: those who are compared take turns."""


def remembered(work_out: Callable[Concatenate[Scenario, More], Found]) -> Callable[Concatenate[Scenario, More], Found]:
    """The function, which works nothing out twice for one scenario and the same further arguments."""
    known: dict[int, tuple[Scenario, dict[object, Found]]] = {}

    @wraps(work_out)
    def found(scenario: Scenario, /, *more: More.args, **named: More.kwargs) -> Found:
        if id(scenario) not in known:  # known by identity, and kept so that no other takes its place
            while len(known) >= MOST:
                del known[next(iter(known))]
            known[id(scenario)] = scenario, {}
        answers = known[id(scenario)][1]
        if more not in answers:
            answers[more] = work_out(scenario, *more, **named)
        return answers[more]

    return found
