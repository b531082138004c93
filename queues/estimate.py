"""How long a caller will wait: from how fast the line moves, with what such forecasts have been worth so far. Pure.

Three rules. The pace of a line is what was seen of it, not what staffing promises: one person taken per so many
milliseconds during which somebody stood there. A forecast is judged when the wait is over, and the interval that is
said is as wide as the forecasts before it were wrong. And where that is too wide, or nothing is known, there is no
interval: silence is honest, a wrong figure is not.
"""

from collections import deque
from math import ceil, floor

from queues.ids import Instant

MINUTE_MS = 60_000
SPANS_KEPT = 30
"""How many takings the pace is the mean of: a morning's, not a year's."""
SPANS_LIVE_MS = 45 * MINUTE_MS
FEWEST_SPANS = 3
"""With fewer the pace is not known."""
JUDGED_KEPT = 60
FEWEST_JUDGED = 15
"""With fewer the error is not known, and nothing is said."""
OUTSIDE = 10
"""One forecast in so many may fall short, and one in so many be too long: the rest of the interval is 80 %."""
WIDEST = 2
"""The interval's end may be so many times its beginning; a single minute's width is always narrow enough."""
LONGEST_SAID_MIN = 90
PERCENT = 100


class Pace:
    """How often somebody in one line is taken, counted only while somebody stands in it."""

    def __init__(self) -> None:
        self._spans: deque[tuple[Instant, int]] = deque(maxlen=SPANS_KEPT)
        self._since: Instant | None = None
        self._before_ms = 0
        """What had passed with somebody in line since the last was taken, before the line was last empty."""

    def begins(self, now: Instant) -> None:
        """Somebody stands in the line, which was empty."""
        self._since = now

    def taken(self, now: Instant) -> None:
        """Somebody is offered to a person. At once, with nobody who waited before them, says nothing of the pace."""
        span = self._open_ms(now)
        if span > 0:
            self._spans.append((now, span))
        self._before_ms = 0
        if self._since is not None:
            self._since = now

    def ends(self, now: Instant) -> None:
        """Nobody stands in the line any more."""
        self._before_ms = self._open_ms(now)
        self._since = None

    def per_taking_ms(self, now: Instant) -> int:
        """How long one place takes, on an average; 0 for not known. What has passed since the last one counts too."""
        while self._spans and self._spans[0][0] < now - SPANS_LIVE_MS:
            self._spans.popleft()
        if len(self._spans) < FEWEST_SPANS:
            return 0
        return (sum(span for _, span in self._spans) + self._open_ms(now)) // len(self._spans)

    def reaches_at(self, each_ms: int, now: Instant) -> Instant | None:
        """When one place takes so long (ms), if nobody is taken before; None while the pace is not known.

        No later than when the oldest that was seen of it is forgotten: then the pace is another.
        """
        if not self.per_taking_ms(now):
            return None
        missing_ms = each_ms * len(self._spans) - sum(span for _, span in self._spans) - self._open_ms(now)
        return Instant(min(now + max(missing_ms, 0), self._spans[0][0] + SPANS_LIVE_MS + 1))

    def _open_ms(self, now: Instant) -> int:
        return self._before_ms + (now - self._since if self._since is not None else 0)


def estimated_wait_ms(pace: Pace, position: int, head_waited_ms: int, now: Instant) -> int:
    """How long whoever stands at `position` (1 is the head, the line's length + 1 is a newcomer) has yet to wait.

    While the pace is not known, as long as the head of the line has waited (`head_waited_ms`, 0 for an empty line).
    """
    each_ms = pace.per_taking_ms(now)
    return position * each_ms if each_ms else head_waited_ms


class Record:
    """What forecasts were worth: how the wait turned out, in percent of what was foreseen."""

    def __init__(self) -> None:
        self._shares: deque[int] = deque(maxlen=JUDGED_KEPT)

    def judge(self, foreseen_ms: int, waited_ms: int) -> None:
        """A wait that was foreseen is over."""
        if foreseen_ms > 0:
            self._shares.append(PERCENT * waited_ms // foreseen_ms)

    def gave_up(self, foreseen_ms: int, waited_ms: int) -> None:
        """A wait ended with the caller's patience: it would have been longer, which counts if it is long already."""
        if waited_ms > foreseen_ms:
            self.judge(foreseen_ms, waited_ms)

    def minutes(self, foreseen_ms: int) -> tuple[int, int] | None:
        """The interval in whole minutes that may be said of this forecast; None when none may."""
        if len(self._shares) < FEWEST_JUDGED or foreseen_ms < MINUTE_MS:
            return None
        shares = sorted(self._shares)
        beyond = len(shares) // OUTSIDE
        low = max(1, floor(foreseen_ms * shares[beyond] / PERCENT / MINUTE_MS))
        high = max(low, ceil(foreseen_ms * shares[-1 - beyond] / PERCENT / MINUTE_MS))
        narrow = high <= low * WIDEST or high == low + 1
        return (low, high) if narrow and high <= LONGEST_SAID_MIN else None
