"""What goes on, and what has happened today: a fold of what is remembered, the same for live entries as for rows. Pure.

Four rules. Every figure is a function of the entries, and of nothing else. Whatever order they come in, nothing is
raised. What happened before the day changes only what the day began with. And a call that has ended is forgotten.
"""

from queues import board_of_callers, board_of_staff, board_of_talks
from queues.board_calls import BoardCall, BoardState, Choice
from queues.board_counts import Counts, LevelDefinition
from queues.board_people import BoardAgent, BoardPartner, Switched
from queues.board_queues import MINUTE_MS, MINUTES_KEPT, QUARTER_MS, BoardQueue, Ledger
from queues.entries import Entry
from queues.ids import AgentId, CallId, Instant, PartnerId, QueueId

__all__ = [
    "KINDS",
    "MINUTES_KEPT",
    "MINUTE_MS",
    "QUARTER_MS",
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


class Board:
    """The day so far and everything that goes on. Its attributes are read, never written, by others."""

    def __init__(self, day_starts_ms: int) -> None:
        self.ledger = Ledger(day_starts_ms)
        self.last_at_ms = Instant(0)
        """The latest instant of any entry so far."""
        self.calls: dict[CallId, BoardCall] = {}
        self.agents: dict[AgentId, BoardAgent] = {}
        """People who have done anything at all, and lines to partners (`queues.ids.partner_of` tells which)."""
        self.partners: dict[PartnerId, BoardPartner] = {}
        self.hours: dict[str, Switched] = {}
        """Opening hours that are switched by hand, by name; "" for the whole house."""
        self.crisis: Switched | None = None
        self.paused = ""
        """Why no calls are offered; "" when they are."""
        self.untold: set[AgentId] = set()
        """Who was logged in when an engine began that has not said so yet."""
        self.plan = ""
        """The digest of the plan that was last put in the place of another; "" if none was."""
        self.callers: dict[str, bool] = {}
        """Who has rung today, by pseudonym → whether they have got through to somebody."""
        self.hidden_callers: list[int] = [0, 0]
        """Calls today from hidden numbers, and how many of them got through."""

    @property
    def day_starts_ms(self) -> Instant:
        """The last local midnight."""
        return self.ledger.day_starts_ms

    @property
    def queues(self) -> dict[QueueId, BoardQueue]:
        """The lines in which anybody has stood today."""
        return self.ledger.queues

    @property
    def house(self) -> BoardQueue:
        """Every call once, whether it reached a line or not; `entered` and the outcomes are those of calls."""
        return self.ledger.house

    def apply(self, entry: Entry) -> None:
        """What this entry says is so."""
        self.last_at_ms = max(self.last_at_ms, entry.at_ms)
        if (take := _TAKES.get(type(entry))) is not None:
            take(self, entry)

    def new_day(self, at_ms: int) -> None:
        """A day begins at `at_ms`, local midnight: counts begin anew, what goes on goes on.

        To be told before the first entry of that day.
        """
        self.ledger.begin(at_ms, [call.queue for call in self.calls.values()])
        self.callers, self.hidden_callers = {}, [0, 0]
        for agent in self.agents.values():
            board_of_staff.begins_day(agent, self.ledger.day_starts_ms)
        for partner in self.partners.values():
            partner.talks, partner.talk_ms, partner.failed = 0, 0, 0


_TAKES = {**board_of_callers.TAKES, **board_of_talks.TAKES, **board_of_staff.TAKES}
"""What is done with an entry of each kind; those of other kinds say nothing that is shown."""
KINDS: frozenset[type] = frozenset(_TAKES)
"""The entries that a board is made of."""
