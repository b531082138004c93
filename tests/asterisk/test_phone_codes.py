"""What people dial and press on real phones, on a real Asterisk with the kernel behind it (F44, F45, F50, F51)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
import pytest_asyncio

from ivr.asterisk.lister import ListTimings
from ivr.asterisk.telephony import AsteriskTelephony, TelephonyTimings
from ivr.by_hand import end_of_day
from ivr.clock import LiveClock
from ivr.config.house import House, PauseReason
from ivr.engine import Engine
from ivr.phone_codes import SPOKEN
from ivr.phone_orders import answer as phone_answer
from ivr.testphone.agent import AgentPhone, RingEnd
from ivr.testphone.behaviour import Behaviour, answer, ring_forever
from ivr.testphone.caller import Caller
from ivr.testphone.dialling import Dialled
from ivr.testphone.rtp import now_ms
from queues.agents import AgentState, PhoneState
from queues.asked_entries import HoursSwitched
from queues.entries import CallAnswered, CallEnded, Entry
from queues.ids import AgentId, Instant, PromptId, QueueId
from queues.transfer_entries import CallTransferred, TransferReturned
from routing.actions import EndTalk
from routing.events import AgentLoggedIn, Event
from routing.kernel import Kernel
from routing.offers import NO_TALK_MS
from tests.asterisk.house import NUMBER, SOCIAL, small_house
from tests.asterisk.running import Line, RunningAsterisk, line_to, running_asterisk, until

pytestmark = pytest.mark.asterisk

QUICK = TelephonyTimings(lists=ListTimings(audit_s=5, gap_s=0.05, confirm_s=0.05))


def house() -> House:
    """The small house; a ring is short, so that a supervised transfer is too, and a pause has a reason."""
    small = small_house()
    queues = {q.id: replace(q, ring_ms=1_500, wrap_up_ms=500, waiting_prompts=()) for q in small.plan.queues.values()}
    plan = replace(small.plan, queues=queues, login_by_phone=False)
    reasons = {"1": PauseReason("rast", (PromptId("kod_paus_rast"),))}
    people = {**small.people, AgentId("dan"): replace(small.people[AgentId("dan")], may_switch=True)}
    prompts = small.prompts | SPOKEN | {PromptId("kod_paus_rast")}
    return replace(small, plan=plan, people=people, pause_reasons=reasons, prompts=prompts)


@dataclass
class Remembered:
    """The log of one test."""

    entries: list[Entry] = field(default_factory=list)

    def append(self, _at_ms: Instant, _event: Event | None, entries: tuple[Entry, ...]) -> None:
        self.entries.extend(entries)


class Desk:
    """A kernel at work on the telephony: what `ivr.live.Service` is, without its disk."""

    def __init__(self, line: Line) -> None:
        self.line, self.house, self.log = line, line.asterisk.house, Remembered()
        self.clock = clock = LiveClock()
        self.telephony = AsteriskTelephony(line.asterisk.site, self.house, line.asterisk.secrets, clock, QUICK)
        self.kernel = Kernel(self.house.plan, first_offer=clock(), linked=False)
        self.engine = Engine(self.kernel, self.telephony, self.log, clock)
        self.telephony.front.on_phone = lambda order: phone_answer(self, order)

    def person(self, name: str):
        return self.kernel.centre.people[AgentId(name)]

    def of_kind(self, kind):
        return [entry for entry in self.log.entries if isinstance(entry, kind)]

    async def phone(self, name: str, behaviour: Behaviour, *, logged_in: bool = True) -> AgentPhone:
        phone = await self.line.phone(name, behaviour)
        phone.book = self.line.asterisk.sounds
        await until(lambda: self.person(name).phone is PhoneState.IDLE)
        if logged_in:
            self.engine.feed(AgentLoggedIn(AgentId(name)))
        return phone

    async def said(self, phone: AgentPhone, code: str, prompt: str) -> Dialled:
        """The code has been dialled and answered so, and the phone is free again."""
        call = await Dialled.make(phone, code, self.line.asterisk.sounds)
        assert await call.hear_prompt(prompt), (code, call.status, call.ear.prompts)
        await until(call.over.is_set)
        await until(lambda: self.person(phone.name).phone is PhoneState.IDLE)
        return call

    async def talk(self, key: str, phone: AgentPhone) -> Caller:
        """A caller who talks with that phone's person."""
        caller = self.line.caller(NUMBER)
        assert await caller.dial() == 200
        await caller.press(key)
        assert await caller.hear_agent()
        caller.speak()
        await until(lambda: self.person(phone.name).state is AgentState.TALKING)
        return caller


