"""How many called: by day, quarter of an hour on the local clock, and what they chose."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from ivr.call_log.reading import CallLogReader
from ivr.local_days import day_span, local
from queues.ids import QueueId
from simulator.contacts import Real

QUARTERS: Final = 96
OUTSIDE: Final = QueueId("")
"""Those who came into no line: who met a closed door, and who hung up before they had chosen."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Calls of whole days, one after the other."""

    first: date
    choices: tuple[QueueId, ...]
    """The queues, and OUTSIDE last."""
    calls: Real
    """[days, choices, QUARTERS]"""

    @property
    def days(self) -> int:
        """How many there are."""
        return len(self.calls)

    def day(self, n: int) -> date:
        """The date of the nth day."""
        return self.first + timedelta(days=n)

    def until(self, end: date) -> "Counts":
        """The days before that date."""
        return Counts(self.first, self.choices, self.calls[: max(0, (end - self.first).days)])


def count(log: CallLogReader, until: date, zone: ZoneInfo, queues: tuple[QueueId, ...]) -> Counts:
    """All days before `until`, from the day after the log's first call on: that first one may be half a day."""
    begun = log.first_at_ms()
    first = min(until, local(begun, zone).date() + timedelta(days=1)) if begun else until
    choices = (*queues, OUTSIDE)
    calls = np.zeros(((until - first).days, len(choices), QUARTERS))
    index = {queue: i for i, queue in enumerate(queues)}
    for at_ms, queue, _ in log.first_lines(day_span(first, zone)[0], day_span(until, zone)[0]):
        at = local(at_ms, zone)
        calls[(at.date() - first).days, index.get(queue, len(queues)), at.hour * 4 + at.minute // 15] += 1.0
    return Counts(first, choices, calls)
