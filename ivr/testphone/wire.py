"""One UDP socket that speaks SIP: requests are repeated until answered, answers are repeated to repeated requests.

Two rules. A request given to `request` is resolved by exactly one final response, 408 when nobody answers. A request
from outside reaches `on_request` once, however often the network brings it.
"""

import asyncio
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from ivr.testphone.loopback import HOST, Address, only_loopback
from ivr.testphone.message import BadMessageError, Message, address_uri, parse, response_to

T1_S = 0.5
T2_S = 4.0
GIVE_UP_S = 32.0
"""How long an unanswered request is repeated, and how long answers are kept for repeats (64 × T1)."""
RING_S = 180.0
"""How long an INVITE may go on with provisional answers only."""

OnRequest = Callable[[Message, Address], None]
OnProvisional = Callable[[Message], None]


@dataclass(slots=True)
class _Asked:
    """A request of ours that waits for its final response."""

    data: bytes
    to: Address
    final: asyncio.Future[Message]
    on_provisional: OnProvisional | None
    repeat_s: float = T1_S
    deadline_s: float = 0.0
    timer: asyncio.TimerHandle | None = None
    acknowledgement: bytes = b""
    """Sent again whenever the final response to an INVITE comes again."""


@dataclass(slots=True)
class _Answered:
    """A request of theirs, and what we said to it last."""

    request: Message
    to: Address
    data: bytes = b""
    repeat_s: float = T1_S
    deadline_s: float = 0.0
    timer: asyncio.TimerHandle | None = None


