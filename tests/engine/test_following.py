"""Whoever follows gets every step once, whole and without a number; whoever does not keep up is let go of."""

import asyncio
import json
import os
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ivr import control, following
from ivr.call_log.codec import entry_of, to_row
from ivr.call_log.journal import Step
from ivr.call_log.pseudonyms import pseudonyms
from ivr.control import Control, ask
from ivr.following import FollowedLog, Following
from queues.entries import CallEnded, CallEntered, Outcome
from queues.ids import CallId, Instant, QueueId
from tests.engine.test_engine import NotingLog

CALLER = "+46701740605"


@pytest.fixture
async def centre(tmp_path: Path):
    """A log that is followed, and the socket on which it is."""
    log = NotingLog()
    followed = Following(7, pseudonyms(b"key"), lambda: {"beat": 1, "faults": 0})
    path = tmp_path / "engine.sock"
    listening = Control(path, {"state": lambda _order: {}}, {"follow": followed.follow})
    await listening.start()
    yield FollowedLog(log, followed, lambda: len(log.steps)), followed, path
    await listening.stop()
    followed.close()


def rings(log: FollowedLog, count: int = 1, number: str = "1") -> None:
    for at_ms in map(Instant, range(count)):
        log.append(at_ms, None, (CallEntered(at_ms, CallId(f"c{at_ms}"), number, CALLER, "sv"),))


@asynccontextmanager
async def follows(path: Path) -> AsyncIterator[asyncio.StreamReader]:
    reader, writer = await asyncio.open_unix_connection(str(path), limit=1 << 20)
    writer.write(b'{"do": "follow"}\n')
    yield reader
    writer.close()


async def said(reader: asyncio.StreamReader) -> dict:
    async with asyncio.timeout(20):
        return json.loads(await reader.readline())


async def steps(reader: asyncio.StreamReader, count: int) -> list[dict]:
    found: list[dict] = []
    while len(found) < count:
        line = await said(reader)
        found += [line] if "step" in line else []
    return found


async def test_what_was_before_and_what_comes_is_told_in_order_and_once(centre):
    log, _, path = centre
    rings(log, 3)
    async with follows(path) as reader:
        assert (await said(reader)) | {"beat": 0} == {"ok": True, "run": 7, "first_step": 1, "beat": 0, "faults": 0}
        rings(log, 60)
        told = await steps(reader, 63)
    assert [step["step"] for step in told] == list(range(1, 64))


async def test_rows_are_those_of_the_log_and_hold_no_number(centre):
    log, _, path = centre
    entered = CallEntered(Instant(5), CallId("c"), "1", CALLER, "sv")
    ended = CallEnded(Instant(6), CallId("c"), Outcome.ABANDONED, "menu", QueueId(""), 0, "hung_up")
    async with follows(path) as reader:
        await said(reader)
        log.append(Instant(6), None, (entered, ended))
        (step,) = await steps(reader, 1)
    assert CALLER[-7:] not in json.dumps(step)
    back = [entry_of(kind, body) for kind, body in step["rows"]]
    assert back[1] == ended
    assert back[0].caller.startswith("p:")


async def test_what_the_logs_thread_has_written_out_is_not_written_out_again(centre, monkeypatch):
    log, followed, path = centre
    entered = CallEntered(Instant(5), CallId("c"), "1", CALLER, "sv")
    async with follows(path) as reader:
        await said(reader)
        monkeypatch.setattr(following, "WRITTEN_WITHIN_S", 3_600)
        monkeypatch.setattr(following, "to_row", None)
        log.append(Instant(5), None, (entered,))
        await asyncio.sleep(3 * following.TOGETHER_S)  # the follower looks, and waits for the log's thread
        row = to_row(entered, 5, pseudonyms(b"key"))
        await asyncio.to_thread(followed.written, [Step(7, 1, 5, None, (row,))])
        (step,) = await steps(reader, 1)
    assert step == {"step": 1, "at_ms": 5, "rows": [["CallEntered", json.loads(row.body)]]}


