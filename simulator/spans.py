"""Which draw scales to which span: rows of `Contacts.units`, and the means that queues, levels and streams have there.

A row belongs to a purpose and a form; the mean is not in it. So two plans, and two queues with the same form of talk,
meet the same draws.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from queues.ids import QueueId
from simulator.contacts import Real, Small
from simulator.remembered import remembered
from simulator.world import NEVER_MS, NONE, Callers, Duration, Scenario, Shape, World

CONSTANT_ROW = -1


def span(unit: float, mean_ms: float) -> int:
    """Whole milliseconds of a draw; NEVER_MS at most. Plain numbers only: numba compiles it as it stands."""
    ms = unit * mean_ms + 0.5
    if ms >= NEVER_MS:
        return NEVER_MS
    return int(ms)


class Purpose(IntEnum):
    """What a number is drawn for. The values stand in the seeds: they stay."""

    ARRIVAL = 0
    STREAM = 1
    PATIENCE = 2
    TALK = 3
    WRAP_UP = 4
    MENU = 5
    REDIAL_AFTER = 6
    RINGS_AGAIN_AFTER = 7
    PRESSES_CALLBACK = 8
    TALK_AFTER_TRANSFER = 9
    WRAP_UP_AFTER_TRANSFER = 10
    ANSWERS = 11
    PARTNER_ANSWERS = 12
    MISSES = 13
    ABSENT = 14
    QUESTION = 15
    RESOLVED = 16
    CALLBACK = 17
    REDIAL = 18
    RINGS_AGAIN = 19


@dataclass(frozen=True, slots=True)
class Kind:
    """What one row of units is drawn for and how; the mean is left out."""

    purpose: Purpose
    shape: Shape
    parameter: float = 0.0
    samples: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Spans:
    """Arrays of one form: a row of the units, or CONSTANT_ROW (the unit is 1.0), and the mean in ms beside it."""

    row: Small
    mean: Real


@dataclass(frozen=True, slots=True)
class Rows:
    """Where each span comes from. Queues and streams by their index in the plan and in the world."""

    kinds: tuple[Kind, ...]
    """The rows of `Contacts.units`."""
    patience: Spans
    """[Q]"""
    talk: Spans
    """[Q, 5]"""
    wrap_up: Spans
    """[Q, 5]"""
    talk_after_transfer: Spans
    """[Q, 5] As `talk`, but drawn for itself: two talks of one caller have nothing to do with each other."""
    wrap_up_after_transfer: Spans
    """[Q, 5]"""
    menu: Spans
    """[number of streams]"""
    redial_after: Spans
    """[Q]"""
    rings_again_after: Spans
    """[Q]"""
    presses_callback: Spans
    """[Q]"""
    answers: Spans
    """[2] How long our people, and a partner's, let it ring: here the rows are those of `Contacts.offer_units`."""


@remembered
def rows_of(scenario: Scenario) -> Rows:
    """What the scenario's spans need; a span that is never asked for has no row."""
    world, kinds = scenario.world, _Kinds()
    queues = list(scenario.plan.queues)
    whose = [world.callers.get(queue, Callers()) for queue in queues]
    partner = bool(scenario.plan.partners)
    moved = any(callers.transfers for callers in whose)

    def each(purpose: Purpose, of: Callable[[Callers], Duration]) -> Spans:
        return kinds.spans(purpose, [of(callers) for callers in whose])

    def by_level(purpose: Purpose, of: Callable[[Callers], tuple[Duration, ...]]) -> Spans:
        flat = [duration for callers in whose for duration in _reachable(of(callers), partner=partner)]
        spans = kinds.spans(purpose, flat)
        return Spans(spans.row.reshape(len(queues), -1), spans.mean.reshape(len(queues), -1))

    return Rows(
        patience=each(Purpose.PATIENCE, lambda c: c.patience),
        talk=by_level(Purpose.TALK, lambda c: c.talk),
        wrap_up=by_level(Purpose.WRAP_UP, lambda c: c.wrap_up),
        talk_after_transfer=by_level(Purpose.TALK_AFTER_TRANSFER, lambda c: _if(c.talk, moved)),
        wrap_up_after_transfer=by_level(Purpose.WRAP_UP_AFTER_TRANSFER, lambda c: _if(c.wrap_up, moved)),
        menu=kinds.spans(Purpose.MENU, [stream.menu for stream in world.streams]),
        redial_after=each(Purpose.REDIAL_AFTER, lambda c: c.redial_after if c.redial > 0 else NONE),
        rings_again_after=each(Purpose.RINGS_AGAIN_AFTER, lambda c: c.rings_again_after if c.rings_again > 0 else NONE),
        presses_callback=kinds.spans(Purpose.PRESSES_CALLBACK, _presses(scenario, queues, whose)),
        answers=_answers(world),
        kinds=kinds.found(),
    )


class _Kinds:
    """The rows that have been asked for, in the order of asking."""

    def __init__(self) -> None:
        self._rows: dict[Kind, int] = {}

    def spans(self, purpose: Purpose, durations: Sequence[Duration]) -> Spans:
        """One row and mean for each duration; rows of the same kind are one."""
        rows = [self._row(purpose, duration) for duration in durations]
        return Spans(np.array(rows, dtype=np.int32), _means(durations))

    def _row(self, purpose: Purpose, duration: Duration) -> int:
        if is_constant(duration):
            return CONSTANT_ROW
        kind = Kind(purpose, duration.shape, duration.parameter, duration.samples)
        return self._rows.setdefault(kind, len(self._rows))

    def found(self) -> tuple[Kind, ...]:
        return tuple(self._rows)


def is_constant(duration: Duration) -> bool:
    """Whether nothing about it is by chance."""
    return duration.shape is Shape.CONSTANT or duration.mean_ms <= 0


def _reachable(by_level: tuple[Duration, ...], *, partner: bool) -> tuple[Duration, ...]:
    return by_level if partner else (*by_level[:-1], NONE)


def _if(by_level: tuple[Duration, ...], wanted: bool) -> tuple[Duration, ...]:
    return by_level if wanted else (NONE,) * len(by_level)


def _presses(scenario: Scenario, queues: list[QueueId], whose: list[Callers]) -> list[Duration]:
    """Nobody presses a key that means nothing."""
    for_ever = Duration(Shape.CONSTANT, float(NEVER_MS))
    rules = scenario.plan.queues
    return [
        callers.presses_callback_ms if rules[queue].callback and rules[queue].waiting.callback_key else for_ever
        for queue, callers in zip(queues, whose, strict=True)
    ]


def _answers(world: World) -> Spans:
    both = (world.phones.answers_after, world.partner_phones.answers_after)
    rows = [CONSTANT_ROW if is_constant(duration) else i for i, duration in enumerate(both)]
    return Spans(np.array(rows, dtype=np.int32), _means(both))


def _means(durations: Sequence[Duration]) -> Real:
    return np.array([duration.mean_ms for duration in durations], dtype=np.float64)
