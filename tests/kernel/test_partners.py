"""An external partner: when it is rung, what its failures mean, and what never goes outside."""

from dataclasses import replace
from random import Random

import pytest

from queues.agents import AgentState, PhoneState
from queues.asked_entries import Force
from queues.entries import CallReturned, OfferEnded, OfferResult, PartnerChanged, TalkEnded, TalkEnder
from queues.ids import NO_CLEARANCE, UNKNOWN_CLEARANCE, AgentId, CallId, Instant, PartnerId, PromptId, QueueId
from routing.actions import EndCall, KeepPapers, OfferToPartner, WithdrawOffer
from routing.events import (
    AgentLoggedIn,
    AgentPaused,
    CallArrived,
    CallerHungUp,
    CallResumed,
    ConversationEnded,
    DigitsEntered,
    FoundCall,
    FoundState,
    HoursForced,
    OfferAnswered,
    OfferRings,
    PartnerRestored,
    PhoneStateChanged,
    WorldListed,
)
from routing.outside import DAY_MS
from routing.papers import Papers
from routing.plan import OpenHours, Partner, PlanStep, TargetKind
from tests.kernel.centre import MENU, Bench, agent, ended, late, offered, plan_of, queue
from tests.kernel.life import Life
from tests.kernel.plans import random_plan

SVAR = PartnerId("svar")
AT_ONCE = PlanStep(0, TargetKind.PARTNER, partner=SVAR)
OWN_THEN_PARTNER = (PlanStep(0, TargetKind.OWN, skip_when_empty=False), replace(AT_ONCE, after_ms=20_000))
CALL = CallId("c1")


class Town(Bench):
    """Each caller has a number of their own; it rings at the partner as soon as it is rung there, unless `mute`."""

    mute = False

    def _lawful(self, step):
        super()._lawful(step)
        for action in () if self.mute else step.actions:
            if isinstance(action, OfferToPartner):
                super()._lawful(self.kernel.handle(OfferRings(action.call, action.offer), self.kernel.centre.now))
        return step

    def arrive(self, seconds, call, key):
        return self.at(
            seconds, CallArrived(CallId(call), "0850000", f"07017406{call}"), DigitsEntered(CallId(call), key)
        )


def bench(*, agents=(), queues=None, lines=2, reachable=True, **rules):
    """A line that a partner serves at once, unless the test says otherwise."""
    queues = queues or [queue("bygg", steps=(AT_ONCE,), whisper=(PromptId("bygg"),))]
    partner = Partner(SVAR, lines, **{"whisper": (PromptId("kommunen"),)} | rules)
    b = Town(plan_of(list(agents), queues, partners={SVAR: partner}))
    for n in range(1, lines + 1 if reachable else 1):
        b.at(0, PhoneStateChanged(AgentId(f"svar/{n}"), PhoneState.IDLE))
    return b


def sent(step):
    """The calls sent outside, and on which line."""
    return [(a.call, a.agent) for a in step.actions if isinstance(a, OfferToPartner)]


def words(step):
    return [e.state for e in step.entries if isinstance(e, PartnerChanged)]


def partner_hangs_up(b, seconds, call="c1"):
    return b.agent_hangs_up(seconds, call)


