"""A scenario that has a formula, and its exact figures to set beside what was simulated.

It has one where calls come at random and equally often all the time to a line of its own, whose people serve no other
and are all there, equally quick and offered calls from the first; who gives up does not ring again. The formula tells
of the long run: a run that begins empty and is counted from the beginning comes to a little less waiting.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from queues.ids import QueueId, partner_of
from routing.circles import Circles
from routing.plan import Leads, Queue
from simulator import theory
from simulator.theory import Figures, NoSteadyStateError
from simulator.world import NEVER_MS, NONE, Callers, Duration, Scenario, Shape, Stream

SECOND_MS = 1000.0
MOST_JUMPS = 200
"""More, and each is too small to be told apart from a slope."""


@dataclass(frozen=True, slots=True)
class Formula:
    """What is known of one queue without simulation."""

    name: str
    """As planners know it."""
    figures: Figures

    def as_measures(self) -> dict[str, float]:
        """By the keys of `simulator.measuring.definitions`."""
        of = self.figures
        return {
            "service_level": of.service_level,
            "service_level_offered": of.within,
            "asa_s": of.asa_s,
            "mean_wait_s": of.mean_wait_s,
            "abandoned_share": of.abandoned,
            "turned_away_share": of.blocked,
            "answered_share": of.answered,
            "occupancy": of.occupancy,
        }


def formula_for(scenario: Scenario) -> Formula | None:
    """The formula of all calls, if all go to one queue that has one."""
    queues = {stream.queue for stream in scenario.world.streams}
    if len(queues) != 1:
        return None
    return formulas_for(scenario).get(next(iter(queues)))


def formulas_for(scenario: Scenario) -> dict[QueueId, Formula]:
    """Of each queue that has one."""
    world = scenario.world
    if not world.everybody_works or world.phones.misses or world.phones.answers_after != NONE:
        return {}
    circles = Circles(scenario.plan)
    found: dict[QueueId, Formula] = {}
    for queue in dict.fromkeys(stream.queue for stream in world.streams):
        streams = [stream for stream in world.streams if stream.queue == queue]
        seats = _seats(scenario, circles, queue)
        rules, callers = scenario.plan.queues[queue], world.callers.get(queue, Callers())
        if seats and _come_evenly(scenario, streams) and _stays(rules) and _alone(callers):
            formula = _formula(scenario, streams, seats, circles)
            if formula:
                found[queue] = formula
    return found


def as_dict(scenario: Scenario) -> dict[str, dict[str, object]]:
    """For JSON: each queue's formula by name, with its figures by the keys of the measures."""
    found = formulas_for(scenario)
    return {queue: {"name": formula.name, **formula.as_measures()} for queue, formula in found.items()}


def _formula(scenario: Scenario, streams: list[Stream], seats: list[int], circles: Circles) -> Formula | None:
    queue = streams[0].queue
    callers, rules = scenario.world.callers.get(queue, Callers()), scenario.plan.queues[queue]
    levels = {circles.level[queue][seat] for seat in seats}
    talks, wraps = {callers.talk[level] for level in levels}, {callers.wrap_up[level] for level in levels}
    places = math.inf if rules.max_length is None else rules.max_length.over
    if len(talks) != 1 or len(wraps) != 1:
        return None
    talk, wrap = talks.pop(), wraps.pop()
    rate = sum(stream.per_hour[0] for stream in streams)
    if not rate or not (talk.mean_ms or wrap.mean_ms):
        return None
    if places and (talk.shape is not Shape.EXPONENTIAL or wrap.mean_ms):
        return None
    handle_s = (_mean_ms(talk) + _mean_ms(wrap)) / SECOND_MS
    try:
        return _known(rate, handle_s, len(seats), scenario.run.threshold_ms / SECOND_MS, places, callers.patience)
    except NoSteadyStateError:
        return None


def _known(  # noqa: PLR0913, PLR0917 – the numbers of the model
    rate: float, handle_s: float, servers: int, threshold_s: float, places: float, patience: Duration
) -> Formula | None:
    """The one that fits, by its name."""
    endless = patience.mean_ms >= NEVER_MS
    if places == 0:
        return Formula(f"Erlang B, {servers} svarande", theory.mmc_k(rate, handle_s, servers, threshold_s, 0))
    if endless or patience.shape is Shape.EXPONENTIAL:
        mean_s = math.inf if endless else patience.mean_ms / SECOND_MS
        if math.isfinite(places):
            name = f"M/M/{servers}/{servers + int(places)}" + ("" if endless else "+M")
            return Formula(name, theory.mmc_k(rate, handle_s, servers, threshold_s, int(places), mean_s))
        name = f"Erlang {'C' if endless else 'A'}, {servers} svarande"
        return Formula(name, theory.mmcm(rate, handle_s, servers, threshold_s, mean_s))
    if math.isfinite(places):
        return None
    survival, breaks = surviving(patience)
    return Formula(f"M/M/{servers}+G", theory.mmcg(rate, handle_s, servers, threshold_s, survival, breaks))


