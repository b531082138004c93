"""A caller's session on a real Asterisk, with a real phone at either end."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from ivr.asterisk.agi import AgiFront
from ivr.asterisk.agi_wire import Reply, ReplyStream, Verb, command
from ivr.asterisk.caller_session import INTERRUPT_DIGIT, CallerSession, DialEnded
from ivr.testphone.behaviour import answer, refuse_with, ring_forever
from ivr.testphone.caller import Caller
from ivr.testphone.ear import Heard
from queues.ids import NO_CLEARANCE, AgentId, OfferId, PromptId, QueueId
from routing.actions import AskDigits, EndCall, HoldMusic, KeepPapers, OfferToAgent, Say
from routing.events import CallerHungUp, DigitsEntered, PromptFinished
from routing.papers import Papers
from tests.asterisk.agi_peer import HOST, Director
from tests.asterisk.house import NUMBER
from tests.asterisk.raw_ami import raw_ami
from tests.asterisk.running import Line, until

pytestmark = pytest.mark.asterisk


@dataclass
class Call:
    """One caller of flesh, and the session that came of it."""

    caller: Caller
    session: CallerSession
    director: Director

    def say(self, *prompts: str) -> None:
        self.session.perform(Say(self.session.call, tuple(map(PromptId, prompts)), "sv"))

    def ask(self, *prompts: str, max_digits: int = 1, first_ms: int = 30_000, next_ms: int = 400) -> None:
        wanted = tuple(map(PromptId, prompts))
        self.session.perform(AskDigits(self.session.call, wanted, "sv", max_digits, first_ms, next_ms))

    def hold(self, music: str = "default") -> None:
        self.session.perform(HoldMusic(self.session.call, music))

    def offer(self, agent: str, ring_ms: int = 5_000) -> None:
        papers = Papers(queue=QueueId("bygg"), clearance=NO_CLEARANCE)  # without them no phone is let ring
        self.session.perform(KeepPapers(self.session.call, papers))
        self.session.perform(OfferToAgent(self.session.call, OfferId(7), AgentId(agent), ring_ms, "default"))

    def ended(self, status: str, cause: int) -> DialEnded:
        return DialEnded(self.session.call, OfferId(7), status, cause, "")


class Door:
    """An engine's door, at the port where this Asterisk's dialplan knocks."""

    def __init__(self, line: Line, director: Director) -> None:
        self._line = line
        self._director = director

    async def call(self) -> Call:
        caller = self._line.caller(NUMBER)
        assert await caller.dial() == 200
        return Call(caller, await self._director.session(), self._director)


@pytest_asyncio.fixture
async def door(line: Line) -> AsyncIterator[Door]:
    director = Director()
    front = AgiFront(HOST, line.asterisk.site.agi_port, director.take)
    await front.start()
    yield Door(line, director)
    await front.stop()


async def report(call: Call) -> object:
    return await call.director.report()


async def test_prompts_are_heard_in_order_and_their_end_is_reported(door: Door) -> None:
    call = await door.call()
    call.say("valkommen", "no_such_sound", "stangt")
    assert await report(call) == PromptFinished(call.session.call)
    assert call.caller.ear.prompts == ["valkommen", "stangt"]


async def test_a_key_cuts_the_menu_short_and_is_reported(door: Door) -> None:
    call = await door.call()
    call.ask("valkommen", "huvudmeny")
    assert await call.caller.hear_prompt("valkommen")
    await call.caller.press("2")
    assert await report(call) == DigitsEntered(call.session.call, "2")
    call.ask("huvudmeny")
    assert await call.caller.hear_prompt("huvudmeny")
    await call.caller.press("*")
    assert await report(call) == DigitsEntered(call.session.call, "*")


async def test_silence_and_several_digits(door: Door) -> None:
    call = await door.call()
    call.ask("huvudmeny", first_ms=100)
    assert await report(call) == DigitsEntered(call.session.call, "")
    call.ask("huvudmeny", max_digits=4, first_ms=30_000, next_ms=2_000)
    await call.caller.press("0#5")
    assert await report(call) == DigitsEntered(call.session.call, "0#5")


@pytest.mark.fault("F53", "F54")
async def test_keys_that_are_pressed_for_ever_leave_the_menu_usable(door: Door) -> None:
    call = await door.call()

    async def press_for_ever() -> None:
        while True:
            await call.caller.press("1234567890", tone_ms=40, gap_ms=40)

    flood = asyncio.create_task(press_for_ever())
    for _ in range(5):
        call.ask("huvudmeny", max_digits=3)
        answered = await report(call)
        assert isinstance(answered, DigitsEntered)
        assert 1 <= len(answered.digits) <= 3
    flood.cancel()
    call.ask("huvudmeny", first_ms=300)
    assert isinstance(await report(call), DigitsEntered)


async def test_a_missing_menu_leaves_time_for_a_key(door: Door) -> None:
    call = await door.call()
    call.ask("no_such_sound")
    await call.caller.press("4")
    assert await report(call) == DigitsEntered(call.session.call, "4")


async def test_a_prompt_is_cut_short_by_the_next_action_and_a_late_interruption_is_no_answer(
    line: Line, door: Door
) -> None:
    async with raw_ami(line.asterisk) as ami:

        async def interrupt(channel: str) -> None:
            await ami.action("PlayDTMF", Channel=channel, Digit=INTERRUPT_DIGIT, Receive="true")

        call = await door.call()
        interruptions: list[asyncio.Task[None]] = []
        call.session.interrupt = lambda channel: interruptions.append(asyncio.create_task(interrupt(channel)))
        call.say(*["huvudmeny"] * 100)  # 40 s
        assert await call.caller.hear_prompt("huvudmeny")
        call.ask("valkommen", first_ms=30_000)
        assert await call.caller.hear_prompt("valkommen")
        await interrupt(call.session.channel)
        await interrupt(call.session.channel)
        await call.caller.press("3")
        assert await report(call) == DigitsEntered(call.session.call, "3")
        await asyncio.gather(*interruptions)
        assert len(interruptions) == 1


async def test_music_comes_goes_and_comes_back_after_an_offer_that_failed(line: Line, door: Door) -> None:
    await line.phone("finn", refuse_with(486))
    call = await door.call()
    call.hold()
    assert await call.caller.hear(Heard.MUSIC)
    call.offer("finn")
    assert await report(call) == call.ended("BUSY", 17)
    assert await call.caller.hear(Heard.MUSIC)
    call.hold("")
    assert await call.caller.hear(Heard.SILENCE)


@pytest.mark.parametrize(
    ("sip_status", "status", "cause"),
    [
        (486, "BUSY", 17),
        (603, "CHANUNAVAIL", 21),
        (480, "NOANSWER", 19),
        (404, "CHANUNAVAIL", 1),
        (500, "CHANUNAVAIL", 38),
        (503, "CONGESTION", 34),
    ],
)
async def test_how_a_phone_refuses_is_told_apart(
    line: Line, door: Door, sip_status: int, status: str, cause: int
) -> None:
    phone = await line.phone("finn", refuse_with(sip_status))
    call = await door.call()
    call.offer("finn")
    assert await report(call) == call.ended(status, cause)
    assert len(phone.rings) == 1


async def test_no_answer_and_no_phone_are_told_apart(line: Line, door: Door) -> None:
    await line.phone("finn", ring_forever())
    call = await door.call()
    call.offer("finn", ring_ms=1)
    assert await report(call) == call.ended("NOANSWER", 0)
    call.offer("eva")
    assert await report(call) == call.ended("CHANUNAVAIL", 3)


async def test_a_talk_ends_with_the_agent_and_the_caller_goes_on(line: Line, door: Door) -> None:
    phone = await line.phone("finn", answer(50))
    call = await door.call()
    call.hold()
    call.offer("finn")
    assert await call.caller.hear_agent()
    await phone.hang_up()
    ended = await report(call)
    assert isinstance(ended, DialEnded)
    assert (ended.status, ended.hangup_cause, ended.answered_by.partition("-")[0]) == ("ANSWER", 16, "PJSIP/finn")
    assert phone.rings[0].headers["x-tonval-offer"] == "7"
    call.say("stangt")
    assert await report(call) == PromptFinished(call.session.call)
    call.session.perform(EndCall(call.session.call))
    assert await report(call) == (call.session.call, False)
    await until(call.caller.over.is_set)
    assert call.caller.bye_by == "server"


@pytest.mark.fault("F52")
@pytest.mark.parametrize("state", ["nothing", "music", "prompt", "wait", "ringing", "talking"])
async def test_a_caller_who_hangs_up_is_gone_in_every_state(line: Line, door: Door, state: str) -> None:
    phone = await line.phone("finn", answer(0) if state == "talking" else ring_forever())
    call = await door.call()
    if state == "music":
        call.hold()
    elif state == "prompt":
        call.say(*["huvudmeny"] * 20)
        assert await call.caller.hear_prompt("huvudmeny")
    elif state == "wait":
        call.ask(first_ms=30_000)
    elif state in {"ringing", "talking"}:
        call.offer("finn", ring_ms=30_000)
        await until(phone.rung.is_set)
        assert state == "ringing" or await call.caller.hear_agent()
    await call.caller.hang_up()
    assert await report(call) == CallerHungUp(call.session.call)
    assert await report(call) == (call.session.call, True)
    assert call.director.reported.empty()
    await until(lambda: not phone.rings or phone.rings[0].ended_ms > 0)


NASTY = [
    "",
    " ",
    "a b",
    '"',
    '""',
    "\\",
    '\\"',
    "a\\",
    "${SHELL(id)}",
    "$[1+1]",
    "a,b;c&d|e",
    "Åsa Öberg \U0001f600",
    "%0d%0a",
    "HANGUP",
    "'",
    "x" * 1_900,
]


async def test_what_the_builder_quotes_asterisk_reads_as_meant(line: Line) -> None:
    """On a bare connection, so that nothing but the builder is between the text and Asterisk."""
    read: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()

    async def set_and_get(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\n\n")
        found, replies = [], ReplyStream()
        for text in NASTY:
            for one in (command(Verb.SET_VARIABLE, "X", text), command(Verb.EVALUATE, "${X}")):
                writer.write(one)
                (reply,) = replies.feed(await reader.readuntil(b"\n"))
                assert isinstance(reply, Reply)
            found.append(reply.data)
        writer.close()
        if not read.done():
            read.set_result(found)

    async with await asyncio.start_server(set_and_get, HOST, line.asterisk.site.agi_port):
        assert await line.caller(NUMBER).dial() == 200
        assert await asyncio.wait_for(read, 30) == NASTY