class TestLines:
    def test_a_call_is_sent_with_what_its_agent_is_told_first(self):
        b = bench(ring_ms=25_000)
        step = b.arrive(5, "c1", "1")
        (made,) = [a for a in step.actions if isinstance(a, OfferToPartner)]
        assert (made.agent, made.ring_ms) == ("svar/1", 25_000)
        assert made.whisper == ("kommunen", "bygg")

    def test_it_carries_how_often_it_has_been_outside(self):
        step = bench().arrive(5, "c1", "1")
        kept = [a.papers.outside for a in step.actions if isinstance(a, KeepPapers)]
        before = [type(a) for a in step.actions]
        assert kept[-1] == 1
        assert before.index(OfferToPartner) == len(before) - 1

    def test_there_are_no_more_calls_outside_than_lines(self):
        b = bench(lines=2)
        calls = [sent(b.arrive(n, f"c{n}", "1")) for n in (1, 2, 3)]
        assert calls == [[("c1", "svar/1")], [("c2", "svar/2")], []]
        b.answer(5, "c1")
        b.answer(6, "c2")
        assert sent(partner_hangs_up(b, 60)) == [("c3", "svar/1")]

    def test_own_people_go_first_and_the_partner_when_its_time_has_come(self):
        b = bench(agents=[agent("anna", bygg=2)], queues=[queue("bygg", steps=OWN_THEN_PARTNER)])
        assert sent(b.arrive(5, "c1", "1")) == []
        assert sent(b.at(24.9)) == []
        assert sent(b.at(25)) == [("c1", "svar/1")]
        b = bench(agents=[agent("anna", bygg=2)], queues=[queue("bygg", steps=OWN_THEN_PARTNER)])
        b.staff(0, "anna")
        assert offered(b.arrive(5, "c1", "1")) == [("c1", "anna")]

    def test_danderyds_plan_sends_a_call_only_while_the_line_is_long(self):
        own = PlanStep(0, TargetKind.OWN, skip_when_empty=False)
        house = PlanStep(20_000, TargetKind.ANY, skip_when_empty=False)
        steps = (own, house, replace(AT_ONCE, after_ms=90_000, queue_longer_than=1))
        b = bench(agents=[agent("anna", bygg=2)], queues=[queue("bygg", steps=steps)])
        b.arrive(1, "c1", "1")
        assert sent(b.at(100)) == []
        assert sent(b.arrive(101, "c2", "1")) == [("c1", "svar/1")]
        assert sent(b.at(150)) == []

    def test_nobody_logs_a_line_in_or_out(self):
        b = bench()
        for event in (AgentLoggedIn(AgentId("svar/1")), AgentPaused(AgentId("svar/1"), "rast")):
            assert late(b.at(1, event)) == [type(event).__name__]
        assert b.person("svar/1").state is AgentState.READY

    def test_after_a_talk_there_the_line_is_free_at_once_and_the_call_has_overflowed(self):
        b = bench()
        b.arrive(5, "c1", "1")
        b.answer(9, "c1")
        assert ended(partner_hangs_up(b, 60)) == [("c1", "overflowed_external", "agent_hung_up")]
        assert b.person("svar/1").state is AgentState.READY
        b.arrive(61, "c2", "1")
        b.answer(62, "c2")
        assert ended(b.at(70, CallerHungUp(CallId("c2")))) == [("c2", "overflowed_external", "caller_hung_up")]

    def test_what_is_said_after_the_answer_is_no_ringing(self):
        b = bench(ring_ms=20_000)
        b.arrive(0, "c1", "1")
        assert b.at(30).actions == ()
        step = b.at(36)
        assert isinstance(step.actions[0], WithdrawOffer)


