"""What happens, as a stream for whoever follows: the log's own rows, step by step, and a beat between them.

Three rules. Nothing waits for a follower: a step is put beside the last ones and that is all; rows are written out
when somebody reads them. A follower that does not read is let go, and may come again. And no caller's number is in it:
rows are those of the log.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from ivr.call_log.codec import Pseudonym, to_row
from ivr.control import BadOrderError
from ivr.ports import CallLog
from queues.entries import Entry
from queues.ids import Instant
from routing.events import Event

KEPT: Final = 5_000
"""Steps that a new follower can still get: it reads the log first, and has no gap between the two."""
BEAT_S: Final = 0.5
TOGETHER_S: Final = 0.03
"""Steps within this time are written out together: a busy second costs thirty wake-ups and not hundreds."""
AT_ONCE: Final = 25
"""Steps written out before calls have their turn again: about a millisecond."""
UNREAD_S: Final = 1.0
"""A follower whose socket is full for so long is let go."""
UNREAD_BYTES: Final = 256 * 1024
FOLLOWERS: Final = 8
Beat = Callable[[], Mapping[str, Any]]


class _Step:
    """One step with entries; its line is made when first somebody wants it."""

    __slots__ = ("at_ms", "entries", "line", "number")

    def __init__(self, number: int, at_ms: Instant, entries: tuple[Entry, ...]) -> None:
        self.number, self.at_ms, self.entries = number, at_ms, entries
        self.line = b""

    def written(self, pseudonym: Pseudonym) -> bytes:
        """The step as a line of JSON."""
        if not self.line:
            rows = (to_row(entry, self.at_ms, pseudonym) for entry in self.entries)
            packed = ",".join(f'["{row.kind}",{row.body}]' for row in rows)
            self.line = f'{{"step":{self.number},"at_ms":{self.at_ms},"rows":[{packed}]}}\n'.encode()
        return self.line


class Following:
    """The last steps of one life of the engine, and whoever follows it. Everything on the engine's event loop."""

    def __init__(self, run: int, pseudonym: Pseudonym, beat: Beat) -> None:
        self._run, self._pseudonym, self._beat = run, pseudonym, beat
        self._steps: deque[_Step] = deque(maxlen=KEPT)
        self._taken = 0
        """How many steps there have been; the last kept one has this number, counted from 1."""
        self._first = 1
        """The log's number of the first step that the next follower can be sure to get."""
        self._news = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def followers(self) -> int:
        """How many there are now."""
        return len(self._writers)

    @property
    def last_step(self) -> int:
        """The log's number of the newest step; 0 before the first."""
        return self._steps[-1].number if self._steps else 0

    def take(self, number: int, at_ms: Instant, entries: tuple[Entry, ...]) -> None:
        """The step, `number` in the log, is there for whoever follows; returns at once."""
        if len(self._steps) == KEPT:
            self._first = self._steps[0].number + 1
        self._steps.append(_Step(number, at_ms, entries))
        self._taken += 1
        self._news.set()

    async def follow(self, _order: Mapping[str, Any], writer: asyncio.StreamWriter) -> None:
        """The connection gets all that is kept and all that comes, until it closes, does not read, or we stop.

        Raises BadOrderError when there are too many already.
        """
        if len(self._writers) >= FOLLOWERS:
            raise BadOrderError("too_many_followers")
        writer.transport.set_write_buffer_limits(high=UNREAD_BYTES)
        self._writers.add(writer)
        with suppress(ConnectionError, TimeoutError):
            try:
                await self._tell(writer)
            finally:
                self._writers.discard(writer)
                writer.transport.abort()

    def close(self) -> None:
        """Nobody follows any more."""
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _tell(self, writer: asyncio.StreamWriter) -> None:
        hello = {"ok": True, "run": self._run, "first_step": self._first, **self._beat()}
        await _send(writer, _line(hello))
        told = self._taken - len(self._steps)
        loop = asyncio.get_running_loop()
        beat_at = loop.time()
        while not writer.is_closing():
            if told < self._taken - len(self._steps):
                return  # so far behind that steps are missing: the log has them
            if told < self._taken:
                told = await self._tell_steps(writer, told)
            if loop.time() >= beat_at:
                beat_at = loop.time() + BEAT_S
                await _send(writer, _line(self._beat()))
            if told == self._taken:
                self._news.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(beat_at):
                        await self._news.wait()
                await asyncio.sleep(TOGETHER_S)

    async def _tell_steps(self, writer: asyncio.StreamWriter, told: int) -> int:
        """Some steps have been sent; how many that makes in all."""
        oldest = self._taken - len(self._steps)
        upto = min(told + AT_ONCE, self._taken)
        lines = [self._steps[index - oldest].written(self._pseudonym) for index in range(told, upto)]
        await _send(writer, b"".join(lines))
        await asyncio.sleep(0)
        return upto


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    async with asyncio.timeout(UNREAD_S):
        await writer.drain()


def _line(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


class FollowedLog:
    """The call log, of which followers are told what it is told. Implements `ivr.ports.CallLog`."""

    def __init__(self, call_log: CallLog, following: Following, number: Callable[[], int]) -> None:
        self._call_log, self._following, self._number = call_log, following, number

    def append(self, at_ms: Instant, event: Event | None, entries: tuple[Entry, ...]) -> None:
        """The log has it, and so have followers; a step without entries is none for them."""
        self._call_log.append(at_ms, event, entries)
        if entries:
            self._following.take(self._number(), at_ms, entries)
