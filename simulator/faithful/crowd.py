"""The made-up people who ring: they walk the menu, wait as long as they bear it, talk, and ring again.

Two rules. Everything by chance about a contact stands at its index, however its call goes. And nobody here knows why
the kernel does what it does: people react to what they hear and to what becomes of their call.
"""

from queues.entries import (
    CallAnswered,
    CallbackPromised,
    CallEnded,
    CallOffered,
    CallQueued,
    LateEventSeen,
    OfferEnded,
    OfferResult,
    Outcome,
    TalkEnder,
)
from queues.ids import CallId, OfferId, QueueId
from queues.transfer_entries import CallTransferred, TransferRefused
from routing.actions import AskDigits, KeepCallback, OfferCallback, OfferToAgent, OfferToPartner, Say
from routing.callback_events import CallbackAccepted, CallbackOrdered, CallbackWritten, CitizenReached
from routing.events import (
    CallArrived,
    CallerHungUp,
    ConversationEnded,
    DigitsEntered,
    OfferAnswered,
    OfferFailed,
    OfferRings,
    PromptFinished,
    TransferRequested,
)
from routing.kernel import Kernel
from routing.state import CallState
from simulator.faithful.agenda import Agenda, Rank
from simulator.faithful.answerers import Answerers
from simulator.faithful.books import Books
from simulator.faithful.caller import EXPECTS_NOBODY, NOT_YET, Caller
from simulator.faithful.habits import Habits
from simulator.world import NEVER_MS, PARTNER_LEVEL

NOT_SERVED = frozenset({Outcome.ABANDONED, Outcome.TURNED_AWAY, Outcome.CLOSED})
SERVED = frozenset({Outcome.ANSWERED, Outcome.OVERFLOWED_EXTERNAL, Outcome.CALLBACK_KEPT})
PHONE_NUMBERS = 10_000_000
HEARD_TO_THE_END = frozenset({CallState.LEAVING, CallState.PROMISING})


