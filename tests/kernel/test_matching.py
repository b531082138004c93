"""Who takes which call (ROUTING.md, Matching)."""

import pytest

from queues.agents import PhoneState
from queues.ids import NO_CLEARANCE, AgentId, CallId, Instant, QueueId
from routing.events import AgentReady, CallerHungUp, CallResumed, PhoneStateChanged
from routing.papers import Papers
from routing.plan import Discipline, PlanStep, TargetKind
from tests.kernel.centre import MENU, Bench, agent, offered, plan_of, queue

ANY = (PlanStep(0, TargetKind.ANY),)


def taker(agents, *ready, queues=None, step=None):
    """Who of the ready takes a call to the first queue."""
    b = Bench(plan_of(agents, queues or [queue("bygg", steps=step or ANY), queue("vatten", steps=ANY)]))
    for seconds, name in enumerate(ready):
        b.staff(seconds, name)
    return offered(b.arrive(100, "c1", "1"))[0][1]


# ── an agent for a call ───────────────────────────────────────────────────────────────────────────────────────────
def test_whose_step_is_lower_goes_before_whose_level_is_higher():
    steps = (PlanStep(0, TargetKind.OWN), PlanStep(0, TargetKind.ANY, (QueueId("vatten"),)))
    assert taker([agent("anna", vatten=3), agent("bo", bygg=2)], "anna", "bo", step=steps) == "bo"


def test_higher_level_goes_before_fewer_queues():
    assert taker([agent("anna", bygg=2), agent("bo", bygg=3, vatten=1)], "anna", "bo") == "bo"


def test_fewer_queues_go_before_ready_longer():
    assert taker([agent("anna", bygg=2, vatten=1), agent("bo", bygg=2)], "anna", "bo") == "bo"


def test_ready_longer_goes_before_the_order_of_the_plan():
    assert taker([agent("anna", bygg=2), agent("bo", bygg=2)], "bo", "anna") == "bo"


def test_order_of_the_plan_decides_last():
    b = Bench(plan_of([agent("bo", bygg=2), agent("anna", bygg=2)], [queue("bygg")]))
    b.staff(0, "anna", "bo")
    assert offered(b.arrive(0, "c1", "1")) == [("c1", "bo")]


def test_level_one_is_nobodys_own_queue():
    b = Bench(plan_of([agent("anna", bygg=1)], [queue("bygg", steps=(PlanStep(0, TargetKind.OWN),))]))
    b.staff(0, "anna")
    assert offered(b.arrive(1, "c1", "1")) == []


def test_step_for_named_queues_reaches_their_people_of_the_level_only():
    steps = (PlanStep(0, TargetKind.ANY, (QueueId("vatten"),), 3),)
    people = [agent("anna", vatten=2), agent("bo", bygg=3), agent("cia", vatten=3)]
    assert taker(people, "anna", "bo", "cia", step=steps) == "cia"


def test_partner_is_no_agent():
    b = Bench(plan_of([agent("anna", bygg=3)], [queue("bygg", steps=(PlanStep(0, TargetKind.PARTNER),))]))
    b.staff(0, "anna")
    assert offered(b.arrive(1, "c1", "1")) == []


# ── a call for an agent ───────────────────────────────────────────────────────────────────────────────────────────
def order(discipline, calls, **targets):
    """In which order anna, who serves bygg before vatten and helps in park, takes the calls (queue key, second)."""
    queues = [queue(q, steps=ANY, answer_target_ms=targets.get(q, 120) * 1000) for q in ("bygg", "vatten", "park")]
    b = Bench(plan_of([agent("anna", bygg=2, vatten=2)], queues, discipline=discipline))
    for name, (key, seconds) in sorted(calls.items(), key=lambda c: c[1][1]):
        b.arrive(seconds, name, key)
    b.staff(60, "anna")
    taken = [call for call, _ in offered(b.step)]
    while len(taken) < len(calls):
        step = b.at(60, CallerHungUp(CallId(taken[-1])))
        taken += [call for call, _ in offered(step)]
    return taken


def test_own_first_takes_the_own_queues_in_their_order_and_lent_help_last():
    calls = {"parken": ("3", 1), "vattnet": ("2", 2), "bygget": ("1", 3)}
    assert order(Discipline.OWN_FIRST, calls) == ["bygget", "vattnet", "parken"]


