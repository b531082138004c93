"""What a page is sent: what it may see, at once, and that it is old when it is."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from ivr.web.accounts.roles import Role
from tests.web.town import BUILDING, Desk


class Stream:
    """An EventSource without a browser."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()
        self.last: dict[str, Any] = {}

    async def next(self, name: str) -> Any:
        """The data of the next event of that name."""
        event = ""
        async with asyncio.timeout(20):
            async for line in self._lines:
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    self.last[event] = json.loads(line.removeprefix("data: "))
                    if event == name:
                        return self.last[event]
        raise EOFError(name)

    async def until(self, name: str, seen: Any) -> Any:
        """The data of the first event of that name of which `seen` is true."""
        while not seen(data := await self.next(name)):
            pass
        return data


@asynccontextmanager
async def stream(client: httpx.AsyncClient, path: str = "/api/stream/board") -> AsyncIterator[Stream]:
    async with client.stream("GET", path) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["cache-control"] == "no-store"
        yield Stream(response)


def queue(board: dict[str, Any], name: str) -> dict[str, Any]:
    return next(queue for queue in board["queues"] if queue["id"] == name)


async def test_what_happens_is_on_the_page_at_once(desk: Desk) -> None:
    client = await desk.client(Role.OPERATOR)
    async with stream(client) as page:
        board = await page.next("board")
        assert queue(board, "bygg")["waiting"] == 0
        desk.arrives("c1", BUILDING)
        board = await page.until("board", lambda board: queue(board, "bygg")["waiting"] == 1)
        assert [call["id"] for call in board["calls"]] == ["c1"]
