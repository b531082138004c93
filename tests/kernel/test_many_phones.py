"""Several phones in one instant: two that answer the same call, a hundred that come back after the switch was gone."""

import pytest

from queues.agents import AgentState, PhoneState
from queues.entries import OfferEnded, OfferResult
from queues.ids import AgentId, CallId
from routing.actions import EndCall, WithdrawOffer
from routing.events import CallerHungUp, OfferAnswered, PhoneStateChanged
from routing.state import CallState
from tests.kernel.centre import Bench, agent, late, offered, plan_of, queue

C1 = CallId("c1")
HUNDRED = tuple(AgentId(f"a{i:03}") for i in range(100))


@pytest.mark.fault("F42")
def test_two_phones_that_answer_in_the_same_instant_are_one_talk_and_one_late_answer():
    """The ring at the first has just been given up when both pick up: its withdrawal has hung up the leg already."""
    b = Bench(plan_of([agent("anna", bygg=3), agent("bo", bygg=2)], [queue("bygg")]))
    b.staff(0, "anna", "bo")
    b.arrive(0, "c1", "1")
    first = b.call("c1").offer
    step = b.at(20)
    assert [(a.call, a.offer) for a in step.actions if isinstance(a, WithdrawOffer)] == [("c1", first)]
    assert offered(step) == [("c1", "bo")]
    second = b.call("c1").offer
    step = b.at(20, OfferAnswered(C1, second), OfferAnswered(C1, first))
    assert late(step) == ["OfferAnswered"]
    assert (b.call("c1").state, b.call("c1").agent) == (CallState.TALKING, "bo")
    assert (b.person("anna").state, b.person("anna").call) == (AgentState.NOT_READY, "")
    b.at(81)
    assert b.person("anna").state is AgentState.READY


@pytest.mark.fault("F42")
def test_whoever_answers_late_because_the_caller_was_taken_elsewhere_is_ready_and_gets_the_next_call():
    """It was no miss of theirs: their ring was withdrawn, and they are not punished for it."""
    b = Bench(plan_of([agent("anna", bygg=2)], [queue("bygg")]))
    b.staff(0, "anna")
    b.arrive(0, "c1", "1")
    offer = b.call("c1").offer
    step = b.at(5, CallerHungUp(C1), OfferAnswered(C1, offer))
    assert late(step) == ["OfferAnswered"]
    assert not [a for a in step.actions if isinstance(a, EndCall)]
    assert b.person("anna").state is AgentState.READY
    assert offered(b.arrive(6, "c2", "1")) == [("c2", "anna")]


@pytest.fixture(params=[True, False], ids=["login by phone", "login by hand"])
def hundred(request):
    """A hundred people: ten talk, at ten it rings, and the switch restarts; every phone is gone."""
    plan = plan_of([agent(name, bygg=2) for name in HUNDRED], [queue("bygg")], login_by_phone=request.param)
    b = Bench(plan)
    b.staff(0, *HUNDRED)
    for i in range(20):
        b.arrive(i / 10, f"c{i}", "1")
    for i in range(10):
        b.answer(3, f"c{i}")
    b.at(5, *(PhoneStateChanged(name, PhoneState.UNREACHABLE) for name in HUNDRED))
    return b


@pytest.mark.fault("F49")
def test_while_no_phone_is_reachable_nobody_is_rung_and_nobody_loses_the_place(hundred):
    assert [hundred.call(f"c{i}").state for i in range(20)] == [CallState.TALKING] * 10 + [CallState.WAITING] * 10
    assert [hundred.call(f"c{i}").entered_at_ms for i in range(10, 20)] == [i * 100 for i in range(10, 20)]
    assert not hundred.kernel.centre.ready
    assert offered(hundred.arrive(6, "c20", "1")) == []


@pytest.mark.fault("F49")
def test_each_phone_that_is_back_is_offered_a_call_at_once_whatever_the_others_do(hundred):
    """Routing pauses only for the phones that are not yet reachable."""
    free = [name for name in HUNDRED if hundred.person(name).state is not AgentState.TALKING]
    for i, name in enumerate(free[:15]):
        step = hundred.at(10 + i / 100, PhoneStateChanged(name, PhoneState.IDLE))
        assert [agent for _, agent in offered(step)] == ([name] if i < 10 else [])
    hundred.at(20, *(PhoneStateChanged(name, PhoneState.IDLE) for name in HUNDRED))
    waiting = [call for call in hundred.kernel.centre.calls.values() if call.state is CallState.WAITING]
    assert waiting == []
    assert sum(person.state is AgentState.TALKING for person in hundred.kernel.centre.people.values()) == 10


@pytest.mark.fault("F49")
def test_a_ring_that_the_restart_ended_is_no_refusal(hundred):
    ends = {entry.result for entry in hundred.step.entries if isinstance(entry, OfferEnded)}
    assert ends == {OfferResult.UNREACHABLE}
    assert all(person.misses == 0 for person in hundred.kernel.centre.people.values())
