"""The pages beside a real service: whatever happens to them costs no call anything, and they know when they are old."""

import asyncio
import os
import resource
import signal
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest
import pytest_asyncio

from ivr.testphone.agent import AgentPhone
from ivr.testphone.behaviour import answer
from ivr.testphone.dialling import Dialled
from ivr.web.accounts.roles import Role
from tests.live.scene import SCHOOL, Scene, people, until
from tests.web.stream import queue, stream
from tests.web.town import Townhall, a_town

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]
TALK_MS = 2_200
"""Shorter ones that the agent ends are none."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town() -> AsyncIterator[Townhall]:
    async with a_town(wrap_up_s=1, ring_s=20) as town:
        yield town


@pytest_asyncio.fixture(loop_scope="module")
async def scene(town: Townhall) -> AsyncIterator[Scene]:
    async with people(town.scene) as scene:
        yield scene


async def talks(scene: Scene, phone: AgentPhone) -> None:
    """A caller rings, is put to the phone, and they hear each other for as long as the phone's owner likes."""
    before = len(phone.rings)
    caller = await scene.chooses()
    assert await caller.hear_agent()
    assert caller.answered_by == phone.name
    await scene.row(caller)
    assert len(phone.rings) == before + 1


async def dials(phone: AgentPhone, code: str) -> None:
    """The code has been dialled, and something was said to it."""
    call = await Dialled.make(phone, code)
    assert call.status == 200
    async with asyncio.timeout(20):
        await call.over.wait()


async def test_what_happens_on_the_telephones_is_on_the_page(town: Townhall, scene: Scene) -> None:
    async with stream(await town.users.client(Role.OPERATOR)) as page:
        caller = await scene.chooses(SCHOOL)
        await page.until("board", lambda board: queue(board, "barn_skola")["waiting"] == 1)
        await scene.phone("carina", answer(after_ms=100, talk_ms=TALK_MS))
        board = await page.until("board", lambda board: [c for c in board["calls"] if c["state"] == "talking"])
        assert [call["agent"] for call in board["calls"]] == ["carina"]
        assert await caller.hear_agent()
        board = await page.until("board", lambda board: not board["calls"])
        assert queue(board, "barn_skola")["answered"] == 1


@pytest.mark.fault("F78")
async def test_a_web_that_stands_still_costs_no_call_anything_and_phones_do_the_rest(
    town: Townhall, scene: Scene
) -> None:
    """Stopped, with its supervisor: nobody mends it while calls go on."""
    standing = town.scene.standing
    carina = await scene.phone("carina", answer(after_ms=100, talk_ms=TALK_MS))
    assert standing.web
    stopped = (standing.web.pid, standing.web_pid())
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        await talks(scene, carina)
        await dials(carina, "*131")
        await scene.agent_is("carina", "not_ready")
        await dials(carina, "*12")
        await scene.agent_is("carina", "ready")
        await talks(scene, carina)
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    await answers_again(town)


@pytest.mark.fault("F78")
async def test_a_web_that_hangs_is_ended_and_comes_back_with_the_whole_day(town: Townhall, scene: Scene) -> None:
    standing = town.scene.standing
    carina = await scene.phone("carina", answer(after_ms=100, talk_ms=TALK_MS))
    for how in (signal.SIGSTOP, signal.SIGKILL):
        pid = standing.web_pid()
        os.kill(pid, how)
        await talks(scene, carina)
        await until(lambda pid=pid: standing.web_pid() not in {0, pid})
    await answers_again(town)
    answered = scene.log.query("SELECT count(*) FROM entries WHERE kind = 'CallAnswered'")[0][0]
    async with stream(await town.users.client(Role.OPERATOR)) as page:
        board = await page.until("board", lambda board: board["queues"])
        assert queue(board, "barn_skola")["answered"] == answered
    assert (await scene.state())["faults"] == 0


@pytest.mark.fault("F77")
async def test_the_pages_come_after_the_calls_for_descriptors_and_for_the_processor(town: Townhall) -> None:
    pid = town.scene.standing.web_pid()
    soft, _ = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    assert soft <= 1_024
    assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, town.scene.standing.engine_pid())


@pytest.mark.fault("F47")
async def test_a_page_that_is_closed_in_a_talk_ends_nothing(town: Townhall, scene: Scene) -> None:
    await scene.phone("carina", answer(after_ms=100, talk_ms=4_000))
    async with stream(await town.users.client(Role.AGENT, agent="carina"), "/api/stream/agent") as page:
        caller = await scene.chooses()
        await page.until("agent", lambda seen: seen["me"]["state"] == "talking")
    await scene.agent_is("carina", "talking")
    assert await caller.hear_agent()
    assert caller.up
    row = await scene.row(caller)
    assert row["outcome"] == "answered"
    assert row["talk_ms"] > 3_000


async def test_a_page_knows_within_two_seconds_that_the_engine_is_dead(town: Townhall, scene: Scene) -> None:
    caller = await scene.chooses()
    async with stream(await town.users.client(Role.OPERATOR)) as page:
        await page.until("beat", lambda beat: not beat["stale_since_ms"])
        town.scene.standing.kill_engine()
        beat = await page.until("beat", lambda beat: beat["stale_since_ms"])
        assert beat["at_ms"] - beat["stale_since_ms"] < 2_500
        await page.until("beat", lambda beat: not beat["stale_since_ms"])
        board = await page.until("board", lambda board: queue(board, "barn_skola")["waiting"])
        assert [call["queue"] for call in board["calls"]] == ["barn_skola"]
    assert caller.up


async def answers_again(town: Townhall) -> None:
    """The pages follow the engine."""
    client = await town.users.client(Role.OPERATOR)
    async with asyncio.timeout(60):
        while True:
            with suppress(OSError, EOFError, httpx.HTTPError):
                async with stream(client) as page:
                    await page.until("beat", lambda beat: not beat["stale_since_ms"])
                    return
            await asyncio.sleep(0.1)


async def test_pages_of_a_service_that_is_always_open_say_so_on_a_sunday_too(town: Townhall) -> None:
    async with httpx.AsyncClient() as client:
        told = (await client.get(f"{town.address}/metrics")).text
    opened = [line for line in told.splitlines() if line.startswith("ivr_queue_open{")]
    assert opened
    assert all(line.endswith(" 1.0") for line in opened)
