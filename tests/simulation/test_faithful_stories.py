"""Made-up people against the whole kernel, in scenes where each instant can be computed by hand."""

from dataclasses import replace

import numpy as np
import pytest

from queues.entries import AgentStateChanged, OfferEnded, OfferResult
from queues.ids import PartnerId, PromptId
from routing.plan import (
    Leads,
    Limit,
    OpenHours,
    Partner,
    PlanStep,
    TargetKind,
    WayOut,
)
from simulator.drawing.draws import draw
from simulator.faithful.driver import run_faithful
from simulator.world import Phones
from tests.simulation.stage import START, Played, agent, callers, plan_of, queue, scene, seconds, shift

OWN, THEN_ANY = PlanStep(0, TargetKind.OWN, skip_when_empty=False), PlanStep(60_000, TargetKind.ANY)
DAY = 86_400.0


@pytest.fixture
def play(monkeypatch):
    return lambda *scene, **how: Played(monkeypatch, *scene, **how)


class TestOneLine:
    def test_ringing_talk_and_wrap_up_follow_each_other_and_the_next_caller_waits_for_them(self, play):
        plan = plan_of([agent("anna", bygg=2)], [queue("bygg")])
        played = play(scene(plan, {"bygg": [0, 10]}, {"bygg": callers(talk=100, wrap_up=20)}, phones=(5,)))
        assert played.all() == [("answered", "anna", 0, 5, 105), ("answered", "anna", 10, 130, 230)]
        assert played.time_of("anna") == (10, 200, 40, 3600)
        assert played.outcomes.wrap_up_ms.tolist()[:2] == [20_000, 20_000]

    def test_menu_takes_its_time_before_the_patience_begins(self, play):
        plan = plan_of([], [queue("bygg")])
        one = scene(plan, {"bygg": [7]}, {"bygg": callers(patience=30)})
        world = replace(one.world, streams=(replace(one.world.streams[0], menu=seconds(11)),))
        assert play(replace(one, world=world)).all() == [("abandoned", "", 18, None, 48)]

    def test_silence_in_the_menu_leads_where_silence_leads(self, play):
        plan = plan_of([agent("anna", ovrigt=2)], [queue("bygg"), queue("ovrigt")])
        one = scene(plan, {"bygg": [7]}, {"bygg": callers(), "ovrigt": callers(talk=50)})
        world = replace(one.world, streams=(replace(one.world.streams[0], keys=("", "")),))
        assert play(replace(one, world=world)).all() == [("answered", "anna", 7, 7, 57)]

    def test_a_talk_of_a_second_is_a_talk(self, play):
        plan = plan_of([agent("anna", bygg=2)], [queue("bygg")], short_talk_ms=2_000)
        assert play(scene(plan, {"bygg": [0]}, {"bygg": callers(talk=1)})).all() == [("answered", "anna", 0, 0, 1)]

    def test_nobody_ever_comes_and_patience_is_for_ever(self, play):
        played = play(scene(plan_of([], [queue("bygg")]), {"bygg": [0]}, {"bygg": callers()}, length=600))
        assert played.all() == [("failed", "", 0, None, 600 + DAY)]


