"""Nobody has logged in at Danderyd: what callers meet, by the files as they are shipped."""

import pytest

from ivr.config.load import SHIPPED, load
from queues.agents import PhoneState
from queues.ids import CallId
from queues.limit_entries import LimitReached
from routing.actions import OfferToPartner
from routing.events import CallArrived, DigitsEntered, PhoneStateChanged, Tick
from tests.kernel.centre import Bench, said

TUESDAY_S = 1_795_514_400
"""2026-11-24 11:00 in Sweden."""


@pytest.fixture
def danderyd() -> Bench:
    """The service on an ordinary morning, with the partner's lines there and nobody of the house."""
    house = load(SHIPPED / "danderyd", TUESDAY_S * 1000).house
    assert house is not None
    bench = Bench(house.plan)
    bench.at(TUESDAY_S, Tick())
    for seat in bench.kernel.centre.people.values():
        if seat.partner:
            bench.at(TUESDAY_S, PhoneStateChanged(seat.id, PhoneState.IDLE))
    return bench


def rings(bench, key, calls):
    for n in range(calls):
        call, caller = CallId(f"{key}-{n}"), f"070174060{n}"
        bench.at(TUESDAY_S, CallArrived(call, "0846500410", caller), DigitsEntered(call, key))


@pytest.mark.fault("F46")
def test_after_two_minutes_the_partner_is_rung_however_short_the_line(danderyd):
    rings(danderyd, "1", 2)
    before, then = danderyd.at(TUESDAY_S + 119, Tick()), danderyd.at(TUESDAY_S + 120, Tick())
    assert not [a for a in before.actions if isinstance(a, OfferToPartner)]
    assert [a.call for a in then.actions if isinstance(a, OfferToPartner)] == ["1-0", "1-1"]


@pytest.mark.fault("F46", "F74")
def test_under_secrecy_nobody_outside_is_and_the_caller_is_told(danderyd):
    rings(danderyd, "3", 1)
    step = danderyd.at(TUESDAY_S + 120, Tick())
    assert not [a for a in step.actions if isinstance(a, OfferToPartner)]
    assert [e.leads for e in step.entries if isinstance(e, LimitReached)] == ["message"]
    assert said(step)[-1] == ("ingen_inloggad",)
