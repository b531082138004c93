"""A call in another language than the house's: what it hears, and who is asked to take it (ROUTING.md, decision 7)."""

from dataclasses import replace

import pytest

from queues.agents import PhoneState
from queues.asked_entries import LanguageChosen
from queues.ids import AgentId, MenuId, PromptId, QueueId
from routing.actions import AskDigits, KeepPapers, Say
from routing.events import AgentLoggedIn, AgentLoggedOut, CallArrived, DigitsEntered, PhoneStateChanged
from routing.plan import Choice, Menu, Plan, PlanStep, TargetKind
from tests.kernel.centre import MENU, Bench, agent, offered, plan_of, queue


def speaking(person, *languages):
    return replace(person, languages=frozenset(languages))


def with_languages(plan: Plan) -> Plan:
    """Key 7 is the same menu in Finnish, key 8 another menu in English."""
    first = plan.menus[MENU]
    english = Menu(MenuId("english"), (PromptId("choose"),), first.choices, first.default, first.human)
    choices = {
        **first.choices,
        "7": Choice(menu=MENU, language="fi"),
        "8": Choice(menu=english.id, language="en"),
        "9": Choice(queue=QueueId("bygg"), language="fi"),
    }
    return replace(plan, menus={MENU: replace(first, choices=choices), english.id: english})


def two_lines(*people, **rules):
    return Bench(with_languages(plan_of(people, [queue("bygg", **rules), queue("ovrigt")])))


def in_finnish(bench: Bench, seconds: float, call: str):
    """The call stands in the line of bygg, in Finnish."""
    return bench.at(seconds, CallArrived(call, "0850000", ""), DigitsEntered(call, "9"))


class TestTheChoice:
    def test_the_same_menu_is_read_in_the_language_chosen_and_the_choice_is_remembered(self):
        b = two_lines()
        b.at(0, CallArrived("c1", "0850000", ""))
        step = b.at(3, DigitsEntered("c1", "7"))
        assert [(a.prompts, a.language) for a in step.actions if isinstance(a, AskDigits)] == [(("val",), "fi")]
        assert [a.papers.language for a in step.actions if isinstance(a, KeepPapers)] == ["fi"]
        assert [e.language for e in step.entries if isinstance(e, LanguageChosen)] == ["fi"]

    def test_another_menu_and_then_the_line_go_on_in_that_language(self):
        b = two_lines()
        b.at(0, CallArrived("c1", "0850000", ""), DigitsEntered("c1", "8"))
        assert b.step.actions[-1].prompts == ("choose",)
        step = b.at(5, DigitsEntered("c1", "1"))
        assert [a.language for a in step.actions if isinstance(a, Say)] == ["en"]

    def test_pressing_it_for_ever_ends_with_people(self):
        b = two_lines()
        b.at(0, CallArrived("c1", "0850000", ""))
        for n in range(25):
            b.at(n + 1, DigitsEntered("c1", "7"))
        assert b.call("c1").state == "waiting"


class TestTheSkill:
    def test_the_call_waits_for_whoever_speaks_it_while_they_are_logged_in(self):
        """Bo is ready and does not speak Finnish; Anna does, and is on a break."""
        b = two_lines(speaking(agent("anna", bygg=2), "fi"), agent("bo", bygg=2))
        b.staff(0, "anna", "bo")
        b.at(1, CallArrived("c0", "0850000", ""), DigitsEntered("c0", "1"))
        taken = b.call("c0").agent
        b.answer(2, "c0")
        in_finnish(b, 3, "c1")
        assert offered(b.step) == ([] if taken == "anna" else [("c1", "anna")])

    def test_swedish_goes_to_anybody_and_the_speaker_is_kept_from_nothing(self):
        b = two_lines(speaking(agent("anna", bygg=2), "fi"))
        b.staff(0, "anna")
        assert offered(b.arrive(1, "c1", "1")) == [("c1", "anna")]

    def test_with_nobody_there_who_speaks_it_anybody_takes_it(self):
        b = two_lines(speaking(agent("anna", bygg=2), "fi"), agent("bo", bygg=2))
        b.staff(0, "bo")
        in_finnish(b, 1, "c1")
        assert offered(b.step) == [("c1", "bo")]

    def test_when_the_last_who_speaks_it_leaves_the_call_is_offered_in_that_step(self):
        b = two_lines(speaking(agent("anna", bygg=2), "fi"), agent("bo", bygg=2))
        b.staff(0, "bo")
        b.at(0, AgentLoggedIn(AgentId("anna")))  # the phone is not there: logged in, and not free
        in_finnish(b, 1, "c1")
        assert offered(b.step) == []
        assert offered(b.at(9, AgentLoggedOut(AgentId("anna")))) == [("c1", "bo")]

    def test_when_somebody_who_speaks_it_comes_the_call_is_theirs(self):
        b = two_lines(speaking(agent("anna", bygg=2), "fi"), agent("bo", bygg=2))
        in_finnish(b, 1, "c1")
        b.staff(5, "anna")
        assert b.call("c1").agent == "anna"

    def test_a_speaker_who_may_not_hear_the_call_keeps_nobody_from_it(self):
        people = [speaking(agent("anna", bygg=2), "fi"), agent("bo", ["barn"], bygg=2)]
        b = two_lines(*people, clearance="barn")
        b.staff(0, "anna", "bo")
        in_finnish(b, 1, "c1")
        assert offered(b.step) == [("c1", "bo")]

    def test_a_speaker_whom_no_step_names_keeps_nobody_from_it(self):
        people = [speaking(agent("anna", ovrigt=2), "fi"), agent("bo", bygg=2)]
        b = two_lines(*people, steps=(PlanStep(0, TargetKind.OWN),))
        b.staff(0, "anna", "bo")
        in_finnish(b, 1, "c1")
        assert offered(b.step) == [("c1", "bo")]

    @pytest.mark.parametrize(("condition", "taker"), [({}, "anna"), ({"queue_longer_than": 9}, "bo")])
    def test_a_speaker_in_a_step_that_will_open_is_waited_for_and_one_in_a_step_that_may_never_is_not(
        self, condition, taker
    ):
        steps = (PlanStep(0, TargetKind.OWN, skip_when_empty=False), PlanStep(20_000, TargetKind.ANY, **condition))
        people = [speaking(agent("anna", ovrigt=2, bygg=1), "fi"), agent("bo", bygg=2)]
        b = two_lines(*people, steps=steps)
        b.staff(0, "anna", "bo")
        in_finnish(b, 1, "c1")
        assert offered(b.step) == ([] if taker == "anna" else [("c1", taker)])
        b.at(21 if taker == "anna" else 1)
        assert b.call("c1").agent == taker

    def test_others_wait_behind_no_call_that_waits_for_its_language(self):
        b = two_lines(speaking(agent("anna", bygg=2), "fi"), agent("bo", bygg=2))
        b.at(0, AgentLoggedIn(AgentId("anna")))
        in_finnish(b, 1, "c1")
        b.arrive(2, "c2", "1")
        b.staff(3, "bo")
        assert b.call("c2").agent == "bo"
        b.at(4, PhoneStateChanged(AgentId("anna"), PhoneState.IDLE))
        assert b.call("c1").agent == "anna"
