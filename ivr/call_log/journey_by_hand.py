"""What somebody did to a call by hand, told in Swedish for `tonval call`: picked out of the line, parked, back."""

from collections.abc import Callable, Iterator

from ivr.local_days import length
from queues.entries import Entry
from queues.ids import AgentId
from queues.operator_entries import CallHandPicked, ParkingBegun, ParkingEnded, ParkingRefused, PickRefused

STATES = {"parked": "parkerat"}
REASONS = {"parking_ended": "tillbaka från parkering"}
_WHY_BACK = {
    "time": "tiden var ute",
    "gone": "den som parkerade har loggat ut",
    "picked": "det hämtades",
    "lost": "kopplingen till samtalet bröts",
}
_NOT_PICKED = {
    "no_link": "ingen kontakt med växeln just då",
    "not_waiting": "det väntade inte längre",
    "resting": "uppringningen vilar",
    "being_put_through": "det var på väg till någon annan",
    "not_cleared": "saknar behörigheten",
    "not_here": "inte inloggad",
    "busy": "upptagen",
    "phone": "telefonen var upptagen eller borta",
}
_NOT_PARKED = {
    "no_talk": "inget samtal att parkera",
    "no_link": "ingen kontakt med växeln just då",
    "callback": "en uppringning parkeras inte",
    "recovered": "samtalet började före motorn",
    "time": "tiden var för kort eller för lång",
    "too_many": "för många parkerade redan",
}


def told_by_hand(entry: Entry, person: Callable[[AgentId], str]) -> Iterator[tuple[str, str]]:
    """What happened, and why; nothing for what nobody did by hand."""
    match entry:
        case CallHandPicked(agent=agent, place=place):
            yield f"{person(agent)} plockade samtalet", f"från plats {place} i kön" if place else "ur parkeringen"
        case PickRefused(agent=agent, reason=reason):
            yield f"{person(agent)} kunde inte plocka samtalet", _NOT_PICKED.get(reason, reason)
        case ParkingBegun(agent=agent):
            yield f"{person(agent)} parkerade samtalet", f"åter senast om {length(entry.until_ms - entry.at_ms)}"
        case ParkingEnded(agent=agent, reached=reached, reason=reason):
            where = f"tillbaka till {person(agent)}" if reached and reason != "picked" else "tillbaka till kön"
            what = "Parkeringen är slut, hämtat" if reason == "picked" else f"Parkeringen är slut, {where}"
            yield what, _WHY_BACK.get(reason, reason)
        case ParkingRefused(agent=agent, reason=reason):
            yield f"{person(agent)} kunde inte parkera samtalet", _NOT_PARKED.get(reason, reason)
        case _:
            pass
