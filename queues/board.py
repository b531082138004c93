"""What goes on, and what has happened today: a fold of what is remembered, the same for live entries and for rows. Pure.

Four rules. Every figure is a function of the entries, and of nothing else. Whatever order they come in, nothing is
raised. What happened before the day changes only what the day began with. And a call that has ended is forgotten.
"""

from dataclasses import dataclass, field

from queues.board_calls import BoardCall, BoardState, Choice
from queues.board_counts import Counts, LevelDefinition
from queues.board_people import BoardAgent, BoardPartner
from queues.entries import Entry
from queues.ids import AgentId, CallId, Instant, PartnerId, QueueId

__all__ = [
    "Board",
    "BoardAgent",
    "BoardCall",
    "BoardPartner",
    "BoardQueue",
    "BoardState",
    "Choice",
    "Counts",
    "LevelDefinition",
    "Switched",
]

QUARTER_MS = 900_000
MINUTE_MS = 60_000
MINUTES_KEPT = 60


@dataclass(slots=True)
class BoardQueue:
    """One line, or ("") the whole house with every call in it. Nobody but the fold changes it."""

    id: QueueId
    day: Counts = field(default_factory=Counts)
    quarters: dict[int, Counts] = field(default_factory=dict)
    """By which quarter of an hour since the day began, from 0; those in which nothing happened are not there."""
    minutes: dict[int, Counts] = field(default_factory=dict)
    """By minute since 1970; the last hour's."""

    def last(self, minutes: int, now_ms: int) -> Counts:
        """What happened in so many minutes up to now, at the most 60, the one under way included."""
        counts, newest = Counts(), now_ms // MINUTE_MS
        for minute, some in self.minutes.items():
            if newest - minutes < minute <= newest:
                counts.add(some)
        return counts


@dataclass(frozen=True, slots=True)
class Switched:
    """What somebody has switched by hand."""

    how: str
    """open or closed; of the crisis message its prompt."""
    by: str
    since_ms: Instant
    until_ms: Instant
    """When it ends by itself; 0 for never."""
    instead: bool = False
    """Of the crisis message: in the place of the menu."""


class Board:
    """The day so far and everything that goes on. Its attributes are read, never written, by others."""

    def __init__(self, day_starts_ms: int) -> None:
        self.day_starts_ms = Instant(day_starts_ms)
        """The last local midnight."""
        self.last_at_ms = Instant(0)
        """The latest instant of any entry so far."""
        self.calls: dict[CallId, BoardCall] = {}
        self.agents: dict[AgentId, BoardAgent] = {}
        """People who have done anything at all, and lines to partners (`queues.ids.partner_of` tells which)."""
        self.partners: dict[PartnerId, BoardPartner] = {}
        self.queues: dict[QueueId, BoardQueue] = {}
        """The lines in which anybody has stood."""
        self.house = BoardQueue(QueueId(""))
        """Every call once, whether it reached a line or not; `entered` and the outcomes are those of calls."""
        self.hours: dict[str, Switched] = {}
        """Opening hours that are switched by hand, by name; "" for the whole house."""
        self.crisis: Switched | None = None
        self.paused = ""
        """Why no calls are offered; "" when they are."""
        self.callers: dict[str, bool] = {}
        """Who has rung today, by pseudonym → whether they have got through to somebody."""
        self.hidden_callers: list[int] = [0, 0]
        """Calls today from hidden numbers, and how many of them got through."""

    def apply(self, entry: Entry) -> None:
        """What this entry says is so."""
        raise NotImplementedError

    def new_day(self, at_ms: int) -> None:
        """A day begins at `at_ms`, local midnight: counts begin anew, what goes on goes on."""
        raise NotImplementedError
