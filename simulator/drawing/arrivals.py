"""When who rings: an exact Poisson process with a rate for each slot, or the very instants.

The replications of a chunk lie end to end on one line on which calls come at rate 1; a call's place there, led back
through the summed rates, is its instant. So arrivals rise without being sorted, and no call is drawn in vain.
"""

import math
from dataclasses import dataclass

import numpy as np

from simulator.contacts import Real, Small, Whole
from simulator.drawing.distributions import Row, drawn_rows
from simulator.drawing.line import Alias, Line, Places
from simulator.machine_code import ALIAS, PLACE, called
from simulator.remembered import remembered
from simulator.spans import Purpose
from simulator.world import Scenario, Shape, Stream

_HOUR_MS = 3_600_000.0


@dataclass(frozen=True, slots=True)
class Rates:
    """All streams together, slot by slot, no slot without calls; and which stream a call of the slot belongs to."""

    from_ms: Real
    to_ms: Real
    ms_per_call: Real
    """How long it takes for a call to be expected."""
    calls: Real
    """[slots + 1] Expected calls of a replication up to the beginning of each slot; the last is the sum."""
    keeps: Real
    """[slots, streams] Walker's alias table: how much of its share a stream keeps,"""
    gives: Small
    """and to whom the rest of it goes."""


@dataclass(frozen=True, slots=True)
class Roots:
    """The calls that people make by themselves, replication after replication."""

    first: Whole
    arrival_ms: Whole
    stream: Small


def expected_calls(scenario: Scenario) -> float:
    """Of one replication, redials apart."""
    rates, (fixed_ms, _) = rates_of(scenario), fixed_of(scenario)
    return float(rates.calls[-1]) + len(fixed_ms)


def roots(scenario: Scenario, chunk: int, replications: int) -> Roots:
    """The chunk's first so many replications."""
    drawn = _poisson(scenario, chunk, replications)
    fixed_ms, fixed_stream = fixed_of(scenario)
    return _merged(drawn, fixed_ms, fixed_stream, replications) if len(fixed_ms) else drawn


@remembered
def rates_of(scenario: Scenario) -> Rates:
    """The rates of all streams on one set of slots, cut where the callers' time ends."""
    streams, length = scenario.world.streams, scenario.run.length_ms
    cuts = {0, length} | {i * one.slot_ms for one in streams for i in range(len(one.per_hour) + 1)}
    edges = np.array(sorted(cut for cut in cuts if cut <= length), dtype=np.float64)
    rates = np.array([_rates_from(one, edges[:-1]) for one in streams]).reshape(len(streams), len(edges) - 1)
    sums = rates.sum(axis=0)
    used = sums > 0
    widths = np.diff(edges)[used]
    shares = np.ascontiguousarray((rates[:, used] / sums[used]).T)
    table = Alias(
        shares,
        keeps=np.ones_like(shares),
        gives=np.zeros(shares.shape, np.int32),
        left=np.empty(len(streams)),
        done=np.empty(len(streams), np.int32),
    )
    called(ALIAS, table)
    return Rates(
        from_ms=edges[:-1][used],
        to_ms=edges[1:][used],
        ms_per_call=_HOUR_MS / sums[used],
        calls=np.concatenate(([0.0], np.cumsum(sums[used] * widths / _HOUR_MS))),
        keeps=table.keeps,
        gives=table.gives,
    )


@remembered
def fixed_of(scenario: Scenario) -> tuple[Whole, Small]:
    """The instants that are given, rising, and their streams."""
    pairs = sorted(
        (at_ms, i)
        for i, stream in enumerate(scenario.world.streams)
        for at_ms in stream.at_ms
        if 0 <= at_ms < scenario.run.length_ms
    )
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return np.ascontiguousarray(both[:, 0]), both[:, 1].astype(np.int32)


def _rates_from(stream: Stream, from_ms: Real) -> Real:
    """Calls an hour in the slots that begin there; none after the stream's last."""
    per_hour = np.array((*stream.per_hour, 0.0))
    return per_hour[np.minimum(from_ms // stream.slot_ms, len(stream.per_hour)).astype(np.intp)]


def _poisson(scenario: Scenario, chunk: int, replications: int) -> Roots:
    rates, seed = rates_of(scenario), scenario.run.seed
    total = float(rates.calls[-1]) * replications
    if not total:
        return Roots(np.zeros(replications + 1, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int32))
    size = int(total + 6.0 * math.sqrt(total) + 64)
    while True:
        several = rates.keeps.shape[1] > 1
        rows = [Row(0, size, 0, Purpose.ARRIVAL, Shape.EXPONENTIAL), Row(size, size, 0, Purpose.STREAM)]
        numbers = drawn_rows(seed, chunk, 2 * size if several else size, rows[: 1 + several])
        gaps, marks = numbers[:size], numbers[size:]
        first, arrival_ms = np.zeros(replications + 1, np.int64), np.empty(size, np.int64)
        stream = np.empty(size, np.int32) if several else np.zeros(size, np.int32)
        table = (rates.from_ms, rates.to_ms, rates.ms_per_call, rates.calls, rates.keeps, rates.gives)
        made = called(PLACE, Line(gaps, marks, *table), Places(first, arrival_ms, stream))
        if made >= 0:
            return Roots(first, arrival_ms[:made], stream[:made])
        size *= 2


def _merged(drawn: Roots, fixed_ms: Whole, fixed_stream: Small, replications: int) -> Roots:
    """Both, by instant within each replication; given ones first."""
    own = np.repeat(np.arange(replications), np.diff(drawn.first))
    replication = np.concatenate((np.repeat(np.arange(replications), len(fixed_ms)), own))
    arrival_ms = np.concatenate((np.tile(fixed_ms, replications), drawn.arrival_ms))
    stream = np.concatenate((np.tile(fixed_stream, replications), drawn.stream))
    order = np.lexsort((arrival_ms, replication))
    first = drawn.first + len(fixed_ms) * np.arange(replications + 1)
    return Roots(first, arrival_ms[order], stream[order])
