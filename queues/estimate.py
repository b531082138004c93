"""How long a caller will wait: from how fast the line moves, with what such forecasts have been worth so far. Pure.

Three rules. The pace of a line is what was seen of it, not what staffing promises: one person taken per so many
milliseconds during which somebody stood there. A forecast is judged when the wait is over, and the interval that is
said is as wide as the forecasts before it were wrong. And where that is too wide, or nothing is known, there is no
interval: silence is honest, a wrong figure is not.
"""

from collections import defaultdict, deque
from typing import NamedTuple

from queues.ids import Instant

MINUTE_MS = 60_000
HALF_MINUTE_MS = 30_000
SPANS_KEPT = 40
"""How many takings the pace is the mean of: a morning's, not a year's."""
SPANS_LIVE_MS = 30 * MINUTE_MS
FEWEST_SPANS = 3
"""With fewer the pace is not known."""
JUDGED_KEPT = 60
"""How many forecasts of one size are remembered, each of another caller."""
FEWEST_JUDGED = 20
"""With fewer no interval is made."""
OUTSIDE = 10
"""One wait in so many may be shorter than the interval, and one in so many longer."""
FEWEST_TRIED = 10
"""With fewer intervals tried none is said."""
HOLD_PERCENT = 80
"""So many of those tried must have held."""
WIDEST = 2
"""The interval's end may be so many times its beginning."""
WIDTH_MIN = 2
"""So many minutes between the two are always narrow enough."""
CHANCE_PERMILLE = 1_280
"""How many deviations hold 80 % when callers are taken by mere chance: no interval is narrower than chance makes it."""
LONGEST_SAID_MIN = 45
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


class Judged(NamedTuple):
    """One forecast whose wait is over."""

    share: int
    """How long the wait was, in percent of what was foreseen."""
    held: bool | None
    """Whether the interval that was made of it held, said or not; None if none was made."""


class Forecast(NamedTuple):
    """What was foreseen, in whole minutes as it would be said."""

    ms: int
    made: tuple[int, int] | None
    """The interval that forecasts of this size have earned so far; None: too little is known, or it is too wide."""
    may_be_said: bool
    """Whether enough such intervals have held."""


class Record:
    """What forecasts were worth, those of like size together: short waits are foreseen worse than long ones."""

    def __init__(self) -> None:
        self._judged: defaultdict[int, deque[Judged]] = defaultdict(lambda: deque(maxlen=JUDGED_KEPT))

    def judge(self, forecast: Forecast, waited_ms: int) -> None:
        """A wait that was foreseen is over."""
        held = holds(forecast.made, waited_ms) if forecast.made else None
        self._judged[size(forecast.ms)].append(Judged(PERCENT * waited_ms // max(forecast.ms, 1), held))

    def gave_up(self, forecast: Forecast, waited_ms: int) -> None:
        """A wait ended with the caller's patience: it would have been longer, which counts if it is long already."""
        if waited_ms > forecast.ms:
            self.judge(forecast, waited_ms)

    def forecast(self, ms: int, position: int) -> Forecast:
        """The forecast of a wait (ms) at `position` in line, and what may be said of it."""
        judged = self._judged[size(ms)]
        made = None
        if len(judged) >= FEWEST_JUDGED:
            made = _interval(ms, sorted(one.share for one in judged), by_chance(position))
        tried = [one.held for one in judged if one.held is not None]
        held = len(tried) >= FEWEST_TRIED and PERCENT * sum(tried) >= HOLD_PERCENT * len(tried)
        return Forecast(ms, made, may_be_said=made is not None and held)


def size(ms: int) -> int:
    """Forecasts of one size: under a minute, to two, to four, to eight, …"""
    return (ms // MINUTE_MS).bit_length()


def holds(minutes: tuple[int, int], waited_ms: int) -> bool:
    """Whether the wait, in whole minutes, is one of those."""
    return minutes[0] * MINUTE_MS - HALF_MINUTE_MS <= waited_ms <= minutes[1] * MINUTE_MS + HALF_MINUTE_MS


def by_chance(position: int) -> int:
    """By how many percent a wait of so many takings, and a pace of `SPANS_KEPT`, differ from the mean by chance."""
    variance = 1_000_000 // max(position, 1) + 1_000_000 // SPANS_KEPT
    return _root(variance) * CHANCE_PERMILLE // 10_000


def _root(square: int) -> int:
    """The whole square root."""
    guess = square
    while guess * guess > square:
        guess = (guess + square // guess) // 2
    return guess


def _interval(ms: int, shares: list[int], chance: int) -> tuple[int, int] | None:
    """Where all but the extreme of such waits ended; None if it begins before a minute or is too wide to be of use."""
    beyond = len(shares) // OUTSIDE
    low_share = min(shares[beyond], max(PERCENT - chance, 0))
    high_share = max(shares[-1 - beyond], PERCENT + chance)
    low = _minutes(ms * low_share // PERCENT)
    high = max(low, _minutes(ms * high_share // PERCENT))
    narrow = high <= low * WIDEST or high <= low + WIDTH_MIN
    return (low, high) if ms >= MINUTE_MS and low >= 1 and narrow and high <= LONGEST_SAID_MIN else None


def _minutes(ms: int) -> int:
    """The nearest whole number of minutes."""
    return (ms + HALF_MINUTE_MS) // MINUTE_MS
