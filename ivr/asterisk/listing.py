"""From Asterisk's lists to `WorldListed`. Pure.

Rules of this file: a list is older than what was heard while it was under way, so for calls touched since then what we
know counts. A channel that has hung up is not listed, whatever the list says. A call nobody knew must be in two lists
in a row to be believed, a session without a channel to be disbelieved. A call on its way between session and dialplan
is never taken for missing.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from ivr.asterisk.call_book import CallBook, TrackedCall, TrackedOffer
from ivr.asterisk.devices import device_endpoint, endpoint
from ivr.asterisk.papers_wire import NUMBER_VARIABLE, VARIABLES, papers_from_variables
from ivr.asterisk.partner_wire import SEAT_VARIABLE, seat_read
from ivr.asterisk.translate import Fields, Translator
from queues.agents import PhoneState
from queues.ids import AgentId, CallId, Instant, OfferId
from routing.events import FoundCall, FoundState, WorldListed
from routing.papers import Papers

TalksBegan = Callable[[Collection[CallId]], Mapping[CallId, Instant]]
OFFER_VARIABLE = "TONVAL_OFFER"
ANSWERED_VARIABLE = "TONVAL_ANSWERED_MS"
"""When the talk that the caller is in began, or was first seen; empty if no engine has seen it."""
CALLBACK_VARIABLE = "TONVAL_CALLBACK"
"""On an agent's phone that rings for a callback: which call it is about."""
PHASE_VARIABLE = "TONVAL_PHASE"
"""On the same: how far it has come."""
_PRESENTATION = "CALLERID(num-pres)"
LIST_VARIABLES = ",".join(
    (
        *VARIABLES,
        *(NUMBER_VARIABLE, OFFER_VARIABLE, SEAT_VARIABLE, ANSWERED_VARIABLE),
        *(CALLBACK_VARIABLE, PHASE_VARIABLE, _PRESENTATION),
    )
)
"""What the list of channels is asked to tell of each."""

ENGINE_CONTEXTS = frozenset({"from-trunk", "arrived", "resume", "engine"})
"""Where the dialplan has a caller whom it is about to hand to an engine; everywhere else it serves them itself."""
_CALLER = re.compile(r"\+?[0-9]{2,20}")
_ABSENT = "(null)"


@dataclass(slots=True)
class Listed:
    """One caller's channel as listed, and the phones that ring or talk for it."""

    row: Fields
    variables: dict[str, str]
    legs: list[Fields]


Callers = dict[CallId, Listed]


def begin_listing(book: CallBook) -> None:
    """From now on what is heard is newer than the list."""
    book.touched = set()


@dataclass(frozen=True, slots=True)
class Doubts:
    """What one list alone does not settle."""

    strangers: frozenset[CallId] = frozenset()
    """Listed calls that nobody knew."""
    missing: frozenset[CallId] = frozenset()
    """Calls in a session of ours whose channel is not listed."""


NO_DOUBTS = Doubts()


def doubts(translator: Translator, listed: Callers) -> Doubts:
    """What the next list must confirm."""
    known = translator.book.calls
    return Doubts(
        frozenset(call for call in listed if call not in known),
        frozenset(call for call, tracked in known.items() if tracked.in_session and call not in listed),
    )


def world(
    translator: Translator,
    asked_at_ms: Instant,
    listed: Callers,
    devices: list[Fields],
    before: Doubts = NO_DOUBTS,
) -> WorldListed:
    """What the lists and we together know; afterwards the book knows every call in it.

    before: what the list before this one left in doubt. Calls that are gone from both are forgotten.
    """
    book = translator.book
    touched = book.touched or set()
    found = []
    for call, one in listed.items():
        if call in book.calls or call in before.strangers:
            found.extend(_found(translator, call, one, asked_at_ms))
    for call, tracked in list(book.calls.items()):
        if call in listed:
            continue
        if call in touched or (tracked.in_session and call not in before.missing):
            found.append(_unlisted(call, tracked))
        else:
            book.close(call)
    phones = _phones(translator, devices, touched)
    book.touched = None
    return WorldListed(asked_at_ms, tuple(found), phones)


