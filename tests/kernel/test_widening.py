"""The circle around a waiting call: each step opens by itself, when its time has come and all its conditions hold."""

from queues.agents import PhoneState
from queues.entries import StepOpened
from queues.ids import AgentId, CallId
from routing.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentReady,
    CallerHungUp,
    PhoneStateChanged,
    Tick,
    WorldListed,
)
from routing.plan import OpenHours, PlanStep, TargetKind
from tests.kernel.centre import Bench, agent, ended, offered, plan_of, queue

OWN = PlanStep(0, TargetKind.OWN)
ANNA = AgentId("anna")
HELP = [agent("anna", bygg=2), agent("bo", vatten=2)]


def bench(*later, people=HELP, **rules):
    """Anna has bygg as her own; bo is reached by the steps after the first."""
    return Bench(plan_of(people, [queue("bygg", steps=(OWN, *later)), queue("vatten")], **rules))


def opened(step):
    return [(e.call, e.step, e.reason) for e in step.entries if isinstance(e, StepOpened)]


def any_(after_s=0, **conditions):
    return PlanStep(after_s * 1000, TargetKind.ANY, **conditions)


class TestTime:
    def test_a_step_opens_when_its_time_has_come_and_stays_open(self):
        b = bench(any_(20))
        b.staff(0, "anna")
        b.at(0, AgentPaused(ANNA, "rast"))
        b.staff(1, "bo")
        b.arrive(5, "c1", "1")
        assert offered(b.at(24.9, Tick())) == []
        assert offered(b.at(25, Tick())) == [("c1", "bo")]
        b.at(45)  # bo does not answer
        assert b.call("c1").open_steps == 0b11
        assert offered(b.at(105, Tick())) == [("c1", "bo")]

    def test_steps_open_in_whatever_order_their_times_and_conditions_say(self):
        b = bench(any_(0, queue_longer_than=5, queues=("vatten",)), any_(10))
        b.staff(0, "bo")
        b.arrive(1, "c1", "1")
        assert offered(b.at(11, Tick())) == [("c1", "bo")]
        assert b.call("c1").open_steps == 0b101

    def test_the_step_of_an_offer_is_the_first_that_names_the_agent_and_is_open(self):
        b = bench(any_(5), any_(5, queues=("vatten",)))
        b.arrive(0, "c1", "1")
        b.staff(6, "bo")
        assert [e.step for e in b.step.entries if type(e).__name__ == "CallOffered"] == [1]

    def test_after_four_hours_a_step_opens_to_the_millisecond(self):
        """F56: nothing drifts, however many messages were said on the way."""
        b = bench(any_(3_600 * 4))
        b.staff(0, "anna", "bo")
        b.at(0, AgentPaused(ANNA, "rast"))
        b.arrive(0.123, "c1", "1")
        assert offered(b.at(14_400.122, Tick())) == []
        assert offered(b.at(14_400.123, Tick())) == [("c1", "bo")]


class TestSkipWhenEmpty:
    def test_a_step_for_which_nobody_is_logged_in_is_opened_past_at_once(self):
        b = bench(any_(20))
        b.staff(0, "bo")
        assert offered(b.arrive(1, "c1", "1")) == [("c1", "bo")]
        assert opened(b.step) == [("c1", 1, "nobody_there")]

    def test_a_whole_row_of_empty_steps_is_opened_past(self):
        b = bench(any_(20, min_level=3), any_(40, queues=("vatten",)))
        b.staff(0, "bo")
        assert opened(b.arrive(1, "c1", "1")) == [("c1", 1, "nobody_there"), ("c1", 2, "nobody_there")]

    def test_a_pause_is_not_a_logout(self):
        b = bench(any_(20))
        b.staff(0, "anna", "bo")
        b.at(0, AgentPaused(ANNA, "rast"))
        assert offered(b.arrive(1, "c1", "1")) == []

    def test_whoever_may_not_hear_the_call_does_not_count(self):
        people = [agent("anna", barn=2), agent("bo", ["barn"], vatten=2)]
        b = Bench(plan_of(people, [queue("barn", clearance="barn", steps=(OWN, any_(20))), queue("vatten")]))
        b.staff(0, "anna", "bo")
        assert offered(b.arrive(1, "c1", "1")) == [("c1", "bo")]

    def test_a_step_can_be_told_to_wait_its_time_all_the_same(self):
        patient = PlanStep(0, TargetKind.OWN, skip_when_empty=False)
        b = Bench(plan_of(HELP, [queue("bygg", steps=(patient, any_(20))), queue("vatten")]))
        b.staff(0, "bo")
        assert offered(b.arrive(1, "c1", "1")) == []
        assert offered(b.at(21, Tick())) == [("c1", "bo")]

    def test_an_empty_step_opens_nothing_whose_condition_does_not_hold(self):
        b = bench(any_(20, queue_longer_than=1))
        b.staff(0, "bo")
        assert offered(b.arrive(1, "c1", "1")) == []
        assert offered(b.arrive(2, "c2", "1")) == [("c1", "bo")]

    def test_the_logout_of_the_last_one_opens_the_step_for_everybody_in_line(self):
        b = bench(any_(20))
        b.staff(0, "anna", "bo")
        b.at(0, AgentPaused(ANNA, "rast"))
        b.arrive(1, "c1", "1")
        assert offered(b.at(2, AgentLoggedOut(ANNA))) == [("c1", "bo")]

    def test_nobody_is_taken_for_gone_before_the_world_has_been_listed(self):
        """An engine that has just begun knows nobody: it must not send everybody to others for that."""
        b = Bench(plan_of(HELP, [queue("bygg", steps=(OWN, any_(20))), queue("vatten")]), linked=False)
        b.arrive(1, "c1", "1")
        b.staff(2, "anna", "bo")
        b.at(2, AgentPaused(ANNA, "rast"))
        b.at(3, WorldListed(500, (), ()))
        assert b.call("c1").open_steps == 0b01