async def test_a_new_follower_is_not_told_what_the_log_has(tmp_path):
    log = NotingLog()
    followed = Following(7, pseudonyms(b"key"), lambda: {"beat": 1}, lambda: 40)
    path = tmp_path / "engine.sock"
    listening = Control(path, {}, {"follow": followed.follow})
    await listening.start()
    rings(FollowedLog(log, followed, lambda: len(log.steps)), 43)
    async with follows(path) as reader:
        assert (await said(reader))["first_step"] == 41
        assert [step["step"] for step in await steps(reader, 3)] == [41, 42, 43]
    await listening.stop()
    followed.close()


async def test_it_is_said_when_the_engine_lives_and_nothing_happens(centre):
    _, _, path = centre
    async with follows(path) as reader:
        await said(reader)
        assert (await said(reader))["beat"] == 1
        assert (await said(reader))["beat"] == 1


async def test_a_new_follower_is_told_from_where_it_can_have_everything(centre):
    log, followed, path = centre
    rings(log, following.KEPT + 10)
    assert followed.last_step == following.KEPT + 10
    async with follows(path) as reader:
        assert (await said(reader))["first_step"] == 11
        assert (await steps(reader, 1))[0]["step"] == 11


@pytest.mark.fault("F78")
async def test_a_follower_that_does_not_read_is_let_go_and_the_log_is_not_held_up(centre, monkeypatch):
    log, followed, path = centre
    monkeypatch.setattr(following, "UNREAD_S", 0.2)
    async with follows(path) as reader:
        await said(reader)
        assert followed.followers == 1
        reader._transport.pause_reading()  # a process that stands still
        async with asyncio.timeout(20):
            while followed.followers:
                rings(log, 10, number="1" * 4_000)
                await asyncio.sleep(0.005)  # not so fast that it is let go for being thousands of steps behind
        assert (await ask(path, {"do": "state"})) == {}
    async with follows(path) as reader:
        assert (await said(reader))["ok"]


async def test_a_follower_too_many_is_refused(centre):
    _, _, path = centre
    opened = [await asyncio.open_unix_connection(str(path)) for _ in range(following.FOLLOWERS + 1)]
    for reader, writer in opened[:-1]:
        writer.write(b'{"do": "follow"}\n')
        assert (await said(reader))["ok"]
    reader, writer = opened[-1]
    writer.write(b'{"do": "follow"}\n')
    assert await said(reader) == {"ok": False, "error": "too_many_followers"}
    for _, writer in opened:
        writer.close()


@pytest.mark.fault("F77")
async def test_whoever_asks_never_gets_one_of_the_last_descriptors(centre, monkeypatch):
    _, _, path = centre
    in_use = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - no disk
    monkeypatch.setattr(control, "MOST_CONNECTIONS", 10_000)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (in_use + control.SPARED_DESCRIPTORS + 40, limits[1]))
    opened = []
    try:
        # each takes two of this process's: its own end, and the engine's if it is let in
        for _ in range(60):
            opened.append(await asyncio.open_unix_connection(str(path)))
            await asyncio.sleep(0)
        answered = [await asks(*connection) for connection in opened]
        assert answered[0]
        assert not answered[-1]
        os.close(os.open("/dev/null", os.O_RDONLY))  # a call's
    finally:
        for _, writer in opened:
            writer.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.mark.fault("F77")
async def test_connections_beyond_the_most_are_closed_and_the_first_ones_answered(centre, monkeypatch):
    _, _, path = centre
    monkeypatch.setattr(control, "MOST_CONNECTIONS", 5)
    opened = [await asyncio.open_unix_connection(str(path)) for _ in range(8)]
    assert [await asks(*connection) for connection in opened] == [True] * 5 + [False] * 3
    for _, writer in opened:
        writer.close()


async def asks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Whether there is an answer."""
    writer.write(b'{"do": "state"}\n')
    async with asyncio.timeout(20):
        try:
            return bool(await reader.readline())
        except ConnectionError:
            return False
