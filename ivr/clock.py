"""The live clock: wall time at start plus monotonic time since, so that no step of the wall clock is ever seen."""

import time

from queues.ids import Instant


class LiveClock:
    """Instants that never decrease. Each makes its own start; calling it gives now in ms since 1970."""

    def __init__(self) -> None:
        self._offset_ms = time.time_ns() // 1_000_000 - time.monotonic_ns() // 1_000_000

    def __call__(self) -> Instant:
        """Now."""
        return Instant(self._offset_ms + time.monotonic_ns() // 1_000_000)
