"""Everything by chance about the callers and phones of a chunk, drawn before anything is decided.

The world alone says what is drawn: two plans with the same world and seed meet the same people, whichever driver runs.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.contacts import Chance, Contacts, Real
from simulator.drawing.arrivals import expected_calls, roots
from simulator.drawing.distributions import SPLIT, fill, raw, shaped
from simulator.drawing.streams import Part, generator
from simulator.spans import Kind, Purpose, Rows, rows_of
from simulator.world import Callers, Duration, Scenario, Shape, World

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
    rows, begun = rows_of(scenario), roots(scenario, chunk, replications)
    calls = len(begun.arrival_ms)
    room = _likely_room(scenario.world, calls) if room is None else room
    offers = _offers(scenario.world, calls, room)
    return Contacts(
        first=begun.first,
        arrival_ms=_with_room(begun.arrival_ms, room),
        stream=_with_room(begun.stream, room),
        units=_units(scenario, chunk, rows, calls, room),
        chances=_chances(scenario, chunk, calls, room),
        offer_units=_offer_units(scenario, chunk, rows, offers),
        offer_chances=_offer_chances(scenario, chunk, offers),
        absent=_absent(scenario, chunk, replications),
    )


def _units(scenario: Scenario, chunk: int, rows: Rows, calls: int, room: int) -> Real:
    units = np.empty((len(rows.kinds), calls + room))
    of_raw: dict[tuple[Purpose, Shape], Real] = {}
    for row, kind in enumerate(rows.kinds):
        key = (kind.purpose, kind.shape)
        shared = kind.shape in SPLIT and sum((one.purpose, one.shape) == key for one in rows.kinds) > 1
        if not shared:
            _raw_row(units[row], scenario, chunk, kind, calls)
        elif key not in of_raw:
            of_raw[key] = np.empty(calls + room)
            _raw_row(of_raw[key], scenario, chunk, kind, calls)
        shaped(of_raw.get(key, units[row]), units[row], kind.shape, kind.parameter, kind.samples)
    return units


def _raw_row(out: Real, scenario: Scenario, chunk: int, kind: Kind, calls: int) -> None:
    """Roots and room from sources of their own: the one does not shift the other."""
    for part, numbers in ((Part.ROOTS, out[:calls]), (Part.ROOM, out[calls:])):
        if len(numbers):
            raw(
                generator(scenario.run.seed, chunk, kind.purpose, kind.shape, part), numbers, kind.shape, kind.parameter
            )


def _chances(scenario: Scenario, chunk: int, calls: int, room: int) -> Real:
    """Zeros where every share is 0 or 1: a chance below the share is all that is ever asked of them."""
    chances = np.zeros((Chance.COUNT, calls + room))
    for row in _chances_needed(scenario.world):
        for part, out in ((Part.ROOTS, chances[row, :calls]), (Part.ROOM, chances[row, calls:])):
            if len(out):
                generator(scenario.run.seed, chunk, _CHANCES[row], part=part).random(out=out)
    return chances


def _chances_needed(world: World) -> list[int]:
    shares = {row: [share for one in world.callers.values() for share in _shares(one, row)] for row in _CHANCES}
    return [row for row, some in shares.items() if any(0.0 < share < 1.0 for share in some)]


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


def _offer_units(scenario: Scenario, chunk: int, rows: Rows, offers: int) -> Real:
    world = scenario.world
    if rows.answers.row.max() < 0:
        return np.empty((2, 0))
    units = np.empty((2, offers))
    both: tuple[tuple[Purpose, Duration], ...] = (
        (Purpose.ANSWERS, world.phones.answers_after),
        (Purpose.PARTNER_ANSWERS, world.partner_phones.answers_after),
    )
    for row, (purpose, duration) in enumerate(both):
        if rows.answers.row[row] < 0:
            units[row] = 1.0
        else:
            source = generator(scenario.run.seed, chunk, purpose, duration.shape)
            fill(source, units[row], duration.shape, duration.parameter, duration.samples)
    return units


def _offer_chances(scenario: Scenario, chunk: int, offers: int) -> Real:
    misses = (scenario.world.phones.misses, scenario.world.partner_phones.misses)
    if not any(misses):
        return np.empty(0)
    if all(share in {0.0, 1.0} for share in misses):
        return np.zeros(offers)
    return generator(scenario.run.seed, chunk, Purpose.MISSES).random(offers)


def _absent(scenario: Scenario, chunk: int, replications: int) -> NDArray[np.bool_]:
    shape, share = (replications, len(scenario.world.shifts)), scenario.world.shrinkage
    if share <= 0.0:
        return np.zeros(shape, np.bool_)
    return generator(scenario.run.seed, chunk, Purpose.ABSENT).random(shape) < share


def _with_room(values: NDArray[_Scalar], room: int) -> NDArray[_Scalar]:
    return np.concatenate((values, np.zeros(room, values.dtype))) if room else values
