"""Talks that follow from a talk, or from a place in line: transfers and callbacks, each instant computed by hand."""

from dataclasses import replace

import pytest

from queues.entries import CallbackPromised, CallOffered
from queues.transfer_entries import CallTransferred, TransferRefused, TransferReturned
from routing.plan import (
    CallbackRules,
    OpenHours,
    PlanStep,
    TargetKind,
    WaitingRules,
)
from simulator.contacts import NO_ONE, NOT_SETTLED, SETTLED
from simulator.drawing.draws import draw
from simulator.faithful.driver import run_faithful
from simulator.spans import rows_of, span
from simulator.world import Duration, Shape
from tests.simulation.stage import NAMES, START, Played, agent, callers, plan_of, queue, scene, seconds, shift


@pytest.fixture
def play(monkeypatch):
    return lambda *scene, **how: Played(monkeypatch, *scene, **how)


class TestTransfers:
    PLAN = (agent("anna", bygg=1), agent("bo", bygg=2), agent("cia", bygg=3))
    STEPS = (PlanStep(0, TargetKind.ANY),)
    SHIFTS = (shift("bo", 50, 1000), shift("cia", 50, 1000))

    def habits(self, *shares, **rest):
        talk = rest.pop("talk", (0, 100, 200, 300, 0))
        return {"bygg": callers(talk=talk, question_levels=shares, transfers=True, resolved=(0, 0, 1, 1, 0), **rest)}

    def played(self, play, shares, agents=PLAN, shifts=SHIFTS, **how):
        plan = plan_of(list(agents), [queue("bygg", steps=self.STEPS, ring_ms=20_000)])
        habits = self.habits(*shares, **how.pop("habits", {}))
        return play(scene(plan, {"bygg": [0]}, habits, shifts, how.pop("phones", (0,))), **how)

    def test_a_question_above_the_level_goes_to_a_specialist_and_is_settled_there(self, play):
        played = self.played(play, (0.0, 1.0, 0.0), agents=self.PLAN[:2], shifts=self.SHIFTS[:1])
        assert played.all() == [("answered", "anna", 0, 0, 100 + 200)]
        assert [(e.at_ms - START, e.agent, e.level) for e in played.of(CallTransferred)] == [(100_000, "anna", 2)]
        assert (played.outcomes.transfers[0], played.outcomes.settled[0], played.outcomes.level[0]) == (1, SETTLED, 1)
        assert [entry.agent for entry in played.of(CallOffered)] == ["anna", "bo"]

    def test_a_question_within_the_level_stays(self, play):
        played = self.played(play, (1.0, 0.0, 0.0))
        assert played.of(CallTransferred) == []
        assert (played.all()[0][-1], played.outcomes.settled[0]) == (100, NOT_SETTLED)

    def test_nobody_there_to_be_put_through_to_ends_the_talk(self, play):
        played = self.played(play, (0.0, 1.0, 0.0), agents=self.PLAN[:1], shifts=())
        assert [entry.reason for entry in played.of(TransferRefused)] == ["nobody_cleared"]
        assert played.all() == [("answered", "anna", 0, 0, 100)]

    def test_a_department_that_does_not_answer_sends_the_caller_back_to_the_same_person_who_has_waited(self, play):
        played = self.played(
            play, (0.0, 0.0, 1.0), (self.PLAN[0], self.PLAN[2]), self.SHIFTS[1:],
            phones=(2,), picked_up=[True, False, True], habits={"wrap_up": 10},
        )  # fmt: skip
        # anna 2–102, cia rings 102–122, anna again rings 122–124 and talks 100, being ready the instant it came back
        assert [entry.agent for entry in played.of(CallOffered)] == ["anna", "cia", "anna"]
        assert played.all() == [("answered", "anna", 0, 2, 224)]
        assert played.time_of("anna") == (2 + 2, 200, 20 + 10, 3600)
        assert len(played.of(TransferReturned)) == 1

    def test_the_second_talk_is_drawn_for_itself(self):
        exponential = Duration(Shape.EXPONENTIAL, 100_000.0)
        habits = {"bygg": replace(self.habits(0.0, 1.0, 0.0)["bygg"], talk=(exponential,) * 5)}
        plan = plan_of(list(self.PLAN[:2]), [queue("bygg", steps=self.STEPS)])
        one = scene(plan, {"bygg": [0]}, habits, (shift("bo", 0.001, 10_000),))
        contacts, rows = draw(one, 0, 1), rows_of(one)
        first, second = contacts.units[rows.talk.row[0, 1], 0], contacts.units[rows.talk_after_transfer.row[0, 2], 0]
        assert first != second
        ended = run_faithful(one, contacts).ended_ms[0]
        assert ended == span(first, 100_000.0) + span(second, 100_000.0)

    def test_who_has_been_put_through_waits_with_new_patience(self, play):
        """bo and cia are busy with others; patience was 70 s, and begins anew at the transfer."""
        plan = plan_of([self.PLAN[0], self.PLAN[1]], [queue("bygg", steps=self.STEPS)])
        habits = self.habits(0.0, 1.0, 0.0, patience=70, talk=(0, 100, 500, 0, 0))
        played = play(scene(plan, {"bygg": [0, 10]}, habits, (shift("bo", 5, 1000),)))
        assert [entry.agent for entry in played.of(CallOffered)] == ["anna", "bo"]
        assert played.all() == [("abandoned", "anna", 0, 0, 170), ("answered", "bo", 10, 10, 510)]


