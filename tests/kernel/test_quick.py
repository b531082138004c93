"""What is made quickly is what a frozen dataclass is, in all but the time it takes."""

from copy import deepcopy
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from pickle import dumps, loads
from typing import get_args

import pytest

from queues.entries import Entry
from queues.quick import quicken
from routing.actions import Action
from routing.events import Event
from routing.papers import Papers

KINDS = [kind for kind in (*get_args(Entry), *get_args(Action), *get_args(Event), Papers) if fields(kind)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_quick_kind_is_a_frozen_dataclass(kind):
    plain = dataclass(frozen=True)(type(kind.__name__, (), {"__annotations__": dict.fromkeys(asdict_names(kind), str)}))
    values = {name: f"value of {name}" for name in asdict_names(kind)}
    made = kind(**values)
    assert made == kind(*values.values())
    assert asdict(made) == values
    assert repr(made) == repr(plain(**values))
    first = next(iter(values))
    assert made != replace(made, **{first: "another"})
    assert hash(made) == hash(kind(**values))
    assert deepcopy(made) == loads(dumps(made)) == made  # noqa: S301 - our own
    with pytest.raises(FrozenInstanceError):
        setattr(made, first, "another")
    with pytest.raises(TypeError):
        kind(*values.values(), "one too many")


def asdict_names(kind):
    return [one.name for one in fields(kind)]


def test_defaults_stay_and_what_is_computed_anew_each_time_is_left_alone():
    @dataclass(frozen=True, slots=True)
    class Quick:
        given: int
        usual: int = 7

    @dataclass(frozen=True, slots=True)
    class Anew:
        parts: list[int] = field(default_factory=list)

    before = vars(Anew)["__init__"]
    quicken(Quick, Anew)
    assert asdict(Quick(1)) == {"given": 1, "usual": 7}
    assert vars(Quick)["__init__"].__annotations__ == {"given": int, "usual": int, "return": None}
    assert vars(Anew)["__init__"] is before
    with pytest.raises(TypeError, match="given"):
        Quick()
