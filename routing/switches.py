"""What somebody has switched by hand: hours forced open or closed, and the crisis message that is read.

Three rules. Hours that are forced by their own name go before the whole house's. Whoever is in line when a line is
closed by hand has the time that any closing gives. And nothing switched here is for ever unless somebody said so.
"""

from dataclasses import dataclass, field

from queues.asked_entries import Force
from queues.ids import Instant, PromptId
from routing.plan import FAR_FUTURE_MS, OpenHours, Queue

HOUSE = ""
"""The name for all opening hours that are not forced by their own, and for what has none."""
CRISIS = "crisis:"
_HOURS = "hours:"


@dataclass(frozen=True, slots=True)
class Forcing:
    """Hours that do not follow their schedule."""

    how: Force
    since_ms: Instant
    until_ms: Instant
    """When the schedule rules again; 0 for not by itself."""
    who: str


@dataclass(frozen=True, slots=True)
class Crisis:
    """The message that everybody hears first."""

    prompt: PromptId
    instead: bool
    """Read in the place of the menu, whose keys mean what they mean; else before the greeting."""
    until_ms: Instant
    who: str


@dataclass(slots=True)
class Switches:
    """All that is switched now."""

    forced: dict[str, Forcing] = field(default_factory=dict)
    released: dict[str, Instant] = field(default_factory=dict)
    """When hours were last let go of that had been forced open."""
    crisis: Crisis | None = None

    def on(self, hours_id: str) -> Forcing | None:
        """What forces these hours; None: the schedule rules."""
        return self.forced.get(hours_id) or self.forced.get(HOUSE)

    def is_open(self, hours: OpenHours, hours_id: str, now: int) -> bool:
        """Whether these hours are open now."""
        forcing = self.on(hours_id)
        return hours.is_open(now) if forcing is None else forcing.how is Force.OPEN

    def closes_at(self, hours: OpenHours, hours_id: str, entered_at_ms: int, now: int) -> int:
        """When a line with these hours closes, or closed, for a call that entered it then; FAR_FUTURE_MS: never."""
        forcing = self.on(hours_id)
        if forcing is not None and forcing.how is Force.CLOSED:
            return max(forcing.since_ms, entered_at_ms)
        if forcing is not None:
            return hours.closes_at(forcing.until_ms) if forcing.until_ms else FAR_FUTURE_MS
        if hours.is_open(now):
            return hours.closes_at(now)
        released = max(self.released.get(hours_id, 0), self.released.get(HOUSE, 0))
        return max(hours.closes_at(entered_at_ms), released)

    def line_closes_at(self, queue: Queue, entered_at_ms: int, now: int) -> Instant:
        """When a call in this line is told that it has closed, a while after it has; 0 for never."""
        closes = self.closes_at(queue.hours, queue.hours_id, entered_at_ms, now)
        return Instant(closes + queue.serve_after_close_ms if closes < FAR_FUTURE_MS else 0)


def owner_of(hours_id: str) -> str:
    """Who owns the deadline at which the schedule of these hours rules again."""
    return _HOURS + hours_id


def hours_of(owner: str) -> str:
    """The hours whose deadline it is."""
    return owner.removeprefix(_HOURS)