class TestInstantsThatCoincide:
    def test_a_talk_that_ends_comes_before_the_step_that_opens(self, play):
        """At 60 s anna is free and the call is anybody's: she has it by the first step."""
        plan = plan_of(
            [agent("anna", bygg=2), agent("bo", vard=2, bygg=1)], [queue("bygg", steps=(OWN, THEN_ANY)), queue("vard")]
        )
        played = play(scene(plan, {"bygg": [0, 0]}, {"bygg": callers(talk=60)}))
        assert played.all() == [("answered", "anna", 0, 0, 60), ("answered", "anna", 0, 60, 120)]
        assert played.outcomes.step.tolist()[:2] == [0, 0]

    def test_a_step_that_opens_comes_before_patience_and_the_answer_too(self, play):
        plan = plan_of([agent("bo", vard=2, bygg=1)], [queue("bygg", steps=(OWN, THEN_ANY)), queue("vard")])
        played = play(scene(plan, {"bygg": [0]}, {"bygg": callers(patience=60)}))
        assert played.all() == [("answered", "bo", 0, 60, 160)]
        assert (played.outcomes.step[0], played.outcomes.level[0]) == (1, 1)

    @pytest.mark.parametrize(("patience", "what"), [(5, "answered"), (4.999, "abandoned")])
    def test_an_answer_comes_before_patience(self, play, patience, what):
        plan = plan_of([agent("anna", bygg=2)], [queue("bygg")])
        played = play(scene(plan, {"bygg": [0]}, {"bygg": callers(patience=patience)}, phones=(5,)))
        assert [row[0] for row in played.all()] == [what]

    def test_the_end_of_the_ring_time_comes_before_an_answer(self, play):
        plan = plan_of([agent("anna", bygg=2)], [queue("bygg", ring_ms=5_000)], rona_limit=1)
        played = play(scene(plan, {"bygg": [0]}, {"bygg": callers(patience=60)}, phones=(5,)))
        assert [entry.result for entry in played.of(OfferEnded)] == [OfferResult.NO_ANSWER]
        assert played.all() == [("abandoned", "", 0, None, 60)]

    def test_who_hangs_up_makes_room_for_who_arrives(self, play):
        full = Limit(1, (WayOut(Leads.MESSAGE, prompts=(PromptId("fullt"),)),))
        plan = plan_of([], [queue("bygg", max_length=full)])
        played = play(scene(plan, {"bygg": [0, 10, 30]}, {"bygg": callers(patience=30)}))
        assert played.all() == [
            ("abandoned", "", 0, None, 30),
            ("turned away", "", 10, None, 10),
            ("abandoned", "", 30, None, 60),
        ]

    def test_a_wrap_up_that_ends_comes_before_the_end_of_the_shift(self, play):
        """anna is ready at the instant at which her shift ends: whoever waits has her first."""
        plan = plan_of([agent("anna", bygg=2)], [queue("bygg")])
        habits = {"bygg": callers(talk=100, wrap_up=20)}
        played = play(scene(plan, {"bygg": [0, 10]}, habits, (shift("anna", 0, 120),)))
        assert played.all() == [("answered", "anna", 0, 0, 100), ("answered", "anna", 10, 120, 220)]
        assert played.time_of("anna") == (0, 200, 40, 240)

    def test_roots_come_by_their_index_and_before_who_rings_again(self, play):
        plan = plan_of([agent("anna", bygg=2)], [queue("bygg")])
        habits = {"bygg": callers(patience=10, redial=1.0, redial_after=seconds(20), talk=100)}
        one = scene(plan, {"bygg": [0, 1, 91]}, habits)
        assert play(one, room=1).outcomes.ran_out
        # Who gives up at 11 rings at 31, 61 and 91; then anna, free at 100, takes the one who has not rung before.
        played = play(one, room=64)
        assert played.all()[2] == ("answered", "anna", 91, 100, 200)
        assert played.all()[5] == ("abandoned", "", 91, None, 101)
        assert played.outcomes.parent.tolist()[3:6] == [1, 3, 4]
        assert played.outcomes.arrival_ms.tolist()[3:6] == [31_000, 61_000, 91_000]


