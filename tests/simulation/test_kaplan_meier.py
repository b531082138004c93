import numpy as np
import pytest
from scipy import stats

from simulator.past.kaplan_meier import SAMPLES, patience, survival
from simulator.world import FOR_EVER, NEVER_MS

REMISSION = ((6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (9, 0), (10, 1), (10, 0), (11, 0), (13, 1), (16, 1), (17, 0))
REMISSION += ((19, 0), (20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0), (34, 0), (35, 0))
"""Weeks in remission under 6-MP (Freireich 1963), the textbooks' own example; 0: still in remission when last seen."""


def test_the_textbook_table():
    steps, stays, waiting = survival(*zip(*REMISSION, strict=True))
    assert steps.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert waiting.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert np.round(stays, 3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]


def test_a_table_by_hand_and_its_samples():
    # At risk 4, 3, 1: stays 3/4, 3/4 · 2/3 = 1/2, 0; the answer at 30 is a wait that might have gone on.
    found = patience((10, 20, 30, 40), (True, True, False, True), fewest_waiting=1)
    assert found.stays.tolist() == pytest.approx([0.75, 0.5, 0.0])
    samples = found.duration().samples
    assert [samples.count(one) for one in (10, 20, 40)] == [SAMPLES // 4, SAMPLES // 4, SAMPLES // 2]


def test_an_answer_at_the_instant_of_a_hang_up_counts_as_going_on():
    assert survival((10, 10), (True, False))[1].tolist() == [0.5]


def test_who_was_never_seen_to_hang_up_waits_for_ever():
    assert patience((10_000, 50_000), (False, False)).duration() == FOR_EVER
    assert patience((), ()).duration() == FOR_EVER


def test_patience_is_found_behind_answers_and_beyond_all_that_was_seen():
    random = np.random.default_rng(11)
    true, answered = random.exponential(300_000, 20_000), random.exponential(60_000, 20_000)
    waits = np.minimum(true, answered).astype(int)
    found = patience(waits, true < answered)
    assert found.trusted_ms < 900_000
    assert found.observed < 4_000
    for share in (0.1, 0.5, 0.9):
        assert found.left_at(np.array(1 - share)) == pytest.approx(stats.expon.ppf(share) * 300_000, rel=0.08)
    assert np.mean(found.duration().samples) == pytest.approx(300_000, rel=0.08)
    # What the estimate corrects: those who hung up, hung up soon.
    assert waits[true < answered].mean() < 60_000


def test_the_stair_is_followed_while_ten_still_wait_and_then_a_rate():
    waits = [*range(1_000, 21_000, 1_000)]
    found = patience(waits, [True] * 20)
    assert found.trusted_ms == 11_000
    assert found.steps_ms.tolist() == [*range(1_000, 12_000, 1_000)]
    assert found.stays[-1] == pytest.approx(9 / 20)
    # Half of them left by 10 500 ms; the other ten stayed 50 000 ms more between them.
    assert found.leaves_per_ms == pytest.approx(10 / 50_000)
    assert found.share_staying(np.array(16_000.0)) == pytest.approx(0.45 * np.exp(-1))
    assert found.left_at(np.array(0.45 * np.exp(-1))) == pytest.approx(16_000)


def test_whoever_has_waited_so_long_goes_on_as_those_who_did():
    random = np.random.default_rng(5)
    lognormal = random.lognormal(11, 1.0, 40_000)
    found = patience(lognormal.astype(int), np.ones(40_000, bool))
    waited = np.full(50_000, 80_000.0)
    drawn = found.beyond(waited, random.random(50_000))
    assert (drawn > 80_000).all()
    rest = lognormal[lognormal > 80_000]
    for quantile in (0.25, 0.5, 0.9):
        assert np.quantile(drawn, quantile) == pytest.approx(np.quantile(rest, quantile), rel=0.02)


def test_without_anybody_hanging_up_later_the_rate_is_that_of_all():
    found = patience((5_000, *[60_000] * 19), (True, *[False] * 19))
    assert found.leaves_per_ms == pytest.approx(1 / (5_000 + 19 * 60_000))
    assert max(found.duration().samples) < NEVER_MS
