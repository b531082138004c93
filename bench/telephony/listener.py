"""A plain client of Asterisk's manager interface: what a listener costs, and who fell into fail-open when."""

import asyncio
from dataclasses import dataclass, field

HOST = "127.0.0.1"


@dataclass(slots=True)
class Listener:
    """Logged in until closed. Made with `await Listener.open(...)`."""

    writer: asyncio.StreamWriter
    fallen: dict[str, float] = field(default_factory=dict)
    """Calls that reached the fail-open dialplan → when (seconds since 1970), by Asterisk's clock."""
    events: int = 0
    _task: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, port: int, user: str, password: str) -> "Listener":
        """Logged in; RuntimeError if refused."""
        reader, writer = await asyncio.open_connection(HOST, port, limit=1_000_000)
        await reader.readline()
        writer.write(f"Action: Login\r\nUsername: {user}\r\nSecret: {password}\r\n\r\n".encode())
        if b"Success" not in await reader.readuntil(b"\r\n\r\n"):
            raise RuntimeError(f"the manager interface refused {user}")
        listener = cls(writer)
        listener._task = asyncio.get_running_loop().create_task(listener._read(reader))
        return listener

    async def close(self) -> None:
        """Logged out."""
        if self._task is not None:
            self._task.cancel()
        self.writer.close()
        await asyncio.sleep(0)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            try:
                message = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            self.events += 1
            if b"UserEvent: TonvalFallback" in message:
                fields = dict(line.split(b": ", 1) for line in message.split(b"\r\n") if b": " in line)
                self.fallen.setdefault(fields[b"Uniqueid"].decode(), float(fields[b"Timestamp"]))
