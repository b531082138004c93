"""Putting callers through (ROUTING.md, After the talk; FAULTS.md, F45, F51): levels, places, secrecy, the way back."""

from dataclasses import replace

import pytest

from queues.agents import AgentState, PhoneState
from queues.entries import CallAnswered, CallEnded, CallQueued, OfferResult, TalkEnded, TalkEnder
from queues.ids import AgentId, CallId, OfferId, PartnerId, QueueId
from queues.transfer_entries import CallTransferred, TransferRefused, TransferReturned
from routing.actions import EndTalk, KeepPapers, OfferToAgent, TakeBack, WithdrawOffer
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
    TransferRequested,
    WorldListed,
)
from routing.papers import Papers
from routing.plan import OpenHours, Partner, PlanStep, TargetKind
from routing.transfers import reach
from tests.kernel.centre import Bench, agent, ended, late, offered, plan_of, queue

SPECIALIST, DEPARTMENT = 2, 3


def to(queue, level=SPECIALIST, by="anna"):
    return TransferRequested(AgentId(by), QueueId(queue), level)


def to_person(name, by="anna"):
    return TransferRequested(AgentId(by), QueueId(""), 0, AgentId(name))


def kinds(step, kind):
    return [entry for entry in step.entries if isinstance(entry, kind)]


def actions(step, kind):
    return [action for action in step.actions if isinstance(action, kind)]


def refused(step):
    return [entry.reason for entry in kinds(step, TransferRefused)]


def house(**rules) -> Bench:
    """Anna answers övrigt; bo knows bygg, berit is bygg's department, bosse takes bygg's simple calls."""
    people = [
        agent("anna", ovrigt=2, bygg=1),
        agent("bo", bygg=2),
        agent("berit", bygg=3),
        agent("bosse", bygg=1),
        agent("cilla", ["barn"], barn=2),
    ]
    lines = [queue("bygg"), queue("barn", clearance="barn"), queue("ovrigt")]
    return Bench(plan_of(people, lines, **rules))


def talk(bench: Bench, key="3", call="c1", *, who="anna", since=5.0) -> None:
    """The caller talks with `who`."""
    bench.staff(0, who)
    bench.arrive(since, call, key)
    bench.answer(since + 1, call)
    assert bench.call(call).agent == who


class TestToASpecialist:
    def test_only_who_has_the_level_is_rung_and_the_place_is_kept(self):
        b = house()
        talk(b)
        b.staff(7, "bosse", "bo")
        step = b.at(20, to("bygg"))
        assert offered(step) == [("c1", "bo")]
        queued = kinds(step, CallQueued)[0]
        assert (queued.queue, queued.entered_at_ms, queued.reason) == ("bygg", 5_000, "transfer")
        assert [(t.before, t.queue, t.level, t.times) for t in kinds(step, CallTransferred)] == [
            ("ovrigt", "bygg", 2, 1)
        ]

    def test_the_agents_leg_ends_before_anything_else_is_done_and_carries_the_new_papers(self):
        b = house()
        talk(b)
        b.staff(7, "bo")
        before = b.call("c1").offer
        step = b.at(20, to("bygg"))
        assert isinstance(step.actions[0], EndTalk)
        assert (step.actions[0].offer, step.actions[0].papers.queue) == (before, "bygg")
        assert step.actions[0].papers.entered_at_ms == 5_000
        assert [type(a) for a in step.actions[1:]] == [KeepPapers, OfferToAgent]

    def test_whoever_put_the_caller_through_wraps_up_and_their_talk_is_remembered(self):
        b = house()
        talk(b)
        b.staff(7, "bo")
        step = b.at(20, to("bygg"))
        assert [(e.agent, e.talk_ms, e.by) for e in kinds(step, TalkEnded)] == [("anna", 14_000, TalkEnder.TRANSFER)]
        assert b.person("anna").state is AgentState.WRAP_UP
        b.at(50)
        assert b.person("anna").state is AgentState.READY

    def test_waits_in_its_old_place_until_a_specialist_is_free_and_simple_help_is_not_asked(self):
        b = house()
        talk(b)
        b.staff(7, "bo")
        b.arrive(8, "c2", "1")
        b.answer(9, "c2")
        b.arrive(10, "c3", "1")
        assert offered(b.at(20, to("bygg"))) == []
        b.staff(21, "bosse")
        assert b.call("c3").agent == "bosse"
        b.arrive(22, "c4", "1")
        assert offered(b.agent_hangs_up(30, "c2")) == []
        assert offered(b.at(30, AgentReady(AgentId("bo")))) == [("c1", "bo")]

    def test_a_wish_strands_nobody_when_the_last_specialist_goes_home(self):
        b = house()
        talk(b)
        b.staff(7, "bo")
        b.at(8, AgentPaused(AgentId("bo"), "rast"))
        b.at(20, to("bygg"))
        b.staff(21, "bosse")
        assert b.call("c1").agent == ""
        assert offered(b.at(40, AgentLoggedOut(AgentId("bo")))) == [("c1", "bosse")]

    def test_a_simple_helper_who_asks_for_a_specialist_of_the_same_line_keeps_the_callers_place(self):
        b = house()
        talk(b, "1", who="bosse")
        b.staff(7, "bo")
        step = b.at(20, to("bygg", by="bosse"))
        assert offered(step) == [("c1", "bo")]
        assert kinds(step, CallQueued)[0].entered_at_ms == 5_000

    @pytest.mark.fault("F51")
    def test_back_into_ones_own_line_is_to_its_end(self):
        b = house()
        talk(b, "1", who="bo")
        b.arrive(10, "c2", "1")
        b.staff(11, "berit")
        b.answer(12, "c2")
        b.arrive(15, "c3", "1")
        b.at(20, to("bygg", by="bo"))
        assert b.call("c1").entered_at_ms == 20_000
        assert offered(b.at(21, AgentReady(AgentId("bo")))) == [("c3", "bo")]


