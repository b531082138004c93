import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from queues.ids import AgentId, PartnerId, QueueId
from routing.plan import Partner, Plan, Queue
from simulator.contacts import Chance, Contacts
from simulator.drawing.distributions import Row, drawn_rows
from simulator.drawing.draws import draw, replications_per_chunk
from simulator.drawing.filling import fill_plainly
from simulator.drawing.orders import BLOCK, CIRCLE, LANES, UNIFORM, orders_of
from simulator.drawing.streams import Part, Piece, key_of, seed_of
from simulator.machine_code import FILL, called
from simulator.spans import CONSTANT_ROW, Purpose, rows_of, span
from simulator.world import (
    DAY_MS,
    FOR_EVER,
    NEVER_MS,
    NONE,
    Callers,
    Duration,
    Phones,
    Run,
    Scenario,
    Shape,
    Shift,
    Stream,
    World,
)

HOUR_MS = 3_600_000
BARN, VARD = QueueId("barn"), QueueId("vard")


def exponential(mean_ms: float) -> Duration:
    return Duration(Shape.EXPONENTIAL, mean_ms)


def scenario(world: World, run: Run | None = None, **plan: object) -> Scenario:
    queues = {queue: Queue(queue, ()) for queue in (BARN, VARD)}
    return Scenario("test", Plan("", {}, {}, queues, {}, **plan), world, run or Run())


def two_lines(**changes: object) -> World:
    streams = (
        Stream(BARN, slot_ms=HOUR_MS, per_hour=(0.0, 30.0, 90.0)),
        Stream(VARD, slot_ms=2 * HOUR_MS, per_hour=(10.0, 40.0)),
    )
    callers = {
        BARN: Callers(patience=exponential(60_000), talk=(exponential(100_000),) * 5, redial=0.5),
        VARD: Callers(patience=exponential(90_000), talk=(exponential(200_000),) * 5, redial=0.2),
    }
    return replace(World(streams, callers, ()), **changes)


def same(a: Contacts, b: Contacts) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in Contacts.__slots__)


@pytest.mark.parametrize(
    ("shape", "parameter", "law"),
    [
        (Shape.EXPONENTIAL, 0.0, stats.expon()),
        (Shape.LOGNORMAL, 0.8, stats.lognorm(math.sqrt(math.log(1.64)), scale=1 / math.sqrt(1.64))),
        (Shape.GAMMA, 2.5, stats.gamma(2.5, scale=1 / 2.5)),
        (Shape.GAMMA, 1.0, stats.expon()),
        (Shape.GAMMA, 4.0, stats.gamma(4, scale=1 / 4)),
        (Shape.ERLANG, 3.0, stats.gamma(3, scale=1 / 3)),
        (Shape.WEIBULL, 0.7, stats.weibull_min(0.7, scale=1 / math.gamma(1 + 1 / 0.7))),
    ],
)
def test_each_form_has_mean_one_and_its_own_law(shape, parameter, law):
    assert law.mean() == pytest.approx(1.0)
    out = one_row(400_000, Purpose.TALK, shape, parameter)
    assert stats.kstest(out, law.cdf).pvalue > 0.01
    assert abs(out.mean() - 1.0) < 4 * law.std() / math.sqrt(len(out))


def test_samples_come_with_equal_weight_and_one_may_be_for_ever():
    samples = (4_000, 9_000, NEVER_MS)
    out = one_row(90_000, Purpose.PATIENCE, Shape.EMPIRICAL, 0.0, samples)
    counts = [(out == sample).sum() for sample in samples]
    assert sum(counts) == len(out)
    assert stats.chisquare(counts).pvalue > 0.01
    assert {span(unit, 1.0) for unit in out} == set(samples)


def test_a_span_is_rounded_and_never_longer_than_never():
    assert [span(unit, 1000.0) for unit in (0.0, 0.0014, 0.0015, 1.0)] == [0, 1, 2, 1000]
    assert span(1.0, float(NEVER_MS)) == span(3.0, 1e300) == NEVER_MS


def test_calls_of_each_slot_and_stream_are_poisson_and_none_comes_outside():
    made = scenario(two_lines(), Run(seed=5))
    replications = 2_000
    drawn = draw(made, 0, replications, room=0)
    owner = np.repeat(np.arange(replications), np.diff(drawn.first))
    for stream, slots in ((0, {1: 30, 2: 90}), (1, {0: 10, 1: 10, 2: 40, 3: 40})):
        hours = drawn.arrival_ms[drawn.stream == stream] // HOUR_MS
        assert set(hours) == set(slots)
        for slot, mean in slots.items():
            mine = owner[drawn.stream == stream][hours == slot]
            counts = np.bincount(mine, minlength=replications)
            assert abs(counts.mean() - mean) < 4 * math.sqrt(mean / replications)
            dispersion = counts.var(ddof=1) / counts.mean() * (replications - 1)
            assert 0.001 < stats.chi2(replications - 1).cdf(dispersion) < 0.999
            within = drawn.arrival_ms[drawn.stream == stream][hours == slot] % HOUR_MS
            assert stats.kstest(within / HOUR_MS, "uniform").pvalue > 0.001


