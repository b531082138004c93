"""Picking a call out of the line: whoever has looked goes before the order, and never before secrecy (I10)."""

import pytest

from queues.agents import AgentState, PhoneState
from queues.entries import OfferResult
from queues.ids import AgentId, CallId
from queues.operator_entries import CallHandPicked, ParkingEnded, PickRefused
from routing.events import (
    AgentLoggedIn,
    AgentPaused,
    AgentReady,
    CallerHungUp,
    LinkLost,
    PhoneStateChanged,
    TransferRequested,
)
from routing.operator_events import CallParked, CallPicked
from routing.plan import CallbackRules, PlanStep, TargetKind, WaitingRules
from tests.kernel.centre import Bench, agent, late, offered, plan_of, queue

ANNA, BO, OLLE = AgentId("anna"), AgentId("bo"), AgentId("olle")
OWN = (PlanStep(0, TargetKind.OWN),)


def house(**rules) -> Bench:
    """Olle is at the switchboard and serves nothing that anybody waits in; bo hears barn, anna does not."""
    people = [agent("olle", vaxel=2), agent("anna", bygg=2), agent("bo", ["barn"], barn=2)]
    lines = [queue("bygg", steps=OWN), queue("barn", steps=OWN, clearance="barn"), queue("vaxel", steps=OWN)]
    return Bench(plan_of(people, lines, **rules))


def pick(call="c1", by=OLLE) -> CallPicked:
    return CallPicked(by, CallId(call))


def refused(step):
    return [entry.reason for entry in step.entries if isinstance(entry, PickRefused)]


class TestPicked:
    def test_a_call_that_is_not_first_and_not_theirs_rings_at_whoever_picked_it(self):
        b = house()
        b.arrive(1, "c1", "1")
        b.arrive(2, "c2", "1")
        b.staff(3, "olle")
        step = b.at(10, pick("c2"))
        assert offered(step) == [("c2", "olle")]
        assert [(e.queue, e.place) for e in step.entries if isinstance(e, CallHandPicked)] == [("bygg", 2)]
        assert b.call("c1").state == "waiting"

    def test_it_is_an_ordinary_offer_whose_failure_gives_the_place_back(self):
        b = house()
        b.arrive(1, "c1", "1")
        b.arrive(2, "c2", "1")
        b.staff(3, "olle")
        b.at(10, pick())
        b.fail(20, "c1", OfferResult.NO_ANSWER)
        assert b.person("olle").reason == "rona"
        b.staff(25, "anna")
        assert b.call("c1").agent == "anna"

    def test_a_pause_of_their_own_goes_on_afterwards(self):
        b = house()
        b.arrive(1, "c1", "1")
        b.staff(3, "olle")
        b.at(4, AgentPaused(OLLE, "växel"))
        assert offered(b.at(10, pick())) == [("c1", "olle")]
        b.answer(12, "c1")
        b.agent_hangs_up(30, "c1")
        assert (b.person("olle").state, b.person("olle").reason) == (AgentState.NOT_READY, "växel")

    def test_a_pause_that_the_engine_made_does_not(self):
        b = house()
        b.arrive(1, "c1", "1")
        b.staff(3, "olle")
        b.at(10, pick())
        b.fail(20, "c1", OfferResult.NO_ANSWER)
        b.at(21, pick())
        b.at(22, CallerHungUp(CallId("c1")))
        assert b.person("olle").state is AgentState.READY

    def test_a_wrap_up_ends(self):
        b = house()
        b.arrive(1, "c1", "1")
        b.arrive(2, "c2", "1")
        b.staff(3, "anna")
        b.answer(5, "c1")
        b.agent_hangs_up(30, "c1")
        assert b.person("anna").state is AgentState.WRAP_UP
        assert offered(b.at(31, pick("c2", ANNA))) == [("c2", "anna")]

    def test_a_callback_in_line_can_be_picked(self):
        rules = {"callback": CallbackRules(), "waiting": WaitingRules(callback_key="5")}
        lines = [queue("bygg", steps=OWN, **rules), queue("vaxel", steps=OWN)]
        b = Bench(plan_of([agent("olle", vaxel=2), agent("anna", bygg=2)], lines))
        b.arrive(1, "c1", "1")
        promise_and_go(b)
        b.staff(20, "olle")
        b.at(21, pick())
        assert (b.call("c1").state, b.call("c1").agent) == ("callback_offered", "olle")

    def test_a_parked_call_is_asked_back_by_whoever_parked_it_or_by_somebody_else(self):
        for by in (ANNA, OLLE):
            b = house()
            b.staff(0, "anna")
            b.arrive(1, "c1", "1")
            b.answer(2, "c1")
            b.at(10, CallParked(ANNA, 60_000))
            b.staff(11, "olle")
            step = b.at(20, pick(by=by))
            assert offered(step) == [("c1", by)]
            assert [(e.reached, e.reason) for e in step.entries if isinstance(e, ParkingEnded)] == [(True, "picked")]
            assert b.call("c1").entered_at_ms == 1_000
            assert b.person("anna").reason != "parked"


