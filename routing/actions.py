"""What the world is asked to do: frozen, imperative. Actions for one call are performed in the order given.

Each action that takes time (`Say`, `AskDigits`, an offer) is answered by exactly one event, or ended by the
caller's hang-up, by `WithdrawOffer`, or by the next action for the same call, which cuts it short and silences it.
"""

from dataclasses import dataclass

from queues.ids import AgentId, CallId, OfferId, PromptId
from routing.papers import Papers


@dataclass(frozen=True, slots=True)
class KeepPapers:
    """Lay the papers on the caller's channel; done before whatever follows for the call."""

    call: CallId
    papers: Papers


@dataclass(frozen=True, slots=True)
class Say:
    """Play the prompts in the call's language → `PromptFinished`, or `DigitsEntered` if one of `keys` cut it short."""

    call: CallId
    prompts: tuple[PromptId, ...]
    language: str
    keys: str = ""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class HoldMusic:
    """Let the caller hear music until the next action; no answer, except `DigitsEntered` for each of `keys` pressed.

    The music goes on over the key.
    """

    call: CallId
    music: str
    keys: str = ""


@dataclass(frozen=True, slots=True)
class OfferToAgent:
    """Ring the agent's phone, music going on → `OfferAnswered` then `ConversationEnded`, or `OfferFailed`.

    The kernel owns the ring time and withdraws; Asterisk's own time-out is a little longer than `ring_ms`.
    """

    call: CallId
    offer: OfferId
    agent: AgentId
    ring_ms: int
    music: str


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class WithdrawOffer:
    """Stop the ringing, or end the talk that has this instant begun; not answered."""

    call: CallId
    offer: OfferId
    agent: AgentId


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up on purpose; the call has its outcome."""

    call: CallId


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Fetch a caller out of the fail-open dialplan → `CallResumed`."""

    call: CallId


@dataclass(frozen=True, slots=True)
class LeaveToFallback:
    """Let the fail-open dialplan have the caller: more calls than the plan allows."""

    call: CallId


Action = KeepPapers | Say | AskDigits | HoldMusic | OfferToAgent | OfferToPartner | WithdrawOffer | EndCall | TakeBack | LeaveToFallback