class TestSupervised:
    def test_a_department_that_does_not_answer_sends_the_call_back_to_the_same_agent(self):
        b = house()
        talk(b)
        b.staff(7, "berit", "bo")
        assert offered(b.at(20, to("bygg", DEPARTMENT))) == [("c1", "berit")]
        assert b.person("anna").state is AgentState.WRAP_UP
        step = b.at(40)
        assert offered(step) == [("c1", "anna")]
        assert kinds(step, TransferReturned)[0].reached
        assert actions(step, WithdrawOffer)[0].agent == "berit"
        assert b.person("berit").reason == "rona"
        assert (b.call("c1").queue, b.call("c1").entered_at_ms) == ("ovrigt", 5_000)

    def test_and_if_that_agent_does_not_answer_either_everybody_in_the_old_line_may(self):
        b = house()
        talk(b)
        b.staff(7, "berit")
        b.at(20, to("bygg", DEPARTMENT))
        b.at(40)
        b.staff(41, "bo")
        assert offered(b.at(60)) == [("c1", "bo")]

    def test_an_agent_who_has_gone_on_is_not_waited_for(self):
        b = house()
        talk(b)
        b.staff(7, "berit")
        b.at(20, to("bygg", DEPARTMENT))
        b.at(21, AgentLoggedOut(AgentId("anna")))
        b.staff(22, "bo")
        step = b.at(40)
        assert offered(step) == [("c1", "bo")]
        assert not kinds(step, TransferReturned)[0].reached

    def test_a_refusal_leads_on_to_another_of_the_department_in_the_time_that_is_left(self):
        plan = house().kernel.centre.plan
        people = {**plan.agents, AgentId("bella"): agent("bella", bygg=3)}
        b = Bench(replace(plan, agents=people))
        talk(b)
        b.staff(7, "berit", "bella", "bo")
        first = offered(b.at(20, to("bygg", DEPARTMENT)))[0][1]
        second = offered(b.fail(25, "c1", OfferResult.BUSY))
        assert {first, second[0][1]} == {"berit", "bella"}
        step = b.at(40)
        assert offered(step) == [("c1", "anna")]
        assert b.person(second[0][1]).state is AgentState.READY, "five seconds short of a whole ring is no miss"

    def test_once_answered_the_wait_of_whoever_put_it_through_is_over(self):
        b = Bench(
            replace(
                house().kernel.centre.plan,
                queues={
                    q.id: replace(q, wrap_up_ms=3_000)
                    for q in (queue("bygg"), queue("barn", clearance="barn"), queue("ovrigt"))
                },
            )
        )
        talk(b)
        b.staff(7, "berit")
        b.at(20, to("bygg", DEPARTMENT))
        assert b.person("anna").reason == "transferred"
        b.answer(28, "c1")
        assert b.person("anna").state is AgentState.READY
        b.agent_hangs_up(60, "c1")
        assert b.call("c1") is None

    def test_a_person_by_name_is_rung_and_nobody_else(self):
        b = house()
        talk(b)
        b.staff(7, "bo", "bosse")
        assert offered(b.at(20, to_person("bosse"))) == [("c1", "bosse")]
        assert offered(b.fail(22, "c1", OfferResult.DECLINED)) == []
        assert offered(b.at(22)) == [("c1", "anna")]

    def test_who_hangs_up_meanwhile_is_abandoned_where_they_were_and_the_agent_is_free(self):
        """F52."""
        b = house()
        talk(b)
        b.staff(7, "berit")
        b.at(20, to("bygg", DEPARTMENT))
        step = b.at(25, CallerHungUp(CallId("c1")))
        assert ended(step) == [("c1", "abandoned", "caller_hung_up")]
        assert [(e.state, e.wait_ms) for e in kinds(step, CallEnded)] == [("offered", 1_000 + 5_000)]
        assert actions(step, WithdrawOffer)[0].agent == "berit"
        assert b.person("anna").reason == ""

    def test_while_the_link_is_down_nothing_is_withdrawn_and_afterwards_the_call_comes_back(self):
        b = house()
        talk(b)
        b.staff(7, "berit")
        b.at(20, to("bygg", DEPARTMENT))
        offer = b.call("c1").offer
        b.at(21, LinkLost("reset"))
        assert actions(b.at(45), WithdrawOffer) == []
        found = FoundCall(CallId("c1"), FoundState.RINGING, "0850000", "", Papers(), AgentId("berit"), offer)
        b.at(50, WorldListed(50_000, (found,), ()))
        assert offered(b.at(51)) == [("c1", "anna")]

    def test_a_session_that_is_lost_meanwhile_changes_neither_place_nor_supervision(self):
        b = house()
        talk(b)
        b.staff(7, "berit")
        step = b.at(20, to("bygg", DEPARTMENT))
        papers = actions(step, EndTalk)[0].papers
        b.at(22, CallResumed(CallId("c1"), "0850000", "", papers))
        assert b.call("c1").agent == "berit"
        assert offered(b.at(41)) == [("c1", "anna")]