@pytest.fixture(scope="module")
def exchange(tmp_path_factory):
    with running_asterisk(tmp_path_factory.mktemp("k"), house()) as running:
        yield running


@pytest_asyncio.fixture
async def line(exchange: RunningAsterisk) -> AsyncIterator[Line]:
    async with line_to(exchange) as line:
        yield line


@asynccontextmanager
async def at_work(line: Line) -> AsyncIterator[Desk]:
    desk = Desk(line)
    await desk.engine.start()
    try:
        await until(lambda: not desk.kernel.centre.paused)
        yield desk
    finally:
        await desk.engine.stop()


async def test_a_person_logs_in_pauses_returns_and_leaves_from_any_phone_and_hears_so(line: Line) -> None:
    async with at_work(line) as desk:
        bo = await desk.phone("bo", ring_forever(), logged_in=False)
        await desk.said(bo, "*12", "kod_inte_inloggad")
        await desk.said(bo, "*11", "kod_inloggad")
        assert desk.person("bo").state is AgentState.READY
        await desk.said(bo, "*131", "kod_paus_rast")
        assert (desk.person("bo").state, desk.person("bo").reason) == (AgentState.NOT_READY, "rast")
        await desk.said(bo, "*137", "kod_okand")
        await desk.said(bo, "*12", "kod_redo")
        await desk.said(bo, "*15", "kod_ingen_efterbehandling")
        assert desk.person("bo").state is AgentState.READY
        await desk.said(bo, "*14", "kod_utloggad")
        assert desk.person("bo").state is AgentState.LOGGED_OUT


async def test_without_an_engine_a_code_says_so_and_keeps_the_phone_from_ringing_all_the_same(line: Line) -> None:
    cli = line.asterisk.server.cli
    bo = await line.phone("bo", ring_forever())
    call = await Dialled.make(bo, "*12", line.asterisk.sounds)
    assert await call.hear_prompt("kod_ingen_motor")
    cli("queue add member PJSIP/bo to fallback-barn_skola")
    try:
        call = await Dialled.make(bo, "*131", line.asterisk.sounds)
        assert await call.hear_prompt("kod_reserv_paus")
        await until(lambda: "paused" in cli("queue show fallback-barn_skola"))
        call = await Dialled.make(bo, "*12", line.asterisk.sounds)
        assert await call.hear_prompt("kod_reserv_redo")
        await until(lambda: "paused" not in cli("queue show fallback-barn_skola"))
    finally:
        cli("queue remove member PJSIP/bo from fallback-barn_skola")


@pytest.mark.fault("F44", "F50")
async def test_a_person_who_talks_on_one_device_is_rung_on_none_and_afterwards_on_one(line: Line) -> None:
    """A private call, of which the service knows only what the phone's state says; the second device is free."""
    async with at_work(line) as desk:
        talks = await desk.phone("bo", ring_forever())
        await desk.phone("dan", answer(after_ms=20), logged_in=False)
        private = await Dialled.make(talks, "204", line.asterisk.sounds)
        await until(lambda: desk.person("bo").phone is PhoneState.BUSY)
        rings = await line.phone("bo", ring_forever())
        caller = line.caller(NUMBER)
        assert await caller.dial() == 200
        await caller.press("2")
        await until(lambda: any(c.queue == "barn_skola" for c in desk.kernel.centre.calls.values()))
        assert (desk.person("bo").state, desk.person("bo").phone) == (AgentState.READY, PhoneState.BUSY)
        assert talks.rings + rings.rings == []
        await private.hang_up()
        await until(lambda: len(rings.rings) == 1)
        assert talks.rings == []


async def test_keys_in_a_talk_put_the_caller_through_and_only_the_agents(line: Line) -> None:
    async with at_work(line) as desk:
        dan = await desk.phone("dan", answer(after_ms=20))
        caller = await desk.talk("5", dan)
        bo = await desk.phone("bo", answer(after_ms=20))
        await caller.press("*72")
        assert dan.press("*74") is not None
        ear = dan.current.stream.ear
        await until(lambda: "koppla_ingen_dar" in ear.prompts)
        await until(lambda: ear.voice == caller.voice)
        assert desk.person("dan").state is AgentState.TALKING
        assert desk.of_kind(CallTransferred) == []
        assert not set(caller.ear.prompts) & SPOKEN, "a caller's keys in a talk mean nothing"
        dan.press("*72")
        await until(lambda: "koppla_vidare" in ear.prompts)
        await until(lambda: bo.current is not None and bo.current.answered_ms > 0)
        await until(lambda: dan.rings[0].bye_by == "server")
        transfer = desk.of_kind(CallTransferred)
        assert [(t.agent, t.queue, t.level) for t in transfer] == [("dan", "barn_skola", 2)]
        assert caller.up
        await until(lambda: caller.ear.voice == bo.voice and now_ms() > caller.ear.voice_ms + NO_TALK_MS)
        await caller.hang_up()
        await until(lambda: bool(desk.of_kind(CallEnded)))
        assert [e.outcome.value for e in desk.of_kind(CallEnded)] == ["answered"]


