"""What is counted of a chunk: against calls made by hand, and against a plain count of any calls at all."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.contacts import (
    ABANDONED,
    ANSWERED,
    CALLBACK_FAILED,
    CALLBACK_KEPT,
    CLOSED,
    FAILED,
    NOT_SETTLED,
    PARTNER,
    SETTLED,
    TURNED_AWAY,
)
from simulator.measuring import columns as c
from simulator.measuring.tally import PARTS, joined, tally
from tests.simulation.made_outcomes import DAY_MS, PARTNERS_LINE, Call, outcomes, scenario


def counted(*replications, **run):
    return tally(scenario(**run), *outcomes(replications))


def only(tallies, column, queue=0, row=0):
    return int(tallies.counts[row, queue, column])


def test_an_answer_counts_as_its_wait_its_talk_and_who_gave_it():
    tallies = counted(
        [
            Call(at=10, wait=120, talk=200, wrap_up=30, transfers=1, offers=3),
            Call(at=20, wait=120.001, seat=2, settled=NOT_SETTLED),
            Call(at=30, wait=5, seat=PARTNERS_LINE, fate=PARTNER),
        ]
    )
    found = {name: only(tallies, column) for column, name in enumerate(c.NAMES) if only(tallies, column)}
    assert found == {
        "offered": 3,
        "answered": 3,
        "answered_within": 2,
        "partner_within": 1,
        "answered_own": 1,
        "answered_other": 1,
        "answered_partner": 1,
        "let_in": 3,
        "wait_answered_ms": 245_001,
        "wait_all_ms": 245_001,
        "settled": 2,
        "transfers": 1,
        "callers": 3,
        "callers_through": 3,
        "callers_settled": 2,
        "talk_ms": 320_000,
        "wrap_up_ms": 30_000,
        "offers": 5,
    }
    assert tallies.by_seat[0].tolist() == [1, 0, 1, 1]
    assert tallies.by_step[0].tolist() == [0, 1, 2]


def test_who_gives_up_at_the_threshold_is_not_late_and_who_gives_up_at_the_short_limit_is_not_short():
    tallies = counted([Call(at=n, fate=ABANDONED, wait=wait) for n, wait in enumerate((9.999, 10, 120, 120.001))])
    assert [only(tallies, column) for column in (c.ABANDONED, c.SHORT, c.LATE, c.WITHIN)] == [4, 1, 1, 0]


def test_whoever_was_sent_away_at_the_door_did_not_wait_but_whoever_was_sent_away_later_did():
    tallies = counted(
        [
            Call(at=1, fate=TURNED_AWAY),
            Call(at=2, fate=TURNED_AWAY, wait=40),
            Call(at=3, fate=CLOSED, entered=False),
            Call(at=4, fate=CLOSED, wait=20),
            Call(at=5, fate=CALLBACK_KEPT, wait=30),
            Call(at=6, fate=CALLBACK_FAILED, wait=10),
            Call(at=7, fate=FAILED, wait=100),
        ]
    )
    fates = [only(tallies, column) for column in range(c.TURNED_AWAY, c.FAILED + 1)]
    assert fates == [2, 2, 1, 1, 1]
    assert only(tallies, c.LET_IN) == 5
    assert only(tallies, c.WAIT_ALL) == 200_000


def test_a_caller_got_through_if_any_of_their_calls_did_though_it_came_after_the_count_ended():
    lost = Call(at=100, fate=ABANDONED, wait=30)
    again = Call(at=300, fate=ABANDONED, wait=30, child_of=0)
    at_last = Call(at=86_500, child_of=2)
    tallies = counted([lost, Call(at=200, fate=ABANDONED, wait=10), again, at_last])
    found = [only(tallies, n) for n in (c.CALLERS, c.CALLERS_THROUGH, c.CALLERS_SETTLED, c.OFFERED, c.REDIALS)]
    assert found == [2, 1, 1, 3, 1]


def test_a_call_after_an_answer_is_no_redial_and_a_promise_made_in_a_talk_is_no_call():
    tallies = counted(
        [
            Call(at=1, settled=NOT_SETTLED),
            Call(at=100, child_of=0),
            Call(at=200, fate=CALLBACK_KEPT, child_of=1, offers=0),
            Call(at=210, fate=CALLBACK_FAILED, child_of=1, offers=0),
        ]
    )
    found = [only(tallies, n) for n in (c.OFFERED, c.REDIALS, c.RINGS_AGAIN, c.PROMISED, c.PROMISES_KEPT)]
    assert found == [2, 0, 1, 2, 1]
    assert only(tallies, c.CALLBACK_KEPT) == 0


def test_only_who_entered_between_warm_up_and_cool_down_counts():
    calls = [Call(at=s) for s in (99.999, 100, 86_199.999, 86_200)]
    assert only(counted(calls, warm_up_ms=100_000, cool_down_ms=200_000), c.OFFERED) == 2


def test_a_call_belongs_to_the_line_it_wished_for_though_another_served_it():
    tallies = counted([Call(at=1, queue=0, last_queue=1, seat=1)])
    assert only(tallies, c.MOVED) == 1
    assert only(tallies, c.OTHER) == 1
    assert only(tallies, c.OFFERED, queue=1) == 0


def test_waits_stand_by_whole_seconds_with_none_apart():
    tallies = counted([Call(at=n, wait=wait) for n, wait in enumerate((0, 0.001, 1, 1.001, 3))])
    assert tallies.waits[c.W_ANSWERED, :, 0, c.W_HOW_MANY].tolist() == [1, 2, 1, 1]
    everybody = tallies.waits[c.W_ANSWERED, :, -1].cumsum(0)
    assert everybody[:, c.W_2].tolist() == [1, 9, 16, 25]
    assert everybody[:, c.W_OF_ALL].tolist() == [5, 15, 20, 25]


def test_a_wait_longer_than_the_longest_stands_last():
    tallies = counted([Call(at=1, fate=ABANDONED, wait=8000)])
    assert tallies.waits.shape[1] == 7202
    assert tallies.waits[c.W_ABANDONED, -1, 0, c.W_HOW_MANY] == 1


def test_cost_is_hours_of_people_and_minutes_of_the_partner():
    tallies = counted([Call(at=1, talk=120, seat=PARTNERS_LINE, fate=PARTNER)])
    hours = 3 * 8 * 30_000
    assert tallies.people[0, c.P_COST] == hours + 2 * 900
    assert tallies.people[0, c.P_PRESENT] == 3 * 8 * 3_600_000
    assert tallies.people[0, c.P_PARTNER] == 120_000
    assert tallies.people[0, c.P_TALKING] == 0


def test_a_single_steady_run_is_cut_in_parts_and_nothing_is_lost():
    calls = [Call(at=s, wait=s % 7, queue=s % 2) for s in range(0, 86_400, 400)]
    cut, whole = tally(scenario(replications=1), *outcomes([calls])), counted(calls)
    assert cut.rows == PARTS
    assert cut.parts == PARTS
    assert whole.parts == 1
    assert (cut.counts.sum(0) == whole.counts.sum(0)).all()
    assert (cut.quarters[..., : c.Q_SUMS] == whole.quarters[..., : c.Q_SUMS]).all()
    assert cut.people[:, c.P_TALKING].sum() == pytest.approx(whole.people[:, c.P_TALKING].sum())
    assert np.ptp(cut.counts[:, :, c.OFFERED].sum(1)) <= 1


FATES = (ANSWERED, ABANDONED, TURNED_AWAY, CLOSED, PARTNER, CALLBACK_KEPT, CALLBACK_FAILED, FAILED)


@st.composite
def calls(draw):
    """Some calls of one replication; some follow from others."""
    roots = []
    for _ in range(draw(st.integers(0, 12))):
        fate = draw(st.sampled_from(FATES))
        roots.append(
            Call(
                at=draw(st.integers(0, DAY_MS // 1000)),
                fate=fate,
                wait=draw(st.sampled_from((0, 0.4, 5, 10, 60, 119.9, 120, 121, 900))),
                queue=draw(st.integers(0, 1)),
                seat=PARTNERS_LINE if fate == PARTNER else draw(st.integers(0, 2)),
                settled=draw(st.sampled_from((SETTLED, NOT_SETTLED))),
                entered=fate != CLOSED or draw(st.booleans()),
            )
        )
    some = list(roots)
    for _ in range(draw(st.integers(0, 6)) if roots else 0):
        parent = draw(st.integers(0, len(some) - 1))
        fate = draw(st.sampled_from((ANSWERED, ABANDONED, CLOSED)))
        at = draw(st.integers(0, DAY_MS // 1000))
        some.append(Call(at=at, fate=fate, wait=7, queue=some[parent].queue, child_of=parent))
    return some


@settings(max_examples=150, deadline=None)
@given(st.lists(calls(), min_size=2, max_size=4), st.integers(0, 3))
def test_each_call_is_counted_once_whatever_becomes_of_it(replications, hours):
    run = {"warm_up_ms": hours * 3_600_000, "cool_down_ms": hours * 1_800_000}
    tallies = counted(*replications, **run)
    until = DAY_MS - run["cool_down_ms"]
    for r, some in enumerate(replications):
        for queue in (0, 1):
            kept = [x for x in some if x.queue == queue and run["warm_up_ms"] <= 1000 * x.at < until]
            row = tallies.counts[r, queue]
            assert row[c.OFFERED] == len(kept) == row[c.FATES].sum()
            assert row[c.ANSWERED] == sum(x.fate in {ANSWERED, PARTNER} for x in kept)
            assert row[c.ANSWERED] == row[[c.OWN, c.OTHER, c.PARTNER]].sum()
            assert row[c.WITHIN] == sum(x.fate in {ANSWERED, PARTNER} and x.wait <= 120 for x in kept)
            assert row[c.LATE] == sum(x.fate == ABANDONED and x.wait > 120 for x in kept)
            assert row[c.REDIALS] + row[c.RINGS_AGAIN] == row[c.OFFERED] - row[c.CALLERS]
            assert row[c.CALLERS_THROUGH] <= row[c.CALLERS]
    quarters, total = tallies.quarters, tallies.counts.sum(0)
    parts = quarters[..., [c.Q_ANSWERED, c.Q_ABANDONED, c.Q_ELSE]].sum(2)
    assert (quarters[..., c.Q_OFFERED] == parts).all()
    assert (quarters[:, :-1, c.Q_OFFERED].sum(0) == total[:, c.OFFERED]).all()
    assert (quarters[:, -1, : c.Q_SUMS] == quarters[:, :-1, : c.Q_SUMS].sum(1)).all()
    for kind, column in ((c.W_ANSWERED, c.ANSWERED), (c.W_ABANDONED, c.ABANDONED)):
        ends = tallies.waits[kind].sum(0)
        assert (ends[:-1, c.W_HOW_MANY] == total[:, column]).all()
        assert (ends[:-1, c.W_2] == (tallies.counts[:, :, column] ** 2).sum(0)).all()
        assert ends[-1, c.W_2] == ends[-1, c.W_OF_ALL] == (tallies.counts[:, :, column].sum(1) ** 2).sum()
    assert (tallies.by_seat.sum(1) == tallies.by_step.sum(1)).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(calls(), min_size=4, max_size=6))
def test_chunks_come_to_the_same_together_as_alone(replications):
    whole = counted(*replications)
    pieces = [tally(scenario(9), *outcomes(some)) for some in (replications[:1], replications[1:3], replications[3:])]
    together = joined([pickle.loads(pickle.dumps(piece)) for piece in pieces])  # noqa: S301 – our own
    for name in type(whole).__dataclass_fields__:
        assert np.array_equal(getattr(whole, name), getattr(together, name)), name


def test_nothing_of_a_chunk_is_found_in_the_next_and_nothing_of_the_next_in_it():
    short, long = [Call(at=10, wait=3)], [Call(at=10, wait=9_000), Call(at=950, wait=700, fate=ABANDONED)]
    first = counted(short)
    was = pickle.dumps(first)
    between = pickle.dumps(counted(long, short, long))
    assert was == pickle.dumps(first) == pickle.dumps(counted(short))
    assert between == pickle.dumps(counted(long, short, long))
    second_day = counted([Call(at=100_000)], length_ms=2 * DAY_MS).quarters
    assert len(second_day) == 2 * len(first.quarters)
    assert second_day[100_000 // 900, 0, c.Q_OFFERED] == 1
    assert was == pickle.dumps(counted(short))
