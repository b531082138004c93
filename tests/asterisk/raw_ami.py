"""The manager interface by hand: what the engine's account may and may not do, seen without any of our own code."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ivr.asterisk.render import AMI_USER
from tests.asterisk.running import RunningAsterisk


@dataclass(slots=True)
class RawAmi:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    events: list[dict[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    """Of every event that has come."""

    async def message(self) -> dict[str, str]:
        async with asyncio.timeout(30):
            block = await self.reader.readuntil(b"\r\n\r\n")
        lines = block.decode("utf-8", "replace").split("\r\n")
        message = {key: value for key, _, value in (line.partition(": ") for line in lines) if key}
        self.names.add(message.get("Event", ""))
        return message

    async def action(self, name: str, **headers: str) -> dict[str, str]:
        """The response; events that come before it are kept."""
        lines = [f"Action: {name}", "ActionID: x", *(f"{key}: {value}" for key, value in headers.items())]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        while True:
            message = await self.message()
            if "Response" in message and message.get("ActionID") == "x":
                return message
            self.events.append(message)

    async def event(self, name: str, **fields: str) -> dict[str, str]:
        """The next event of that name and with these fields, also among those kept."""
        while True:
            for kept in self.events:
                if kept.get("Event") == name and fields.items() <= kept.items():
                    self.events.remove(kept)
                    return kept
            self.events.append(await self.message())


async def connect(asterisk: RunningAsterisk) -> RawAmi:
    """A connection, not yet logged in."""
    ami = RawAmi(*await asyncio.open_connection("127.0.0.1", asterisk.site.ami_port))
    await ami.reader.readline()
    return ami


@asynccontextmanager
async def raw_ami(asterisk: RunningAsterisk) -> AsyncIterator[RawAmi]:
    """A connection that is logged in as the engine, and logged off: only one may be, and the next is not to find it."""
    ami = await connect(asterisk)
    try:
        answer = await ami.action("Login", Username=AMI_USER, Secret=asterisk.secrets.ami_password)
        assert answer["Response"] == "Success", answer
        yield ami
        await ami.action("Logoff")
        async with asyncio.timeout(30):
            await ami.reader.read()
    finally:
        ami.writer.transport.abort()
