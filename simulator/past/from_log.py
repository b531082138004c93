"""How people behaved by the log: patience, talks, wrap-ups, menu times, phones and redials, queue by queue.

A queue with too few observations of its own is taken together with all others; what nobody was ever seen to do is left
out, so that whoever asks can fall back on what is assumed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from ivr.local_days import day_span
from queues.entries import Outcome
from queues.ids import QueueId
from simulator.past.kaplan_meier import Patience, patience
from simulator.past.logged import LoggedCall, LoggedSpan, opened, read, redials, unserved
from simulator.world import NONE, Duration, Phones, Shape

FEWEST = 30
"""Observations that a queue, or a level in it, needs to stand for itself."""
FEWEST_HUNG_UP = 20
"""Patience is known from those who hung up."""
WEEKS = 4
"""Habits are those of so many weeks up to the day in question."""
MOST_SAMPLES = 2_000
REDIAL_WITHIN_MS = 2 * 3_600_000
"""Whoever rings again so soon rings about the same matter."""
LEVEL_COUNT = 5

ByLevel = tuple[Duration, ...]


@dataclass(frozen=True, slots=True)
class Redialling:
    """Whether those who were not served rang again, and how long after they did."""

    share: float = 0.0
    after: Duration = NONE
    unserved: int = 0
    """Of how many that is known."""


@dataclass(frozen=True, slots=True)
class LoggedHabits:
    """By queue where there was enough; EMPIRICAL, milliseconds."""

    patience: Mapping[QueueId, Patience] = field(default_factory=dict)
    talk: Mapping[QueueId, ByLevel] = field(default_factory=dict)
    wrap_up: Mapping[QueueId, ByLevel] = field(default_factory=dict)
    menu: Mapping[QueueId, Duration] = field(default_factory=dict)
    redialling: Mapping[QueueId, Redialling] = field(default_factory=dict)
    phones: Phones = field(default_factory=Phones)
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Logged:
    """A day as a scenario takes it: who came into which line, counted from local midnight, and how people behaved."""

    arrivals_ms: Mapping[QueueId, tuple[int, ...]]
    patience: Mapping[QueueId, Duration]
    talk: Mapping[QueueId, Duration]


def logged(database: Path, day: date, timezone: str) -> Logged:
    """The day's calls by the queue they chose, habits being those of four weeks. Raises CallLogUnreadableError."""
    zone = ZoneInfo(timezone)
    from_ms, to_ms = day_span(day, zone)
    since_ms, _ = day_span(day - timedelta(weeks=WEEKS) + timedelta(days=1), zone)
    with opened(database) as log:
        whole = read(log, since_ms, to_ms)
    arrivals: dict[QueueId, list[int]] = {}
    for call in whole.calls:
        if call.queue and call.entered_ms >= from_ms:
            arrivals.setdefault(call.queue, []).append(call.entered_ms - from_ms)
    found = habits(whole)
    return Logged(
        arrivals_ms={queue: tuple(sorted(some)) for queue, some in arrivals.items()},
        patience={queue: one.duration() for queue, one in found.patience.items()},
        talk=_talks(whole.calls),
    )


def habits(span: LoggedSpan, queues: Iterable[QueueId] = ()) -> LoggedHabits:
    """What the calls of a span tell of people; of `queues`, or of all that had calls."""
    wanted = tuple(queues) or tuple(sorted({call.queue for call in span.calls if call.queue}))
    calls = [call for call in span.calls if not call.by_name]
    return LoggedHabits(
        patience=patience_by_queue(calls, wanted),
        talk=_by_level(calls, wanted, lambda call: call.talk_ms),
        wrap_up=_by_level(calls, wanted, lambda call: call.wrap_up_ms),
        menu=_menus(calls, wanted),
        redialling=redialling(calls, wanted, span.to_ms),
        phones=_phones(span),
        calls=len(calls),
    )


def patience_by_queue(calls: Sequence[LoggedCall], queues: Iterable[QueueId]) -> dict[QueueId, Patience]:
    """Kaplan and Meier's estimate by the first line; of all callers together where too few hung up in a line."""
    waits: dict[QueueId, list[tuple[int, bool]]] = {}
    for call in calls:
        if (waited := call.in_line_ms) is not None:
            waits.setdefault(call.queue, []).append((max(0, waited), call.hung_up_in_line))
    everybody = [one for some in waits.values() for one in some]
    if not any(hung_up for _, hung_up in everybody):
        return {}
    together = _patience(everybody)
    found = {}
    for queue in queues:
        own = waits.get(queue, [])
        enough = sum(hung_up for _, hung_up in own) >= FEWEST_HUNG_UP
        found[queue] = _patience(own) if enough else together
    return found


