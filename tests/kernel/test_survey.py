"""The questions after a talk: who is asked, what a key means, and that the call was answered in any case."""

from dataclasses import replace

import pytest

from queues.asked_entries import SurveyAnswered, SurveyBegun
from queues.entries import TalkEnder
from queues.ids import Instant, PromptId
from queues.survey import survey_result
from routing.actions import AskDigits, Say
from routing.events import (
    CallerHungUp,
    CallResumed,
    ConversationEnded,
    DigitsEntered,
    FoundCall,
    FoundState,
    PromptFinished,
    WorldListed,
)
from routing.papers import Papers
from routing.survey_rules import Question, Survey
from tests.kernel.centre import Bench, agent, ended, late, plan_of, queue, said

ASKED = Survey(
    (Question("bemotande", (PromptId("f1"),)), Question("enkelhet", (PromptId("f2"),)), Question("helhet", ("f3",))),
    invitation=(PromptId("svara"),),
    thanks=(PromptId("tack"),),
    invalid_prompts=(PromptId("fel"),),
)


def house(survey=ASKED, clearances=(), **rules):
    plan = plan_of([agent("anna", clearances, bygg=2)], [queue("bygg", wrap_up_ms=0, **rules)])
    return Bench(replace(plan, survey=survey))


def talked(bench, at=10.0, call="c1", by=TalkEnder.AGENT, talk_s=60):
    """A talk that has just ended, the caller still there."""
    bench.staff(at, "anna")
    bench.arrive(at + 1, call, "1")
    bench.answer(at + 5, call)
    return bench.at(at + 5 + talk_s, ConversationEnded(call, bench.call(call).offer, by))


def grades(step):
    return [(e.question, e.grade) for e in step.entries if isinstance(e, SurveyAnswered)]


def test_three_grades_and_thanks_and_the_call_was_answered():
    b = house()
    step = talked(b)
    assert said(step) == [("svara", "f1")]
    assert [e for e in step.entries if isinstance(e, SurveyBegun)] == [SurveyBegun(75_000, "c1", "bygg")]
    assert b.person("anna").state == "ready"
    step = b.at(80, DigitsEntered("c1", "5"))
    assert (said(step), grades(step)) == ([("f2",)], [("bemotande", 5)])
    b.at(85, DigitsEntered("c1", "3"))
    assert said(b.at(90, DigitsEntered("c1", "1"))) == [("tack",)]
    assert ended(b.at(92, PromptFinished("c1"))) == [("c1", "answered", "agent_hung_up")]


def test_whatever_is_said_then_tells_the_dialplan_that_the_caller_has_been_served():
    b = house()
    steps = [talked(b), b.at(80, DigitsEntered("c1", "5")), b.at(85, DigitsEntered("c1", ""))]
    spoken = [a for step in steps for a in step.actions if isinstance(a, AskDigits | Say)]
    assert len(spoken) == 3
    assert all(action.served for action in spoken)


@pytest.mark.parametrize("grades_given", [(), ("5",), ("5", "4")])
def test_who_hangs_up_during_the_questions_is_just_gone(grades_given):
    b = house()
    talked(b)
    for key in grades_given:
        b.at(80, DigitsEntered("c1", key))
    step = b.at(90, CallerHungUp("c1"))
    assert ended(step) == [("c1", "answered", "agent_hung_up")]
    assert step.entries[-1].wait_ms == 4_000


def test_silence_ends_the_questions():
    b = house()
    talked(b)
    assert said(b.at(85, DigitsEntered("c1", ""))) == [("tack",)]
    assert ended(b.at(86, PromptFinished("c1"))) == [("c1", "answered", "agent_hung_up")]


def test_another_key_asks_again_and_not_for_ever():
    b = house()
    talked(b)
    assert said(b.at(80, DigitsEntered("c1", "9"))) == [("fel", "f1")]
    assert said(b.at(81, DigitsEntered("c1", "*"))) == [("f1",)]
    assert said(b.at(82, DigitsEntered("c1", "0"))) == [("tack",)]


@pytest.mark.parametrize("by", [TalkEnder.UNKNOWN, TalkEnder.CALLER])
def test_only_a_talk_that_the_agent_ended_is_asked_about(by):
    b = house()
    assert ended(talked(b, by=by)) == [("c1", "answered", f"{by}_hung_up")]


