"""A scenario on its way to other processes: packed once, unpacked once by each that gets it."""

import hashlib
import io
import pickle
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from routing.plan import ALWAYS_OPEN
from simulator.world import Scenario

REMEMBERED = 8
"""Scenarios that a worker keeps: those who are compared take turns."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A packed scenario."""

    digest: str
    packed: bytes
    code: str
    """Of whoever packed it: see `code_digest`."""


class OtherVersionError(RuntimeError):
    """A worker runs other code than whoever sent the task, and would not come to the same result."""


def packed(scenario: Scenario) -> Parcel:
    """The scenario, for `unpacked` in any process that runs the same code."""
    file = io.BytesIO()
    _Packer(file, pickle.HIGHEST_PROTOCOL).dump(scenario)
    data = zlib.compress(file.getvalue(), 1)
    return Parcel(hashlib.sha256(data).hexdigest(), data, code_digest())


def unpacked(parcel: Parcel) -> Scenario:
    """The scenario; unpacked the first time, remembered the next.

    Raises OtherVersionError.
    """
    if parcel.code != code_digest():
        raise OtherVersionError("arbetaren kör en annan version av Tonval: installera samma på alla maskiner")
    if parcel.digest not in _unpacked_before:
        while len(_unpacked_before) >= REMEMBERED:
            del _unpacked_before[next(iter(_unpacked_before))]
        _unpacked_before[parcel.digest] = pickle.loads(zlib.decompress(parcel.packed))  # noqa: S301 - our own
    return _unpacked_before[parcel.digest]


@cache
def code_digest() -> str:
    """One value for all code that decides what a scenario comes to."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for package in ("queues", "routing", "simulator"):
        for source in sorted((root / package).rglob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()


_unpacked_before: dict[str, Scenario] = {}


class _Packer(pickle.Pickler):
    """Takes also what a plan holds that pickle refuses, and what a plan knows by identity."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, MappingProxyType):
            return _read_only, (dict(obj),)
        if obj is ALWAYS_OPEN:
            return "ALWAYS_OPEN"  # by name: a step whose hours are another object's has a condition
        return NotImplemented


def _read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)
