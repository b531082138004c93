"""When something is wrong enough for somebody to be told, and when it is well again. Pure: no clock, no store.

Two rules. What is not known is neither wrong nor well: while the engine is silent its lines keep the alarms they had.
And what is well again must stay so for a while, clearly inside the threshold, before its alarm is over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from ivr.config.alarm_entries import AlarmKind, AlarmsFile, LineAlarmsEntry
from queues.ids import PartnerId, QueueId

FAILING_PARTNER = frozenset({"circuit_open", "unreachable", "spent"})
LEVEL_MARGIN = 5
"""So many percentage points above the threshold is a level well again."""
DISK_MARGIN = 0.01


class Severity(StrEnum):
    """How bad."""

    WARNING = "warning"
    SEVERE = "severe"

    @property
    def rank(self) -> int:
        """The worst is 0."""
        return 0 if self is Severity.SEVERE else 1


class Key(NamedTuple):
    """What one alarm is about: never two for the same."""

    kind: AlarmKind
    subject: str = ""
    """The queue, partner or subscriber; "" for the house."""


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line now."""

    longest_wait_ms: int = 0
    waiting: int = 0
    answered_within: int = 0
    """Of the last half hour, within the goal."""
    counted: int = 0
    """Of the last half hour, what those are a share of."""
    open: bool = False
    logged_in: int = 0
    """Those who may take its calls."""
    callbacks_overdue: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the rules look at, at one instant."""

    at_ms: int
    stale_since_ms: int = 0
    """Since when the engine has said nothing; 0 if it does."""
    paused: str = ""
    """Why no call is offered to anybody; "" if calls are."""
    log_place: str = "database"
    disk_free: float = 1.0
    lines: Mapping[QueueId, LineFacts] = field(default_factory=dict)
    partners: Mapping[PartnerId, str] = field(default_factory=dict)
    dead_letters: Mapping[str, int] = field(default_factory=dict)
    """Webhook subscribers that miss deliveries which are no longer tried."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing looked at. Neither bad nor well: between the two, or not known."""

    key: Key
    bad: bool
    well: bool
    figure: int = 0
    """What was read: seconds, calls, percent."""
    after_ms: int = 0
    """How long it must be bad before it is an alarm."""
    severity: Severity = Severity.WARNING


@dataclass(frozen=True, slots=True)
class Watched:
    """What is remembered of a key between two looks; an alarm is on from `raised_ms` until this is dropped."""

    bad_since_ms: int
    raised_ms: int = 0
    """0: not yet an alarm."""
    well_since_ms: int = 0
    """0: not well."""
    figure: int = 0
    severity: Severity = Severity.WARNING
    """The worst since it was raised."""


def look(watched: Mapping[Key, Watched], facts: Facts, rules: AlarmsFile) -> dict[Key, Watched]:
    """What is remembered after a look. A key that nothing is read about any more is well."""
    found = {reading.key: reading for reading in readings(facts, rules)}
    gone = {key: Reading(key, bad=False, well=True) for key in watched if key not in found}
    after = {}
    for key, reading in (found | gone).items():
        now = _after(watched.get(key), reading, facts.at_ms, rules.clear_after_s * 1000)
        if now is not None:
            after[key] = now
    return after


def _after(before: Watched | None, reading: Reading, now_ms: int, clear_ms: int) -> Watched | None:
    if reading.bad:
        return _bad(before or Watched(now_ms), reading, now_ms)
    if before is None or not before.raised_ms:
        return None
    if not reading.well:
        return replace(before, well_since_ms=0)
    since_ms = before.well_since_ms or now_ms
    return None if now_ms - since_ms >= clear_ms else replace(before, well_since_ms=since_ms)


def _bad(before: Watched, reading: Reading, now_ms: int) -> Watched:
    due = before.raised_ms == 0 and now_ms - before.bad_since_ms >= reading.after_ms
    severe = Severity.SEVERE in {reading.severity, before.severity if before.raised_ms else reading.severity}
    return Watched(
        bad_since_ms=before.bad_since_ms,
        raised_ms=now_ms if due else before.raised_ms,
        figure=reading.figure,
        severity=Severity.SEVERE if severe else Severity.WARNING,
    )


