"""The exact figures against formulas, against each other where one model contains another, and by hand."""

import math

import numpy as np
import pytest
from scipy.linalg import expm

from simulator import theory
from tests.simulation.exact.chains import after, generator, long_run
from tests.simulation.exact.delayed import Delayed
from tests.simulation.exact.skills import Handles, Kind, Pool, day, figures
from tests.simulation.exact.staff import Day, Piece, chosen, through
from tests.simulation.exact.talks import constant, mixed, phased

T = 60.0


def one(per_h, agents, talk_s=180.0, wrap_up_s=0.0, **kind):
    (share,), (busy,) = figures([Kind(per_h, **kind)], [Pool(agents, (Handles(0, talk_s),), wrap_up_s)], T)
    return share, busy


def told(share):
    return share[:3] + share[4:8]


def as_theory(formula):
    figures = formula
    return (
        figures.answered, figures.abandoned, figures.blocked, figures.within, figures.abandoned_late, figures.asa_s,
        figures.mean_wait_s,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "formula"),
    [
        ({"places": 400}, theory.mmc(200, 180, 12, T)),
        ({"places": 0}, theory.mmc_k(200, 180, 12, T, 0)),
        ({"places": 7}, theory.mmc_k(200, 180, 12, T, 7)),
        ({"patience_s": 90.0}, theory.mmcm(200, 180, 12, T, 90)),
        ({"patience_s": 90.0, "places": 7}, theory.mmc_k(200, 180, 12, T, 7, 90)),
    ],
)
def test_one_queue_is_as_the_formula_says(kind, formula):
    share, busy = one(200, 12, **kind)
    assert told(share) == pytest.approx(as_theory(formula), abs=1e-9, rel=1e-7)
    assert busy == pytest.approx(formula.occupancy)
    assert 1 - share.at_once - share.blocked == pytest.approx(formula.waiting_share)


def test_pools_that_are_alike_in_all_but_name_are_one_pool():
    whole, _ = one(90, 6, patience_s=120)
    talks = [Handles(0, 180, level) for level in (3, 2, 1)]
    (levels,), _ = figures([Kind(90, patience_s=120)], [Pool(2, (talk,)) for talk in talks], T)
    assert told(levels) == pytest.approx(told(whole))
    assert levels.by_pool[0] > levels.by_pool[1] > levels.by_pool[2]
    kinds = [Kind(50, patience_s=120, places=25), Kind(40, patience_s=120, places=25)]
    own, lent = (lambda kind: Handles(kind, 180)), (lambda kind: Handles(kind, 180, 0, 1, own=False))
    crossed, _ = figures(kinds, [Pool(3, (own(0), lent(1))), Pool(3, (own(1), lent(0)))], T)
    assert (5 * crossed[0].abandoned + 4 * crossed[1].abandoned) / 9 == pytest.approx(whole.abandoned, rel=1e-6)
    assert (5 * crossed[0].mean_wait_s + 4 * crossed[1].mean_wait_s) / 9 == pytest.approx(whole.mean_wait_s, rel=1e-6)


def test_priorities_without_impatience_are_as_kella_and_yechiali_and_davis():
    """E[W] of the k-th class: C/(cμ) / ((1 - σ(k-1))(1 - σ(k))), one mean talk, nobody is interrupted."""
    kinds = [Kind(20, priority=5, places=60), Kind(18, places=110)]
    (first, second), _ = figures(kinds, [Pool(3, (Handles(1, 180), Handles(0, 180)))], T)
    alone = theory.erlang_c(1.9, 3) * 60
    assert first.mean_wait_s == pytest.approx(alone / (1 - 1 / 3), rel=1e-6)
    assert second.mean_wait_s == pytest.approx(alone / (1 - 1 / 3) / (1 - 1.9 / 3), rel=1e-6)
    assert (second.asa_s, second.answered) == pytest.approx((second.mean_wait_s, 1))


def test_own_callers_come_first_whatever_order_they_rang_in():
    kinds = [Kind(20, places=60), Kind(18, places=110)]
    listed, _ = figures(kinds, [Pool(3, (Handles(0, 180), Handles(1, 180)))], T)
    prior, _ = figures([Kind(20, priority=1, places=60), kinds[1]], [Pool(3, (Handles(1, 180), Handles(0, 180)))], T)
    for one_way, other in zip(listed, prior, strict=True):
        assert one_way[:8] == pytest.approx(other[:8])


