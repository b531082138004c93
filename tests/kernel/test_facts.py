from typing import get_args

import pytest

from queues.entries import Entry
from queues.facts import fact
from queues.ids import CallId
from routing.actions import Action
from routing.events import CallerHungUp, Event, PromptFinished
from routing.papers import Papers

KINDS = sorted({*get_args(Entry), *get_args(Event), *get_args(Action), Papers}, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", KINDS)
def test_every_fact_is_one_that_mypy_lets_nobody_change(kind):
    # Only what is declared frozen is hashable, and only what has slots has no room for anything else.
    assert kind.__hash__ is not None
    assert "__dict__" not in dir(kind)


def test_facts_are_equal_that_say_the_same_and_are_of_one_kind():
    one, same, other = CallerHungUp(CallId("1")), CallerHungUp(CallId("1")), CallerHungUp(CallId("2"))
    assert one == same
    assert hash(one) == hash(same)
    assert one not in {other, PromptFinished(CallId("1"))}


def test_a_fact_that_may_be_changed_is_not_hashable():
    @fact(frozen=False, slots=True)
    class Loose:
        number: int

    assert Loose.__hash__ is None
