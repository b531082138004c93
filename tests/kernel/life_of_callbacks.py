"""Asterisk's and the disk's truth about callbacks, for the contact centre that lives in `tests.kernel.life`."""

from dataclasses import dataclass
from random import Random

from queues.entries import OfferResult, TalkEnder
from queues.ids import AgentId, CallId, Instant, OfferId, QueueId
from routing.actions import Action, ForgetCallback, KeepCallback, OfferCallback, WithdrawOffer
from routing.callback_events import (
    CallbackAccepted,
    CallbackCancelled,
    CallbackNotBegun,
    CallbackNotWritten,
    CallbackOrdered,
    CallbackRestored,
    CallbackWritten,
    CitizenNotReached,
    CitizenReached,
    FoundCallback,
    FoundCallbackState,
)
from routing.events import ConversationEnded, Event, OfferAnswered, OfferFailed
from routing.state import CallState, Centre

STATES = {
    FoundCallbackState.RINGING: CallState.CALLBACK_OFFERED,
    FoundCallbackState.CALLING: CallState.CALLING_BACK,
    FoundCallbackState.TALKING: CallState.TALKING,
}


@dataclass
class Leg:
    """An agent's phone in a callback."""

    offer: OfferId
    agent: AgentId
    state: FoundCallbackState = FoundCallbackState.RINGING
    listens: bool = False


class Callbacks:
    """What rings and what is written down."""

    def __init__(self, rnd: Random) -> None:
        self.rnd = rnd
        self.legs: dict[CallId, Leg] = {}
        self.kept: dict[CallId, CallbackRestored] = {}
        self.unsaid: list[CallId] = []
        """Writings that nobody has been told of."""
        self.orders = 0

    def perform(self, action: Action, *, linked: bool) -> None:
        """Do what the kernel asks."""
        match action:
            case OfferCallback():
                self.legs[action.call] = Leg(action.offer, action.agent)
            case WithdrawOffer():
                leg = self.legs.get(action.call)
                if linked and leg is not None and leg.offer == action.offer:
                    del self.legs[action.call]
            case KeepCallback():
                if action.call not in self.kept:
                    self.unsaid.append(action.call)
                self.kept[action.call] = action.pending
            case ForgetCallback():
                self.kept.pop(action.call, None)
            case _:
                pass

    def found(self) -> tuple[FoundCallback, ...]:
        """What the lists show."""
        return tuple(FoundCallback(call, leg.state, leg.agent, leg.offer) for call, leg in self.legs.items())

    def agree(self, centre: Centre) -> None:
        """What rings is known, and nothing else is believed to."""
        agents = [leg.agent for leg in self.legs.values()]
        for call, leg in self.legs.items():
            known = centre.calls.get(call)
            if known is not None and known.promise is not None and agents.count(leg.agent) == 1:
                assert (known.state, known.agent) == (STATES[leg.state], leg.agent)
        for call in centre.calls.values():
            if call.off_the_line and call.state is not CallState.PROMISED:
                assert call.id in self.legs, f"{call.id} is {call.state} and no phone is in it"

    def written(self) -> Event | None:
        """The disk answers, late or not at all."""
        if not self.unsaid:
            return None
        call = self.unsaid.pop(self.rnd.randrange(len(self.unsaid)))
        return CallbackNotWritten(call) if self.rnd.random() < 0.1 else CallbackWritten(call)

    def goes_on(self) -> Event | None:
        """Something happens to one of the phones that ring or talk; now and then nobody hears of it."""
        if not self.legs:
            return None
        call = self.rnd.choice(list(self.legs))
        event = self._of(call, self.legs[call])
        return None if self.rnd.random() < 0.35 and call in self.legs else event

    def _of(self, call: CallId, leg: Leg) -> Event:
        if leg.state is FoundCallbackState.RINGING:
            return self._rings(call, leg)
        if leg.state is FoundCallbackState.CALLING and self.rnd.random() < 0.5:
            leg.state = FoundCallbackState.TALKING
            return CitizenReached(call, leg.offer)
        del self.legs[call]
        if leg.state is FoundCallbackState.CALLING and self.rnd.random() < 0.5:
            return OfferFailed(call, leg.offer, OfferResult.UNREACHABLE)
        if leg.state is FoundCallbackState.CALLING:
            return CitizenNotReached(call, leg.offer, self.rnd.choice(list(OfferResult)))
        return ConversationEnded(call, leg.offer, self.rnd.choice([*TalkEnder, TalkEnder.AGENT]))

    def _rings(self, call: CallId, leg: Leg) -> Event:
        if not leg.listens and self.rnd.random() < 0.7:
            leg.listens = True
            return OfferAnswered(call, leg.offer)
        if leg.listens and self.rnd.random() < 0.8:
            leg.state = FoundCallbackState.CALLING
            return CallbackAccepted(call, leg.offer)
        del self.legs[call]
        if self.rnd.random() < 0.2:
            return CallbackNotBegun(call, leg.offer)
        return OfferFailed(call, leg.offer, self.rnd.choice(list(OfferResult)))

    def ordered(self, agents: tuple[AgentId, ...], queues: tuple[QueueId, ...]) -> Event:
        """Somebody promises something."""
        self.orders += 1
        queue = self.rnd.choice([QueueId(""), *queues, QueueId("gone")])
        new = CallId(f"p{self.orders}")
        return CallbackOrdered(self.rnd.choice(agents), new, queue, self.rnd.choice([0, -1, 1, 60_000]), "")

    def anything(self, call: CallId, offer: OfferId) -> list[Event]:
        """What may be said of a call that knows nothing of it."""
        return [
            CallbackWritten(call),
            CallbackNotWritten(call),
            CallbackNotBegun(call, offer),
            CallbackAccepted(call, offer),
            CitizenReached(call, offer),
            CitizenNotReached(call, offer, OfferResult.BUSY),
            CallbackCancelled(call),
        ]

    def anything_found(self, calls: list[CallId], agents: list[AgentId], offers: list[OfferId]) -> FoundCallback:
        """A line of a list that lies."""
        rnd = self.rnd
        state = rnd.choice(list(FoundCallbackState))
        return FoundCallback(rnd.choice(calls), state, rnd.choice(agents), rnd.choice(offers), Instant(0))
