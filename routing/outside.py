"""What must not be forgotten of calls that go to partners: of each partner, and of each call."""

from dataclasses import dataclass

from queues.ids import Instant
from routing.plan import FAR_FUTURE_MS

DAY_MS = 86_400_000
MOST_LEGS = 2
"""A call is sent outside this often at the most, whatever the plans say (FAULTS.md, I13)."""


@dataclass(slots=True)
class PartnerMemory:
    """Belongs to one partner."""

    lines: int = 0
    """How many of its seats the plan in force has; more are there only until their talks have ended."""
    said: str = ""
    """The last word of the log about it."""
    reachable: bool = True
    """Whether Asterisk believes that its line is up."""
    failures: int = 0
    """How many calls in a row have come to nothing there."""
    failed_at_ms: Instant = Instant(0)
    """When the last of them did."""
    probe_at_ms: Instant = Instant(0)
    """When one line may try again, while the circuit is open."""
    day: int = 0
    used_ms: int = 0
    """Talk on that day, of the talks that have ended."""

    def begins(self, day: int) -> None:
        """It is this day, counted from 1970; a new one has used nothing."""
        if day != self.day:
            self.day, self.used_ms = day, 0


@dataclass(slots=True)
class Legs:
    """Belongs to one call; how often it has been outside lies in its papers."""

    made: int = 0
    rings: bool = False
    """The one that is being made has come through."""
    home_until_ms: Instant = Instant(0)
    """Until then no partner may have the call."""

    def never_again(self) -> None:
        """The call stays at home for good."""
        self.made, self.home_until_ms = max(self.made, MOST_LEGS), Instant(FAR_FUTURE_MS)

    def stays_home(self, until_ms: int) -> None:
        """The call stays at home until then; for good, if it has been outside as often as it may."""
        self.home_until_ms = Instant(until_ms if self.made < MOST_LEGS else FAR_FUTURE_MS)

    def at_home(self, now: int) -> bool:
        """Whether no partner may have the call now."""
        return self.made >= MOST_LEGS or now < self.home_until_ms