class TestCallbacks:
    RULES = CallbackRules(tries=2, retry_ms=60_000)

    def plan(self, agents=1, **rules):
        bygg = queue("bygg", callback=self.RULES, waiting=WaitingRules(callback_key="5"), **rules)
        return plan_of([agent(f"a{i}", bygg=2) for i in range(agents)], [bygg])

    def test_who_presses_the_key_keeps_the_place_and_is_rung_when_it_comes(self, play):
        habits = {"bygg": callers(patience=60, talk=100, presses_callback_ms=seconds(30))}
        played = play(scene(self.plan(), {"bygg": [0, 5, 90]}, habits, phones=(3,)))
        assert played.all() == [
            ("answered", "a0", 0, 3, 103),
            ("rung back", "a0", 5, 106, 206),
            ("rung back", "a0", 90, 209, 309),
        ]
        assert [entry.at_ms - START for entry in played.of(CallbackPromised)] == [35_000, 120_000]

    def test_where_there_is_no_key_nobody_presses(self, play):
        plan = plan_of([], [queue("bygg", callback=self.RULES)])
        habits = {"bygg": callers(patience=60, presses_callback_ms=seconds(30))}
        assert play(scene(plan, {"bygg": [0]}, habits)).all() == [("abandoned", "", 0, None, 60)]

    def test_a_callback_that_an_agent_promises_is_another_contact_that_nobody_waits_for(self):
        habits = {"bygg": callers(talk=100, wrap_up=10, resolved=(0, 0, 0, 0, 0), callback=0.5)}
        one = scene(self.plan(), {"bygg": [0]}, habits, phones=(3,))
        contacts = draw(one, 0, 1, 4)
        contacts.chances[2] = [0.1, 0.9, 0.9, 0.9, 0.9]
        made = run_faithful(one, contacts, check=True)
        # talk 3–103, promised at 103, wrap-up to 113, rung 113–116, talk to 216
        assert made.parent.tolist()[:2] == [NO_ONE, 0]
        assert made.ended_ms.tolist()[:2] == [103_000, 216_000]
        assert made.arrival_ms.tolist()[1] == made.entered_ms.tolist()[1] == 103_000
        assert made.settled.tolist()[:2] == [NOT_SETTLED, NOT_SETTLED]

    def test_a_callback_that_cannot_be_promised_is_none_and_some_ring_again(self):
        """The line has closed for good when the talk is over."""
        hours = OpenHours((START,), (START + 50_000,))
        again = {"rings_again": 1.0, "rings_again_after": seconds(60)}
        habits = {"bygg": callers(talk=100, resolved=(0, 0, 0, 0, 0), callback=1.0, **again)}
        one = scene(self.plan(hours=hours, serve_after_close_ms=0), {"bygg": [0]}, habits, phones=(3,))
        made = run_faithful(one, draw(one, 0, 1, 4), check=True)
        assert made.arrival_ms.tolist() == [0, 163_000, 0, 0, 0]
        assert [NAMES[outcome] for outcome in made.outcome[:3]] == ["answered", "closed", "not made"]

    def test_an_agent_who_misses_a_callback_rests_and_another_rings(self, play):
        habits = {"bygg": callers(patience=60, talk=100, presses_callback_ms=seconds(30))}
        played = play(scene(self.plan(), {"bygg": [0, 5]}, habits, phones=(3,)), picked_up=[True, False, True, True])
        # a0 talks to 103, misses the callback to 123, rests to 183, accepts at 186
        assert played.all()[1] == ("rung back", "a0", 5, 186, 286)

    def test_a_promise_that_the_line_outlives_is_given_up(self, play):
        hours = OpenHours((START,), (START + 50_000,))
        habits = {"bygg": callers(patience=60, talk=100, presses_callback_ms=seconds(30))}
        played = play(scene(self.plan(hours=hours, serve_after_close_ms=0), {"bygg": [0, 5]}, habits, phones=(3,)))
        assert played.all()[1][0] == "not rung back"