def surviving(patience: Duration) -> tuple[Callable[[float], float], Sequence[float]]:
    """The share whose patience is longer than so many seconds, and where that jumps."""
    from scipy.special import gammaincc, ndtr  # noqa: PLC0415 – slow to load

    mean_s, of = patience.mean_ms / SECOND_MS, patience.parameter
    match patience.shape:
        case Shape.CONSTANT:
            return (lambda x: float(x < mean_s)), [mean_s]
        case Shape.EXPONENTIAL:
            return (lambda x: math.exp(-x / mean_s)), []
        case Shape.WEIBULL:
            scale = mean_s / math.gamma(1 + 1 / of)
            return (lambda x: math.exp(-((x / scale) ** of))), []
        case Shape.GAMMA | Shape.ERLANG:
            return (lambda x: float(gammaincc(of, x * of / mean_s))), []
        case Shape.LOGNORMAL:
            variance = math.log1p(of * of)
            middle = math.log(mean_s) - variance / 2
            return (lambda x: float(ndtr((middle - math.log(x)) / math.sqrt(variance))) if x > 0 else 1.0), []
        case Shape.EMPIRICAL:
            ends = np.sort(np.array(patience.samples, np.float64)) * mean_s
            jumps = np.unique(ends[ends < NEVER_MS / SECOND_MS]).tolist()
            return (lambda x: 1.0 - float(np.searchsorted(ends, x, side="right")) / len(ends)), (
                jumps if len(jumps) <= MOST_JUMPS else []
            )


def _mean_ms(duration: Duration) -> float:
    if duration.shape is Shape.EMPIRICAL:
        return duration.mean_ms * sum(duration.samples) / len(duration.samples)
    return duration.mean_ms


def _seats(scenario: Scenario, circles: Circles, queue: QueueId) -> list[int]:
    """Those who serve the queue, if they all do from the first and serve no other that anybody rings."""
    rules, rung = scenario.plan.queues[queue], {stream.queue for stream in scenario.world.streams}
    first = sum(1 << i for i, step in enumerate(rules.steps) if step.opens_by_time and not step.after_ms)
    seats = [seat for seat, steps in enumerate(circles.pair_steps[queue]) if steps]
    for seat in seats:
        others = [other for other in circles.reach[seat] if other != queue and other in rung]
        if partner_of(circles.seats[seat]) or others or not circles.pair_steps[queue][seat] & first:
            return []
    return seats


def _come_evenly(scenario: Scenario, streams: list[Stream]) -> bool:
    """Whether they ring at random, equally often during the whole run, and find it open."""
    start, length = scenario.start_ms, scenario.run.length_ms
    for stream in streams:
        slots = -(-length // stream.slot_ms)
        entrance = scenario.plan.entrances.get(stream.number) or scenario.plan.entrances.get("")
        rules = scenario.plan.queues[stream.queue]
        if stream.at_ms or len(stream.per_hour) < slots or len(set(stream.per_hour[:slots])) > 1:
            return False
        hours = [rules.hours, entrance.hours] if entrance else [rules.hours]
        if any(times.closes_at(start) < start + length for times in hours):
            return False
        if entrance and entrance.language != scenario.plan.language:
            return False
    return True


def _stays(rules: Queue) -> bool:
    """Whether whoever enters stays until answered or out of patience, but for a full line, where they are told so."""
    full = rules.max_length
    told = full is None or (bool(full.ways) and full.ways[-1].leads is Leads.MESSAGE and len(full.ways) == 1)
    return told and rules.max_wait is None and not rules.lend_when_ready_over


def _alone(callers: Callers) -> bool:
    """Whether no call follows from another."""
    settled = min(callers.resolved) >= 1
    again = callers.redial or (callers.rings_again and not settled) or (callers.callback and not settled)
    put_through = callers.transfers and callers.question_levels[0] < 1
    return not again and not put_through and callers.presses_callback_ms.mean_ms >= NEVER_MS
