"""Who has which page open: so many streams for a session and page, so many in all, and who has lost theirs (F47)."""

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
    windows: int = 1
    """How many of this page a session may have open; the oldest goes."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it must end: its page was opened elsewhere, or the house closes."""
    elsewhere: bool = False
    """Whether that is why."""


class Watching:
    """Everybody who watches."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._open: list[Watcher] = []
        """In the order in which they came."""
        self._lost: dict[AgentId, int] = {}
        """Since when the page of somebody who had one is gone."""

    def __len__(self) -> int:
        return len(self._open)

    def enter(self, watcher: Watcher) -> None:
        """The stream is open; the oldest of the same session and page is over if it has too many. Raises FullError."""
        same = [w for w in self._open if (w.session, w.page) == (watcher.session, watcher.page)]
        if len(same) >= watcher.windows:
            self._end(same[0])
        elif len(self._open) >= MOST:
            raise FullError
        self._open.append(watcher)
        if watcher.agent:
            self._lost.pop(watcher.agent, None)

    def leave(self, watcher: Watcher) -> None:
        """The stream is closed, whoever closed it."""
        if watcher in self._open:
            self._open.remove(watcher)
        if watcher.agent and not self.has_page(watcher.agent):
            self._lost.setdefault(watcher.agent, self._clock())

    def _end(self, watcher: Watcher) -> None:
        watcher.elsewhere = True
        watcher.over.set()
        self._open.remove(watcher)

    def said_goodbye(self, agent: AgentId) -> None:
        """They closed their page because they were done."""
        self._lost.pop(agent, None)

    def has_page(self, agent: AgentId) -> bool:
        """Whether their own page is open somewhere."""
        return any(watcher.agent == agent for watcher in self._open)

    def lost_pages(self) -> dict[AgentId, int]:
        """Who had their page open and has not, beyond the grace, and since when. What they do, their phone decides."""
        now_ms = self._clock()
        return {agent: since for agent, since in self._lost.items() if now_ms - since >= GRACE_MS}

    def close(self) -> None:
        """Every stream ends."""
        for watcher in tuple(self._open):
            watcher.over.set()
