"""The waiting line of one queue: priority first, then the instant that decides the place, then sequence."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import NamedTuple

from queues.ids import CallId, Instant


class Place(NamedTuple):
    """A call's place. Smaller is nearer to the head."""

    behind: int
    """The priority, negated."""
    entered_at_ms: Instant
    sequence: int
    call: CallId


def place(priority: int, entered_at_ms: Instant, sequence: int, call: CallId) -> Place:
    """The place of a call with this priority, the higher the nearer to the head."""
    return Place(-priority, entered_at_ms, sequence, call)


class Line:
    """Calls in the order in which they are served by somebody who may take them all."""

    def __init__(self) -> None:
        self._places: list[Place] = []

    def enter(self, new: Place) -> None:
        """The call stands in its place; O(log n) to find it."""
        insort(self._places, new)

    def leave(self, old: Place) -> None:
        """The call is not in the line; it must have been."""
        i = bisect_left(self._places, old)
        assert self._places[i] == old, "only who stands in a line leaves it"  # noqa: S101 - a broken kernel must not go on
        del self._places[i]

    def position(self, of: Place) -> int:
        """How many stand before and with it: 1 is the head."""
        return bisect_left(self._places, of) + 1

    def __iter__(self) -> Iterator[Place]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