def test_a_talk_that_was_none_is_not_asked_about():
    b = house()
    talked(b, talk_s=1)
    assert b.call("c1").state in {"waiting", "offered"}


@pytest.mark.parametrize(("allowed", "state"), [(False, None), (True, "surveying")])
def test_a_confidential_call_is_asked_only_where_that_has_been_decided(allowed, state):
    b = house(replace(ASKED, confidential=allowed), ["barn"], clearance="barn")
    talked(b)
    assert getattr(b.call("c1"), "state", None) == state


def test_a_queue_can_stay_outside_and_only_every_so_many_are_asked():
    b = house(survey=replace(ASKED, every=2))
    assert ended(talked(b))
    assert said(talked(b, 200, "c2")) == [("svara", "f1")]
    assert ended(talked(house(survey=ASKED))) == []
    assert ended(talked(Bench(replace(house().kernel.centre.plan, queues={"bygg": queue("bygg", survey=False)}))))


def test_off_by_default():
    assert ended(talked(house(survey=None))) == [("c1", "answered", "agent_hung_up")]


def test_a_session_lost_during_the_questions_thanks_and_ends():
    b = house()
    talked(b)
    step = b.at(80, CallResumed("c1", "0850000", "", Papers(queue="bygg", entered_at_ms=Instant(11_000), clearance="")))
    assert said(step) == [("tack",)]
    assert next(action for action in step.actions if isinstance(action, Say)).served
    step = b.at(81, CallResumed("c1", "0850000", "", Papers(queue="bygg", entered_at_ms=Instant(11_000), clearance="")))
    assert next(action for action in step.actions if isinstance(action, Say)).served
    assert ended(b.at(82, PromptFinished("c1"))) == [("c1", "answered", "agent_hung_up")]


def test_a_session_lost_during_the_questions_ends_where_no_thanks_are_said_and_nobody_is_told_to_be_sorry():
    b = house(replace(ASKED, thanks=()))
    talked(b)
    step = b.at(80, CallResumed("c1", "0850000", "", Papers(queue="bygg", entered_at_ms=Instant(11_000), clearance="")))
    assert (said(step), ended(step)) == ([], [("c1", "answered", "agent_hung_up")])


@pytest.mark.parametrize("restarted", [False, True])
def test_a_caller_whom_asterisk_no_longer_has_was_answered(restarted):
    b = house()
    talked(b)
    assert ended(b.at(80, WorldListed(Instant(79_999), (), (), restarted=restarted))) == [
        ("c1", "answered", "agent_hung_up")
    ]


def test_a_list_taken_meanwhile_changes_nothing():
    b = house()
    talked(b)
    found = FoundCall("c1", FoundState.IN_SESSION, "0850000", "", Papers())
    assert b.at(80, WorldListed(Instant(79_999), (found,), ())).actions == ()
    assert said(b.at(81, DigitsEntered("c1", "4"))) == [("f2",)]


def test_keys_and_answers_that_come_late_mean_nothing():
    b = house()
    talked(b)
    assert late(b.at(80, PromptFinished("c1"))) == ["PromptFinished"]
    assert late(b.at(81, ConversationEnded("c1", 1, TalkEnder.AGENT))) == ["ConversationEnded"]


def test_a_plan_without_questions_thanks_who_is_being_asked():
    b = house()
    talked(b)
    b.replace_plan(78, replace(b.kernel.centre.plan, survey=None))
    assert said(b.at(80, DigitsEntered("c1", "4"))) == [("tack",)]


def test_the_index_is_the_mean_of_grades_as_skr_weighs_them():
    entries = [SurveyBegun(0, "c1", "bygg"), SurveyBegun(0, "c2", "aldre"), SurveyBegun(0, "c3", "bygg")]
    entries += [SurveyAnswered(0, "c1", "bygg", "bemotande", g) for g in (5, 5, 4, 1)]
    entries += [SurveyAnswered(0, "c2", "aldre", "enkelhet", 3)]
    result = survey_result(entries)
    assert (result.asked, result.answered) == (3, 2)
    assert (result.questions["bemotande"].index, result.questions["enkelhet"].index) == (68.75, 50.0)
    assert result.index == 59.375
    assert survey_result(entries, "aldre").questions["enkelhet"].count == 1
    assert survey_result([]).index is None