# ── what is read ───────────────────────────────────────────────────────────────────────────────────────────────────
def readings(facts: Facts, rules: AlarmsFile) -> Iterator[Reading]:
    """Everything that can be wrong, each once, but for what is switched off."""
    for reading in _house(facts, rules):
        if reading.key.kind not in rules.silent:
            yield reading
    for queue, line in facts.lines.items():
        entry = rules.of(queue)
        for reading in _line(queue, line, entry, rules):
            if reading.key.kind not in entry.silent:
                # A silent engine: what its lines were is remembered, and what they are is not known.
                yield replace(reading, bad=False, well=False) if facts.stale_since_ms else reading


def _house(facts: Facts, rules: AlarmsFile) -> Iterator[Reading]:
    silent_ms = facts.at_ms - facts.stale_since_ms if facts.stale_since_ms else 0
    gone = silent_ms >= rules.engine_gone_s * 1000
    # What it says of its link and its log is old while it is silent.
    known = not facts.stale_since_ms
    yield Reading(Key(AlarmKind.ENGINE), gone, known, silent_ms // 1000, severity=Severity.SEVERE)
    lost = known and bool(facts.paused)
    link_ms = rules.link_lost_s * 1000
    yield Reading(Key(AlarmKind.LINK), lost, known and not lost, after_ms=link_ms, severity=Severity.SEVERE)
    astray = known and facts.log_place != "database"
    yield Reading(Key(AlarmKind.LOG), astray, known and not astray)
    yield _disk(facts, rules)
    for partner, state in facts.partners.items():
        failing = known and state in FAILING_PARTNER
        key = Key(AlarmKind.PARTNER, partner)
        yield Reading(key, failing, known and not failing, after_ms=rules.partner_s * 1000)
    for subscriber, dead in facts.dead_letters.items():
        yield Reading(Key(AlarmKind.WEBHOOK, subscriber), dead > 0, dead == 0, dead)


def _disk(facts: Facts, rules: AlarmsFile) -> Reading:
    filling = facts.disk_free < rules.disk_percent / 100
    severe = facts.disk_free < rules.disk_severe_percent / 100
    well = facts.disk_free >= rules.disk_percent / 100 + DISK_MARGIN
    severity = Severity.SEVERE if severe else Severity.WARNING
    return Reading(Key(AlarmKind.DISK), filling, well, round(facts.disk_free * 100), severity=severity)


def _line(queue: QueueId, line: LineFacts, entry: LineAlarmsEntry, rules: AlarmsFile) -> Iterator[Reading]:
    if entry.longest_wait_s is not None:
        most_ms = entry.longest_wait_s * 1000
        well = line.longest_wait_ms <= most_ms * rules.clear_percent // 100
        wait_s = line.longest_wait_ms // 1000
        yield Reading(Key(AlarmKind.LONGEST_WAIT, queue), line.longest_wait_ms > most_ms, well, wait_s)
    if entry.waiting_over is not None:
        well = line.waiting <= entry.waiting_over * rules.clear_percent // 100
        yield Reading(Key(AlarmKind.WAITING, queue), line.waiting > entry.waiting_over, well, line.waiting)
    if entry.level is not None:
        yield _level(queue, line, entry.level.under_percent, entry.level.calls)
    if entry.nobody_logged_in_s is not None:
        nobody = line.open and not line.logged_in
        after_ms = entry.nobody_logged_in_s * 1000
        severity = Severity.SEVERE if line.waiting else Severity.WARNING
        key = Key(AlarmKind.NOBODY_LOGGED_IN, queue)
        yield Reading(key, nobody, not nobody, line.waiting, after_ms, severity)
    late = line.callbacks_overdue
    yield Reading(Key(AlarmKind.CALLBACK, queue), late > 0, late == 0, late)


def _level(queue: QueueId, line: LineFacts, under_percent: int, calls: int) -> Reading:
    """Too few calls to say anything: well, since an alarm about them would say nothing either."""
    percent = 100 * line.answered_within // line.counted if line.counted else 100
    enough = line.counted >= calls
    well = not enough or percent >= min(under_percent + LEVEL_MARGIN, 100)
    return Reading(Key(AlarmKind.LEVEL, queue), enough and percent < under_percent, well, percent)
