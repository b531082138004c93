"""What is remembered of the bounds of a line."""

from queues.facts import fact
from queues.ids import CallId, Instant, QueueId


@fact(frozen=True, slots=True)
class LimitReached:
    """A call has met a bound of its line, and what became of it."""

    at_ms: Instant
    call: CallId
    queue: QueueId
    limit: str
    """max_wait, max_length, nobody_logged_in."""
    leads: str
    """queue, partner, callback, message."""
    target: str
    """Which queue or partner."""
