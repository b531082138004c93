"""The formulas against published values, against each other at their limits, and against what must always hold."""

import math
from dataclasses import astuple, replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from simulator.theory import (
    Figures,
    NoSteadyStateError,
    erlang_b,
    erlang_c,
    fewest_agents,
    mmc,
    mmc_k,
    mmcg,
    mmcm,
)

ROUNDING = 1e-9


def alike(figures, others, within=1e-9):
    return astuple(figures) == pytest.approx(astuple(others), rel=within, abs=within)


def exponential(mean_s):
    return lambda at_s: math.exp(-at_s / mean_s)


# --- Published values ---


@pytest.mark.parametrize(
    ("servers", "load", "blocked"),
    [
        (1, 0.0101, 0.01), (5, 1.361, 0.01), (10, 4.461, 0.01), (20, 12.03, 0.01), (50, 37.9, 0.01), (100, 84.06, 0.01),
        (10, 3.092, 0.001), (100, 75.24, 0.001), (10, 6.216, 0.05), (100, 95.24, 0.05),
    ],
)  # fmt: skip
def test_erlang_b_is_as_in_the_tables_of_traffic(servers, load, blocked):
    # The usual tables give the load to four figures, so the chance to about half a unit of the load's last.
    assert erlang_b(load, servers) == pytest.approx(blocked, rel=0.004)


def test_erlang_c_is_as_in_the_worked_example_of_200_calls_an_hour():
    """200 calls/h of 180 s, 14 agents, 20 s: 17.4 % wait, 88.8 %, 7.8 s, 71.4 % (Call Centre Helper; pyworkforce)."""
    figures = mmc(200, 180, 14, 20)
    assert figures.service_level == pytest.approx(0.8883500191794669)
    assert figures.waiting_share == pytest.approx(0.1741319335950498)
    assert figures.occupancy == pytest.approx(0.7142857142857143)
    assert round(figures.asa_s, 1) == 7.8
    assert fewest_agents(200, 180, 20, 0.8) == 14


def test_erlang_a_is_as_in_garnett_mandelbaum_and_reiman():
    """50 agents, 48 calls/min of 1 min, patience 2 min (Manufacturing & Service Operations Management 2002)."""
    erlang_c_says, erlang_a_says = mmc(2880, 60, 50, 58.1), mmcm(2880, 60, 50, 12.5, 120)
    assert round(erlang_a_says.abandoned, 3) == 0.031
    assert (round(erlang_c_says.mean_wait_s, 1), round(erlang_a_says.mean_wait_s, 1)) == (20.8, 3.7)
    assert (round(erlang_c_says.occupancy, 2), round(erlang_a_says.occupancy, 2)) == (0.96, 0.93)
    queue_lengths = [figures.mean_wait_s * 2880 / 3600 for figures in (erlang_c_says, erlang_a_says)]
    assert [round(length) for length in queue_lengths] == [17, 3]
    over = erlang_a_says.answered - erlang_a_says.within + erlang_a_says.abandoned_late
    assert (round(1 - erlang_c_says.within, 3), round(over, 2)) == (0.1, 0.1)  # the 90th percentiles of the wait


def test_erlang_a_is_as_pyworkforce_documents_it():
    """100 calls in 30 min of 3 min, patience 5 min, 13 agents (pyworkforce's guide to Erlang A)."""
    figures = mmcm(200, 180, 13, 20, 300)
    told = (figures.within, figures.occupancy, figures.abandoned, figures.waiting_share, figures.mean_wait_s / 60)
    assert [int(1000 * one) / 1000 for one in told] == [0.858, 0.75, 0.024, 0.225, 0.124]


def test_patience_that_is_a_constant_is_as_in_closed_form():
    """∫ exp(λH - cμx) by hand when H(x) = min(x, d)."""
    rate, service, patience = 200 / 3600, 9 / 180, 37.3
    growth = math.exp((rate - service) * patience)
    before, after = (growth - 1) / (rate - service), growth / service
    total = 1 / erlang_b(10, 8) / rate + before + after
    figures = mmcg(200, 180, 9, 20, lambda at_s: float(at_s < patience), [patience])
    assert figures.abandoned == pytest.approx(after / total, abs=ROUNDING)
    assert figures.waiting_share == pytest.approx((before + after) / total, abs=ROUNDING)
    assert figures.abandoned_late == pytest.approx(figures.abandoned, abs=ROUNDING)


# --- One formula against another ---