def callers(translator: Translator, status: list[Fields]) -> Callers:
    """Every caller's channel that has not hung up. A caller is one who rang a number of ours."""
    calls: Callers = {}
    legs: dict[str, list[Fields]] = {}
    for row in status:
        channel, linked = row.get("Uniqueid", ""), row.get("Linkedid", "")
        if row.get("Event") != "Status" or not channel or channel in translator.book.gone:
            continue
        if translator.is_ours(endpoint(row.get("Channel", ""))):
            legs.setdefault(linked, []).append(row)
        elif (variables := variables_of(row)).get(NUMBER_VARIABLE):
            calls[CallId(channel)] = Listed(row, variables, [])
    for call, listed in calls.items():
        listed.legs = legs.get(call, [])
    return calls


def variables_of(row: Fields) -> dict[str, str]:
    """The variables of a channel that has them set."""
    pairs = (line.partition("=") for line in row.get("Variable", "").split("\n"))
    return {name: value for name, _, value in pairs if value and value != _ABSENT}


def _found(translator: Translator, call: CallId, listed: Listed, asked_at_ms: Instant) -> list[FoundCall]:
    """The call as it is; nothing for a stranger who is on the way to us and will say so."""
    book = translator.book
    tracked = book.calls.get(call)
    rung = _rung(translator, call, listed, tracked)
    if call in book.calls:
        book.calls[call].in_fallback = not waits_for_engine(listed.row)
    number = listed.variables[NUMBER_VARIABLE]
    caller, papers = _caller(listed), papers_from_variables(listed.variables) or Papers()
    if rung is not None:
        state = FoundState.TALKING if rung.answered else FoundState.RINGING
        since = _since(rung, listed, asked_at_ms)
        return [FoundCall(call, state, number, caller, papers, rung.agent, rung.offer, since)]
    if tracked is not None and (tracked.in_session or waits_for_engine(listed.row)):
        return [FoundCall(call, FoundState.IN_SESSION, number, caller, papers)]
    if tracked is None and waits_for_engine(listed.row):
        return []
    tracked = book.open(call, in_session=False)
    tracked.offers.clear()
    tracked.in_fallback = True
    return [FoundCall(call, FoundState.IN_FALLBACK, number, caller, papers)]


def talks_without_beginning(listed: WorldListed) -> list[CallId]:
    """The calls in a talk that no engine saw begin."""
    return [call.call for call in listed.calls if call.state is FoundState.TALKING and not call.since_ms]


def with_beginnings(listed: WorldListed, began: Mapping[CallId, Instant]) -> WorldListed:
    """The same list, in which these talks have begun then (ms)."""
    calls = (replace(call, since_ms=began[call.call]) if call.call in began else call for call in listed.calls)
    return replace(listed, calls=tuple(calls))


def waits_for_engine(row: Fields) -> bool:
    """Whether the caller is where the dialplan asks an engine, or is about to, or has just done so."""
    return row.get("Context", "") in ENGINE_CONTEXTS


def _rung(translator: Translator, call: CallId, listed: Listed, tracked: TrackedCall | None) -> TrackedOffer | None:
    """The offer that is ringing or talked on, in the book from now on; None if there is none."""
    book = translator.book
    for offer in tracked.offers if tracked else ():
        _stop_withdrawn(translator, offer, listed.legs)
    current = next((offer for offer in tracked.offers if not offer.withdrawn), None) if tracked else None
    if tracked is not None and tracked.in_session:
        leg = _leg_of(current, listed.legs) if current else None
    else:
        withdrawn = {offer.leg for offer in tracked.offers if offer.withdrawn} if tracked else ()
        legs = (row for row in listed.legs if row["Uniqueid"] not in withdrawn)
        leg = max(legs, key=lambda row: _talking(row, listed), default=None)
        if leg is not None and (current is None or current.leg != leg["Uniqueid"]):
            current = TrackedOffer(_offer_id(book, leg), _seat(leg))
            book.open(call, in_session=False).offers[:] = [current]
    if current is not None and leg is not None:
        current.leg = leg["Uniqueid"]
        current.answered |= _talking(leg, listed)
    return current if leg is not None or call in (book.touched or ()) or (tracked and tracked.in_session) else None


