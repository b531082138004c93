"""A crisis message, a language and the questions after a talk, on a real Asterisk with the kernel behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from ivr.asterisk.lister import ListTimings
from ivr.asterisk.switch_keeper import global_values
from ivr.asterisk.telephony import AsteriskTelephony, TelephonyTimings
from ivr.clock import LiveClock
from ivr.engine import Engine
from ivr.testphone.agent import AgentPhone
from ivr.testphone.behaviour import Behaviour, answer
from ivr.testphone.caller import Caller
from queues.agents import PhoneState
from queues.asked_entries import Force, LanguageChosen, SurveyAnswered
from queues.entries import CallEnded, Entry
from queues.ids import AgentId, Instant, PromptId
from routing.events import AgentLoggedIn, CrisisMessageSet, Event, HoursForced
from routing.kernel import Kernel
from routing.plan import Plan
from routing.survey_rules import Question, Survey
from tests.asterisk.house import NUMBER, small_plan
from tests.asterisk.running import Line, until

pytestmark = pytest.mark.asterisk

QUICK = TelephonyTimings(lists=ListTimings(audit_s=5, gap_s=0.05, confirm_s=0.05))
ASKED = Survey(
    (Question("bemotande", (PromptId("huvudmeny"),)), Question("enkelhet", (PromptId("repetera"),))),
    invitation=(PromptId("valkommen"),),
    thanks=(PromptId("kris"),),
    invalid_prompts=(PromptId("fel_val"),),
    key_ms=60_000,
)


@dataclass
class Remembered:
    """The log of one test."""

    entries: list[Entry] = field(default_factory=list)

    def append(self, _at_ms: Instant, _event: Event | None, entries: tuple[Entry, ...]) -> None:
        self.entries.extend(entries)

    def of_kind(self, kind):
        return [entry for entry in self.entries if isinstance(entry, kind)]


@dataclass
class Desk:
    """A kernel at work on a real Asterisk."""

    line: Line
    engine: Engine
    kernel: Kernel
    log: Remembered
    telephony: AsteriskTelephony

    async def phone(self, name: str, behaviour: Behaviour) -> AgentPhone:
        phone = await self.line.phone(name, behaviour)
        await until(lambda: self.kernel.centre.people[AgentId(name)].phone is PhoneState.IDLE)
        self.engine.feed(AgentLoggedIn(AgentId(name)))
        return phone

    async def rings(self) -> Caller:
        caller = self.line.caller(NUMBER)
        assert await caller.dial() == 200
        return caller


@asynccontextmanager
async def at_work(line: Line, plan: Plan) -> AsyncIterator[Desk]:
    asterisk, log, clock = line.asterisk, Remembered(), LiveClock()
    telephony = AsteriskTelephony(asterisk.site, asterisk.house, asterisk.secrets, clock, QUICK)
    kernel = Kernel(plan, first_offer=clock(), linked=False)
    engine = Engine(kernel, telephony, log, clock)
    engine.observers.append(telephony.observe)
    telephony.by_hand.switches = kernel.centre.switches
    await engine.start()
    try:
        await until(lambda: not kernel.centre.paused)
        yield Desk(line, engine, kernel, log, telephony)
    finally:
        await engine.stop()


def bilingual() -> Plan:
    """The small plan, in which Bo speaks English and Alma does not, and both answer for other matters."""
    plan = small_plan()
    spoken = {"bo": frozenset({"en"})}
    agents = {a: replace(agent, languages=spoken.get(a, frozenset())) for a, agent in plan.agents.items()}
    return replace(plan, agents=agents, entrances={n: replace(e, hours_id="alltid") for n, e in plan.entrances.items()})


def forced(line: Line) -> str:
    return line.asterisk.server.cli("dialplan show globals")


async def test_a_crisis_message_then_english_and_whoever_speaks_it(line: Line) -> None:
    async with at_work(line, bilingual()) as desk:
        desk.engine.feed(CrisisMessageSet(PromptId("kris"), instead=False, until_ms=Instant(0), who="karin"))
        alma, bo = await desk.phone("alma", answer()), await desk.phone("bo", answer())
        caller = await desk.rings()
        assert await caller.hear_prompt("huvudmeny")
        assert caller.ear.prompts[:3] == ["kris", "valkommen", "huvudmeny"]
        await caller.press("8")
        assert await caller.hear_prompt("en/huvudmeny")
        assert caller.ear.prompts[-2:] == ["en/kris", "en/huvudmeny"]
        await caller.press("2")
        assert await caller.hear_agent()
        assert (len(alma.rings), len(bo.rings)) == (0, 1)
        assert [e.language for e in desk.log.of_kind(LanguageChosen)] == ["en"]


async def test_what_is_forced_reaches_asterisks_globals_and_is_told_again_when_the_link_comes_up(line: Line) -> None:
    async with at_work(line, bilingual()) as desk:
        desk.engine.feed(HoursForced("alltid", Force.CLOSED, Instant(0), "karin"))
        caller = await desk.rings()
        assert await caller.hear_prompt("stangt")
        await until(caller.over.is_set)
        await until(lambda: "TONVAL_FORCE_alltid=C9999999999" in forced(line))
        line.asterisk.server.cli('dialplan set global TONVAL_FORCE_alltid ""')
        desk.telephony.link._protocol.abort("test")  # type: ignore[union-attr]
        await until(lambda: "TONVAL_FORCE_alltid=C9999999999" in forced(line))
        desk.engine.feed(HoursForced("", Force.SCHEDULE, Instant(0), "karin"))
        await until(lambda: "C9999999999" not in forced(line))
    assert set(global_values(desk.kernel.centre.switches, line.asterisk.house).values()) == {""}


async def test_after_the_talk_three_keys_are_three_answers_and_a_call_that_was_answered(line: Line) -> None:
    plan = replace(small_plan(), survey=ASKED)
    async with at_work(line, plan) as desk:
        await desk.phone("finn", answer(after_ms=50, talk_ms=2_500))
        caller = await desk.rings()
        assert await caller.hear_prompt("huvudmeny")
        await caller.press("4")
        assert await caller.hear_agent()
        before = len(caller.ear.prompts)
        await until(lambda: caller.ear.prompts[before:] == ["valkommen", "huvudmeny"])
        await caller.press("5")
        await until(lambda: caller.ear.prompts[before:] == ["valkommen", "huvudmeny", "repetera"])
        await caller.press("9")
        await until(lambda: caller.ear.prompts[-2:] == ["fel_val", "repetera"] and len(caller.ear.prompts) > before + 3)
        await caller.press("2")
        await until(caller.over.is_set)
        assert caller.ear.prompts[-1] == "kris"
        assert [(e.question, e.grade) for e in desk.log.of_kind(SurveyAnswered)] == [("bemotande", 5), ("enkelhet", 2)]
        assert [(e.outcome, e.reason) for e in desk.log.of_kind(CallEnded)] == [("answered", "agent_hung_up")]


async def test_an_engine_that_goes_during_the_questions_leaves_nobody_in_line_again(line: Line) -> None:
    plan = replace(small_plan(), survey=ASKED)
    async with at_work(line, plan) as desk:
        finn = await desk.phone("finn", answer(after_ms=50, talk_ms=2_500))
        caller = await desk.rings()
        assert await caller.hear_prompt("huvudmeny")
        await caller.press("4")
        assert await caller.hear_agent()
        before = len(caller.ear.prompts)
        await until(lambda: len(caller.ear.prompts) == before + 2)
        await caller.press("4")
        await until(lambda: len(caller.ear.prompts) == before + 3)
    await until(caller.over.is_set)
    assert len(finn.rings) == 1
    assert caller.terminal == "answered"
