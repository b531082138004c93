"""A callback as Asterisk knows it: how an agent's phone is rung for one, and what is heard and listed of it. Pure.

Three rules. One account does nothing but this, into one context of our own dialplan; the number goes along as digits
and is dialled there on one endpoint. The channel's id says which offer it is, so that it can be hung up unseen. And
what was heard twice, too late or out of order changes nothing.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ivr.asterisk.call_book import offer_result
from ivr.asterisk.devices import endpoint
from ivr.asterisk.listing import (
    ANSWERED_VARIABLE,
    CALLBACK_VARIABLE,
    OFFER_VARIABLE,
    PHASE_VARIABLE,
    variables_of,
)
from ivr.asterisk.papers_wire import clearance_to_wire
from ivr.asterisk.sounds import sound_names
from ivr.asterisk.translate import Fields
from queues.entries import OfferResult, TalkEnder
from queues.ids import AgentId, CallId, Instant, OfferId
from routing.actions import OfferCallback
from routing.callback_events import (
    CallbackAccepted,
    CitizenNotReached,
    CitizenReached,
    FoundCallback,
    FoundCallbackState,
)
from routing.events import ConversationEnded, Event, OfferAnswered, OfferFailed

CONTEXT = "callback"
USER_EVENT = "TonvalCallback"
DIAL_MARGIN_S = 2
"""By how much Asterisk's own ring time is longer than the kernel's."""
LISTS_WITHOUT = 2
"""A phone that so many lists in a row do not show is silent."""

_CHANNEL = "tonval-callback-"
_AGENT = re.compile(r"[a-z0-9_-]{1,80}")
_CALL = re.compile(r"[0-9A-Za-z._-]{1,150}")
_NUMBER = re.compile(r"\+46[1-9][0-9]{6,9}")
_STATES = {
    "": FoundCallbackState.RINGING,
    "asked": FoundCallbackState.RINGING,
    "accepted": FoundCallbackState.CALLING,
    "reached": FoundCallbackState.TALKING,
}


_PHASES = tuple(_STATES)
_CAME_TO: dict[str, type[OfferAnswered | CallbackAccepted | CitizenReached]] = {
    "asked": OfferAnswered,
    "accepted": CallbackAccepted,
    "reached": CitizenReached,
}


def channel_of(offer: OfferId) -> str:
    """The id of the channel on which the agent is rung."""
    return f"{_CHANNEL}{offer}"


def originate(action: OfferCallback, display: str) -> dict[str, str] | None:
    """What `Originate` is told; None if anything in the action is not what it must be: then nobody is rung.

    display: what the agent's phone shows beside the number, which it shows only where nothing is confidential.
    """
    whole = (_AGENT, action.agent), (_CALL, action.call), (_NUMBER, action.number)
    if not all(pattern.fullmatch(text) for pattern, text in whole):
        return None
    needs = clearance_to_wire(action.clearance)
    variables = {
        CALLBACK_VARIABLE: action.call,
        OFFER_VARIABLE: str(action.offer),
        "PJSIP_HEADER(add,X-Tonval-Offer)": str(action.offer),
        "PJSIP_HEADER(add,X-Tonval-Call)": action.call,
        "TONVAL_NEEDS": needs,
        "TONVAL_CITIZEN": action.number,
        "TONVAL_RING_S": str(max(1, action.citizen_ring_ms // 1000)),
        "TONVAL_ASK": "&".join(sound_names(action.ask, action.house_language)),
        "TONVAL_RUNG": "&".join(sound_names(action.rung, action.house_language)),
        "TONVAL_MISSED": "&".join(sound_names(action.not_reached, action.house_language)),
        "TONVAL_HELLO": "&".join(sound_names(action.citizen, action.language)),
    }
    shown = f"<{action.number}>" if needs == "none" else "<>"
    return {
        "Channel": f"PJSIP/{action.agent}",
        "Context": CONTEXT,
        "Exten": "s",
        "Priority": "1",
        "Timeout": str(action.ring_ms + 1000 * DIAL_MARGIN_S),
        "CallerID": f'"{display}" {shown}',
        "ChannelId": channel_of(action.offer),
        "Variable": ",".join(f"{name}={value}" for name, value in variables.items()),
        "Async": "true",
    }


@dataclass(slots=True)
class Leg:
    """An agent's phone that rings or talks for a callback."""

    call: CallId
    offer: OfferId
    agent: AgentId
    phase: str = ""
    """"" rings, asked, accepted, reached."""
    sip_status: str = ""
    withdrawn: bool = False
    unlisted: int = 0
    """How many lists in a row have not shown it."""
    since_ms: Instant = Instant(0)


