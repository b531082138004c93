"""A call as the people at the screens see it: folded from what is remembered, and never more than that."""

from dataclasses import dataclass
from enum import StrEnum

from queues.board_queues import Answer
from queues.ids import UNKNOWN_CLEARANCE, AgentId, CallId, Clearance, Instant, OfferId, QueueId
from queues.weighed_entries import CandidatesWeighed

MOST_CHOICES = 40
"""Steps of the way through the menus that are kept of one call: whoever walks in a circle has no longer path."""


class BoardState(StrEnum):
    """What a call does. The states of the kernel, a few of which look the same from outside."""

    MENU = "menu"
    NAMING = "naming"
    """Looks for a person by name, or hears why they are not reached."""
    WAITING = "waiting"
    AWAY = "away"
    """In the care of the fail-open dialplan: waits there in the line of `queue`; without one, is in its menu."""
    OFFERED = "offered"
    """A phone rings for it: an agent's, a partner's, or that of a person chosen by name."""
    TALKING = "talking"
    PARKED = "parked"
    SURVEYING = "surveying"
    LEAVING = "leaving"
    """Hears the last words."""
    CALLBACK = "callback"
    """Its caller is to be rung: stands in line without them, or rests."""
    CALLBACK_OFFERED = "callback_offered"
    """An agent is asked to ring the citizen."""
    CALLING_BACK = "calling_back"
    """The citizen is rung, the agent listening."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One key in one menu."""

    at_ms: Instant
    menu: str
    key: str
    """"" for silence."""
    meaning: str
    """choice, repeat, human, invalid or silence."""


@dataclass(slots=True)
class BoardCall:
    """A call that goes on. Nobody but the fold changes it."""

    id: CallId
    arrived_at_ms: Instant
    number: str = ""
    """The number that was rung."""
    caller: str = ""
    """A pseudonym; "" for a hidden number, or when nobody knows."""
    language: str = ""
    state: BoardState = BoardState.MENU
    since_ms: Instant = Instant(0)
    """When it began to do this."""
    queue: QueueId = QueueId("")
    """"" if it has chosen none."""
    entered_at_ms: Instant = Instant(0)
    """The instant that decides its place in line; 0 if it has none."""
    queued_at_ms: Instant = Instant(0)
    """When it came to stand in this very queue; 0 if it never did."""
    clearance: Clearance = UNKNOWN_CLEARANCE
    agent: AgentId = AgentId("")
    """Who is offered it or talks to it; "" for nobody, or somebody who is no agent."""
    offer: OfferId = OfferId(0)
    answered_at_ms: Instant = Instant(0)
    """When the talk that goes on began; 0 if there is none."""
    menu: str = ""
    path: tuple[Choice, ...] = ()
    steps: tuple[int, ...] = ()
    """Which steps of its line's plan have opened for it, beyond the first."""
    transfers: int = 0
    parked_by: AgentId = AgentId("")
    until_ms: Instant = Instant(0)
    """Of a parked call: when it comes back by itself."""
    came: str = ""
    """Why it came to stand where it stands: choice, overflow, transfer, transfer_returned, parking_ended, ….
    "" if it has not."""
    weighed: CandidatesWeighed | None = None
    """The last routing decision about it since it came there, where decisions are explained."""
    due_ms: Instant = Instant(0)
    """By when its caller is to have been rung; 0 if that is not promised."""
    promised_by: AgentId = AgentId("")
    """Which agent promised it; "" for the caller's own key."""
    overdue: bool = False
    attempts: int = 0
    """How many times the citizen has been rung."""
    recoveries: int = 0
    misses: int = 0
    """How many offers of it led to no talk."""
    answer: Answer | None = None
    """The answer that was counted last and may turn out to be none."""

    @property
    def promised(self) -> bool:
        """Whether its caller is to be rung."""
        return self.due_ms > 0

    @property
    def in_line(self) -> bool:
        """Whether somebody on the line waits in a queue just now, a ringing phone included."""
        return bool(self.queue) and self.state in _IN_LINE


_IN_LINE = frozenset({BoardState.WAITING, BoardState.OFFERED, BoardState.AWAY})
