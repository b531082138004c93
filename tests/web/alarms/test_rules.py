"""When an alarm comes, when it is over, and that it does neither again and again; by a clock that the test moves."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.config.alarm_entries import AlarmKind, AlarmsFile, LevelEntry, LineAlarmsEntry
from ivr.web.alarms.rules import Facts, Key, LineFacts, Severity, look
from queues.ids import PartnerId, QueueId

BYGG = QueueId("bygg")
RULES = AlarmsFile(defaults=LineAlarmsEntry(longest_wait_s=600, nobody_logged_in_s=60))
CALM = LineFacts(open=True, logged_in=2)


class Watch:
    """Looks every second, and what is alarmed after each."""

    def __init__(self, rules: AlarmsFile = RULES) -> None:
        self.rules, self.watched, self.now_s = rules, {}, 1_000_000

    def sees(self, seconds: int = 1, **facts) -> list[AlarmKind]:
        line = facts.pop("line", CALM)
        for _ in range(seconds):
            self.now_s += 1
            now = Facts(at_ms=self.now_s * 1000, lines={BYGG: line}, **facts)
            self.watched = look(self.watched, now, self.rules)
        return self.on()

    def on(self) -> list[AlarmKind]:
        return [key.kind for key, watched in self.watched.items() if watched.raised_ms]

    def of(self, kind: AlarmKind, subject: str = ""):
        return self.watched[Key(kind, subject)]


@pytest.fixture
def watch() -> Watch:
    return Watch()


def waits(seconds: int) -> LineFacts:
    return replace(CALM, longest_wait_ms=seconds * 1000, waiting=1)


def test_somebody_who_has_waited_too_long_is_an_alarm_at_once_and_exactly_then(watch):
    assert watch.sees(line=waits(600)) == []
    assert watch.sees(line=replace(CALM, longest_wait_ms=600_001)) == [AlarmKind.LONGEST_WAIT]


def test_a_wait_that_hovers_about_the_threshold_is_one_alarm(watch):
    watch.sees(line=waits(601))
    raised_ms = watch.of(AlarmKind.LONGEST_WAIT, BYGG).raised_ms
    for _ in range(50):
        watch.sees(line=waits(599))
        watch.sees(line=waits(602))
    assert watch.of(AlarmKind.LONGEST_WAIT, BYGG).raised_ms == raised_ms


def test_it_is_over_when_it_has_been_well_inside_for_a_while(watch):
    watch.sees(line=waits(601))
    assert watch.sees(3600, line=waits(481)) == [AlarmKind.LONGEST_WAIT]
    assert watch.sees(30, line=waits(480)) == [AlarmKind.LONGEST_WAIT]
    assert watch.sees(1, line=waits(480)) == []


def test_being_well_again_begins_anew_after_each_relapse(watch):
    watch.sees(line=waits(601))
    for _ in range(5):
        watch.sees(29, line=waits(0))
        watch.sees(1, line=waits(500))
    assert watch.on() == [AlarmKind.LONGEST_WAIT]


def test_nobody_logged_in_is_an_alarm_after_a_minute_while_it_is_open_and_worse_with_somebody_in_line(watch):
    alone = replace(CALM, logged_in=0)
    assert watch.sees(3600, line=replace(alone, open=False)) == []
    assert watch.sees(60, line=alone) == []
    assert watch.sees(1, line=alone) == [AlarmKind.NOBODY_LOGGED_IN]
    assert watch.of(AlarmKind.NOBODY_LOGGED_IN, BYGG).severity is Severity.WARNING
    watch.sees(1, line=replace(alone, waiting=1))
    assert watch.of(AlarmKind.NOBODY_LOGGED_IN, BYGG).severity is Severity.SEVERE
    watch.sees(1, line=alone)
    assert watch.of(AlarmKind.NOBODY_LOGGED_IN, BYGG).severity is Severity.SEVERE


def test_a_minute_without_people_counts_from_the_last_time_there_were_any(watch):
    watch.sees(50, line=replace(CALM, logged_in=0))
    watch.sees(1)
    assert watch.sees(60, line=replace(CALM, logged_in=0)) == []


def test_a_silent_engine_is_an_alarm_within_ten_seconds_and_its_lines_keep_theirs(watch):
    watch.sees(line=waits(601))
    silent_from = watch.now_s * 1000
    for _ in range(3):
        assert watch.sees(line=waits(0), stale_since_ms=silent_from) == [AlarmKind.LONGEST_WAIT]
    on = watch.sees(60, line=waits(0), stale_since_ms=silent_from)
    assert sorted(on) == [AlarmKind.ENGINE, AlarmKind.LONGEST_WAIT]
    assert watch.of(AlarmKind.ENGINE).severity is Severity.SEVERE


def test_a_silent_engine_raises_nothing_about_its_lines(watch):
    watch.sees()
    old = watch.now_s * 1000
    on = watch.sees(600, line=replace(CALM, logged_in=0, longest_wait_ms=10**9), stale_since_ms=old, paused="link")
    assert on == [AlarmKind.ENGINE]


def test_a_lost_link_is_an_alarm_after_three_seconds(watch):
    assert watch.sees(3, paused="link_lost") == []
    assert watch.sees(1, paused="link_lost") == [AlarmKind.LINK]


@pytest.mark.fault("F61", "F62")
def test_rows_beside_the_database_and_a_filling_disk_are_alarms(watch):
    """F62: at ten percent left, and again, worse, at five."""
    assert watch.sees(log_place="journal") == [AlarmKind.LOG]
    assert watch.sees(31) == []
    assert watch.sees(disk_free=0.10) == []
    assert watch.sees(disk_free=0.0999) == [AlarmKind.DISK]
    assert watch.of(AlarmKind.DISK).severity is Severity.WARNING
    watch.sees(disk_free=0.0499)
    assert watch.of(AlarmKind.DISK).severity is Severity.SEVERE
    assert watch.sees(600, disk_free=0.105) == [AlarmKind.DISK]
    assert watch.sees(31, disk_free=0.12) == []


@pytest.mark.parametrize("state", ["circuit_open", "unreachable", "spent"])
def test_a_partner_that_takes_no_calls_is_an_alarm(watch, state):
    assert watch.sees(partners={PartnerId("svar"): state}) == [AlarmKind.PARTNER]
    assert watch.sees(31, partners={PartnerId("svar"): "open"}) == []


def test_a_partner_closed_by_its_hours_is_none(watch):
    assert watch.sees(60, partners={PartnerId("svar"): "closed"}) == []


def test_a_broken_promise_is_an_alarm_until_it_is_kept(watch):
    assert watch.sees(line=replace(CALM, callbacks_overdue=1)) == [AlarmKind.CALLBACK]
    assert watch.sees(31) == []


def test_a_low_level_needs_calls_enough_to_say_anything():
    watch = Watch(AlarmsFile(defaults=LineAlarmsEntry(level=LevelEntry(under_percent=50, calls=10))))
    assert watch.sees(line=replace(CALM, counted=9, answered_within=0)) == []
    assert watch.sees(line=replace(CALM, counted=10, answered_within=4)) == [AlarmKind.LEVEL]
    assert watch.of(AlarmKind.LEVEL, BYGG).figure == 40
    assert watch.sees(600, line=replace(CALM, counted=100, answered_within=54)) == [AlarmKind.LEVEL]
    assert watch.sees(31, line=replace(CALM, counted=100, answered_within=55)) == []


def test_dead_letters_are_an_alarm(watch):
    assert watch.sees(dead_letters={"arenden": 1}) == [AlarmKind.WEBHOOK]
    assert watch.sees(31, dead_letters={"arenden": 0}) == []


@pytest.mark.parametrize(
    "rules",
    [
        RULES.model_copy(update={"silent": (AlarmKind.LONGEST_WAIT,)}),
        RULES.model_copy(update={"queues": {"bygg": LineAlarmsEntry(silent=(AlarmKind.LONGEST_WAIT,))}}),
        RULES.model_copy(update={"queues": {"bygg": LineAlarmsEntry(longest_wait_s=3600)}}),
    ],
)
def test_what_is_switched_off_or_allowed_more_is_no_alarm(rules):
    assert Watch(rules).sees(line=waits(601)) == []


def test_a_queue_that_is_gone_has_no_alarm_after_a_while(watch):
    watch.sees(line=waits(601))
    for _ in range(31):
        watch.now_s += 1
        watch.watched = look(watch.watched, Facts(at_ms=watch.now_s * 1000), RULES)
    assert watch.on() == []


READINGS = st.builds(
    LineFacts,
    longest_wait_ms=st.sampled_from([0, 470_000, 500_000, 599_000, 601_000, 900_000]),
    waiting=st.integers(0, 3),
    open=st.booleans(),
    logged_in=st.integers(0, 1),
    callbacks_overdue=st.integers(0, 1),
)


@given(st.lists(st.tuples(READINGS, st.booleans()), max_size=120))
def test_whatever_happens_alarms_are_apart_and_last(looks):
    """An alarm lasts as long as it takes to be sure that it is over; a new one of the same comes never sooner."""
    watch, raised, over = Watch(), {}, {}
    for line, silent in looks:
        before = set(watch.on())
        watch.sees(line=line, stale_since_ms=watch.now_s * 1000 if silent else 0)
        for kind in set(watch.on()) - before:
            assert watch.now_s - over.get(kind, 0) >= 0
            raised[kind] = watch.now_s
        for kind in before - set(watch.on()):
            assert watch.now_s - raised[kind] > RULES.clear_after_s
            over[kind] = watch.now_s
