"""The dialplan's side of FastAGI on a real Asterisk: no way an engine behaves may cost a caller the call."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from ivr.asterisk.agi import AgiFront
from ivr.asterisk.caller_session import CallerSession
from ivr.testphone.behaviour import answer, ring_forever
from ivr.testphone.caller import Caller
from ivr.testphone.ear import Heard
from ivr.testphone.rtp import now_ms
from queues.ids import NO_CLEARANCE, AgentId, CallId, Instant, MenuId, OfferId, QueueId
from routing.actions import EndCall, HoldMusic, KeepPapers, OfferToAgent
from routing.papers import Papers
from tests.asterisk.house import MENU, NUMBER, SOCIAL
from tests.asterisk.raw_ami import raw_ami
from tests.asterisk.running import Line, until

pytestmark = pytest.mark.asterisk

IN_LINE = Papers(MENU, QueueId("bygg"), Instant(1_700_000_000_000), NO_CLEARANCE, "sv", 3, 1)


class Door:
    """An engine's FastAGI front at the site's port, and the sessions that came through it."""

    def __init__(self) -> None:
        self.sessions: asyncio.Queue[CallerSession] = asyncio.Queue()

    async def session(self) -> CallerSession:
        async with asyncio.timeout(30):
            return await self.sessions.get()


@asynccontextmanager
async def engine_door(line: Line) -> AsyncIterator[Door]:
    door = Door()

    def take(session: CallerSession) -> None:
        session.start(lambda _event: None)
        door.sessions.put_nowait(session)

    front = AgiFront("127.0.0.1", line.asterisk.site.agi_port, take)
    await front.start()
    try:
        yield door
    finally:
        await front.stop()


async def up(line: Line, number: str = NUMBER) -> Caller:
    caller = line.caller(number)
    assert await caller.dial() == 200
    return caller


async def test_a_new_call_comes_without_papers_and_says_which_number_was_rung(line: Line) -> None:
    async with engine_door(line) as door:
        caller = await up(line)
        session = await door.session()
        assert (session.fresh, session.papers, session.number) == (True, None, NUMBER)
        assert session.caller == caller.from_user
        session.perform(EndCall(session.call))
        await until(caller.over.is_set)


@pytest.mark.fault("F57")
async def test_what_a_caller_calls_itself_reaches_nobody(line: Line) -> None:
    async with engine_door(line) as door:
        caller = line.caller(NUMBER, display=b"${SHELL(id)},x;[y]", from_user="%24%7B0701740605%7D%0d%0aX;a&b")
        assert await caller.dial() == 200
        session = await door.session()
        assert (session.caller, session.caller_name) == ("0701740605", "unknown")
        session.perform(EndCall(session.call))


@pytest.mark.fault("F10")
async def test_an_engine_that_accepts_and_says_nothing_does_not_keep_the_caller_in_silence(line: Line) -> None:
    left = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        left.set()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", line.asterisk.site.agi_port)
    async with server:
        caller = await up(line)
        assert await caller.hear_prompt("huvudmeny")
        await until(left.is_set)


async def test_an_engine_that_has_spoken_is_never_timed_out(line: Line) -> None:
    """engine_silence_s is 2 here: without the disarming the caller would be in the fail-open menu."""
    async with engine_door(line) as door:
        caller = await up(line)
        session = await door.session()
        session.perform(HoldMusic(session.call, "default"))
        assert not await caller.hear_prompt("huvudmeny", 3_500)
        assert caller.heard_now() is Heard.MUSIC


async def test_the_music_called_silence_sends_nothing(line: Line) -> None:
    """For thousands of waiting test calls; were the class not there, Asterisk would play the default one instead."""
    async with engine_door(line) as door:
        caller = await up(line)
        session = await door.session()
        session.perform(HoldMusic(session.call, "silence"))
        assert not await caller.hear(Heard.MUSIC, 1_500)
        assert caller.ear.packets == 0


async def test_an_engine_that_does_not_want_the_call_is_asked_twice_and_then_left(line: Line) -> None:
    async with engine_door(line) as door:
        caller = await up(line)
        (await door.session()).hand_over()
        (await door.session()).hand_over()
        assert await caller.hear_prompt("huvudmeny")
        assert door.sessions.empty()


@pytest.mark.fault("F36")
async def test_a_dead_engine_leaves_the_caller_in_the_same_line(line: Line) -> None:
    async with engine_door(line) as door:
        caller = await up(line)
        session = await door.session()
        session.perform(KeepPapers(session.call, IN_LINE))
        session.perform(HoldMusic(session.call, "default"))
        assert await caller.hear(Heard.MUSIC)
    assert await caller.hear_prompt("reservlage")
    await until(lambda: "1 calls" in line.asterisk.server.cli("queue show fallback-bygg"))
    assert "huvudmeny" not in caller.ear.prompts


async def test_a_caller_taken_back_brings_all_papers(line: Line) -> None:
    async with raw_ami(line.asterisk) as ami:
        async with engine_door(line) as door:
            caller = await up(line)
            session = await door.session()
            session.perform(KeepPapers(session.call, IN_LINE))
            session.perform(HoldMusic(session.call, "default"))
            assert await caller.hear(Heard.MUSIC)
        fallen = await ami.event("UserEvent", Uniqueid=session.call)
        assert (fallen["UserEvent"], fallen["Queue"]) == ("TonvalFallback", "bygg")
        await ami.event("QueueCallerJoin", Uniqueid=session.call)
        async with engine_door(line) as door:
            answered = await ami.action("Redirect", Channel=session.channel, Context="resume", Exten="s", Priority="1")
            assert answered["Response"] == "Success"
            again = await door.session()
            assert (again.call, again.fresh, again.papers) == (session.call, False, IN_LINE)
            again.perform(EndCall(again.call))
            await until(caller.over.is_set)


async def test_a_served_caller_is_not_queued_again_when_the_engine_dies_in_the_talk(line: Line) -> None:
    finn = await line.phone("finn", answer(50))
    async with engine_door(line) as door:
        caller = await up(line)
        session = await door.session()
        session.perform(KeepPapers(session.call, IN_LINE))
        session.perform(OfferToAgent(session.call, OfferId(7), AgentId("finn"), 5_000, "default"))
        assert await caller.hear_agent()
        # What the engine notes over AMI when it has seen the talk.
        noted = f"dialplan set chanvar {session.channel} TONVAL_ANSWERED_MS {time.time_ns() // 1_000_000}"
        await asyncio.to_thread(line.asterisk.server.cli, noted)
    await until(lambda: now_ms() > finn.rings[0].answered_ms + 2_500)
    await finn.hang_up()
    await until(caller.over.is_set)
    assert "reservlage" not in caller.ear.prompts


@pytest.mark.fault("F03", "F41")
async def test_a_caller_dropped_at_once_is_not_taken_for_served_when_the_engine_dies_in_the_ring(line: Line) -> None:
    """F03 and F41 at once: nobody but the dialplan is there, and it does not know how long the talk was."""
    finn = await line.phone("finn", ring_forever())
    async with engine_door(line) as door:
        caller = await up(line)
        session = await door.session()
        session.perform(KeepPapers(session.call, IN_LINE))
        session.perform(OfferToAgent(session.call, OfferId(7), AgentId("finn"), 5_000, "default"))
        await until(lambda: bool(finn.rings))
    await until(lambda: now_ms() > finn.rings[0].at_ms + 2_400)  # longer than a talk must be to be one
    finn.now(answer(0, talk_ms=200))
    await until(lambda: "reservlage" in caller.ear.prompts)
    assert caller.up


async def test_an_offer_shows_its_id_and_the_house_and_no_queue(line: Line) -> None:
    finn = await line.phone("finn", ring_forever())
    async with engine_door(line) as door:
        await up(line)
        session = await door.session()
        session.perform(KeepPapers(session.call, IN_LINE))
        session.perform(OfferToAgent(session.call, OfferId(7), AgentId("finn"), 5_000, "default"))
        await until(lambda: bool(finn.rings))
        headers = finn.rings[0].headers
        assert (finn.rings[0].offer, headers["x-tonval-call"]) == ("7", session.call)
        assert '"Provkommun"' in headers["from"]
        assert "bygg" not in str(headers)


@pytest.mark.parametrize("needs", [SOCIAL, Papers().clearance])
async def test_asterisk_itself_rings_no_phone_that_may_not_hear_the_call(line: Line, needs: str) -> None:
    """Whatever the engine says (S07): the guard is in `to-agent`, the last step before the INVITE."""
    dan = await line.phone("dan", answer(0))
    async with engine_door(line) as door:
        await up(line)
        session = await door.session()
        ended: asyncio.Queue[object] = asyncio.Queue()
        session.on_dial_ended = ended.put_nowait
        secret = Papers(MenuId("huvudmeny"), QueueId("socialtjanst"), Instant(1), needs)
        session.perform(KeepPapers(CallId(session.call), secret))
        session.perform(OfferToAgent(session.call, OfferId(8), AgentId("dan"), 2_000, "default"))
        await asyncio.wait_for(ended.get(), 30)
        assert dan.rings == []
