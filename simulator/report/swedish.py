"""Figures as they are written in Swedish: decimal comma, thin groups of thousands, a true minus sign."""

import math

from simulator.measuring.definitions import Unit
from simulator.measuring.intervals import Estimate

NOTHING = "–"
UNITS = {
    Unit.SHARE: "%",
    Unit.SECONDS: "s",
    Unit.COUNT: "",
    Unit.RATIO: "",
    Unit.MINUTES: "min",
    Unit.CROWNS: "kr",
}
SCALES = {Unit.SHARE: 100.0}
MOST_DECIMALS = {Unit.SHARE: 2, Unit.SECONDS: 2, Unit.COUNT: 1, Unit.RATIO: 3, Unit.MINUTES: 1, Unit.CROWNS: 0}
LEAST_DECIMALS = {Unit.SHARE: 1, Unit.SECONDS: 1, Unit.COUNT: 0, Unit.RATIO: 2, Unit.MINUTES: 0, Unit.CROWNS: 0}


def number(figure: float, decimals: int = 0) -> str:
    """12 345,6; a dash for none."""
    if not math.isfinite(figure):
        return NOTHING
    written = f"{figure:,.{decimals}f}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")
    if not written.strip("-0,"):
        written = written.lstrip("-")
    return written.replace("-", "\N{MINUS SIGN}")


def decimals_for(estimate: Estimate, unit: Unit) -> int:
    """So many that the interval's width shows in two digits, within what is sensible."""
    least, most = LEAST_DECIMALS[unit], MOST_DECIMALS[unit]
    width = estimate.half_width * SCALES.get(unit, 1.0)
    if not estimate.bounded or width <= 0:
        return least
    return min(most, max(least, 1 - math.floor(math.log10(width)) - 1))


def figure(estimate: Estimate, unit: Unit, *, signed: bool = False) -> str:
    """The figure with its unit: 78,4 %."""
    written = number(estimate.value * SCALES.get(unit, 1.0), decimals_for(estimate, unit))
    plus = "+" if signed and estimate.value > 0 and written.strip("0,") else ""
    name = "procentenheter" if signed and unit is Unit.SHARE else UNITS[unit]
    return plus + written + (f"\N{NO-BREAK SPACE}{name}" if name and written != NOTHING else "")


def interval(estimate: Estimate, unit: Unit, *, level: int = 95) -> str:
    """77,9–78,9; a dash for none. Written with "till" where a bound is negative."""
    low, high = (estimate.low95, estimate.high95) if level == 95 else (estimate.low99, estimate.high99)
    if not estimate.bounded:
        return NOTHING
    decimals = decimals_for(estimate, unit)
    scale = SCALES.get(unit, 1.0)
    ends = [number(bound * scale, decimals) for bound in (low, high)]
    return (" till " if low < 0 else NOTHING).join(ends)


def with_interval(estimate: Estimate, unit: Unit, *, signed: bool = False) -> str:
    """78,4 % (95 % KI 77,9–78,9)."""
    written = figure(estimate, unit, signed=signed)
    if not estimate.bounded:
        return written
    return f"{written} (95\N{NO-BREAK SPACE}% KI\N{NO-BREAK SPACE}{interval(estimate, unit)})"
