"""A system outside, on a port of its own: it takes events, and fails in every way that real ones do."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

OK = b"HTTP/1.1 204 No Content\r\n\r\n"
BROKEN = b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n"
BAD = b"HTTP/1.1 422 Unprocessable Content\r\ncontent-length: 0\r\n\r\n"
HANGS = b""
CLOSES = b"!"
DRIPS = b"HTTP/1.1 200 OK\r\nx-slow: "
"""An answer that goes on, a letter at a time, and never ends."""


def elsewhere(url: str) -> bytes:
    return f"HTTP/1.1 307 Temporary Redirect\r\nlocation: {url}\r\ncontent-length: 0\r\n\r\n".encode()


@dataclass
class Posted:
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answers with `answers` in their order, then with `then`."""

    port: int = 0
    answers: list[bytes] = field(default_factory=list)
    then: bytes = OK
    posted: list[Posted] = field(default_factory=list)
    taken: list[Posted] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/tonval"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {n.lower(): v for n, _, v in (line.partition(": ") for line in head[1:] if line)}
            posted = Posted(headers, await reader.readexactly(int(headers["content-length"])))
            answer = self.answers.pop(0) if self.answers else self.then
            async with self.news:
                self.posted.append(posted)
                if answer == OK:
                    self.taken.append(posted)
                self.news.notify_all()
            if answer == CLOSES:
                writer.transport.abort()
                return
            writer.write(answer)
            await writer.drain()
            while answer == DRIPS:
                await asyncio.sleep(0.2)
                writer.write(b"x")
                await writer.drain()

    async def until(self, holds) -> None:
        async with asyncio.timeout(30), self.news:
            await self.news.wait_for(holds)

    def kinds(self) -> list[str]:
        return [posted.event["type"] for posted in self.taken]


@asynccontextmanager
async def a_receiver(*answers: bytes, then: bytes = OK) -> AsyncIterator[Receiver]:
    receiver = Receiver(answers=list(answers), then=then)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