def test_an_n_of_two_agents_is_as_solved_by_hand():
    """One agent for the first kind, one for both, nobody waits: four states and their balance."""
    first, second, end = 1 / 100, 1 / 200, 1 / 180
    kinds = [Kind(first * 3600, places=0), Kind(second * 3600, places=0)]
    lent = Handles(0, 180, 1, 1, own=False)
    (n_first, n_second), _ = figures(kinds, [Pool(1, (Handles(0, 180),)), Pool(1, (Handles(1, 180), lent))], T)
    balance = np.array([
        [-first - second, end, end, 0],
        [first, -first - second - end, 0, end],
        [second, 0, -first - end, end],
        [1, 1, 1, 1],
    ])  # fmt: skip
    idle, own_busy, flexible_busy, both = np.linalg.solve(balance, [0, 0, 0, 1])
    assert n_first.blocked == pytest.approx(both)
    assert n_second.blocked == pytest.approx(flexible_busy + both)
    assert n_first.by_pool == pytest.approx((idle + flexible_busy, own_busy))


def test_wrap_up_only_adds_to_the_load_where_nobody_waits():
    """Erlang's loss formula holds whatever the form of the handle time."""
    assert one(60, 5, 120, 60, places=0)[0].blocked == pytest.approx(theory.erlang_b(3, 5))


def test_who_redials_is_offered_again_until_served_or_tired():
    share, _ = one(70, 4, patience_s=100, redial_share=0.6, redial_after_s=200, places=30)
    assert share.offered_per_h == pytest.approx(70 + 0.6 * share.abandoned * share.offered_per_h, rel=1e-6)
    none, _ = one(70, 4, patience_s=100, places=30)
    assert share.abandoned > none.abandoned
    late = one(70, 4, patience_s=100, redial_share=0.6, redial_after_s=20_000, places=30, most_redialling=260)[0]
    as_new = one(late.offered_per_h, 4, patience_s=100, places=30)[0]  # so late that they come as if anew
    assert late.abandoned == pytest.approx(as_new.abandoned, abs=2e-3)
    again, _ = one(40, 4, patience_s=100, served_redial_share=0.3, redial_after_s=200, places=30)
    assert again.offered_per_h == pytest.approx(40 / (1 - 0.3 * again.answered), rel=1e-6)


def test_talks_of_one_kind_or_one_phase_are_exponential():
    plain, _ = one(60, 4, patience_s=90)
    assert told(mixed(60, [(0.3, 180), (0.7, 180)], 4, 90, T)) == pytest.approx(told(plain))
    assert told(phased(60, 180, 1, 4, 90, T)) == pytest.approx(told(plain))
    swift, slow = mixed(60, [(0.5, 20), (0.5, 340)], 4, math.inf, T, 300), phased(60, 180, 3, 4, math.inf, T, 90)
    assert slow.mean_wait_s < one(60, 4)[0].mean_wait_s < swift.mean_wait_s


def test_one_agent_and_talks_of_any_form_are_as_pollaczek_and_khinchine():
    half_load = 10 / 3600 * 180
    for share, variation in (
        (phased(10, 180, 3, 1, math.inf, T, 80), 1 / 3),
        (mixed(10, [(0.5, 90), (0.5, 270)], 1, math.inf, T, 90), 1.5),
    ):
        expected_s = half_load * 180 * (1 + variation) / 2 / (1 - half_load)
        assert share.mean_wait_s == pytest.approx(expected_s, rel=1e-6)
    at_once, _, wait_s = constant(10, 180, 1, T)
    assert (at_once, wait_s) == pytest.approx((0.5, half_load * 180 / 2 / (1 - half_load)))


