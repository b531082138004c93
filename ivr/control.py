"""Orders to a running engine from its own user, over a Unix socket in its home: one JSON object a line each way.

Whoever asks comes after whoever calls: so many connections and no more, and none of the last descriptors (F77).
"""

import asyncio
import json
import os
import resource
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

MAX_LINE = 64 * 1024
MOST_CONNECTIONS: Final = 100
MAX_ANSWER: Final = 4 * 1024 * 1024
"""A line of the engine's may be so long: a decision among hundreds of people, all their states."""
SPARED_DESCRIPTORS: Final = 64
"""So many are left to calls, log and Asterisk however many ask."""
Answer = Mapping[str, Any]
Order = Callable[[Mapping[str, Any]], Answer | Awaitable[Answer]]
Stream = Callable[[Mapping[str, Any], asyncio.StreamWriter], Awaitable[None]]
"""An order that is answered for as long as the connection stands; BadOrderError before its first line refuses it."""


class BadOrderError(Exception):
    """An order that means nothing; its text is the answer."""


class Control:
    """The listening end. `orders`: by name, what to do; each gets the order's fields and gives the answer's.

    `streams`: orders that take the whole connection.
    """

    def __init__(self, path: Path, orders: Mapping[str, Order], streams: Mapping[str, Stream] | None = None) -> None:
        self._path = path
        self._orders = orders
        self._streams = streams or {}
        self._server: asyncio.Server | None = None
        self._connections = 0

    async def start(self) -> None:
        """Orders are taken, from this user only."""
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, str(self._path), limit=MAX_LINE)
        finally:
            os.umask(before)

    async def stop(self) -> None:
        """No orders are taken."""
        if self._server:
            self._server.close()
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        try:
            if self._connections > MOST_CONNECTIONS or is_one_of_the_last(writer):
                return
            while line := await reader.readline():
                if (stream := self._streams.get(_asked(line))) is not None:
                    await self._stream(stream, line, writer)
                    return
                writer.write(json.dumps(await self._answer(line), ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError, asyncio.CancelledError):
            pass  # whoever asked is gone or sent more than a line may hold, or the engine stops
        finally:
            self._connections -= 1
            writer.close()

    @staticmethod
    async def _stream(stream: Stream, line: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            await stream(json.loads(line), writer)
        except BadOrderError as error:
            writer.write(json.dumps({"ok": False, "error": str(error)}).encode() + b"\n")
            await writer.drain()

    async def _answer(self, line: bytes) -> Answer:
        try:
            order = json.loads(line)
            perform = self._orders.get(order["do"])
            if perform is None:
                return {"ok": False, "error": f"unknown order; known: {', '.join(sorted(self._orders))}"}
            answer = perform(order)
            return {"ok": True, **(answer if isinstance(answer, Mapping) else await answer)}
        except BadOrderError as error:
            return {"ok": False, "error": str(error)}
        except (ValueError, KeyError, TypeError):
            return {"ok": False, "error": 'an order is a JSON object with "do"'}


def is_one_of_the_last(connection: asyncio.StreamWriter | asyncio.BaseTransport) -> bool:
    """Whether the connection has taken one of the descriptors that are spared for calls."""
    return (
        int(connection.get_extra_info("socket").fileno())
        >= resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARED_DESCRIPTORS
    )


def _asked(line: bytes) -> str:
    """What the order is to do; "" for what is none."""
    try:
        return str(json.loads(line)["do"])
    except (ValueError, KeyError, TypeError):
        return ""


async def ask(path: Path, order: Mapping[str, Any]) -> dict[str, Any]:
    """The running engine's answer. Raises OSError when none runs in this home, BadOrderError when it refuses."""
    reader, writer = await asyncio.open_unix_connection(str(path), limit=MAX_ANSWER)
    try:
        writer.write(json.dumps(order).encode() + b"\n")
        answer: dict[str, Any] = json.loads(
            await reader.readline() or b'{"ok": false, "error": "the engine went away"}'
        )
    finally:
        writer.close()
    if not answer.pop("ok"):
        raise BadOrderError(str(answer["error"]))
    return answer