def test_instants_rise_within_a_replication_and_gaps_are_exponential():
    steady = replace(two_lines(), streams=(Stream(BARN, per_hour=(600.0,)),))
    drawn = draw(scenario(steady), 3, 5, room=0)
    for begin, end in zip(drawn.first[:-1], drawn.first[1:], strict=True):
        gaps = np.diff(drawn.arrival_ms[begin:end])
        assert (gaps >= 0).all()
        assert stats.kstest(gaps / 6_000, "expon").pvalue > 0.001


def test_nobody_rings_after_the_callers_time():
    drawn = draw(scenario(two_lines(), Run(length_ms=HOUR_MS * 5 // 2)), 0, 300, room=0)
    assert HOUR_MS * 5 // 2 - 10_000 < drawn.arrival_ms.max() < HOUR_MS * 5 // 2


def test_given_instants_are_the_same_in_each_replication_beside_the_drawn_ones():
    logged = (Stream(BARN, at_ms=(5_000, 1_000, 5_000)), Stream(VARD, at_ms=(3_000, DAY_MS)))
    drawn = draw(scenario(replace(two_lines(), streams=logged)), 0, 3, room=0)
    assert drawn.first.tolist() == [0, 4, 8, 12]
    assert drawn.arrival_ms.tolist() == [1_000, 3_000, 5_000, 5_000] * 3
    assert drawn.stream.tolist() == [0, 1, 0, 0] * 3
    both = replace(two_lines(), streams=(logged[0], Stream(VARD, per_hour=(60.0,), slot_ms=HOUR_MS)))
    mixed = draw(scenario(both), 0, 50, room=0)
    for begin, end in zip(mixed.first[:-1], mixed.first[1:], strict=True):
        assert (np.diff(mixed.arrival_ms[begin:end]) >= 0).all()
        given = mixed.arrival_ms[begin:end][mixed.stream[begin:end] == 0]
        assert given.tolist() == [1_000, 5_000, 5_000]
    assert abs(mixed.first[-1] - 150 - 3_000) < 4 * math.sqrt(3_000)


def test_more_replications_or_more_room_change_nothing_of_what_was_there():
    callers = {
        BARN: Callers(Duration(Shape.WEIBULL, 1.0, 0.7), (Duration(Shape.LOGNORMAL, 1.0, 0.9),) * 5, redial=0.5),
        VARD: Callers(Duration(Shape.GAMMA, 1.0, 2.5), (Duration(Shape.ERLANG, 1.0, 3),) * 5, redial=0.2),
    }
    phones = Phones(Duration(Shape.GAMMA, 5_000, 4.0), misses=0.1)
    made = scenario(two_lines(callers=callers, phones=phones, shrinkage=0.3, shifts=(shift(),) * 3))
    few, many = draw(made, 2, 10, room=100), draw(made, 2, 25, room=400)
    n, more = int(few.first[-1]), int(many.first[-1])
    assert np.array_equal(few.first, many.first[:11])
    assert np.array_equal(few.arrival_ms[:n], many.arrival_ms[:n])
    assert np.array_equal(few.stream[:n], many.stream[:n])
    for mine, other in ((few.units, many.units), (few.chances, many.chances)):
        assert np.array_equal(mine[:, :n], other[:, :n])
        assert np.array_equal(mine[:, n:], other[:, more : more + 100])
    assert not np.isin(few.units[:, n:], few.units[:, :n]).any()
    assert np.array_equal(few.absent, many.absent[:10])
    assert np.array_equal(few.offer_units, many.offer_units[:, : few.offer_units.shape[1]])
    assert np.array_equal(few.offer_chances, many.offer_chances[: len(few.offer_chances)])


def test_a_chunk_is_the_same_whoever_draws_it_and_whenever():
    made = scenario(two_lines())
    in_order = [draw(made, chunk, 4) for chunk in range(3)]
    in_reverse = [draw(scenario(two_lines()), chunk, 4) for chunk in (2, 1, 0)][::-1]
    assert all(same(a, b) for a, b in zip(in_order, in_reverse, strict=True))
    assert not np.array_equal(in_order[0].units[:, :50], in_order[1].units[:, :50])
    other_seed = draw(replace(made, run=Run(seed=2)), 0, 4)
    assert not np.array_equal(in_order[0].units[:, :50], other_seed.units[:, :50])


def test_another_plan_and_other_shifts_meet_the_same_callers():
    made = scenario(two_lines())
    other_plan = replace(
        made, plan=replace(made.plan, queues={VARD: Queue(VARD, (), priority=3), BARN: Queue(BARN, ())})
    )
    assert same(draw(made, 0, 5), draw(other_plan, 0, 5))
    more_staff = replace(made, world=two_lines(shifts=(shift(),), shrinkage=0.5))
    assert np.array_equal(draw(made, 0, 5).units, draw(more_staff, 0, 5).units)


def test_another_form_of_one_span_leaves_the_others():
    callers = {BARN: replace(two_lines().callers[BARN], patience=Duration(Shape.WEIBULL, 60_000, 0.7))}
    made, changed = scenario(two_lines()), scenario(two_lines(callers=callers | {VARD: two_lines().callers[VARD]}))
    before, after = draw(made, 0, 5), draw(changed, 0, 5)
    vard = 1
    for spans in ("patience", "talk"):
        was, is_now = getattr(rows_of(made), spans).row[vard], getattr(rows_of(changed), spans).row[vard]
        assert np.array_equal(before.units[was], after.units[is_now])


def test_rows_of_different_purposes_are_independent():
    drawn = draw(scenario(two_lines()), 0, 300, room=0)
    gaps = np.diff(drawn.arrival_ms)
    rising = gaps >= 0
    numbers = np.vstack((drawn.units[:, 1:], drawn.chances[Chance.REDIAL, 1:], drawn.stream[1:], gaps))[:, rising]
    correlation = np.corrcoef(numbers) - np.eye(len(numbers))
    # The streams' mix and the gaps both follow the hour.
    correlation[-1, -2] = correlation[-2, -1] = 0.0
    assert np.abs(correlation).max() < 4 / math.sqrt(rising.sum())


def test_only_what_can_matter_has_a_row():
    plain = scenario(World((Stream(BARN, per_hour=(60.0,)),), {BARN: Callers(talk=(exponential(1.0),) * 5)}, ()))
    rows, drawn = rows_of(plain), draw(plain, 0, 2)
    assert [kind.purpose for kind in rows.kinds] == [Purpose.TALK]
    assert rows.talk.row.tolist() == [[0, 0, 0, 0, CONSTANT_ROW], [CONSTANT_ROW] * 5]
    assert rows.patience.row.tolist() == [CONSTANT_ROW] * 2
    assert rows.patience.mean[0] == NEVER_MS
    assert not drawn.chances.any()
    assert drawn.offer_units.shape == (2, 0)
    assert drawn.offer_chances.shape == (0,)
    assert len(drawn.arrival_ms) == drawn.first[-1]


def test_talk_after_a_transfer_and_a_partners_talk_are_drawn_where_there_are_any():
    callers = {BARN: Callers(talk=(exponential(60_000.0),) * 5, transfers=True, question_levels=(0.5, 0.5, 0.0))}
    made = scenario(two_lines(callers=callers), partners={PartnerId("p"): Partner(PartnerId("p"), 2)})
    rows = rows_of(made)
    assert rows.talk.row[0, 4] >= 0
    assert rows.talk_after_transfer.row[0, 2] not in {CONSTANT_ROW, rows.talk.row[0, 2]}
    drawn = draw(made, 0, 5)
    assert drawn.chances[Chance.QUESTION].any()
    assert not drawn.chances[Chance.REDIAL].any()


def test_shares_of_all_and_none_cost_no_draws_and_mean_what_they_say():
    callers = {BARN: Callers(resolved=(0.0, 1.0, 1.0, 1.0, 0.0), redial=1.0), VARD: Callers(redial=0.0)}
    drawn = draw(scenario(two_lines(callers=callers, phones=Phones(NONE, misses=1.0))), 0, 3)
    assert not drawn.chances.any()
    assert len(drawn.offer_chances) > len(drawn.arrival_ms)
    assert not drawn.offer_chances.any()


def test_shifts_are_missed_one_by_one():
    absent = draw(scenario(two_lines(shifts=(shift(),) * 10, shrinkage=0.25)), 0, 4_000).absent
    assert absent.shape == (4_000, 10)
    assert abs(absent.mean() - 0.25) < 4 * math.sqrt(0.25 * 0.75 / 40_000)


def test_a_chunk_has_about_fifty_thousand_calls_and_one_replication_at_least():
    assert replications_per_chunk(scenario(two_lines())) == 50_000 // 220
    steady = replace(two_lines(), streams=(Stream(BARN, per_hour=(600.0,), slot_ms=HOUR_MS * 1_000),))
    assert replications_per_chunk(scenario(steady, Run(length_ms=HOUR_MS * 1_000))) == 1
    assert draw(scenario(replace(two_lines(), streams=())), 0, 2).first.tolist() == [0, 0, 0]


def test_every_stream_has_numbers_of_its_own():
    keys = [
        key_of(purpose, shape, part, piece)
        for purpose in Purpose
        for shape in (None, *Shape)
        for part in Part
        for piece in Piece
    ]
    assert len(set(keys)) == len(keys)
    begins = np.array([numbers_of(BLOCK, UNIFORM, key) for key in keys[::7]])
    assert len(np.unique(begins)) == begins.size
    correlation = np.corrcoef(begins) - np.eye(len(begins))
    assert np.abs(correlation).max() < 5.5 / math.sqrt(BLOCK)
    assert not np.isin(numbers_of(BLOCK, UNIFORM, 5, chunk=1), begins).any()
    assert not np.isin(numbers_of(BLOCK, UNIFORM, 5, seed=2), begins).any()
    assert FOR_EVER.mean_ms == NEVER_MS


@pytest.mark.parametrize("what", [UNIFORM, 1, 2, 5, CIRCLE])
def test_the_compiled_numbers_are_numpys_own_to_the_last_bit(what):
    length = 6 * BLOCK if what == CIRCLE else 5 * BLOCK - 17
    jobs = [(0, length, 3, what), (length, length, 4, what)]
    made, plainly = (orders_of(np.full(2 * length + 1, -7.0), jobs, seed_of(9, 2)) for _ in range(2))
    called(FILL, made)
    fill_plainly(plainly)
    assert np.array_equal(made.numbers, plainly.numbers)
    assert made.numbers[-1] == -7.0
    assert not np.array_equal(made.numbers[:length], made.numbers[length:-1])


def test_numbers_are_even_whatever_the_lane_and_do_not_follow_from_those_before():
    numbers = numbers_of(1024 * BLOCK, UNIFORM, 11)
    lanes = numbers.reshape(-1, LANES)
    for bits in (numbers * 256 % 1, numbers * 2**45 % 1):
        counts = np.histogram2d(bits[:-1], bits[1:], bins=32, range=((0, 1), (0, 1)))[0]
        assert 0.001 < stats.chisquare(counts.ravel()).pvalue < 0.999
    assert min(stats.kstest(lane, "uniform").pvalue for lane in lanes.T) > 0.0001
    correlation = np.corrcoef(lanes.T) - np.eye(LANES)
    assert np.abs(correlation).max() < 5 / math.sqrt(len(lanes))
    for apart in (1, 2, LANES, BLOCK):
        assert abs(np.corrcoef(numbers[:-apart], numbers[apart:])[0, 1]) < 4 / math.sqrt(len(numbers))


def test_points_lie_on_the_circle_and_in_every_direction():
    cosines, sines = numbers_of(400 * BLOCK, CIRCLE, 2).reshape(-1, 2, BLOCK).swapaxes(0, 1).reshape(2, -1)
    assert np.abs(np.hypot(cosines, sines) - 1.0).max() < 1e-15
    assert stats.kstest(np.arctan2(sines, cosines) / (2 * math.pi) + 0.5, "uniform").pvalue > 0.01


def test_normal_numbers_are_so_far_out_and_in_their_pairs_as_they_should_be():
    normal = np.log(one_row(4_000 * BLOCK, Purpose.TALK, Shape.LOGNORMAL, math.sqrt(math.e - 1))) + 0.5
    assert stats.kstest(normal, "norm").pvalue > 0.01
    beyond = [int((np.abs(normal) > limit).sum()) for limit in (3.0, 4.0, 5.0)]
    expected = [2 * stats.norm.sf(limit) * len(normal) for limit in (3.0, 4.0, 5.0)]
    assert all(abs(n - mean) < 4 * math.sqrt(mean) + 1 for n, mean in zip(beyond, expected, strict=True))
    left, right = normal.reshape(-1, 2, BLOCK).swapaxes(0, 1).reshape(2, -1)
    assert abs(np.corrcoef(left, right)[0, 1]) < 4 / math.sqrt(len(left))
    assert abs(np.corrcoef(left**2, right**2)[0, 1]) < 4 / math.sqrt(len(left))


def one_row(length, *what):
    return drawn_rows(7, 0, length, [Row(0, length, 0, *what)])


def numbers_of(length, what, key, seed=1, chunk=0):
    orders = orders_of(np.empty(length), [(0, length, key, what)], seed_of(seed, chunk))
    called(FILL, orders)
    return orders.numbers


def shift() -> Shift:
    return Shift(AgentId("a"), 0, DAY_MS)