class TestFailures:
    @pytest.mark.fault("F82")
    @pytest.mark.parametrize("result", [OfferResult.BUSY, OfferResult.DECLINED])
    def test_a_busy_partner_sends_the_call_to_the_next_rule_in_the_same_instant(self, result):
        last = PlanStep(0, TargetKind.ANY)
        b = bench(agents=[agent("bo", ovrigt=2)], queues=[queue("bygg", steps=(AT_ONCE, last)), queue("ovrigt")])
        b.arrive(5, "c1", "1")
        b.arrive(6, "c2", "1")
        b.staff(7, "bo")
        assert offered(b.fail(8, "c1", result)) == [("c1", "bo")]

    @pytest.mark.fault("F82")
    def test_without_a_next_rule_the_call_is_back_in_its_place_and_tries_again_later_once(self):
        b = bench()
        b.arrive(5, "c1", "1")
        b.arrive(6, "c2", "1")
        b.arrive(7, "c3", "1")
        step = b.fail(8, "c1", OfferResult.BUSY)
        assert sent(step) == [("c3", "svar/1")]
        assert [place.call for place in b.kernel.centre.lines[QueueId("bygg")]] == ["c1"]
        assert b.call("c1").entered_at_ms == 5_000
        b.answer(10, "c3")
        assert sent(partner_hangs_up(b, 20, "c3")) == []
        assert sent(b.at(37.9)) == []
        assert sent(b.at(38)) == [("c1", "svar/1")]
        b.fail(40, "c1", OfferResult.NO_ANSWER)
        assert "c1" not in {call for call, _ in sent(b.at(400))}

    @pytest.mark.fault("F85")
    def test_a_partner_that_answers_and_hangs_up_gives_the_caller_back_in_the_old_place(self):
        b = bench()
        b.arrive(5, "c1", "1")
        b.answer(9, "c1")
        step = partner_hangs_up(b, 13.9)
        assert [e.reason for e in step.entries if isinstance(e, CallReturned)] == ["short_talk"]
        assert ended(step) == []
        assert b.call("c1").entered_at_ms == 5_000
        assert b.kernel.centre.partners[SVAR].failures == 1
        assert sent(b.at(43.8)) == []
        assert [call for call, _ in sent(b.at(43.9))] == ["c1"]

    @pytest.mark.fault("F83")
    def test_three_failures_in_a_row_open_the_circuit_and_one_line_tries_every_half_minute(self):
        b = bench(lines=3)
        for n in (1, 2, 3):
            b.arrive(n, f"c{n}", "1")
        b.arrive(4, "c4", "1")
        b.fail(5, "c1", OfferResult.UNREACHABLE)  # c4 takes the line
        b.fail(6, "c2", OfferResult.UNREACHABLE)
        assert words(b.fail(7, "c3", OfferResult.NO_ANSWER)) == ["circuit_open"]
        b.fail(8, "c4", OfferResult.NO_ANSWER)
        assert [b.person(f"svar/{n}").reason for n in (1, 2, 3)] == ["circuit_open"] * 3
        assert sent(b.at(37.9)) == []
        assert [line for _, line in sent(b.at(38))] == ["svar/1"]
        (trial,) = [c for c in ("c1", "c2", "c3", "c4") if b.call(c).agent]
        b.fail(40, trial, OfferResult.NO_ANSWER)
        assert sent(b.at(69.9)) == []
        assert len(sent(b.at(70))) == 1

    @pytest.mark.fault("F83")
    def test_a_partner_where_it_does_not_even_ring_is_given_up_soon(self):
        b = bench(trips_after=1)
        b.mute = True
        b.arrive(1, "c1", "1")
        assert b.at(5.9).actions == ()
        step = b.at(6)
        assert [e.result for e in step.entries if isinstance(e, OfferEnded)] == [OfferResult.UNREACHABLE]
        assert words(step) == ["circuit_open"]
        assert late(b.at(7, OfferRings(CALL, b.kernel.centre.next_offer()))) == ["OfferRings"]

    @pytest.mark.fault("F83")
    def test_a_talk_closes_the_circuit(self):
        b = bench(lines=2, trips_after=1)
        b.arrive(1, "c1", "1")
        b.fail(2, "c1", OfferResult.UNREACHABLE)
        b.arrive(3, "c2", "1")
        assert sent(b.at(32)) != []
        trial, other = ("c1", "c2") if b.call("c1").agent else ("c2", "c1")
        b.answer(33, trial)
        assert sent(b.at(47.9)) == []
        step = b.at(48)  # the talk has lasted
        assert words(step) == ["open"]
        assert [call for call, _ in sent(step)] == [other]

    def test_a_partner_that_sends_no_sound_has_failed(self):
        b = bench(trips_after=1)
        b.arrive(1, "c1", "1")
        b.answer(2, "c1")
        step = b.at(12, ConversationEnded(CALL, b.call("c1").offer, TalkEnder.NO_SOUND))
        assert words(step) == ["circuit_open"]
        assert ended(step) == []

    def test_what_says_nothing_about_the_partner_counts_for_nothing(self):
        b = bench(trips_after=1)
        b.arrive(1, "c1", "1")
        b.at(3, CallerHungUp(CALL))
        assert b.kernel.centre.partners[SVAR].failures == 0
        b.arrive(4, "c2", "1")
        b.answer(5, "c2")
        b.at(7, CallerHungUp(CallId("c2")))
        assert b.person("svar/1").state is AgentState.READY

    @pytest.mark.fault("F86")
    def test_a_line_that_is_down_is_said_and_nothing_is_sent_there(self):
        b = bench(lines=2)
        b.arrive(1, "c1", "1")
        step = b.at(2, PhoneStateChanged(AgentId("svar/1"), PhoneState.UNREACHABLE))
        assert words(step) == ["unreachable"]
        assert b.person("svar/2").state is AgentState.LOGGED_OUT
        assert sent(b.arrive(3, "c2", "1")) == []
        up = [PhoneStateChanged(AgentId(f"svar/{n}"), PhoneState.IDLE) for n in (1, 2)]
        step = b.at(100, *up)
        assert words(step) == ["open"]
        assert {call for call, _ in sent(step)} == {"c1", "c2"}

    @pytest.mark.fault("F86")
    def test_a_line_that_was_down_from_the_beginning_is_said_too(self):
        b = bench(reachable=False)
        down = tuple((AgentId(f"svar/{n}"), PhoneState.UNREACHABLE) for n in (1, 2))
        assert words(b.at(1, WorldListed(Instant(900), (), down)))[-1:] == ["unreachable"]
        assert words(b.at(2, WorldListed(Instant(1_900), (), down))) == []


