"""One phone's registration: made with digest, refreshed before it runs out, taken back."""

import asyncio
import contextlib
import secrets
from dataclasses import dataclass, field

from ivr.testphone.dialog import new_tag
from ivr.testphone.digest import authorization, challenge_of
from ivr.testphone.loopback import Address
from ivr.testphone.message import Message
from ivr.testphone.wire import Wire


@dataclass(slots=True, eq=False, repr=False)
class Registration:
    """What the registrar knows of one phone."""

    wire: Wire
    server: Address
    name: str
    user: str
    password: str
    contact: str
    expires_s: int = 120
    registered: bool = False
    _call_id: str = field(default_factory=lambda: secrets.token_hex(12))
    _tag: str = field(default_factory=new_tag)
    _sequence: int = 0
    _refresher: asyncio.Task[None] | None = None

    async def register(self) -> int:
        """The final status; after 200 the registration is refreshed until `unregister` or `stop`."""
        status = await self._send(self.expires_s)
        self.registered = status == 200
        if self.registered and self._refresher is None:
            self._refresher = asyncio.get_running_loop().create_task(self._refresh())
        return status

    async def unregister(self) -> int:
        """The final status of taking it back."""
        self.stop()
        self.registered = False
        return await self._send(0)

    def stop(self) -> None:
        """No more refreshes; the registrar is not told."""
        if self._refresher:
            self._refresher.cancel()
            self._refresher = None

    async def _refresh(self) -> None:
        while True:
            # Half the time, as phones do; after a failure soon again.
            await asyncio.sleep(self.expires_s / 2 if self.registered else 2)
            with contextlib.suppress(OSError):
                self.registered = await self._send(self.expires_s) == 200

    async def _send(self, expires_s: int) -> int:
        response = await self.wire.request(self._request(expires_s), self.server)
        if response.status in (401, 407):
            given = "www-authenticate" if response.status == 401 else "proxy-authenticate"
            challenge = challenge_of(response.get(given))
            again = self._request(expires_s)
            value = authorization(challenge, "REGISTER", again.uri, self.user, self.password)
            again.headers.append(("Authorization" if response.status == 401 else "Proxy-Authorization", value))
            response = await self.wire.request(again, self.server)
        return response.status

    def _request(self, expires_s: int) -> Message:
        self._sequence += 1
        host, port = self.server
        address = f"<sip:{self.name}@{host}>"
        headers = [("Via", self.wire.new_via()), ("Max-Forwards", "70"), ("From", f"{address};tag={self._tag}")]
        headers += [("To", address), ("Call-ID", self._call_id), ("CSeq", f"{self._sequence} REGISTER")]
        headers += [("Contact", f"<{self.contact}>"), ("Expires", str(expires_s))]
        return Message("REGISTER", f"sip:{host}:{port}", headers=headers)