def test_constant_talks_are_as_erlang_found_for_one_agent():
    """P(W ≤ t) = (1 - ρ) Σ (-λ(t - jD))^j / j! · e^(λ(t - jD)), j ≤ t/D (Erlang 1909)."""
    rate = 10 / 3600
    for by_s in (0, 60, 180, 250, 700):
        terms = (
            (-rate * (by_s - j * 180)) ** j / math.factorial(j) * math.exp(rate * (by_s - j * 180))
            for j in range(int(by_s // 180) + 1)
        )
        assert constant(10, 180, 1, by_s)[1] == pytest.approx(0.5 * sum(terms))
    assert constant(55, 180, 3, 0)[1] == pytest.approx(constant(55, 180, 3, 0)[0])
    assert constant(55, 180, 3, 5000)[1] == pytest.approx(1)


def test_help_that_comes_at_once_is_a_second_pool_and_help_that_never_comes_is_none():
    pools = [Pool(2, (Handles(0, 240, 2),)), Pool(2, (Handles(0, 300, 1, 1, own=False),))]
    (at_once,), _ = figures([Kind(40, 240)], pools, T)
    soon, never = Delayed(40, 2, 240, 2, 300, 1e-4, 240).share(T), Delayed(40, 2, 240, 2, 300, 3000, 240).share(T)
    assert told(soon) == pytest.approx(told(at_once), rel=1e-5, abs=1e-9)
    assert soon.by_pool == pytest.approx(at_once.by_pool, rel=1e-5)
    assert told(never) == pytest.approx(as_theory(theory.mmcm(40, 240, 2, T, 240)), abs=1e-9)
    between = Delayed(40, 2, 240, 2, 300, 30, 240).share(T)
    assert soon.answered > between.answered > Delayed(40, 2, 240, 2, 300, 60, 240).share(T).answered > never.answered


def test_help_after_a_while_keeps_the_balance_of_those_who_come_and_go():
    """Of who is answered and who gives up by any time, none is missing, wherever the threshold lies."""
    model = Delayed(40, 2, 240, 2, 300, 60, 240)
    for threshold_s in (0, 30, 59.999, 60, 90, 2000):
        share = model.share(threshold_s)
        assert 0 <= share.within <= share.answered
        assert -1e-9 <= share.abandoned_late <= share.abandoned
    instant = model.share(60).within - model.share(59.9999).within
    assert instant > 0.05  # whom a free helper has waited for
    assert model.share(0).within == pytest.approx(model.share(0).at_once)


# --- Days ---


def test_uniformisation_is_the_exponential_of_the_matrix():
    matrix = generator(3, [(0, 1, 2.0), (1, 2, 0.5), (2, 0, 1.0), (2, -1, 0.3)])
    first = np.array([0.2, 0.5, 0.3])
    end, integral = after(first, matrix, 7.0)
    assert end == pytest.approx(first @ expm(7 * matrix.toarray()))
    assert integral @ matrix.toarray() == pytest.approx(end - first)
    far, _ = after(first, matrix * 1000, 7.0)
    assert far == pytest.approx(first @ expm(7000 * matrix.toarray()), abs=1e-12)
    closed = generator(3, [(0, 1, 2.0), (1, 2, 0.5), (2, 0, 1.0)])
    assert long_run(closed) == pytest.approx(after(first, closed, 100.0)[0])


def test_a_long_even_day_ends_as_the_formula():
    whole = Day([Piece(3, 60, come=4), Piece(6, 60)], 180, 90, 30)
    second = through(whole, T)[1]
    assert told(second) == pytest.approx(as_theory(theory.mmcm(60, 180, 4, T, 90)), rel=1e-4, abs=1e-5)


def test_the_beginning_of_a_day_is_as_in_closed_form():
    """One agent and callers who do not wait at all: busy at t with a/(1+a) (1 - e^-(λ+μ)t)."""
    rate, end, span = 12 / 3600, 1 / 180, 720
    (morning, whole) = through(Day([Piece(0.2, 12, come=1)], 180, 0.5, 4, drain_hours=0.1), T)
    busy = rate / (rate + end)
    free = 1 - busy * (1 - (1 - math.exp(-(rate + end) * span)) / (rate + end) / span)
    assert morning.at_once == pytest.approx(free, abs=1e-3)
    assert whole == morning


def test_whoever_talks_at_the_end_of_a_shift_finishes_and_takes_no_other():
    """Two agents, one goes: those who wait are taken at half the pace; both gone: nobody is answered."""
    pieces = [Piece(1, 60, come=2), Piece(1, 60, go=2), Piece(1, 60, come=2)]
    before, closed, after_it, _ = through(Day(pieces, 180, 120, 30, drain_hours=0.5), T, 4, 1)
    assert closed.at_once == 0
    assert closed.answered < 0.05  # only who still waits when somebody comes
    assert before.answered < after_it.answered + 0.2
    fewer = through(Day([Piece(1, 60, come=2), Piece(1, 60, go=1)], 180, 120, 30, drain_hours=0.5), T, 4, 1)[1]
    alone = through(Day([Piece(1, 60, come=2), Piece(1, 60, come=1, go=2)], 180, 120, 30, drain_hours=0.5), T, 4, 1)[1]
    assert fewer.answered < alone.answered  # the one who stays is busy, the one who comes is not
    assert [chosen(3, 2, 2, gone) for gone in (0, 1, 2)] == pytest.approx([0, 2 / 3, 1 / 3])


def test_a_day_by_its_states_and_by_its_callers_is_the_same_day():
    handles = (Handles(0, 180),)
    pieces = [(1, [60], [Pool(4, handles), Pool(0, handles)]), (0.5, [95], [Pool(0, handles), Pool(5, handles)])]
    (by_states,) = day([Kind(0, 150, places=30)], pieces)
    by_callers = through(Day([Piece(1, 60, come=4), Piece(0.5, 95, go=4, come=5)], 180, 150, 30), T, 8, 3)[-1]
    assert by_states.offered_per_h == pytest.approx(60 + 47.5)
    assert by_states.answered == pytest.approx(by_callers.answered, abs=1e-6)
    assert by_states.at_once == pytest.approx(by_callers.at_once, abs=1e-5)
    assert by_states.mean_wait_s == pytest.approx(by_callers.mean_wait_s, rel=1e-4)
