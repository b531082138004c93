"""What this side of the engine knows of calls in Asterisk: sessions, offers, phones' legs, and channels that are gone.

Rules of this file: a channel that has hung up is gone for good, whatever is heard of it later. And an offer that was
withdrawn or has ended says nothing any more.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ivr.asterisk.partner_wire import endpoint_of
from queues.entries import OfferResult
from queues.ids import AgentId, CallId, OfferId
from routing.events import Event

MAX_GONE = 20_000
"""Channels that are remembered as gone; at 100 calls a second, more than a minute of late events."""


@dataclass(slots=True)
class TrackedOffer:
    """One attempt to ring one phone for one call."""

    offer: OfferId
    agent: AgentId
    leg: str = ""
    """Uniqueid of the phone's channel, "" until it is seen."""
    dial_answered: bool = False
    leg_in_bridge: bool = False
    answered: bool = False
    withdrawn: bool = False
    sip_status: str = ""
    """What the phone said last, if it refused."""
    phone_left_first: bool = False
    """The phone hung up before the caller did."""
    verdict: tuple[str, int] | None = None
    """DIALSTATUS and cause of a Dial that has returned, while the phone's own word is still awaited."""
    leg_cause: str = ""
    """Why the phone's channel ended, in Asterisk's numbers; "" until it has."""


@dataclass(slots=True)
class TrackedCall:
    """One caller whom the kernel knows."""

    in_session: bool = False
    offers: list[TrackedOffer] = field(default_factory=list)
    """In the order in which they are dialled; those that ended are taken out."""
    caller_left_first: bool = False
    in_fallback: bool = False
    """Listed in the fail-open dialplan, which nobody leaves for an engine unless they are fetched."""
    back: Event | None = None
    """That the caller is here, untold while the phone that rang outside this session may yet say why it ended."""


class RememberedGone:
    """A bounded set that forgets the oldest."""

    def __init__(self, most: int = MAX_GONE) -> None:
        self._most = most
        self._gone: dict[str, None] = {}

    def add(self, uniqueid: str) -> bool:
        """Remembered; False if it already was."""
        if uniqueid in self._gone:
            return False
        self._gone[uniqueid] = None
        if len(self._gone) > self._most:
            del self._gone[next(iter(self._gone))]
        return True

    def __contains__(self, uniqueid: object) -> bool:
        return uniqueid in self._gone


class CallBook:
    """Every call that the kernel has been told of and that has not ended."""

    def __init__(self) -> None:
        self.calls: dict[CallId, TrackedCall] = {}
        self.gone = RememberedGone()
        self.touched: set[str] | None = None
        """Calls and phones of which something was heard since a list was asked for; None when none is."""
        self._found = 0

    def touch(self, subject: str) -> None:
        """A list that is under way knows less of this than we do."""
        if self.touched is not None:
            self.touched.add(subject)

    def open(self, call: CallId, *, in_session: bool) -> TrackedCall:
        """The call is known, in a session or not."""
        tracked = self.calls.setdefault(call, TrackedCall())
        if in_session:
            tracked.caller_left_first = tracked.in_fallback = False
        tracked.in_session = in_session
        self.touch(call)
        return tracked

    def close(self, call: CallId) -> TrackedCall | None:
        """The call is no longer known, and its phones' legs mean nothing any more."""
        tracked = self.calls.pop(call, None)
        if tracked is not None:
            for offer in tracked.offers:
                if offer.leg:
                    self.gone.add(offer.leg)
        self.touch(call)
        return tracked

    def open_offer(self, call: CallId, offer: TrackedOffer) -> None:
        """The call, if it is known, has one more offer."""
        if (tracked := self.calls.get(call)) is not None:
            tracked.offers.append(offer)
            self.touch(call)

    def found_offer(self) -> OfferId:
        """An id for a ring that nobody ordered."""
        self._found += 1
        return OfferId(-self._found)

    def waiting_for_leg(self, call: CallId, endpoint: str) -> TrackedOffer | None:
        """The offer that a phone on this endpoint, which begins to ring, belongs to."""
        return next((o for o in self.offers(call) if endpoint_of(o.agent) == endpoint and not o.leg), None)

    def current(self, call: CallId) -> TrackedOffer | None:
        """The offer that is rung or talked on; dials follow each other, so it is the first that has not ended."""
        return next((offer for offer in self.offers(call) if offer.verdict is None), None)

    def offers(self, call: CallId) -> Iterator[TrackedOffer]:
        """The call's offers that have not ended, oldest first."""
        tracked = self.calls.get(call)
        return iter(tracked.offers if tracked else ())

    def rings(self, agent: AgentId) -> bool:
        """Whether the person's phone rings, or is about to, for some call."""
        offers = (offer for call in self.calls for offer in self.offers(call))
        return any(offer.agent == agent and not offer.answered and not offer.withdrawn for offer in offers)

    def named(self, call: CallId, offer: OfferId) -> TrackedOffer | None:
        """The offer by its id, if it has not ended."""
        return next((o for o in self.offers(call) if o.offer == offer), None)

    def by_leg(self, call: CallId, leg: str) -> TrackedOffer | None:
        """The offer whose phone's channel this is."""
        return next((o for o in self.offers(call) if o.leg == leg), None)

    def end_offer(self, call: CallId, offer: TrackedOffer) -> None:
        """It and those dialled before it are over."""
        offers = self.calls[call].offers
        for over in offers[: offers.index(offer) + 1]:
            if over.leg:
                self.gone.add(over.leg)
        del offers[: offers.index(offer) + 1]
        self.touch(call)


_SAID: dict[str, OfferResult] = {
    "603": OfferResult.DECLINED,
    "486": OfferResult.BUSY,
    "600": OfferResult.BUSY,
    "487": OfferResult.NO_ANSWER,
}
_STATUSES: dict[str, OfferResult] = {
    "BUSY": OfferResult.BUSY,
    "NOANSWER": OfferResult.NO_ANSWER,
    "CANCEL": OfferResult.NO_ANSWER,
}
_CAUSES: dict[int, OfferResult] = {17: OfferResult.BUSY, 21: OfferResult.DECLINED}


def offer_result(status: str, cause: int, sip_status: str) -> OfferResult:
    """Why a phone was not answered: its own word, then DIALSTATUS, then the Q.850 cause, which may be an older dial's.

    What no person does (forbidden, not found, temporarily unavailable, server errors) is the phone's, not theirs.
    """
    if sip_status in _SAID:
        return _SAID[sip_status]
    if sip_status[:1] in {"4", "5"}:
        return OfferResult.UNREACHABLE
    return _STATUSES.get(status) or _CAUSES.get(cause, OfferResult.UNREACHABLE)