class CallbackLegs:
    """Which phones ring for callbacks, and what is heard of them."""

    def __init__(self, agents: Collection[AgentId]) -> None:
        self.agents = frozenset(agents)
        self.legs: dict[str, Leg] = {}
        """By channel id."""

    def begun(self, action: OfferCallback) -> None:
        """Asterisk has been asked to ring."""
        self.legs[channel_of(action.offer)] = Leg(action.call, action.offer, action.agent)

    def withdrawn(self, offer: OfferId) -> str:
        """The channel to hang up; "" if the offer is none of ours."""
        leg = self.legs.get(channel_of(offer))
        if leg is None:
            return ""
        leg.withdrawn = True
        return channel_of(offer)

    def not_begun(self, offer: OfferId) -> bool:
        """Whether it was waited for: Asterisk did not ring."""
        leg = self.legs.pop(channel_of(offer), None)
        return leg is not None and not leg.withdrawn

    # ── what Asterisk says ────────────────────────────────────────────────────────────────────────────────────
    def event(self, fields: Fields) -> list[Event]:
        """What the event means; [] for nothing, or nothing new."""
        match fields["Event"]:
            case "UserEvent" if fields.get("UserEvent") == USER_EVENT:
                leg = self.legs.get(f"{_CHANNEL}{fields.get('Offer', '')}")
                return self._says(leg, fields) if leg else []
            case "HangupRequest":
                if leg := self.legs.get(fields.get("Uniqueid", "")):
                    leg.sip_status = fields.get("TechCause", "")
                return []
            case "Hangup":
                return self._over(fields.get("Uniqueid", ""), _whole(fields.get("Cause", "")))
            case "OriginateResponse" if fields.get("Response") == "Failure":
                return self._over(fields.get("Uniqueid", ""), 0)
            case _:
                return []

    def _says(self, leg: Leg, fields: Fields) -> list[Event]:
        """What the dialplan says of itself; each thing once, and never backwards."""
        what = fields.get("What", "")
        if leg.withdrawn or (what in _STATES and _PHASES.index(what) <= _PHASES.index(leg.phase)):
            return []
        if what in _STATES:
            leg.phase = what
            return [_CAME_TO[what](leg.call, leg.offer)]
        del self.legs[channel_of(leg.offer)]
        if what == "ended":
            return [ConversationEnded(leg.call, leg.offer, TalkEnder.CALLER)]
        result = offer_result(fields.get("Status", ""), _whole(fields.get("Cause", "")), "")
        return [CitizenNotReached(leg.call, leg.offer, result)]

    def _over(self, channel: str, cause: int) -> list[Event]:
        """The agent's phone is silent."""
        leg = self.legs.pop(channel, None)
        if leg is None or leg.withdrawn:
            return []
        if leg.phase == "reached":
            return [ConversationEnded(leg.call, leg.offer, TalkEnder.AGENT)]
        if leg.phase == "accepted":
            return [CitizenNotReached(leg.call, leg.offer, OfferResult.WITHDRAWN)]
        if leg.phase == "asked":
            return [OfferFailed(leg.call, leg.offer, OfferResult.DECLINED)]
        return [OfferFailed(leg.call, leg.offer, offer_result(_STATUS_OF_CAUSE.get(cause, ""), cause, leg.sip_status))]

    # ── what Asterisk lists ───────────────────────────────────────────────────────────────────────────────────
    def found(self, status: Iterable[Fields]) -> tuple[FoundCallback, ...]:
        """Every phone that rings or talks for a callback; one that was just asked for need not be listed yet."""
        listed = set()
        for row in status:
            channel, agent = row.get("Uniqueid", ""), AgentId(endpoint(row.get("Channel", "")))
            if channel.startswith(_CHANNEL) and agent in self.agents:
                listed.add(channel)
                self._is_listed(channel, agent, variables_of(row))
        for channel, leg in list(self.legs.items()):
            leg.unlisted = 0 if channel in listed else leg.unlisted + 1
            if leg.unlisted >= LISTS_WITHOUT:
                del self.legs[channel]
        return tuple(
            FoundCallback(leg.call, _STATES[leg.phase], leg.agent, leg.offer, leg.since_ms)
            for leg in self.legs.values()
            if not leg.withdrawn
        )

    def _is_listed(self, channel: str, agent: AgentId, variables: dict[str, str]) -> None:
        """The phone is known, from its channel if not from us, and is at least as far as the channel says."""
        offer = _whole(channel.removeprefix(_CHANNEL))
        call, phase = variables.get(CALLBACK_VARIABLE, ""), variables.get(PHASE_VARIABLE, "")
        if channel not in self.legs and offer and _CALL.fullmatch(call):
            self.legs[channel] = Leg(CallId(call), OfferId(offer), agent)
        if (leg := self.legs.get(channel)) is not None and phase in _STATES:
            leg.phase = max(leg.phase, phase, key=_PHASES.index)
            leg.since_ms = Instant(_whole(variables.get(ANSWERED_VARIABLE, "")))


_STATUS_OF_CAUSE = {17: "BUSY", 16: "CANCEL", 18: "NOANSWER", 19: "NOANSWER", 0: ""}


def _whole(digits: str) -> int:
    """The number, 0 if it is none."""
    return int(digits) if digits.isdecimal() and len(digits) <= 15 else 0
