"""Erlang B, C and A, and the many-server queue with any patience: exact figures to set beside what is simulated.

All of them say what is true in the long run when calls come at random (Poisson) to one queue, served in the order of
entering by equally quick agents whose handle times (talk with wrap-up) are exponential. Nothing is simulated here.
Everything is summed from positive terms relative to the largest, so thousands of erlangs neither overflow nor cancel.
"""

# ruff: noqa: PLR0913, PLR0917 – one parameter for each number of the model

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

NEGLIGIBLE = 1e-18
"""A term this much smaller than the largest ends a sum."""
SECONDS_IN_HOUR = 3600.0
LONGEST_PATIENCE_S = 7 * 86400.0
SHORTEST_PANEL_S = 1e-3


class NoSteadyStateError(ValueError):
    """More work comes than is done and nobody gives up, so the line grows without end."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What happens to calls in the long run. Shares are of the calls offered; waits end at the answer or leaving."""

    answered: float
    abandoned: float
    blocked: float
    """Turned away because every place was taken."""
    within: float
    """Answered after at most the threshold: the service level of offered."""
    abandoned_late: float
    """Abandoned after the threshold; whoever left before is `abandoned` less this."""
    waiting_share: float
    """Neither answered at once nor turned away."""
    asa_s: float
    """Mean wait of the answered."""
    mean_wait_s: float
    """Mean wait of all who were let in."""
    occupancy: float
    """Share of the agents' time that is handling."""

    @property
    def service_level(self) -> float:
        """By our definition: answered within the threshold ÷ (answered + abandoned after the threshold)."""
        counted = self.answered + self.abandoned_late
        return self.within / counted if counted else 1.0


def erlang_b(load: float, servers: int) -> float:
    """The share of calls that find all servers busy when nobody waits. load: erlangs offered.

    By the recursion in the number of servers (Jagerman 1974), which is stable upwards.
    """
    _require(load >= 0 and servers >= 0, "load and servers are not negative")
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(load: float, servers: int) -> float:
    """The share of calls that have to wait when everybody waits; 1 when load ≥ servers. load: erlangs offered."""
    if load >= servers:
        return 1.0
    blocked = erlang_b(load, servers)
    return blocked / (1.0 - load / servers * (1.0 - blocked))


def mmc(arrivals_per_h: float, mean_handle_s: float, servers: int, threshold_s: float) -> Figures:
    """Figures of M/M/c (Erlang C): everybody waits.

    Raises NoSteadyStateError when the load is not less than the servers.
    """
    rate, load = _checked(arrivals_per_h, mean_handle_s, servers, threshold_s)
    if load >= servers:
        raise NoSteadyStateError(f"{load:.2f} erlangs and {servers} agents: the line grows without end")
    waiting = erlang_c(load, servers)
    drain = servers / mean_handle_s - rate
    wait_s = waiting / drain
    late = waiting * math.exp(-drain * threshold_s)
    return Figures(1.0, 0.0, 0.0, 1.0 - late, 0.0, waiting, wait_s, wait_s, load / servers)


def mmcm(
    arrivals_per_h: float, mean_handle_s: float, servers: int, threshold_s: float, mean_patience_s: float
) -> Figures:
    """Figures of M/M/c+M (Erlang A): patience is exponential with the mean given; math.inf gives Erlang C."""
    if math.isinf(mean_patience_s):
        return mmc(arrivals_per_h, mean_handle_s, servers, threshold_s)
    return _with_places(arrivals_per_h, mean_handle_s, servers, threshold_s, math.inf, mean_patience_s)


def mmc_k(
    arrivals_per_h: float,
    mean_handle_s: float,
    servers: int,
    threshold_s: float,
    places: int,
    mean_patience_s: float = math.inf,
) -> Figures:
    """Figures of M/M/c with so many places to wait, the rest turned away; with 0 places Erlang B.

    Patience is endless, or exponential with the mean given.
    """
    _require(places >= 0, "places are not negative")
    return _with_places(arrivals_per_h, mean_handle_s, servers, threshold_s, places, mean_patience_s)


