"""What the world is asked to do: frozen, imperative. Actions for one call are performed in the order given.

Each action that takes time (`Say`, `AskDigits`, an offer) is answered by exactly one event, or ended by the
caller's hang-up, by `WithdrawOffer`, or by the next action for the same call, which cuts it short and silences it.
"""

from queues.facts import fact
from queues.ids import AgentId, CallId, Clearance, OfferId, PromptId
from routing.callback_events import CallbackRestored
from routing.papers import Papers


@fact(frozen=True, slots=True)
class KeepPapers:
    """Lay the papers on the caller's channel; done before whatever follows for the call."""

    call: CallId
    papers: Papers


@fact(frozen=True, slots=True)
class Say:
    """Play the prompts in the call's language → `PromptFinished`, or `DigitsEntered` if one of `keys` cut it short."""

    call: CallId
    prompts: tuple[PromptId, ...]
    language: str
    keys: str = ""
    served: bool = False
    """The caller has had their talk: should the engine die, the dialplan does not queue them again."""


@fact(frozen=True, slots=True)
class AskDigits:
    """Play the prompts, any key interrupting, and collect → `DigitsEntered`."""

    call: CallId
    prompts: tuple[PromptId, ...]
    language: str
    max_digits: int
    first_ms: int
    """How long to wait for the first key after the prompts."""
    next_ms: int
    """How long to wait between keys."""
    served: bool = False
    """As of `Say`."""


@fact(frozen=True, slots=True)
class HoldMusic:
    """Let the caller hear music until the next action; no answer, except `DigitsEntered` for each of `keys` pressed.

    The music goes on over the key.
    """

    call: CallId
    music: str
    keys: str = ""


@fact(frozen=True, slots=True)
class OfferToAgent:
    """Ring the agent's phone, music going on → `OfferAnswered` then `ConversationEnded`, or `OfferFailed`.

    The kernel owns the ring time and withdraws; Asterisk's own time-out is a little longer than `ring_ms`.
    """

    call: CallId
    offer: OfferId
    agent: AgentId
    ring_ms: int
    music: str


@fact(frozen=True, slots=True)
class OfferToPartner:
    """Ring a partner on one of its lines; answered as `OfferToAgent` is.

    Whoever answers there hears `whisper` first, in the partner's own `language`; the caller's music goes on until then.
    The number rung is the one in Asterisk's configuration: none is part of any action.
    """

    call: CallId
    offer: OfferId
    agent: AgentId
    """The seat that is the line."""
    ring_ms: int
    """Asterisk's own time-out too: what is said after the answer is no ringing."""
    music: str
    whisper: tuple[PromptId, ...]
    language: str


@fact(frozen=True, slots=True)
class RingPerson:
    """Ring a phone that is no agent's seat, on the caller's session; answered as `OfferToAgent` is."""

    call: CallId
    offer: OfferId
    phone: str
    """A phone of the house by the name of its account, or a number outside it."""
    ring_ms: int
    music: str


@fact(frozen=True, slots=True)
class WithdrawOffer:
    """Stop the ringing, or end the talk that has this instant begun; not answered."""

    call: CallId
    offer: OfferId
    agent: AgentId


@fact(frozen=True, slots=True)
class OfferCallback:
    """Ring the agent's phone and, once they have pressed 1, the citizen: an event for each thing that happens.

    `OfferAnswered` (the agent hears `ask`), `CallbackAccepted`, `CitizenReached` (they hear each other) and
    `ConversationEnded`; or `OfferFailed` before the key, or `CitizenNotReached` after it. Ended by `WithdrawOffer`.
    """

    call: CallId
    offer: OfferId
    agent: AgentId
    ring_ms: int
    number: str
    """Whom to ring, as `routing.numbers.callable_number` writes it."""
    citizen_ring_ms: int
    clearance: Clearance
    ask: tuple[PromptId, ...]
    rung: tuple[PromptId, ...]
    not_reached: tuple[PromptId, ...]
    """The last three to the agent, in the language of the house."""
    citizen: tuple[PromptId, ...]
    house_language: str
    language: str
    """The citizen's."""


@fact(frozen=True, slots=True)
class KeepCallback:
    """Write the promise where it outlives us → `CallbackWritten` or `CallbackNotWritten`."""

    call: CallId
    pending: CallbackRestored
    """What an engine after us is told."""


@fact(frozen=True, slots=True)
class ForgetCallback:
    """The promise is kept, given up or taken back: its number is erased."""

    call: CallId


@fact(frozen=True, slots=True)
class EndTalk:
    """Hang up the agent's leg of a talk; the caller stays and hears what follows. Not answered.

    The papers, and that there is no talk any more, lie on the caller's channel before the leg goes: should the engine
    die in between, the dialplan has the caller in the new line and takes nobody for served.
    """

    call: CallId
    offer: OfferId
    agent: AgentId
    papers: Papers


@fact(frozen=True, slots=True)
class EndCall:
    """Hang up on purpose; the call has its outcome."""

    call: CallId


@fact(frozen=True, slots=True)
class TakeBack:
    """Fetch a caller out of the fail-open dialplan → `CallResumed`."""

    call: CallId


@fact(frozen=True, slots=True)
class LeaveToFallback:
    """Let the fail-open dialplan have the caller: more calls than the plan allows."""

    call: CallId


Action = (
    KeepPapers
    | Say
    | AskDigits
    | HoldMusic
    | OfferToAgent
    | OfferToPartner
    | RingPerson
    | OfferCallback
    | KeepCallback
    | ForgetCallback
    | WithdrawOffer
    | EndTalk
    | EndCall
    | TakeBack
    | LeaveToFallback
)
