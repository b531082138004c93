"""From AMI's events to the kernel's. Pure: no clock, no socket; events in, events out.

Rules of this file: what was heard twice, too late or out of order changes nothing. A hang-up is final. A talk has begun
when the caller is in a bridge, or the phone is and Dial has said ANSWER: one lost event never hides it. How an offer in
a session of ours ends, the session's own reply decides; elsewhere the phone's hang-up does.
"""

from collections.abc import Callable, Collection, Mapping

from ivr.asterisk.agi_steps import OUTWARD
from ivr.asterisk.call_book import CallBook, TrackedOffer, offer_result
from ivr.asterisk.devices import device_endpoint, endpoint, phone_state
from ivr.config.house import PHONE_PREFIX
from queues.agents import PhoneState
from queues.entries import OfferResult, TalkEnder
from queues.ids import AgentId, CallId, OfferId, partner_of
from routing.events import (
    CallerHungUp,
    ConversationEnded,
    Event,
    OfferAnswered,
    OfferFailed,
    OfferRings,
    PhoneStateChanged,
)

Fields = dict[str, str]
Handler = Callable[[Fields], list[Event]]

_CONTACT_LOST = frozenset({"Unreachable", "Removed"})
_FALLBACK = "TonvalFallback"
_NO_RTP = "44"
"""The cause with which Asterisk hangs up a phone that has sent no packet for as long as is allowed."""
WHISPERS = "TonvalWhisper"
"""Somebody at a partner has answered and is being told what the call is about."""


