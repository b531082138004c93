"""What is remembered: facts in the past tense, in the order in which they happened.

A day can be read from its entries; every figure anybody is shown is a function of them.
"""

from enum import StrEnum

from queues.agents import AgentState
from queues.asked_entries import AskedEntry
from queues.facts import fact
from queues.ids import AgentId, CallId, Clearance, Instant, MenuId, OfferId, PartnerId, QueueId
from queues.limit_entries import LimitReached
from queues.moved_entries import CallMoved
from queues.name_entries import NameEntry
from queues.operator_entries import OperatorEntry
from queues.transfer_entries import TransferEntry
from queues.weighed_entries import CandidatesWeighed


class Outcome(StrEnum):
    """How a call ended; every call that entered has exactly one (ROUTING.md, Outcomes)."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    OVERFLOWED_EXTERNAL = "overflowed_external"
    CALLBACK_KEPT = "callback_kept"
    CALLBACK_FAILED = "callback_failed"
    CLOSED = "closed"
    TURNED_AWAY = "turned_away"
    FAILED = "failed"


class OfferResult(StrEnum):
    """How an offer ended without a talk."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    LOOPED = "looped"
    """A partner sent the call back to us."""
    CALLER_HUNG_UP = "caller_hung_up"
    WITHDRAWN = "withdrawn"


class TalkEnder(StrEnum):
    """Who ended a talk."""

    AGENT = "agent"
    NO_SOUND = "no_sound"
    """The agent's phone sent nothing for so long that it was given up."""
    CALLER = "caller"
    TRANSFER = "transfer"
    """The agent put the caller through to somebody else."""
    PARKED = "parked"
    """The agent lets the caller wait for them."""
    UNKNOWN = "unknown"


@fact(frozen=True, slots=True)
class CallEntered:
    at_ms: Instant
    call: CallId
    number: str
    """The number that was rung."""
    caller: str
    """Whom the network says is calling; pseudonymised before it is stored."""
    language: str


@fact(frozen=True, slots=True)
class MenuEntered:
    at_ms: Instant
    call: CallId
    menu: MenuId


@fact(frozen=True, slots=True)
class MenuChoiceMade:
    at_ms: Instant
    call: CallId
    menu: MenuId
    key: str
    """The key, or "" for silence."""
    meaning: str
    """choice, repeat, human, invalid or silence."""


@fact(frozen=True, slots=True)
class CallQueued:
    at_ms: Instant
    call: CallId
    queue: QueueId
    entered_at_ms: Instant
    """The instant that decides the place in line; earlier than `at_ms` when the call kept its place."""
    clearance: Clearance
    reason: str
    """choice, silence, invalid, human, menu_cut, overflow, resumed."""


@fact(frozen=True, slots=True)
class CallOffered:
    at_ms: Instant
    call: CallId
    offer: OfferId
    queue: QueueId
    agent: AgentId
    step: int
    """Which step of the queue's plan made the agent eligible, from 0."""
    level: int
    """The agent's level for the queue, 0 if lent from another queue."""


@fact(frozen=True, slots=True)
class OfferEnded:
    at_ms: Instant
    call: CallId
    offer: OfferId
    agent: AgentId
    result: OfferResult
    rang_ms: int


@fact(frozen=True, slots=True)
class CallAnswered:
    at_ms: Instant
    call: CallId
    offer: OfferId
    queue: QueueId
    agent: AgentId
    wait_ms: int
    """From entering the queue to the answer."""


@fact(frozen=True, slots=True)
class TalkEnded:
    at_ms: Instant
    call: CallId
    offer: OfferId
    agent: AgentId
    talk_ms: int
    by: TalkEnder


@fact(frozen=True, slots=True)
class CallReturned:
    """The call is back in line in its old place after a talk that was none, or after its engine was gone."""

    at_ms: Instant
    call: CallId
    queue: QueueId
    entered_at_ms: Instant
    reason: str
    """short_talk, resumed, talk_lost."""


@fact(frozen=True, slots=True)
class CallRecovered:
    """The engine learnt of this call from Asterisk and not from its own past."""

    at_ms: Instant
    call: CallId
    state: str
    number: str
    caller: str
    queue: QueueId
    entered_at_ms: Instant
    clearance: Clearance
    agent: AgentId
    """"" unless ringing or talking."""
    answered_at_ms: Instant
    """When the talk began, 0 unless talking: such a call is answered, whether or not a `CallAnswered` was kept."""
    language: str = ""
    """"" if nobody knows."""