class TestHoursAndCaps:
    def test_lines_are_open_by_the_partners_own_hours(self):
        b = bench(hours=OpenHours((100_000,), (200_000,)))
        assert sent(b.arrive(5, "c1", "1")) == []
        assert words(b.step) == []
        assert sent(b.at(100)) == [("c1", "svar/1")]
        b.answer(110, "c1")
        assert words(b.at(200)) == ["closed"]
        assert b.person("svar/1").state is AgentState.TALKING
        partner_hangs_up(b, 240)
        assert b.person("svar/1").state is AgentState.LOGGED_OUT
        assert sent(b.arrive(250, "c2", "1")) == []

    def test_hours_forced_by_hand_are_the_partners_too(self):
        b = bench(hours_id="partnern")
        assert words(b.at(5, HoursForced("partnern", Force.CLOSED, Instant(0), "anna"))) == ["closed"]
        assert sent(b.arrive(6, "c1", "1")) == []
        assert sent(b.at(7, HoursForced("partnern", Force.SCHEDULE, Instant(0), "anna"))) == [("c1", "svar/1")]

    @pytest.mark.fault("S06")
    def test_no_call_is_sent_when_the_day_is_spent_and_none_is_cut(self):
        b = bench(lines=2, most_ms_a_day=60_000)
        b.arrive(0, "c1", "1")
        b.arrive(0, "c2", "1")
        b.answer(10, "c1")
        b.answer(20, "c2")
        b.arrive(30, "c3", "1")
        assert words(b.at(44.9)) == []
        assert words(b.at(45)) == ["spent"]  # 35 s and 25 s
        assert b.call("c1").state.value == "talking"
        assert sent(partner_hangs_up(b, 50)) == []
        midnight = DAY_MS / 1000
        b.at(60, CallerHungUp(CallId("c2")))
        assert sent(b.at(midnight - 0.1)) == []
        assert sent(b.at(midnight)) == [("c3", "svar/1")]

    @pytest.mark.fault("S06")
    def test_an_engine_that_starts_again_knows_what_was_spent(self):
        b = bench(most_ms_a_day=60_000)
        assert words(b.at(5, PartnerRestored(SVAR, 0, 60_000))) == ["spent"]
        assert late(b.at(6, PartnerRestored(SVAR, 1, 60_000))) == ["PartnerRestored"]
        assert late(b.at(7, PartnerRestored(PartnerId("x"), 0, 1))) == ["PartnerRestored"]


class TestSecrecy:
    @pytest.mark.parametrize("clearance", ["barn", "?"])
    def test_a_confidential_call_never_goes_outside(self, clearance):
        barn = queue("barn", clearance="barn", steps=(AT_ONCE,))
        b = bench(queues=[barn, queue("bygg", steps=(AT_ONCE,))])
        assert sent(b.arrive(5, "c1", "1")) == []
        papers = Papers(MENU, QueueId("bygg"), Instant(1_000), clearance)
        assert sent(b.at(6, CallResumed(CallId("c2"), "0850000", "", papers))) == []
        assert sent(b.at(600)) == []

    def test_a_confidential_call_found_ringing_outside_is_silenced(self):
        b = bench(queues=[queue("barn", clearance="barn"), queue("bygg", steps=(AT_ONCE,))])
        papers = Papers(MENU, QueueId("bygg"), Instant(1_000), "barn")
        found = FoundCall(CALL, FoundState.RINGING, "0850000", "", papers, AgentId("svar/1"))
        step = b.at(5, WorldListed(Instant(4_000), (found,), ()))
        assert [a.agent for a in step.actions if isinstance(a, WithdrawOffer)] == ["svar/1"]


