"""The board as it is now: rebuilt from the log, then moved by every step that the engine tells of.

Three rules. What is shown is the log's fold and nothing else: after every loss of the engine the log is read again.
Between the log and the stream there is no gap and no entry twice: steps are known by their number. And what is old is
said to be old: without a beat for `FRESH_S` the board is stale.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog

from ivr.call_log.board_reading import entries_for_board
from ivr.call_log.codec import UnknownKindError, entry_of
from ivr.call_log.reading import CallLogUnreadableError
from ivr.config.site import Site
from ivr.control import MAX_ANSWER
from ivr.local_days import day_span, local
from queues.board import Board
from queues.entries import Entry

FRESH_S: Final = 1.2
"""The engine beats twice a second: two beats may be lost on the way, the third is not there."""
LOOK_S: Final = 0.2
AGAIN_S: Final = 0.25
"""How soon an engine that is gone is looked for again."""
INCOMPLETE_S: Final = 60.0
"""How long a board from which something is missing is shown before the log is read again."""
UNREAD_STEPS: Final = 50_000
"""Steps kept while the log is read; with more the log is read anew."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Beat:
    """What the engine says of itself twice a second."""

    beat: int = 0
    """Its own now (ms)."""
    acknowledged: int = 0
    faults: int = 0
    paused: str = "not_followed"
    """Why no offers are made, "" if they are."""
    plan: str = ""
    log: Mapping[str, Any] = field(default_factory=dict)
    estimates: Mapping[str, int] = field(default_factory=dict)
    """By queue: how long whoever came now would wait (ms)."""
    foreseen: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """By queue: from and to how many minutes, only where such forecasts have been right."""
    phones: Mapping[str, str] = field(default_factory=dict)
    """By person: idle, busy or unreachable."""


_BEAT = frozenset(part.name for part in fields(Beat))


