"""The loops run as plain Python on arrays that refuse a negative index: compiled code would not notice one."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from simulator import machine_code
from simulator.contacts import Contacts, Outcomes
from simulator.drawing import arrivals
from simulator.drawing.draws import draw
from simulator.fast import driver
from simulator.measuring import tally
from simulator.scenario.file import load_scenario
from simulator.world import Scenario

SHORT_MS = 1_200_000
DAYS = ("botkyrka", "danderyd", "jonkoping")
MODELS = (
    "sex_grupper",
    "partner",
    "three_levels",
    "redials",
    "ringing",
    "finite_room",
    "step_after_60_s",
    "unresolved",
)


class FromZero(np.ndarray):
    """An array that no index may count from the end of."""

    def __getitem__(self, index):
        refuse_negative(index)
        return super().__getitem__(index)

    def __setitem__(self, index, value):
        refuse_negative(index)
        super().__setitem__(index, value)


def refuse_negative(index: object) -> None:
    """Raises IndexError."""
    for one in index if isinstance(index, tuple) else (index,):
        if not isinstance(one, slice) and one < 0:
            raise IndexError(f"{index} counts from the end")


def watch() -> None:
    """From now on every loop gets such arrays."""
    called = machine_code.called

    def watched(kernel, *arrays):
        return called(kernel, *(type(some)(*(one.view(FromZero) for one in some)) for some in arrays))

    arrivals.called = driver.called = tally.called = watched


def scenarios() -> Iterator[Scenario]:
    """A day each, or twenty minutes."""
    for name in DAYS + MODELS:
        one = load_scenario(name).scenario
        length = one.run.length_ms if name in DAYS else SHORT_MS
        yield replace(one, run=replace(one.run, replications=1, length_ms=length, warm_up_ms=0, cool_down_ms=0))


def digests() -> list[str]:
    """Of everything that is drawn, becomes of it and is counted."""
    return [_digest(scenario) for scenario in scenarios()]


def _digest(scenario: Scenario) -> str:
    contacts = draw(scenario, 0, 1)
    outcomes = driver.run_fast(scenario, contacts)
    counted = tally.tally(scenario, contacts, outcomes)
    digest = hashlib.sha256()
    for made, fields in ((contacts, Contacts), (outcomes, Outcomes), (counted, tally.Tallies)):
        for field in fields.__slots__:
            digest.update(np.ascontiguousarray(getattr(made, field)).tobytes())
    return digest.hexdigest()
