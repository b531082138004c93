"""Parking with return: the caller keeps place and secrecy, and comes back to the same person or to the line."""

from dataclasses import replace

from queues.agents import AgentState, PhoneState
from queues.entries import CallAnswered, CallQueued, OfferResult, TalkEnded, TalkEnder
from queues.ids import AgentId, CallId, Instant, OfferId
from queues.operator_entries import ParkingBegun, ParkingEnded, ParkingRefused
from routing.actions import EndTalk, HoldMusic
from routing.events import (
    AgentLoggedOut,
    AgentPaused,
    AgentReady,
    AgentRestored,
    CallerHungUp,
    CallResumed,
    FoundCall,
    FoundState,
    LinkLost,
    PhoneStateChanged,
    WorldListed,
)
from routing.operator_events import CallParked, CallPicked
from routing.papers import Papers
from tests.kernel.centre import Bench, agent, ended, offered, plan_of, queue

ANNA, BO, CILLA = AgentId("anna"), AgentId("bo"), AgentId("cilla")
C1 = CallId("c1")


def house(**rules) -> Bench:
    """Anna and bo answer övrigt; cilla and anna may hear what barn hears."""
    people = [
        agent("anna", ["barn"], ovrigt=2, barn=2),
        agent("bo", ovrigt=2),
        agent("cilla", ["barn"], barn=3),
    ]
    return Bench(plan_of(people, [queue("barn", clearance="barn"), queue("ovrigt")], **rules))


def talk(bench: Bench, key="2", who="anna") -> None:
    """The caller talks with `who` from 6 s on, having entered the line at 5 s."""
    bench.staff(0, who)
    bench.arrive(5, "c1", key)
    bench.answer(6, "c1")
    assert bench.call("c1").agent == who


def park(after_s=60.0, by=ANNA) -> CallParked:
    return CallParked(by, round(after_s * 1000))


def of(step, kind):
    return [entry for entry in step.entries if isinstance(entry, kind)]


def refused(step):
    return [entry.reason for entry in of(step, ParkingRefused)]


class TestParked:
    def test_the_caller_hears_music_and_the_person_is_spared_other_calls(self):
        b = house()
        talk(b)
        step = b.at(20, park())
        (end_talk, music) = step.actions
        assert isinstance(end_talk, EndTalk)
        assert isinstance(music, HoldMusic)
        assert (end_talk.papers.queue, end_talk.papers.entered_at_ms) == ("ovrigt", 5_000)
        assert of(step, TalkEnded)[0].by is TalkEnder.PARKED
        assert of(step, ParkingBegun)[0].until_ms == 80_000
        assert (b.person("anna").state, b.person("anna").reason) == (AgentState.WRAP_UP, "parked")
        assert offered(b.arrive(30, "c2", "2")) == []

    def test_nobody_else_is_given_it_however_ready(self):
        b = house()
        talk(b)
        b.at(20, park())
        b.staff(21, "bo")
        assert offered(b.at(79)) == []

    def test_when_its_time_is_up_it_rings_at_the_same_person_before_any_other_call(self):
        b = house()
        talk(b)
        b.at(20, park())
        b.arrive(30, "c2", "2")
        b.staff(31, "bo")
        step = b.at(80)
        assert offered(step) == [("c1", "anna")]
        assert of(step, ParkingEnded)[0].reached
        assert of(step, CallQueued)[0].entered_at_ms == 5_000

    def test_the_wait_of_the_second_answer_counts_the_first_wait_and_the_parking_but_no_talk(self):
        b = house()
        talk(b)
        b.at(20, park())
        b.at(80)
        assert of(b.answer(83, "c1"), CallAnswered)[0].wait_ms == 1_000 + 63_000

    def test_a_person_who_has_become_ready_gets_it_all_the_same(self):
        b = house()
        talk(b)
        b.at(20, park())
        b.at(25, AgentReady(ANNA))
        assert offered(b.at(80)) == [("c1", "anna")]

    def test_a_caller_who_hangs_up_sets_the_person_free(self):
        b = house()
        talk(b)
        b.at(20, park())
        step = b.at(60, CallerHungUp(C1))
        assert ended(step) == [("c1", "abandoned", "caller_hung_up")]
        assert b.person("anna").state is AgentState.READY, "the wrap-up she would have had is over"

    def test_and_soon_enough_she_wraps_up_as_after_any_talk(self):
        b = house()
        talk(b)
        b.at(20, park())
        b.at(25, CallerHungUp(C1))
        assert (b.person("anna").state, b.person("anna").reason) == (AgentState.WRAP_UP, "")
        b.at(50)
        assert b.person("anna").state is AgentState.READY

    def test_two_can_be_parked_and_each_returns(self):
        b = house()
        talk(b)
        b.at(20, park(100))
        b.at(21, AgentReady(ANNA))
        b.arrive(22, "c2", "2")
        b.answer(23, "c2")
        b.at(30, park(50))
        assert offered(b.at(80)) == [("c2", "anna")]
        b.answer(82, "c2")
        b.agent_hangs_up(100, "c2")
        assert offered(b.at(120)) == [("c1", "anna")]

    def test_what_a_person_asked_for_during_the_talk_holds_after_parking(self):
        b = house()
        talk(b)
        b.at(10, AgentPaused(ANNA, "rast"))
        b.at(20, park())
        assert (b.person("anna").state, b.person("anna").reason) == (AgentState.NOT_READY, "rast")
        step = b.at(80)
        assert offered(step) == []
        assert b.call("c1").state == "waiting"