@given(load=st.floats(0.01, 60), servers=st.integers(1, 60))
def test_erlang_b_and_c_are_as_their_definitions_sum(load, servers):
    terms = [math.exp(n * math.log(load) - math.lgamma(n + 1)) for n in range(servers + 1)]
    assert erlang_b(load, servers) == pytest.approx(terms[-1] / math.fsum(terms), rel=1e-9)
    if load < servers * 0.999:
        waiting = terms[-1] / (1 - load / servers)
        assert erlang_c(load, servers) == pytest.approx(waiting / (math.fsum(terms[:-1]) + waiting), rel=1e-9)


@given(calls=st.floats(1, 400), servers=st.integers(1, 20), threshold_s=st.floats(0, 200))
def test_without_a_place_to_wait_it_is_erlang_b(calls, servers, threshold_s):
    figures = mmc_k(calls, 180, servers, threshold_s, 0)
    assert figures.blocked == pytest.approx(erlang_b(calls / 20, servers), rel=1e-9)
    assert figures.within == pytest.approx(1 - figures.blocked)
    assert figures.asa_s == figures.abandoned == 0


def test_with_ever_more_places_it_is_erlang_c():
    assert alike(mmc_k(200, 180, 12, 20, 400), mmc(200, 180, 12, 20))


def test_with_ever_more_patience_it_is_erlang_c():
    near, exact = mmcm(200, 180, 12, 20, 1e10), mmc(200, 180, 12, 20)
    assert alike(near, exact, 1e-6)
    assert alike(mmcm(200, 180, 12, 20, math.inf), exact)


@pytest.mark.parametrize("patience_s", [1e8, 1e12, 1e30])
def test_great_patience_costs_no_accuracy(patience_s):
    assert alike(mmcm(200, 180, 12, 20, patience_s), mmc(200, 180, 12, 20), 1e4 / patience_s + 1e-9)


@pytest.mark.parametrize("threshold_s", [0.0, 1e-300, 1e-9, 0.001, 0.002])
def test_a_threshold_may_be_next_to_nothing(threshold_s):
    summed, integrated = mmcm(200, 180, 9, threshold_s, 60), mmcg(200, 180, 9, threshold_s, exponential(60))
    assert alike(summed, integrated)
    assert summed.within == pytest.approx(1 - summed.waiting_share, abs=1e-4)


def test_with_ever_less_patience_it_is_erlang_b():
    assert mmcm(200, 180, 12, 20, 1e-6).abandoned == pytest.approx(erlang_b(10, 12), rel=1e-6)


def test_patience_as_long_as_a_talk_makes_it_a_poisson_number_of_calls():
    """With θ = μ every call present leaves at the same rate, so their number is Poisson of the load."""
    idle = math.fsum(math.exp(n * math.log(10) - 10 - math.lgamma(n + 1)) for n in range(12))
    assert mmcm(200, 180, 12, 20, 180).waiting_share == pytest.approx(1 - idle)


@settings(max_examples=60, deadline=None)
@given(
    load=st.floats(0.1, 300), per_load=st.floats(0.6, 1.8), patience_s=st.floats(2, 5000), threshold_s=st.floats(0, 400)
)
def test_summed_states_and_quadrature_say_the_same(load, per_load, patience_s, threshold_s):
    servers = max(1, round(load * per_load))
    summed = mmcm(load * 15, 240, servers, threshold_s, patience_s)
    integrated = mmcg(load * 15, 240, servers, threshold_s, exponential(patience_s))
    assert alike(summed, integrated, 1e-8)


@pytest.mark.parametrize("servers", [4500, 5000, 5500])
def test_thousands_of_erlangs_neither_overflow_nor_lose_their_figures(servers):
    summed = mmcm(60_000, 300, servers, 20, 480)
    assert alike(summed, mmcg(60_000, 300, servers, 20, exponential(480)))
    assert summed.abandoned == pytest.approx(max(0.0, 1 - servers / 5000), abs=0.006)
    assert 0 <= mmc(60_000, 300, 5100, 20).waiting_share <= 1


@pytest.mark.parametrize("calls", [0.001, 1e6])
def test_hardly_a_call_and_far_too_many_are_no_trouble(calls):
    for figures in (mmcm(calls, 180, 20, 20, 60), mmcg(calls, 180, 20, 20, exponential(60))):
        assert all(math.isfinite(value) for value in astuple(figures))
        assert figures.answered == pytest.approx(min(1, 400 / calls), rel=1e-3)


# --- What always holds ---

CALLS = st.floats(1, 600)
SERVERS = st.integers(1, 40)
PATIENCE = st.floats(5, 3000)
THRESHOLD = st.floats(0, 300)


