"""A call that an agent's phone makes, to a code or a colleague: proves its password when asked, hears, hangs up."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.testphone.agent import AgentPhone
from ivr.testphone.dialog import Dialog, new_tag
from ivr.testphone.digest import authorization, challenge_of
from ivr.testphone.ear import Ear, until
from ivr.testphone.loopback import Address
from ivr.testphone.message import Message, response_to
from ivr.testphone.rtp import Stream, now_ms
from ivr.testphone.sdp import describe, understand
from ivr.testphone.wire import contact_of, respond


@dataclass(slots=True, eq=False, repr=False)
class Dialled:
    """One such call. `await Dialled.make(...)`; `over` is set when it has ended, whoever ended it."""

    phone: AgentPhone
    number: str
    ear: Ear
    stream: Stream
    call_id: str = field(default_factory=lambda: secrets.token_hex(12))
    status: int = 0
    """The final status of the INVITE, 0 before it."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    _dialog: Dialog | None = None

    @classmethod
    async def make(cls, phone: AgentPhone, number: str, book: Mapping[bytes, str] | None = None) -> "Dialled":
        """The call, answered or refused."""
        assert phone.wire  # noqa: S101 - who dials has registered
        ear = Ear(book=book or {}, attentive=True)
        call = cls(phone, number, ear, phone.line.open_stream(ear))
        phone.dialled[call.call_id] = call.take
        await call._invite()
        return call

    async def _invite(self) -> None:
        phone, wire = self.phone, self.phone.wire
        assert wire  # noqa: S101
        tag, final = new_tag(), Message(status=408)
        proof: tuple[tuple[str, str], ...] = ()
        for sequence in (1, 2):
            invite = self._request(tag, sequence, proof)
            final = await wire.request(invite, phone.server)
            given = {401: "www-authenticate", 407: "proxy-authenticate"}.get(final.status)
            if given is None:
                break
            challenge = challenge_of(final.get(given))
            value = authorization(challenge, "INVITE", invite.uri, phone.user or phone.name, phone.password)
            proof = (("Authorization" if final.status == 401 else "Proxy-Authorization", value),)
        self.status = final.status
        if final.status >= 300:
            self._end()
            return
        target, local = contact_of(final, invite.uri), invite.get("from")
        self._dialog = Dialog(wire, self.call_id, local, final.get("to"), target, phone.contact, (), sequence)
        wire.send_ack(self._dialog.request("ACK"), self._dialog.address, invite.branch)
        self.ear.begin(now_ms())
        if sound := understand(final.body):
            self.stream.aim(sound)
            self.stream.breathe()

    def _request(self, tag: str, sequence: int, proof: tuple[tuple[str, str], ...]) -> Message:
        phone = self.phone
        assert phone.wire  # noqa: S101
        host, port = phone.server
        headers = [("Via", phone.wire.new_via()), ("Max-Forwards", "70")]
        headers += [("From", f"<sip:{phone.name}@{host}>;tag={tag}"), ("To", f"<sip:{self.number}@{host}>")]
        headers += [("Call-ID", self.call_id), ("CSeq", f"{sequence} INVITE"), ("Contact", f"<{phone.contact}>")]
        headers += [("Content-Type", "application/sdp"), *proof]
        uri = f"sip:{self.number}@{host}:{port}"
        return Message("INVITE", uri, headers=headers, body=describe(self.stream.port))

    async def hear_prompt(self, prompt: str, within_ms: float = 30_000) -> bool:
        """Whether that prompt was begun in that time."""
        await until(lambda: prompt in self.ear.prompts or self.over.is_set(), within_ms)
        return prompt in self.ear.prompts

    async def hang_up(self) -> None:
        """The call is over from our side."""
        if self._dialog and not self.over.is_set():
            said = self._dialog.bye()
            self._end()
            await said

    def take(self, message: Message, to: Address) -> None:
        """A request of the server within this call has been answered."""
        wire = self.phone.wire
        if wire is None:
            return
        if message.method == "BYE":
            respond(wire, message, to, 200)
            self._end()
        else:
            wire.reply(message, to, response_to(message, 200, tag=new_tag()))

    def _end(self) -> None:
        if not self.over.is_set():
            self.stream.drain()
            self.phone.line.close_stream(self.stream)
            self.over.set()
