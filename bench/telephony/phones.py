"""Two hundred agents' phones on one socket: as little SIP as a call needs, so that they cost next to nothing.

Every phone rings for a while, answers, lets the talk last and hangs up. None of them sends sound.
"""

import asyncio
import secrets
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from ivr.testphone.registration import Registration
from ivr.testphone.wire import Wire, respond

HOST = "127.0.0.1"
_KEPT = (b"via:", b"from:", b"to:", b"call-id:", b"cseq:", b"record-route:")
_REGISTER_AT_ONCE = 20


@dataclass(slots=True)
class Talk:
    """One call to one phone."""

    agent: str
    call: str
    """What the phone was told of the caller's call; "" where nothing tells."""
    invited_s: float
    """time.monotonic()."""
    bye_s: float = 0.0
    """When the phone hung up; 0 if it did not."""
    head: bytes = b""
    remote: bytes = b""
    local: bytes = b""
    call_id: bytes = b""
    target: bytes = b""
    peer: tuple[str, int] = ("", 0)
    answer: bytes = b""
    talking: bool = False
    timer: asyncio.TimerHandle | None = None


@dataclass(slots=True, eq=False, repr=False)
class Phones(asyncio.DatagramProtocol):
    """All phones of the bench. Made with `await Phones.open(...)`, ended with `await close()`."""

    server: tuple[str, int]
    rings_s: float = 0.05
    talks_s: float = 0.5
    done: list[Talk] = field(default_factory=list)
    """Talks that the phone ended, in that order, and rings that came to nothing."""
    begun: list[Talk] = field(default_factory=list)
    """Every ring, in the order in which they came."""
    live: dict[bytes, Talk] = field(default_factory=dict)
    port: int = 0
    _transport: asyncio.DatagramTransport | None = None
    _sound: socket.socket = field(default_factory=lambda: _bound(receive=4_096))
    _registrar: Wire | None = None
    _registrations: list[Registration] = field(default_factory=list)

    @classmethod
    async def open(cls, server: tuple[str, int]) -> "Phones":
        """A socket for all phones."""
        phones = cls(server)
        sock = _bound(receive=8_000_000)
        phones.port = sock.getsockname()[1]
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: phones, sock=sock)
        return phones

    async def register(self, passwords: Mapping[str, str]) -> None:
        """Every phone of these is registered."""
        wire = self._registrar = await Wire.open(lambda message, to: respond(wire, message, to, 481))
        for name, password in passwords.items():
            contact = f"sip:{name}@{HOST}:{self.port}"
            self._registrations.append(Registration(wire, self.server, name, name, password, contact, 3_600))
        for at in range(0, len(self._registrations), _REGISTER_AT_ONCE):
            some = self._registrations[at : at + _REGISTER_AT_ONCE]
            answers = await asyncio.gather(*(one.register() for one in some))
            if set(answers) != {200}:
                raise RuntimeError(f"phones were not registered: {answers}")

    async def close(self) -> None:
        """Nothing rings any more."""
        for registration in self._registrations:
            registration.stop()
        for talk in self.live.values():
            _stop(talk)
        if self._registrar is not None:
            self._registrar.close()
        if self._transport is not None:
            self._transport.abort()
        self._sound.close()
        await asyncio.sleep(0)

    def forget(self) -> None:
        """The lists are empty, for a new measurement."""
        self.done, self.begun = [], []

    # ── the socket ──────────────────────────────────────────────────────────────────────────────────────────────
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is ready."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """A request has been answered; what answers ours means nothing here."""
        method = data.partition(b" ")[0]
        if method == b"SIP/2.0":
            return
        head, lines = _head(data)
        call_id = lines.get(b"call-id", b"")
        if method == b"INVITE":
            self._invited(head, lines, call_id, addr)
        elif method == b"ACK":
            self._acknowledged(call_id)
        else:
            self._send(_answer(b"200 OK", head), addr)
            if method in {b"BYE", b"CANCEL"}:
                self._left(call_id, cancelled=method == b"CANCEL")

    def _send(self, data: bytes, to: tuple[str, int]) -> None:
        if self._transport is not None:
            self._transport.sendto(data, to)

    def _invited(self, head: bytes, lines: dict[bytes, bytes], call_id: bytes, peer: tuple[str, int]) -> None:
        if (known := self.live.get(call_id)) is not None:
            self._send(known.answer, peer)
            return
        talk = Talk(_user(lines[b""]), lines.get(b"x-tonval-call", b"").decode(), time.monotonic())
        tag = b";tag=" + secrets.token_hex(4).encode()
        talk.local, talk.remote = lines[b"to"] + tag, lines[b"from"]
        talk.head = head.replace(b"To: " + lines[b"to"], b"To: " + talk.local)
        talk.call_id, talk.target, talk.peer = call_id, lines[b"contact"].strip(b"<>"), peer
        talk.answer = _answer(b"180 Ringing", talk.head)
        self.live[call_id] = talk
        self.begun.append(talk)
        self._send(talk.answer, peer)
        talk.timer = asyncio.get_running_loop().call_later(self.rings_s, self._answer, talk)

    def _answer(self, talk: Talk) -> None:
        body = _sound_at(self._sound.getsockname()[1])
        contact = f"Contact: <sip:{talk.agent}@{HOST}:{self.port}>\r\nContent-Type: application/sdp\r\n".encode()
        talk.answer = _answer(b"200 OK", talk.head, contact, body)
        self._send(talk.answer, talk.peer)

    def _acknowledged(self, call_id: bytes) -> None:
        talk = self.live.get(call_id)
        if talk is not None and not talk.talking:
            talk.talking = True
            talk.timer = asyncio.get_running_loop().call_later(self.talks_s, self._hang_up, talk)

    def _hang_up(self, talk: Talk) -> None:
        branch = secrets.token_hex(8).encode()
        via = b"Via: SIP/2.0/UDP %s:%d;branch=z9hG4bK%s;rport\r\n" % (HOST.encode(), self.port, branch)
        names = b"From: %s\r\nTo: %s\r\nCall-ID: %s\r\n" % (talk.local, talk.remote, talk.call_id)
        rest = b"CSeq: 1 BYE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        talk.bye_s = time.monotonic()
        self._send(b"BYE %s SIP/2.0\r\n" % talk.target + via + names + rest, talk.peer)
        self._over(talk)

    def _left(self, call_id: bytes, *, cancelled: bool) -> None:
        talk = self.live.get(call_id)
        if talk is None:
            return
        if cancelled and not talk.talking:
            self._send(_answer(b"487 Request Terminated", talk.head), talk.peer)
        self._over(talk)

    def _over(self, talk: Talk) -> None:
        _stop(talk)
        self.done.append(talk)
        self.live.pop(talk.call_id, None)


def next_rings_ms(begun: Iterable[Talk]) -> list[float]:
    """From each hang-up by a phone to its next ring; rings that came before the hang-up have none."""
    freed: dict[str, float] = {}
    waits = []
    for talk in sorted(begun, key=lambda one: one.invited_s):
        if talk.agent in freed:
            waits.append((talk.invited_s - freed.pop(talk.agent)) * 1000)
        if talk.bye_s:
            freed[talk.agent] = talk.bye_s
    return waits


def _stop(talk: Talk) -> None:
    if talk.timer is not None:
        talk.timer.cancel()


def _bound(receive: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    sock.setblocking(False)  # noqa: FBT003 - the socket's own signature
    sock.bind((HOST, 0))
    return sock


def _head(data: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    """The lines that every answer repeats, and each line by its name in lower case; the first line by ""."""
    first, *rest = data.partition(b"\r\n\r\n")[0].split(b"\r\n")
    lines = {b"": first}
    for line in rest:
        name, _, value = line.partition(b":")
        lines.setdefault(name.lower(), value.strip())
    kept = [line for line in rest if line.lower().startswith(_KEPT)]
    return b"\r\n".join(kept) + b"\r\n", lines


def _answer(status: bytes, head: bytes, more: bytes = b"", body: bytes = b"") -> bytes:
    return b"SIP/2.0 %s\r\n%s%sContent-Length: %d\r\n\r\n%s" % (status, head, more, len(body), body)


def _user(first_line: bytes) -> str:
    return first_line.split(b" ")[1].partition(b"@")[0].removeprefix(b"sip:").decode()


def _sound_at(port: int) -> bytes:
    lines = ("v=0", f"o=- 1 1 IN IP4 {HOST}", "s=-", f"c=IN IP4 {HOST}", "t=0 0", f"m=audio {port} RTP/AVP 8")
    return ("\r\n".join((*lines, "a=rtpmap:8 PCMA/8000", "a=sendrecv")) + "\r\n").encode()
