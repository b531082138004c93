"""What an event means while somebody looks for a person by name: the part of `routing.table` about those calls."""

from collections.abc import Callable

from routing.callers import hung_up
from routing.events import CallerHungUp, ConversationEnded, DigitsEntered, MenuCut, OfferAnswered, OfferFailed
from routing.naming import cut, key_pressed
from routing.offers import answered, ended_unseen, failed
from routing.state import CallState

S = CallState
ENDED = "ended"
ROWS: dict[tuple[CallState, type], tuple[Callable[..., bool | None], tuple[str, ...]]] = {
    (S.NAMING, DigitsEntered): (key_pressed, (S.NAMING, S.CONNECTING, S.WAITING, S.LEAVING, S.PROMISING)),
    (S.NAMING, MenuCut): (cut, (S.WAITING, S.LEAVING)),
    (S.NAMING, CallerHungUp): (hung_up, (ENDED,)),
    (S.CONNECTING, OfferAnswered): (answered, (S.TALKING,)),
    (S.CONNECTING, OfferFailed): (failed, (S.NAMING,)),
    (S.CONNECTING, ConversationEnded): (ended_unseen, (S.NAMING, ENDED)),
    (S.CONNECTING, CallerHungUp): (hung_up, (ENDED,)),
}

_STOPS = ((S.CONNECTING, S.NAMING),)
MOVES: dict[str, tuple[tuple[str, str], ...]] = {
    "DigitsEntered": ((S.MENU, S.NAMING),),
    "ConversationEnded": ((S.TALKING, S.NAMING),),
    "RING_ENDS": _STOPS,
    "PERSON_RING_ENDS": _STOPS,
    "AgentLoggedOut": _STOPS,
    "AgentPaused": _STOPS,
    "PhoneStateChanged": _STOPS,
    "a new plan": _STOPS,
    "CallResumed": tuple((state, to) for state in (S.NAMING, S.CONNECTING) for to in (S.WAITING, S.MENU)),
    "WorldListed": ((S.CONNECTING, S.NAMING), (S.TALKING, S.NAMING)),
}
