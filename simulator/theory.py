"""Erlang B, C and A, and the many-server queue with any patience: exact figures to set beside what is simulated.

All of them say what is true in the long run when calls come at random (Poisson) to one queue, served in the order of
entering by equally quick agents whose handle times (talk with wrap-up) are exponential. Nothing is simulated here.
Everything is summed from positive terms relative to the largest, so thousands of erlangs neither overflow nor cancel.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

NEGLIGIBLE = 1e-18
"""A term this much smaller than the largest ends a sum."""
SECONDS_IN_HOUR = 3600.0


class NoSteadyStateError(ValueError):
    """More work comes than is done and nobody gives up, so the line grows without end."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What happens to calls in the long run. All shares are of the calls offered; waits end at the answer or leaving."""

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

    With j ahead of them in line, a caller's place is reached after j + 1 stages of rates cμ, cμ + θ, …, cμ + jθ, so
    they are answered with probability cμ/(cμ + (j+1)θ), then after Σ 1/(cμ + iθ), i = 1…j+1, in the mean, and the
    number of such stages done by an instant is negative binomial (Poisson when θ is 0).
    """
    rate, load = _checked(arrivals_per_h, mean_handle_s, servers, threshold_s)
    _require(mean_patience_s > 0, "patience is longer than nothing")
    service = servers / mean_handle_s
    leaving = 1.0 / mean_patience_s
    line = _line(rate, service, leaving, places)
    # The states in which somebody is free weigh 1/B(c-1) relative to "all busy, nobody waits".
    free = 1.0 / erlang_b(load, servers - 1) if load > 0 else math.inf
    total = free * line[0] + math.fsum(line) if load > 0 else 1.0
    at_once = free * line[0] / total if load > 0 else 1.0
    found = [weight / total for weight in line] if load > 0 else []
    blocked = found.pop() if len(found) == places + 1 else 0.0
    answered, within, late, waits_answered, waits = [at_once], [at_once], [], [], []
    reached = _reached(service, leaving, threshold_s)
    tilted = _reached(service + leaving, leaving, threshold_s)
    mean_if_answered = mean_in_line = 0.0
    for j, share in enumerate(found):
        chance = service / (service + (j + 1) * leaving)
        mean_if_answered += 1.0 / (service + (j + 1) * leaving)
        mean_in_line = mean_if_answered * chance if leaving == 0 else (1.0 - chance) / leaving
        soon = chance * next(tilted)
        still_there = math.exp(-leaving * threshold_s) * (1.0 - next(reached))
        answered.append(share * chance)
        within.append(share * soon)
        late.append(share * max(0.0, still_there - (chance - soon)))
        waits_answered.append(share * chance * mean_if_answered)
        waits.append(share * mean_in_line)
    got_through = math.fsum(answered)
    return Figures(
        answered=got_through,
        abandoned=max(0.0, 1.0 - blocked - got_through) if leaving else 0.0,
        blocked=blocked,
        within=math.fsum(within),
        abandoned_late=math.fsum(late) if leaving else 0.0,
        waiting_share=math.fsum(found),
        asa_s=math.fsum(waits_answered) / got_through if got_through else 0.0,
        mean_wait_s=math.fsum(waits) / (1.0 - blocked) if blocked < 1 else 0.0,
        occupancy=load * got_through / servers,
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


def _reached(service: float, leaving: float, by_s: float) -> Iterator[float]:
    """For j = 0, 1, … ahead: the chance that stages of rates service, service + leaving, … j + 1 of them, are done.

    The number done is negative binomial with service/leaving and e^(-leaving·t), the chance of more than j of them;
    Poisson of mean service·t when nobody leaves. Summed outwards from the likeliest number, normalised by the sum.
    """
    gone = -math.expm1(-leaving * by_s)
    ratio = service / leaving if leaving else math.inf

    def step(n: int) -> float:
        """The weight of n relative to that of n - 1."""
        return gone * (ratio + n - 1) / n if leaving else service * by_s / n

    mean = service * by_s if not leaving else (ratio - 1) * gone / (1.0 - gone) if gone < 1 else math.inf
    if by_s == 0 or math.isinf(mean):
        while True:
            yield 0.0 if by_s == 0 else 1.0
    mode = max(0, int(mean))
    down = [1.0]
    while len(down) <= mode and down[-1] > NEGLIGIBLE:
        down.append(down[-1] / step(mode - len(down) + 1))
    weights = down[::-1]
    first, n = mode + 1 - len(weights), mode
    while weights[-1] > NEGLIGIBLE or n <= mode:
        n += 1
        weights.append(weights[-1] * step(n))
    total = math.fsum(weights)
    yield from _chances_of_more(weights, first, total)


def _chances_of_more(weights: Sequence[float], first: int, total: float) -> Iterator[float]:
    """For j = 0, 1, …: the chance of a number over j, when the numbers from `first` weigh so much."""
    for _ in range(first):
        yield 1.0
    more = [0.0]
    for weight in reversed(weights):
        more.append(more[-1] + weight)
    more.reverse()
    for rest in more[1:]:
        yield rest / total
    while True:
        yield 0.0


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
    `survival` jumps or bends, so that the quadrature does not reach across. Needs numpy.
    """
    rate, load = _checked(arrivals_per_h, mean_handle_s, servers, threshold_s)
    _require(load > 0, "somebody calls")
    service = servers / mean_handle_s
    grid = _grid(rate, service, survival, {threshold_s, *breaks_s})
    peak = max(exponent for *_, exponent in grid)
    idle = math.exp(-peak) / erlang_b(load, servers - 1) / rate
    total = idle + math.fsum(w * math.exp(g - peak) for _, w, _, g in grid)
    answered = within = late = waits_answered = waits = 0.0
    staying = survival(threshold_s)
    within = answered = idle / total
    for x, width, stays, exponent in grid:
        share = width * math.exp(exponent - peak) / total
        answered += share * stays
        waits_answered += share * stays * x
        waits += share * (exponent + service * x) / rate
        if x <= threshold_s:
            within += share * stays
        else:
            late += share * max(0.0, staying - stays)
    waiting = 1.0 - idle / total
    return Figures(
        answered, max(0.0, 1.0 - answered), 0.0, within, late, waiting, waits_answered / answered, waits,
        load * answered / servers,
    )  # fmt: skip


