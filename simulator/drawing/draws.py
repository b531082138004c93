"""Everything by chance about the callers and phones of a chunk, drawn before anything is decided.

The world alone says what is drawn: two plans with the same world and seed meet the same people, whichever driver runs.
"""

import math
from itertools import accumulate
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.contacts import Chance, Contacts
from simulator.drawing.arrivals import expected_calls, roots
from simulator.drawing.distributions import Row, drawn_rows
from simulator.remembered import remembered
from simulator.spans import CONSTANT_ROW, Purpose, rows_of
from simulator.world import Callers, Scenario, Shape, World

CHUNK_CONTACTS = 50_000
_ROOM_LEAST = 256

_Scalar = TypeVar("_Scalar", bound=np.generic)
_CHANCES = {
    Chance.QUESTION: Purpose.QUESTION,
    Chance.RESOLVED: Purpose.RESOLVED,
    Chance.CALLBACK: Purpose.CALLBACK,
    Chance.REDIAL: Purpose.REDIAL,
    Chance.RINGS_AGAIN: Purpose.RINGS_AGAIN,
}


def replications_per_chunk(scenario: Scenario) -> int:
    """How many replications are drawn and run in one go; a function of the scenario's world and length only."""
    return max(1, int(CHUNK_CONTACTS / max(1.0, expected_calls(scenario))))


def draw(scenario: Scenario, chunk: int, replications: int, room: int | None = None) -> Contacts:
    """What callers and phones bring with them; `room` redials at most, by default as many as are likely."""
    world, begun = scenario.world, roots(scenario, chunk, replications)
    calls = len(begun.arrival_ms)
    room = _likely_room(world, calls) if room is None else room
    sheet = _Sheet(scenario, calls, room, replications)
    numbers = drawn_rows(scenario.run.seed, chunk, sheet.begins[-1], sheet.rows())
    units, chances, offer_units, offer_chances, shifts = (
        numbers[begin : begin + math.prod(shape)].reshape(shape)
        for begin, shape in zip(sheet.begins, sheet.shapes, strict=False)
    )
    for row in set(range(Chance.COUNT)).difference(_chances_needed(scenario)):
        chances[row] = 0.0
    if not _is_by_chance(world.phones.misses, world.partner_phones.misses):
        offer_chances[:] = 0.0
    return Contacts(
        first=begun.first,
        arrival_ms=_with_room(begun.arrival_ms, room),
        stream=_with_room(begun.stream, room),
        units=units,
        chances=chances,
        offer_units=offer_units,
        offer_chances=offer_chances,
        absent=shifts < world.shrinkage if shifts.size else np.zeros((replications, len(world.shifts)), np.bool_),
    )


class _Sheet:
    """Where the arrays of a chunk lie among its numbers, one after the other, and what is drawn in their rows."""

    def __init__(self, scenario: Scenario, calls: int, room: int, replications: int) -> None:
        world, self._calls, self._room = scenario.world, calls, room
        self._scenario, self._world, self._plan = scenario, world, rows_of(scenario)
        offers = _offers(world, calls, room)
        self.shapes = (
            (len(self._plan.kinds), calls + room),
            (Chance.COUNT, calls + room),
            (2, offers if self._plan.answers.row.max() >= 0 else 0),
            (offers if world.phones.misses or world.partner_phones.misses else 0,),
            (replications, len(world.shifts) if world.shrinkage > 0.0 else 0),
        )
        self.begins = [0, *accumulate(math.prod(shape) for shape in self.shapes)]

    def rows(self) -> list[Row]:
        """Everything that is by chance."""
        units, chances, offer_units, offer_chances, shifts, _ = self.begins
        contacts = self._calls + self._room
        rows = [
            Row(units + i * contacts, self._calls, self._room, kind.purpose, kind.shape, kind.parameter, kind.samples)
            for i, kind in enumerate(self._plan.kinds)
        ]
        rows += [
            Row(chances + row * contacts, self._calls, self._room, _CHANCES[row])
            for row in _chances_needed(self._scenario)
        ]
        offers = self.shapes[2][1]
        rows += [Row(offer_units + i * offers, offers, 0, *self._answers(i)) for i in range(2) if offers]
        misses = (self._world.phones.misses, self._world.partner_phones.misses)
        if _is_by_chance(*misses):
            rows.append(Row(offer_chances, *self.shapes[3], 0, Purpose.MISSES))
        if math.prod(self.shapes[4]):
            rows.append(Row(shifts, math.prod(self.shapes[4]), 0, Purpose.ABSENT))
        return rows

    def _answers(self, row: int) -> tuple[Purpose, Shape, float, tuple[int, ...]]:
        """How long phones ring: our people's, or a partner's."""
        if row == 0:
            purpose, duration = Purpose.ANSWERS, self._world.phones.answers_after
        else:
            purpose, duration = Purpose.PARTNER_ANSWERS, self._world.partner_phones.answers_after
        if self._plan.answers.row[row] == CONSTANT_ROW:
            return purpose, Shape.CONSTANT, 0.0, ()
        return purpose, duration.shape, duration.parameter, duration.samples


def _is_by_chance(*shares: float) -> bool:
    """Whether any of them is neither none nor all: a chance below the share is all that is ever asked of it."""
    return any(0.0 < share < 1.0 for share in shares)


@remembered
def _chances_needed(scenario: Scenario) -> list[int]:
    callers = scenario.world.callers
    shares = {row: [share for one in callers.values() for share in _shares(one, row)] for row in _CHANCES}
    return [row for row, some in shares.items() if _is_by_chance(*some)]


def _shares(callers: Callers, row: int) -> tuple[float, ...]:
    """What the chance of this row is ever held against."""
    match row:
        case Chance.QUESTION:
            return callers.question_levels if callers.transfers else ()
        case Chance.RESOLVED:
            return callers.resolved
        case Chance.CALLBACK:
            return (callers.callback,)
        case Chance.REDIAL:
            return (callers.redial,)
        case _:
            return (callers.rings_again,)


def _likely_room(world: World, calls: int) -> int:
    """Redials of a rather bad day; the run loop asks for more where it was worse."""
    own_group = 2
    shares = [0.35 * one.redial + one.rings_again * (1.0 - one.resolved[own_group]) for one in world.callers.values()]
    share = min(0.8, sum(shares) / max(1, len(shares)))
    return int(calls * share / (1.0 - share)) + _ROOM_LEAST if share > 0 else 0


def _offers(world: World, calls: int, room: int) -> int:
    """For how many offers there are numbers, should anything about phones be by chance; grows with the room."""
    served = 1.0 - min(0.9, max(world.phones.misses, world.partner_phones.misses))
    more = max(0, room - _likely_room(world, calls))
    return int(1.2 * (calls + room) / served) + 4 * more + 1024


def _with_room(values: NDArray[_Scalar], room: int) -> NDArray[_Scalar]:
    return np.concatenate((values, np.zeros(room, values.dtype))) if room else values
