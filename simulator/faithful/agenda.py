"""What made-up people are going to do, and when: the world's half of a simulated day.

At one instant: ends of talk, ends of wrap-up, staff, then what the kernel itself is due to do, answers, hang-ups, and
at last keys and arrivals; within each by the place in the plan of whoever answers, where it is about them, and in the
order of scheduling (ARCHITECTURE.md, decision 27).
"""

from collections import deque
from collections.abc import Callable
from enum import IntEnum
from heapq import heappush
from typing import Any

from routing.events import Event
from simulator.world import NEVER_MS

Does = Callable[[Any, int], None]
"""Is called with whom it is about and the note that was made of it."""


class Rank(IntEnum):
    """The order of the world's events at one instant."""

    TALK_ENDS = 0
    WRAP_UP_ENDS = 1
    STAFF = 2
    ANSWERS = 3
    """What the kernel itself is due to do comes before these."""
    HANGS_UP = 4
    ARRIVES = 5


class Agenda:
    """What is coming, and what is said to the kernel now."""

    __slots__ = ("_sequence", "coming", "now", "soon")

    def __init__(self, now: int) -> None:
        self.now = now
        self.coming: list[tuple[int, int, int, int, Does, Any, int]] = []
        """A heap: instant, rank, seat, sequence, what, to whom, note."""
        self.soon: deque[Event] = deque()
        """What the kernel is told before anything else happens, in this order."""
        self._sequence = 0

    def after(self, ms: int, rank: int, does: Does, whom: object, note: int = 0, seat: int = 0) -> None:  # noqa: PLR0913, PLR0917
        """It will happen so much later; never, if that is for ever. seat: of whoever answers, if it is about them."""
        if ms < NEVER_MS:
            self._sequence += 1
            heappush(self.coming, (self.now + ms, rank, seat, self._sequence, does, whom, note))