class TestQueueLongerThan:
    def test_the_step_opens_for_all_in_line_at_the_call_that_makes_it_longer(self):
        b = bench(any_(0, queue_longer_than=2))
        b.staff(0, "anna", "bo")
        b.at(0, AgentPaused(ANNA, "rast"))
        assert offered(b.arrive(1, "c1", "1") and b.arrive(2, "c2", "1")) == []
        b.arrive(3, "c3", "1")
        assert sorted(opened(b.step)) == [("c1", 1, "condition"), ("c2", 1, "condition"), ("c3", 1, "time")]
        assert offered(b.step) == [("c1", "bo")]

    def test_it_does_not_close_again_when_the_line_is_short(self):
        b = bench(any_(0, queue_longer_than=1))
        b.staff(0, "anna")
        b.at(0, AgentPaused(ANNA, "rast"))
        b.arrive(1, "c1", "1")
        b.arrive(2, "c2", "1")
        b.at(3, CallerHungUp(CallId("c1")))
        b.staff(4, "bo")
        assert offered(b.step) == [("c2", "bo")]

    def test_who_comes_when_it_is_short_again_waits_for_it_to_hold_anew(self):
        b = bench(any_(0, queue_longer_than=1))
        b.staff(0, "anna")
        b.at(0, AgentPaused(ANNA, "rast"))
        b.arrive(1, "c1", "1")
        b.arrive(2, "c2", "1")
        b.at(3, CallerHungUp(CallId("c1")), CallerHungUp(CallId("c2")))
        b.arrive(4, "c3", "1")
        b.staff(5, "bo")
        assert offered(b.step) == []

    def test_time_and_condition_must_hold_at_once(self):
        b = bench(any_(90, queue_longer_than=1))
        b.staff(0, "anna", "bo")
        b.at(0, AgentPaused(ANNA, "rast"))
        b.arrive(0, "c1", "1")
        b.arrive(1, "c2", "1")
        b.at(50, CallerHungUp(CallId("c2")))
        assert offered(b.at(95, Tick())) == []
        assert offered(b.arrive(100, "c3", "1")) == [("c1", "bo")]
        assert b.call("c3").open_steps == 0b01


class TestOwnReadyUnder:
    def test_the_step_opens_when_too_few_of_the_own_are_ready(self):
        people = [agent("anna", bygg=2), agent("cia", bygg=2), agent("bo", vatten=2)]
        b = bench(any_(0, own_ready_under=2), people=people)
        b.staff(0, "anna", "cia", "bo")
        b.arrive(1, "c1", "1")
        assert b.call("c1").agent == "anna"
        assert b.call("c1").open_steps == 0b01
        b.arrive(2, "c2", "1")
        assert b.call("c2").open_steps == 0b11
        assert b.call("c2").agent == "cia", "an own agent is nearer"

    def test_an_offer_that_takes_the_last_one_opens_the_step_in_the_same_instant(self):
        b = bench(any_(0, own_ready_under=1))
        b.staff(0, "bo")
        b.at(1, AgentLoggedIn(ANNA))
        b.at(1, PhoneStateChanged(ANNA, PhoneState.BUSY))
        b.arrive(2, "c1", "1")
        assert b.call("c1").agent == "bo"
        b.at(3, PhoneStateChanged(ANNA, PhoneState.IDLE))
        b.arrive(4, "c2", "1")
        assert b.call("c2").agent == "anna"
        b.arrive(5, "c3", "1")
        assert opened(b.step) == [("c3", 1, "time")]

    def test_a_pause_of_the_last_one_opens_it_too(self):
        b = bench(any_(0, own_ready_under=1))
        b.at(0, AgentLoggedIn(ANNA))
        b.at(0, AgentPaused(ANNA, "rast"))
        b.staff(0, "bo")
        assert offered(b.arrive(1, "c1", "1")) == [("c1", "bo")]

    def test_a_call_that_the_own_may_not_take_yet_is_let_past_when_they_go(self):
        steps = (PlanStep(30_000, TargetKind.OWN), any_(0, own_ready_under=1))
        b = Bench(plan_of(HELP, [queue("bygg", steps=steps), queue("vatten")]))
        b.staff(0, "anna", "bo")
        assert offered(b.arrive(1, "c1", "1")) == []
        assert offered(b.at(2, AgentPaused(ANNA, "rast"))) == [("c1", "bo")]