def _patience(waits: Sequence[tuple[int, bool]]) -> Patience:
    return patience([ms for ms, _ in waits], [hung_up for _, hung_up in waits])


def redialling(
    calls: Sequence[LoggedCall], queues: Iterable[QueueId], until_ms: int, within_ms: int = REDIAL_WITHIN_MS
) -> dict[QueueId, Redialling]:
    """Of the callers who showed a number and were followed long enough; by queue, or of all where they were few."""
    follows = {before.call: call for call, before in _followed(calls, within_ms)}
    seen: dict[QueueId, list[int | None]] = {}
    for call in calls:
        if call.caller and unserved(call) and call.ended_ms is not None and call.ended_ms + within_ms <= until_ms:
            after = follows.get(call.call)
            seen.setdefault(call.queue, []).append(None if after is None else after.entered_ms - call.ended_ms)
    together = _redials([one for some in seen.values() for one in some])
    own = {queue: seen.get(queue, []) for queue in queues}
    return {queue: _redials(some) if len(some) >= FEWEST else together for queue, some in own.items()}


def empirical(samples: Sequence[int]) -> Duration:
    """The samples with equal weight, thinned evenly where they are many; no chance at all if there is only one kind."""
    if len(set(samples)) == 1:
        return Duration(Shape.CONSTANT, float(samples[0]))
    rising = np.sort(np.asarray(samples, dtype=np.int64))
    if len(rising) > MOST_SAMPLES:
        rising = rising[((np.arange(MOST_SAMPLES) + 0.5) * len(rising) / MOST_SAMPLES).astype(np.int64)]
    return Duration(Shape.EMPIRICAL, 1.0, 0.0, tuple(rising.tolist()))


def _followed(calls: Sequence[LoggedCall], within_ms: int) -> list[tuple[LoggedCall, LoggedCall]]:
    before = redials(calls, within_ms)
    return [(call, before[call.call]) for call in calls if call.call in before]


def _redials(delays: Sequence[int | None]) -> Redialling:
    made = [delay for delay in delays if delay is not None]
    if not made:
        return Redialling(unserved=len(delays))
    return Redialling(len(made) / len(delays), empirical(made), len(delays))


def _talks(calls: Sequence[LoggedCall]) -> dict[QueueId, Duration]:
    """By queue, whoever answered; only queues that have talks enough."""
    found: dict[QueueId, list[int]] = {}
    for call in calls:
        if call.talk_ms is not None and call.answered_in:
            found.setdefault(call.answered_in, []).append(call.talk_ms)
    return {queue: empirical(some) for queue, some in found.items() if len(some) >= FEWEST}


def _by_level(
    calls: Sequence[LoggedCall], queues: Iterable[QueueId], of: Callable[[LoggedCall], int | None]
) -> dict[QueueId, ByLevel]:
    """By queue and by who answered; failing that by queue, failing that by who answered, failing that of all."""
    cells: dict[tuple[QueueId | None, int | None], list[int]] = {}
    for call in calls:
        if (length := of(call)) is not None and call.answered_in:
            for queue in (call.answered_in, None):
                for level in (call.level, None):
                    cells.setdefault((queue, level), []).append(length)
    if not cells:
        return {}
    known = {cell: empirical(some) for cell, some in cells.items() if len(some) >= FEWEST}
    anything = empirical(cells[None, None])

    def cell(queue: QueueId, level: int) -> Duration:
        several = ((queue, level), (queue, None), (None, level))
        return next((known[one] for one in several if one in known), anything)

    return {queue: tuple(cell(queue, level) for level in range(LEVEL_COUNT)) for queue in queues}


def _menus(calls: Sequence[LoggedCall], queues: Iterable[QueueId]) -> dict[QueueId, Duration]:
    """From the attendant's answer to the first line."""
    spans: dict[QueueId, list[int]] = {}
    for call in calls:
        if call.queued_ms is not None and call.keys and not call.recovered:
            spans.setdefault(call.queue, []).append(call.queued_ms - call.entered_ms)
    together = [one for some in spans.values() for one in some]
    if not together:
        return {}
    own = {queue: spans.get(queue, []) for queue in queues}
    return {queue: empirical(some if len(some) >= FEWEST else together) for queue, some in own.items()}


def _phones(span: LoggedSpan) -> Phones:
    """How long our people let it ring, and how often nobody picked up."""
    rang = [offer.rang_ms for offer in span.offers if not offer.missed]
    if not rang:
        return Phones()
    misses = sum(offer.missed for offer in span.offers)
    return Phones(empirical(rang), misses / len(span.offers))


def outcomes(calls: Iterable[LoggedCall]) -> Counter[Outcome]:
    """How many ended how."""
    return Counter(call.outcome for call in calls if call.outcome is not None)
