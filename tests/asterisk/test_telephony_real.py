"""The telephony on a real Asterisk, with real callers and phones, and a wire that can be cut in between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from ivr.asterisk.lister import ListTimings
from ivr.asterisk.manager_link import LinkState, LinkTimings
from ivr.asterisk.telephony import AsteriskTelephony, TelephonyTimings
from ivr.call_log.talks_under_way import talks_began
from ivr.clock import LiveClock
from ivr.testphone.agent import AgentPhone, RingEnd
from ivr.testphone.behaviour import Behaviour, answer, answer_and_drop, refuse_with, ring_forever
from ivr.testphone.caller import Caller
from queues.agents import AgentState, PhoneState
from queues.entries import AgentStateChanged, OfferResult, TalkEnder
from queues.ids import NO_CLEARANCE, AgentId, Instant, OfferId, PromptId, QueueId
from routing.actions import EndCall, HoldMusic, KeepPapers, OfferToAgent, Say, TakeBack, WithdrawOffer
from routing.events import (
    CallArrived,
    CallerHungUp,
    CallResumed,
    ConversationEnded,
    Event,
    FoundCall,
    FoundState,
    LinkLost,
    OfferAnswered,
    OfferFailed,
    PhoneStateChanged,
    WorldListed,
)
from routing.kernel import Step
from routing.papers import Papers
from tests.asterisk.ami_proxy import AmiProxy, honest, proxy_to
from tests.asterisk.house import MENU, NUMBER, small_house
from tests.asterisk.running import Line, line_to, running_asterisk, until

pytestmark = pytest.mark.asterisk

IN_LINE = Papers(MENU, QueueId("bygg"), Instant(1_700_000_000_000), NO_CLEARANCE)
BO = AgentId("bo")
QUICK = TelephonyTimings(
    without_link_s=3.0,
    lists=ListTimings(audit_s=0.5, gap_s=0.05, confirm_s=0.05),
    link=LinkTimings(
        ping_every_s=0.2,
        ping_answer_s=1.0,
        retry_s=0.02,
        retry_most_s=0.1,
        refused_soon_s=0.1,
        refused_s=0.2,
        refused_most_s=0.3,
    ),
)


class Engine:
    """A telephony without a kernel: what it reports is kept, what it is to do a test says."""

    def __init__(self, line: Line, proxy: AmiProxy) -> None:
        self.line = line
        self.proxy = proxy
        self.fed: list[Event] = []
        self.reactions: list[tuple[type, Callable[[], None]]] = []
        self.offers = 1_795_000_000_000
        site = replace(line.asterisk.site, ami_port=proxy.port)
        self.telephony = AsteriskTelephony(site, line.asterisk.house, line.asterisk.secrets, LiveClock(), QUICK)
        self.telephony.talks_began = partial(talks_began, site.cel_path)

    def feed(self, event: Event) -> None:
        self.fed.append(event)
        for kind, then in self.reactions:
            if isinstance(event, kind):
                then()

    def on(self, kind, then) -> None:
        """Do this the instant such an event is fed, as the kernel would."""
        self.reactions.append((kind, then))

    def of_kind(self, kind):
        return [event for event in self.fed if isinstance(event, kind)]

    async def until(self, kind, times=1):
        """The newest event of this kind, once there are so many."""
        await until(lambda: len(self.of_kind(kind)) >= times)
        return self.of_kind(kind)[-1]

    async def listed(self, wanted=lambda _calls: True) -> tuple[FoundCall, ...]:
        """The calls of a list made from now on that shows what is wanted."""
        after = len(self.fed)

        def found():
            return [e for e in self.fed[after:] if isinstance(e, WorldListed) and wanted(e.calls)]

        await until(lambda: bool(found()))
        return found()[0].calls

    async def waiting(self, number: str = NUMBER) -> tuple[Caller, str]:
        """A caller in line, hearing music."""
        before = len(self.of_kind(CallArrived))
        caller = self.line.caller(number)
        assert await caller.dial() == 200
        call = (await self.until(CallArrived, before + 1)).call
        self.telephony.perform(KeepPapers(call, IN_LINE))
        self.telephony.perform(HoldMusic(call, "default"))
        return caller, call

    def offer(self, call, agent="bo", ring_ms=20_000) -> OfferId:
        self.offers += 1
        offer = OfferId(self.offers)
        self.telephony.perform(OfferToAgent(call, offer, AgentId(agent), ring_ms, "default"))
        return offer

    async def phone(self, name: str, behaviour: Behaviour) -> AgentPhone:
        phone = await self.line.phone(name, behaviour)
        await until(lambda: self.telephony._translator.phones.get(AgentId(name)) is PhoneState.IDLE)
        return phone

    async def ringing(self, phone: AgentPhone, times=1) -> None:
        await until(lambda: len(phone.rings) >= times)


@asynccontextmanager
async def engine(line: Line, *, up: bool = True) -> AsyncIterator[Engine]:
    async with proxy_to(line.asterisk.site.ami_port) as proxy:
        one = Engine(line, proxy)
        await one.telephony.start(one.feed)
        try:
            if up:
                await one.until(WorldListed)
            yield one
        finally:
            await one.telephony.stop()


async def test_an_offer_is_answered_and_its_talk_ends_when_the_agent_hangs_up(line: Line) -> None:
    async with engine(line) as one:
        bo = await one.phone("bo", answer(after_ms=50))
        _, call = await one.waiting()
        offer = one.offer(call)
        await until(lambda: PhoneStateChanged(BO, PhoneState.BUSY) in one.fed)
        await one.until(OfferAnswered)
        await bo.hang_up()
        await one.until(ConversationEnded)
        told = [e for e in one.fed if isinstance(e, OfferAnswered | ConversationEnded)]
        assert told == [OfferAnswered(call, offer), ConversationEnded(call, offer, TalkEnder.AGENT)]
        one.telephony.perform(EndCall(call))
        assert await one.listed(lambda calls: not calls) == ()
        assert one.of_kind(CallerHungUp) == []


@pytest.mark.fault("F38")
@pytest.mark.parametrize(
    ("status", "result"),
    [
        (486, OfferResult.BUSY),
        (600, OfferResult.BUSY),
        (603, OfferResult.DECLINED),
        (403, OfferResult.UNREACHABLE),
        (404, OfferResult.UNREACHABLE),
        (480, OfferResult.UNREACHABLE),
        (500, OfferResult.UNREACHABLE),
        (503, OfferResult.UNREACHABLE),
    ],
)
async def test_what_a_phone_refuses_with_is_told_apart(line: Line, status: int, result: OfferResult) -> None:
    async with engine(line) as one:
        await one.phone("bo", refuse_with(status, after_ms=50))
        _, call = await one.waiting()
        offer = one.offer(call)
        assert await one.until(OfferFailed) == OfferFailed(call, offer, result)


async def test_a_phone_that_is_not_registered_is_unreachable_and_one_that_rings_out_is_not_answered(line: Line) -> None:
    async with engine(line) as one:
        phone = await one.phone("bo", ring_forever())
        _, call = await one.waiting()
        unreachable = one.offer(call, "alma")
        assert await one.until(OfferFailed) == OfferFailed(call, unreachable, OfferResult.UNREACHABLE)
        silent = one.offer(call, ring_ms=-1000)
        assert await one.until(OfferFailed, 2) == OfferFailed(call, silent, OfferResult.NO_ANSWER)
        await until(lambda: phone.rings[0].end is RingEnd.CANCELLED)


@pytest.mark.fault("F42")
async def test_a_withdrawn_ring_stops_and_the_next_phone_rings(line: Line) -> None:
    async with engine(line) as one:
        bo = await one.phone("bo", ring_forever())
        alma = await one.phone("alma", answer(after_ms=50))
        _, call = await one.waiting()
        first = one.offer(call)
        await one.ringing(bo)
        one.telephony.perform(WithdrawOffer(call, first, BO))
        second = one.offer(call, "alma")
        assert await one.until(OfferAnswered) == OfferAnswered(call, second)
        await until(lambda: bo.rings[0].end is RingEnd.CANCELLED)
        assert one.of_kind(OfferFailed) == []
        await alma.hang_up()
        assert await one.until(ConversationEnded) == ConversationEnded(call, second, TalkEnder.AGENT)


async def test_an_offer_withdrawn_in_the_same_instant_rings_nobody_for_long(line: Line) -> None:
    async with engine(line) as one:
        bo = await one.phone("bo", ring_forever())
        _, call = await one.waiting()
        for _ in range(5):
            offer = one.offer(call)
            one.telephony.perform(WithdrawOffer(call, offer, BO))
        one.telephony.perform(Say(call, (PromptId("kotid"),), "sv"))
        await until(lambda: bool(one.line.trunk.calls))
        caller = next(iter(one.line.trunk.calls.values()))
        assert await caller.hear_prompt("kotid")
        await until(lambda: all(ring.end is RingEnd.CANCELLED for ring in bo.rings))


async def test_a_caller_who_leaves_while_it_rings_is_said_to_once_and_the_phone_falls_silent(line: Line) -> None:
    async with engine(line) as one:
        bo = await one.phone("bo", ring_forever())
        caller, call = await one.waiting()
        one.offer(call)
        await one.ringing(bo)
        await caller.hang_up()
        await one.until(CallerHungUp)
        assert await one.listed(lambda calls: not calls) == ()
        assert one.of_kind(CallerHungUp) == [CallerHungUp(call)]
        await until(lambda: bo.rings[0].end is RingEnd.CANCELLED)
        assert one.of_kind(OfferFailed) == []


async def test_an_agent_who_answers_and_drops_has_answered_before_the_talk_ended(line: Line) -> None:
    async with engine(line) as one:
        await one.phone("bo", answer_and_drop(after_ms=20, drop_ms=0))
        _, call = await one.waiting()
        for n in range(1, 6):
            offer = one.offer(call)
            await one.until(ConversationEnded, n)
            told = [e for e in one.fed if getattr(e, "offer", 0) == offer]
            assert told == [OfferAnswered(call, offer), ConversationEnded(call, offer, TalkEnder.AGENT)]


async def test_an_offer_cuts_an_announcement_short(line: Line) -> None:
    async with engine(line) as one:
        bo = await one.phone("bo", answer(after_ms=20))
        _, call = await one.waiting()
        one.telephony.perform(Say(call, (PromptId("kotid"),) * 20, "sv"))
        one.offer(call)
        await one.ringing(bo)
        assert await one.until(OfferAnswered)


async def test_a_call_outside_a_session_can_be_ended(line: Line) -> None:
    async with engine(line) as first:
        await first.phone("bo", answer(after_ms=20))
        caller, call = await first.waiting()
        first.offer(call)
        await first.until(OfferAnswered)
        await first.telephony.stop()
        async with engine(line) as second:
            await second.listed(lambda calls: [c.state for c in calls] == [FoundState.TALKING])
            second.telephony.perform(EndCall(call))
            await until(caller.over.is_set)


class TestAnotherEngine:
    """The engine is gone and another begins: what it finds (F02 to F05)."""

    async def test_a_waiting_caller_is_found_and_fetched_with_the_papers(self, line: Line) -> None:
        async with engine(line) as first:
            caller, call = await first.waiting()
            await first.listed(lambda calls: any(c.papers == IN_LINE for c in calls))
            await first.telephony.stop()
            async with engine(line) as second:
                (found,) = await second.listed(lambda calls: [c.state for c in calls] == [FoundState.IN_FALLBACK])
                assert (found.call, found.number, found.caller) == (call, NUMBER, caller.from_user)
                assert found.papers == IN_LINE
                second.telephony.perform(TakeBack(call))
                resumed = await second.until(CallResumed)
                assert (resumed.call, resumed.papers) == (call, IN_LINE)
                second.telephony.perform(HoldMusic(call, "default"))
                assert [c.state for c in await second.listed()] == [FoundState.IN_SESSION]
                assert caller.up

    async def test_a_ring_is_found_with_its_offer_and_answered(self, line: Line) -> None:
        async with engine(line) as first:
            bo = await first.phone("bo", ring_forever())
            _, call = await first.waiting()
            offer = first.offer(call)
            await first.ringing(bo)
            await first.telephony.stop()
            async with engine(line) as second:
                (found,) = await second.listed(bool)
                assert (found.state, found.agent, found.offer) == (FoundState.RINGING, BO, offer)
                bo.now(answer(0))
                assert await second.until(OfferAnswered) == OfferAnswered(call, offer)

    @pytest.mark.parametrize("talk_ms", [300, 2500])
    async def test_a_talk_that_is_found_ends_when_the_agent_hangs_up_and_a_short_one_asks_again(
        self, line: Line, talk_ms: int
    ) -> None:
        async with engine(line) as first:
            bo = await first.phone("bo", ring_forever())
            _, call = await first.waiting()
            offer = first.offer(call)
            await first.ringing(bo)
            await first.telephony.stop()
            async with engine(line) as second:
                await second.listed(lambda calls: [c.state for c in calls] == [FoundState.RINGING])
                bo.now(answer(0, talk_ms))
                await second.until(ConversationEnded)
                asked = CallResumed if talk_ms < 2000 else CallerHungUp
                await second.until(asked)
                told = [e for e in second.fed if isinstance(e, ConversationEnded | asked)]
                assert told[0] == ConversationEnded(call, offer, TalkEnder.AGENT)

    async def test_a_talk_that_no_engine_saw_begin_has_the_beginning_that_asterisk_noted(self, line: Line) -> None:
        async with engine(line) as first:
            bo = await first.phone("bo", ring_forever())
            _, call = await first.waiting()
            first.offer(call)
            await first.ringing(bo)
            await first.telephony.stop()
            bo.now(answer(0))
            await until(lambda: bo.rings[0].answered_ms and LiveClock()() - bo.rings[0].answered_ms > 2_000)
            async with engine(line) as second:
                (found,) = await second.listed(lambda calls: [c.state for c in calls] == [FoundState.TALKING])
                assert abs(found.since_ms - bo.rings[0].answered_ms) < 1_000

    async def test_a_talk_is_found_and_a_caller_who_hangs_up_ends_it(self, line: Line) -> None:
        async with engine(line) as first:
            bo = await first.phone("bo", answer(after_ms=1500))
            caller, call = await first.waiting()
            offer = first.offer(call)
            await first.until(OfferAnswered)
            await first.telephony.stop()
            async with engine(line) as second:
                (found,) = await second.listed(bool)
                assert (found.state, found.agent, found.offer) == (FoundState.TALKING, BO, offer)
                assert abs(found.since_ms - bo.rings[0].answered_ms) < 1000
                await caller.hang_up()
                assert await second.until(CallerHungUp) == CallerHungUp(call)
                assert second.of_kind(ConversationEnded) == []

    async def test_a_caller_whose_ring_ended_asks_again_and_is_not_cut_by_being_fetched(self, line: Line) -> None:
        async with engine(line) as first:
            bo = await first.phone("bo", ring_forever())
            caller, call = await first.waiting()
            offer = first.offer(call)
            await first.ringing(bo)
            await first.telephony.stop()
            async with engine(line) as second:
                second.on(OfferFailed, lambda: second.telephony.perform(TakeBack(call)))
                await second.listed(lambda calls: [c.state for c in calls] == [FoundState.RINGING])
                bo.now(refuse_with(486))
                assert await second.until(OfferFailed) == OfferFailed(call, offer, OfferResult.BUSY)
                await second.until(CallResumed)
                second.telephony.perform(HoldMusic(call, "default"))
                assert [c.state for c in await second.listed()] == [FoundState.IN_SESSION]
                assert second.of_kind(CallerHungUp) == []
                assert caller.up

    async def test_a_ring_of_the_fail_open_queue_is_found_with_an_offer_of_its_own(self, line: Line) -> None:
        async with engine(line) as first:
            bo = await first.phone("bo", ring_forever())
            first.telephony.observe(Step((), (ready("bo"),)))
            await until(lambda: "PJSIP/bo" in line.asterisk.server.cli("queue show fallback-bygg"))
            _, call = await first.waiting()
            await first.telephony.stop()
            await first.ringing(bo)
            async with engine(line) as second:
                (found,) = await second.listed(bool)
                assert (found.call, found.state, found.agent) == (call, FoundState.RINGING, BO)
                assert found.offer < 0
                bo.now(answer(0))
                assert await second.until(OfferAnswered) == OfferAnswered(call, found.offer)
                second.telephony.perform(TakeBack(call))
                await second.listed(lambda calls: [c.state for c in calls] == [FoundState.TALKING])
                await bo.hang_up()
                assert await second.until(ConversationEnded)


def ready(agent: str, state: AgentState = AgentState.READY) -> AgentStateChanged:
    return AgentStateChanged(Instant(0), AgentId(agent), AgentState.LOGGED_OUT, state, "", 0)


async def test_the_fail_open_queues_follow_the_engine_and_no_uncleared_phone_is_in_a_secret_one(line: Line) -> None:
    cli = line.asterisk.server.cli
    async with engine(line) as one:
        one.telephony.observe(Step((), (ready("bo"), ready("cilla"), ready("dan", AgentState.NOT_READY))))
        await until(lambda: cli("queue show").count("PJSIP/dan") >= 4)
        await until(lambda: "PJSIP/cilla" in cli("queue show fallback-socialtjanst"))
        secret = cli("queue show fallback-socialtjanst")
        assert "PJSIP/bo" not in secret
        assert "PJSIP/dan" not in secret
        await until(lambda: "paused" in next(r for r in cli("queue show fallback-ovrigt").split("\n") if "dan" in r))
        one.telephony.observe(Step((), (ready("dan"), ready("cilla", AgentState.LOGGED_OUT))))
        await until(lambda: not any(word in cli("queue show") for word in ("PJSIP/cilla", "paused")))
        assert "penalty 1" in cli("queue show fallback-bygg")


class TestTheWire:
    @pytest.mark.fault("F18", "G8")
    async def test_fifty_cuts_disturb_no_caller_no_ring_and_no_talk(self, line: Line) -> None:
        async with engine(line) as one:
            bo = await one.phone("bo", answer(after_ms=20))
            alma = await one.phone("alma", ring_forever())
            talking, call = await one.waiting()
            offer = one.offer(call)
            await one.until(OfferAnswered)
            ringing, third = await one.waiting()
            one.offer(third, "alma", ring_ms=60_000)
            await one.ringing(alma)
            waiting, other = await one.waiting()
            truth = {call: FoundState.TALKING, other: FoundState.IN_SESSION, third: FoundState.RINGING}
            for cut in range(1, 51):
                one.proxy.cut()
                await one.until(LinkLost, cut)
                assert {c.call: c.state for c in await one.listed()} == truth
            assert talking.up
            assert waiting.up
            assert ringing.up
            assert alma.rings[0].end is RingEnd.RINGING
            assert len(alma.rings) == len(bo.rings) == 1
            await bo.hang_up()
            assert await one.until(ConversationEnded) == ConversationEnded(call, offer, TalkEnder.AGENT)

    @pytest.mark.fault("F19")
    async def test_a_black_hole_is_found_and_left(self, line: Line) -> None:
        async with engine(line) as one:
            caller, call = await one.waiting()
            one.proxy.flowing.clear()
            assert await one.until(LinkLost) == LinkLost("half_open")
            one.proxy.flowing.set()
            await one.listed(lambda calls: [c.call for c in calls] == [call])
            assert caller.up

    @pytest.mark.fault("F19")
    async def test_without_a_link_for_long_callers_are_left_to_the_dialplan_and_fetched_afterwards(
        self, line: Line
    ) -> None:
        async with engine(line) as one:
            caller, call = await one.waiting()
            one.proxy.flowing.clear()
            await one.until(LinkLost)
            await until(lambda: not one.telephony.accepting)
            assert await caller.hear_prompt("reservlage")
            one.proxy.flowing.set()
            await one.listed(lambda calls: [c.state for c in calls] == [FoundState.IN_FALLBACK])
            one.telephony.perform(TakeBack(call))
            assert (await one.until(CallResumed)).papers == IN_LINE
            assert caller.up

    @pytest.mark.fault("F22")
    async def test_every_message_twice_in_one_byte_pieces_feeds_once(self, line: Line) -> None:
        async with engine(line) as one:
            await one.phone("bo", answer(after_ms=20, talk_ms=100))
            one.proxy.tamper = lambda message: [message, message] if message.startswith(b"Event") else [message]
            one.proxy.chunk = 1
            caller, call = await one.waiting()
            offer = one.offer(call)
            await one.until(ConversationEnded)
            await caller.hang_up()
            await one.until(CallerHungUp)
            told = [e for e in one.fed if isinstance(e, OfferAnswered | ConversationEnded | CallerHungUp)]
            assert told == [
                OfferAnswered(call, offer),
                ConversationEnded(call, offer, TalkEnder.AGENT),
                CallerHungUp(call),
            ]

    @pytest.mark.fault("F24")
    @pytest.mark.parametrize(
        "lost", ["DialBegin", "DialEnd", "BridgeEnter", "BridgeLeave", "Hangup", "DeviceStateChange"]
    )
    async def test_one_kind_of_event_lost_is_healed(self, line: Line, lost: str) -> None:
        async with engine(line) as one:
            bo = await one.phone("bo", answer(after_ms=20))
            one.proxy.tamper = dropping(lost)
            caller, call = await one.waiting()
            offer = one.offer(call)
            await until(lambda: OfferAnswered(call, offer) in one.fed or found(one, call, FoundState.TALKING))
            await bo.hang_up()
            assert await one.until(ConversationEnded) == ConversationEnded(call, offer, TalkEnder.AGENT)
            await caller.hang_up()
            await one.listed(lambda calls: not calls)
            await until(lambda: one.of_kind(WorldListed)[-1].phones[1] == (BO, PhoneState.IDLE))

    @pytest.mark.fault("F23")
    async def test_neighbours_swapped_is_the_same_talk(self, line: Line) -> None:
        async with engine(line) as one:
            await one.phone("bo", answer(after_ms=20, talk_ms=200))
            one.proxy.tamper = swapping()
            caller, call = await one.waiting()
            offer = one.offer(call)
            assert await one.until(ConversationEnded) == ConversationEnded(call, offer, TalkEnder.AGENT)
            assert one.of_kind(OfferAnswered) == [OfferAnswered(call, offer)]
            await caller.hang_up()
            await one.until(CallerHungUp)
            assert await one.listed(lambda calls: not calls) == ()

    @pytest.mark.fault("F20")
    async def test_a_wrong_secret_is_an_alarm_and_callers_stay_with_the_dialplan(self, line: Line) -> None:
        asterisk = line.asterisk
        wrong = replace(line, asterisk=replace(asterisk, secrets=replace(asterisk.secrets, ami_password="wrong")))
        async with engine(wrong, up=False) as one:
            await until(lambda: one.telephony.link.state is LinkState.REFUSED)
            caller = line.caller(NUMBER)
            assert await caller.dial() == 200
            assert await caller.hear_prompt("huvudmeny")
            assert one.fed == []
            assert one.telephony.link.counters.refused < 10


def found(one: Engine, call: str, state: FoundState) -> bool:
    return any(c.call == call and c.state is state for w in one.of_kind(WorldListed) for c in w.calls)


def dropping(name: str):
    """Loses every live event of that name; rows of lists pass."""

    def tamper(message: bytes) -> list[bytes]:
        lost = message.startswith(f"Event: {name}\r".encode()) and b"\nActionID:" not in message
        return [] if lost else [message]

    return tamper


def swapping():
    """Swaps each event with the one after it; answers and lists pass, after what was held."""
    held: list[bytes] = []

    def tamper(message: bytes) -> list[bytes]:
        if not message.startswith(b"Event: ") or b"\nActionID:" in message:
            out, held[:] = [*held, message], []
            return out
        if held:
            out, held[:] = [message, *held], []
            return out
        held.append(message)
        return []

    return tamper


@pytest.mark.fault("F16")
async def test_after_a_restart_of_asterisk_nothing_is_found_and_callers_are_served_again(tmp_path: Path) -> None:
    with running_asterisk(tmp_path, small_house()) as asterisk:
        async with line_to(asterisk) as line, engine(line) as one:
            _, call = await one.waiting()
            await one.listed(lambda calls: [c.call for c in calls] == [call])
            await asyncio.to_thread(asterisk.server.kill)
            await one.until(LinkLost)
            assert one.telephony.link.state is LinkState.DOWN
            await asyncio.to_thread(asterisk.server.start)
            assert await one.listed() == ()
            one.proxy.tamper = honest
            await one.waiting()