class TestHours:
    def test_a_step_opens_with_its_hours_and_stays_open_after_them(self):
        b = bench(any_(0, hours=OpenHours((60_000,), (120_000,))))
        b.staff(0, "anna", "bo")
        b.at(0, AgentPaused(ANNA, "rast"))
        assert offered(b.arrive(1, "c1", "1")) == []
        assert offered(b.at(60, Tick())) == [("c1", "bo")]
        b.at(80)
        assert offered(b.at(140, Tick())) == [("c1", "bo")]

    def test_who_comes_after_them_is_not_let_past(self):
        b = bench(any_(0, hours=OpenHours((60_000,), (120_000,))))
        b.staff(0, "anna", "bo")
        b.at(0, AgentPaused(ANNA, "rast"))
        assert offered(b.arrive(120, "c1", "1")) == []


class TestEstimatedWait:
    def waited(self, limit_s):
        b = bench(any_(0, estimated_wait_over_ms=limit_s * 1000))
        b.staff(0, "anna", "bo")
        b.at(0, AgentPaused(ANNA, "rast"))
        return b

    def test_while_nothing_is_known_of_the_pace_the_wait_of_the_first_is_the_estimate_and_time_alone_opens(self):
        b = self.waited(60)
        b.arrive(1, "c1", "1")
        assert offered(b.at(61, Tick())) == []
        assert b.kernel.next_deadline() == 61_001
        assert offered(b.at(61.001, Tick())) == [("c1", "bo")]

    def test_a_pace_that_is_known_opens_it_for_whoever_stands_too_far_back(self):
        b = self.waited(60)
        b.at(0, AgentReady(ANNA))
        for n in range(6):  # one every 30 s
            b.arrive(30 * n, f"w{n}", "1")
            b.arrive(30 * n, f"x{n}", "1") if not n else None
            b.answer(30 * n + 1, b.person("anna").call)
            b.at(30 * n + 29, CallerHungUp(b.person("anna").call))
            b.at(30 * n + 29.5, AgentReady(ANNA))
        assert [c for c in b.kernel.centre.calls if b.call(c).open_steps & 2] == []
        for n in range(4):
            b.arrive(180 + n / 10, f"y{n}", "1")
        far = [c for c in b.kernel.centre.calls if b.call(c).open_steps & 2]
        assert far, "position times pace exceeds a minute"
        assert min(b.kernel.centre.calls) not in far


def test_nothing_is_polled():
    """A line that waits for a condition that only others can make true asks for no instant of its own."""
    b = bench(any_(0, queue_longer_than=9), any_(0, own_ready_under=0, queue_longer_than=8))
    b.staff(0, "anna")
    b.at(0, AgentPaused(ANNA, "rast"))
    b.arrive(1, "c1", "1")
    owned = {kind.name for owner, kind in b.kernel.centre.deadlines.owned() if owner == "c1"}
    assert owned == {"MESSAGE_DUE"}
    assert ended(b.at(3_000, Tick())) == []


class TestAnotherPlan:
    def test_a_step_that_it_has_too_stays_open_and_one_that_it_does_not_have_is_shut(self):
        old, new = any_(0, queue_longer_than=0), any_(600)
        b = bench(old)
        b.staff(0, "anna")
        b.at(0, AgentPaused(ANNA, "rast"))
        b.arrive(1, "c1", "1")
        assert b.call("c1").open_steps == 0b11
        b.replace_plan(2, plan_of(HELP, [queue("bygg", steps=(OWN, new, old)), queue("vatten")]))
        assert b.call("c1").open_steps == 0b101
        b.replace_plan(3, plan_of(HELP, [queue("bygg", steps=(OWN, new)), queue("vatten")]))
        assert b.call("c1").open_steps == 0b01

    def test_who_is_rung_for_meanwhile_has_no_step_open_that_the_line_does_not_have(self):
        b = bench(any_(0), any_(0))
        b.staff(0, "bo")
        b.arrive(1, "c1", "1")
        b.replace_plan(2, plan_of(HELP, [queue("bygg", steps=(OWN,)), queue("vatten")]))
        b.at(21, Tick())
        assert b.call("c1").open_steps == 0b01
