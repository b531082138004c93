"""What happens, as a stream for whoever follows: the log's own rows, step by step, and a beat between them.

Three rules. Nothing waits for a follower: a step is put beside the last ones and that is all. Rows are written out
once, by the log's thread; only if that does not come round (a disk that hangs) are they written out here, in moments
between calls. And a follower that does not read is let go, and may come again.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from ivr.call_log.codec import Pseudonym, Row, to_row
from ivr.call_log.journal import Step
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
AT_ONCE: Final = 200
TURN_S: Final = 0.001
"""After so long calls have their turn again."""
WRITTEN_WITHIN_S: Final = 0.3
"""The log's thread writes a step out within a tenth of that, unless its disk hangs."""
UNREAD_S: Final = 1.0
"""A follower whose socket is full for so long is let go."""
UNREAD_BYTES: Final = 256 * 1024
FOLLOWERS: Final = 8
Beat = Callable[[], Mapping[str, Any]]


class _Step:
    """One step with entries; its line is made when first somebody wants it."""

    __slots__ = ("at_ms", "entries", "line", "number", "taken_s")

    def __init__(self, number: int, at_ms: Instant, entries: tuple[Entry, ...]) -> None:
        self.number, self.at_ms, self.entries = number, at_ms, entries
        self.taken_s = time.monotonic()
        self.line = b""

    def written(self, pseudonym: Pseudonym) -> bytes:
        """The step as a line of JSON."""
        if not self.line:
            self.line = line_of(
                self.number, self.at_ms, (to_row(entry, self.at_ms, pseudonym) for entry in self.entries)
            )
        return self.line


def line_of(number: int, at_ms: int, rows: Iterable[Row]) -> bytes:
    """A step as followers are told it."""
    packed = ",".join(f'["{row.kind}",{row.body}]' for row in rows)
    return f'{{"step":{number},"at_ms":{at_ms},"rows":[{packed}]}}\n'.encode()


class Following:
    """The last steps of one life of the engine, and whoever follows it. Everything on the engine's event loop."""

    def __init__(self, run: int, pseudonym: Pseudonym, beat: Beat, durable: Callable[[], int] = lambda: 0) -> None:
        """`durable`: up to which step the log has everything; a new follower reads that there."""
        self._run, self._pseudonym, self._beat, self._durable = run, pseudonym, beat, durable
        self._steps: deque[_Step] = deque(maxlen=KEPT)
        self._taken = 0
        """How many steps there have been; the last kept one has this number, counted from 1."""
        self._first = 1
        """The log's number of the first step that the next follower can be sure to get."""
        self._unwritten: dict[int, _Step] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        """Whose it is, once anybody has followed."""
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
            self._unwritten.pop(self._steps[0].number, None)
        self._unwritten[number] = step = _Step(number, at_ms, entries)
        self._steps.append(step)
        self._taken += 1
        self._news.set()

    def written(self, steps: Sequence[Step]) -> None:
        """The log's thread has written these out: nobody needs to do it again."""
        loop = self._loop
        if loop is not None and self._writers:
            lines = [(step.number, line_of(step.number, step.at_ms, step.entries)) for step in steps if step.entries]
            with suppress(RuntimeError):  # the loop is closed: nobody follows any more
                loop.call_soon_threadsafe(self._fill, lines)

    def _fill(self, lines: Sequence[tuple[int, bytes]]) -> None:
        for number, line in lines:
            step = self._unwritten.pop(number, None)
            if step is not None:
                step.line = line
        self._news.set()

    async def follow(self, _order: Mapping[str, Any], writer: asyncio.StreamWriter) -> None:
        """The connection gets all that is kept and all that comes, until it closes, does not read, or we stop.

        Raises BadOrderError when there are too many already.
        """
        if len(self._writers) >= FOLLOWERS:
            raise BadOrderError("too_many_followers")
        self._loop = asyncio.get_running_loop()
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
        durable = self._durable()
        hello = {"ok": True, "run": self._run, "first_step": max(self._first, durable + 1), **self._beat()}
        told = self._taken - sum(1 for step in self._steps if step.number > durable)
        await _send(writer, _line(hello))
        loop = asyncio.get_running_loop()
        beat_at = loop.time()
        while not writer.is_closing():
            if told < self._taken - len(self._steps):
                return  # so far behind that steps are missing: the log has them
            self._news.clear()
            lines = self._next_lines(told)
            if lines:
                told += len(lines)
                await _send(writer, b"".join(lines))
            if loop.time() >= beat_at:
                beat_at = loop.time() + BEAT_S
                await _send(writer, _line(self._beat()))
            if lines:
                await asyncio.sleep(0)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout_at(beat_at if told == self._taken else loop.time() + TOGETHER_S):
                    await self._news.wait()
            await asyncio.sleep(TOGETHER_S)

    def _next_lines(self, told: int) -> list[bytes]:
        """The lines after so many steps that are written out, or must be here; for no longer than a turn."""
        oldest, began_s = self._taken - len(self._steps), time.monotonic()
        lines: list[bytes] = []
        for index in range(told - oldest, min(told - oldest + AT_ONCE, len(self._steps))):
            step = self._steps[index]
            if not step.line and began_s - step.taken_s < WRITTEN_WITHIN_S:
                break
            lines.append(step.written(self._pseudonym))
            if time.monotonic() - began_s > TURN_S:
                break
        return lines


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
