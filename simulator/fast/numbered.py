"""Hours and clearances of a plan by number, as the arrays of the fast loop have them."""

from collections.abc import Iterable, Sequence
from itertools import accumulate

import numpy as np

from queues.ids import NO_CLEARANCE, UNKNOWN_CLEARANCE, Clearance
from routing.plan import FAR_FUTURE_MS, OpenHours, Plan
from routing.secrecy import risen
from simulator.contacts import Whole
from simulator.fast import columns as at


def by_seat(rows: Iterable[Sequence[int]]) -> Whole:
    """As one array, a row for each."""
    found = [list(row) for row in rows]
    return np.array(found, dtype=np.int64).reshape(len(found), -1 if any(found) else 0)


class Hours:
    """Opening hours by number; instants count from the scenario's beginning."""

    def __init__(self, start_ms: int) -> None:
        self._start_ms = start_ms
        self._known: dict[OpenHours, int] = {}

    def number(self, hours: OpenHours) -> int:
        """Of these hours."""
        return self._known.setdefault(hours, len(self._known))

    def arrays(self) -> dict[str, Whole]:
        """All that were asked about."""
        ends = list(accumulate(len(hours.opens_ms) for hours in self._known))
        starts = [0, *ends[:-1]] if ends else []
        return {
            "hours": np.array([starts, ends], dtype=np.int64).T.copy(),
            "opens": self._instants(ms for hours in self._known for ms in hours.opens_ms),
            "closes": self._instants(ms for hours in self._known for ms in hours.closes_ms),
        }

    def _instants(self, instants: Iterable[int]) -> Whole:
        return np.array([at.BIG if ms >= FAR_FUTURE_MS else ms - self._start_ms for ms in instants], dtype=np.int64)


class Clearances:
    """Everything that a call may come to need, by number."""

    def __init__(self, plan: Plan) -> None:
        queues = [queue.clearance for queue in plan.queues.values()]
        self.known: list[Clearance] = list(dict.fromkeys(risen(UNKNOWN_CLEARANCE, c) for c in queues)) or [NO_CLEARANCE]
        for clearance in self.known:
            self.known += [new for c in queues if (new := risen(clearance, c)) not in self.known]
            self.known[:] = dict.fromkeys(self.known)
        self.index = {clearance: i for i, clearance in enumerate(self.known)}

    def risen(self, plan: Plan) -> Whole:
        """What a call that needs each of them needs in each queue."""
        return by_seat([self.index[risen(c, q.clearance)] for q in plan.queues.values()] for c in self.known)