class Crowd:
    """Everybody who rings in one replication."""

    def __init__(self, agenda: Agenda, kernel: Kernel, habits: Habits, books: Books, answerers: Answerers) -> None:
        self._agenda = agenda
        self._soon = agenda.soon
        self._habits = habits
        self._books = books
        self._answerers = answerers
        self._plan = kernel.centre.plan
        self._known = kernel.centre.calls
        self._began = agenda.now
        self._numbered = _numbers_matter(kernel, habits)
        self.callers: dict[CallId, Caller] = {}
        """Whose call goes on."""
        self.yet_to_ring = 0
        """How many are going to ring again."""
        self._ordered: Caller | None = None
        """Whom an agent has just promised that they will be rung."""

    # ── ringing, and the menu ───────────────────────────────────────────────────────────────────────────────────
    def rings(self, contact: int) -> None:
        """The contact's call is there."""
        caller = self._new(contact)
        number = self._habits.streams[self._books.stream[contact]].number
        self._soon.append(CallArrived(caller.call, number, self._number(contact)))

    def _new(self, contact: int) -> Caller:
        habits = self._habits
        stream = self._books.stream[contact]
        caller = Caller(contact, stream, habits.queue_index[habits.streams[stream].queue], habits)
        self.callers[caller.call] = caller
        return caller

    def rings_again(self, contact: int, _note: int) -> None:
        """Somebody who was not served, or whose matter was not settled, rings again."""
        self.yet_to_ring -= 1
        self.rings(contact)

    def _number(self, contact: int) -> str:
        """The number that the contact rings from, where anybody cares: a person's own."""
        if not self._numbered:
            return ""
        parent = self._books.parent
        while parent[contact] >= 0:
            contact = parent[contact]
        return f"+4670{contact % PHONE_NUMBERS:07d}"

    def asked(self, action: AskDigits) -> None:
        """A menu is read: all its time passes in the first, and then every key is pressed at once."""
        caller = self.callers[action.call]
        if not caller.asked and (ms := self._habits.menu[caller.stream](caller.contact)):
            self._agenda.after(ms, Rank.ARRIVES, self.presses, caller)
        else:
            self.presses(caller, 0)

    def presses(self, caller: Caller, _note: int) -> None:
        """The next key of the contact's way through the menus; silence when there is none."""
        keys = self._habits.streams[caller.stream].keys
        key = keys[caller.asked] if caller.asked < len(keys) else ""
        caller.asked += 1
        self._soon.append(DigitsEntered(caller.call, key))

    def told(self, action: Say) -> None:
        """Last words, and a promise, are heard at once; what is said to those who wait ends in music by itself."""
        if self._known[action.call].state in HEARD_TO_THE_END:
            self._soon.append(PromptFinished(action.call))

    # ── waiting ─────────────────────────────────────────────────────────────────────────────────────────────────
    def queued(self, entry: CallQueued) -> None:
        """The contact stands in a line."""
        caller, habits, agenda = self.callers[entry.call], self._habits, self._agenda
        caller.queue = habits.queue_index[entry.queue]
        if caller.entered_ms < 0:
            caller.entered_ms, caller.first_queue = agenda.now - self._began, caller.queue
            agenda.after(
                habits.presses_callback[caller.queue](caller.contact), Rank.ARRIVES, self.wants_callback, caller
            )
        if caller.hangs_up_at == NOT_YET:
            patience_ms = habits.patience[caller.first_queue](caller.contact)
            caller.hangs_up_at = agenda.now + patience_ms
            agenda.after(patience_ms, Rank.HANGS_UP, self.hangs_up, caller, caller.hangs_up_at)

    def hangs_up(self, caller: Caller, at_ms: int) -> None:
        """Who still waits has lost patience."""
        if caller.hangs_up_at == at_ms:
            self._soon.append(CallerHungUp(caller.call))

    def wants_callback(self, caller: Caller, _note: int) -> None:
        """Who still waits presses the key that has them rung back, if the line has one."""
        if caller.hangs_up_at > 0:
            queue = tuple(self._plan.queues.values())[caller.queue]
            if queue.callback is not None and queue.waiting.callback_key:
                self._soon.append(DigitsEntered(caller.call, queue.waiting.callback_key))

    def promised(self, entry: CallbackPromised) -> None:
        """The contact need not wait on the line."""
        caller = self.callers[entry.call]
        caller.hangs_up_at, caller.promised = EXPECTS_NOBODY, True

    def to_be_kept(self, action: KeepCallback) -> None:
        """The promise is written down, the first time that this is asked for."""
        caller = self.callers.get(action.call)
        if caller is not None and not caller.written:
            caller.written = True
            self._soon.append(CallbackWritten(action.call))

    # ── the phones that ring ────────────────────────────────────────────────────────────────────────────────────
    def offered(self, entry: CallOffered) -> None:
        """Somebody's phone is to ring for the contact."""
        caller = self.callers[entry.call]
        one = self._answerers.at[entry.agent]
        partner, caller.rung = one.partner, one.seat
        caller.offers += 1
        caller.step, caller.level = entry.step, PARTNER_LEVEL if partner else entry.level

    def phone_rings(self, action: OfferToAgent | OfferCallback) -> None:
        """The person answers after a while, or never."""
        caller = self.callers[action.call]
        caller.offer = action.offer
        ring_ms = self._habits.phones.rings(partner=False)
        if ring_ms is not None:
            self._agenda.after(ring_ms, Rank.ANSWERS, self.picks_up, caller, action.offer, caller.rung)

    def partner_rings(self, action: OfferToPartner) -> None:
        """It rings there at once, and is answered after a while or given up by Asterisk."""
        caller, agenda = self.callers[action.call], self._agenda
        caller.offer = action.offer
        ring_ms = self._habits.phones.rings(partner=True)
        agenda.after(0, Rank.ANSWERS, self.comes_through, caller, action.offer, caller.rung)
        if ring_ms is not None and ring_ms < action.ring_ms:
            agenda.after(ring_ms, Rank.ANSWERS, self.picks_up, caller, action.offer, caller.rung)
        else:
            agenda.after(action.ring_ms, Rank.ANSWERS, self.rings_out, caller, action.offer, caller.rung)

    def comes_through(self, caller: Caller, offer: int) -> None:
        """It rings at the partner."""
        if caller.offer == offer:
            self._soon.append(OfferRings(caller.call, OfferId(offer)))

    def rings_out(self, caller: Caller, offer: int) -> None:
        """Asterisk has let it ring as long as it was told to."""
        if caller.offer == offer:
            self._soon.append(OfferFailed(caller.call, OfferId(offer), OfferResult.NO_ANSWER))

    def picks_up(self, caller: Caller, offer: int) -> None:
        """Somebody answers, if the phone still rings; a citizen who is rung back is always there."""
        if caller.offer != offer:
            return
        self._soon.append(OfferAnswered(caller.call, OfferId(offer)))
        if caller.promised:
            self._soon.append(CallbackAccepted(caller.call, OfferId(offer)))
            self._soon.append(CitizenReached(caller.call, OfferId(offer)))

    def stops(self, entry: OfferEnded) -> None:
        """The phone rings no more."""
        self.callers[entry.call].offer = 0

    # ── the talk ────────────────────────────────────────────────────────────────────────────────────────────────
    def answered(self, entry: CallAnswered) -> None:
        """The contact talks to somebody."""
        caller, one = self.callers[entry.call], self._answerers.at[entry.agent]
        caller.offer, caller.hangs_up_at = 0, EXPECTS_NOBODY
        caller.talks_to(one, self._agenda.now - self._began)
        self._answerers.talks(one, caller)
        self._agenda.after(caller.talks_ms(), Rank.TALK_ENDS, self.talk_ends, caller, entry.offer, one.seat)

    def talk_ends(self, caller: Caller, offer: int) -> None:
        """The talk is over, or whoever answered puts the caller through to somebody who knows more."""
        caller.talk = OfferId(offer)
        if level := self._asks_for(caller):
            self._soon.append(TransferRequested(caller.with_whom.agent, self._queue_id(caller), level))
        else:
            self._soon.append(ConversationEnded(caller.call, caller.talk, TalkEnder.AGENT))

    def _asks_for(self, caller: Caller) -> int:
        """The level that the question is put through to; 0 if it is not. A contact is put through once at the most."""
        if caller.talks > 1 or caller.promised or caller.level == PARTNER_LEVEL:
            return 0
        if not self._habits.callers[caller.line].transfers:
            return 0
        level = self._habits.question_level(caller.contact, caller.line)
        return level if level > max(caller.level, 1) else 0

    def _queue_id(self, caller: Caller) -> QueueId:
        return tuple(self._plan.queues)[caller.line]

    def put_through(self, entry: CallTransferred) -> None:
        """The contact waits for somebody else, with new patience."""
        caller = self.callers[entry.call]
        caller.transfers += 1
        caller.hangs_up_at = NOT_YET

    def not_put_through(self, entry: TransferRefused) -> None:
        """Nobody is there to be put through to: whoever answered does what they can."""
        caller = self.callers[entry.call]
        self._soon.append(ConversationEnded(caller.call, caller.talk, TalkEnder.AGENT))

    # ── afterwards ──────────────────────────────────────────────────────────────────────────────────────────────
    def ended(self, entry: CallEnded) -> None:
        """The contact's call is over; some ring again."""
        caller = self.callers.pop(entry.call)
        caller.offer, caller.hangs_up_at = 0, EXPECTS_NOBODY
        served = entry.outcome in SERVED
        settled = served and caller.is_settled()
        self._books.write(caller, entry.outcome, self._agenda.now - self._began, served=served, settled=settled)
        if served and not settled:
            self._not_settled(caller)
        elif entry.outcome in NOT_SERVED:
            habits, contact = self._habits, caller.contact
            if habits.redial[contact] < habits.callers[caller.line].redial:
                self._rings_in(caller, habits.redial_after[caller.line](contact))

    def _not_settled(self, caller: Caller) -> None:
        promises = self._habits.callback[caller.contact] < self._habits.callers[caller.line].callback
        if promises and caller.level != PARTNER_LEVEL:
            self._agenda.after(0, Rank.WRAP_UP_ENDS, self.promises, caller)
        else:
            self._perhaps_rings_again(caller)

    def _perhaps_rings_again(self, caller: Caller) -> None:
        habits, contact = self._habits, caller.contact
        if habits.rings_again[contact] < habits.callers[caller.line].rings_again:
            self._rings_in(caller, habits.rings_again_after[caller.line](contact))

    def _rings_in(self, caller: Caller, ms: int) -> None:
        if ms < NEVER_MS:
            child = self._books.new_child(caller.contact, self._agenda.now - self._began + ms)
            self.yet_to_ring += 1
            self._agenda.after(ms, Rank.ARRIVES, self.rings_again, child)

    def promises(self, caller: Caller, _note: int) -> None:
        """Whoever talked to the contact promises that they will be rung: another contact, of which nobody waits."""
        child = self._books.new_child(caller.contact, self._agenda.now - self._began)
        ordered = self._new(child)
        ordered.hangs_up_at, ordered.about = EXPECTS_NOBODY, caller
        self._ordered = ordered
        self._soon.append(CallbackOrdered(caller.with_whom.agent, ordered.call, QueueId(""), 0, ""))

    def late(self, entry: LateEventSeen) -> None:
        """What somebody did came to nothing: a promise that could not be made is none."""
        ordered = self._ordered
        if entry.event == CallbackOrdered.__name__ and ordered is not None and ordered.about is not None:
            del self.callers[ordered.call]
            self._books.forget_child(ordered.contact)
            self._perhaps_rings_again(ordered.about)

    def give_up(self) -> None:
        """The run is over, whoever still waits or was going to ring."""
        now = self._agenda.now - self._began
        for caller in self.callers.values():
            self._books.write(caller, Outcome.FAILED, now, served=False, settled=False)
        self._books.give_up(now)


def _numbers_matter(kernel: Kernel, habits: Habits) -> bool:
    """Whether anything that is decided depends on who rings."""
    plan = kernel.centre.plan
    back = any(queue.callback for queue in plan.queues.values()) or any(one.callback for one in habits.callers)
    return back or bool(plan.resume_place_ms or plan.max_calls_per_caller)
