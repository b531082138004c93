"""Models whose figures are known exactly, each with the scenario file that says the same in a planner's words.

The file and the chain are written apart, by the words of each; that they agree is the test.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from simulator import theory
from tests.simulation.exact.delayed import Delayed
from tests.simulation.exact.skills import Handles, Kind, Pool, day, figures
from tests.simulation.exact.staff import Day, Piece, through
from tests.simulation.exact.talks import constant, mixed, phased

OWN = Path(__file__).parent / "scenarios"
Key = tuple[str, str]
"""Queue ("" for all together) and measure, as the simulator calls it."""


@dataclass(frozen=True)
class Case:
    """A scenario and its exact figures; a name of the shipped ones, or of those that lie here."""

    name: str
    exact: Callable[[], dict[Key, float]]

    @property
    def path(self):
        """The file, or the name of one that comes along."""
        own = OWN / f"{self.name}.yaml"
        return str(own) if own.exists() else self.name


def of_share(queue, share, lent=()):
    """The figures of one queue. lent: the pools that are no own people of it."""
    known = {
        "answered_share": share.answered,
        "abandoned_share": share.abandoned,
        "turned_away_share": share.blocked,
        "service_level": share.service_level,
        "service_level_offered": share.within,
        "at_once": share.at_once / share.answered,
        "asa_s": share.asa_s,
        "mean_wait_s": share.mean_wait_s,
    }
    if lent:
        known["other_share"] = sum(share.by_pool[pool] for pool in lent) / share.answered
    return {(queue, measure): value for measure, value in known.items()}


def of_design(kinds, pools, threshold_s, people=(), lent=()):
    """kinds: by queue. people: one agent of each pool, for how busy they are. lent: by queue, pools that lend help."""
    shares, busy = figures(list(kinds.values()), pools, threshold_s)
    known = {(f"agent {name}", "occupancy"): share for name, share in zip(people, busy, strict=False)}
    for queue, share, kind in zip(kinds, shares, kinds.values(), strict=True):
        known |= of_share(queue, share, dict(lent).get(queue, ()))
        if kind.redial_share or kind.blocked_redial_share or kind.served_redial_share:
            known[queue, "offered_per_h"] = share.offered_per_h
    return known


def of_formula(formula, queue="q"):
    """The figures of one of our own formulas."""
    return {
        (queue, "answered_share"): formula.answered,
        (queue, "abandoned_share"): formula.abandoned,
        (queue, "turned_away_share"): formula.blocked,
        (queue, "service_level"): formula.service_level,
        (queue, "service_level_offered"): formula.within,
        (queue, "asa_s"): formula.asa_s,
        (queue, "mean_wait_s"): formula.mean_wait_s,
        ("", "occupancy"): formula.occupancy,
    }


def of_day(calls, staff, day, threshold_s):
    """calls: an hour, for each quarter. staff: who comes and who goes, by quarter. day: the rest of the model."""
    pieces = [Piece(0.25, per_h, *staff.get(n, (0, 0))) for n, per_h in enumerate(calls)]
    *quarters, whole = through(Day(pieces, *day), threshold_s, points=5, steps=1)
    known = of_share("q", whole)
    for number, share in enumerate(quarters):
        known[f"quarter {number}", "abandoned_share"] = share.abandoned
        known[f"quarter {number}", "service_level"] = share.service_level
        known[f"quarter {number}", "asa_s"] = share.asa_s
    return known


def twice(values):
    return [value for value in values for _ in range(2)]


# --- Distributions of patience ---


def erlang_survival(mean_s, phases, at_s):
    x = at_s * phases / mean_s
    return math.exp(-x) * sum(x**n / math.factorial(n) for n in range(phases))


def lognormal_survival(mean_s, cv, at_s):
    variance = math.log(1 + cv * cv)
    middle = math.log(mean_s) - variance / 2
    return 0.5 * math.erfc((math.log(at_s) - middle) / math.sqrt(2 * variance)) if at_s > 0 else 1.0


def weibull_survival(mean_s, shape, at_s):
    return math.exp(-((at_s / mean_s * math.gamma(1 + 1 / shape)) ** shape))


def patience(survival, breaks_s=()):
    return partial(lambda: of_formula(theory.mmcg(130, 240, 8, 60, survival, breaks_s)))


# --- The models ---


def v_own_first():
    kinds = {"q1": Kind(30, 300, places=45), "q2": Kind(35, 120, places=35)}
    return of_design(kinds, [Pool(4, (Handles(0, 240), Handles(1, 150)))], 60, ["a_1"])


def v_priority_room():
    kinds = {"q1": Kind(35, 240, places=3), "q2": Kind(25, priority=5, places=2)}
    return of_design(kinds, [Pool(3, (Handles(0, 200), Handles(1, 200)))], 60, ["a_1"])


def n_instant():
    kinds = {"q1": Kind(60, 180, places=35), "q2": Kind(40, 180, places=35)}
    flexible = Pool(3, (Handles(1, 180), Handles(0, 240, 1, 1, own=False)))
    return of_design(kinds, [Pool(3, (Handles(0, 180),)), flexible], 60, ["a_1", "b_1"], {"q1": [1]})


def x_instant():
    kinds = {"q1": Kind(55, 150, places=30), "q2": Kind(35, 150, places=30)}
    pools = [
        Pool(3, (Handles(0, 180), Handles(1, 240, 1, 1, own=False))),
        Pool(2, (Handles(1, 180), Handles(0, 240, 1, 1, own=False))),
    ]
    return of_design(kinds, pools, 60, ["a_1", "b_1"], {"q1": [1], "q2": [0]})


def w_small():
    kinds = {"q1": Kind(50, 240, places=40), "q2": Kind(45, 90, places=30)}
    both = Pool(2, (Handles(1, 220, 2), Handles(0, 220, 2)))
    return of_design(
        kinds, [Pool(2, (Handles(0, 180, 3),)), Pool(2, (Handles(1, 180, 3),)), both], 60, ["a_1", "b_1", "c_1"]
    )


def levels_room():
    pools = [Pool(n, (Handles(0, talk, level),), 40) for n, talk, level in ((1, 150, 3), (2, 200, 2), (2, 300, 1))]
    return of_design({"q": Kind(80, 200, places=4)}, pools, 30, ["c_1", "b_1", "a_1"], {"q": [2]})


def redials_wrap_up():
    kind = Kind(60, 120, places=40, redial_share=0.6, redial_after_s=300, most_redialling=35)
    return of_design({"q": kind}, [Pool(4, (Handles(0, 180),), 60)], 30, ["a_1"])


def redials_blocked():
    kind = Kind(90, 100, places=2, redial_share=0.5, blocked_redial_share=0.5, redial_after_s=600, most_redialling=50)
    return of_design({"q": kind}, [Pool(5, (Handles(0, 200),))], 30, ["a_1"])


def served_again():
    kind = Kind(60, 150, places=35, served_redial_share=0.1, redial_after_s=600, most_redialling=16)
    return of_design({"q": kind}, [Pool(4, (Handles(0, 180),))], 30, ["a_1"])


def mixed_levels():
    return of_share("", mixed(80, [(0.5, 120), (0.5, 320)], 5, 200, 60))


def day_up_and_down():
    staff = {0: (2, 0), 4: (4, 0), 10: (0, 2), 14: (0, 1)}
    return of_day(twice([30, 60, 100, 90, 70, 80, 60, 30]), staff, (200, 150, 30), 60)


def day_handover():
    return of_day([75] * 12, {0: (3, 0), 6: (4, 3)}, (240, 200, 35), 60)


def day_n_handover():
    helps = (Handles(1, 180), Handles(0, 240, 1, 1, own=False))

    def pools(old, new):
        return [Pool(3, (Handles(0, 180),)), Pool(old, helps), Pool(new, helps)]

    pieces = [(1, (60, 40), pools(2, 0)), (1, (90, 60), pools(0, 4)), (1, (70, 30), pools(0, 4))]
    first, second = day([Kind(0, 150, places=3), Kind(0, 150, places=3)], pieces)
    return {k: v for k, v in (of_share("q1", first, [1, 2]) | of_share("q2", second)).items() if not math.isnan(v)}


# --- Those that come along ---


def m_d_c():
    at_once, within, wait_s = constant(60, 240, 5, 120)
    return {("q", "at_once"): at_once, ("q", "service_level"): within, ("q", "asa_s"): wait_s}


def m_g_1(load, talk_s, cv):
    """Pollaczek–Khinchine."""
    wait_s = load * talk_s * (1 + cv * cv) / 2 / (1 - load)
    return {("q", "asa_s"): wait_s, ("q", "at_once"): 1 - load, ("", "occupancy"): load}


def n_design():
    kinds = {"q1": Kind(60, 480, places=40), "q2": Kind(45, 480, places=40)}
    flexible = Pool(4, (Handles(1, 240, 3), Handles(0, 300, 1, own=False)))
    return of_design(kinds, [Pool(4, (Handles(0, 240, 3),)), flexible], 120, ["a_1", "b_1"], {"q1": [1]})


def priority():
    kinds = {"akut": Kind(20, priority=5, places=40), "vanlig": Kind(45, places=250)}
    return of_design(kinds, [Pool(5, (Handles(1, 240), Handles(0, 240)))], 120, ["a_1"])


def redials():
    kind = Kind(75, places=0, blocked_redial_share=0.6, redial_after_s=600, most_redialling=60)
    return of_design({"q": kind}, [Pool(5, (Handles(0, 240),))], 120, ["a_1"])


def partner():
    share = Delayed(75, 4, 240, 3, 200, 60, 480).share(120)
    return of_share("q", share) | {("q", "partner_share"): share.by_pool[1] / share.answered}


def three_levels():
    pools = [Pool(n, (Handles(0, talk, level),)) for n, talk, level in ((1, 200, 3), (2, 240, 2), (2, 320, 1))]
    return of_design({"q": Kind(60, 480)}, pools, 120, ["expert_1", "van_1", "ny_1"], {"q": [2]})


def time_varying():
    staff = {0: (4, 0), 4: (4, 0), 8: (0, 2), 12: (0, 2)}
    return of_day(twice([40, 70, 100, 110, 90, 70, 60, 50]), staff, (240, 480, 40), 120)


CASES = [
    Case("m_m_20_m", lambda: of_formula(theory.mmcm(300, 240, 20, 120, 480))),
    Case("m_m_c", lambda: of_formula(theory.mmc(60, 240, 5, 120))),
    Case("loss", lambda: of_formula(theory.mmc_k(75, 240, 5, 120, 0))),
    Case("finite_room", lambda: of_formula(theory.mmc_k(80, 240, 5, 120, 10))),
    Case("m_d_c", m_d_c),
    Case("m_g_1", lambda: m_g_1(12 * 200 / 3600, 200, 1.2)),
    Case("wrap_up", lambda: m_g_1(12 * 210 / 3600, 210, 180 / 210)),
    Case("priority", priority),
    Case("n_design", n_design),
    Case("redials", redials),
    Case("three_levels", three_levels),
    Case("time_varying", time_varying),
    Case("v_own_first", v_own_first),
    Case("v_priority_room", v_priority_room),
    Case("n_instant", n_instant),
    Case("x_instant", x_instant),
    Case("w_small", w_small),
    Case("levels_room", levels_room),
    Case("redials_wrap_up", redials_wrap_up),
    Case("redials_blocked", redials_blocked),
    Case("served_again", served_again),
    Case("phases", lambda: of_share("q", phased(70, 200, 3, 4, 180, 60))),
    Case("mixed_levels", mixed_levels),
    Case("patience_erlang", patience(partial(erlang_survival, 150, 3))),
    Case("patience_lognormal", patience(partial(lognormal_survival, 240, 1.5))),
    Case("patience_weibull", patience(partial(weibull_survival, 240, 0.7))),
    Case("patience_constant", patience(lambda at_s: float(at_s < 100), [100.0])),
    Case("help_after_60_s", lambda: of_share("q", Delayed(40, 2, 240, 2, 300, 60, 240).share(60), [1])),
    Case("partner", partner),
    Case("day_up_and_down", day_up_and_down),
    Case("day_handover", day_handover),
    Case("day_n_handover", day_n_handover),
]
