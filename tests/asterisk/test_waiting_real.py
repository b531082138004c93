"""A caller in line on a real Asterisk: hears the place, presses keys over speech and music, and is rung for at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from ivr.asterisk.lister import ListTimings
from ivr.asterisk.telephony import AsteriskTelephony, TelephonyTimings
from ivr.clock import LiveClock
from ivr.engine import Engine
from ivr.testphone.behaviour import answer
from ivr.testphone.caller import Caller
from ivr.testphone.ear import Heard
from ivr.testphone.prompts_heard import prompt_book
from queues.agents import PhoneState
from queues.entries import CallOffered, CallQueued, Entry, LateEventSeen
from queues.ids import AgentId, Instant, PromptId, QueueId
from routing.events import AgentLoggedIn, DigitsEntered, Event
from routing.kernel import Kernel
from routing.plan import PlanStep, TargetKind, WaitingRules
from tests.asterisk.house import NUMBER, small_plan
from tests.asterisk.running import Line, make_sounds, until

pytestmark = pytest.mark.asterisk

QUICK = TelephonyTimings(lists=ListTimings(audit_s=5, gap_s=0.05, confirm_s=0.05))
NUMBER_TWO = ["ko_du_ar_nummer", "tal_2", "ko_i_kon"]
BYGG, OVRIGT = QueueId("bygg"), QueueId("ovrigt")


def plan_with_keys():
    """The small plan, in which whoever waits hears the place twice a second or so and may press * and 0."""
    rules = WaitingRules(position=True, repeat_key="*", human_key="0", human=OVRIGT)
    own = (PlanStep(0, TargetKind.OWN),)
    plan = small_plan()
    queues = {q.id: replace(q, waiting=rules, first_message_ms=60_000, steps=own) for q in plan.queues.values()}
    return replace(plan, queues=queues)


@dataclass
class Remembered:
    """The log of one test."""

    events: list[Event] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def append(self, _at_ms: Instant, event: Event | None, entries: tuple[Entry, ...]) -> None:
        self.entries.extend(entries)
        if event is not None:
            self.events.append(event)


class AtWork:
    """A kernel at work on a real Asterisk."""

    def __init__(self, line: Line) -> None:
        self.line, self.log, clock = line, Remembered(), LiveClock()
        self.kernel = Kernel(plan_with_keys(), first_offer=clock(), linked=False)
        asterisk = line.asterisk
        telephony = AsteriskTelephony(asterisk.site, asterisk.house, asterisk.secrets, clock, QUICK)
        self.engine = Engine(self.kernel, telephony, self.log, clock)
        self.clock = clock
        sounds = asterisk.site.sounds_dir
        make_sounds(sounds / "sv", map(PromptId, (*NUMBER_TWO, "ko_du_ar_forst")))
        self.book = prompt_book(sounds)

    def of_kind(self, kind):
        return [entry for entry in self.log.entries if isinstance(entry, kind)]

    def keys(self):
        return [event.digits for event in self.log.events if isinstance(event, DigitsEntered)]

    async def in_line(self, key: str = "4") -> Caller:
        """A caller who has chosen, and hears something."""
        before = len(self.of_kind(CallQueued))
        caller = self.line.caller(NUMBER)
        caller.ear.book = self.book
        assert await caller.dial() == 200
        assert await caller.hear_prompt("valkommen")
        await caller.press(key)
        await until(lambda: len(self.of_kind(CallQueued)) > before)
        assert await caller.hear_sound()
        return caller


@asynccontextmanager
async def at_work(line: Line) -> AsyncIterator[AtWork]:
    one = AtWork(line)
    await one.engine.start()
    try:
        await until(lambda: not one.kernel.centre.paused)
        yield one
    finally:
        await one.engine.stop()


async def press_and_hear(caller: Caller, key: str, *prompts: str) -> None:
    """The key has been pressed, and just these prompts were begun after it."""
    before = len(caller.ear.prompts)
    await caller.press(key)
    await until(lambda: len(caller.ear.prompts) >= before + len(prompts))
    assert caller.ear.prompts[before:] == list(prompts)


async def test_the_second_in_line_hears_so_at_star_and_nought_leads_to_a_person(line: Line) -> None:
    async with at_work(line) as one:
        first, second = await one.in_line(), await one.in_line()
        await press_and_hear(second, "*", *NUMBER_TWO)
        assert await second.hear(Heard.MUSIC)
        await first.hang_up()
        await until(lambda: len(one.kernel.centre.calls) == 1)
        await press_and_hear(second, "*", "ko_du_ar_forst")
        await second.press("0")
        await until(lambda: one.of_kind(CallQueued)[-1].queue == OVRIGT)
        dan = await line.phone("dan", answer(0))
        await until(lambda: one.kernel.centre.people[AgentId("dan")].phone is PhoneState.IDLE)
        one.engine.feed(AgentLoggedIn(AgentId("dan")))
        assert await second.hear_agent()
        assert len(dan.rings) == 1
        assert one.of_kind(LateEventSeen) == []


@pytest.mark.fault("F53", "F54")
async def test_a_flood_of_keys_is_one_digit_a_press_and_the_line_still_serves(line: Line) -> None:
    """Each press is sent as RFC 4733 has it: a packet every 20 ms and the end three times, or far more often."""
    async with at_work(line) as one:
        caller = await one.in_line()
        await caller.press("77#12", tone_ms=60, gap_ms=60, ends=12)
        await caller.press("*", tone_ms=200, ends=20)
        await until(lambda: one.keys()[1:] == ["*"])
        await asyncio.gather(*(caller.press("*0#123" * 40, info=True) for _ in range(4)))
        call = next(iter(one.kernel.centre.calls.values()))
        assert (call.state, call.entered_at_ms) == ("waiting", one.of_kind(CallQueued)[0].entered_at_ms)
        assert len(one.keys()) <= 30
        dan = await line.phone("dan", answer(0))
        await until(lambda: one.kernel.centre.people[AgentId("dan")].phone is PhoneState.IDLE)
        one.engine.feed(AgentLoggedIn(AgentId("dan")))
        assert await caller.hear_agent()
        assert len(dan.rings) == 1


async def test_an_offer_does_not_wait_for_who_is_listened_to_and_a_dead_engine_lets_go_at_once(line: Line) -> None:
    """Asterisk listens for a minute at a time; neither a phone that is free nor the caller waits for that."""
    async with at_work(line) as one:
        finn = await line.phone("finn", answer(0, talk_ms=100))
        await until(lambda: one.kernel.centre.people[AgentId("finn")].phone is PhoneState.IDLE)
        rung, other = await one.in_line(), await one.in_line(key="1")
        one.engine.feed(AgentLoggedIn(AgentId("finn")))
        assert await rung.hear_agent()
        assert round(finn.rings[0].at_ms) - one.of_kind(CallOffered)[0].at_ms < 5_000
    assert await other.hear_prompt("reservlage")