class TestRefused:
    @pytest.mark.fault("F51")
    @pytest.mark.parametrize(
        ("event", "why"),
        [
            (to_person("anna"), "self"),
            (to_person("0701740605"), "unknown"),
            (to("0701740605"), "unknown"),
            (to("bygg", 1), "unknown"),
            (to("bygg"), "nobody_there"),
            (to_person("bo"), "nobody_there"),
            (to("stangd"), "closed"),
        ],
    )
    def test_the_talk_goes_on(self, event, why):
        plan = house().kernel.centre.plan
        never = queue("stangd", hours=OpenHours((0,), (1,)))
        b = Bench(replace(plan, queues={**plan.queues, never.id: never}))
        talk(b)
        step = b.at(20, event)
        assert refused(step) == [why]
        assert step.actions == ()
        assert b.call("c1").state == "talking"

    def test_a_department_with_nobody_ready_is_not_tried_and_a_specialist_is_waited_for(self):
        b = house()
        talk(b)
        b.staff(7, "berit")
        b.at(8, AgentPaused(AgentId("berit"), "rast"))
        assert refused(b.at(20, to("bygg", DEPARTMENT))) == ["nobody_ready"]
        assert refused(b.at(21, to("bygg"))) == []
        assert b.call("c1").state == "waiting"

    def test_without_a_talk_or_a_link(self):
        b = house()
        b.staff(0, "anna", "bo")
        assert refused(b.at(1, to("bygg"))) == ["no_talk"]
        talk(b)
        b.at(20, LinkLost("reset"))
        assert refused(b.at(21, to("bygg"))) == ["no_link"]
        assert late(b.at(22, to("bygg", by="nobody"))) == ["TransferRequested"]