class TestLoops:
    def test_a_call_that_comes_back_while_it_rings_outside_is_taken_home(self):
        b = bench()
        b.arrive(5, "c1", "1")
        step = b.at(6, CallArrived(CallId("c2"), "0850000", "", been_outside=True, sent_as=CALL))
        assert ended(step) == [("c2", "turned_away", "looped_back")]
        assert next(type(a) for a in step.actions if a.call == "c1") is WithdrawOffer
        assert [a.call for a in step.actions if isinstance(a, EndCall)] == ["c2"]
        assert b.call("c1").state.value == "waiting"
        assert b.call("c1").entered_at_ms == 5_000
        assert sent(b.at(900)) == []

    @pytest.mark.fault("S06")
    def test_the_partners_talk_before_a_call_came_back_counts_among_the_minutes_of_the_day(self):
        b = bench(most_ms_a_day=60_000)
        b.arrive(5, "c1", "1")
        b.answer(6, "c1")
        step = b.at(16, CallArrived(CallId("c2"), "0850000", "", been_outside=True, sent_as=CALL))
        assert [e.talk_ms for e in step.entries if isinstance(e, TalkEnded)] == [10_000]
        assert b.kernel.centre.partners[SVAR].used_ms == 10_000

    @pytest.mark.fault("F84")
    def test_a_call_that_comes_back_after_the_partner_answered_is_taken_home(self):
        b = bench(agents=[agent("anna", bygg=2)], queues=[queue("bygg", steps=(AT_ONCE, PlanStep(0, TargetKind.OWN)))])
        b.arrive(5, "c1", "1")
        b.answer(6, "c1")
        b.staff(7, "anna")
        step = b.at(9, CallArrived(CallId("c2"), "0850000", "", been_outside=True, sent_as=CALL))
        assert offered(step) == [("c1", "anna")]
        assert [e.reason for e in step.entries if isinstance(e, CallReturned)] == ["looped_back"]
        assert ended(step) == [("c2", "turned_away", "looped_back")]
        assert b.kernel.centre.partners[SVAR].failures == 1
        assert b.person("svar/1").state is AgentState.READY

    @pytest.mark.fault("F84")
    def test_a_mark_that_nobody_can_read_keeps_the_call_at_home(self):
        b = bench(lines=3)
        b.at(5, CallArrived(CALL, "0850000", "", been_outside=True), DigitsEntered(CALL, "1"))
        assert sent(b.at(400)) == []

    @pytest.mark.fault("F84")
    def test_a_caller_who_is_outside_this_moment_is_not_sent_there_under_another_id(self):
        b = bench(lines=3)
        b.arrive(5, "c1", "1")
        twice = CallArrived(CallId("c2"), "0850000", "07017406c1")  # without any mark
        assert sent(b.at(6, twice, DigitsEntered(CallId("c2"), "1"))) == []
        step = b.at(7, CallArrived(CallId("c3"), "0850000", "0701740699"), DigitsEntered(CallId("c3"), "1"))
        assert sent(step) == [("c3", "svar/2")]

    def test_a_mark_of_a_call_that_is_not_outside_moves_nothing(self):
        b = bench(agents=[agent("anna", bygg=2)], queues=[queue("bygg", steps=(PlanStep(0, TargetKind.OWN), AT_ONCE))])
        b.staff(0, "anna")
        b.arrive(5, "c1", "1")
        b.answer(6, "c1")
        b.at(7, CallArrived(CallId("c2"), "0850000", "", been_outside=True, sent_as=CALL))
        assert b.call("c1").state.value == "talking"
        assert b.call("c2").state.value == "menu"

    @pytest.mark.fault("F84")
    def test_papers_remember_how_often_a_call_has_been_outside(self):
        papers = Papers(MENU, QueueId("bygg"), Instant(1_000), NO_CLEARANCE, outside=2)
        b = bench()
        assert sent(b.at(5, CallResumed(CALL, "0850000", "", papers))) == []
        papers = replace(papers, outside=1)
        assert sent(b.at(6, CallResumed(CallId("c2"), "0850000", "", papers))) == [("c2", "svar/1")]


