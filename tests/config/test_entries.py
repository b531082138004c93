"""The models of the files: what holds where a file says nothing."""

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from ivr.config.draft import _PLAN_DEFAULT
from ivr.config.fields import Strict
from ivr.config.files import EVERY
from simulator.scenario.models import ScenarioFile


def made_beforehand() -> Iterator[BaseModel]:
    """What stands ready as a default, made without being looked at: that would cost every start its time."""
    yield from _PLAN_DEFAULT
    waiting: list[type[BaseModel]] = [*EVERY.values(), ScenarioFile, *Strict.__subclasses__()]
    for model in dict.fromkeys(waiting):
        for field in model.model_fields.values():
            if isinstance(field.default, BaseModel):
                yield field.default


@pytest.mark.parametrize("ready", list(made_beforehand()), ids=lambda ready: type(ready).__name__)
def test_what_stands_ready_would_be_accepted_in_a_file(ready: BaseModel):
    assert type(ready).model_validate(ready.model_dump(exclude_unset=True)) == ready
