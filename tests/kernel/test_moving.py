"""Moving somebody to other lines while calls are served: at once, for a while, remembered with who."""

from dataclasses import replace

from queues.agents import PhoneState
from queues.entries import PlanReplaced
from queues.ids import AgentId, Instant, QueueId
from queues.operator_entries import AgentMoved, MoveRefused
from routing.events import AgentLoggedOut, PhoneStateChanged
from routing.operator_events import AgentReassigned
from routing.plan import PlanStep, TargetKind
from tests.kernel.centre import Bench, agent, late, offered, plan_of, queue

ANNA, BO = AgentId("anna"), AgentId("bo")
OWN = (PlanStep(0, TargetKind.OWN),)


def lines():
    return [queue("bygg", steps=OWN), queue("barn", steps=OWN, clearance="barn"), queue("ovrigt", steps=OWN)]


def people():
    return [
        agent("anna", bygg=2),
        agent("bo", bygg=2),
        agent("cilla", ["barn"], barn=2),
        agent("doris", ovrigt=2),
        agent("erik", ovrigt=2),
    ]


def house() -> Bench:
    return Bench(plan_of(people(), lines()))


def to(*queues: str, who="olle", agent_=ANNA, until_s=0.0, level=2) -> AgentReassigned:
    return AgentReassigned(agent_, tuple((QueueId(q), level) for q in queues), Instant(round(until_s * 1000)), who)


def refused(step):
    return [entry.reason for entry in step.entries if isinstance(entry, MoveRefused)]


def moved(step):
    return [(e.agent, e.queues, e.until_ms, e.who) for e in step.entries if isinstance(e, AgentMoved)]


class TestMoved:
    def test_a_call_that_waits_there_rings_at_once_and_who_did_it_is_remembered(self):
        b = house()
        b.staff(0, "anna")
        b.arrive(1, "c1", "3")
        step = b.at(10, to("ovrigt", until_s=100))
        assert offered(step) == [("c1", "anna")]
        assert moved(step) == [("anna", (("ovrigt", 2),), 100_000, "olle")]
        assert not any(isinstance(e, PlanReplaced) for e in step.entries)

    def test_and_those_of_the_line_that_was_left_do_not(self):
        b = house()
        b.staff(0, "anna")
        b.at(1, to("ovrigt"))
        assert offered(b.arrive(10, "c1", "1")) == []

    def test_a_ring_and_a_talk_go_on(self):
        b = house()
        b.staff(0, "anna")
        b.arrive(1, "c1", "1")
        b.at(2, to("ovrigt"))
        assert b.call("c1").agent == "anna"
        b.answer(3, "c1")
        b.at(4, to("bygg", "ovrigt"))
        assert b.call("c1").state == "talking"

    def test_when_the_time_is_out_they_answer_where_it_is_written(self):
        b = house()
        b.staff(0, "anna")
        b.at(1, to("ovrigt", until_s=50))
        step = b.at(50)
        assert moved(step) == [("anna", (), 0, "")]
        assert offered(b.arrive(51, "c1", "1")) == [("c1", "anna")]
        assert offered(b.arrive(52, "c2", "3")) == []

    def test_somebody_can_be_moved_back_by_hand_and_again_elsewhere(self):
        b = house()
        b.staff(0, "anna")
        b.at(1, to("ovrigt", until_s=50))
        assert moved(b.at(2, to(who="karin"))) == [("anna", (), 0, "karin")]
        b.at(3, to("ovrigt", "bygg", until_s=70))
        b.at(60)
        assert b.kernel.centre.moves[ANNA].until_ms == 70_000

    def test_a_new_plan_keeps_it(self):
        b = house()
        b.staff(0, "anna")
        b.at(1, to("ovrigt", until_s=50))
        b.replace_plan(2, plan_of(people(), lines()))
        b.arrive(3, "c1", "3")
        assert b.call("c1").agent == "anna"

    def test_a_new_plan_that_leaves_no_room_for_it_ends_it(self):
        for plan in (
            plan_of(people(), lines()[:2]),
            plan_of([agent("anna", bygg=2), *people()[2:]], lines()),
            plan_of(people()[1:], lines()),
        ):
            b = house()
            b.at(1, to("ovrigt", until_s=50))
            step = b.replace_plan(2, plan)
            assert moved(step) == [("anna", (), 0, "")]
            assert not b.kernel.centre.moves

    def test_login_and_logout_change_nothing_about_it(self):
        b = house()
        b.staff(0, "anna")
        b.at(1, to("ovrigt", until_s=50))
        b.at(2, AgentLoggedOut(ANNA), PhoneStateChanged(ANNA, PhoneState.UNREACHABLE))
        b.staff(3, "anna")
        assert offered(b.arrive(4, "c1", "3")) == [("c1", "anna")]


class TestRefused:
    def test_a_line_that_is_not_there_or_named_twice_or_no_level(self):
        b = house()
        assert refused(b.at(1, to("gone"), to("ovrigt", "ovrigt"), to("ovrigt", level=4))) == ["unknown_queue"] * 3

    def test_a_line_that_they_may_not_hear(self):
        assert refused(house().at(1, to("barn"))) == ["not_cleared"]

    def test_what_would_be_over_already(self):
        assert refused(house().at(10, to("ovrigt", until_s=10))) == ["time"]

    def test_the_last_one_of_a_line(self):
        b = house()
        assert refused(b.at(1, to("ovrigt", agent_=AgentId("cilla")))) == ["nobody_left"]
        b.at(2, to("ovrigt"))
        assert refused(b.at(3, to("ovrigt", agent_=BO))) == ["nobody_left"]
        b.at(4, to())
        assert refused(b.at(5, to("ovrigt", agent_=BO))) == []

    def test_a_stranger_or_somebody_who_is_not_moved_and_goes_back_is_late(self):
        b = house()
        assert late(b.at(1, to("ovrigt", agent_=AgentId("stranger")), to())) == ["AgentReassigned"] * 2


def test_a_logout_by_somebody_else_says_so():
    b = house()
    b.staff(0, "anna")
    b.at(1, AgentLoggedOut(ANNA, "olle"))
    assert b.person("anna").reason == "by_operator"


def test_a_plan_of_many_is_whole_again_when_every_move_is_over():
    b = house()
    written = b.kernel.centre.plan
    b.at(1, to("ovrigt", until_s=50), to("ovrigt", agent_=AgentId("erik"), until_s=60))
    assert b.kernel.centre.plan != written
    b.at(61)
    assert replace(b.kernel.centre.plan) == written
