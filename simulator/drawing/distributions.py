"""Draws of mean 1 in every form a span can have, filled in place: the longer the array, the same the beginning.

A form is drawn in two steps, raw numbers that know nothing of the parameter, then what the parameter makes of them: so
queues whose spans differ in spread alone cost one drawing. GAMMA and ERLANG cannot be split so.
"""

import math

import numpy as np

from simulator.contacts import Real
from simulator.world import Shape

SPLIT = frozenset({Shape.EXPONENTIAL, Shape.LOGNORMAL, Shape.WEIBULL, Shape.EMPIRICAL})
"""Whose raw numbers serve any parameter."""
_BLOCK = 2_048
_MOST_PHASES = 8
"""Up to so many, a product of uniforms is quicker than the general way."""


def fill(
    source: np.random.Generator, out: Real, shape: Shape, parameter: float = 0.0, samples: tuple[int, ...] = ()
) -> None:
    """`out` holds draws of mean 1; of the samples themselves if the form is EMPIRICAL."""
    raw(source, out, shape, parameter)
    shaped(out, out, shape, parameter, samples)


def raw(source: np.random.Generator, out: Real, shape: Shape, parameter: float) -> None:
    """`out` holds raw numbers for the form."""
    match shape:
        case Shape.EXPONENTIAL | Shape.WEIBULL:
            source.standard_exponential(out=out)
        case Shape.LOGNORMAL:
            source.standard_normal(out=out)
        case Shape.EMPIRICAL:
            source.random(out=out)
        case Shape.GAMMA | Shape.ERLANG if parameter in range(1, _MOST_PHASES + 1):
            _phases(source, out, int(parameter))
        case Shape.GAMMA | Shape.ERLANG:
            source.standard_gamma(parameter, out=out)


def shaped(numbers: Real, out: Real, shape: Shape, parameter: float, samples: tuple[int, ...] = ()) -> None:
    """`out` holds what becomes of raw numbers."""
    match shape:
        case Shape.CONSTANT:
            out[:] = 1.0
        case Shape.EXPONENTIAL:
            if out is not numbers:
                out[:] = numbers
        case Shape.LOGNORMAL:
            variance = math.log1p(parameter * parameter)
            np.multiply(numbers, math.sqrt(variance), out=out)
            out -= variance / 2.0
            np.exp(out, out=out)
        case Shape.WEIBULL:
            np.power(numbers, 1.0 / parameter, out=out)
            out /= math.gamma(1.0 + 1.0 / parameter)
        case Shape.EMPIRICAL:
            places = (numbers * len(samples)).astype(np.intp)
            np.take(np.array(samples, dtype=np.float64), places, out=out, mode="clip")
        case Shape.GAMMA | Shape.ERLANG:
            np.divide(numbers, parameter, out=out)


def _phases(source: np.random.Generator, out: Real, phases: int) -> None:
    """Sums of exponentials: the logarithm of a product of uniforms, block by block so that they stay at hand."""
    uniforms = np.empty((_BLOCK, phases))
    for begin in range(0, len(out), _BLOCK):
        block = out[begin : begin + _BLOCK]
        some = uniforms[: len(block)]
        source.random(out=some)
        np.subtract(1.0, some, out=some)
        block[:] = some[:, 0]
        for phase in range(1, phases):
            block *= some[:, phase]
        np.log(block, out=block)
        np.negative(block, out=block)
