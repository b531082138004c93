"""Asterisk as the engine sees it: performs actions, reports events, over the manager link and the callers' sessions.

Rules of this file: what a caller's session cannot do, the link does. When the link is gone nothing is believed until
the world has been listed again; gone for longer than 5 s, waiting callers are left to the fail-open dialplan and new
ones are not taken. What was asked of Asterisk in vain is not asked again: the next list shows what is left to do.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from ivr.asterisk.agi import AgiFront
from ivr.asterisk.agi_steps import rung
from ivr.asterisk.caller_session import CallerSession, DialEnded
from ivr.asterisk.joined_sounds import JOINED, JoinedSounds
from ivr.asterisk.lister import Lister
from ivr.asterisk.listing import TalksBegan, talks_without_beginning, with_beginnings
from ivr.asterisk.manager_link import Account, LinkHooks, ManagerLink
from ivr.asterisk.over_link import OverLink
from ivr.asterisk.partner_wire import Marks, lines_of
from ivr.asterisk.putting_through import Coming, put_through
from ivr.asterisk.render import AMI_USER
from ivr.asterisk.roster_keeper import RosterKeeper
from ivr.asterisk.switch_keeper import SwitchKeeper
from ivr.asterisk.telephony_timings import DEFAULTS, TelephonyTimings
from ivr.asterisk.translate import WANTED_EVENTS, Fields, Translator
from ivr.config.house import House
from ivr.config.secrets import Secrets
from ivr.config.site import HOST, Site
from ivr.ports import Feed
from queues.ids import CallId, Instant, OfferId
from routing.actions import (
    Action,
    AskDigits,
    EndCall,
    EndTalk,
    HoldMusic,
    LeaveToFallback,
    OfferToAgent,
    OfferToPartner,
    RingPerson,
    Say,
    TakeBack,
    WithdrawOffer,
)
from routing.callback_events import FoundCallback
from routing.events import (
    CallArrived,
    CallerHungUp,
    CallResumed,
    Event,
    LinkLost,
    OfferAnswered,
    OfferFailed,
    WorldListed,
)
from routing.kernel import Step
from routing.papers import Papers

log = structlog.get_logger()

_SUPERSEDING = (Say, AskDigits, HoldMusic, OfferToAgent, OfferToPartner, RingPerson)
"""What a caller cannot hear before the ringing has stopped."""


class AsteriskTelephony:
    """The real telephony of one installation."""

    def __init__(
        self,
        site: Site,
        house: House,
        secrets: Secrets,
        clock: Callable[[], Instant],
        timings: TelephonyTimings = DEFAULTS,
    ) -> None:
        hooks = LinkHooks(self._on_event, self._on_up, self._on_down, WANTED_EVENTS)
        self.link = ManagerLink(Account(HOST, site.ami_port, AMI_USER, secrets.ami_password), hooks, timings.link)
        self._over, self._coming = OverLink(self.link), Coming()
        self.front = AgiFront(HOST, site.agi_port, self._on_session)
        self.accepting = False
        """Whether callers are taken; otherwise the fail-open dialplan keeps them."""
        self.talks_began: TalksBegan = lambda _calls: {}
        """When talks began that no engine saw begin, as far as anybody knows."""
        self.lists = 0
        """How many times the world has been listed."""
        self.listeners: list[Callable[[Fields], None]] = []
        """Told of every event that Asterisk sends; must not raise."""
        self._timings = timings
        self._translator = Translator(house.plan.agents, lines_of(house.plan))
        self._marks = Marks(secrets.ami_password)
        self._roster = RosterKeeper(self.link, house.plan)
        self.by_hand = SwitchKeeper(self.link, house)
        self._sessions: dict[CallId, CallerSession] = {}
        self._feed: Feed = lambda _event: None
        self._tasks: set[asyncio.Task[None]] = set()
        self._clock = clock
        self._lister = Lister(self.link, self._translator, clock, timings.lists)
        directory = site.asterisk_dir / "lib" / "sounds" / JOINED
        self._joined = JoinedSounds(site.sounds_dir, directory, time.monotonic)
        self._without_link: asyncio.TimerHandle | None = None
        self._evacuated = False

    # ── the port ──────────────────────────────────────────────────────────────────────────────────────────────
    async def start(self, feed: Feed) -> None:
        """Listening for callers, and connecting; they are taken once the world has been listed."""
        self._feed = feed
        await self.front.start()
        await self.link.start()
        self._spawn(self._lister.keep(self._on_listed))
        self._spawn(self._roster.keep())
        self._spawn(self.by_hand.keep())

    async def stop(self) -> None:
        """Callers are with the fail-open dialplan, talks go on, nothing runs."""
        self.accepting = False
        self._stop_waiting_for_link()
        await self.front.stop()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.link.stop()

    def perform(self, action: Action) -> None:
        """Begin to do it; never blocks, never raises."""
        try:
            self._perform(action)
        except Exception:
            log.exception("action_failed", action=type(action).__name__, call=getattr(action, "call", ""))

    def observe(self, step: Step) -> None:
        """The fail-open queues follow what the kernel decided about people."""
        self._roster.observe(step.entries)
        self.by_hand.observe(step.entries)

    def find_callbacks(self, find: Callable[[list[Fields]], tuple[FoundCallback, ...]]) -> None:
        """Lists of the world also tell what `find` finds among the channels."""
        self._lister.callbacks = find

    def replace_house(self, house: House) -> None:
        """Phones and fail-open queues follow this configuration."""
        self._translator.agents = frozenset(house.plan.agents)
        self._translator.lines = dict(lines_of(house.plan))
        self._roster.replace_plan(house.plan)
        self.by_hand.house = house
        self.by_hand.tell_again()
        self._lister.due.set()

    def _perform(self, action: Action) -> None:
        call, session = action.call, self._sessions.get(action.call)
        if isinstance(action, _SUPERSEDING):
            self._withdraw_all(call)
        match action:
            case WithdrawOffer():
                self._withdraw(call, action.offer)
            case EndTalk():
                self._end_talk(action)
            case TakeBack():
                self._take_back(call)
            case EndCall():
                if session is None or self._translator.book.current(call) is not None:
                    self._spawn(self._over.hang_up(call))
                self._translator.ended_by_us(call)
            case LeaveToFallback():
                self._translator.ended_by_us(call)
            case OfferToAgent() | OfferToPartner() | RingPerson():
                self._begin_offer(action, session)
            case _:
                pass
        if session is not None and not isinstance(action, WithdrawOffer | EndTalk | TakeBack):
            session.perform(action)

    def _begin_offer(self, action: OfferToAgent | OfferToPartner | RingPerson, session: CallerSession | None) -> None:
        if session is None:
            self._lister.due.set()
        else:
            self._translator.offer_begun(action.call, action.offer, rung(action))

    def _withdraw_all(self, call: CallId) -> None:
        """No phone rings for the call any more."""
        for offer in [offer.offer for offer in self._translator.book.offers(call) if not offer.withdrawn]:
            self._withdraw(call, offer)

    def _withdraw(self, call: CallId, offer: OfferId) -> None:
        """The phone is hung up; if it does not ring yet, as soon as it does."""
        session = self._sessions.get(call)
        if session is not None and session.withdraw(offer):
            self._translator.offer_never_begun(call, offer)
        elif leg := self._translator.offer_withdrawn(call, offer):
            self._spawn(self._over.hang_up(leg))

    def _end_talk(self, action: EndTalk) -> None:
        """The agent's leg is hung up, and the caller goes on: in the session, else by way of a new one."""
        leg = self._translator.offer_withdrawn(action.call, action.offer)
        here = action.call in self._sessions
        self._coming.expect(action.call, unless=here)
        self._spawn(put_through(self.link, action, leg, in_session=here, in_vain=self._lister.due.set))

    def _take_back(self, call: CallId) -> None:
        """The caller is fetched; not out of a talk that has begun meanwhile, nor for an engine that stops."""
        if self.front.door_closed or call in self._coming:
            return
        book = self._translator.book
        offer, tracked = book.current(call), book.calls.get(call)
        if offer is not None and offer.answered:
            self._lister.due.set()
        elif call not in self._sessions:
            self._spawn(self._fetch(call, in_fallback=tracked is not None and tracked.in_fallback))

    # ── over the link ─────────────────────────────────────────────────────────────────────────────────────────
    async def _fetch(self, call: CallId, *, in_fallback: bool) -> None:
        if not await self._over.fetch(call, lambda: call in self._sessions, in_fallback=in_fallback):
            self._emit(self._translator.hung_up(call))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _on_event(self, fields: Fields) -> None:
        if fields["Event"] == "FullyBooted":
            self._lister.has_booted(fields.get("Uptime", ""))
            self.by_hand.tell_again()
            return
        self._emit(self._translator.event(fields))
        for listener in self.listeners:
            listener(fields)
        self._hang_up_due()
        if self._translator.resync_wanted:
            self._translator.resync_wanted = False
            self._lister.due.set()

    def _emit(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, CallArrived | CallResumed) and event.call not in self._translator.book.calls:
                continue  # what was told before it ended the call
            self._feed(event)
            if isinstance(event, OfferAnswered):
                self._spawn(self._over.note_answer(event.call, self._clock()))
            if self._evacuated and isinstance(event, OfferFailed) and (session := self._sessions.get(event.call)):
                session.hand_over()

    def _hang_up_due(self) -> None:
        due, self._translator.due_hangups = self._translator.due_hangups, []
        for channel in due:
            self._spawn(self._over.hang_up(channel))

    def _on_up(self) -> None:
        self.by_hand.tell_again()
        self._stop_waiting_for_link()
        self._lister.due.set()

    def _on_down(self, reason: str) -> None:
        self._lister.booted.clear()
        self._feed(LinkLost(reason))
        self._stop_waiting_for_link()
        loop = asyncio.get_running_loop()
        self._without_link = loop.call_later(self._timings.without_link_s, self._evacuate)

    def _stop_waiting_for_link(self) -> None:
        if self._without_link is not None:
            self._without_link.cancel()
            self._without_link = None

    def _evacuate(self) -> None:
        """Whoever waits is better off in the fail-open dialplan, whose queues need no link."""
        self.accepting, self._evacuated = False, True
        book = self._translator.book
        waiting = [s for call, s in self._sessions.items() if call in book.calls and book.current(call) is None]
        log.error("callers_left_to_fallback", alarm=True, callers=len(waiting))
        for session in waiting:
            session.hand_over()

    # ── the callers ───────────────────────────────────────────────────────────────────────────────────────────
    def _on_session(self, session: CallerSession) -> None:
        if not self.accepting or not self._translator.session_opened(session.call):
            session.hand_over()
            return
        before = self._sessions.get(session.call)
        self._sessions[session.call] = session
        if before is not None:
            before.hand_over()
        session.interrupt = lambda channel: self._spawn(self._over.interrupt(channel))
        session.play_joined(self._joined.name_of)
        session.mark = self._marks.of(session.call)
        session.on_dial_ended = self._on_dial_ended
        session.on_closed = self._on_closed
        session.start(self._report)
        if here := self._translator.caller_here(session.call, self._said_by(session)):
            self._emit(here)
        else:
            loop = asyncio.get_running_loop()
            loop.call_later(self._timings.last_word_s, self._caller_here_due, session.call)

    def _said_by(self, session: CallerSession) -> Event:
        if session.fresh and session.papers is None:
            mark = session.came_with
            sent_as = self._marks.read(mark)
            return CallArrived(session.call, session.number, session.caller, bool(mark), sent_as)
        return CallResumed(session.call, session.number, session.caller, session.papers or Papers())

    def _caller_here_due(self, call: CallId) -> None:
        self._emit(self._translator.caller_here_due(call))

    def _report(self, event: Event) -> None:
        if isinstance(event, CallerHungUp):
            self._emit(self._translator.hung_up(event.call))
        else:
            self._feed(event)

    def _on_dial_ended(self, ended: DialEnded) -> None:
        self._emit(self._translator.dial_ended(ended.call, ended.offer, ended.status, ended.hangup_cause))
        if self._translator.book.named(ended.call, ended.offer) is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(self._timings.last_word_s, self._verdict_due, ended.call, ended.offer)

    def _verdict_due(self, call: CallId, offer: OfferId) -> None:
        self._emit(self._translator.verdict_due(call, offer))

    def _on_listed(self, listed: WorldListed) -> None:
        """Callers are taken from now on. A session whose caller has no channel any more is closed."""
        for call in self._sessions.keys() - self._translator.book.calls.keys():
            if call in self._lister.missing:
                self._sessions[call].hand_over()
        self.lists += 1
        self.accepting, self._evacuated = True, False
        if unnoted := talks_without_beginning(listed):
            # One that nobody noted is looked up, and noted from then on.
            now, known = self._clock(), self.talks_began(unnoted)
            began = {call: min(known.get(call, now), now) for call in unnoted}
            listed = with_beginnings(listed, began)
            for call, at_ms in began.items():
                self._spawn(self._over.note_answer(call, at_ms))
        self._feed(listed)
        self._hang_up_due()
        self._roster.read_again()

    def _on_closed(self, session: CallerSession, hung_up: bool) -> None:
        if self._sessions.get(session.call) is not session:
            return
        del self._sessions[session.call]
        self._translator.session_closed(session.call)
        if not hung_up and session.call in self._translator.book.calls:
            self._lister.due.set()
