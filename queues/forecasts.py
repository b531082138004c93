"""What callers in each line are foreseen to wait, and what became of what was foreseen. Pure."""

from collections import defaultdict
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from queues.estimate import MINUTE_MS, Forecast, Pace, Record, estimated_wait_ms, size
from queues.ids import CallId, Instant, QueueId
from queues.line import Line, Place


class Pending(NamedTuple):
    """A forecast whose wait is not over."""

    queue: QueueId
    at_ms: Instant
    forecast: Forecast


class Forecasts:
    """Follows every line. Whoever moves a call tells it so."""

    def __init__(self) -> None:
        self._paces: defaultdict[QueueId, Pace] = defaultdict(Pace)
        self._records: defaultdict[QueueId, Record] = defaultdict(Record)
        self._pending: dict[CallId, dict[int, Pending]] = {}

    # ── the lines ───────────────────────────────────────────────────────────────────────────────────────────────
    def entered(self, queue: QueueId, line: Line, now: Instant) -> None:
        """Somebody has entered `line`."""
        if len(line) == 1:
            self._paces[queue].begins(now)

    def left(self, queue: QueueId, line: Line, now: Instant) -> None:
        """Somebody has left `line`, for whatever reason."""
        if not len(line):
            self._paces[queue].ends(now)

    def taken(self, queue: QueueId, now: Instant) -> None:
        """Somebody is about to leave the line because a person is there for them."""
        self._paces[queue].taken(now)

    def wait_ms(self, queue: QueueId, line: Line, place: Place | None, now: Instant) -> int:
        """How long whoever stands at `place` has yet to wait, by estimate; None: whoever would enter `line` now."""
        position = line.position(place) if place is not None else len(line) + 1
        head = next(iter(line), None)
        return estimated_wait_ms(self._paces[queue], position, max(now - head.entered_at_ms, 0) if head else 0, now)

    def said_to_newcomer(self, queue: QueueId, line: Line, now: Instant) -> tuple[int, int] | None:
        """From how many minutes to how many whoever would enter `line` now would wait; None if nobody would be told."""
        wait_ms = self.wait_ms(queue, line, None, now)
        forecast = self._records[queue].forecast(wait_ms, len(line) + 1)
        return forecast.made if forecast.may_be_said else None

    def over_at(self, queue: QueueId, line: Line, place: Place, limit_ms: int, now: Instant) -> Instant:
        """When the estimated wait at `place` exceeds `limit_ms`, or may do, if only time changes; `now` if it does."""
        at = self._paces[queue].reaches_at(limit_ms // line.position(place) + 1, now)
        if at is None:
            at = Instant(next(iter(line)).entered_at_ms + limit_ms + 1)
        return max(at, now)

    # ── the forecasts ───────────────────────────────────────────────────────────────────────────────────────────
    def foresee(self, queue: QueueId, line: Line, place: Place, now: Instant) -> Forecast:
        """The wait that is left at `place`, to be judged later, and what may be said of it. One of a size a caller."""
        pending = self._pending.setdefault(place.call, {})
        for which, past in tuple(pending.items()):
            if past.forecast.made and now - past.at_ms > (past.forecast.made[1] + 1) * MINUTE_MS:
                # It has failed already. Who is told next is not to wait for the end of this wait.
                self._records[past.queue].judge(past.forecast, now - past.at_ms)
                del pending[which]
        forecast = self._records[queue].forecast(self.wait_ms(queue, line, place, now), line.position(place))
        if self._paces[queue].per_taking_ms(now):
            pending.setdefault(size(forecast.ms), Pending(queue, now, forecast))
        return forecast

    def followed(self) -> AbstractSet[CallId]:
        """The calls whose forecasts are not judged yet."""
        return self._pending.keys()

    def answered(self, call: CallId, now: Instant) -> None:
        """The caller's wait has ended well: every forecast of it is judged."""
        for queue, at_ms, forecast in self._pending.pop(call, {}).values():
            self._records[queue].judge(forecast, now - at_ms)

    def gave_up(self, call: CallId, now: Instant) -> None:
        """The caller's wait has ended otherwise, or the line is another's now."""
        for queue, at_ms, forecast in self._pending.pop(call, {}).values():
            self._records[queue].gave_up(forecast, now - at_ms)