class TestPlans:
    def test_a_dropped_partner_finishes_its_talks_and_gets_no_more(self):
        b = bench(lines=2)
        b.arrive(1, "c1", "1")
        b.arrive(1, "c2", "1")
        b.answer(2, "c1")
        plan = plan_of([], [queue("bygg")])
        step = b.replace_plan(3, plan)
        assert [a.call for a in step.actions if isinstance(a, WithdrawOffer)] == ["c2"]
        assert ended(partner_hangs_up(b, 60)) == [("c1", "overflowed_external", "agent_hung_up")]
        b.replace_plan(61, plan)
        assert AgentId("svar/1") not in b.kernel.centre.people
        assert b.kernel.centre.partners == {}

    def test_fewer_lines_close_those_that_are_free(self):
        b = bench(lines=3)
        for n in (1, 2, 3):
            b.arrive(n, f"c{n}", "1")
            b.answer(n, f"c{n}")
        b.replace_plan(5, replace(b.kernel.centre.plan, partners={SVAR: Partner(SVAR, 1)}))
        partner_hangs_up(b, 20, "c2")
        partner_hangs_up(b, 21, "c1")
        b.arrive(22, "c4", "1")
        assert sent(b.arrive(23, "c5", "1")) == []
        assert b.call("c4").agent == "svar/1"
        assert b.call("c3").agent == "svar/3"

    def test_a_talk_found_after_a_restart_is_outside(self):
        b = bench(reachable=False)
        papers = Papers(MENU, QueueId("bygg"), Instant(1_000), NO_CLEARANCE, outside=1)
        found = FoundCall(CALL, FoundState.TALKING, "0850000", "", papers, AgentId("svar/2"), since_ms=Instant(3_000))
        lines = tuple((AgentId(f"svar/{n}"), PhoneState.IDLE) for n in (1, 2))
        b.at(5, WorldListed(Instant(4_000), (found,), lines))
        assert b.person("svar/2").state is AgentState.TALKING
        assert ended(b.at(60, CallerHungUp(CALL))) == [("c1", "overflowed_external", "caller_hung_up")]
        assert b.person("svar/2").state is AgentState.READY


class Outward(Life):
    """Everybody who may goes outside, sooner or later; what was sent there is counted."""

    def __init__(self, rnd):
        self.sent = self.returned = self.tripped = 0
        super().__init__(rnd)

    def begin(self, plan, *, linked):
        steps = (PlanStep(0, TargetKind.PARTNER, partner=PartnerId("p0")), PlanStep(60_000, TargetKind.OWN))
        queues = {q.id: replace(q, steps=steps, max_wait=None, max_length=None) for q in plan.queues.values()}
        one = Partner(PartnerId("p0"), 2, most_ms_a_day=self.rnd.choice([2**62, 600_000]), again_ms=1_000)
        super().begin(replace(plan, queues=queues, partners={one.id: one}), linked=linked)

    def _took(self, cause, step):
        for action in step.actions:
            if isinstance(action, OfferToPartner):
                self.sent += 1
                known = self.kernel.centre.calls.get(action.call)
                assert known is None or known.clearance == NO_CLEARANCE != UNKNOWN_CLEARANCE
        self.returned += sum(isinstance(e, CallReturned) for e in step.entries)
        self.tripped += "circuit_open" in words(step)
        return super()._took(cause, step)


def outward_life(seed):
    """Callers choose, wait and go outside; partners answer, refuse and let go of them; little else goes wrong."""
    rnd = Random(seed)
    life = Outward(rnd)
    for _ in range(120):
        life.wait(rnd.choice([0, 900, 4_000, 31_000]))
        often = [
            "arrive",
            "press",
            "press",
            "answer",
            "end_talk",
            "refuse",
            "hear",
            "hang_up",
            "everybody_ready",
            "come_through",
        ]
        seldom = ["come_back_from_outside", "line_seen", "list_truly", "restart", "lose_session", "come_back"]
        getattr(life, rnd.choice(often if rnd.random() < 0.9 else seldom))()
    life.replayed()
    return life


def test_laws_hold_of_calls_that_go_outside():
    lives = [outward_life(seed) for seed in range(60)]
    assert sum(life.sent for life in lives) > 100
    assert sum(life.tripped for life in lives) > 3
    assert sum(life.returned for life in lives) > 2


def test_a_plan_at_random_has_partners():
    assert any(random_plan(Random(seed)).partners for seed in range(9))


def test_an_answer_and_its_end_in_one_instant_give_the_caller_back():
    """A partner that hangs up during the whisper: Asterisk tells of the answer and of the end together."""
    b = bench()
    b.arrive(5, "c1", "1")
    offer = b.call("c1").offer
    step = b.at(9, OfferAnswered(CALL, offer), ConversationEnded(CALL, offer, TalkEnder.AGENT))
    assert ended(step) == []
    assert b.call("c1").state.value == "waiting"
