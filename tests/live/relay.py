"""A wire between engine and Asterisk that can be cut, frozen, refused and made to lie, whichever way it is opened."""

import asyncio
from collections.abc import Callable

from ivr.config.site import HOST

Tamper = Callable[[bytes], list[bytes]]
"""What becomes of one message of Asterisk's manager on its way to the engine: none, itself, several."""


class Relay:
    """Listens on a port of its own; everything passes, until a test says otherwise. `await Relay.to(port)`."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self.connections = 0
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.tamper: Tamper | None = None
        """For a manager's messages only: what passes is taken apart at their ends."""
        self.cut_at = b""
        """When the engine says this it is not passed on, and every connection is reset; once."""
        self._target = target
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def to(cls, target: int) -> "Relay":
        """A relay to that port."""
        relay = cls(target)
        await relay.open()
        return relay

    async def open(self) -> None:
        """Connections are taken (again), on the same port."""
        self._server = await asyncio.start_server(self._serve, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """New connections are refused; those there are stay."""
        if self._server:
            self._server.close()
            self._server = None

    def cut(self) -> int:
        """Every connection is reset; how many."""
        writers = list(self._writers)
        for writer in writers:
            writer.transport.abort()
        return len(writers) // 2

    async def close(self) -> None:
        """Nothing listens, nothing passes."""
        self.refuse()
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            there_reader, there_writer = await asyncio.open_connection(HOST, self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, there_writer}
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            # Whoever connects to the manager is the engine: what it hears comes from the other side.
            await asyncio.gather(self._pass(reader, there_writer), self._pass(there_reader, writer, lies=True))
        finally:
            self._tasks.discard(task)
            self._writers -= {writer, there_writer}
            writer.transport.abort()
            there_writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, lies: bool = False) -> None:
        held = b""
        try:
            while data := await reader.read(65536):
                await self.flowing.wait()
                if self.cut_at and not lies and self.cut_at in data:
                    self.cut_at = b""
                    self.cut()
                if lies and self.tamper:
                    *whole, held = (held + data).split(b"\r\n\r\n")
                    data = b"".join(out for message in whole for out in self.tamper(message + b"\r\n\r\n"))
                else:
                    data, held = held + data, b""
                writer.write(data)
                await writer.drain()
            writer.write_eof()
        except (ConnectionError, RuntimeError, OSError):
            writer.transport.abort()
