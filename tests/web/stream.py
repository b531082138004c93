"""An EventSource without a browser."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx


class Stream:
    """One open stream, read event by event."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self, name: str) -> Any:
        """The data of the next event of that name. EOFError when the stream ends."""
        event = ""
        async with asyncio.timeout(20):
            async for line in self._lines:
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: ") and event == name:
                    return json.loads(line.removeprefix("data: "))
        raise EOFError(name)

    async def until(self, name: str, seen: Callable[[Any], object]) -> Any:
        """The data of the first event of that name of which `seen` is true."""
        async with asyncio.timeout(60):
            while not seen(data := await self.next(name)):
                pass
        return data


@asynccontextmanager
async def stream(client: httpx.AsyncClient, path: str = "/api/stream/board") -> AsyncIterator[Stream]:
    async with client.stream("GET", path) as response:
        assert response.status_code == 200, await response.aread()
        yield Stream(response)


def queue(board: dict[str, Any], name: str) -> dict[str, Any]:
    """That line of the board."""
    return next(queue for queue in board["queues"] if queue["id"] == name)