class TestBackInLine:
    def test_a_person_who_logs_out_lets_it_return_to_the_line_at_once_in_its_old_place(self):
        b = house()
        talk(b)
        b.at(20, park())
        b.arrive(30, "c2", "2")
        b.at(40, AgentLoggedOut(ANNA))
        step = b.at(40)
        assert [(e.reached, e.reason) for e in of(step, ParkingEnded)] == [(False, "gone")]
        b.staff(50, "bo")
        assert (b.call("c1").agent, b.call("c2").agent) == ("bo", ""), "who came first is first"

    def test_a_person_who_talks_to_somebody_else_is_not_waited_for(self):
        b = house()
        talk(b)
        b.at(20, park())
        b.at(21, AgentReady(ANNA))
        b.arrive(30, "c2", "2")
        b.answer(31, "c2")
        b.staff(32, "bo")
        step = b.at(80)
        assert offered(step) == [("c1", "bo")]
        assert not of(step, ParkingEnded)[0].reached

    def test_a_phone_that_is_busy_or_dead_is_not_waited_for(self):
        for phone in (PhoneState.BUSY, PhoneState.UNREACHABLE):
            b = house()
            talk(b)
            b.at(20, park())
            b.at(30, PhoneStateChanged(ANNA, phone))
            assert offered(b.at(80)) == []
            assert b.call("c1").state == "waiting"

    def test_a_return_that_is_not_answered_goes_on_to_whoever_else_is_there(self):
        b = house()
        talk(b)
        b.at(20, park())
        b.staff(21, "bo")
        b.at(80)
        assert offered(b.fail(100, "c1", OfferResult.NO_ANSWER)) == [("c1", "bo")]

    def test_without_a_link_it_waits_in_line_until_there_is_one(self):
        b = house()
        talk(b)
        b.at(20, park())
        b.at(30, LinkLost("reset"))
        assert offered(b.at(80)) == []
        b.at(81, AgentReady(ANNA))
        listed = WorldListed(
            Instant(82_000), (FoundCall(C1, FoundState.IN_SESSION, "", "", Papers()),), ((ANNA, PhoneState.IDLE),)
        )
        assert offered(b.at(82, listed)) == [("c1", "anna")]

    def test_a_session_that_is_lost_puts_it_in_its_line_and_nobody_waits_in_vain(self):
        b = house()
        talk(b)
        b.at(20, park())
        papers = b.call("c1").papers()
        step = b.at(30, CallResumed(C1, "0850000", "", papers))
        assert [(e.reached, e.reason) for e in of(step, ParkingEnded)] == [(False, "lost")]
        assert (b.call("c1").state, b.call("c1").entered_at_ms) == ("waiting", 5_000)
        assert b.person("anna").reason != "parked"

    def test_an_engine_after_us_has_it_in_its_line_by_its_papers(self):
        b = house()
        talk(b, "1")
        (end_talk, _) = b.at(20, park()).actions
        after = house()
        after.at(25, AgentRestored(ANNA, AgentState.WRAP_UP, "parked", 81_000))
        after.at(26, CallResumed(C1, "0850000", "", end_talk.papers))
        call = after.call("c1")
        assert (call.state, call.queue, call.entered_at_ms, call.clearance) == ("waiting", "barn", 5_000, "barn")
        assert after.person("anna").reason == ""


class TestSecrecy:
    def test_a_parked_confidential_call_is_never_offered_to_anyone_uncleared(self):
        b = house()
        talk(b, "1")
        b.staff(7, "bo")
        b.at(20, park())
        step = b.at(21, CallPicked(BO, C1))
        assert offered(step) == []
        b.at(22, AgentLoggedOut(ANNA))
        assert offered(b.at(23)) == []
        b.staff(24, "cilla")
        assert b.call("c1").agent == "cilla"

    def test_a_person_who_has_lost_the_right_meanwhile_does_not_get_it_back(self):
        b = house()
        talk(b, "1")
        b.at(20, park())
        plan = b.kernel.centre.plan
        uncleared = replace(plan.agents[ANNA], clearances=frozenset())
        b.replace_plan(30, replace(plan, agents={**plan.agents, ANNA: uncleared}))
        assert offered(b.at(80)) == []
        assert b.call("c1").state == "waiting"


class TestRefused:
    def test_without_a_talk(self):
        b = house()
        b.staff(0, "anna")
        assert refused(b.at(1, park())) == ["no_talk"]

    def test_for_too_short_or_too_long(self):
        b = house()
        talk(b)
        assert refused(b.at(20, park(4), park(901))) == ["time", "time"]
        assert b.call("c1").state == "talking"

    def test_while_there_is_no_link(self):
        b = house()
        talk(b)
        b.at(19, LinkLost("reset"))
        assert refused(b.at(20, park())) == ["no_link"]

    def test_a_talk_that_is_older_than_the_engine(self):
        b = house()
        found = FoundCall(C1, FoundState.TALKING, "", "", Papers(), ANNA, OfferId(0))
        b.at(5, WorldListed(Instant(4_000), (found,), ((ANNA, PhoneState.IDLE),)))
        assert refused(b.at(20, park())) == ["recovered"]

    def test_a_fourth_at_once(self):
        b = house()
        b.staff(0, "anna")
        for n in range(4):
            b.arrive(10 * n + 1, f"c{n}", "2")
            b.answer(10 * n + 2, f"c{n}")
            step = b.at(10 * n + 5, park(600))
            if n < 3:
                b.at(10 * n + 6, AgentReady(ANNA))
        assert refused(step) == ["too_many"]
