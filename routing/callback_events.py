"""What the world reports of callbacks; part of `routing.events.Event`."""

from enum import StrEnum

from queues.entries import OfferResult
from queues.facts import fact
from queues.ids import AgentId, CallId, Clearance, Instant, OfferId, QueueId


@fact(frozen=True, slots=True)
class CallbackWritten:
    """The promise outlives us from now on: the caller may go."""

    call: CallId


@fact(frozen=True, slots=True)
class CallbackNotWritten:
    """The promise could not be written down."""

    call: CallId


@fact(frozen=True, slots=True)
class CallbackAccepted:
    """The agent pressed 1: the citizen is being rung."""

    call: CallId
    offer: OfferId


@fact(frozen=True, slots=True)
class CitizenReached:
    """The citizen answered and pressed 1: agent and citizen hear each other."""

    call: CallId
    offer: OfferId


@fact(frozen=True, slots=True)
class CitizenNotReached:
    """Nobody answered, or nobody pressed 1: perhaps an answering machine."""

    call: CallId
    offer: OfferId
    result: OfferResult


@fact(frozen=True, slots=True)
class CallbackNotBegun:
    """The agent could not be rung at all, through no fault of theirs or their phone's."""

    call: CallId
    offer: OfferId


@fact(frozen=True, slots=True)
class CallbackCancelled:
    """Somebody takes the promise back."""

    call: CallId


@fact(frozen=True, slots=True)
class CallbackOrdered:
    """An agent promises to ring whom they talk to, or talked to last. `call` is a new id."""

    agent: AgentId
    call: CallId
    queue: QueueId
    """"" for the line that the talk came from."""
    deadline_ms: int
    """Within how long; 0 for the line's own rule."""
    matter: str


@fact(frozen=True, slots=True)
class CallbackRestored:
    """A promise that was found written down when this engine started, or that is to be written down."""

    call: CallId
    caller: str
    """Whom to ring, as the network wrote it."""
    number: str
    """The number that was rung when it was promised."""
    language: str
    queue: QueueId
    entered_at_ms: Instant
    clearance: Clearance
    priority: int
    matter: str
    by: AgentId
    promised_at_ms: Instant
    due_ms: Instant
    tries: int
    rests_until_ms: Instant
    reached_at_ms: Instant


class FoundCallbackState(StrEnum):
    """What Asterisk's lists say of an agent's phone that rings for a callback."""

    RINGING = "ringing"
    """Rings, or asks the agent."""
    CALLING = "calling"
    """The citizen is rung."""
    TALKING = "talking"


@fact(frozen=True, slots=True)
class FoundCallback:
    """An agent's phone in a callback."""

    call: CallId
    state: FoundCallbackState
    agent: AgentId
    offer: OfferId
    since_ms: Instant = Instant(0)
    """When the talk began; 0 if the lists do not say."""
