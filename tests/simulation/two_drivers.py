"""The two drivers side by side: what of their outcomes is not the same."""

from dataclasses import fields

import numpy as np

from simulator.contacts import Outcomes
from simulator.drawing.draws import draw
from simulator.faithful.driver import run_faithful
from simulator.fast.driver import run_fast
from simulator.world import Scenario

FIRST_ROOM = 64
MOST_ROOM = 100_000


def both(scenario: Scenario, chunk: int = 0) -> tuple[Outcomes, Outcomes]:
    """What the fast and the faithful driver make of the same contacts."""
    room = FIRST_ROOM
    while True:
        contacts = draw(scenario, chunk, scenario.run.replications, room)
        fast = run_fast(scenario, contacts)
        if not fast.ran_out:
            return fast, run_faithful(scenario, contacts)
        assert room < MOST_ROOM, "nobody rings as often as that"
        room *= 4


def compared(fast: Outcomes, faithful: Outcomes) -> list[str]:
    """Each array in which they differ, with the first place of it."""
    found = []
    for field in fields(Outcomes):
        ours, theirs = (np.asarray(getattr(outcomes, field.name)) for outcomes in (fast, faithful))
        if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
            found.append(f"{field.name}: {ours.dtype} {ours.shape} and {theirs.dtype} {theirs.shape}")
        elif not np.array_equal(ours, theirs):
            place = tuple(int(i) for i in np.argwhere(ours != theirs)[0])
            found.append(f"{field.name}{list(place)}: {ours[place]} and {theirs[place]}")
    return found