class TestStaff:
    def test_who_goes_home_finishes_the_talk_and_its_wrap_up(self, play):
        plan = plan_of([agent("anna", bygg=2)], [queue("bygg")])
        shifts = (shift("anna", 10, 60),)
        played = play(scene(plan, {"bygg": [0, 20]}, {"bygg": callers(patience=300, talk=100, wrap_up=20)}, shifts))
        assert played.all() == [("answered", "anna", 0, 10, 110), ("abandoned", "", 20, None, 320)]
        assert played.time_of("anna") == (0, 100, 20, 120)

    def test_without_wrap_up_nobody_is_given_a_call_between_the_talk_and_leaving(self, play):
        plan = plan_of([agent("anna", bygg=2)], [queue("bygg")])
        shifts = (shift("anna", 10, 60),)
        played = play(scene(plan, {"bygg": [0, 20]}, {"bygg": callers(patience=300)}, shifts))
        assert played.all() == [("answered", "anna", 0, 10, 110), ("abandoned", "", 20, None, 320)]

    def test_who_is_to_leave_answers_the_phone_that_rings(self, play):
        plan = plan_of([agent("anna", bygg=2)], [queue("bygg")])
        played = play(
            scene(plan, {"bygg": [0, 1]}, {"bygg": callers(patience=300)}, (shift("anna", 0, 4),), phones=(5,))
        )
        assert played.all() == [("answered", "anna", 0, 5, 105), ("abandoned", "", 1, None, 301)]
        assert played.time_of("anna") == (5, 100, 0, 105)

    def test_who_is_to_leave_and_whose_caller_hangs_up_takes_the_next_that_waits_and_then_leaves(self, play):
        plan = plan_of([agent("anna", bygg=2)], [queue("bygg")])
        habits = {"bygg": callers(patience=4.5)}
        played = play(scene(plan, {"bygg": [0, 1]}, habits, (shift("anna", 0, 4),), phones=(5,)))
        assert played.all() == [("abandoned", "", 0, None, 4.5), ("abandoned", "", 1, None, 5.5)]
        assert played.time_of("anna") == (5.5, 0, 0, 5.5)

    def test_a_lunch_is_no_presence_and_the_line_waits_for_its_end(self, play):
        plan = plan_of([agent("anna", bygg=2)], [queue("bygg")])
        shifts = (shift("anna", 0, 1000, (100, 400)),)
        played = play(scene(plan, {"bygg": [50, 60]}, {"bygg": callers(talk=100)}, shifts))
        assert played.all() == [("answered", "anna", 50, 50, 150), ("answered", "anna", 60, 400, 500)]
        assert played.time_of("anna") == (0, 200, 0, 150 + 600)

    def test_shifts_that_touch_are_one_and_an_absent_one_is_none(self, play):
        plan = plan_of([agent("anna", bygg=2), agent("bo", bygg=2)], [queue("bygg")])
        shifts = (shift("anna", 0, 100), shift("anna", 100, 200), shift("bo", 0, 200))
        played = play(scene(plan, {"bygg": [300]}, {"bygg": callers(patience=10)}, shifts))
        assert [entry.agent for entry in played.of(AgentStateChanged)] == ["anna", "bo", "anna", "bo"]
        one = scene(plan, {"bygg": [300]}, {"bygg": callers(patience=10)}, shifts)
        contacts = replace(draw(one, 0, 1), absent=np.array([[False, True, True]]))
        assert run_faithful(one, contacts).present_ms.tolist() == [[100_000, 0]]

    def test_rona_rests_and_then_waits_until_the_person_is_back(self, play):
        plan = plan_of([agent("anna", bygg=2)], [queue("bygg", ring_ms=20_000)], rona_pause_ms=60_000, rona_limit=2)
        phones = Phones(seconds(3), returns_after=seconds(300))
        played = play(scene(plan, {"bygg": [0]}, {"bygg": callers()}, phones=phones), picked_up=[False, False, True])
        # 0–20 rings, rests to 80, 80–100 rings, away to 400, answered at 403.
        assert played.all() == [("answered", "anna", 0, 403, 503)]
        assert played.outcomes.offers[0] == 3
        assert played.time_of("anna") == (43, 100, 0, 3600 - 360)

    def test_who_rests_after_a_missed_call_when_the_shift_ends_leaves_at_once(self, play):
        plan = plan_of([agent("anna", bygg=2)], [queue("bygg", ring_ms=20_000)], rona_pause_ms=60_000)
        habits, shifts = {"bygg": callers(patience=500)}, (shift("anna", 0, 50),)
        played = play(scene(plan, {"bygg": [0]}, habits, shifts), picked_up=[False])
        assert played.all() == [("abandoned", "", 0, None, 500)]
        assert played.time_of("anna") == (20, 0, 0, 20)