def _with_places(
    arrivals_per_h: float, mean_handle_s: float, servers: int, threshold_s: float, places: float, mean_patience_s: float
) -> Figures:
    """Figures of M/M/c/K+M from its stationary states and what becomes of whoever finds each (Palm 1957, Riordan 1962).

    With j ahead of them in line, a caller is reached after j + 1 stages of rates cμ, cμ + θ, …, cμ + jθ, and answered
    with probability cμ/(cμ + (j+1)θ); if so, after Σ 1/(cμ + iθ), i = 1…j+1, in the mean.
    """
    rate, load = _checked(arrivals_per_h, mean_handle_s, servers, threshold_s)
    _require(mean_patience_s > 0, "patience is longer than nothing")
    if load == 0:
        return Figures(1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    service, leaving = servers / mean_handle_s, 1.0 / mean_patience_s
    line = _line(rate, service, leaving, places)
    free, busy = line[0] * servers, load * erlang_b(load, servers - 1)  # what the two kinds of states weigh
    total = free + busy * math.fsum(line)
    found = [busy * weight / total for weight in line]
    blocked = found.pop() if len(found) == places + 1 else 0.0
    drains = [service + (j + 1) * leaving for j in range(len(found))]
    chances = [service / drain for drain in drains]
    wait_if_answered = list(accumulate(1.0 / drain for drain in drains))
    reached = _reached(service, leaving, threshold_s, len(found))
    soon = [c * r for c, r in zip(chances, _reached(service + leaving, leaving, threshold_s, len(found)), strict=True)]
    staying = math.exp(-leaving * threshold_s)
    late = [max(0.0, staying * (1.0 - r) - (c - s)) for c, r, s in zip(chances, reached, soon, strict=True)]
    answered = free / total + _sum_of_products(found, chances)
    waited_s = _sum_of_products([f * c for f, c in zip(found, chances, strict=True)], wait_if_answered)
    spent_s = _sum_of_products(found, [(j + 1) / drain for j, drain in enumerate(drains)])
    return Figures(
        answered=answered,
        abandoned=leaving * spent_s,
        blocked=blocked,
        within=free / total + _sum_of_products(found, soon),
        abandoned_late=_sum_of_products(found, late) if leaving else 0.0,
        waiting_share=math.fsum(found),
        asa_s=waited_s / answered,
        mean_wait_s=spent_s / (1.0 - blocked),
        occupancy=load * answered / servers,
    )


def _line(rate: float, service: float, leaving: float, places: float) -> list[float]:
    """Relative weights of 0, 1, … callers in line while all are busy, the largest 1, the negligible tail left out."""
    weights = [1.0]
    largest = 1.0
    while len(weights) <= places:
        j = len(weights)
        drain = service + j * leaving
        weight = weights[-1] * rate / drain
        if weight < NEGLIGIBLE * largest and rate < drain:
            break
        weights.append(weight)
        largest = max(largest, weight)
        if largest > 1e250:
            weights = [w / largest for w in weights]
            largest = 1.0
    return [w / largest for w in weights]


def _reached(service: float, leaving: float, by_s: float, most: int) -> list[float]:
    """For j = 0, 1, … < most: the chance that j + 1 stages of rates service, service + leaving, … are done by then.

    The number done is Poisson when nobody leaves, else negative binomial with service/leaving and e^(-leaving·t).
    """
    if most == 0:
        return []
    if leaving:
        ratio, gone = service / leaving, -math.expm1(-leaving * by_s)
        likeliest = min(most - 1, max(0, int((ratio - 1) * gone / max(1.0 - gone, 1e-12))))
    else:
        ratio, gone = math.inf, 0.0
        likeliest = min(most - 1, int(service * by_s))

    def step(n: int) -> float:
        """The chance of n relative to that of n - 1."""
        return gone * (ratio + n - 1) / n if leaving else service * by_s / n

    shares = [math.exp(math.fsum(math.log(step(n)) for n in range(1, likeliest + 1)) - service * by_s)]
    for n in range(likeliest, 0, -1):
        shares.append(shares[-1] / step(n))
    shares.reverse()
    for n in range(likeliest + 1, most):
        shares.append(shares[-1] * step(n))
    return [max(0.0, 1.0 - done) for done in accumulate(shares)]


def _sum_of_products(first: Sequence[float], second: Sequence[float]) -> float:
    return math.fsum(map(operator.mul, first, second))


def mmcg(
    arrivals_per_h: float,
    mean_handle_s: float,
    servers: int,
    threshold_s: float,
    survival: Callable[[float], float],
    breaks_s: Sequence[float] = (),
) -> Figures:
    """Figures of M/M/c+G: `survival` is the share of callers whose patience is longer than so many seconds.

    The wait that a caller would have without giving up has the density λ·exp(λH(x) - cμx) over x > 0, H the integral of
    `survival` (Baccelli & Hebuterne 1981; Zeltyn & Mandelbaum 2005), and is 0 with the weight 1/B(c-1). breaks_s: where
    `survival` is known to jump. Needs numpy.
    """
    rate, load = _checked(arrivals_per_h, mean_handle_s, servers, threshold_s)
    _require(load > 0, "somebody calls")
    grid = _grid(rate, servers / mean_handle_s, survival, sorted({threshold_s, *breaks_s}))
    peak = max(0.0, *(point.exponent for point in grid))
    idle, busy = math.exp(-peak), rate * erlang_b(load, servers - 1)
    weights = [busy * point.width * math.exp(point.exponent - peak) for point in grid]
    total = idle + math.fsum(weights)
    staying = survival(threshold_s)
    soon = [w * p.stays for w, p in zip(weights, grid, strict=True) if p.at_s <= threshold_s]
    later = [w * p.stays for w, p in zip(weights, grid, strict=True) if p.at_s > threshold_s]
    late = [w * max(0.0, staying - p.stays) for w, p in zip(weights, grid, strict=True) if p.at_s > threshold_s]
    answered = (idle + math.fsum(soon) + math.fsum(later)) / total
    return Figures(
        answered=answered,
        abandoned=max(0.0, 1.0 - answered),
        blocked=0.0,
        within=(idle + math.fsum(soon)) / total,
        abandoned_late=math.fsum(late) / total,
        waiting_share=1.0 - idle / total,
        asa_s=_sum_of_products(soon + later, [p.at_s for p in grid]) / total / answered,
        mean_wait_s=_sum_of_products(weights, [p.patience_s for p in grid]) / total,
        occupancy=load * answered / servers,
    )


class _Point(NamedTuple):
    """A point of a quadrature over the wait that nobody gives up on."""

    at_s: float
    width: float
    stays: float
    """The survival here."""
    patience_s: float
    """H: the mean of the shorter of this wait and the patience."""
    exponent: float


def _grid(rate: float, service: float, survival: Callable[[float], float], marks: Sequence[float]) -> list[_Point]:
    """Gauss–Legendre points in panels so narrow that neither the density nor the survival changes much in any.

    The exponent is concave, so the end of the panels is where it has fallen far below its peak.
    """
    nodes, widths, inner = _gauss()
    grid: list[_Point] = []
    start = patience = peak = 0.0
    width = 1.0 / service
    while start < LONGEST_PATIENCE_S:
        ahead = next((mark for mark in marks if mark > start), math.inf)
        width = min(width, ahead - start)
        while True:
            stays = [survival(start + width * node) for node in nodes]
            steepest = max(abs(rate * stays[0] - service), abs(rate * stays[-1] - service))
            if width <= SHORTEST_PANEL_S or (steepest * width < 6 and stays[0] - stays[-1] < 0.05):
                break
            width /= 2
        for node, share, row, here in zip(nodes, widths, inner, stays, strict=True):
            at_s, so_far = start + width * node, patience + width * _sum_of_products(row, stays)
            grid.append(_Point(at_s, width * share, here, so_far, rate * so_far - service * at_s))
        patience += width * _sum_of_products(widths, stays)
        peak = max(peak, grid[-1].exponent)
        if grid[-1].exponent < peak - 45:
            return grid
        start = min(ahead, start + width)
        width *= 2
    raise NoSteadyStateError("too few ever give up: the line grows without end")


def _gauss() -> tuple[list[float], list[float], list[list[float]]]:
    """Gauss–Legendre's points in (0, 1), their weights, and the weights that integrate from 0 to each point."""
    import numpy as np  # noqa: PLC0415 – whoever asks for Erlang C has no need of it
    from numpy.polynomial import legendre  # noqa: PLC0415

    nodes, widths = legendre.leggauss(12)
    order = np.arange(12)
    values = legendre.legvander(nodes, 12)
    below = np.column_stack([-np.ones(12), values[:, :11]])  # P(-1) is -1 here, so that the first integral is x + 1
    integrals = (values[:, 1:] - below) / (2 * order + 1)
    inner = integrals @ np.linalg.inv(values[:, :12])
    return ((nodes + 1) / 2).tolist(), (widths / 2).tolist(), (inner / 2).tolist()


def fewest_agents(
    arrivals_per_h: float,
    mean_handle_s: float,
    threshold_s: float,
    service_level: float,
    mean_patience_s: float = math.inf,
    most_abandoned: float = 1.0,
    most_occupancy: float = 1.0,
) -> int:
    """The fewest agents with that service level (our definition), no more abandoned and none busier; 0 if nobody calls.

    By Erlang A, or Erlang C with endless patience. Each figure only improves with another agent, so it is bisected.
    """
    _require(0 <= service_level < 1 and most_abandoned > 0 and most_occupancy > 0, "the targets can be reached")
    load = arrivals_per_h / SECONDS_IN_HOUR * mean_handle_s

    def enough(servers: int) -> bool:
        if servers == 0 or (math.isinf(mean_patience_s) and load >= servers):
            return load == 0
        figures = mmcm(arrivals_per_h, mean_handle_s, servers, threshold_s, mean_patience_s)
        reached = figures.service_level >= service_level
        return reached and figures.abandoned <= most_abandoned and figures.occupancy <= most_occupancy

    too_few, many = -1, 0
    while not enough(many):
        too_few, many = many, max(1, 2 * many)
    while many - too_few > 1:
        middle = (too_few + many) // 2
        too_few, many = (too_few, middle) if enough(middle) else (middle, many)
    return many


def _checked(arrivals_per_h: float, mean_handle_s: float, servers: int, threshold_s: float) -> tuple[float, float]:
    """Arrivals per second and erlangs offered."""
    _require(arrivals_per_h >= 0 and mean_handle_s > 0, "calls are not negative and take some time")
    _require(servers >= 1 and threshold_s >= 0, "at least one agent, and a threshold that is not negative")
    rate = arrivals_per_h / SECONDS_IN_HOUR
    return rate, rate * mean_handle_s


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(what)
