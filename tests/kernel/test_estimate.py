"""The estimated wait: what is foreseen, what is made of how such forecasts turned out, and when nothing is said."""

import pytest

from queues.estimate import (
    FEWEST_JUDGED,
    FEWEST_SPANS,
    FEWEST_TRIED,
    LONGEST_SAID_MIN,
    MINUTE_MS,
    SPANS_LIVE_MS,
    Forecast,
    Judged,
    Pace,
    Record,
    estimated_wait_ms,
)
from queues.ids import Instant
from tests.kernel.simulated_line import simulate

SEEDS = range(3)


def pace_of(*spans_ms):
    """A line in which somebody always stood and was taken after each span; and the instant of the last."""
    pace, now = Pace(), 0
    pace.begins(Instant(0))
    for span in spans_ms:
        now += span
        pace.taken(Instant(now))
    return pace, Instant(now)


# ── the pace ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_wait_is_as_many_takings_as_there_are_places():
    pace, now = pace_of(20_000, 40_000, 30_000)
    assert estimated_wait_ms(pace, 3, 0, now) == 90_000


def test_an_unknown_pace_foresees_what_the_head_has_waited():
    pace, now = pace_of(*[20_000] * (FEWEST_SPANS - 1))
    assert estimated_wait_ms(pace, 3, 75_000, now) == 75_000


def test_time_in_which_nobody_stood_in_line_is_no_wait():
    pace, now = pace_of(20_000, 20_000, 20_000)
    pace.ends(now)
    pace.begins(Instant(now + 3_600))
    pace.taken(Instant(now + 3_600 + 20_000))
    assert estimated_wait_ms(pace, 1, 0, Instant(now + 23_600)) == 20_000


def test_who_gave_up_before_anybody_was_taken_waited_too():
    pace, now = pace_of(20_000, 20_000, 20_000)
    pace.ends(Instant(now + 30_000))
    pace.begins(Instant(now + 100_000))
    pace.taken(Instant(now + 110_000))
    assert pace.per_taking_ms(Instant(now + 110_000)) == (3 * 20_000 + 30_000 + 10_000) // 4


def test_whoever_is_taken_at_once_says_nothing_of_the_pace():
    pace, now = pace_of(20_000, 20_000, 20_000)
    pace.ends(now)
    for n in range(5):
        pace.begins(Instant(now + n))
        pace.taken(Instant(now + n))
        pace.ends(Instant(now + n))
    assert estimated_wait_ms(pace, 1, 0, Instant(now + 5)) == 20_000


def test_a_line_that_stands_still_slows_the_pace_before_anybody_is_taken():
    pace, now = pace_of(20_000, 20_000, 20_000)
    assert estimated_wait_ms(pace, 1, 0, Instant(now + 300_000)) == 120_000


def test_a_pace_of_this_morning_is_not_this_afternoons():
    pace, now = pace_of(20_000, 20_000, 20_000)
    pace.ends(now)
    assert estimated_wait_ms(pace, 1, 0, Instant(now + SPANS_LIVE_MS - 40_000)) == 20_000
    assert estimated_wait_ms(pace, 1, 0, Instant(now + SPANS_LIVE_MS + 1)) == 0


