"""Orders to a running engine from its own user, over a Unix socket in its home: one JSON object a line each way."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

MAX_LINE = 64 * 1024
Answer = Mapping[str, Any]
Order = Callable[[Mapping[str, Any]], Answer | Awaitable[Answer]]


class BadOrderError(Exception):
    """An order that means nothing; its text is the answer."""


class Control:
    """The listening end. `orders`: by name, what to do; each gets the order's fields and gives the answer's."""

    def __init__(self, path: Path, orders: Mapping[str, Order]) -> None:
        self._path = path
        self._orders = orders
        self._server: asyncio.Server | None = None

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
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await self._answer(line), ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError, asyncio.CancelledError):
            pass  # whoever asked is gone or sent more than a line may hold, or the engine stops
        finally:
            writer.close()

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


async def ask(path: Path, order: Mapping[str, Any]) -> dict[str, Any]:
    """The running engine's answer. Raises OSError when none runs in this home, BadOrderError when it refuses."""
    reader, writer = await asyncio.open_unix_connection(str(path), limit=MAX_LINE)
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
