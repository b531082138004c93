"""The two ends of one call as SIP knows them: enough to make every further request within it."""

import asyncio
import secrets
from dataclasses import dataclass, field

from ivr.testphone.loopback import HOST, Address
from ivr.testphone.message import Message, response_to, uri_address
from ivr.testphone.wire import Wire, contact_of


def new_tag() -> str:
    """A tag of one's own."""
    return secrets.token_hex(5)


@dataclass(slots=True, eq=False, repr=False)
class Dialog:
    """One call's identifiers; `local` and `remote` are whole From/To values with their tags."""

    wire: Wire
    call_id: str
    local: str
    remote: str
    target: str
    """The URI the other side wants to be spoken to at."""
    contact: str
    routes: tuple[str, ...] = ()
    sequence: int = 1
    over: bool = False
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @classmethod
    def of_invite(cls, wire: Wire, invite: Message, tag: str, contact: str) -> "Dialog":
        """The called side's view."""
        local = f"{invite.get('to')};tag={tag}"
        target = contact_of(invite, invite.uri)
        routes = tuple(invite.every("record-route"))
        return cls(
            wire, invite.call_id, local, invite.get("from"), target, contact, routes, secrets.randbelow(9000) + 1
        )

    @property
    def address(self) -> Address:
        """Where requests within the call are sent."""
        return uri_address(self.target)

    def request(self, method: str, body: bytes = b"", extra: tuple[tuple[str, str], ...] = ()) -> Message:
        """A request within the call; ACK keeps the number of the INVITE it belongs to."""
        if method != "ACK":
            self.sequence += 1
        headers = [("Via", self.wire.new_via()), ("Max-Forwards", "70"), ("From", self.local), ("To", self.remote)]
        headers += [("Call-ID", self.call_id), ("CSeq", f"{self.sequence} {method}"), ("Contact", f"<{self.contact}>")]
        headers += [*(("Route", route) for route in self.routes), *extra]
        return Message(method, self.target, headers=headers, body=body)

    def send(self, method: str, body: bytes = b"", extra: tuple[tuple[str, str], ...] = ()) -> asyncio.Future[Message]:
        """The request is sent; becomes its final response."""
        return self.wire.request(self.request(method, body, extra), self.address)

    def bye(self) -> asyncio.Future[Message]:
        """The call is over from our side."""
        self.over = True
        return self.send("BYE")

    def info_digit(self, key: str, duration_ms: int = 100) -> asyncio.Future[Message]:
        """The key goes out as SIP INFO: the cheap way for load."""
        body = f"Signal={key}\r\nDuration={duration_ms}\r\n".encode()
        return self.send("INFO", body, (("Content-Type", "application/dtmf-relay"),))

    def accept(self, request: Message, to: Address, body: bytes = b"") -> None:
        """Their request within the call is answered 200, with SDP where `body` is given."""
        answer = response_to(request, 200)
        answer.headers.append(("Contact", f"<{self.contact}>"))
        if body:
            answer.headers.append(("Content-Type", "application/sdp"))
            answer.body = body
        self.wire.reply(request, to, answer)


def our_uri(user: str, port: int) -> str:
    """A SIP URI of this machine."""
    return f"sip:{user}@{HOST}:{port}"


def info_digit(message: Message) -> str:
    """The key that an INFO tells of, "" for none."""
    for line in message.body.decode("latin-1").splitlines():
        name, _, value = line.partition("=")
        if name.strip().lower() == "signal":
            return value.strip()[:1]
    return ""
