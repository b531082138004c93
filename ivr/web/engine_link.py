"""Orders from the pages to the engine: each is answered, refused, or the engine is gone; none waits long."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ivr.control import BadOrderError, ask

ANSWER_S: Final = 3.0
AT_ONCE: Final = 8
"""So many orders are with the engine at the same time; the others wait their turn here, and not in the engine."""

__all__ = ["BadOrderError", "EngineGoneError", "EngineLink"]


class EngineGoneError(Exception):
    """No engine answers; nobody knows whether it has done what it was told."""


class EngineLink:
    """One engine's control socket, for a process that never waits for it in vain."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def order(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """The engine's answer. Raises BadOrderError when it refuses, EngineGoneError when none answers in time."""
        try:
            async with asyncio.timeout(ANSWER_S):
                async with self._turns:
                    return await ask(self._path, order)
        except (OSError, ValueError) as error:
            raise EngineGoneError(str(error) or "no answer") from error
