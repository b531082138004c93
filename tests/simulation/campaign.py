"""Run thousands of random towns through both drivers: `python -m tests.simulation.campaign --examples 5000 [--from 0]`.

Prints the seed of each town in which they differ, and in what; the exit code says whether there was any.
"""

import argparse
import sys
from collections import Counter
from random import Random

from tests.simulation.random_towns import random_town
from tests.simulation.two_drivers import both, compared

OUTCOMES = ("not made", "answered", "abandoned", "turned away", "closed", "partner", "kept", "not kept", "failed")
SHOWN = 4


def main() -> int:
    """How many towns differ, as an exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=1_000)
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first seed")
    arguments = parser.parse_args()
    met: Counter[str] = Counter()
    differing = 0
    for seed in range(arguments.first, arguments.first + arguments.examples):
        fast, faithful = both(random_town(Random(seed)))
        met.update(OUTCOMES[outcome] for outcome in fast.outcome.tolist())
        if found := compared(fast, faithful):
            differing += 1
            print(f"{seed}: {'; '.join(found[:SHOWN])}", flush=True)
    print(f"{arguments.examples} towns, {differing} differ; contacts: {dict(met)}")
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())