class LiveBoard:
    """One installation's board. `run` follows the engine until it is cancelled."""

    def __init__(self, site: Site, zone: ZoneInfo, clock: Callable[[], int]) -> None:
        self._site, self._zone, self._clock = site, zone, clock
        self._began_ms = clock()
        self._heard_at = self._rebuilt_at = 0.0
        self._pending: deque[Mapping[str, Any]] | None = deque()
        """Steps met while the log is read; None once it has been."""
        self._was_stale = True
        self._news = asyncio.Event()
        self.board = self._new_board()
        self._day_ends_ms = self._midnight_after(self.board.day_starts_ms)
        self.beat = Beat()
        self.version = 0
        """Another number whenever anything that is shown may have changed."""
        self.last_step = 0
        """The newest step of the engine's run that is on the board."""
        self.complete = False
        """Whether nothing is missing: false while the log cannot be read as far as the engine's memory reaches."""
        self.observers: list[Callable[[Entry], None]] = []
        """Told of every live entry after the board; not of those read from the log."""

    # ── for whoever shows it ────────────────────────────────────────────────────────────────────────────────────
    @property
    def stale_since_ms(self) -> int:
        """0 while what is shown is what is; else the instant (the engine's) since when nobody knows."""
        if self._pending is None and time.monotonic() - self._heard_at <= FRESH_S:
            return 0
        return self.beat.beat or self._began_ms

    def now_ms(self) -> int:
        """The engine's now, as far as can be told: everything on the board is by its clock."""
        if not self.beat.beat:
            return self._clock()
        return self.beat.beat + round((time.monotonic() - self._heard_at) * 1000)

    async def changed(self, after: int = -1) -> int:
        """The version, as soon as it is another than `after`."""
        while self.version == after:
            await self._news.wait()
        return self.version

    # ── following ───────────────────────────────────────────────────────────────────────────────────────────────
    async def run(self) -> None:
        """The board follows the engine, whichever serves, until cancelled."""
        watching = asyncio.create_task(self._watch())
        try:
            while True:
                with suppress(OSError, ValueError):
                    await self._follow()
                self._pending = deque()
                self._bump()
                await asyncio.sleep(AGAIN_S)
        finally:
            watching.cancel()

    async def _follow(self) -> None:
        """Until the engine is gone, or lets go of us. Raises OSError or ValueError."""
        reader, writer = await asyncio.open_unix_connection(str(self._site.control_path), limit=MAX_ANSWER)
        rebuilding: asyncio.Task[None] | None = None
        try:
            writer.write(b'{"do": "follow"}\n')
            hello = json.loads(await reader.readline())
            if not hello.get("ok"):
                log.warning("not_followed", because=hello.get("error"))
                return
            self._hear(hello)
            self._pending = deque()
            rebuilding = asyncio.create_task(self._rebuild(hello["run"], hello["first_step"]))
            while line := await reader.readline():
                self._take(json.loads(line))
                if rebuilding.done() and (self._is_to_be_rebuilt() or rebuilding.exception()):
                    raise OSError("the log is to be read anew") from rebuilding.exception()
        finally:
            if rebuilding:
                rebuilding.cancel()
            writer.close()

    def _is_to_be_rebuilt(self) -> bool:
        return not self.complete and time.monotonic() - self._rebuilt_at > INCOMPLETE_S

    def _take(self, said: Mapping[str, Any]) -> None:
        if "beat" in said:
            self._hear(said)
        elif self._pending is not None:
            self._pending.append(said)
            if len(self._pending) > UNREAD_STEPS:
                raise OSError("the log takes too long to read")
        else:
            self._apply(said)
        self._bump()

    def _hear(self, said: Mapping[str, Any]) -> None:
        self.beat = Beat(**{name: said[name] for name in _BEAT if name in said})
        self._heard_at = time.monotonic()
        self._roll(self.beat.beat)

    def _apply(self, step: Mapping[str, Any]) -> None:
        self.last_step = step["step"]
        for kind, body in step["rows"]:
            try:
                entry = entry_of(kind, body)
            except UnknownKindError:
                continue  # of a newer engine: what it means is not known here
            self._roll(entry.at_ms)
            self._guarded(partial(self.board.apply, entry))
            for observer in self.observers:
                self._guarded(partial(observer, entry))

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception:
            # One entry that cannot be shown must not end the showing of all others; the next rebuild sees it again.
            self.complete = False
            log.exception("entry_not_shown")

    # ── the log ─────────────────────────────────────────────────────────────────────────────────────────────────
    async def _rebuild(self, run: int, first_step: int) -> None:
        """The board is the log's, and then that of every step after it."""
        self.complete = True
        board, last_step, readable = await asyncio.to_thread(self._read, run)
        self.board = board
        self._day_ends_ms = self._midnight_after(board.day_starts_ms)
        self.last_step = last_step
        self._rebuilt_at = time.monotonic()
        self.complete = self.complete and readable and last_step + 1 >= first_step
        for step in self._pending or ():
            if step["step"] > last_step:
                self._apply(step)
        self._pending = None
        self._bump()

    def _read(self, run: int) -> tuple[Board, int, bool]:
        """The board by the log, the last step of this run of the engine that is in it, and whether it is all there.

        In a thread. A log that cannot be read gives an empty board: what goes on is shown, and is told to be less.
        """
        board = self._new_board()
        try:
            with entries_for_board(self._site.database_path, self._site.journal_path, board.day_starts_ms) as found:
                for entry in found.entries:
                    self._guarded(partial(board.apply, entry))
                return board, found.last_steps.get(run, 0), True
        except CallLogUnreadableError as error:
            first_day = not self._site.database_path.exists()
            if not first_day:
                log.warning("board_without_log", because=str(error))
            return self._new_board(), 0, first_day

    # ── the day ─────────────────────────────────────────────────────────────────────────────────────────────────
    def _new_board(self) -> Board:
        return Board(day_span(local(self._clock(), self._zone).date(), self._zone)[0])

    def _midnight_after(self, at_ms: int) -> int:
        return day_span(local(at_ms, self._zone).date(), self._zone)[1]

    def _roll(self, at_ms: int) -> None:
        """A new day has begun if `at_ms` is in it."""
        if at_ms >= self._day_ends_ms:
            begins_ms = day_span(local(at_ms, self._zone).date(), self._zone)[0]
            self._day_ends_ms = self._midnight_after(at_ms)
            self.board.new_day(begins_ms)

    # ── news ────────────────────────────────────────────────────────────────────────────────────────────────────
    def _bump(self) -> None:
        self.version += 1
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def _watch(self) -> None:
        """Whoever waits for news learns that there are none any more."""
        while True:
            await asyncio.sleep(LOOK_S)
            stale = bool(self.stale_since_ms)
            if stale != self._was_stale:
                self._was_stale = stale
                self._bump()
