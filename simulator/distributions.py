"""Draws of mean 1 in every form a span can have, filled in place: the longer the array, the same the beginning."""

import math

import numpy as np

from simulator.contacts import Real
from simulator.world import Shape


def fill(
    source: np.random.Generator, out: Real, shape: Shape, parameter: float = 0.0, samples: tuple[int, ...] = ()
) -> None:
    """`out` holds draws of mean 1; of the samples themselves if the form is EMPIRICAL."""
    match shape:
        case Shape.CONSTANT:
            out[:] = 1.0
        case Shape.EXPONENTIAL:
            source.standard_exponential(out=out)
        case Shape.LOGNORMAL:
            _lognormal(source, out, parameter)
        case Shape.GAMMA | Shape.ERLANG:
            source.standard_gamma(parameter, out=out)
            out /= parameter
        case Shape.WEIBULL:
            source.standard_exponential(out=out)
            np.power(out, 1.0 / parameter, out=out)
            out /= math.gamma(1.0 + 1.0 / parameter)
        case Shape.EMPIRICAL:
            _empirical(source, out, samples)


def _lognormal(source: np.random.Generator, out: Real, cv: float) -> None:
    variance = math.log1p(cv * cv)
    source.standard_normal(out=out)
    out *= math.sqrt(variance)
    out -= variance / 2.0
    np.exp(out, out=out)


def _empirical(source: np.random.Generator, out: Real, samples: tuple[int, ...]) -> None:
    source.random(out=out)
    out *= len(samples)
    np.take(np.array(samples, dtype=np.float64), out.astype(np.intp), out=out, mode="clip")