class Translator:
    """Knows which calls the kernel knows, and says what an event means for them."""

    def __init__(self, agents: Collection[AgentId], lines: Mapping[str, tuple[AgentId, ...]] | None = None) -> None:
        self.agents = frozenset(agents)
        self.lines = dict(lines or {})
        """A partner's endpoint → the seats that are its lines."""
        self.book = CallBook()
        self.resync_wanted = False
        """Something was heard that only a list can explain."""
        self.due_hangups: list[str] = []
        """Channels to hang up: phones that began to ring after their offer was withdrawn."""
        self.phones: dict[AgentId, PhoneState] = {}
        self.incomplete = 0
        """Events that lacked what makes them mean something."""
        self._handlers: dict[str, Handler] = {
            "DialBegin": self._dial_begin,
            "DialState": self._dial_state,
            "DialEnd": self._dial_end,
            "BridgeEnter": self._bridge_enter,
            "BridgeLeave": self._bridge_leave,
            "HangupRequest": self._hangup_request,
            "Hangup": self._hangup,
            "DeviceStateChange": self._device,
            "ContactStatus": self._contact,
            "UserEvent": self._user_event,
            "QueueCallerJoin": self._queue_join,
        }

    def is_ours(self, name: str) -> bool:
        """Whether the endpoint is a person's phone or a partner: whoever has it is no caller."""
        return name in self.agents or name in self.lines or name.startswith((PHONE_PREFIX, OUTWARD))

    def seats_on(self, name: str) -> tuple[AgentId, ...]:
        """Who is reached on the endpoint."""
        return (AgentId(name),) if name in self.agents else self.lines.get(name, ())

    def event(self, fields: Fields) -> list[Event]:
        """What the event means; [] for nothing, or nothing new."""
        handler = self._handlers.get(fields["Event"])
        if handler is None:
            return []
        try:
            return handler(fields)
        except KeyError:
            self.incomplete += 1
            return []

    # ── what the sessions say ─────────────────────────────────────────────────────────────────────────────────
    def session_opened(self, call: CallId) -> bool:
        """Whether the session may live: a caller who has hung up has none."""
        if call in self.book.gone:
            return False
        self.book.open(call, in_session=True)
        return True

    def caller_here(self, call: CallId, said: Event) -> list[Event]:
        """The caller asks for an engine: whatever rang or talked for them outside this session has ended, and is told
        first. AGI may be heard before AMI: [] until the phones' own words have come, or `caller_here_due` because they
        did not.
        """
        tracked = self.book.calls[call]
        for offer in tracked.offers:
            offer.verdict = offer.verdict or ("ANSWER" if offer.answered else "NOANSWER", 0)
        tracked.back = said
        return [] if any(map(self._word_awaited, tracked.offers)) else self.caller_here_due(call)

    def caller_here_due(self, call: CallId) -> list[Event]:
        """No phone's own word is waited for any longer; [] if the caller has been told of, or is gone."""
        tracked = self.book.calls.get(call)
        if tracked is None or tracked.back is None:
            return []
        ended = [offer for offer in tracked.offers if offer.verdict]  # the others ring in this session
        over = [event for offer in ended for event in self._over(call, offer)]
        said, tracked.back = tracked.back, None
        return [*over, said]

    def _over(self, call: CallId, offer: TrackedOffer) -> list[Event]:
        if not offer.answered or offer.withdrawn:
            return self._failed(call, offer)
        return self._talked(call, offer)

    def _talked(self, call: CallId, offer: TrackedOffer) -> list[Event]:
        """The talk is over, whoever ended it or whatever."""
        self.book.end_offer(call, offer)
        if offer.withdrawn:
            return []
        silent = offer.leg_cause == _NO_RTP and not offer.phone_left_first
        ended = ConversationEnded(call, offer.offer, TalkEnder.NO_SOUND if silent else TalkEnder.AGENT)
        return [ended] if offer.answered else [OfferAnswered(call, offer.offer), ended]

    def session_closed(self, call: CallId) -> None:
        """The caller, if there still is one, is on their own in the dialplan."""
        if (tracked := self.book.calls.get(call)) is not None:
            tracked.in_session, tracked.back = False, None
            self.book.touch(call)

    def offer_begun(self, call: CallId, offer: OfferId, agent: AgentId) -> None:
        """The session has been asked to dial."""
        self.book.open_offer(call, TrackedOffer(offer, agent))

    def offer_withdrawn(self, call: CallId, offer: OfferId) -> str:
        """The phone's channel to hang up, "" if it is not known yet: then it comes in `due_hangups`."""
        tracked = self.book.named(call, offer)
        if tracked is None:
            return ""
        tracked.withdrawn = True
        return tracked.leg

    def offer_never_begun(self, call: CallId, offer: OfferId) -> None:
        """The session had not begun to dial, and never will."""
        if (tracked := self.book.named(call, offer)) is not None:
            self.book.calls[call].offers.remove(tracked)

    def dial_ended(self, call: CallId, offer: OfferId, status: str, cause: int) -> list[Event]:
        """The session's Dial has returned, with the caller still there.

        Not answered and declined are also what Asterisk calls some of a phone's own faults, and a phone that sends
        nothing is hung up without a word: then [], until its hang-up has come, or `verdict_due` because it did not.
        """
        tracked = self.book.named(call, offer)
        if tracked is None:
            return []
        if status != "ANSWER":
            tracked.verdict = status, cause
            return [] if self._word_awaited(tracked) else self._failed(call, tracked)
        tracked.verdict = status, cause
        return [] if self._word_awaited(tracked) else self._talked(call, tracked)

    def verdict_due(self, call: CallId, offer: OfferId) -> list[Event]:
        """The phone's own word is no longer waited for."""
        tracked = self.book.named(call, offer)
        if tracked is None or not tracked.verdict:
            return []
        return self._talked(call, tracked) if tracked.verdict[0] == "ANSWER" else self._failed(call, tracked)

    def _word_awaited(self, offer: TrackedOffer) -> bool:
        if offer.withdrawn or offer.sip_status or offer.leg in self.book.gone:
            return False
        status, cause = offer.verdict or ("", 0)
        if status == "ANSWER":  # a phone that did not hang up by itself was given up: its hang-up says why
            return bool(offer.leg) and not offer.phone_left_first
        return offer_result(status, cause, "") in {OfferResult.NO_ANSWER, OfferResult.DECLINED}

    def _failed(self, call: CallId, offer: TrackedOffer) -> list[Event]:
        self.book.end_offer(call, offer)
        status, cause = offer.verdict or ("NOANSWER", 0)
        return (
            [] if offer.withdrawn else [OfferFailed(call, offer.offer, offer_result(status, cause, offer.sip_status))]
        )

    def hung_up(self, call: CallId) -> list[Event]:
        """The caller is gone, as the session has it; said once, whoever saw it first.

        A session says so too when the channel is taken out of it. Final is only Asterisk's own `Hangup`: a caller who
        is listed after this is found again.
        """
        return [CallerHungUp(call)] if self.book.close(call) is not None else []

    def ended_by_us(self, call: CallId) -> None:
        """The kernel has ended the call: its hang-up is no news."""
        self.book.close(call)

    # ── what Asterisk says ────────────────────────────────────────────────────────────────────────────────────
    def _dial_begin(self, fields: Fields) -> list[Event]:
        call, leg = CallId(fields["Linkedid"]), fields["DestUniqueid"]
        rung = endpoint(fields["DestChannel"])
        if leg in self.book.gone or call in self.book.gone or self.book.by_leg(call, leg):
            return []
        offer = self.book.waiting_for_leg(call, rung)
        if offer is None:
            self._unexplained(call, fields.get("Channel", ""))
            return []
        offer.leg = leg
        self.book.touch(call)
        if offer.withdrawn:
            self.due_hangups.append(leg)
        return []

    def _dial_state(self, fields: Fields) -> list[Event]:
        """It rings. Of a person's phone nobody needs to know; a partner's call has come through."""
        return self._comes_through(CallId(fields["Linkedid"]), fields["DestUniqueid"])

    def _comes_through(self, call: CallId, leg: str) -> list[Event]:
        offer = self.book.by_leg(call, leg)
        outside = offer is not None and partner_of(offer.agent) and not (offer.answered or offer.withdrawn)
        return [OfferRings(call, offer.offer)] if offer is not None and outside else []

    def _dial_end(self, fields: Fields) -> list[Event]:
        call = CallId(fields["Linkedid"])
        offer = self.book.by_leg(call, fields["DestUniqueid"])
        if offer is None or fields.get("DialStatus") != "ANSWER":
            return []
        offer.dial_answered = True
        return self._answered(call, offer) if offer.leg_in_bridge else []

    def _bridge_enter(self, fields: Fields) -> list[Event]:
        call, channel = CallId(fields["Linkedid"]), fields["Uniqueid"]
        if channel in self.book.gone or call in self.book.gone:
            return []
        if channel == call:
            offer = self.book.current(call)
            if offer is None:
                self._unexplained(call, fields.get("Channel", ""))
            return self._answered(call, offer) if offer is not None and offer.leg else []
        offer = self.book.by_leg(call, channel) or self.book.waiting_for_leg(call, endpoint(fields["Channel"]))
        if offer is None:
            return []
        offer.leg, offer.leg_in_bridge = channel, True
        return self._answered(call, offer) if offer.dial_answered else []

    def _bridge_leave(self, fields: Fields) -> list[Event]:
        """Whoever leaves a bridge was in it."""
        call, channel = CallId(fields["Linkedid"]), fields["Uniqueid"]
        if channel != call or call in self.book.gone:
            return []
        offer = self.book.current(call)
        return self._answered(call, offer) if offer is not None and offer.leg else []

    def _answered(self, call: CallId, offer: TrackedOffer) -> list[Event]:
        if offer.answered or offer.withdrawn:
            return []
        offer.answered = True
        self.book.touch(call)
        return [OfferAnswered(call, offer.offer)]

    def _hangup_request(self, fields: Fields) -> list[Event]:
        call, channel = CallId(fields["Linkedid"]), fields["Uniqueid"]
        tracked = self.book.calls.get(call)
        if tracked is not None and channel == call:
            tracked.caller_left_first = True
        elif (offer := self.book.by_leg(call, channel)) is not None:
            offer.sip_status = fields.get("TechCause", "")
            offer.phone_left_first = tracked is not None and not tracked.caller_left_first
        return []

    def _hangup(self, fields: Fields) -> list[Event]:
        channel = fields["Uniqueid"]
        call = CallId(fields.get("Linkedid", channel))
        if channel == call or CallId(channel) in self.book.calls:
            self.book.gone.add(channel)
            return [*self._left_by_phone(CallId(channel)), *self.hung_up(CallId(channel))]
        offer = self.book.by_leg(call, channel)
        self.book.gone.add(channel)
        if offer is not None:
            offer.leg_cause = fields.get("Cause", "")
        if offer is None or (self.book.calls[call].in_session and not offer.verdict):
            return []
        over = self._over(call, offer)
        if not any(map(self._word_awaited, self.book.offers(call))):
            over += self.caller_here_due(call)
        return [] if self.book.calls[call].caller_left_first else over

    def _left_by_phone(self, call: CallId) -> list[Event]:
        """A talk outside a session of ours that the phone ended, and the dialplan then hung up the caller: Asterisk may
        tell of the caller's end before the phone's.
        """
        tracked, offer = self.book.calls.get(call), self.book.current(call)
        left = offer is not None and offer.answered and offer.phone_left_first
        return self._over(call, offer) if left and offer and tracked and not tracked.in_session else []

    def _device(self, fields: Fields) -> list[Event]:
        name = device_endpoint(fields["Device"])
        state = self.state_of(name, fields["State"])
        changed = [seat for seat in self.seats_on(name) if self.phones.get(seat) is not state]
        for seat in self.seats_on(name):
            self.book.touch(seat)
            self.phones[seat] = state
        return [PhoneStateChanged(seat, state) for seat in changed]

    def state_of(self, name: str, device_state: str) -> PhoneState:
        """What the device's state means for whoever is reached there: a partner's line is free while others talk."""
        state = phone_state(device_state)
        return PhoneState.IDLE if name in self.lines and state is PhoneState.BUSY else state

    def _contact(self, fields: Fields) -> list[Event]:
        """A phone that rings is in use as far as its device's state goes, dead or not: its contact knows better."""
        agent = AgentId(fields["EndpointName"])
        if fields["ContactStatus"] not in _CONTACT_LOST or agent not in self.agents or not self.book.rings(agent):
            return []
        self.book.touch(agent)
        self.phones[agent] = PhoneState.UNREACHABLE
        return [PhoneStateChanged(agent, PhoneState.UNREACHABLE)]

    def _user_event(self, fields: Fields) -> list[Event]:
        if fields.get("UserEvent") == WHISPERS:
            return self._comes_through(CallId(fields["Linkedid"]), fields["Uniqueid"])
        self.resync_wanted |= fields.get("UserEvent") == _FALLBACK
        return []

    def _queue_join(self, _fields: Fields) -> list[Event]:
        """Only the fail-open dialplan has queues of Asterisk's own."""
        self.resync_wanted = True
        return []

    def _unexplained(self, call: CallId, channel: str) -> None:
        """A ring or a talk that no session of ours asked for: fail-open, or begun under an engine before us."""
        tracked = self.book.calls.get(call)
        if not (tracked and tracked.in_session) and not self.is_ours(endpoint(channel)):
            self.resync_wanted = True


WANTED_EVENTS = frozenset(Translator(())._handlers) | {"FullyBooted", "Shutdown", "OriginateResponse"}  # noqa: SLF001 - our own table
"""Every event that means anything here; Asterisk need not send the others."""
