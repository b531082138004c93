"""Who is to be where, and from when: shifts with their breaks, as the instants at which what a person is to do changes.

Two rules. Shifts and breaks that touch are one. And what changes for several people at one instant changes in the order
of their seats.
"""

from collections import defaultdict
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from queues.ids import AgentId
from simulator.world import Scenario, Shift


class Wish(IntEnum):
    """What a person is to do."""

    OUT = 0
    BREAK = 1
    WORK = 2


class Change(NamedTuple):
    """From `at_ms` on the person at this seat is to do this."""

    at_ms: int
    seat: int
    wish: Wish


def changes(scenario: Scenario, absent: Sequence[bool]) -> list[Change]:
    """Every change of a replication, in order. absent: for each shift of the world, whether nobody comes to it."""
    worked: defaultdict[AgentId, list[Shift]] = defaultdict(list)
    for shift, missing in zip(scenario.world.shifts, absent, strict=True):
        if not missing:
            worked[shift.agent].append(shift)
    rostered = {shift.agent for shift in scenario.world.shifts}
    found: list[Change] = []
    for seat, agent in enumerate(scenario.plan.agents):
        if agent in rostered:
            found += _of_one(seat, tuple(worked[agent]))
        elif scenario.world.everybody_works:
            found.append(Change(0, seat, Wish.WORK))
    return sorted(found)


@lru_cache(maxsize=4096)
def _of_one(seat: int, shifts: tuple[Shift, ...]) -> tuple[Change, ...]:
    bounds = {bound for shift in shifts for span in ((shift.from_ms, shift.to_ms), *shift.breaks) for bound in span}
    found, before = [], Wish.OUT
    for at_ms in sorted({max(bound, 0) for bound in bounds}):
        wish = _wish(shifts, at_ms)
        if wish is not before:
            found.append(Change(at_ms, seat, wish))
        before = wish
    return tuple(found)


def _wish(shifts: tuple[Shift, ...], at_ms: int) -> Wish:
    for shift in shifts:
        if shift.from_ms <= at_ms < shift.to_ms:
            return Wish.BREAK if any(begins <= at_ms < ends for begins, ends in shift.breaks) else Wish.WORK
    return Wish.OUT
