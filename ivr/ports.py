"""The two sides of the engine that a test may replace: the telephony and the log."""

from collections.abc import Callable
from typing import Protocol

from queues.entries import Entry
from queues.ids import Instant
from routing.actions import Action
from routing.events import Event

Feed = Callable[[Event], None]
"""Hands one event to the engine; never blocks, never raises."""


class Telephony(Protocol):
    """Performs actions and reports events. `ivr.asterisk` is the real one."""

    async def start(self, feed: Feed) -> None:
        """Connect, listen, and report `WorldListed` whenever the link is (again) complete."""

    def perform(self, action: Action) -> None:
        """Begin to do it; never blocks, never raises. The answer comes as an event."""

    async def stop(self) -> None:
        """Let go of everything; callers go on in the fail-open dialplan."""


class CallLog(Protocol):
    """Remembers. Never holds up a caller, whatever the disk does."""

    def append(self, at_ms: Instant, event: Event | None, entries: tuple[Entry, ...]) -> None:
        """Take note of one step of the kernel; returns at once."""
