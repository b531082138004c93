"""What made-up agents' phones do when they ring, by lot."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from ivr.testphone.agent import Ring
from ivr.testphone.behaviour import (
    Behaviour,
    answer,
    answer_and_drop,
    busy,
    dead_air,
    decline,
    ignore,
    refuse_with,
    ring_forever,
)

MANNERS: Mapping[str, float] = {
    "answers": 88,
    "rings_out": 4,
    "declines": 3,
    "is_busy": 2,
    "drops": 2,
    "is_broken": 1,
}
"""Ways to treat a ring and their shares; also known: dead_air, ignores."""
DILIGENT: Mapping[str, float] = {"answers": 1}


@dataclass(frozen=True, slots=True)
class Temper:
    """How agents treat their rings; ranges in ms."""

    manners: Mapping[str, float] = field(default_factory=lambda: MANNERS)
    rings_ms: tuple[float, float] = (200, 2_500)
    talks_ms: tuple[float, float] = (2_600, 12_000)
    """After this the agent hangs up, if the citizen has not; longer than a talk must be to be one."""


def by_lot(lot: Random, temper: Temper) -> Callable[[Ring], Behaviour]:
    """A phone's behaviour, drawn anew for every ring; the same lot gives the same ones in the same order."""

    def behave(_ring: Ring) -> Behaviour:
        manner = lot.choices(list(temper.manners), list(temper.manners.values()))[0]
        rings, talks = lot.uniform(*temper.rings_ms), lot.uniform(*temper.talks_ms)
        made: dict[str, Callable[[], Behaviour]] = {
            "answers": lambda: answer(rings, talks),
            "rings_out": ring_forever,
            "declines": lambda: decline(rings),
            "is_busy": busy,
            "drops": lambda: answer_and_drop(rings, lot.uniform(20, 280)),
            "is_broken": lambda: refuse_with(503),
            "dead_air": lambda: dead_air(rings, talks),
            "ignores": ignore,
        }
        return made[manner]()

    return behave