def test_longest_wait_takes_who_came_first_whatever_the_queue():
    calls = {"parken": ("3", 1), "vattnet": ("2", 2), "bygget": ("1", 3)}
    assert order(Discipline.LONGEST_WAIT, calls) == ["parken", "vattnet", "bygget"]


def test_nearest_target_takes_who_has_used_most_of_their_time():
    calls = {"parken": ("3", 1), "vattnet": ("2", 10), "bygget": ("1", 20)}
    assert order(Discipline.NEAREST_TARGET, calls, park=600, vatten=60, bygg=60) == ["vattnet", "bygget", "parken"]


def test_same_instant_is_served_in_the_order_of_arrival():
    calls = {"ett": ("1", 5), "tva": ("1", 5), "tre": ("1", 5)}
    assert order(Discipline.OWN_FIRST, calls) == ["ett", "tva", "tre"]


def test_caller_taken_back_late_goes_by_when_they_entered_and_not_by_when_they_came_back():
    queues = [queue("bygg", steps=ANY), queue("vatten", steps=ANY)]
    b = Bench(plan_of([agent("anna", bygg=2)], queues, discipline=Discipline.LONGEST_WAIT))
    b.arrive(10, "c1", "1")
    papers = Papers(MENU, QueueId("vatten"), Instant(5_000), NO_CLEARANCE)
    b.at(20, CallResumed(CallId("c2"), "0850000", "", papers))
    b.staff(30, "anna")
    assert offered(b.step) == [("c2", "anna")]


def test_higher_priority_of_a_queue_goes_before_an_earlier_call_in_every_discipline():
    for discipline in Discipline:
        queues = [queue("bygg", steps=ANY), queue("kris", steps=ANY, priority=5)]
        b = Bench(plan_of([agent("anna", bygg=2)], queues, discipline=discipline))
        b.arrive(1, "c1", "1")
        b.arrive(2, "c2", "2")
        b.staff(3, "anna")
        assert offered(b.step) == [("c2", "anna")]


# ── lending ───────────────────────────────────────────────────────────────────────────────────────────────────────
def lending(keeps):
    people = [agent("anna", bygg=2), agent("bo", bygg=2)]
    return Bench(plan_of(people, [queue("bygg", lend_when_ready_over=keeps), queue("vatten", steps=ANY)]))


def test_people_are_lent_only_while_more_are_ready_than_their_queue_keeps():
    b = lending(1)
    b.staff(0, "anna")
    assert offered(b.arrive(1, "c1", "2")) == []
    b.staff(2, "bo")
    assert offered(b.step) == [("c1", "anna")]
    assert offered(b.arrive(3, "c2", "2")) == []
    assert offered(b.arrive(4, "c3", "1")) == [("c3", "bo")]


def test_queue_that_keeps_nobody_lends_its_last_person():
    b = lending(0)
    b.staff(0, "anna")
    assert offered(b.arrive(1, "c1", "2")) == [("c1", "anna")]


# ── readiness ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.fault("F44")
def test_ready_person_with_a_busy_phone_is_not_offered_a_call():
    """F44."""
    b = Bench(plan_of([agent("anna", bygg=2)], [queue("bygg")]))
    b.staff(0, "anna")
    b.at(1, PhoneStateChanged(AgentId("anna"), PhoneState.BUSY))
    assert offered(b.arrive(2, "c1", "1")) == []
    assert offered(b.at(3, PhoneStateChanged(AgentId("anna"), PhoneState.IDLE))) == [("c1", "anna")]


@pytest.mark.fault("F43")
def test_person_wanted_by_two_calls_in_the_same_instant_gets_one():
    """F43."""
    b = Bench(plan_of([agent("anna", bygg=2, vatten=2), agent("bo", vatten=2)], [queue("bygg"), queue("vatten")]))
    b.arrive(0, "c1", "1")
    b.arrive(0, "c2", "2")
    b.staff(5, "anna")
    assert offered(b.step) == [("c1", "anna")]
    b.staff(5, "bo")
    assert offered(b.step) == [("c2", "bo")]
    assert offered(b.at(6, AgentReady(AgentId("anna")))) == []