def _grid(
    rate: float, service: float, survival: Callable[[float], float], marks: set[float]
) -> list[tuple[float, float, float, float]]:
    """Points x, their quadrature weights, survival there, and λH(x) - cμx, as far as the last is not negligible.

    Gauss–Legendre on panels that are a fraction of the sharpest the density can be, growing where it is flat.
    """
    from numpy.polynomial.legendre import leggauss  # noqa: PLC0415, I001 – not everybody who asks for Erlang C has numpy

    nodes, halves = leggauss(12)
    points: list[tuple[float, float, float, float]] = []
    start, before, peak = 0.0, 0.0, 0.0
    spread = 2.0 / math.sqrt(rate * service)
    far = max(marks)
    inside = 1 / 3600 / 24
    grown = spread
    while True:
        ahead = [mark for mark in marks if mark > start + inside]
        end = min([start + grown, *ahead])
        half = (end - start) / 2
        xs = [start + half * (1 + float(node)) for node in nodes]
        stays = [survival(x) for x in xs]
        patience = before
        for i, x in enumerate(xs):
            patience = before + _integral(survival, start, x, nodes, halves)
            points.append((x, half * float(halves[i]), stays[i], rate * patience - service * x))
        before += half * math.fsum(float(h) * s for h, s in zip(halves, stays, strict=True))
        exponent = rate * before - service * end
        peak = max(peak, exponent)
        start = end
        steep = abs(rate * stays[-1] - service)
        grown = min(grown * 1.5, max(spread, min(4.0 / steep if steep else math.inf, 8 * spread)))
        if exponent < peak - 45 and start >= far:
            return points
        if start > 1e7:
            raise NoSteadyStateError("too few ever give up: the line grows without end")


def _integral(survival: Callable[[float], float], start: float, end: float, nodes: object, halves: object) -> float:
    raise NotImplementedError


def fewest_agents() -> None:
    pass


def _checked(arrivals_per_h: float, mean_handle_s: float, servers: int, threshold_s: float) -> tuple[float, float]:
    """Arrivals per second and erlangs offered."""
    _require(arrivals_per_h >= 0 and mean_handle_s > 0, "calls are not negative and take some time")
    _require(servers >= 1 and threshold_s >= 0, "at least one agent, and a threshold that is not negative")
    rate = arrivals_per_h / SECONDS_IN_HOUR
    return rate, rate * mean_handle_s


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(what)
