"""Who has which page open: one stream for a session and page, so many in all, and who has lost theirs (F47)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from queues.ids import AgentId

MOST: Final = 200
GRACE_MS: Final = 60_000
"""A page that is gone for so long is lost: a browser that reloads, or a laptop that wakes, is sooner back."""


class FullError(Exception):
    """As many watch as may."""


@dataclass(slots=True, eq=False)
class Watcher:
    """One open stream."""

    session: str
    page: str
    agent: AgentId = AgentId("")
    """Whose own page it is."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it must end: its page was opened anew, or the house closes."""


class Watching:
    """Everybody who watches."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._open: dict[tuple[str, str], Watcher] = {}
        self._lost: dict[AgentId, int] = {}
        """Since when the page of somebody who had one is gone."""

    def __len__(self) -> int:
        return len(self._open)

    def enter(self, watcher: Watcher) -> None:
        """The stream is open; an earlier one of the same session and page is over. Raises FullError."""
        key = (watcher.session, watcher.page)
        before = self._open.get(key)
        if before is None and len(self._open) >= MOST:
            raise FullError
        if before:
            before.over.set()
        self._open[key] = watcher
        if watcher.agent:
            self._lost.pop(watcher.agent, None)

    def leave(self, watcher: Watcher) -> None:
        """The stream is closed, whoever closed it."""
        key = (watcher.session, watcher.page)
        if self._open.get(key) is watcher:
            del self._open[key]
        if watcher.agent and all(other.agent != watcher.agent for other in self._open.values()):
            self._lost.setdefault(watcher.agent, self._clock())

    def said_goodbye(self, agent: AgentId) -> None:
        """They closed their page because they were done."""
        self._lost.pop(agent, None)

    def has_page(self, agent: AgentId) -> bool:
        """Whether their own page is open somewhere."""
        return any(watcher.agent == agent for watcher in self._open.values())

    def lost_pages(self) -> dict[AgentId, int]:
        """Who had their page open and has not, beyond the grace, and since when. What they do, their phone decides."""
        now_ms = self._clock()
        return {agent: since for agent, since in self._lost.items() if now_ms - since >= GRACE_MS}

    def close(self) -> None:
        """Every stream ends."""
        for watcher in self._open.values():
            watcher.over.set()
