"""`CallLogWriter`: takes steps from the event loop at once, and brings them to disk in a thread of its own.

Three places, always in this order, and every step ends in exactly one row per entry whatever happened on the way:

- **database**: batches of at most 50 ms, each durable before it is acknowledged;
- **journal**: while the database refuses (locked, full, broken). What is in it is durable and acknowledged too. It goes
  back into the database, in order, before anything newer does;
- **memory**: while the disk takes nothing at all. Bounded, not acknowledged.

Beyond the bound events are let go first (they serve replay), then everything; both are counted and alarmed, and
the recovery from Asterisk's own log gives the calls concerned their final row.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from secrets import randbits
from typing import Final

from ivr.call_log.codec import to_row
from ivr.call_log.database import DatabaseRefusedError, LogDatabase, set_aside
from ivr.call_log.journal import Journal, JournalReading, Step
from ivr.call_log.pseudonyms import pseudonyms
from ivr.call_log.status import SPACE_ALARMS, Alarm, LogStatus, Place, free_share, structlog_alarm
from queues.entries import Entry
from queues.ids import Instant
from routing.events import Event

GROUP_S: Final = 0.04
"""How long a step may wait for others to be committed with it."""
EVENTS_LET_GO_AT: Final = 20_000
"""Steps waiting in memory from which on events are no longer kept: a minute and more of a hundred calls a second."""
ALL_LET_GO_AT: Final = 60_000
_BATCH: Final = 2_000
_RETRY_S: Final = (0.5, 1.0, 2.0, 5.0)
_SPACE_EVERY_S: Final = 30.0

_Taken = tuple[int, Instant, Event | None, tuple[Entry, ...]]


class CallLogWriter:
    """The call log of one life of the engine; implements `ivr.ports.CallLog`.

    `on_acknowledged` is told, in the writer's thread, the number of the last durable step.
    """

    def __init__(
        self,
        database_path: Path,
        journal_path: Path,
        pseudonym_key: bytes,
        *,
        alarm: Alarm = structlog_alarm,
        on_acknowledged: Callable[[int], None] | None = None,
    ) -> None:
        self.run = (time.time_ns() // 1_000_000 << 20) + randbits(20)
        """Names this life; rises from one life to the next."""
        self._path = database_path
        self._pseudonym = pseudonyms(pseudonym_key)
        self._raise_alarm = alarm
        self._on_acknowledged = on_acknowledged
        self.on_written: Callable[[Sequence[Step]], None] = lambda _steps: None
        """Told, in the writer's thread and before any disk is touched, the steps in the form in which they are kept."""
        self._queue: SimpleQueue[_Taken | None] = SimpleQueue()
        """None only wakes the thread."""
        self._taken = 0
        self._hurry = threading.Event()
        self._closing = False
        self._opened = threading.Event()
        self._progress = threading.Condition()
        self._status = LogStatus()
        self._journal = Journal(journal_path)
        self._database: LogDatabase | None = None
        self._unsure = False
        """Whether the database may hold what its disk does not; see `LogDatabase.checkpoint`."""
        self._held: list[Step] = []
        self._failures = 0
        self._retry_at = 0.0
        self._lost_events = 0
        self._lost_steps = 0
        self._space_at = 0.0
        self._space_alarms = 0
        self._told = ("", "")
        self._thread = threading.Thread(target=self._work, name="call-log", daemon=True)
        self._thread.start()

    # ── any thread ──────────────────────────────────────────────────────────────────────────────────────────────
    def append(self, at_ms: Instant, event: Event | None, entries: tuple[Entry, ...]) -> None:
        """Take note of one step of the kernel; returns at once. Called by one thread."""
        waiting = self._queue.qsize()
        if waiting >= EVENTS_LET_GO_AT:
            entries_too = waiting >= ALL_LET_GO_AT
            self._let_go(event, entries if entries_too else ())
            event = None
            if entries_too:
                return
        if event is None and not entries:
            return
        self._taken += 1
        self._queue.put((self._taken, at_ms, event, entries))

    @property
    def status(self) -> LogStatus:
        """How the log fares just now."""
        return self._status

    @property
    def acknowledged(self) -> int:
        """The number of steps of this run that are durable."""
        return self._status.acknowledged

    @property
    def taken(self) -> int:
        """The number of this run's newest step."""
        return self._taken

    @property
    def waiting(self) -> int:
        """How many steps have been taken and are not durable yet."""
        return self._taken - self._status.acknowledged

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Whether the log is open and everything taken so far durable, in time. Blocks: not for the event loop."""
        wanted = self._taken
        if not self._opened.wait(timeout_s):
            return False
        self._hurry.set()
        self._queue.put(None)
        with self._progress:
            return self._progress.wait_for(lambda: self._status.acknowledged >= wanted, timeout_s)

    def close(self, timeout_s: float = 10.0) -> bool:
        """Whether everything is durable and the thread has ended. Blocks; no `append` may follow."""
        self._closing = True
        self._hurry.set()
        self._queue.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive() and self.waiting == 0

    def _let_go(self, event: Event | None, entries: tuple[Entry, ...]) -> None:
        """Counted on the caller's side: the writer's thread may be the one that is stuck."""
        self._lost_events += event is not None
        self._lost_steps += bool(entries)

    # ── the writer's thread ─────────────────────────────────────────────────────────────────────────────────────
    def _work(self) -> None:
        with suppress(OSError):
            self._journal.open()  # the space is reserved while there is some
        self._guarded(self._come_back)
        self._opened.set()
        while not self._closing or not self._queue.empty():
            self._guarded(self._round)
        if self._status.place is not Place.DATABASE:
            self._guarded(self._come_back)
        self._guarded(self._end)

    def _guarded(self, work: Callable[[], None]) -> None:
        """The work is done, or the alarm tells what nobody thought of; the thread lives on in either case."""
        try:
            work()
        except Exception as error:  # noqa: BLE001 -- a log that dies quietly is worse than any error
            self._alarm("call_log_fault", repr(error))

    def _round(self) -> None:
        if steps := self._gather():
            self._guarded(partial(self.on_written, steps))
            self._keep(steps)
        if self._status.place is not Place.DATABASE and time.monotonic() >= self._retry_at:
            self._come_back()
            if self._held:
                self._hold([])
        self._watch()

    def _gather(self) -> list[Step]:
        """The steps of the next batch; [] when it is time to look after something else."""
        with suppress(Empty):
            taken = [self._queue.get(timeout=5.0 if self._status.place is Place.DATABASE else 0.25)]
            # One nap per batch instead of one wake-up per step: the event loop's thread keeps the interpreter.
            self._hurry.wait(GROUP_S)
            with suppress(Empty):
                while len(taken) < _BATCH:
                    taken.append(self._queue.get_nowait())
            if not self._closing and self._queue.empty():
                self._hurry.clear()
            return [step for item in taken if item and (step := self._stored(*item))]
        return []

    def _stored(self, number: int, at_ms: int, event: Event | None, entries: tuple[Entry, ...]) -> Step | None:
        """The step as it may touch a disk: no caller's number in it. None, with an alarm, for what is no step."""
        try:
            row = to_row(event, at_ms, self._pseudonym) if event is not None else None
            return Step(self.run, number, at_ms, row, tuple(to_row(e, at_ms, self._pseudonym) for e in entries))
        except Exception as error:  # noqa: BLE001 -- one bad step must not take its batch along
            self._alarm("call_log_fault", repr(error))
            return None

    def _keep(self, steps: list[Step]) -> None:
        """The steps are where they are to wait, or done."""
        if self._status.place is Place.DATABASE and self._database:
            try:
                self._database.write(steps)
            except DatabaseRefusedError as refused:
                self._leave_database(refused)
            else:
                self._acknowledge(steps[-1].number)
                return
        self._hold(steps)

    def _hold(self, steps: list[Step]) -> None:
        """The steps are in the journal, behind those that came before them, or in memory."""
        self._held.extend(steps)
        try:
            self._journal.append(self._held)
        except OSError as error:
            self._move_to(Place.MEMORY, f"journal: {error}")
            self._bound_memory()
            return
        last = self._held[-1].number
        self._held.clear()
        if self._status.place is Place.MEMORY:
            self._move_to(Place.JOURNAL, self._status.cause)
        self._acknowledge(last)

    def _bound_memory(self) -> None:
        if len(self._held) > EVENTS_LET_GO_AT:
            self._lost_events += sum(step.event is not None for step in self._held)
            self._held = [replace(step, event=None) for step in self._held if step.entries]
        if len(self._held) > ALL_LET_GO_AT:
            self._lost_steps += len(self._held) - ALL_LET_GO_AT
            self._held = self._held[-ALL_LET_GO_AT:]

    def _acknowledge(self, number: int) -> None:
        with self._progress:
            self._status = replace(self._status, acknowledged=number)
            self._progress.notify_all()
        if self._on_acknowledged:
            self._on_acknowledged(number)

    # ── leaving the database and coming back ────────────────────────────────────────────────────────────────────
    def _leave_database(self, refused: DatabaseRefusedError) -> None:
        """The database is closed, set aside if it is of no use, and the journal is the place."""
        self._unsure = self._unsure or refused.io
        if self._database:
            self._database.close()
            self._database = None
        if refused.broken:
            self._set_aside(str(refused))
        self._failures += 1
        self._retry_at = time.monotonic() + _RETRY_S[min(self._failures, len(_RETRY_S)) - 1]
        if self._status.place is Place.DATABASE:
            self._move_to(Place.JOURNAL, str(refused))

    def _set_aside(self, cause: str) -> None:
        try:
            aside = set_aside(self._path)
        except OSError as error:
            self._alarm("call_log_cannot_set_aside", f"{cause}; {error}")
            return
        self._unsure = False
        name = aside.name if aside else ""
        self._status = replace(self._status, set_aside=(*self._status.set_aside, name))
        self._alarm("call_log_set_aside", f"{cause}; the old file is {name or 'gone'}, a new one is begun")

    def _come_back(self) -> None:
        """Everything that waits is in the database and the journal is empty, or we try again later."""
        for _ in range(2):
            try:
                self._database = self._database or LogDatabase(self._path)
                self._replay(self._database)
            except DatabaseRefusedError as refused:
                self._leave_database(refused)
                if not refused.broken:
                    return
            except OSError as error:
                self._leave_database(DatabaseRefusedError(f"journal: {error}"))
                return
            else:
                self._failures = 0
                self._move_to(Place.DATABASE, "")
                return

    def _replay(self, database: LogDatabase) -> None:
        reading = JournalReading(self._journal.path)
        batch: list[Step] = []
        for step in reading:
            batch.append(step)
            if len(batch) >= _BATCH:
                database.write(batch)
                batch = []
        last = self._held[-1].number if self._held else 0
        batch.extend(self._held)
        if batch:
            database.write(batch)
        if self._unsure:
            database.checkpoint()
            self._unsure = False
        self._held.clear()
        if last:
            self._acknowledge(last)
        if reading.unreadable:
            self._status = replace(self._status, unreadable_lines=self._status.unreadable_lines + reading.unreadable)
            self._alarm("journal_unreadable", f"{reading.unreadable} lines of {self._journal.path.name} are lost")
        if self._journal.holds_any():
            self._journal.clear()

    def _alarm(self, word: str, sentence: str) -> None:
        """Told, unless it is just what was told last."""
        if (word, sentence) != self._told:
            self._told = (word, sentence)
            with suppress(Exception):  # nobody may be listening, and the log goes on (F76)
                self._raise_alarm(word, sentence)

    def _move_to(self, place: Place, cause: str) -> None:
        if place is not self._status.place:
            self._alarm(f"call_log_in_{place}", cause or "the database takes rows again")
        self._status = replace(self._status, place=place, cause=cause)

    # ── watching ────────────────────────────────────────────────────────────────────────────────────────────────
    def _watch(self) -> None:
        """Alarms for steps let go and for a disk that fills."""
        lost = (self._lost_events, self._lost_steps)
        if lost != (self._status.events_let_go, self._status.steps_let_go):
            self._status = replace(self._status, events_let_go=lost[0], steps_let_go=lost[1])
            self._alarm("call_log_overflow", f"let go: {lost[0]} events, {lost[1]} steps with entries")
        if time.monotonic() >= self._space_at:
            self._space_at = time.monotonic() + _SPACE_EVERY_S
            self._watch_space()

    def _watch_space(self) -> None:
        free = free_share(self._path.parent)
        alarms = sum(free < limit for limit in SPACE_ALARMS)
        if alarms > self._space_alarms:
            self._alarm("disk_filling", f"{free:.1%} of the disk with the call log is free")
        self._space_alarms = alarms

    def _end(self) -> None:
        if self._database:
            with suppress(DatabaseRefusedError):
                self._database.end_run(self.run, time.time_ns() // 1_000_000)
            self._database.close()
        self._journal.close()
