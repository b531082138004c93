"""The operator's trunk: one socket for any number of made-up citizens."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ivr.testphone.loopback import Address, only_loopback
from ivr.testphone.message import Message
from ivr.testphone.rtp import Studio
from ivr.testphone.wire import Wire, respond

if TYPE_CHECKING:
    from ivr.testphone.caller import Caller


def respond_nobody(message: Message, to: Address) -> None:
    """What comes before there is a trunk is not answered."""


@dataclass(slots=True, eq=False, repr=False)
class Trunk:
    """The operator's side: the one socket through which made-up citizens ring. Made with `await Trunk.open(...)`."""

    server: Address
    studio: Studio
    wire: Wire
    calls: dict[str, "Caller"] = field(default_factory=dict)
    """By Call-ID, those not yet over."""
    gone: set[str] = field(default_factory=set)
    """Call-IDs of callers who vanished: whatever is said to them is not answered."""
    unknown: int = 0
    """Requests for calls that are over or never were."""

    @classmethod
    async def open(cls, server: Address, studio: Studio) -> "Trunk":
        """A trunk to that server."""
        only_loopback(server)
        wire = await Wire.open(respond_nobody)
        trunk = cls(server, studio, wire)
        wire.on_request = trunk.take
        return trunk

    def close(self) -> None:
        """The socket is closed; calls that were up are over as `vanished`."""
        for caller in list(self.calls.values()):
            caller.vanish()
        self.wire.close()

    def take(self, message: Message, to: Address) -> None:
        """A request from the server has gone to its call."""
        caller = self.calls.get(message.call_id)
        if caller:
            caller.take(message, to)
        elif message.call_id in self.gone:
            return
        elif message.method == "OPTIONS":
            respond(self.wire, message, to, 200)
        else:
            self.unknown += 1
            respond(self.wire, message, to, 481)
