"""Prompts asked together as one sound: how it is made, when it is used, and that no key falls between two prompts."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ivr.asterisk.agi import AgiFront
from ivr.asterisk.joined_sounds import AGAIN_S, ASKED_BEFORE, JOINED, LOOK_EVERY_S, MOST_KEPT, JoinedSounds
from ivr.sound_files import read_wav
from ivr.testphone.ear import until as hear_until
from ivr.testphone.rtp import now_ms
from queues.ids import PromptId
from routing.actions import AskDigits
from routing.events import DigitsEntered
from tests.asterisk.agi_peer import HOST, Director
from tests.asterisk.house import NUMBER
from tests.asterisk.running import Line, make_sounds, until

MENU = tuple(map(PromptId, ("valkommen", "huvudmeny", "repetera")))
SLOW_S = 0.5


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def joined(tmp_path: Path, clock: Clock) -> JoinedSounds:
    make_sounds(tmp_path / "sounds" / "sv", MENU)
    return JoinedSounds(tmp_path / "sounds", tmp_path / JOINED, clock)


async def made(joined: JoinedSounds, prompts=MENU) -> str:
    for _ in range(ASKED_BEFORE):
        assert joined.name_of(prompts, "sv") == ""
    await until(lambda: bool(joined.name_of(prompts, "sv")))
    return joined.name_of(prompts, "sv")


async def test_what_is_asked_again_is_one_sound_of_whole_frames(joined: JoinedSounds, tmp_path: Path) -> None:
    name = await made(joined)
    sound = read_wav(tmp_path / f"{name}.wav", 8_000)
    assert sound.ms == 3 * 400
    assert sorted(path.name for path in (tmp_path / JOINED).iterdir()) == [f"{name.partition('/')[2]}.wav"]


async def test_what_is_said_once_or_alone_is_not_joined(joined: JoinedSounds) -> None:
    for prompts in (MENU[:1], MENU[:1], MENU[:1], MENU[:2]):
        assert joined.name_of(prompts, "sv") == ""
    assert joined._kept == {}


async def test_a_prompt_that_is_made_anew_is_heard_anew(joined: JoinedSounds, tmp_path: Path, clock: Clock) -> None:
    before = await made(joined)
    other = tmp_path / "sounds" / "sv" / "valkommen.wav"
    other.write_bytes((tmp_path / "sounds" / "sv" / "repetera.wav").read_bytes())
    clock.now += LOOK_EVERY_S
    assert joined.name_of(MENU, "sv") == ""
    await until(lambda: joined.name_of(MENU, "sv") not in {"", before})


async def test_a_missing_part_or_a_full_disk_leaves_the_prompts_one_by_one(
    joined: JoinedSounds, tmp_path: Path, clock: Clock
) -> None:
    gone = (tmp_path / "sounds" / "sv" / "repetera.wav").rename(tmp_path / "away.wav")
    for _ in range(ASKED_BEFORE):
        joined.name_of(MENU, "sv")
    clock.now += AGAIN_S / 2
    assert joined.name_of(MENU, "sv") == ""
    gone.rename(tmp_path / "sounds" / "sv" / "repetera.wav")
    clock.now += AGAIN_S
    await until(lambda: bool(joined.name_of(MENU, "sv")))


async def test_no_name_of_a_caller_reaches_outside_and_no_number_of_menus_fills_the_disk(joined: JoinedSounds) -> None:
    for n in range(3 * MOST_KEPT):
        for _ in range(ASKED_BEFORE):
            assert joined.name_of((PromptId("../../etc/passwd"), PromptId(f"x{n}")), "sv") == ""
    assert len(joined._kept) == MOST_KEPT


@asynccontextmanager
async def slow_engine(line: Line, director: Director) -> AsyncIterator[None]:
    """An engine each of whose commands takes half a second to reach Asterisk."""
    front = AgiFront(HOST, 0, director.take)
    await front.start()
    tasks = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float) -> None:
        try:
            while data := await reader.read(65_536):
                await asyncio.sleep(delay_s)
                writer.write(data)
        finally:
            writer.transport.abort()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(HOST, front.port)
        for way in ((reader, there_writer, 0), (there_reader, writer, SLOW_S)):
            tasks.add(asyncio.create_task(carry(*way)))

    server = await asyncio.start_server(serve, HOST, line.asterisk.site.agi_port)
    try:
        yield
    finally:
        server.close()
        await front.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # lets the transports close their sockets


@pytest.mark.asterisk
async def test_no_key_falls_between_two_prompts_however_slow_the_engine(line: Line) -> None:
    site = line.asterisk.site
    director = Director()
    joined = JoinedSounds(site.sounds_dir, site.asterisk_dir / "lib" / "sounds" / JOINED, time.monotonic)
    await made(joined)
    async with slow_engine(line, director):
        caller = line.caller(NUMBER)
        assert await caller.dial() == 200
        session = await director.session()
        session.play_joined(joined.name_of)
        session.perform(AskDigits(session.call, MENU, "sv", 1, 600, 600))
        assert await caller.hear_prompt("valkommen")
        began = now_ms()
        await hear_until(lambda: now_ms() > began + 480, 2_000)  # one by one, this is after one and before the next
        await caller.press("3", tone_ms=60)
        assert await director.report() == DigitsEntered(session.call, "3")
        session.perform(AskDigits(session.call, MENU, "sv", 1, 600, 600))
        await until(lambda: caller.ear.prompts[-3:] == list(MENU))
