"""What the loops of `simulator.drawing.placing` read and fill."""

from typing import NamedTuple

from simulator.contacts import Real, Small, Whole


class Line(NamedTuple):
    """What is drawn on the line of a chunk, and the rates along it."""

    gaps: Real
    marks: Real
    from_ms: Real
    to_ms: Real
    ms_per_call: Real
    calls: Real
    keeps: Real
    gives: Small


class Places(NamedTuple):
    """Where the calls come to: to be filled."""

    first: Whole
    arrival_ms: Whole
    stream: Small


class Alias(NamedTuple):
    """Walker's table, to be filled, and room to work in."""

    shares: Real
    """[slots, streams] Of each slot, 1 in sum."""
    keeps: Real
    gives: Small
    left: Real
    done: Small
