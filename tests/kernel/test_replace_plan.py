"""A new plan is in force at once and whole, and disturbs nobody who waits or talks (FAULTS.md, F08, S15, I21)."""

from dataclasses import replace

from queues.agents import AgentState
from queues.entries import PlanReplaced
from queues.ids import AgentId, CallId, MenuId, PromptId, QueueId
from routing.actions import AskDigits, WithdrawOffer
from routing.events import AgentLoggedIn, CallArrived, CallerHungUp, DigitsEntered, LinkLost, WorldListed
from routing.plan import Choice, Entrance, Menu, PlanStep, TargetKind
from routing.state import CallState
from tests.kernel.centre import Bench, agent, offered, plan_of, queue

C1, ANNA = CallId("c1"), AgentId("anna")
SECRET = queue("barn", clearance="barn")
TWO = (queue("bygg"), queue("vatten"))


def bench(*agents, queues=TWO):
    return Bench(plan_of(list(agents), list(queues)))


def test_caller_in_a_menu_that_changed_is_understood_by_the_menu_they_heard():
    """A key that meant a confidential group may not lead elsewhere because a file was saved."""
    b = bench(queues=(SECRET, queue("bygg")))
    b.at(0, CallArrived(C1, "1", ""))
    b.replace_plan(1, plan_of([], [queue("bygg"), SECRET]))
    b.at(2, DigitsEntered(C1, "1"))
    assert b.call("c1").queue == "barn"


def test_caller_whose_choice_is_no_longer_there_chooses_again():
    b = bench()
    b.at(0, CallArrived(C1, "1", ""))
    b.replace_plan(1, plan_of([], [queue("park")]))
    (asked,) = [a for a in b.at(2, DigitsEntered(C1, "1")).actions if isinstance(a, AskDigits)]
    assert asked.prompts == ("val",)
    b.at(3, DigitsEntered(C1, "1"))
    assert b.call("c1").queue == "park"


def test_menu_that_vanished_under_a_caller_leads_to_the_entrance():
    plan = plan_of([], [queue("bygg")])
    other = Menu(MenuId("ny"), (PromptId("nytt_val"),), {"2": Choice(queue=QueueId("bygg"))}, "bygg", "bygg")
    b = Bench(plan)
    b.at(0, CallArrived(C1, "1", ""))
    b.replace_plan(
        1, replace(plan, menus={other.id: other}, entrances={"": Entrance(other.id)}, queues={"x": queue("x")})
    )
    (asked,) = [a for a in b.at(2, DigitsEntered(C1, "1")).actions if isinstance(a, AskDigits)]
    assert asked.prompts == ("nytt_val",)


def test_queue_that_is_dropped_stays_with_its_people_until_nobody_stands_in_it():
    b = bench(agent("anna", bygg=2))
    b.arrive(0, "c1", "1")
    b.replace_plan(1, plan_of([agent("anna", vatten=2)], [queue("vatten")]))
    assert b.call("c1").queue == "bygg"
    b.staff(2, "anna")
    assert offered(b.step) == [("c1", "anna")]
    b.at(3, CallerHungUp(C1))
    b.replace_plan(4, plan_of([agent("anna", vatten=2)], [queue("vatten")]))
    assert set(b.kernel.centre.lines) == {"vatten"}


def test_person_who_is_dropped_finishes_the_talk_and_is_logged_out():
    b = bench(agent("anna", bygg=2))
    b.staff(0, "anna")
    b.arrive(0, "c1", "1")
    b.answer(1, "c1")
    b.replace_plan(2, plan_of([agent("bo", bygg=2)], [queue("bygg")]))
    assert b.call("c1").state is CallState.TALKING
    b.at(60, CallerHungUp(C1))
    assert b.person("anna").state is AgentState.LOGGED_OUT
    b.at(61, AgentLoggedIn(ANNA))
    assert offered(b.arrive(62, "c2", "1")) == []


def test_phone_of_a_person_who_is_dropped_stops_ringing():
    b = bench(agent("anna", bygg=2), agent("bo", bygg=2))
    b.staff(0, "anna")
    b.arrive(0, "c1", "1")
    b.staff(0, "bo")
    step = b.replace_plan(2, plan_of([agent("bo", bygg=2)], [queue("bygg")]))
    assert any(isinstance(a, WithdrawOffer) for a in step.actions)
    assert offered(step) == [("c1", "bo")]
    assert ANNA not in b.kernel.centre.people


def test_phone_of_a_person_who_loses_the_right_stops_ringing():
    """S15."""
    b = bench(agent("anna", ["barn"], barn=2), queues=(SECRET, queue("bygg")))
    b.staff(0, "anna")
    b.arrive(0, "c1", "1")
    step = b.replace_plan(2, plan_of([agent("anna", barn=2)], [SECRET, queue("bygg")]))
    assert any(isinstance(a, WithdrawOffer) for a in step.actions)
    assert b.call("c1").state is CallState.WAITING


def test_it_is_remembered_which_plan_is_in_force():
    b = bench()
    assert b.replace_plan(1, replace(plan_of([], TWO), digest="d2")).entries == (PlanReplaced(1_000, "d2"),)


def test_person_who_is_new_may_log_in_and_one_who_was_there_goes_on():
    b = bench(agent("anna", bygg=2))
    b.staff(0, "anna")
    b.replace_plan(1, plan_of([agent("bo", bygg=2), agent("anna", bygg=2)], [queue("bygg")]))
    assert b.person("anna").state is AgentState.READY
    b.staff(2, "bo")
    assert sorted(offered(b.arrive(3, "c1", "1")) + offered(b.arrive(3, "c2", "1"))) == [("c1", "anna"), ("c2", "bo")]


def test_step_that_the_new_plan_adds_opens_for_those_who_wait():
    own = (PlanStep(0, TargetKind.OWN, skip_when_empty=False),)
    b = bench(agent("anna", vatten=2), queues=(queue("bygg", steps=own), queue("vatten")))
    b.staff(0, "anna")
    b.arrive(0, "c1", "1")
    later = queue("bygg", steps=(*own, PlanStep(20_000, TargetKind.ANY)))
    b.replace_plan(10, plan_of([agent("anna", vatten=2), agent("bo", bygg=2)], [later, queue("vatten")]))
    assert offered(b.at(20)) == [("c1", "anna")]


def test_plan_replaced_while_nothing_may_be_offered_looks_at_nobody_who_is_gone():
    b = bench(agent("anna", bygg=2), agent("bo", bygg=2))
    b.at(0, LinkLost("reset"))
    b.staff(1, "anna", "bo")
    b.replace_plan(2, plan_of([agent("bo", bygg=2)], [queue("bygg")]))
    b.at(3, WorldListed(3_000, (), ()))
    assert offered(b.arrive(4, "c1", "1")) == [("c1", "bo")]