@dataclass(slots=True, eq=False, repr=False)
class Wire(asyncio.DatagramProtocol):
    """The socket and its transactions. Made with `await Wire.open(...)`, ended with `close()`."""

    on_request: OnRequest
    port: int = 0
    bad_messages: int = 0
    give_up_s: float = GIVE_UP_S
    silent: bool = False
    """As if the phone had lost power: nothing that comes is read."""
    _transport: asyncio.DatagramTransport | None = None
    _asked: dict[tuple[str, str], _Asked] = field(default_factory=dict)
    _answered: dict[tuple[str, str], _Answered] = field(default_factory=dict)

    @classmethod
    async def open(cls, on_request: OnRequest, port: int = 0) -> "Wire":
        """A wire on 127.0.0.1 at `port`, 0 for any free one."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
        sock.setblocking(False)  # noqa: FBT003 - the socket's own signature
        sock.bind((HOST, port))
        wire = cls(on_request, sock.getsockname()[1])
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: wire, sock=sock)
        return wire

    def close(self) -> None:
        """Nothing is sent or heard any more; whoever waits for a response gets 408."""
        for asked in self._asked.values():
            if asked.timer:
                asked.timer.cancel()
            if not asked.final.done():
                asked.final.set_result(Message(status=408, reason="Closed"))
        for answered in self._answered.values():
            if answered.timer:
                answered.timer.cancel()
        self._asked.clear()
        self._answered.clear()
        if self._transport:
            self._transport.abort()
            self._transport = None

    def new_via(self) -> str:
        """A Via value with a branch of its own."""
        return f"SIP/2.0/UDP {HOST}:{self.port};branch=z9hG4bK{secrets.token_hex(8)};rport"

    # ── sending ─────────────────────────────────────────────────────────────────────────────────────────────────
    def request(
        self, message: Message, to: Address, on_provisional: OnProvisional | None = None
    ) -> asyncio.Future[Message]:
        """The request is on its way; the future becomes its final response (408 when none comes)."""
        loop = asyncio.get_running_loop()
        asked = _Asked(message.to_bytes(), only_loopback(to), loop.create_future(), on_provisional)
        asked.deadline_s = loop.time() + self.give_up_s
        key = (message.branch, message.method)
        self._asked[key] = asked
        self._repeat_request(key)
        return asked.final

    def send_ack(self, message: Message, to: Address, invite_branch: str) -> None:
        """The ACK to a 2xx is sent, and sent again whenever that 2xx comes again."""
        data = message.to_bytes()
        if asked := self._asked.get((invite_branch, "INVITE")):
            asked.acknowledgement = data
        self._send(data, to)

    def reply(self, request: Message, to: Address, answer: Message) -> None:
        """The answer is sent, kept for repeats, and (final, to an INVITE) repeated until it is acknowledged."""
        key = (request.branch, request.method)
        answered = self._answered.setdefault(key, _Answered(request, to))
        answered.data = answer.to_bytes()
        self._send(answered.data, to)
        if answer.status < 200:
            return
        if answered.timer:
            answered.timer.cancel()
        loop = asyncio.get_running_loop()
        answered.deadline_s = loop.time() + self.give_up_s
        answered.repeat_s = T1_S
        if request.method == "INVITE":
            answered.timer = loop.call_later(T1_S, self._repeat_answer, key)
        else:
            answered.timer = loop.call_later(self.give_up_s, self._answered.pop, key, None)

    def _send(self, data: bytes, to: Address) -> None:
        if self._transport and not self.silent:
            self._transport.sendto(data, to)

    def _repeat_request(self, key: tuple[str, str]) -> None:
        asked, loop = self._asked[key], asyncio.get_running_loop()
        if loop.time() >= asked.deadline_s:
            del self._asked[key]
            if not asked.final.done():
                asked.final.set_result(Message(status=408, reason="No Answer From The Other Side"))
            return
        self._send(asked.data, asked.to)
        asked.timer = loop.call_at(min(loop.time() + asked.repeat_s, asked.deadline_s), self._repeat_request, key)
        asked.repeat_s = asked.repeat_s * 2 if key[1] == "INVITE" else min(asked.repeat_s * 2, T2_S)

    def _repeat_answer(self, key: tuple[str, str]) -> None:
        answered, loop = self._answered[key], asyncio.get_running_loop()
        if loop.time() >= answered.deadline_s:
            del self._answered[key]
            return
        self._send(answered.data, answered.to)
        answered.repeat_s = min(answered.repeat_s * 2, T2_S)
        answered.timer = loop.call_later(answered.repeat_s, self._repeat_answer, key)

    # ── receiving ───────────────────────────────────────────────────────────────────────────────────────────────
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is ready."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The socket is gone."""
        self._transport = None

    def error_received(self, exc: Exception) -> None:
        """Somebody closed a port we spoke to; the repeats end it."""

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """A message has gone to whom it concerns; bytes that are none have been counted."""
        if self.silent or len(data) < 20:
            return
        try:
            message = parse(data)
        except BadMessageError:
            self.bad_messages += 1
            return
        if message.status:
            self._take_response(message)
        else:
            self._take_request(message, addr)

    def _take_response(self, message: Message) -> None:
        key = (message.branch, message.cseq[1])
        asked = self._asked.get(key)
        if asked is None:
            return
        if asked.timer:
            asked.timer.cancel()
        loop = asyncio.get_running_loop()
        if message.status < 200:
            if key[1] == "INVITE":  # it may ring for minutes, and need not be repeated meanwhile
                asked.deadline_s = loop.time() + RING_S
                asked.timer = loop.call_at(asked.deadline_s, self._repeat_request, key)
            else:
                asked.timer = loop.call_later(T2_S, self._repeat_request, key)
            if asked.on_provisional:
                asked.on_provisional(message)
            return
        if key[1] == "INVITE" and message.status >= 300 and not asked.acknowledgement:
            asked.acknowledgement = self._refusal_ack(asked.data, message).to_bytes()
        if asked.acknowledgement:
            self._send(asked.acknowledgement, asked.to)
        if asked.final.done():
            return
        asked.final.set_result(message)
        asked.timer = loop.call_later(self.give_up_s, self._asked.pop, key, None)

    @staticmethod
    def _refusal_ack(invite: bytes, response: Message) -> Message:
        sent = parse(invite)
        headers = [("Via", sent.get("via")), ("Max-Forwards", "70"), ("From", sent.get("from"))]
        headers += [("To", response.get("to")), ("Call-ID", sent.call_id), ("CSeq", f"{sent.cseq[0]} ACK")]
        headers += [("Route", route) for route in sent.every("route")]
        return Message("ACK", sent.uri, headers=headers)

    def _take_request(self, message: Message, addr: Address) -> None:
        if message.method == "ACK":
            self._acknowledged(message)
            return
        key = (message.branch, message.method)
        if known := self._answered.get(key):
            if known.data:
                self._send(known.data, known.to)
            return
        self._answered[key] = _Answered(message, addr)
        self.on_request(message, addr)

    def _acknowledged(self, ack: Message) -> None:
        for key, answered in self._answered.items():
            # The ACK to a 2xx has a branch of its own; the dialogue's number is what ties it to the INVITE.
            same = answered.request.call_id == ack.call_id and answered.request.cseq[0] == ack.cseq[0]
            if key[1] == "INVITE" and same:
                if answered.timer:
                    answered.timer.cancel()
                answered.timer = asyncio.get_running_loop().call_later(self.give_up_s, self._answered.pop, key, None)
                return


def respond(wire: Wire, request: Message, to: Address, status: int) -> None:
    """The request is answered with that status, and with nothing more than that."""
    wire.reply(request, to, response_to(request, status, tag=secrets.token_hex(4)))


def contact_of(message: Message, fallback: str) -> str:
    """The URI at which the sender wants to be spoken to from now on."""
    contact = message.get("contact")
    return address_uri(contact) if contact else fallback
