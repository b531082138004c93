"""The simulator beside exact figures: a table, with `python -m tests.simulation.exactness [--calls N] [NAME …]`.

Marked are figures outside their 99 % interval, and those that are wrong: further off than chance has it, or shares that
are off by more than a tenth of a percentage point though the interval is narrower. It ends with 1 if any is wrong.
"""

import argparse
import math
import sys
import time
from typing import NamedTuple

from simulator.drawing.arrivals import expected_calls
from simulator.measuring.intervals import Estimate
from simulator.measuring.measures import measures
from simulator.runs import Speed, run
from simulator.scenario.file import load_scenario
from tests.simulation.exact_cases import CASES

FEWEST = 40
"""Replications, so that their spread is known well enough."""
FAR = 4.0
"""Standard errors that chance all but never makes: once in 16 000 figures."""
MOST_BIAS = 0.001
"""Of a share."""


class Row(NamedTuple):
    """One figure beside its exact value."""

    model: str
    queue: str
    measure: str
    exact: float
    simulated: Estimate

    @property
    def half_width(self):
        """Of the 99 % interval."""
        return (self.simulated.high99 - self.simulated.low99) / 2

    @property
    def bias(self):
        return self.simulated.value - self.exact

    @property
    def is_share(self):
        return self.measure.endswith(("share", "level", "offered", "once", "occupancy"))

    @property
    def z(self):
        """In standard errors. What never happens, and never did, is as it should be."""
        if abs(self.bias) < 1e-9:
            return 0.0
        return self.bias / (self.half_width / 2.576) if self.half_width else math.inf

    @property
    def of_quarter(self):
        """One quarter of an hour: few calls."""
        return self.queue.startswith("quarter ")

    @property
    def wrong(self):
        """Not by chance, or by more than a tenth of a percentage point where that would be seen."""
        seen = self.is_share and self.half_width < MOST_BIAS < abs(self.bias)
        return abs(self.z) > FAR or seen

    @property
    def outside(self):
        return abs(self.bias) > 1e-9 and not self.simulated.low99 <= self.exact <= self.simulated.high99


def compared(case, calls, speed=Speed.AUTO, seed=1):
    """Every exact figure of a case beside the simulated one, after about so many calls."""
    loaded = load_scenario(case.path, seed=seed)
    assert loaded.scenario is not None, loaded.problems
    replications = max(FEWEST, math.ceil(calls / expected_calls(loaded.scenario)))
    result = run(loaded.scenario, speed=speed, replications=replications)
    found = measures(loaded.scenario, result.tallies)
    hours = (loaded.scenario.run.length_ms - loaded.scenario.run.warm_up_ms) / 3_600_000
    return [Row(case.name, *key, float(exact), _simulated(found, *key, hours)) for key, exact in case.exact().items()]


def _simulated(found, queue, measure, hours):
    if queue.startswith("quarter "):
        return getattr(found.quarters[None], measure).at(int(queue.split()[1]), found.n)
    if queue.startswith("agent "):
        return next(person.occupancy for person in found.people if person.id == queue.split()[1])
    if measure == "at_once":
        return found.waits[queue or None].shares(found.n).at(0, found.n)
    figures = found.queues[queue] if queue else found.total
    return figures["offered"].scaled(1 / hours) if measure == "offered_per_h" else figures[measure]


def line(row):
    mark = "  WRONG" if row.wrong else "  outside" if row.outside else ""
    numbers = f"{row.exact:11.5f} {row.simulated.value:11.5f} {row.half_width:9.5f} {row.z:7.2f}{mark}"
    return f"{row.model:18} {row.queue:14} {row.measure:22} {numbers}\n"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="models; by default all")
    parser.add_argument("--calls", type=int, default=20_000_000, help="of each model")
    parser.add_argument("--speed", type=Speed, default=Speed.AUTO)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    sys.stdout.write(f"{'model':18} {'of':14} {'measure':22} {'exact':>11} {'simulated':>11} {'± 99 %':>9} {'z':>7}\n")
    rows = []
    for case in CASES:
        if asked.names and case.name not in asked.names:
            continue
        began = time.monotonic()
        here = compared(case, asked.calls, asked.speed, asked.seed)
        rows += here
        sys.stdout.writelines(map(line, here))
        sys.stdout.write(f"{'':18} {time.monotonic() - began:.1f} s\n")
        sys.stdout.flush()
    wrong, outside = sum(row.wrong for row in rows), sum(row.outside for row in rows)
    worst = max((abs(row.bias) for row in rows if row.is_share and not row.of_quarter), default=0.0)
    sys.stdout.write(f"{len(rows)} figures, {outside} outside the 99 % interval, {wrong} wrong; ")
    sys.stdout.write(f"no share off by more than {100 * worst:.3f} percentage points\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