class TestSecrecy:
    @pytest.mark.fault("F51")
    def test_what_a_call_needed_it_goes_on_needing_wherever_it_goes(self):
        people = [
            agent("cilla", ["barn"], barn=2),
            agent("bo", bygg=2),
            agent("berit", ["barn"], bygg=2),
            agent("bertil", ["barn"], bygg=3),
        ]
        b = Bench(plan_of(people, [queue("bygg"), queue("barn", clearance="barn")]))
        talk(b, "2", who="cilla")
        b.staff(7, "bo")
        assert refused(b.at(20, to("bygg", by="cilla"))) == ["nobody_there"]
        assert refused(b.at(20, to_person("bo", by="cilla"))) == ["nobody_cleared"]
        b.staff(21, "berit", "bertil")
        step = b.at(22, to("bygg", DEPARTMENT, by="cilla"))
        assert offered(step) == [("c1", "bertil")]
        assert actions(step, EndTalk)[0].papers.clearance == "barn"
        assert offered(b.at(42)) == [("c1", "cilla")]

    def test_a_call_that_became_secret_on_the_way_never_comes_back_to_who_may_not_hear_it(self):
        people = [agent("anna", ovrigt=2), agent("cilla", ["barn"], barn=3), agent("clas", ["barn"], barn=2)]
        b = Bench(
            plan_of(people, [queue("barn", clearance="barn"), queue("ovrigt", steps=(PlanStep(0, TargetKind.OWN),))])
        )
        talk(b, "2")
        b.staff(7, "cilla")
        assert offered(b.at(20, to("barn", DEPARTMENT))) == [("c1", "cilla")]
        step = b.at(40)
        assert offered(step) == []
        assert (b.call("c1").queue, b.call("c1").clearance) == ("barn", "barn")
        assert b.person("anna").reason == ""
        b.staff(41, "clas")
        assert b.call("c1").agent == "clas"


class TestHowOften:
    @pytest.mark.fault("F51")
    def test_the_sixth_transfer_goes_to_people_who_take_everything(self):
        people = [agent("anna", ovrigt=2), agent("bo", bygg=2), agent("sven", skola=2)]
        b = Bench(plan_of(people, [queue("bygg", wrap_up_ms=0), queue("skola", wrap_up_ms=0), queue("ovrigt")]))
        talk(b, "1", who="bo")
        b.staff(6.5, "sven", "anna")
        at, there = 10, ("sven", "skola", "bo", "bygg")
        for n in range(5):
            by, queue_ = there[2 - 2 * (n % 2)], there[1 + 2 * (n % 2)]
            step = b.at(at + 5 * n, to(queue_, by=by))
            assert kinds(step, CallTransferred)[0].times == n + 1
            b.answer(at + 5 * n + 1, "c1")
        step = b.at(60, to("bygg", by=b.call("c1").agent))
        assert [(t.queue, t.level, t.reason) for t in kinds(step, CallTransferred)] == [("ovrigt", 0, "limit")]
        assert offered(step) == [("c1", "anna")]

    def test_a_call_put_through_twice_has_one_outcome_and_waits_are_added_without_the_talks(self):
        b = house()
        talk(b)
        b.staff(7, "bo")
        b.at(20, to("bygg"))
        step = b.answer(24, "c1")
        assert kinds(step, CallAnswered)[0].wait_ms == 1_000 + 4_000
        b.staff(25, "berit")
        b.at(30, to("bygg", DEPARTMENT, by="bo"))
        b.answer(32, "c1")
        step = b.agent_hangs_up(60, "c1")
        assert [(e.outcome, e.wait_ms) for e in kinds(step, CallEnded)] == [("answered", 7_000)]


class TestFoundTalks:
    def test_a_talk_from_before_this_engine_is_put_through_by_way_of_a_new_session(self):
        b = house()
        b.staff(0, "anna", "bo")
        papers = Papers(queue=QueueId("ovrigt"), entered_at_ms=1_000, clearance="")
        found = FoundCall(CallId("c1"), FoundState.TALKING, "0850000", "", papers, AgentId("anna"), OfferId(7), 2_000)
        b.at(10, WorldListed(10_000, (found,), ()))
        step = b.at(20, to("bygg"))
        assert [type(a) for a in step.actions] == [EndTalk, TakeBack]
        assert step.actions[0].papers.queue == "bygg"
        carried = step.actions[0].papers
        assert offered(b.at(20.1, CallResumed(CallId("c1"), "0850000", "", carried))) == [("c1", "bo")]

    def test_a_new_engine_knows_of_no_transfer_and_nobody_waits_for_one(self):
        b = house()
        b.at(10, AgentRestored(AgentId("anna"), AgentState.WRAP_UP, "transferred", 25_000))
        assert (b.person("anna").state, b.person("anna").reason) == (AgentState.WRAP_UP, "")
        b.at(25)
        assert b.person("anna").state is AgentState.READY

    @pytest.mark.fault("F45")
    def test_a_pause_asked_for_during_the_talk_begins_with_the_transfer(self):
        b = house()
        talk(b)
        b.staff(7, "berit")
        b.at(10, AgentPaused(AgentId("anna"), "rast"))
        b.at(20, to("bygg", DEPARTMENT))
        assert (b.person("anna").state, b.person("anna").reason) == (AgentState.NOT_READY, "rast")
        assert offered(b.at(40)) == []
        assert b.call("c1").queue == "ovrigt"


