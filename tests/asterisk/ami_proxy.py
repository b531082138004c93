"""A wire between the engine and a real manager interface that can be cut, frozen, and made to lie."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator

Tamper = Callable[[bytes], list[bytes]]
"""What becomes of one message on its way to the engine: none, itself, several."""


def honest(message: bytes) -> list[bytes]:
    return [message]


class AmiProxy:
    """Listens on a port of its own; everything passes, until a test says otherwise."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self.tamper: Tamper = honest
        self.chunk = 0
        """Bytes a piece to the engine; 0: as they come."""
        self.flowing = asyncio.Event()
        self.connections = 0
        self._target = target
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    def cut(self) -> None:
        """Every connection is reset."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers += [writer, there_writer]
        up = asyncio.create_task(self._pass_up(reader, there_writer))
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            writer.write(await there_reader.readline())
            while True:
                message = await there_reader.readuntil(b"\r\n\r\n")
                await self.flowing.wait()
                for data in self.tamper(message):
                    for piece in self._pieces(data):
                        writer.write(piece)
                        await writer.drain()
        up.cancel()
        writer.transport.abort()
        there_writer.transport.abort()

    async def _pass_up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                await self.flowing.wait()
                writer.write(data)
        writer.transport.abort()

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        if not self.chunk:
            yield data
            return
        for at in range(0, len(data), self.chunk):
            yield data[at : at + self.chunk]


@contextlib.asynccontextmanager
async def proxy_to(port: int) -> AsyncIterator[AmiProxy]:
    """A proxy in front of that port, gone afterwards."""
    proxy = AmiProxy(port)
    proxy.flowing.set()
    server = await asyncio.start_server(proxy._serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.cut()
        await asyncio.sleep(0)
