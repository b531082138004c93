"""What made-up callers and phones bring with them, in the shape in which plain Python reads it quickly."""

from collections.abc import Callable, Sequence
from itertools import accumulate

from queues.ids import QueueId
from simulator.contacts import Chance, Contacts, Real
from simulator.simulated_plan import wraps_up
from simulator.spans import CONSTANT_ROW, Spans, rows_of, span
from simulator.world import Callers, Phones, Scenario, Stream

Lasts = Callable[[int], int]
"""How long something lasts (ms) for the contact of that index."""


class OutOfNumbersError(Exception):
    """More contacts or offers than were drawn for."""


class Habits:
    """Everything about the people of one chunk that is not decided by anybody."""

    def __init__(self, scenario: Scenario, contacts: Contacts) -> None:
        world, rows = scenario.world, rows_of(scenario)
        units = contacts.units.tolist()
        queues = list(scenario.plan.queues)
        self.streams: tuple[Stream, ...] = world.streams
        self.queue_index: dict[QueueId, int] = {queue: i for i, queue in enumerate(queues)}
        self.callers: list[Callers] = [world.callers.get(queue, Callers()) for queue in queues]
        self.shares: list[tuple[float, ...]] = [tuple(accumulate(one.question_levels)) for one in self.callers]
        self.patience = _each(rows.patience, units, least=1)
        self.menu = _each(rows.menu, units)
        self.presses_callback = _each(rows.presses_callback, units)
        self.redial_after = _each(rows.redial_after, units, least=1)
        self.rings_again_after = _each(rows.rings_again_after, units, least=1)
        self.talk = (_by_level(rows.talk, units, least=1), _by_level(rows.talk_after_transfer, units, least=1))
        """Of the first talk, and of any after it; by queue and by who answers."""
        self.wrap_up = (_by_level(rows.wrap_up, units), _by_level(rows.wrap_up_after_transfer, units))
        self.wraps_up: list[bool] = [wraps_up(scenario, queue) for queue in queues]
        chances = contacts.chances.tolist()
        self.question: list[float] = chances[Chance.QUESTION]
        self.resolved: list[float] = chances[Chance.RESOLVED]
        self.callback: list[float] = chances[Chance.CALLBACK]
        self.redial: list[float] = chances[Chance.REDIAL]
        self.rings_again: list[float] = chances[Chance.RINGS_AGAIN]
        self.phones = PhoneHabits(scenario, contacts, rows.answers)

    def question_level(self, contact: int, queue: int) -> int:
        """How much the contact's question asks of whoever answers in this queue: 1, 2 or 3."""
        chance, shares = self.question[contact], self.shares[queue]
        return 1 if chance < shares[0] else 2 if chance < shares[1] else 3


class PhoneHabits:
    """How long phones ring, offer by offer through the chunk."""

    def __init__(self, scenario: Scenario, contacts: Contacts, answers: Spans) -> None:
        self._chances: list[float] = contacts.offer_chances.tolist()
        self._units: Real = contacts.offer_units
        self._by_chance = bool(self._chances) or contacts.offer_units.shape[1] > 0
        self._next = 0
        both = (scenario.world.phones, scenario.world.partner_phones)
        self._whose = [self._of(phones, answers, i) for i, phones in enumerate(both)]

    def _of(self, phones: Phones, answers: Spans, which: int) -> tuple[float, Lasts]:
        row = int(answers.row[which])
        units = [] if row == CONSTANT_ROW else [self._units[row].tolist()]
        return phones.misses, _lasts(0 if units else CONSTANT_ROW, float(answers.mean[which]), units, 0)

    def rings(self, *, partner: bool) -> int | None:
        """How long the next offer's phone rings before somebody answers (ms), None if nobody does."""
        k = self._next
        misses, lasts = self._whose[partner]
        if not self._by_chance:
            return lasts(0)
        self._next += 1
        try:
            return None if self._chances and self._chances[k] < misses else lasts(k)
        except IndexError:
            raise OutOfNumbersError from None


def _each(spans: Spans, units: Sequence[Sequence[float]], least: int = 0) -> list[Lasts]:
    return [_lasts(int(row), float(mean), units, least) for row, mean in zip(spans.row, spans.mean, strict=True)]


def _by_level(spans: Spans, units: Sequence[Sequence[float]], least: int = 0) -> list[list[Lasts]]:
    return [
        [_lasts(int(row), float(mean), units, least) for row, mean in zip(rows, means, strict=True)]
        for rows, means in zip(spans.row, spans.mean, strict=True)
    ]


def _lasts(row: int, mean_ms: float, units: Sequence[Sequence[float]], least: int) -> Lasts:
    if row == CONSTANT_ROW:
        constant = max(span(1.0, mean_ms), least)
        return lambda _index: constant
    drawn = units[row]
    return lambda index: max(span(drawn[index], mean_ms), least)
