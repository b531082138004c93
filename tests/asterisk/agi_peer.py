"""Asterisk's side of a FastAGI connection, played by hand on a socket; and a director who notes what is reported."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from ivr.asterisk.agi import AgiFront
from ivr.asterisk.caller_session import CallerSession, DialEnded
from ivr.asterisk.papers_wire import VARIABLES
from routing.events import Event

DEADLINE_S = 30.0
NO_PAPERS = ("",) * len(VARIABLES)
HOST = "127.0.0.1"


def opening(
    *, papers=NO_PAPERS, how="fresh", uniqueid="tonval-1.1", name="Anna", caller="0701740605", mark="", **fields
) -> bytes:
    """The block as Asterisk 22 sends it."""
    head = {
        "network": "yes",
        "network_script": "call",
        "request": "agi://127.0.0.1/call",
        "channel": "PJSIP/trunk-00000001",
        "language": "sv",
        "type": "PJSIP",
        "uniqueid": uniqueid,
        "version": "22.10.1",
        "callerid": caller,
        "calleridname": name,
        "callingpres": "0",
        "dnid": "0853061000",
        "rdnis": "unknown",
        "context": "from-trunk",
        "extension": "0853061000",
        "enhanced": "0.0",
        "threadid": "1",
        **fields,
    }
    arguments = (*papers, *NO_PAPERS[len(papers) :], how, "0853061000", mark)
    lines = [f"agi_{key}: {value}" for key, value in head.items()]
    lines += [f"agi_arg_{n}: {value}" for n, value in enumerate(arguments, 1)]
    return ("\n".join(lines) + "\n\n").encode()


class AgiPeer:
    """One connection to the door, as Asterisk or somebody else would make it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connected(cls, port: int) -> "AgiPeer":
        return cls(*await asyncio.open_connection(HOST, port))

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    def reply(self, *lines: str) -> None:
        self.send("".join(f"{line}\n" for line in lines).encode())

    async def command(self) -> str:
        """The next line that the engine sends."""
        async with asyncio.timeout(DEADLINE_S):
            return (await self._reader.readuntil(b"\n")).decode().rstrip("\n")

    async def answers(self, command: str, *reply: str) -> None:
        """The engine sends just this command and gets the reply."""
        assert await self.command() == command
        self.reply(*reply)

    async def closed(self) -> bytes:
        """What the engine still sent before it closed."""
        async with asyncio.timeout(DEADLINE_S):
            try:
                return await self._reader.read()
            except ConnectionResetError:
                return b""

    def close(self) -> None:
        self._writer.close()

    def abort(self) -> None:
        """Closed, and nothing more is read."""
        self._writer.transport.abort()

    def reset(self) -> None:
        """Closed with a reset on the wire."""
        linger_none = struct.pack("ii", 1, 0)
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_none)
        self._writer.transport.abort()

    async def gone(self) -> None:
        with suppress(OSError):
            await self._writer.wait_closed()


class Director:
    """Takes every session that comes and notes, in order, what is reported."""

    def __init__(self) -> None:
        self.sessions: asyncio.Queue[CallerSession] = asyncio.Queue()
        self.reported: asyncio.Queue[Event | DialEnded | tuple[str, bool]] = asyncio.Queue()
        self.interrupts: list[str] = []

    def take(self, session: CallerSession) -> None:
        session.on_dial_ended = self.reported.put_nowait
        session.on_closed = lambda one, hung_up: self.reported.put_nowait((one.call, hung_up))
        session.start(self.reported.put_nowait)
        self.sessions.put_nowait(session)

    async def session(self) -> CallerSession:
        async with asyncio.timeout(DEADLINE_S):
            return await self.sessions.get()

    async def report(self) -> Event | DialEnded | tuple[str, bool]:
        async with asyncio.timeout(DEADLINE_S):
            return await self.reported.get()

    def with_interrupt(self, session: CallerSession) -> CallerSession:
        session.interrupt = self.interrupts.append
        return session


class Bench:
    """A door, a director, and callers that come through the one to the other."""

    def __init__(self, front: AgiFront, director: Director) -> None:
        self.front = front
        self.director = director
        self._peers: list[AgiPeer] = []

    async def caller(self, block: bytes | None = None, *, watched: bool = False) -> tuple[AgiPeer, CallerSession]:
        """A caller who has been let in; unless `watched`, the dialplan's watch is over already."""
        peer = await self.stranger(opening() if block is None else block)
        session = await self.director.session()
        session._armed = watched
        return peer, session

    async def stranger(self, data: bytes = b"") -> AgiPeer:
        peer = await AgiPeer.connected(self.front.port)
        self._peers.append(peer)
        if data:
            peer.send(data)
        return peer

    async def cleared(self) -> None:
        for peer in self._peers:
            peer.abort()
        await asyncio.gather(*(peer.gone() for peer in self._peers))


@asynccontextmanager
async def listening() -> AsyncIterator[Bench]:
    director = Director()
    front = AgiFront(HOST, 0, director.take)
    await front.start()
    bench = Bench(front, director)
    try:
        yield bench
    finally:
        await front.stop()
        await bench.cleared()
