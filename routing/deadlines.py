"""The one list of instants at which the kernel wants to be woken.

Two rules. An owner has at most one deadline of a kind: setting it again replaces it. What falls due at one instant
comes in the order of `DeadlineKind`, then in the order in which it was set.
"""

from collections.abc import Set as AbstractSet
from enum import IntEnum
from heapq import heapify, heappop, heappush
from typing import NamedTuple


class DeadlineKind(IntEnum):
    """What falls due, in the order in which it counts at one instant (ROUTING.md, Instants that coincide)."""

    WRAP_UP_ENDS = 0
    PAUSE_ENDS = 1
    TRANSFER_ENDS = 2
    """Before the ring's own end: a phone that has rung out for a transfer is not followed by another's first ring."""
    RING_ENDS = 3
    STEP_OPENS = 4
    MESSAGE_DUE = 5
    LINE_CLOSES = 6
    WAIT_ENDS = 7
    NOBODY_CAME = 8
    PARK_ENDS = 9
    """A parked call returns."""
    SWITCH_ENDS = 10
    """What somebody switched by hand is as it was: hours follow their schedule, or a message is no longer read."""
    PARTNER_DUE = 11
    """A partner opens or closes, or has been used as much as it may today."""
    OUTSIDE_AGAIN = 12
    """A call that failed at a partner may go outside once more."""
    MOVE_ENDS = 13
    """Somebody who was moved by hand answers again where it is written."""
    CALLBACK_DUE = 20
    """A promised call stands in line again, or whoever is rung has not answered in time."""
    CALLBACK_OVERDUE = 21
    PERSON_RING_ENDS = 30
    """A person reached by name, at a phone that is no seat, has not answered in time."""


class Due(NamedTuple):
    """What has fallen due."""

    at_ms: int
    kind: DeadlineKind
    owner: str


Deadline = tuple[int, DeadlineKind, int, str]
"""When, what, the order of setting, and whose: the order in which deadlines fall due."""


class Deadlines:
    """All deadlines of all owners; an owner is a call's or an agent's id."""

    def __init__(self) -> None:
        self._heap: list[Deadline] = []
        """Those that were replaced or cancelled lie there until they come to the top, or are too many."""
        self._live: dict[str, dict[DeadlineKind, Deadline]] = {}
        self._sequence = 0

    def set(self, owner: str, kind: DeadlineKind, at_ms: int) -> None:
        """`owner` has exactly this deadline of `kind`."""
        self._sequence += 1
        deadline = (at_ms, kind, self._sequence, owner)
        mine = self._live.get(owner)
        if mine is None:
            self._live[owner] = {kind: deadline}
        else:
            mine[kind] = deadline
        heappush(self._heap, deadline)
        if len(self._heap) > 64 + 8 * len(self._live):
            self._heap = [kept for mine in self._live.values() for kept in mine.values()]
            heapify(self._heap)

    def cancel(self, owner: str, kind: DeadlineKind) -> None:
        """`owner` has no deadline of `kind`."""
        if mine := self._live.get(owner):
            mine.pop(kind, None)

    def cancel_all(self, owner: str) -> None:
        """`owner` has no deadline."""
        self._live.pop(owner, None)

    def next_at(self) -> int | None:
        """The earliest instant (ms), or None."""
        first = self._first()
        return first[0] if first else None

    def pop_due(self, now: int, before: DeadlineKind | None = None) -> Due | None:
        """The first deadline due at `now`, taken off the list; at `now` itself only kinds up to `before`, if given."""
        first = self._first()
        if first is None or first[0] > now:
            return None
        at_ms, kind, _, owner = first
        if before is not None and at_ms == now and kind > before:
            return None
        heappop(self._heap)
        del self._live[owner][kind]
        return Due(at_ms, kind, owner)

    def at(self, owner: str, kind: DeadlineKind) -> int | None:
        """The instant (ms) of the owner's deadline of this kind, or None."""
        mine = self._live.get(owner)
        deadline = mine.get(kind) if mine else None
        return deadline[0] if deadline else None

    def owned(self) -> AbstractSet[tuple[str, DeadlineKind]]:
        """Who has a deadline, and of which kind."""
        return {(owner, kind) for owner, mine in self._live.items() for kind in mine}

    def _first(self) -> Deadline | None:
        heap = self._heap
        while heap:
            first = heap[0]
            mine = self._live.get(first[3])
            if mine and mine.get(first[1]) is first:
                return first
            heappop(heap)
        return None