class TestHours:
    HOURS = OpenHours((START,), (START + 100_000,))

    def test_who_waits_at_closing_is_served_a_while_then_told_and_who_comes_later_hears_that_it_is_closed(self, play):
        plan = plan_of([agent("anna", bygg=2)], [queue("bygg", hours=self.HOURS, serve_after_close_ms=50_000)])
        habits = {"bygg": callers(talk=140, redial=1.0, redial_after=seconds(10_000))}
        played = play(scene(plan, {"bygg": [0, 10, 20, 100]}, habits))
        assert played.all()[:4] == [
            ("answered", "anna", 0, 0, 140),
            ("answered", "anna", 10, 140, 280),
            ("turned away", "", 20, None, 150),
            ("closed", "", None, None, 100),
        ]
        assert played.outcomes.arrival_ms.tolist()[4:6] == [10_100_000, 10_150_000]


class TestPartners:
    STEPS = (OWN, PlanStep(60_000, TargetKind.PARTNER, partner=PartnerId("svar")))

    def plan(self, **rules):
        partner = Partner(PartnerId("svar"), **{"lines": 1, "ring_ms": 20_000} | rules)
        return plan_of([agent("anna", bygg=2)], [queue("bygg", steps=self.STEPS)], partners={partner.id: partner})

    def test_who_has_waited_goes_outside_and_is_answered_there(self, play):
        habits = {"bygg": callers(talk=(100, 100, 500, 500, 200))}
        played = play(scene(self.plan(), {"bygg": [0, 0]}, habits, partner_phones=Phones(seconds(7))))
        assert played.all() == [("answered", "anna", 0, 0, 500), ("partner", "svar/1", 0, 67, 267)]
        assert played.outcomes.level.tolist()[:2] == [2, 4]
        assert played.time_of("svar/1") == (7, 200, 0, 3600)

    def test_a_ring_that_nobody_answers_there_ends_with_its_time_and_the_call_stays_at_home_a_while(self, play):
        habits = {"bygg": callers(talk=(100, 100, 500, 500, 200))}
        plan = self.plan(again_ms=30_000)
        played = play(
            scene(plan, {"bygg": [0, 0]}, habits, partner_phones=Phones(seconds(7))), picked_up=[True, False, True]
        )
        assert played.all()[1] == ("partner", "svar/1", 0, 60 + 20 + 30 + 7, 317)

    def test_a_ring_of_just_the_time_is_not_answered(self, play):
        habits = {"bygg": callers(patience=81, talk=500)}
        played = play(scene(self.plan(), {"bygg": [0, 0]}, habits, partner_phones=Phones(seconds(20))))
        assert played.all()[1] == ("abandoned", "", 0, None, 81)

    def test_minutes_of_the_day_are_spent_and_hours_close(self, play):
        habits = {"bygg": callers(patience=300, talk=(1, 1, 3000, 3000, 100))}
        spent = play(scene(self.plan(most_ms_a_day=60_000), {"bygg": [0, 0, 200]}, habits))
        assert [row[0] for row in spent.all()] == ["answered", "partner", "abandoned"]
        closes = self.plan(hours=OpenHours((START,), (START + 100_000,)))
        shut = play(scene(closes, {"bygg": [0, 0, 200]}, habits))
        assert [row[0] for row in shut.all()] == ["answered", "partner", "abandoned"]


def test_two_lines_two_queues_each_talk_by_who_answers(play):
    """After a minute whoever is there: at another level, and for longer."""
    plan = plan_of(
        [agent("anna", bygg=2, vard=1)], [queue("bygg", steps=(OWN, THEN_ANY)), queue("vard", steps=(OWN, THEN_ANY))]
    )
    talk = (0, 300, 100, 0, 0)
    played = play(scene(plan, {"bygg": [0], "vard": [10]}, {"bygg": callers(talk=talk), "vard": callers(talk=talk)}))
    assert played.all() == [("answered", "anna", 0, 0, 100), ("answered", "anna", 10, 100, 400)]
    assert played.outcomes.queue.tolist()[:2] == [0, 1]
