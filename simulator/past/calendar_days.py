"""What kind of day a date is, and which quarters of it a line is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from ivr.config.fields import Spans
from ivr.config.hours import eves_of, known_red_days
from ivr.config.house import House, Opening
from queues.ids import QueueId
from simulator.contacts import Real
from simulator.past.call_counts import QUARTERS

_QUARTER_MIN = 15
_WHOLE_DAY: Spans = ((0, 24 * 60),)


class Kind(StrEnum):
    """Of days that are alike."""

    USUAL = "usual"
    RED = "red"
    EVE = "eve"
    """Of a red day, or between two days off."""
    OTHER_HOURS = "other_hours"
    """By a date in the opening hours."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The municipality's days."""

    queue_hours: Mapping[QueueId, tuple[Opening, ...]]
    """All of them must be open for a call to come into the line."""

    def kind(self, day: date) -> Kind:
        """Which days it is like."""
        if day in known_red_days(day.year):
            return Kind.RED
        if eves_of(day):
            return Kind.EVE
        some = (opening for openings in self.queue_hours.values() for opening in openings)
        return Kind.OTHER_HOURS if any(day in opening.dates for opening in some) else Kind.USUAL

    def name(self, day: date) -> str:
        """What a red day or an eve is called; "" for other days."""
        return known_red_days(day.year).get(day, "") or ", ".join(eves_of(day))

    def open_share(self, queue: QueueId, day: date) -> Real:
        """[QUARTERS] Of each quarter, how much the line is open."""
        share = np.ones(QUARTERS)
        for opening in self.queue_hours.get(queue, ()):
            share = np.minimum(share, _share(opening.dates.get(day, opening.weekly[day.weekday()])))
        return share

    def usually_open(self, queue: QueueId, weekday: int) -> Real:
        """[QUARTERS] On a usual day of the week."""
        share = np.ones(QUARTERS)
        for opening in self.queue_hours.get(queue, ()):
            share = np.minimum(share, _share(opening.weekly[weekday]))
        return share


def calendar_of(house: House) -> Calendar:
    """From the hours of the lines, and of the number that is rung first."""
    always = Opening((_WHOLE_DAY,) * 7, {})
    entrance = house.openings.get(next(iter(house.entrance_hours.values()), ""), always)
    hours = {queue: house.openings.get(house.queue_hours.get(queue, ""), always) for queue in house.plan.queues}
    return Calendar({queue: (entrance, opening) for queue, opening in hours.items()})


def _share(spans: Spans) -> Real:
    """How much of each quarter lies in the spans (minutes of the day)."""
    begins = np.arange(QUARTERS) * _QUARTER_MIN
    share = np.zeros(QUARTERS)
    for start, end in spans:
        share += np.clip(np.minimum(begins + _QUARTER_MIN, end) - np.maximum(begins, start), 0, None) / _QUARTER_MIN
    return np.minimum(share, 1.0)