@given(calls=CALLS, servers=SERVERS, patience_s=PATIENCE, threshold_s=THRESHOLD, places=st.integers(0, 50))
def test_every_call_has_one_end_and_littles_law_holds(calls, servers, patience_s, threshold_s, places):
    figures = mmc_k(calls, 180, servers, threshold_s, places, patience_s)
    assert figures.answered + figures.abandoned + figures.blocked == pytest.approx(1)
    assert 0 <= figures.within <= figures.answered + ROUNDING
    assert 0 <= figures.abandoned_late <= figures.abandoned + ROUNDING
    assert 0 <= figures.service_level <= 1 + ROUNDING
    assert figures.occupancy <= 1 + ROUNDING
    waited_s = figures.mean_wait_s * (1 - figures.blocked)
    assert figures.abandoned == pytest.approx(waited_s / patience_s, abs=ROUNDING)  # who waits leaves at the rate θ
    assert figures.asa_s * figures.answered <= waited_s + 1e-6


@settings(deadline=None)
@given(calls=CALLS, servers=SERVERS, patience_s=PATIENCE, threshold_s=THRESHOLD)
def test_another_agent_only_helps_and_another_call_only_hurts(calls, servers, patience_s, threshold_s):
    now = mmcm(calls, 180, servers, threshold_s, patience_s)
    helped = mmcm(calls, 180, servers + 1, threshold_s, patience_s)
    hurt = mmcm(calls * 1.05, 180, servers, threshold_s, patience_s)
    for better, worse in ((helped, now), (now, hurt)):
        assert better.service_level >= worse.service_level - ROUNDING
        assert better.within >= worse.within - ROUNDING
        assert better.abandoned <= worse.abandoned + ROUNDING
        assert better.mean_wait_s <= worse.mean_wait_s + 1e-6
    assert helped.occupancy <= now.occupancy + ROUNDING
    assert now.within <= mmcm(calls, 180, servers, threshold_s + 5, patience_s).within + ROUNDING
    assert now.abandoned >= mmcm(calls, 180, servers, threshold_s, patience_s * 1.1).abandoned - ROUNDING


@given(calls=CALLS, servers=SERVERS, threshold_s=THRESHOLD)
def test_another_agent_only_helps_those_who_wait_for_ever(calls, servers, threshold_s):
    assume(calls / 20 < servers * 0.999)
    now, helped = mmc(calls, 180, servers, threshold_s), mmc(calls, 180, servers + 1, threshold_s)
    assert helped.service_level >= now.service_level
    assert helped.asa_s <= now.asa_s


@settings(deadline=None, max_examples=40)
@given(calls=CALLS, patience_s=PATIENCE, threshold_s=st.floats(5, 120), target=st.floats(0.5, 0.95))
def test_the_fewest_agents_are_enough_and_one_less_is_not(calls, patience_s, threshold_s, target):
    fewest = fewest_agents(calls, 180, threshold_s, target, patience_s)
    assert mmcm(calls, 180, fewest, threshold_s, patience_s).service_level >= target
    assert fewest == 1 or mmcm(calls, 180, fewest - 1, threshold_s, patience_s).service_level < target


def test_the_fewest_agents_also_keep_the_other_promises():
    alone = fewest_agents(200, 180, 20, 0.8, 300)
    calmer = fewest_agents(200, 180, 20, 0.8, 300, most_occupancy=0.7)
    kept = fewest_agents(200, 180, 20, 0.8, 300, most_abandoned=0.01)
    assert alone < min(calmer, kept)
    assert mmcm(200, 180, calmer, 20, 300).occupancy <= 0.7 < mmcm(200, 180, calmer - 1, 20, 300).occupancy
    assert fewest_agents(0, 180, 20, 0.8) == 0


def test_our_service_level_leaves_out_those_who_gave_up_early():
    figures = replace(mmcm(200, 180, 10, 20, 60), answered=0.7, within=0.6, abandoned=0.3, abandoned_late=0.1)
    assert figures.service_level == pytest.approx(0.6 / 0.8)
    assert Figures(0, 0, 1, 0, 0, 0, 0, 0, 0).service_level == 1


def test_what_has_no_answer_is_refused():
    with pytest.raises(NoSteadyStateError):
        mmc(200, 180, 10, 20)
    with pytest.raises(NoSteadyStateError):
        mmcg(400, 180, 10, 20, lambda at_s: 0.9)
    with pytest.raises(ValueError, match="at least one agent"):
        mmcm(200, 180, 0, 20, 60)
    with pytest.raises(ValueError, match="patience"):
        mmcm(200, 180, 9, 20, 0)
