"""What an event means in each state of a callback: the part of `routing.table` about calls whose caller has gone."""

from collections.abc import Callable

from routing.callback_events import (
    CallbackAccepted,
    CallbackCancelled,
    CallbackNotBegun,
    CallbackNotWritten,
    CallbackWritten,
    CitizenNotReached,
    CitizenReached,
)
from routing.callbacks import caller_left, cancelled, not_written, promise_heard, written
from routing.events import CallerHungUp, ConversationEnded, OfferAnswered, OfferFailed, PromptFinished
from routing.offers import failed
from routing.ringing_back import accepted, agent_listens, leg_lost, not_begun, not_reached, reached, talk_ended_unseen
from routing.state import CallState

S = CallState
ENDED = "ended"
_AGAIN = (S.PROMISED, ENDED)
ROWS: dict[tuple[CallState, type], tuple[Callable[..., bool | None], tuple[str, ...]]] = {
    (S.PROMISING, PromptFinished): (promise_heard, (S.PROMISING, S.PROMISED)),
    (S.PROMISING, CallbackWritten): (written, (S.PROMISING, S.PROMISED)),
    (S.PROMISING, CallbackNotWritten): (not_written, (S.WAITING,)),
    (S.PROMISING, CallerHungUp): (caller_left, (S.PROMISED,)),
    (S.PROMISED, CallbackWritten): (written, (S.PROMISED,)),
    (S.PROMISED, CallbackCancelled): (cancelled, (ENDED,)),
    (S.CALLBACK_OFFERED, CallbackWritten): (written, (S.CALLBACK_OFFERED,)),
    (S.CALLBACK_OFFERED, OfferAnswered): (agent_listens, (S.CALLBACK_OFFERED,)),
    (S.CALLBACK_OFFERED, OfferFailed): (failed, (S.PROMISED,)),
    (S.CALLBACK_OFFERED, CallbackNotBegun): (not_begun, (S.PROMISED,)),
    (S.CALLBACK_OFFERED, CallbackAccepted): (accepted, (S.CALLING_BACK,)),
    (S.CALLBACK_OFFERED, CitizenReached): (reached, (S.TALKING,)),
    (S.CALLBACK_OFFERED, CitizenNotReached): (not_reached, _AGAIN),
    (S.CALLBACK_OFFERED, CallbackCancelled): (cancelled, (ENDED,)),
    (S.CALLING_BACK, CallbackWritten): (written, (S.CALLING_BACK,)),
    (S.CALLING_BACK, CitizenReached): (reached, (S.TALKING,)),
    (S.CALLING_BACK, CitizenNotReached): (not_reached, _AGAIN),
    (S.CALLING_BACK, OfferFailed): (leg_lost, _AGAIN),
    (S.CALLING_BACK, ConversationEnded): (talk_ended_unseen, (ENDED,)),
    (S.TALKING, CallbackWritten): (written, (S.TALKING,)),
}

_STOPS = ((S.CALLBACK_OFFERED, S.PROMISED), (S.CALLBACK_OFFERED, ENDED))
MOVES: dict[str, tuple[tuple[str, str], ...]] = {
    "matching": ((S.PROMISED, S.CALLBACK_OFFERED),),
    "CallbackOrdered": (("begun", S.PROMISED), ("begun", ENDED)),
    "CallbackRestored": (("begun", S.PROMISED), ("begun", ENDED)),
    "CALLBACK_DUE": (
        (S.PROMISING, S.WAITING),
        (S.PROMISED, ENDED),
        (S.CALLING_BACK, S.PROMISED),
        (S.CALLING_BACK, ENDED),
    ),
    "RING_ENDS": _STOPS,
    "AgentLoggedOut": _STOPS,
    "AgentPaused": _STOPS,
    "PhoneStateChanged": _STOPS,
    "a new plan": _STOPS,
    "ConversationEnded": ((S.TALKING, S.PROMISED),),
    "DigitsEntered": ((S.WAITING, S.PROMISING),),
    "CallResumed": tuple(
        (state, to)
        for state in (S.PROMISING, S.PROMISED, S.CALLBACK_OFFERED, S.CALLING_BACK, S.TALKING)
        for to in (S.WAITING, S.MENU)
    ),
    "WorldListed": tuple(
        (state, to)
        for state in (S.PROMISING, S.PROMISED, S.CALLBACK_OFFERED, S.CALLING_BACK, S.TALKING)
        for to in (S.PROMISED, S.CALLBACK_OFFERED, S.CALLING_BACK, S.TALKING)
        if state is not to
    ),
}
