"""Made-up people: the same seed makes the same ones, and every kind is made."""

from random import Random

import pytest

from ivr.testphone.agent import Ring
from ivr.testphone.citizens import KINDS, Habits, made_up_citizen
from ivr.testphone.message import Message
from ivr.testphone.staff import Temper, by_lot
from ivr.testphone.steps import CancelAfter, Dial

TEMPERS = ("answers", "rings_out", "declines", "is_busy", "drops", "is_broken", "dead_air", "ignores")
RING = Ring("anna", "call", 0.0, {}, Message(), ("127.0.0.1", 1))


def test_the_same_seed_makes_the_same_citizens():
    first, again = ([made_up_citizen(lot, Habits()) for _ in range(200)] for lot in (Random(7), Random(7)))
    assert first == again


def test_every_kind_of_citizen_rings_first():
    lot = Random(1)
    people = [made_up_citizen(lot, Habits()) for _ in range(400)]
    assert {person.kind for person in people} == set(KINDS)
    assert all(isinstance(person.steps[0], Dial | CancelAfter) for person in people)
    assert all(person.number.startswith("07017406") and len(person.number) == 10 for person in people)


@pytest.mark.parametrize("manner", TEMPERS)
def test_every_manner_of_agent_is_known(manner):
    assert by_lot(Random(1), Temper({manner: 1}))(RING)


def test_the_same_seed_treats_the_same_rings_alike():
    first, again = (
        [behave(RING) for _ in range(50)] for behave in (by_lot(Random(3), Temper()), by_lot(Random(3), Temper()))
    )
    assert first == again