def promise_and_go(b: Bench) -> None:
    """The caller presses for a callback, hears that it is promised, and hangs up."""
    from routing.callback_events import CallbackWritten  # noqa: PLC0415 - of this story only
    from routing.events import DigitsEntered, PromptFinished  # noqa: PLC0415

    call = CallId("c1")
    b.at(3, DigitsEntered(call, "5"))
    b.at(4, CallbackWritten(call))
    b.at(8, PromptFinished(call))
    assert b.call("c1").state == "promised"


class TestRefused:
    @pytest.mark.fault("S07")
    def test_a_call_that_the_person_may_not_hear(self):
        b = house()
        b.arrive(1, "c1", "2")
        b.staff(2, "olle")
        assert refused(b.at(3, pick())) == ["not_cleared"]
        assert b.call("c1").state == "waiting"
        b.staff(4, "bo")
        assert b.call("c1").agent == "bo"

    def test_somebody_who_is_not_here_or_busy_or_whose_phone_is(self):
        b = house()
        b.arrive(1, "c1", "1")
        assert refused(b.at(2, pick())) == ["not_here"]
        b.at(3, AgentLoggedIn(OLLE))
        assert refused(b.at(4, pick())) == ["phone"]
        b.at(5, PhoneStateChanged(OLLE, PhoneState.IDLE))
        b.arrive(6, "c2", "3")
        assert b.call("c2").agent == "olle"
        assert refused(b.at(7, pick())) == ["busy"]
        b.answer(8, "c2")
        assert refused(b.at(9, pick())) == ["busy"]

    def test_a_call_that_does_not_wait_any_more_or_never_was(self):
        b = house()
        b.staff(0, "anna", "olle")
        b.arrive(1, "c1", "1")
        assert refused(b.at(2, pick())) == ["not_waiting"]
        b.at(3, CallerHungUp(CallId("c1")))
        assert refused(b.at(4, pick(), pick("never"))) == ["gone", "gone"]

    def test_a_call_on_its_way_to_somebody_under_supervision(self):
        people = [agent("anna", bygg=2), agent("vera", vaxel=3), agent("vilma", vaxel=3), agent("olle", bygg=1)]
        b = Bench(plan_of(people, [queue("bygg", steps=OWN), queue("vaxel", steps=OWN)]))
        b.staff(0, "anna", "vera", "olle")
        b.arrive(1, "c1", "1")
        b.answer(2, "c1")
        b.at(10, TransferRequested(ANNA, b.kernel.centre.plan.queues["vaxel"].id, 3))
        b.fail(12, "c1", OfferResult.BUSY)
        assert refused(b.at(13, pick())) == ["being_put_through"]

    def test_a_promise_that_rests(self):
        rules = {"callback": CallbackRules(), "waiting": WaitingRules(callback_key="5")}
        b = Bench(plan_of([agent("olle", bygg=2)], [queue("bygg", steps=OWN, **rules)]))
        b.arrive(1, "c1", "1")
        promise_and_go(b)
        b.staff(20, "olle")
        rests(b)
        assert refused(b.at(60, AgentReady(OLLE), pick())) == ["resting"]

    def test_while_there_is_no_link(self):
        b = house()
        b.arrive(1, "c1", "1")
        b.staff(2, "olle")
        b.at(3, LinkLost("reset"))
        assert refused(b.at(4, pick())) == ["no_link"]

    def test_by_a_line_to_a_partner_or_a_stranger_is_late(self):
        b = house()
        b.arrive(1, "c1", "1")
        assert late(b.at(2, pick(by=AgentId("stranger")))) == ["CallPicked"]


def rests(b: Bench) -> None:
    """The citizen was rung for nothing, and is rung again later."""
    from routing.callback_events import CallbackAccepted, CitizenNotReached  # noqa: PLC0415 - of this story only

    call = CallId("c1")
    b.answer(21, "c1")
    b.at(22, CallbackAccepted(call, b.call("c1").offer))
    b.at(50, CitizenNotReached(call, b.call("c1").offer, OfferResult.NO_ANSWER))
    assert b.call("c1").place is None
