"""Why somebody takes a pause, in their own words: never in a word that the engine itself says of people.

Statistics tell the engine's reasons from people's, and pages put the engine's into words: whoever wrote one of them
would look as if their phone had failed, or as if they had let it ring.
"""

from ivr.control import BadOrderError
from queues.agents import NotReadyReason
from queues.entries import OfferResult
from routing.handed import TRANSFERRED
from routing.parked import PARKED
from routing.staff import BY_OTHER, BY_PHONE, PROLONGED

ENGINES = frozenset({*NotReadyReason, *OfferResult, BY_OTHER, BY_PHONE, PARKED, PROLONGED, TRANSFERRED}) - {""}
"""Reasons that the engine gives."""
THE_ENGINES = "reason_is_the_engines_own"
LONGEST = 40


def own_reason(written: str, otherwise: str) -> str:
    """The reason as it is kept, on one line; `otherwise` if there is none. Raises BadOrderError for a word of ours."""
    reason = " ".join("".join(letter if letter.isprintable() else " " for letter in written).split())[:LONGEST]
    if reason.casefold() in ENGINES:
        raise BadOrderError(THE_ENGINES)
    return reason or otherwise
