"""The log's disk locked and full while people ring: nobody notices, and every row is there afterwards, once."""

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing

import pytest
import pytest_asyncio

from ivr.testphone.behaviour import answer
from ivr.testphone.caller import Caller
from tests.live.scene import Scene, people, service, until

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]
CALLS = 6


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing() -> AsyncIterator[Scene]:
    async with service() as scene:
        yield scene


@pytest_asyncio.fixture(loop_scope="module")
async def scene(standing: Scene) -> AsyncIterator[Scene]:
    async with people(standing) as scene:
        yield scene


async def served(scene: Scene) -> list[Caller]:
    """So many calls have been answered and are over, and the service was as quick as ever."""
    callers = []
    for _ in range(CALLS // 2):
        pair = [await scene.chooses(), await scene.chooses()]
        for caller in pair:
            assert await caller.hear_agent()
        await asyncio.gather(*(caller.over.wait() for caller in pair))
        callers += pair
    return callers


async def place(scene: Scene) -> str:
    """Where the service says that rows go just now."""
    return str((await scene.state())["log"]["place"])


async def rows_are_all_there(scene: Scene, callers: list[Caller]) -> None:
    """Each call has one row and each of its entries once, in the order in which things happened."""
    await until(lambda: not scene.log.open_rows())
    for caller in callers:
        row = await scene.row(caller)
        assert (row["outcome"], row["reason"], row["recoveries"]) == ("answered", "agent_hung_up", 0)
        entries = scene.log.query(f"SELECT kind, body FROM entries WHERE call = '{row['call']}' ORDER BY seq")  # noqa: S608
        names = [kind for kind, _ in entries]
        assert names[:2] == ["CallEntered", "MenuEntered"]
        assert names[-4:] == ["CallOffered", "CallAnswered", "TalkEnded", "CallEnded"]
        assert len(entries) == len(set(entries))
        assert abs(row["ended_at_ms"] - caller.ended_ms) < 1_000


@pytest.mark.fault("F61", "F60")
async def test_another_program_that_locks_the_log_holds_nobody_up(scene: Scene):
    for name in ("carina", "david"):
        await scene.phone(name, answer(50, talk_ms=2_200))
    with closing(sqlite3.connect(scene.standing.site.database_path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        callers = await served(scene)
        assert all(caller.ear.longest_silence_ms < 5_000 for caller in callers)
        calls = [await scene.call_of(caller) for caller in callers]
        assert await place(scene) == "journal"
        other.execute("ROLLBACK")
    await rows_are_all_there(scene, callers)
    assert len(set(calls)) == CALLS


@pytest.mark.fault("F62")
async def test_a_disk_that_takes_no_more_holds_nobody_up_and_loses_no_row(scene: Scene):
    for name in ("carina", "david"):
        await scene.phone(name, answer(50, talk_ms=2_200))
    engine = scene.standing.engine_pid()
    before = resource.prlimit(engine, resource.RLIMIT_FSIZE)
    wal = scene.standing.site.database_path.with_name("calls.sqlite-wal")
    # No file may grow: as good as a full disk, for the one process whose disk it is.
    resource.prlimit(engine, resource.RLIMIT_FSIZE, (min(wal.stat().st_size, 4096) or 4096, before[1]))
    try:
        callers = await served(scene)
        assert all(caller.ear.longest_silence_ms < 5_000 for caller in callers)
        assert scene.standing.engine_pid() == engine
        assert await place(scene) in {"journal", "memory"}
    finally:
        resource.prlimit(engine, resource.RLIMIT_FSIZE, before)
    await rows_are_all_there(scene, callers)
