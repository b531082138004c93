"""Made-up calls as the kernel would note them, and a log to write them into. Numbers are those kept for fiction."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ivr.call_log.reading import CallLogReader
from ivr.call_log.status import Place
from ivr.call_log.store import CallLogWriter
from ivr.config.site import Site
from queues.entries import (
    CallAnswered,
    CallEnded,
    CallEntered,
    CallOffered,
    CallQueued,
    Entry,
    MenuChoiceMade,
    MenuEntered,
    Outcome,
    TalkEnded,
    TalkEnder,
)
from queues.ids import NO_CLEARANCE, AgentId, CallId, Instant, MenuId, OfferId, QueueId
from routing.events import CallArrived, DigitsEntered, Event

KEY = b"k" * 32
CALLER = "0701740605"
NUMBER = "0853061000"
T0 = 1_795_297_000_000
QUEUE, ANNA = QueueId("barn_skola"), AgentId("anna")


def call_id(n: int) -> CallId:
    return CallId(f"tonval-{T0 // 1000 + n}.{n}")


def story(n: int, *, until: str = "ended", wait_ms: int = 7_000) -> list[Entry]:
    """An answered call that begins n seconds after T0, told up to and with `until`."""
    call, t0 = call_id(n), T0 + n * 1000
    queued, answered, ended = Instant(t0 + 5_000), Instant(t0 + 5_000 + wait_ms), Instant(t0 + 95_000)
    whole: dict[str, Entry] = {
        "entered": CallEntered(Instant(t0), call, NUMBER, CALLER, "sv"),
        "menu": MenuEntered(Instant(t0), call, MenuId("huvudmeny")),
        "choice": MenuChoiceMade(queued, call, MenuId("huvudmeny"), "2", "choice"),
        "queued": CallQueued(queued, call, QUEUE, queued, NO_CLEARANCE, "choice"),
        "offered": CallOffered(queued, call, OfferId(n + 1), QUEUE, ANNA, 0, 3),
        "answered": CallAnswered(answered, call, OfferId(n + 1), QUEUE, ANNA, wait_ms),
        "talked": TalkEnded(ended, call, OfferId(n + 1), ANNA, ended - answered, TalkEnder.CALLER),
        "ended": CallEnded(ended, call, Outcome.ANSWERED, "talking", QUEUE, wait_ms, "caller_hung_up"),
    }
    kinds = list(whole)
    return [whole[kind] for kind in kinds[: kinds.index(until) + 1]]


def steps(calls: int, first: int = 0) -> Iterator[tuple[Instant, Event, tuple[Entry, ...]]]:
    """The steps of the kernel that made these calls."""
    for n in range(first, first + calls):
        for i, entry in enumerate(story(n)):
            event = CallArrived(call_id(n), NUMBER, CALLER) if i == 0 else DigitsEntered(call_id(n), "2")
            yield entry.at_ms, event, (entry,)


@dataclass(slots=True)
class Alarms:
    """What the writer complained of; `heard` waits for a word without looking at the clock twice."""

    words: list[tuple[str, str]] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, word: str, sentence: str) -> None:
        with self._changed:
            self.words.append((word, sentence))
            self._changed.notify_all()

    def heard(self, word: str, within_s: float = 30.0) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: any(said == word for said, _ in self.words), within_s)

    def sentence(self, word: str) -> str:
        return next(sentence for said, sentence in self.words if said == word)


@dataclass(slots=True)
class Log:
    """A writer with its home and what it complained of."""

    site: Site
    alarms: Alarms = field(default_factory=Alarms)
    writer: CallLogWriter = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.writer = CallLogWriter(self.site.database_path, self.site.journal_path, KEY, alarm=self.alarms)

    def note(self, calls: int, first: int = 0) -> None:
        for at_ms, event, entries in steps(calls, first):
            self.writer.append(at_ms, event, entries)

    def add(self, *entries: Entry) -> None:
        for entry in entries:
            self.writer.append(entry.at_ms, None, (entry,))

    def read(self) -> CallLogReader:
        return CallLogReader(self.site.database_path, self.site.journal_path)

    def is_in(self, place: Place, within_s: float = 30.0) -> bool:
        """Whether the writer got there in time."""
        if self.writer.status.place is place:
            return True
        seen = len(self.alarms.words)
        with self.alarms._changed:
            return self.alarms._changed.wait_for(
                lambda: self.writer.status.place is place or len(self.alarms.words) > seen, within_s
            ) and (self.writer.status.place is place or self.is_in(place, within_s))

    def rows(self) -> list[tuple[str, int]]:
        """(kind, at_ms) of every entry in the database, in its order."""
        with self.read() as log:
            return log._all("SELECT kind, at_ms FROM entries ORDER BY seq")


@contextmanager
def locked(log: Log) -> Iterator[None]:
    """Another program holds the database's write lock."""
    other = sqlite3.connect(log.site.database_path)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()
    finally:
        other.close()


def log_in(home: Path) -> Log:
    return Log(Site(home))


def expected_rows(calls: int, first: int = 0) -> list[tuple[str, int]]:
    return [(type(entry).__name__, entry.at_ms) for n in range(first, first + calls) for entry in story(n)]


def files_with(home: Path, text: str) -> list[str]:
    """The files below `home` whose bytes hold the text."""
    return [path.name for path in sorted(home.rglob("*")) if path.is_file() and text.encode() in path.read_bytes()]


def now_ms() -> int:
    return time.time_ns() // 1_000_000
