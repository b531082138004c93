"""Many who watch, some of whom do not read, and descriptors that run short: whoever came first goes on, calls first."""

import asyncio
import os
import resource
import socket
from contextlib import AsyncExitStack

import pytest

from ivr.control import SPARED_DESCRIPTORS
from ivr.web import door
from ivr.web.accounts.roles import Role
from tests.web.stream import queue, stream
from tests.web.town import BUILDING, Desk

READERS = SLEEPERS = 12
SMALL = 4_096
CLOSED = 7
"""What Linux calls a connection that the other side has reset."""


async def watches(desk: Desk, token: str) -> socket.socket:
    """A viewer at a socket of the test's own, with little room for what is not read."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    connection.settimeout(0)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(connection, ("127.0.0.1", desk.web.site.web_port))
    request = f"GET /api/stream/board HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: tonval={token}\r\n\r\n"
    await loop.sock_sendall(connection, request.encode())
    return connection


async def reads(connection: socket.socket) -> bytes:
    """All that comes until the stream ends."""
    heard = b""
    while part := await asyncio.get_running_loop().sock_recv(connection, 65_536):
        heard = (heard + part)[-200_000:]
    return heard


async def ended(tasks: list[asyncio.Task[bytes]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.fault("F79")
async def test_whoever_does_not_read_is_let_go_and_the_others_get_everything(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "UNREAD_S", 3_600.0)  # the patience with other answers
    tokens = [await desk.token(Role.OPERATOR, account=f"k{number // 8}") for number in range(READERS + SLEEPERS)]
    viewers = [await watches(desk, token) for token in tokens]
    async with AsyncExitStack() as stack:
        for viewer in viewers:
            stack.callback(viewer.close)
        reading = [asyncio.create_task(reads(viewer)) for viewer in viewers[:READERS]]
        stack.push_async_callback(ended, reading)
        async with asyncio.timeout(30):
            while len(desk.web.watching) < READERS + SLEEPERS:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        number = 0
        async with asyncio.timeout(60):
            while len(desk.web.watching) > READERS:
                for _ in range(10):
                    desk.arrives(f"c{number}", BUILDING)
                    number += 1
                await asyncio.sleep(0.1)
        assert not [task for task in reading if task.done()]
        for sleeper in viewers[READERS:]:  # and the system keeps nothing for them either
            assert sleeper.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == CLOSED
        async with stream(await desk.client(Role.OPERATOR, account="late")) as page:
            await page.until("board", lambda board: queue(board, "bygg")["waiting"] == number)


@pytest.mark.fault("F77", "S31")
async def test_a_house_that_is_full_turns_newcomers_away_and_those_inside_do_not_notice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST", 6)
    async with stream(await desk.client(Role.OPERATOR)) as page:
        await page.next("board")
        idle = [await asyncio.open_connection("127.0.0.1", desk.web.site.web_port) for _ in range(9)]
        async with asyncio.timeout(20):
            turned_away = [await reader.read(13) for reader, _ in idle[-4:]]
        assert turned_away == [b"HTTP/1.1 503 "] * 4
        desk.arrives("c1", BUILDING)
        await page.until("board", lambda board: queue(board, "bygg")["waiting"] == 1)
        for _, writer in idle:
            writer.close()
    async with asyncio.timeout(20):
        while (await (await desk.client()).get("/logga-in")).status_code != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@pytest.mark.fault("F77")
async def test_the_last_descriptors_are_nobodys_who_only_looks(desk: Desk) -> None:
    """Engine and web share one process here, and so its descriptors: the worst that could be."""
    async with stream(await desk.client(Role.OPERATOR)) as page:
        await page.next("board")
        in_use = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - no disk
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (in_use + SPARED_DESCRIPTORS + 30, limits[1]))
        idle = []
        try:
            for _ in range(60):
                idle.append(await asyncio.open_connection("127.0.0.1", desk.web.site.web_port))
                await asyncio.sleep(0)
            os.close(os.open("/dev/null", os.O_RDONLY))  # a call's
            desk.logs_in("ivan")
            desk.arrives("c1", BUILDING)
            desk.answers("c1")
            board = await page.until("board", lambda board: board["calls"] and board["calls"][0]["agent"])
            assert board["calls"][0]["state"] == "talking"
        finally:
            for _, writer in idle:
                writer.close()
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