@fact(frozen=True, slots=True)
class CallEnded:
    at_ms: Instant
    call: CallId
    outcome: Outcome
    state: str
    """The call's state in which it ended."""
    queue: QueueId
    """"" if the call never reached one."""
    wait_ms: int
    """From entering the queue to answer or leaving; 0 if it never reached one."""
    reason: str
    """Why, when the outcome alone does not say: caller_hung_up, missing, number_unknown, asterisk_restart, …"""


@fact(frozen=True, slots=True)
class AgentStateChanged:
    at_ms: Instant
    agent: AgentId
    before: AgentState
    after: AgentState
    reason: str
    until_ms: int
    """When it ends by itself; 0 for never."""


@fact(frozen=True, slots=True)
class PartnerChanged:
    """What a partner's lines do from now on, those that talk apart."""

    at_ms: Instant
    partner: PartnerId
    state: str
    """open, closed (by its hours), spent (its minutes of the day), unreachable, or circuit_open (too many failures)."""


@fact(frozen=True, slots=True)
class StepOpened:
    at_ms: Instant
    call: CallId
    queue: QueueId
    step: int
    reason: str
    """time, condition (which held later than the time), nobody_there (in the step before), by_limit."""


@fact(frozen=True, slots=True)
class RoutingPaused:
    at_ms: Instant
    reason: str
    """Why the link is lost; `NOT_LISTED_YET` where an engine begins, which knows nothing of what was before it."""


@fact(frozen=True, slots=True)
class RoutingResumed:
    at_ms: Instant


@fact(frozen=True, slots=True)
class PlanReplaced:
    at_ms: Instant
    plan: str
    """The digest of the plan in force from now on."""


@fact(frozen=True, slots=True)
class CallbackPromised:
    """The call goes on without its caller; its final row comes when the promise is kept or given up."""

    at_ms: Instant
    call: CallId
    queue: QueueId
    entered_at_ms: Instant
    clearance: Clearance
    by: AgentId
    """Who promised it; "" for the caller's own key."""
    due_ms: Instant


@fact(frozen=True, slots=True)
class CallbackTakenBack:
    """The caller is on the line after all, or the promise could not be written down: they wait as before."""

    at_ms: Instant
    call: CallId
    reason: str
    """not_written or caller_is_here."""


@fact(frozen=True, slots=True)
class CitizenRung:
    """An agent took on the callback and the citizen is rung."""

    at_ms: Instant
    call: CallId
    offer: OfferId
    agent: AgentId
    attempt: int


@fact(frozen=True, slots=True)
class CitizenMissed:
    """The citizen was rung for nothing."""

    at_ms: Instant
    call: CallId
    offer: OfferId
    agent: AgentId
    result: OfferResult
    attempt: int
    again_at_ms: Instant
    """When they are rung again at the earliest; 0 for not at all."""


@fact(frozen=True, slots=True)
class CallbackOverdue:
    """The promise should have been kept by now."""

    at_ms: Instant
    call: CallId
    queue: QueueId
    due_ms: Instant


@fact(frozen=True, slots=True)
class LateEventSeen:
    """An event that no longer meant anything where it arrived: remembered, and ignored."""

    at_ms: Instant
    event: str
    subject: str
    state: str


Entry = (
    CallEntered
    | MenuEntered
    | MenuChoiceMade
    | NameEntry
    | AskedEntry
    | CallQueued
    | CandidatesWeighed
    | CallOffered
    | OfferEnded
    | CallAnswered
    | TalkEnded
    | TransferEntry
    | OperatorEntry
    | CallReturned
    | CallRecovered
    | CallMoved
    | CallEnded
    | AgentStateChanged
    | PartnerChanged
    | StepOpened
    | LimitReached
    | RoutingPaused
    | RoutingResumed
    | PlanReplaced
    | CallbackPromised
    | CallbackTakenBack
    | CitizenRung
    | CitizenMissed
    | CallbackOverdue
    | LateEventSeen
)