def _leg_of(offer: TrackedOffer, legs: list[Fields]) -> Fields | None:
    """The phone's channel that belongs to the offer."""
    return next((leg for leg in legs if variables_of(leg).get(OFFER_VARIABLE) == str(offer.offer)), None)


def _stop_withdrawn(translator: Translator, offer: TrackedOffer, legs: list[Fields]) -> None:
    """A phone that still rings for an offer that was withdrawn while nobody could stop it is to be hung up."""
    leg = _leg_of(offer, legs) if offer.withdrawn else None
    if leg is not None:
        offer.leg = leg["Uniqueid"]
        translator.due_hangups.append(offer.leg)


def _offer_id(book: CallBook, leg: Fields) -> OfferId:
    """The offer written on the phone's channel; a new negative one where the fail-open queue rings."""
    written = _whole(variables_of(leg).get(OFFER_VARIABLE, ""))
    return OfferId(written) if written else book.found_offer()


def _seat(leg: Fields) -> AgentId:
    """Whose phone it is, or which of a partner's lines."""
    return seat_read(endpoint(leg["Channel"]), variables_of(leg).get(SEAT_VARIABLE, ""))


def _talking(leg: Fields, listed: Listed) -> bool:
    """Whether the phone and the caller are in the same bridge."""
    return bool(leg.get("BridgeID")) and leg.get("BridgeID") == listed.row.get("BridgeID")


def _since(offer: TrackedOffer, listed: Listed, asked_at_ms: Instant) -> Instant:
    """When the talk began, or, to the second, the ringing; 0 if the list does not say."""
    leg = next((row for row in listed.legs if row.get("Uniqueid") == offer.leg), {})
    if offer.answered:
        return Instant(min(_whole(listed.variables.get(ANSWERED_VARIABLE, "")), asked_at_ms))
    seconds = leg.get("Seconds", "")
    return Instant(max(asked_at_ms - 1000 * _whole(seconds), 0)) if seconds else Instant(0)


def _whole(digits: str) -> int:
    """The number, 0 if it is none."""
    return int(digits) if digits.isdecimal() and len(digits) <= 15 else 0


def _unlisted(call: CallId, tracked: TrackedCall) -> FoundCall:
    """A call that came, or was heard of, after the list was asked for."""
    offer = next((offer for offer in tracked.offers if not offer.withdrawn), None)
    if offer is None:
        return FoundCall(call, FoundState.IN_SESSION, "", "", Papers())
    state = FoundState.TALKING if offer.answered else FoundState.RINGING
    return FoundCall(call, state, "", "", Papers(), offer.agent, offer.offer)


def _caller(listed: Listed) -> str:
    """The caller's number, "" if withheld or no number."""
    if listed.variables.get(_PRESENTATION, "").startswith(("prohib", "unavail")):
        return ""
    number = listed.row.get("CallerIDNum", "")
    return number if _CALLER.fullmatch(number) else ""


def _phones(translator: Translator, devices: list[Fields], touched: set[str]) -> tuple[tuple[AgentId, PhoneState], ...]:
    """Every agent's phone; one that Asterisk does not know cannot be reached."""
    listed = {
        name: translator.state_of(name, row.get("State", ""))
        for row in devices
        if row.get("Event") == "DeviceStateChange" and (name := device_endpoint(row.get("Device", "")))
    }
    for name in (*translator.agents, *translator.lines):
        for seat in translator.seats_on(name):
            if seat not in touched:
                translator.phones[seat] = listed.get(name, PhoneState.UNREACHABLE)
    return tuple(sorted(translator.phones.items()))