# ── what may be said ────────────────────────────────────────────────────────────────────────────────────────────
def record_of(shares, *, foreseen_ms=6 * MINUTE_MS, position=200):
    """A record in which waits were these shares (percent) of what was foreseen, again and again."""
    record = Record()
    for n in range(FEWEST_JUDGED + FEWEST_TRIED):
        record.judge(record.forecast(foreseen_ms, position), foreseen_ms * shares[n % len(shares)] // 100)
    return record


def said(record, ms, position=200):
    forecast = record.forecast(ms, position)
    return forecast.made if forecast.may_be_said else None


def test_forecasts_that_were_right_are_said_as_a_narrow_interval():
    assert said(record_of([90, 100, 110]), 6 * MINUTE_MS) == (5, 7)


def test_forecasts_that_were_always_too_short_end_later():
    assert said(record_of([140, 150, 160]), 4 * MINUTE_MS) == (3, 6)


def test_nothing_is_said_before_enough_is_known():
    record = Record()
    for _ in range(FEWEST_JUDGED + FEWEST_TRIED - 1):
        record.judge(record.forecast(6 * MINUTE_MS, 200), 6 * MINUTE_MS)
        assert said(record, 6 * MINUTE_MS) is None
    record.judge(record.forecast(6 * MINUTE_MS, 200), 6 * MINUTE_MS)
    assert said(record, 6 * MINUTE_MS)


def test_nothing_is_said_while_the_measured_error_is_large():
    assert said(record_of([30, 100, 250]), 6 * MINUTE_MS) is None


def test_nothing_is_said_once_the_intervals_do_not_hold():
    record = record_of([100])
    while said(record, 6 * MINUTE_MS):
        record.judge(record.forecast(6 * MINUTE_MS, 200), 20 * MINUTE_MS)
    tried = [one.held for one in record._judged[3] if one.held is not None]
    assert sum(tried) >= 0.7 * len(tried)


@pytest.mark.parametrize(("failed", "says"), [(5, True), (6, False)])
def test_four_in_five_of_the_intervals_must_have_held(failed, says):
    record = Record()
    judged = [Judged(100, n >= failed) for n in range(25)]
    record._judged[3].extend(judged)
    assert record.forecast(6 * MINUTE_MS, 200) == Forecast(6 * MINUTE_MS, (5, 7), may_be_said=says)


def test_what_chance_alone_spreads_is_never_said_narrower():
    """One that is fourth in line waits for four takings, however well it went lately."""
    assert said(record_of([100], position=4), 6 * MINUTE_MS, position=4) is None
    assert said(record_of([100]), 6 * MINUTE_MS) == (5, 7)


@pytest.mark.parametrize("ms", [0, 1, 30_000, MINUTE_MS - 1])
def test_less_than_a_minute_is_never_said(ms):
    record = record_of([100], foreseen_ms=max(ms, 1))
    assert said(record, ms) is None


def test_a_wait_beyond_foresight_is_not_said():
    ms = (LONGEST_SAID_MIN + 1) * MINUTE_MS
    assert said(record_of([100], foreseen_ms=ms), ms) is None


def test_who_gave_up_early_says_nothing_and_who_gave_up_late_counts():
    record = record_of([100])
    before = list(record._judged[3])
    record.gave_up(record.forecast(6 * MINUTE_MS, 200), 2 * MINUTE_MS)
    assert list(record._judged[3]) == before
    record.gave_up(record.forecast(6 * MINUTE_MS, 200), 12 * MINUTE_MS)
    assert record._judged[3][-1].share == 200


# ── whole days ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", SEEDS)
def test_in_a_steady_line_what_is_said_holds_and_a_naive_fifth_would_not(seed):
    day = simulate(seed, lambda _now: 9)
    assert len(day.said()) > 300
    assert day.share_right() >= 0.8
    assert day.share_right_of_a_fifth() < 0.7
    assert sum(minutes is not None for minutes in day.shown) > 50


@pytest.mark.parametrize("seed", SEEDS)
def test_people_who_give_up_do_not_make_what_is_said_wrong(seed):
    day = simulate(seed, lambda _now: 30, between_ms=6_000, patience_ms=1_200_000)
    assert len(day.said()) > 300
    assert day.share_right() >= 0.85


@pytest.mark.parametrize("seed", SEEDS)
def test_a_line_that_nobody_can_foresee_is_silent(seed):
    """Now fourteen people, now one, for twenty minutes each."""
    day = simulate(seed, lambda now: 14 if (now // 1_200_000) % 2 == 0 else 1)
    assert len(day.forecasts) > 10_000
    assert len(day.said()) <= len(day.forecasts) / 1_000
    assert sum(minutes is not None for minutes in day.shown) <= len(day.shown) / 1_000
