"""The door at which Asterisk presents its callers: a FastAGI server that outlives whoever else knocks.

Three rules. Who has not said who they are within 2 s, in 64 KiB, beginning as Asterisk begins, is shown out, counted,
and costs no more than one log line a minute. When too many stand at the door, the one who has stood longest goes. And
a caller whose opening cannot be used is closed at once: the fail-open dialplan takes them.
"""

import asyncio
import ipaddress
import resource
import socket
from collections.abc import Callable
from typing import cast

import structlog

from ivr.asterisk.agi_opening import FIRST_BYTES, MAX_OPENING_BYTES, read_opening
from ivr.asterisk.caller_session import CallerSession
from ivr.asterisk.phone_session import OnPhone, PhoneAnswer, PhoneOrder, PhoneSession, read_phone_order

log = structlog.get_logger()

OPENING_DEADLINE_S = 2.0
MAX_AT_DOOR = 512
"""Connections that have not yet said who they are."""
MAX_SESSIONS = 8_000
BACKLOG = 1_024
"""Connections that the system holds ready: 300 callers may be taken back in one millisecond."""
ACCEPT_AT_ONCE = 128
"""How many are accepted before any is read; well under `MAX_AT_DOOR`, or a crowd would push out the caller in it."""
READ_BYTES = 65_536
SWEEP_S = 2.0
LOG_EVERY_S = 60.0


class AgiFront:
    """Listens on a loopback address and hands every caller's session to `on_session`, which must not block."""

    def __init__(self, host: str, port: int, on_session: Callable[[CallerSession], None]) -> None:
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"FastAGI has neither password nor encryption: it listens on loopback only, not on {host}")
        self.host = host
        self.port = port
        """The port listened on, once started; before, the one asked for (0: any)."""
        self.buffer = bytearray(READ_BYTES)
        """What is being read, from whomever; asyncio's own way takes 256 KiB anew for every line."""
        self.shown_out = 0
        """Connections that were no caller's."""
        self.door_closed = False
        """Whether callers who come are left to the fail-open dialplan."""
        self._on_session = on_session
        self._at_door: dict[_Connection, None] = {}
        self.on_phone: OnPhone = _nobody_answers
        """Answers what people ask from their phones."""
        self._sessions: dict[_Connection, CallerSession | PhoneSession] = {}
        self._server: asyncio.Server | None = None
        self._sweeper: asyncio.TimerHandle | None = None
        self._logged_at = float("-inf")
        self._unlogged = 0

    async def start(self) -> None:
        """Listening; OSError if the port is taken."""
        _allow_descriptors()
        loop = asyncio.get_running_loop()
        listener = socket.create_server((self.host, self.port))
        self._server = await loop.create_server(lambda: _Connection(self), sock=listener, backlog=ACCEPT_AT_ONCE)
        listener.listen(BACKLOG)  # asyncio has one number for both; this sets the system's alone
        self.port = listener.getsockname()[1]
        self._sweep()

    def close_door(self) -> None:
        """Whoever comes from now on is left to the fail-open dialplan; those who are in stay."""
        self.door_closed = True

    async def stop(self) -> None:
        """Nothing listens and every caller has been left to the fail-open dialplan; talks go on."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        for session in list(self._sessions.values()):
            session.hand_over()
        for connection in [*self._at_door, *self._sessions]:
            connection.close()
        if self._server is not None:
            self._server.close()
            self._server = None
        await asyncio.sleep(0)  # lets the transports close their sockets

    # ── for the connections ───────────────────────────────────────────────────────────────────────────────────
    def knocked(self, connection: "_Connection") -> None:
        """Somebody has connected; the one who has stood longest at a full door leaves."""
        if len(self._at_door) >= MAX_AT_DOOR:
            self.show_out(next(iter(self._at_door)))
        self._at_door[connection] = None

    def show_out(self, connection: "_Connection") -> None:
        """Whoever it was is counted and gone."""
        self._forget(connection)
        connection.close()

    def introduced(self, connection: "_Connection", block: bytes) -> CallerSession | PhoneSession | None:
        """The caller's session, handed on; None if the opening cannot be used or nobody takes the session."""
        if (order := read_phone_order(block)) is not None:
            return self._asked(connection, order)
        opening = read_opening(block)
        if opening is None or len(self._sessions) >= MAX_SESSIONS:
            self.show_out(connection)
            return None
        self._at_door.pop(connection, None)
        session = CallerSession(opening, connection, connection.clock)
        self._sessions[connection] = session
        if self.door_closed:
            session.hand_over()
            return session
        try:
            self._on_session(session)
        except Exception:
            log.exception("agi_session_refused", call=session.call)
            session.hand_over()
        return session

    def _asked(self, connection: "_Connection", order: PhoneOrder) -> PhoneSession:
        """A person's order from a phone is answered."""
        self._at_door.pop(connection, None)
        session = PhoneSession(connection, connection.clock)
        self._sessions[connection] = session
        if self.door_closed:
            session.hand_over()
        else:
            session.answer(order, self.on_phone)
        return session

    def left(self, connection: "_Connection") -> None:
        """The connection is gone."""
        self._forget(connection)
        if (session := self._sessions.pop(connection, None)) is not None:
            session.lost()

    def _forget(self, connection: "_Connection") -> None:
        """One fewer at the door, if it stood there: somebody who was no caller."""
        if connection not in self._at_door:
            return
        del self._at_door[connection]
        self.shown_out += 1
        self._unlogged += 1
        now = asyncio.get_running_loop().time()
        if now - self._logged_at >= LOG_EVERY_S:
            log.warning("agi_not_a_caller", count=self._unlogged, total=self.shown_out)
            self._logged_at, self._unlogged = now, 0

    def _sweep(self) -> None:
        """Whoever waits for a reply that is not coming is left to the dialplan; again every 2 s."""
        for session in [one for one in self._sessions.values() if one.is_stuck()]:
            log.error("agi_reply_overdue", call=getattr(session, "call", ""))
            session.hand_over()
        self._sweeper = asyncio.get_running_loop().call_later(SWEEP_S, self._sweep)


