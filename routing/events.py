"""What the world reports: frozen, in the past tense. Nothing else reaches the kernel, and nothing else is replayed."""

from enum import StrEnum

from queues.agents import AgentState, PhoneState
from queues.asked_entries import Force
from queues.entries import OfferResult, TalkEnder
from queues.facts import fact
from queues.ids import AgentId, CallId, Instant, OfferId, PartnerId, PromptId, QueueId
from routing.callback_events import (
    CallbackAccepted,
    CallbackCancelled,
    CallbackNotBegun,
    CallbackNotWritten,
    CallbackOrdered,
    CallbackRestored,
    CallbackWritten,
    CitizenNotReached,
    CitizenReached,
    FoundCallback,
)
from routing.operator_events import AgentReassigned, CallParked, CallPicked
from routing.papers import Papers


# ── the caller ──────────────────────────────────────────────────────────────────────────────────────────────────
@fact(frozen=True, slots=True)
class CallArrived:
    """Asterisk answered a caller and asks what to do."""

    call: CallId
    number: str
    caller: str
    been_outside: bool = False
    """It says of itself that we have sent it outside before: it never goes there again."""
    sent_as: CallId = CallId("")
    """The call of ours that was sent outside and is this one, if that is certain."""


@fact(frozen=True, slots=True)
class CallResumed:
    """A caller whose session was lost, here or under an engine before us, asks again what to do."""

    call: CallId
    number: str
    caller: str
    papers: Papers


@fact(frozen=True, slots=True)
class PromptFinished:
    """The last `Say` was heard to its end."""

    call: CallId


@fact(frozen=True, slots=True)
class DigitsEntered:
    """The last `AskDigits` ended, or a key was pressed that the last `Say` or `HoldMusic` named.

    `digits` is in [0-9*#]*, "" when the caller pressed nothing in time.
    """

    call: CallId
    digits: str


@fact(frozen=True, slots=True)
class MenuCut:
    """The caller can be asked no longer: the engine is about to stop."""

    call: CallId


@fact(frozen=True, slots=True)
class CallerHungUp:
    """The caller's channel is gone or going."""

    call: CallId


# ── the offer and the talk ──────────────────────────────────────────────────────────────────────────────────────
@fact(frozen=True, slots=True)
class OfferRings:
    """It rings, or somebody has answered, at a partner: the call has come through."""

    call: CallId
    offer: OfferId


@fact(frozen=True, slots=True)
class OfferAnswered:
    """Agent and caller hear each other."""

    call: CallId
    offer: OfferId


@fact(frozen=True, slots=True)
class OfferFailed:
    """The ringing ended without an answer."""

    call: CallId
    offer: OfferId
    result: OfferResult


@fact(frozen=True, slots=True)
class ConversationEnded:
    """The talk is over and the caller is still there (a caller who hangs up is a `CallerHungUp`)."""

    call: CallId
    offer: OfferId
    by: TalkEnder


# ── the agent ───────────────────────────────────────────────────────────────────────────────────────────────────
@fact(frozen=True, slots=True)
class AgentLoggedIn:
    agent: AgentId


@fact(frozen=True, slots=True)
class AgentLoggedOut:
    agent: AgentId
    who: str = ""
    """Who did it, if not the person."""


@fact(frozen=True, slots=True)
class AgentReady:
    """The person asks for calls; ends a pause and a wrap-up alike."""

    agent: AgentId


@fact(frozen=True, slots=True)
class AgentPaused:
    agent: AgentId
    reason: str


@fact(frozen=True, slots=True)
class WrapUpProlonged:
    agent: AgentId
    by_ms: int


@fact(frozen=True, slots=True)
class TransferRequested:
    """The person who talks wants the call to go to `queue` at `level` (2 specialist, 3 department), or to `person`."""

    agent: AgentId
    queue: QueueId
    level: int
    person: AgentId = AgentId("")


@fact(frozen=True, slots=True)
class PhoneStateChanged:
    agent: AgentId
    state: PhoneState


@fact(frozen=True, slots=True)
class AgentRestored:
    """What the log says this person was doing when the engine before us ended."""

    agent: AgentId
    state: AgentState
    reason: str
    until_ms: int
    """When it ends by itself; 0 for never."""


# ── by hand ─────────────────────────────────────────────────────────────────────────────────────────────────────
@fact(frozen=True, slots=True)
class HoursForced:
    """Somebody wants opening hours otherwise than they are written, or as they are written again."""

    hours: str
    """Their name; "" for the whole house."""
    how: Force
    until_ms: Instant
    """When they follow their schedule again by themselves; 0 for never."""
    who: str


@fact(frozen=True, slots=True)
class CrisisMessageSet:
    """Somebody wants everybody to hear this first."""

    prompt: PromptId
    """"" for nothing any more."""
    instead: bool
    """In the place of the menu, else before the greeting."""
    until_ms: Instant
    who: str


# ── the partners ────────────────────────────────────────────────────────────────────────────────────────────────
@fact(frozen=True, slots=True)
class PartnerRestored:
    """What the log says was talked at this partner today, before this engine began."""

    partner: PartnerId
    day: int
    """In days since 1970, UTC."""
    used_ms: int


# ── the link ────────────────────────────────────────────────────────────────────────────────────────────────────
class FoundState(StrEnum):
    """What Asterisk's lists say of a caller's channel."""

    IN_SESSION = "in_session"
    """In an AGI session with this engine."""
    IN_FALLBACK = "in_fallback"
    """In the fail-open dialplan: takes care of itself until it is taken back."""
    RINGING = "ringing"
    TALKING = "talking"


@fact(frozen=True, slots=True)
class FoundCall:
    call: CallId
    state: FoundState
    number: str
    caller: str
    papers: Papers
    agent: AgentId = AgentId("")
    offer: OfferId = OfferId(0)
    since_ms: Instant = Instant(0)
    """When the ringing or the talk began; 0 if the lists do not say."""


@fact(frozen=True, slots=True)
class WorldListed:
    """Everything that Asterisk has, as it was no earlier than `asked_at_ms`. What we believe otherwise is wrong."""

    asked_at_ms: Instant
    calls: tuple[FoundCall, ...]
    phones: tuple[tuple[AgentId, PhoneState], ...]
    restarted: bool = False
    """Asterisk has begun anew since the list before: whom it no longer has was cut off by that."""
    callbacks: tuple[FoundCallback, ...] = ()


@fact(frozen=True, slots=True)
class LinkLost:
    """Nothing can be withdrawn and no answer seen: no new offers until the world has been listed again."""

    reason: str


@fact(frozen=True, slots=True)
class Tick:
    """Nothing happened but time; lets a driver record when it woke a deadline."""


Event = (
    CallArrived
    | CallResumed
    | PromptFinished
    | DigitsEntered
    | MenuCut
    | CallerHungUp
    | OfferRings
    | OfferAnswered
    | OfferFailed
    | ConversationEnded
    | AgentLoggedIn
    | AgentLoggedOut
    | AgentReady
    | AgentPaused
    | WrapUpProlonged
    | TransferRequested
    | CallPicked
    | CallParked
    | AgentReassigned
    | PhoneStateChanged
    | AgentRestored
    | HoursForced
    | CrisisMessageSet
    | PartnerRestored
    | WorldListed
    | LinkLost
    | CallbackWritten
    | CallbackNotWritten
    | CallbackNotBegun
    | CallbackAccepted
    | CitizenReached
    | CitizenNotReached
    | CallbackCancelled
    | CallbackOrdered
    | CallbackRestored
    | Tick
)
