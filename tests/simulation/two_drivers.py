"""The two drivers side by side: what of their outcomes is not the same."""

from dataclasses import fields
from random import Random

import numpy as np

from simulator.contacts import Outcomes
from simulator.draws import draw
from simulator.faithful import run_faithful
from simulator.fast import run_fast
from simulator.world import Scenario
from tests.simulation.random_towns import random_town

MOST_ROOM = 100_000


def differences(scenario: Scenario, chunk: int = 0) -> list[str]:
    """Each array in which the drivers differ, with the first place of it."""
    room = 64
    while True:
        contacts = draw(scenario, chunk, scenario.run.replications, room)
        fast = run_fast(scenario, contacts)
        if not fast.ran_out or room > MOST_ROOM:
            break
        room *= 4
    faithful = run_faithful(scenario, contacts)
    return [] if fast.ran_out and faithful.ran_out else compared(fast, faithful)


def compared(fast: Outcomes, faithful: Outcomes) -> list[str]:
    """As `differences`, of these outcomes."""
    found = []
    for field in fields(Outcomes):
        ours, theirs = (np.asarray(getattr(outcomes, field.name)) for outcomes in (fast, faithful))
        if ours.shape != theirs.shape:
            found.append(f"{field.name}: {ours.shape} and {theirs.shape}")
        elif not np.array_equal(ours, theirs):
            place = tuple(int(i) for i in np.argwhere(ours != theirs)[0])
            found.append(f"{field.name}{list(place)}: {ours[place]} and {theirs[place]}")
    return found


def town_differences(seed: int) -> list[str]:
    """Of the town with that seed."""
    return differences(random_town(Random(seed)))