def _nobody_answers(order: PhoneOrder) -> PhoneAnswer:
    raise LookupError(order.order)


def _allow_descriptors() -> None:
    """This process may hold as many connections as the system lets it; many shells allow 1,024, fewer than callers."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class _Connection(asyncio.BufferedProtocol):
    """One connection: first its opening block, then the session's bytes."""

    def __init__(self, front: AgiFront) -> None:
        self._front = front
        self._block = bytearray()
        self._session: CallerSession | PhoneSession | None = None
        self._loop = asyncio.get_running_loop()
        self.clock = self._loop.time
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected: two seconds to say who it is."""
        self._transport = cast("asyncio.Transport", transport)
        self._deadline = self._loop.call_later(OPENING_DEADLINE_S, self._front.show_out, self)
        self._front.knocked(self)

    def get_buffer(self, sizehint: int) -> bytearray:  # noqa: ARG002  the same for all
        """Where the next bytes go: taken out before anybody else's come."""
        return self._front.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes have come."""
        data = bytes(memoryview(self._front.buffer)[:nbytes])
        if self._session is not None:
            self._session.received(data)
        elif self._deadline is not None:
            self._introduce(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  why is no matter
        """The connection is gone."""
        self._settled()
        self._front.left(self)
        self._session = None

    def write(self, line: bytes) -> None:
        """Send; never waits."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(line)

    def close(self) -> None:
        """Close. A peer that takes nothing is not waited for."""
        self._settled()
        if self._transport is None:
            return
        if self._transport.get_write_buffer_size():
            self._transport.abort()
        else:
            self._transport.close()

    def _introduce(self, data: bytes) -> None:
        """Collect the block; what follows its empty line is the session's."""
        searched = max(len(self._block) - 1, 0)
        self._block += data
        end = self._block.find(b"\n\n", searched)
        begins_well = self._block[: len(FIRST_BYTES)] == FIRST_BYTES[: len(self._block)]
        if not begins_well or len(self._block) > MAX_OPENING_BYTES:
            self._front.show_out(self)
        elif end >= 0:
            self._settled()
            block, rest = bytes(self._block[:end]), bytes(self._block[end + 2 :])
            self._block.clear()
            self._session = self._front.introduced(self, block)
            if self._session is not None and rest:
                self._session.received(rest)

    def _settled(self) -> None:
        """No longer under the opening's deadline."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
