"""One call and one person as the kernel knows them: where they are, and what they must not forget."""

from dataclasses import dataclass, field
from enum import StrEnum

from queues.agents import AgentState, PhoneState
from queues.entries import Outcome
from queues.ids import (
    UNKNOWN_CLEARANCE,
    AgentId,
    CallId,
    Clearance,
    Instant,
    MenuId,
    OfferId,
    PartnerId,
    PromptId,
    QueueId,
    partner_of,
)
from queues.line import Place
from routing.bounds import Bounds
from routing.directory import Search
from routing.handed import Handed
from routing.menu import MenuTries
from routing.outside import Legs
from routing.papers import Papers
from routing.parked import Parked
from routing.plan import Menu, OpenHours
from routing.promise import Promise
from routing.told import Told

NOBODY = AgentId("")
NO_OFFER = OfferId(0)
NO_QUEUE = QueueId("")


class CallState(StrEnum):
    """Where a call is. A call that ended is forgotten."""

    MENU = "menu"
    WAITING = "waiting"
    OFFERED = "offered"
    TALKING = "talking"
    SURVEYING = "surveying"
    """Has been served, and answers questions about it."""
    LEAVING = "leaving"
    """Hears the last message."""
    AWAY = "away"
    """In the fail-open dialplan."""
    PROMISING = "promising"
    """The caller hears that they will be rung, and the promise is being written down."""
    PROMISED = "promised"
    """Stands in line without its caller, or rests until it may again."""
    CALLBACK_OFFERED = "callback_offered"
    """An agent is asked to ring the citizen."""
    CALLING_BACK = "calling_back"
    """The citizen is rung, the agent listening."""
    NAMING = "naming"
    """Looks for a person by name, or hears why they are not reached."""
    CONNECTING = "connecting"
    """The phone of a person chosen by name rings."""
    PARKED = "parked"
    """Has talked, and waits for the same person."""


RINGING = frozenset({CallState.OFFERED, CallState.CONNECTING})
"""A phone rings for a caller who is on the line."""


@dataclass(slots=True)
class Call:
    """One caller."""

    id: CallId
    sequence: int
    number: str
    caller: str
    language: str
    known_at_ms: Instant
    """When something last happened to it: a list asked for no later says nothing about it."""
    state: CallState = CallState.MENU
    menu: MenuId = MenuId("")
    heard: Menu | None = None
    """The menu as it was read to the caller: what a key means does not change under the finger."""
    menus: int = 0
    """How many menus were entered; bounds a caller who walks in a circle."""
    tries: MenuTries = field(default_factory=MenuTries)
    queue: QueueId = NO_QUEUE
    place: Place | None = None
    entered_at_ms: Instant = Instant(0)
    clearance: Clearance = UNKNOWN_CLEARANCE
    priority: int = 0
    open_steps: int = 0
    """The steps of the queue's plan that have opened for it, as bits."""
    closes_at_ms: Instant = Instant(0)
    """When whoever still waits is told that the line has closed; 0 for never."""
    message_at_ms: Instant = Instant(0)
    """When the caller is next told to be still in line."""
    told: Told = field(default_factory=Told)
    bounds: Bounds = field(default_factory=Bounds)
    offer: OfferId = NO_OFFER
    agent: AgentId = NOBODY
    offered_at_ms: Instant = Instant(0)
    answered_at_ms: Instant = Instant(0)
    outcome: Outcome | None = None
    """Decided while the last message is heard."""
    last_words: tuple[PromptId, ...] = ()
    """What is said then."""
    reason: str = ""
    recoveries: int = 0
    found_again: bool = False
    """Counted and remembered as recovered, and not in a session since."""
    adopted: bool = False
    """Not in a session of ours: found ringing, talking or waiting in Asterisk."""
    open_for: dict[str | OpenHours, bool] = field(default_factory=dict)
    """Whether a line was open when the call first asked for it, by the name of its hours."""
    warned: tuple[str, str] = ("", "")
    """The crisis message that the caller has heard, and in which language."""
    question: int = 0
    """Of a survey: which is being asked, and how many times it has been."""
    asks: int = 0
    handed: Handed = field(default_factory=Handed)
    legs: Legs = field(default_factory=Legs)
    promise: Promise | None = None
    """The citizen is to be rung: nobody need be on the line."""
    search: Search | None = None
    """The caller has chosen to be put through to a person by name, and stands in no line."""
    parked: Parked | None = None
    """Somebody has parked it, and it returns to them."""

    @property
    def off_the_line(self) -> bool:
        """Whether the call goes on without a channel of its caller's, so that no list of callers holds it."""
        return self.promise is not None and self.state is not CallState.PROMISING

    @property
    def stood_in_line(self) -> bool:
        """Whether the call has had a place in a line of ours."""
        return self.message_at_ms > 0

    def papers(self) -> Papers:
        """What the call must carry from now on."""
        return Papers(
            menu=self.menu,
            queue=self.queue or (self.search.home if self.search else NO_QUEUE),
            entered_at_ms=self.entered_at_ms,
            clearance=self.clearance,
            language=self.language,
            priority=self.priority,
            recoveries=self.recoveries,
            outside=self.legs.made,
        )


@dataclass(frozen=True, slots=True)
class TalkedTo:
    """The other side of a talk."""

    caller: str
    number: str
    """The number that was rung."""
    language: str
    queue: QueueId
    clearance: Clearance


@dataclass(slots=True)
class Person:
    """One agent: a person with a phone. Or a seat that is one line to a partner."""

    id: AgentId
    index: int
    state: AgentState = AgentState.LOGGED_OUT
    reason: str = ""
    phone: PhoneState = PhoneState.UNREACHABLE
    since_ms: Instant = Instant(0)
    call: CallId = CallId("")
    misses: int = 0
    intends: AgentState | None = None
    """Logged out or not ready as soon as the talk and its wrap-up allow."""
    intends_reason: str = ""
    chose_to_leave: bool = False
    """Logged out by their own will: a reachable phone alone does not log them in again."""
    talked_to: TalkedTo | None = None
    """Whom they talk to, or talked to last: what they promise is about them."""
    partner: PartnerId = field(init=False)
    """Whose line this seat is; "" for a person."""

    def __post_init__(self) -> None:
        self.partner = partner_of(self.id)