class TestWhoIsThere:
    def test_before_a_transfer_is_made_it_is_seen_who_could_answer_and_what_is_ahead(self):
        b = house()
        talk(b)
        b.staff(7, "bo")
        assert reach(b.kernel.centre, b.person("anna"), to("bygg")).ready == ("bo",)
        b.arrive(3, "c2", "1")
        there = reach(b.kernel.centre, b.person("anna"), to("bygg"))
        assert (there.ready, there.logged_in, there.waiting) == ((), ("bo",), 0)
        nobody = reach(b.kernel.centre, b.person("anna"), to("bygg", DEPARTMENT))
        assert (nobody.ready, nobody.logged_in) == ((), ())

    @pytest.mark.fault("F44")
    def test_a_phone_in_use_is_not_rung_for_a_transfer_either(self):
        b = house()
        talk(b)
        b.staff(7, "berit")
        b.at(8, PhoneStateChanged(AgentId("berit"), PhoneState.BUSY))
        assert refused(b.at(20, to("bygg", DEPARTMENT))) == ["nobody_ready"]


def test_a_line_that_has_become_confidential_counts_before_somebody_is_rung():
    """I10: while the call is put through it stands in its line, and needs from then on what that line needs."""
    people = [agent("anna", ["soc"], bygg=2), agent("bo", bygg=2), agent("cia", ["soc"], bygg=2)]
    b = Bench(plan_of(people[:1], [queue("bygg")]))
    b.staff(0, "anna")
    b.arrive(0, "c1", "1")
    b.answer(1, "c1")
    b.replace_plan(2, plan_of(people, [queue("bygg", clearance="soc")]))
    b.staff(3, "bo", "cia")
    assert refused(b.at(4, to_person("bo"))) == ["nobody_cleared"]
    assert offered(b.at(5, to_person("cia"))) == [("c1", "cia")]


def test_a_partner_whose_step_may_never_open_is_nobody_else_to_ask():
    svar = PartnerId("svar")
    outside = PlanStep(0, TargetKind.PARTNER, partner=svar, queue_longer_than=10)
    human = replace(queue("ovrigt"), steps=(PlanStep(0, TargetKind.OWN), outside))
    people = [agent("anna", ovrigt=2), agent("bo", bygg=2)]
    b = Bench(plan_of(people, [queue("bygg"), human], transfer_limit=0, partners={svar: Partner(svar, 1)}))
    b.arrive(1, "c1", "2")
    b.staff(2, "anna")
    b.answer(3, "c1")
    b.staff(7, "bo")
    b.at(20, to("bygg"))
    b.at(60)
    assert b.call("c1").agent == "anna"


def test_who_is_put_through_too_often_is_not_sent_to_a_line_that_has_closed():
    human = replace(queue("ovrigt"), hours=OpenHours((0,), (30_000,)), serve_after_close_ms=10_000)
    people = [agent("anna", bygg=2, ovrigt=1), agent("bo", bygg=2), agent("dora", ovrigt=2)]
    b = Bench(plan_of(people, [queue("vatten"), queue("bygg"), human], transfer_limit=0))
    b.staff(0, "anna")
    b.arrive(35, "c1", "2")
    b.answer(36, "c1")
    b.staff(50, "bo")
    (moved,) = kinds(b.at(60, to("bygg")), CallTransferred)
    assert (moved.queue, moved.reason) == ("bygg", "limit")


def test_a_call_that_was_put_through_before_does_not_end_the_wait_for_a_later_one():
    b = house()
    talk(b)
    b.staff(7, "bo")
    b.at(20, to("bygg"))
    b.answer(22, "c1")
    b.at(25, AgentReady(AgentId("anna")))
    b.arrive(30, "c2", "3")
    b.answer(31, "c2")
    b.staff(32, "berit")
    b.at(60, to("bygg", DEPARTMENT))
    b.at(65, CallerHungUp(CallId("c1")))
    assert (b.person("anna").state, b.person("anna").reason) == (AgentState.WRAP_UP, "transferred")