async def test_a_department_that_does_not_answer_sends_the_caller_back_to_the_same_agent(line: Line) -> None:
    async with at_work(line) as desk:
        dan = await desk.phone("dan", answer(after_ms=20))
        caller = await desk.talk("5", dan)
        alma = await desk.phone("alma", ring_forever())
        dan.press("*82")
        await until(lambda: len(alma.rings) == 1)
        await until(lambda: len(dan.rings) == 2)
        await until(lambda: alma.rings[0].end is RingEnd.CANCELLED)
        await until(lambda: bool(desk.of_kind(TransferReturned)))
        await until(lambda: caller.ear.voice == dan.voice)
        assert caller.up


async def test_a_talk_from_before_this_engine_is_put_through_as_any_other(line: Line) -> None:
    async with at_work(line) as first:
        dan = await first.phone("dan", answer(after_ms=20))
        caller = await first.talk("5", dan)
        await until(lambda: bool(first.of_kind(CallAnswered)))
    async with at_work(line) as desk:
        await until(lambda: desk.person("dan").state is AgentState.TALKING)
        bo = await desk.phone("bo", answer(after_ms=20))
        dan.press("*72")
        await until(lambda: bo.current is not None and bo.current.answered_ms > 0)
        await until(lambda: caller.ear.voice == bo.voice)
        assert [t.queue for t in desk.of_kind(CallTransferred)] == ["barn_skola"]
        assert dan.current is None
        assert caller.up


@pytest.mark.fault("F51")
async def test_an_engine_that_dies_as_a_talk_ends_in_a_transfer_leaves_the_caller_in_the_new_line(line: Line) -> None:
    """Nothing has been laid on the channel over the session: only what came before the agent's leg was hung up."""
    async with at_work(line) as desk:
        dan = await desk.phone("dan", answer(after_ms=20))
        caller = await desk.talk("5", dan)
        # Longer than a talk must be to be one: the dialplan would take the caller for served.
        await until(lambda: now_ms() > dan.rings[0].answered_ms + desk.house.plan.short_talk_ms + 100)
        (call,) = desk.kernel.centre.calls.values()
        papers = replace(call.papers(), queue=QueueId("socialtjanst"), clearance=SOCIAL)
        desk.telephony.perform(EndTalk(call.id, call.offer, call.agent, papers))
        await until(lambda: dan.current is None)
    assert await caller.hear_prompt("reservlage")
    await until(lambda: "PJSIP/trunk" in line.asterisk.server.cli("queue show fallback-socialtjanst"))
    assert caller.up


async def test_who_may_closes_and_opens_the_house_and_puts_on_a_crisis_message_from_the_phone(line: Line) -> None:
    async with at_work(line) as desk:
        bo, dan = await desk.phone("bo", answer()), await desk.phone("dan", answer())
        await desk.said(bo, "*90", "kod_far_inte")
        assert not desk.kernel.centre.switches.forced
        await desk.said(dan, "*90", "kod_stangt")
        midnight = end_of_day(desk.clock(), desk.house.timezone)
        assert [(e.how, e.until_ms, e.who) for e in desk.of_kind(HoursSwitched)] == [("closed", midnight, "dan")]
        await desk.said(dan, "*931", "kod_kris_pa")
        caller = line.caller(NUMBER)
        assert await caller.dial() == 200
        await until(caller.over.is_set)
        assert caller.ear.prompts == ["kris", "stangt"]
        await desk.said(dan, "*932", "kod_okand")
        await desk.said(dan, "*930", "kod_kris_av")
        await desk.said(dan, "*91", "kod_oppet")
        await desk.said(dan, "*92", "kod_enligt_schema")
        assert not desk.kernel.centre.switches.forced
        assert desk.kernel.centre.switches.crisis is None
