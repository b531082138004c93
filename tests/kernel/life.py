"""A contact centre that lives: a kernel, a model of Asterisk that tells it the truth, and people who do anything.

`World` is what Asterisk would have: it performs actions, and a list made from it is true. `Life` feeds events and looks
at every law after each. What may happen is a method of `Life`, so that Hypothesis and a plain random stream can both
drive it; a method without an object to act on does nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from queues.agents import AgentState, NotReadyReason, PhoneState
from queues.asked_entries import Force
from queues.entries import OfferResult, TalkEnder
from queues.ids import (
    UNKNOWN_CLEARANCE,
    AgentId,
    CallId,
    Clearance,
    Instant,
    MenuId,
    OfferId,
    PartnerId,
    PromptId,
    QueueId,
    partner_of,
)
from routing.actions import (
    Action,
    AskDigits,
    EndCall,
    EndTalk,
    HoldMusic,
    KeepPapers,
    LeaveToFallback,
    OfferToAgent,
    OfferToPartner,
    RingPerson,
    Say,
    TakeBack,
    WithdrawOffer,
)
from routing.callback_events import CallbackCancelled
from routing.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentReady,
    AgentRestored,
    CallArrived,
    CallerHungUp,
    CallResumed,
    ConversationEnded,
    CrisisMessageSet,
    DigitsEntered,
    Event,
    FoundCall,
    FoundState,
    HoursForced,
    LinkLost,
    MenuCut,
    OfferAnswered,
    OfferFailed,
    OfferRings,
    PartnerRestored,
    PhoneStateChanged,
    PromptFinished,
    Tick,
    TransferRequested,
    WorldListed,
    WrapUpProlonged,
)
from routing.invariants import Witness
from routing.kernel import Kernel, Step
from routing.laws_of_partners import lines_of
from routing.operator_events import AgentReassigned, CallParked, CallPicked
from routing.outside import DAY_MS
from routing.papers import Papers
from routing.plan import Plan
from routing.secrecy import may_hear
from routing.state import CallState
from tests.kernel.life_of_callbacks import Callbacks
from tests.kernel.plans import AGENTS, CLEARANCES, HOURS, PARTNERS, QUEUES, START_MS, random_plan
from tests.kernel.plans_of_limits import CALLERS

KEYS = ("1", "2", "3", "4", "9", "0", "*", "#", "5", "", "12")
MOST_DEADLINES_AT_ONCE = 500
HEARING = (
    CallState.MENU,
    CallState.NAMING,
    CallState.WAITING,
    CallState.SURVEYING,
    CallState.LEAVING,
    CallState.PROMISING,
    CallState.PARKED,
)
"""Where a caller in a session must hear something."""


@dataclass
class Channel:
    """A caller in Asterisk."""

    number: str
    session: bool = True
    papers: Papers = field(default_factory=Papers)
    hears: str = ""
    keys: str = ""
    """What may be pressed over what is heard."""
    agent: AgentId = AgentId("")
    offer: OfferId = OfferId(0)
    talking: bool = False
    since_ms: int = 0
    wanted_back: bool = False

    def idle(self) -> None:
        """No phone rings for it and nobody talks to it."""
        self.agent, self.offer, self.talking = AgentId(""), OfferId(0), False
        if self.hears == "ring":
            self.hears = ""


class World:
    """Asterisk's truth."""

    def __init__(self, rnd: Random) -> None:
        self.callbacks = Callbacks(rnd)
        self.channels: dict[CallId, Channel] = {}
        self.linked = True

    def perform(self, action: Action, now: int) -> None:
        """Do what the kernel asks, if the caller is still there."""
        self.callbacks.perform(action, linked=self.linked)
        channel = self.channels.get(action.call)
        if channel is None:
            return
        match action:
            case KeepPapers():
                channel.papers = action.papers
            case Say() | AskDigits() | HoldMusic():
                channel.hears, channel.keys = type(action).__name__, getattr(action, "keys", "")
            case OfferToAgent() | OfferToPartner() | RingPerson():
                channel.idle()
                phone = action.agent if hasattr(action, "agent") else AgentId(f"phone {action.phone}")
                channel.agent, channel.offer, channel.since_ms, channel.hears = phone, action.offer, now, "ring"
            case WithdrawOffer():
                if self.linked and channel.offer == action.offer:
                    channel.idle()
            case EndTalk():
                if self.linked and channel.offer == action.offer:
                    channel.idle()
                    channel.papers, channel.hears = action.papers, ""
                    channel.wanted_back |= not channel.session
            case _:
                self._leave(action, channel)

    def _leave(self, action: Action, channel: Channel) -> None:
        match action:
            case EndCall():
                del self.channels[action.call]
            case TakeBack():
                channel.wanted_back = True
            case LeaveToFallback():
                channel.session = False

    def found(self) -> tuple[FoundCall, ...]:
        """What the lists show."""
        return tuple(
            FoundCall(call, self._state(c), c.number, "", c.papers, c.agent, c.offer, Instant(c.since_ms))
            for call, c in self.channels.items()
        )

    @staticmethod
    def _state(channel: Channel) -> FoundState:
        if channel.talking:
            return FoundState.TALKING
        if channel.agent:
            return FoundState.RINGING
        return FoundState.IN_SESSION if channel.session else FoundState.IN_FALLBACK


