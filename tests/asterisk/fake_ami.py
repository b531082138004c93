"""A manager interface on a real socket that does what a test tells it to: answers, lies, freezes, falls apart."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

Fields = dict[str, str]
Answer = Callable[[Fields], list[Any]]


def message(**headers: str) -> bytes:
    """One message as Asterisk writes it; `_` in a name stands for `-`."""
    return b"".join(f"{k}: {v}\r\n".encode() for k, v in headers.items()) + b"\r\n"


def event(name: str, /, **headers: str) -> bytes:
    return message(Event=name, **headers)


def rows(action: Fields, name: str, listed: list[Fields]) -> list[bytes]:
    """The whole answer to an action that lists."""
    token = action["ActionID"]
    complete = {"Status": "StatusComplete", "DeviceStateChange": "DeviceStateListComplete"}.get(
        name, "QueueStatusComplete"
    )
    return [
        message(Response="Success", ActionID=token, EventList="start", Message="will follow"),
        *(row_bytes(row.get("Event", name), row, token) for row in listed),
        message(Event=complete, ActionID=token, EventList="Complete", ListItems=str(len(listed))),
    ]


def row_bytes(name: str, row: Fields, token: str) -> bytes:
    lines = [f"Event: {name}", f"ActionID: {token}"]
    for key, value in row.items():
        lines += [f"{key}: {one}" for one in value.split("\n")] if key != "Event" else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class FakeAmi:
    """Serves one manager interface; each connection is accepted and logged in unless told otherwise."""

    SECRET = "hemligt"

    def __init__(self) -> None:
        self.port = 0
        self.actions: list[Fields] = []
        self.logins = 0
        self.accept_login = True
        self.answer_login = True
        self.frozen = False
        """Reads, and answers nothing."""
        self.answers: dict[str, Answer] = {}
        self.seen = asyncio.Condition()
        self.secret = self.SECRET
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self.reset_all()
        await asyncio.sleep(0)

    def send(self, data: bytes) -> None:
        if self._writers:
            self._writers[-1].write(data)

    def reset_all(self) -> None:
        """Every connection is cut the hard way."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def until(self, condition: Callable[[], bool], within_s: float = 30.0) -> None:
        """The condition holds; asked again at every action and connection."""
        async with asyncio.timeout(within_s), self.seen:
            await self.seen.wait_for(condition)

    def named(self, name: str) -> list[Fields]:
        return [action for action in self.actions if action["Action"] == name]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                raw = await reader.readuntil(b"\r\n\r\n")
                fields = dict(line.split(": ", 1) for line in raw.decode().strip().split("\r\n"))
                self.actions.append(fields)
                if not self.frozen:
                    for data in self._answer(fields):
                        writer.write(data)
                async with self.seen:
                    self.seen.notify_all()

    def _answer(self, action: Fields) -> list[Any]:
        name, token = action["Action"], action["ActionID"]
        if name == "Login":
            self.logins += 1
            if not self.answer_login:
                return []
            if not self.accept_login or action["Secret"] != self.secret:
                return [message(Response="Error", ActionID=token, Message="Authentication failed")]
            return [
                message(Response="Success", ActionID=token, Message="Authentication accepted"),
                event("FullyBooted", Privilege="system,all", Status="Fully Booted"),
            ]
        if name in self.answers:
            return self.answers[name](action)
        if name == "Ping":
            return [message(Response="Success", ActionID=token, Ping="Pong")]
        return [message(Response="Success", ActionID=token, Message="done")]


@contextlib.asynccontextmanager
async def fake_ami() -> AsyncIterator[FakeAmi]:
    """A running fake, gone afterwards."""
    server = FakeAmi()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
