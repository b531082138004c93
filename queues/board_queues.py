"""Where happenings are counted: by line, for the day, its quarters of an hour and its last hour of minutes. Pure."""

from dataclasses import dataclass, field

from queues.board_counts import Counts, whole_seconds
from queues.ids import AgentId, Instant, QueueId, partner_of

QUARTER_MS = 900_000
MINUTE_MS = 60_000
MINUTES_KEPT = 60


@dataclass(slots=True)
class BoardQueue:
    """One line, or ("") the whole house with every call in it. Nobody but the fold changes it."""

    id: QueueId
    day: Counts = field(default_factory=Counts)
    quarters: dict[int, Counts] = field(default_factory=dict)
    """By which quarter of an hour since the day began, from 0; those in which nothing happened are not there."""
    minutes: dict[int, Counts] = field(default_factory=dict)
    """By minute since 1970; the last hour's, as far as it was today."""

    def last(self, minutes: int, now_ms: int) -> Counts:
        """What happened in so many minutes up to now, at the most 60, the one under way included."""
        counts, newest = Counts(), now_ms // MINUTE_MS
        for minute, some in self.minutes.items():
            if newest - minutes < minute <= newest:
                counts.add(some)
        return counts

    def spans(self, at_ms: int, day_starts_ms: int) -> list[Counts]:
        """Where a happening of this instant counts: it is of the day."""
        quarter = (at_ms - day_starts_ms) // QUARTER_MS
        if (of_quarter := self.quarters.get(quarter)) is None:
            of_quarter = self.quarters[quarter] = Counts()
        minute = at_ms // MINUTE_MS
        if (of_minute := self.minutes.get(minute)) is None:
            if self.minutes and minute <= max(self.minutes) - MINUTES_KEPT:
                return [self.day, of_quarter]
            of_minute = self._minute(minute)
        return [self.day, of_quarter, of_minute]

    def _minute(self, minute: int) -> Counts:
        for old in [m for m in self.minutes if m <= minute - MINUTES_KEPT]:
            del self.minutes[old]
        self.minutes[minute] = Counts()
        return self.minutes[minute]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was counted, so that it can be taken back."""

    at_ms: Instant
    queue: QueueId
    agent: AgentId
    wait_ms: int


class Ledger:
    """The counts of one day, of every line and of the house."""

    def __init__(self, day_starts_ms: int) -> None:
        self.day_starts_ms = Instant(day_starts_ms)
        self.queues: dict[QueueId, BoardQueue] = {}
        self.house = BoardQueue(QueueId(""))

    def begin(self, at_ms: int, there: list[QueueId]) -> None:
        """Another day begins, with a call in each of these lines ("": in none)."""
        self.day_starts_ms = Instant(at_ms)
        self.queues, self.house = {}, BoardQueue(QueueId(""))
        self.house.day.carried = len(there)
        for queue in there:
            if queue:
                self.line(queue).day.carried += 1

    def line(self, queue: QueueId) -> BoardQueue:
        """The line, which anybody may be the first to stand in."""
        if (line := self.queues.get(queue)) is None:
            line = self.queues[queue] = BoardQueue(queue)
        return line

    def count(self, queue: QueueId, at_ms: int, name: str, by: int = 1) -> None:
        """It has happened so many times in the line, if it is one, and in the house."""
        if queue:
            self.of_line(queue, at_ms, name, by)
        self.of_house(at_ms, name, by)

    def of_line(self, queue: QueueId, at_ms: int, name: str, by: int = 1) -> None:
        """Likewise, and the house knows nothing of it."""
        if at_ms >= self.day_starts_ms:
            for counts in self.line(queue).spans(at_ms, self.day_starts_ms):
                setattr(counts, name, getattr(counts, name) + by)

    def of_house(self, at_ms: int, name: str, by: int = 1) -> None:
        """Likewise, and no line does."""
        if at_ms >= self.day_starts_ms:
            for counts in self.house.spans(at_ms, self.day_starts_ms):
                setattr(counts, name, getattr(counts, name) + by)

    def answered(self, answer: Answer, by: int = 1) -> None:
        """Somebody answered; with -1 they did not after all."""
        if answer.at_ms < self.day_starts_ms:
            return
        lines = [self.line(answer.queue), self.house] if answer.queue else [self.house]
        wait = whole_seconds(answer.wait_ms)
        for counts in (c for line in lines for c in line.spans(answer.at_ms, self.day_starts_ms)):
            if partner_of(answer.agent):
                counts.external += by
                continue
            counts.answered += by
            counts.wait_answered_ms += by * answer.wait_ms
            counts.waits[wait] += by
            if not counts.waits[wait]:
                del counts.waits[wait]

    def gave_up(self, queue: QueueId, at_ms: int, wait_ms: int, *, short: bool) -> None:
        """Somebody hung up in line after so long."""
        if at_ms < self.day_starts_ms:
            return
        for line in (self.line(queue), self.house):
            for counts in line.spans(at_ms, self.day_starts_ms):
                counts.short_abandoned += short
                counts.abandon_waits[whole_seconds(wait_ms)] += 1

    def carried(self, queue: QueueId, by: int) -> None:
        """So many calls more were in this line when the day began; "" for the house."""
        (self.line(queue) if queue else self.house).day.carried += by