class Life:
    """Anything that may happen, one thing at a time."""

    def __init__(self, rnd: Random) -> None:
        self.rnd = rnd
        self.now = Instant(START_MS)
        self.world = World(rnd)
        self.arrivals = 0
        self.steps = 0
        self.plans = 0
        self.first_plan = random_plan(rnd)
        self.begin(self.first_plan, linked=True)

    def begin(self, plan: Plan, *, linked: bool) -> None:
        """An engine starts."""
        self.plan = plan
        self.first_offer = self.now
        self.kernel = Kernel(plan, first_offer=self.first_offer, linked=linked)
        self.begun_with = (plan, self.first_offer, linked)
        self.witness = Witness(self.kernel)
        self.script: list[tuple[Event | Plan, Instant, Step]] = []
        for seat in lines_of(self.kernel.centre):
            self.feed(PhoneStateChanged(seat, PhoneState.IDLE))

    # ── the kernel ────────────────────────────────────────────────────────────────────────────────────────────
    def feed(self, event: Event) -> Step:
        return self._took(event, self.kernel.handle(event, self.now))

    def _took(self, cause: Event | Plan, step: Step) -> Step:
        self.steps += 1
        self.script.append((cause, self.now, step))
        if isinstance(cause, WorldListed) and not self.kernel.centre.paused:
            self.world.linked = True  # even a list that lies comes over a link: what is asked after it is done
        for action in step.actions:
            self.world.perform(action, self.now)
        broken = self.witness.after(step) + self.silent()
        assert not broken, f"after {'a new plan' if isinstance(cause, Plan) else cause}: {broken}"
        return step

    def silent(self) -> list[str]:
        """Callers in a session of ours who hear nothing, or of whom we know nothing."""
        quiet = []
        for call, channel in self.world.channels.items():
            known = self.kernel.centre.calls.get(call)
            if known is None and channel.session:
                quiet.append(f"{call} is in a session and nobody knows it")
            ours = known is not None and known.state in {*HEARING}
            if ours and channel.session and not channel.agent and not channel.hears:
                quiet.append(f"{call} is {known.state} and hears nothing")
        return quiet

    def wait(self, ms: int) -> None:
        """Time passes, each deadline falling due at its instant."""
        until, at_once = self.now + ms, 0
        while (due := self.kernel.next_deadline()) is not None and due <= until:
            at_once = at_once + 1 if due <= self.now else 0
            assert at_once < MOST_DEADLINES_AT_ONCE, f"deadlines without end at {self.now}"
            self.now = Instant(max(self.now, due))
            self.wake()
        self.now = Instant(until)

    def wake(self) -> None:
        self._took(Tick(), self.kernel.expire(self.now))

    # ── callers ───────────────────────────────────────────────────────────────────────────────────────────────
    def arrive(self, number: str = "1") -> None:
        self.arrivals += 1
        call = CallId(f"c{self.arrivals}")
        self.world.channels[call] = Channel(number)
        self.feed(CallArrived(call, number, self.rnd.choice(CALLERS)))

    def _one(self, fits: Callable[[Channel], bool]) -> tuple[CallId, Channel] | None:
        fitting = [(call, channel) for call, channel in self.world.channels.items() if fits(channel)]
        return self.rnd.choice(fitting) if fitting else None

    def press(self) -> None:
        if one := self._one(lambda c: c.session and c.hears == "AskDigits"):
            one[1].hears = ""
            self.feed(DigitsEntered(one[0], self.rnd.choice(KEYS)))

    def cut_menus(self) -> None:
        """The engine is told to stop: whoever is in a menu is asked no longer."""
        for call in [call.id for call in self.kernel.centre.calls.values() if call.state is CallState.MENU]:
            self.feed(MenuCut(call))

    def press_in_line(self) -> None:
        """A key that what is heard listens to; it ends a message, and the music goes on over it."""
        if one := self._one(lambda c: c.session and c.hears in {"Say", "HoldMusic"} and bool(c.keys)):
            call, channel = one
            channel.hears = "" if channel.hears == "Say" else channel.hears
            self.feed(DigitsEntered(call, self.rnd.choice(channel.keys)))

    def look_for_somebody(self) -> None:
        """A caller asks for a person by name, or types a few keys more of the name, or takes whoever is offered."""
        for _ in range(self.rnd.randint(1, 4)):
            if one := self._one(lambda c: c.session and c.hears == "AskDigits"):
                one[1].hears = ""
                known = self.kernel.centre.calls.get(one[0])
                search = known.search if known else None
                keys = "5" if search is None else "1111*2" if search.offered else "22233311#*"
                self.feed(DigitsEntered(one[0], self.rnd.choice(keys)))

    def hear(self) -> None:
        if one := self._one(lambda c: c.session and c.hears == "Say"):
            one[1].hears = ""
            self.feed(PromptFinished(one[0]))

    def hang_up(self) -> None:
        if one := self._one(lambda _c: True):
            call, channel = one
            del self.world.channels[call]
            if channel.session or self.world.linked:
                self.feed(CallerHungUp(call))

    def lose_session(self) -> None:
        if one := self._one(lambda c: c.session):
            one[1].session = False
            one[1].hears = ""

    def come_back(self) -> None:
        """A session asks for a caller whom the fail-open dialplan had."""
        if one := self._one(lambda c: not c.talking and (c.wanted_back or (not c.session and not c.agent))):
            call, channel = one
            channel.idle()
            channel.session, channel.wanted_back, channel.hears = True, False, ""
            step = self.feed(CallResumed(call, channel.number, "", channel.papers))
            assert any(action.call == call for action in step.actions), "a session asked and was not answered"

    # ── offers ────────────────────────────────────────────────────────────────────────────────────────────────
    def answer(self) -> None:
        if one := self._one(lambda c: bool(c.agent) and not c.talking):
            call, channel = one
            channel.talking, channel.since_ms = True, self.now
            if self.world.linked:
                self.feed(OfferAnswered(call, channel.offer))

    def refuse(self) -> None:
        if one := self._one(lambda c: bool(c.agent) and not c.talking):
            call, channel = one
            offer = channel.offer
            channel.idle()
            channel.hears = channel.hears or "HoldMusic"
            if channel.session or self.world.linked:
                self.feed(OfferFailed(call, offer, self.rnd.choice(list(OfferResult))))

    def end_talk(self) -> None:
        if one := self._one(lambda c: c.talking):
            call, channel = one
            offer = channel.offer
            channel.idle()
            if channel.session:
                by = self.rnd.choice([TalkEnder.AGENT, TalkEnder.UNKNOWN, TalkEnder.NO_SOUND])
                self.feed(ConversationEnded(call, offer, by))
            else:
                del self.world.channels[call]
                if self.world.linked:
                    self.feed(CallerHungUp(call))

    def transfer(self) -> None:
        """Somebody, most often somebody who talks, wants to put their caller through."""
        rnd = self.rnd
        talking = [c.agent for c in self.world.channels.values() if c.talking]
        by = rnd.choice([*talking, *talking, rnd.choice(AGENTS)])
        named = rnd.choice([AgentId(""), AgentId(""), rnd.choice(AGENTS), AgentId("stranger")])
        queue = QueueId("") if named and rnd.random() < 0.8 else rnd.choice([*QUEUES, QueueId("gone")])
        self.feed(TransferRequested(by, queue, rnd.choice([2, 2, 2, 3, 3, 3, 1, 0]), named))

    def park(self) -> None:
        """Somebody, most often somebody who talks, lets their caller wait for them."""
        talking = [c.agent for c in self.world.channels.values() if c.talking and c.session]
        by = self.rnd.choice([*talking, *talking, *talking, self.rnd.choice(AGENTS)])
        self.feed(CallParked(by, self.rnd.choice([5_000, 5_000, 30_000, 900_000, 0, 10**9])))

    def pick(self) -> None:
        """Somebody takes a call out of the line, or asks for one that is parked."""
        centre = self.kernel.centre
        there = [call.id for call in centre.calls.values() if call.place is not None or call.parked is not None]
        idle = [p.id for p in centre.people.values() if p.phone is PhoneState.IDLE and not p.partner]
        agent = self.rnd.choice([*idle, *idle, self.rnd.choice(AGENTS)])
        self.feed(CallPicked(agent, self.rnd.choice([*there, *there, self._any_call()])))

    def move(self) -> None:
        """Somebody is moved to other lines for a while, or back."""
        rnd = self.rnd
        queues = rnd.sample([*QUEUES, QueueId("gone")], rnd.randint(0, 3))
        until = Instant(rnd.choice([0, self.now, self.now + 900, self.now + 70_000]))
        self.feed(
            AgentReassigned(rnd.choice(AGENTS), tuple((q, rnd.choice([1, 2, 3])) for q in queues), until, "karin")
        )

    # ── the fail-open dialplan ────────────────────────────────────────────────────────────────────────────────
    def choose_in_fallback(self) -> None:
        if one := self._one(lambda c: not c.session and not c.agent and not c.papers.queue):
            queue = self.rnd.choice(list(self.plan.queues.values()))
            known = one[1].papers.clearance
            clearance = queue.clearance if known in {UNKNOWN_CLEARANCE, ""} else known
            one[1].papers = Papers(queue=queue.id, entered_at_ms=self.now, clearance=clearance)

    def ring_in_fallback(self) -> None:
        busy = {c.agent for c in self.world.channels.values()}
        free = [a for a in self.plan.agents.values() if a.id not in busy]
        if not free:
            return
        agent = self.rnd.choice(free)
        if one := self._one(lambda c: not c.session and not c.agent and may_hear(agent.clearances, c.papers.clearance)):
            channel = one[1]
            channel.agent, channel.offer, channel.since_ms = agent.id, OfferId(-self.rnd.randint(1, 10**9)), self.now

    # ── people ────────────────────────────────────────────────────────────────────────────────────────────────
    def staff(self, kind: int) -> None:
        agent = self.rnd.choice(AGENTS)
        made: list[Event] = [
            AgentLoggedIn(agent),
            AgentLoggedOut(agent),
            AgentReady(agent),
            AgentPaused(agent, self.rnd.choice(["rast", "rona", "phone_fault", "phone", ""])),
            WrapUpProlonged(agent, self.rnd.choice([0, 60_000])),
            PhoneStateChanged(agent, self.rnd.choice(list(PhoneState))),
            PhoneStateChanged(agent, PhoneState.IDLE),
        ]
        self.feed(made[kind % len(made)])

    def come_through(self) -> None:
        """It rings at a partner."""
        if one := self._one(lambda c: bool(partner_of(c.agent)) and not c.talking):
            self.feed(OfferRings(one[0], one[1].offer))

    def line_seen(self) -> None:
        """Asterisk says of a partner's line that it is up, or down."""
        if lines := lines_of(self.kernel.centre):
            phone = self.rnd.choice([PhoneState.IDLE, PhoneState.IDLE, PhoneState.UNREACHABLE, PhoneState.BUSY])
            self.feed(PhoneStateChanged(self.rnd.choice(lines), phone))

    def come_back_from_outside(self) -> None:
        """A partner sends a call back to us: with our mark, with one that nobody can read, or without any."""
        if one := self._one(lambda c: bool(partner_of(c.agent))):
            self.arrivals += 1
            again = CallId(f"c{self.arrivals}")
            self.world.channels[again] = Channel("1")
            marked = self.rnd.random() < 0.7
            caller = self.rnd.choice(["", "0701740605"])
            self.feed(CallArrived(again, "1", caller, marked, self.rnd.choice([one[0], CallId("")])))

    def remember_minutes(self) -> None:
        day = self.now // DAY_MS + self.rnd.choice([-1, 0, 0])
        self.feed(PartnerRestored(self.rnd.choice([*PARTNERS, PartnerId("none")]), day, self.rnd.choice([0, 61_000])))

    def everybody_ready(self) -> None:
        for agent in self.plan.agents:
            self.feed(AgentLoggedIn(agent))
            self.feed(AgentReady(agent))
        for seat in self.kernel.centre.circles.seats:
            self.feed(PhoneStateChanged(seat, PhoneState.IDLE))

    # ── the link ──────────────────────────────────────────────────────────────────────────────────────────────
    def lose_link(self) -> None:
        self.world.linked = False
        self.feed(LinkLost("reset"))

    def list_truly(self) -> None:
        """A true list heals whatever was believed, and told twice it changes nothing (I19)."""
        self.wait(1)
        self.world.linked = True
        phones = tuple((a, p.phone) for a, p in self.kernel.centre.people.items())
        listed = WorldListed(self.now, self.world.found(), phones, callbacks=self.world.callbacks.found())
        busy = self._busy()
        self.feed(listed)
        self._agrees(busy)
        self.wait(0)
        before = repr((self.kernel.centre.calls, self.kernel.centre.people))
        step = self.feed(listed)
        assert not step.actions, step
        assert not step.entries, step
        assert repr((self.kernel.centre.calls, self.kernel.centre.people)) == before

    def _busy(self) -> dict[CallId, tuple[AgentId, bool]]:
        centre = self.kernel.centre
        return {
            call: (c.agent, c.talking)
            for call, c in self.world.channels.items()
            if c.agent in centre.people and call not in centre.over
        }

    def _agrees(self, busy: dict[CallId, tuple[AgentId, bool]]) -> None:
        """Nothing that Asterisk has is missing, and nothing is believed that it does not have."""
        centre = self.kernel.centre
        for call, known in centre.calls.items():
            assert call in self.world.channels or known.off_the_line, f"{call} is a ghost"
        self.world.callbacks.agree(centre)
        # A telephone can be in two talks, one of them to a citizen who is rung back; a person is in one.
        twice = [*(agent for agent, _ in busy.values()), *(found.agent for found in self.world.callbacks.found())]
        for call, (agent, talking) in busy.items():
            known = centre.calls[call]
            if twice.count(agent) > 1:
                continue
            if talking:
                assert (known.state, known.agent) == (CallState.TALKING, agent)
            elif known.state is not CallState.AWAY:  # a phone that may not ring is silenced
                assert known.agent == agent
                assert known.state in {CallState.OFFERED, CallState.CONNECTING}
        for call, channel in self.world.channels.items():
            known = centre.calls.get(call)
            if known is not None and call not in busy:
                assert known.agent not in centre.people or known.state is not CallState.TALKING
                idle = not channel.session and not channel.agent
                assert not idle or known.state is CallState.AWAY, f"{call} is {known.state} in the dialplan"

    def list_falsely(self) -> None:
        rnd = self.rnd
        names = [self._any_call() for _ in range(rnd.randint(0, 4))]
        found = tuple(
            FoundCall(
                name,
                rnd.choice(list(FoundState)),
                "1",
                "",
                self._papers(),
                rnd.choice([*AGENTS, self._agent_of(name), self._agent_of(name), AgentId(""), AgentId("stranger")]),
                OfferId(rnd.choice([0, -5, 7, self.first_offer + 1])),
                Instant(rnd.choice([0, self.now - 5_000, self.now + 5_000])),
            )
            for name in names
        )
        phones = tuple((a, rnd.choice(list(PhoneState))) for a in AGENTS if rnd.random() < 0.2)
        asked = Instant(self.now + rnd.choice([-5_000, -1, 0, 1, 5_000]))
        offers = [OfferId(0), OfferId(self.first_offer + 1), *(c.offer for c in self.kernel.centre.calls.values())]
        callbacks = tuple(
            self.world.callbacks.anything_found([self._any_call()], [*AGENTS, AgentId("stranger")], offers)
            for _ in range(rnd.randint(0, 2))
        )
        self.feed(WorldListed(asked, found, phones, restarted=rnd.random() < 0.2, callbacks=callbacks))

    def _any_call(self) -> CallId:
        """A call that is, was, or never has been."""
        n = self.rnd.randint(-1, self.arrivals)
        return CallId(f"c{n}" if n > 0 else f"x{self.arrivals}{n}")

    def _agent_of(self, call: CallId) -> AgentId:
        known = self.kernel.centre.calls.get(call)
        return known.agent if known else AgentId("")

    def _papers(self) -> Papers:
        rnd = self.rnd
        return Papers(
            menu=MenuId(rnd.choice(["", "m0", "m1", "gone"])),
            queue=QueueId(rnd.choice(["", *QUEUES, "gone"])),
            entered_at_ms=Instant(rnd.choice([0, -1, self.now - 9_000, self.now + 9_000, 10**15])),
            clearance=rnd.choice([Clearance(""), UNKNOWN_CLEARANCE, *CLEARANCES, Clearance("stranger")]),
            priority=rnd.choice([0, -3, 5, 99]),
            recoveries=rnd.choice([0, -1, 3]),
        )

    # ── by hand ───────────────────────────────────────────────────────────────────────────────────────────────
    def switch(self) -> None:
        """Somebody forces hours open or closed, or sets a crisis message; or takes it back."""
        rnd = self.rnd
        until = Instant(rnd.choice([0, self.now, self.now + 900, self.now + 70_000]))
        hours = rnd.choice([*HOURS, "", "nobodys"])
        made: list[Event] = [
            HoursForced(hours, rnd.choice(list(Force)), until, "karin"),
            HoursForced("", Force.SCHEDULE, Instant(0), "karin"),
            CrisisMessageSet(rnd.choice([PromptId(""), PromptId("kris")]), rnd.random() < 0.5, until, "karin"),
        ]
        self.feed(rnd.choice(made))

    # ── callbacks ─────────────────────────────────────────────────────────────────────────────────────────────
    def ask_for_callback(self) -> None:
        if one := self._one(lambda c: c.session and c.hears in {"Say", "HoldMusic"} and "5" in c.keys):
            one[1].hears = "HoldMusic" if one[1].hears == "HoldMusic" else ""
            self.feed(DigitsEntered(one[0], "5"))
            if self.rnd.random() < 0.7:
                self.write_promise()
                self.hear()

    def write_promise(self) -> None:
        if event := self.world.callbacks.written():
            self.feed(event)

    def ring_back(self) -> None:
        """What happens to agents' phones in callbacks, a few things in a row."""
        for _ in range(self.rnd.randint(1, 4)):
            if (event := self.world.callbacks.goes_on()) and self.world.linked:
                self.feed(event)

    def cancel_callback(self) -> None:
        if self.world.callbacks.kept:
            self.feed(CallbackCancelled(self.rnd.choice(list(self.world.callbacks.kept))))

    def order_callback(self) -> None:
        self.feed(self.world.callbacks.ordered(AGENTS, QUEUES))

    # ── whatever should not happen ────────────────────────────────────────────────────────────────────────────
    def repeat_something(self) -> None:
        """An event comes again, late."""
        events = [cause for cause, _, _ in self.script[-200:] if not isinstance(cause, Plan)]
        if events:
            self.feed(self.rnd.choice(events))

    def say_anything(self) -> None:
        """An event about a call in whatever state it is."""
        rnd = self.rnd
        call = self._any_call()
        known = self.kernel.centre.calls.get(call)
        offer = known.offer if known and rnd.random() < 0.7 else OfferId(rnd.choice([0, 7, self.first_offer + 1]))
        made: list[Event] = [
            CallArrived(call, "2", ""),
            CallResumed(call, "1", "", self._papers()),
            DigitsEntered(call, rnd.choice(KEYS)),
            PromptFinished(call),
            MenuCut(call),
            CallerHungUp(call),
            OfferRings(call, offer),
            OfferAnswered(call, offer),
            OfferFailed(call, offer, rnd.choice(list(OfferResult))),
            ConversationEnded(call, offer, rnd.choice(list(TalkEnder))),
            AgentRestored(
                rnd.choice([*AGENTS, AgentId("stranger")]),
                rnd.choice(list(AgentState)),
                rnd.choice(["", "rast", *NotReadyReason]),
                rnd.choice([0, self.now - 9_000, self.now + 9_000]),
            ),
            *self.world.callbacks.anything(call, offer),
        ]
        event = rnd.choice(made)
        if isinstance(event, CallArrived | CallResumed) and call not in self.kernel.centre.over:
            channel = self.world.channels.setdefault(call, Channel("1"))
            channel.idle()
            channel.session, channel.hears = True, ""
        if isinstance(event, CallerHungUp):
            self.world.channels.pop(call, None)
        self.feed(event)

    def replace_plan(self) -> None:
        self.plans += 1
        self.plan = random_plan(self.rnd, f"p{self.plans}")
        self._took(self.plan, self.kernel.replace_plan(self.plan, self.now))

    def restart(self) -> None:
        """The engine dies; another begins, is told what the log knows and then what Asterisk has."""
        people = [(p.id, p.state, p.reason) for p in self.kernel.centre.people.values()]
        for channel in self.world.channels.values():
            channel.session, channel.hears = False, ""
        self.wait(self.rnd.choice([1, 3_000]))
        self.begin(self.plan, linked=False)
        self.world.callbacks.unsaid.clear()
        for pending in list(self.world.callbacks.kept.values()):
            self.feed(pending)
        for agent, state, reason in people:
            self.feed(AgentRestored(agent, state, reason, 0))
            self.feed(PhoneStateChanged(agent, PhoneState.IDLE))
        self.list_truly()

    def replayed(self) -> None:
        """The same events lead to the same actions and entries."""
        plan, first_offer, linked = self.begun_with
        again = Kernel(plan, first_offer=first_offer, linked=linked)
        for cause, at_ms, step in self.script:
            once_more = again.replace_plan(cause, at_ms) if isinstance(cause, Plan) else again.handle(cause, at_ms)
            assert once_more == step
