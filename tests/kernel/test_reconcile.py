"""What Asterisk has is true (FAULTS.md, F02–F06, F16–F24, F34; I11, I12, I19)."""

from dataclasses import replace

import pytest

from queues.agents import AgentState, PhoneState
from queues.entries import CallAnswered, CallQueued, CallRecovered, CallReturned, OfferResult, Outcome, TalkEnder
from queues.ids import (
    NO_CLEARANCE,
    UNKNOWN_CLEARANCE,
    AgentId,
    CallId,
    Clearance,
    Instant,
    MenuId,
    OfferId,
    PromptId,
    QueueId,
)
from routing.actions import HoldMusic, LeaveToFallback, TakeBack, WithdrawOffer
from routing.callers import leave
from routing.events import (
    AgentLoggedIn,
    AgentPaused,
    CallArrived,
    CallerHungUp,
    CallResumed,
    ConversationEnded,
    FoundCall,
    FoundState,
    LinkLost,
    OfferAnswered,
    OfferFailed,
    PhoneStateChanged,
    Tick,
    WorldListed,
)
from routing.papers import Papers
from routing.state import CallState
from tests.kernel.centre import MENU, Bench, agent, ended, late, offered, plan_of, queue, said

C1, ANNA, BO = CallId("c1"), AgentId("anna"), AgentId("bo")
IDLE = PhoneState.IDLE
PAPERS = Papers(MENU, QueueId("bygg"), Instant(1_000), NO_CLEARANCE)


def bench(*, linked=True, **rules):
    people = [agent("anna", ["barn"], bygg=2, barn=2), agent("bo", bygg=2)]
    return Bench(plan_of(people, [queue("bygg"), queue("barn", clearance="barn")], **rules), linked=linked)


def found(state, call="c1", *, papers=PAPERS, who="", offer=0, since=0):
    return FoundCall(CallId(call), state, "0850000", "", papers, AgentId(who), OfferId(offer), Instant(since))


def listed(asked, *calls):
    return WorldListed(Instant(round(asked * 1000)), calls, ())


def waiting(*staff):
    b = bench()
    b.staff(0, *staff)
    b.arrive(1, "c1", "1")
    return b


def talking():
    b = waiting("anna")
    b.answer(2, "c1")
    return b


def state(b, call="c1"):
    return b.call(call).state


def test_callers_are_taken_back_in_the_order_of_their_places_however_they_are_listed():
    b = bench(linked=False)
    at = {"c1": 3_000, "c2": 0, "c3": 1_000, "c4": 2_000}
    calls = [
        found(FoundState.IN_FALLBACK, c, papers=replace(PAPERS, entered_at_ms=Instant(ms))) for c, ms in at.items()
    ]
    b.at(100, listed(99, *calls))
    assert [taken.call for taken in b.step.actions if isinstance(taken, TakeBack)] == ["c3", "c4", "c1", "c2"]


# ── a restart ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_engine_that_begins_offers_nothing_before_the_world_is_listed():
    b = bench(linked=False)
    b.staff(0, "anna")
    assert offered(b.arrive(1, "c1", "1")) == []
    assert offered(b.at(2, listed(1.5, found(FoundState.IN_SESSION)))) == [("c1", "anna")]


def test_caller_taken_back_stands_in_the_old_place():
    """F02, I12."""
    b = bench(linked=False)
    b.at(100, listed(99, found(FoundState.IN_FALLBACK)))
    assert b.step.actions == (TakeBack(C1),)
    b.arrive(101, "c2", "1")
    step = b.at(102, CallResumed(C1, "0850000", "", PAPERS))
    assert CallQueued(102_000, C1, "bygg", 1_000, NO_CLEARANCE, "resumed") in step.entries
    assert HoldMusic(C1, "default") in step.actions
    assert said(step) == []
    b.staff(103, "bo")
    assert offered(b.step) == [("c1", "bo")]
    assert b.call("c1").recoveries == 1


def test_talk_that_goes_on_is_found_and_its_person_is_busy():
    """F05: no offer, and the end is the end of the call."""
    b = bench(linked=False)
    b.staff(0, "anna")
    b.at(100, listed(99, found(FoundState.TALKING, who="anna", offer=7, since=40_000)))
    assert b.person("anna").state is AgentState.TALKING
    assert b.step.entries[-2] == CallRecovered(
        100_000, C1, "talking", "0850000", "", "bygg", 1_000, NO_CLEARANCE, ANNA, 40_000, "sv"
    )
    step = b.at(160, CallerHungUp(C1))
    assert ended(step) == [("c1", "answered", "caller_hung_up")]
    assert next(e.talk_ms for e in step.entries if hasattr(e, "talk_ms")) == 120_000


def test_ringing_found_is_answered_or_fails_under_its_own_id():
    """F03: no second phone rings meanwhile."""
    for event, then in (
        (OfferAnswered(C1, OfferId(-5)), CallState.TALKING),
        (OfferFailed(C1, OfferId(-5), OfferResult.NO_ANSWER), CallState.AWAY),
    ):
        b = bench(linked=False)
        b.staff(0, "anna", "bo")
        step = b.at(100, listed(99, found(FoundState.RINGING, who="anna", offer=-5, since=90_000)))
        assert offered(step) == []
        b.at(101, event)
        assert state(b) is then


def test_session_that_asks_after_a_talk_ends_the_call_and_does_not_queue_it_again():
    b = talking()
    assert ended(b.at(60, CallResumed(C1, "0850000", "", PAPERS))) == [("c1", "answered", "resumed_after_talk")]


def test_session_that_asks_after_a_talk_that_was_none_has_the_old_place():
    """The dialplan ends a call after a talk, unless the talk was none."""
    b = talking()
    step = b.at(3, CallResumed(C1, "0850000", "", PAPERS))
    assert ended(step) == []
    assert [e.reason for e in step.entries if isinstance(e, CallReturned)] == ["short_talk"]
    assert state(b) is CallState.WAITING


def test_caller_in_the_menu_hears_the_same_menu_again():
    """F01."""
    b = bench()
    step = b.at(1, CallResumed(C1, "0850000", "", Papers(menu=MENU)))
    assert said(step) == [("val",)]
    assert b.call("c1").recoveries == 1


def test_caller_whose_session_was_lost_in_the_menu_and_chose_in_the_dialplan_is_not_asked_again():
    b = bench()
    b.at(0, CallArrived(C1, "0850000", ""))
    b.at(10, CallResumed(C1, "0850000", "", Papers(MENU, QueueId("barn"), Instant(5_000), Clearance("barn"))))
    assert (state(b), b.call("c1").queue, b.call("c1").entered_at_ms) == (CallState.WAITING, "barn", 5_000)


def test_caller_who_was_hearing_why_nobody_answers_hears_it_again():
    b = waiting()
    leave(b.kernel.centre, b.call("c1"), (PromptId("stangt"),), Outcome.TURNED_AWAY, "line_closed")
    b.at(2, Tick())
    assert said(b.at(3, CallResumed(C1, "0850000", "", PAPERS))) == [("stangt",)]
    assert ended(b.at(4, CallerHungUp(C1))) == [("c1", "turned_away", "line_closed")]


# ── papers that may be anything ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "papers",
    [
        Papers(),
        Papers(MenuId("gone"), QueueId("gone"), Instant(-5), Clearance("barn"), "xx", -9, -9),
        Papers(MENU, QueueId("bygg"), Instant(10**15), UNKNOWN_CLEARANCE, "sv", 99, 99),
        Papers(MENU, QueueId("bygg"), Instant(0), Clearance("nobody_knows"), "sv", 0, 0),
    ],
)
def test_papers_that_cannot_be_used_lead_to_the_menu(papers):
    b = bench()
    step = b.at(50, CallResumed(C1, "0850000", "", papers))
    assert said(step) == [("val",)]
    assert 0 <= b.call("c1").entered_at_ms <= 50_000
    assert 0 <= b.call("c1").priority <= 9


def test_papers_that_say_less_than_the_queue_needs_are_not_believed():
    b = bench()
    b.staff(0, "bo")
    b.at(5, CallResumed(C1, "0850000", "", Papers(MENU, QueueId("barn"), Instant(1_000), NO_CLEARANCE)))
    assert b.call("c1").clearance == "barn"
    assert state(b) is CallState.WAITING


def test_papers_do_not_worsen_what_is_known():
    b = bench()
    b.arrive(1, "c1", "2")
    b.at(20, CallResumed(C1, "0850000", "", Papers(MENU, QueueId("bygg"), Instant(15_000), NO_CLEARANCE)))
    assert (b.call("c1").clearance, b.call("c1").queue, b.call("c1").entered_at_ms) == ("barn", "barn", 1_000)


def test_talk_of_a_call_without_papers_ends_like_any_other():
    b = bench(linked=False)
    b.at(5, listed(4, found(FoundState.TALKING, papers=Papers(), who="anna")))
    b.at(60, CallerHungUp(C1))
    assert b.person("anna").state is AgentState.WRAP_UP


# ── a list that says something else ───────────────────────────────────────────────────────────────────────────────
def test_call_that_is_missing_has_ended():
    b = waiting("anna")
    step = b.at(10, listed(9))
    assert ended(step) == [("c1", "abandoned", "missing")]
    assert LeaveToFallback(C1) in step.actions  # should the list have been wrong, the caller is not left in silence
    assert b.person("anna").state is AgentState.READY


def test_call_that_came_after_the_list_was_asked_for_is_not_missing():
    b = waiting()
    assert ended(b.at(10, listed(0.5))) == []


def test_call_that_ended_after_the_list_was_asked_for_does_not_come_back():
    """F34."""
    b = talking()
    b.at(10, CallerHungUp(C1))
    for seconds in (9, 10.5, 30):
        b.at(31 + seconds, listed(seconds, found(FoundState.TALKING, who="anna")))
        assert b.call("c1") is None


def test_session_of_a_call_that_has_ended_is_left_to_the_dialplan_and_not_to_silence():
    b = waiting()
    b.at(10, listed(9))
    step = b.at(11, CallResumed(C1, "0850000", "", PAPERS))
    assert step.actions == (LeaveToFallback(C1),)
    assert late(step) == ["CallResumed"]


def test_talk_that_ended_after_the_list_was_asked_for_does_not_begin_again():
    b = talking()
    b.at(2.5)
    b.agent_hangs_up(3, "c1")
    b.at(5, listed(2.8, found(FoundState.TALKING, who="anna", offer=1)))
    assert state(b) is CallState.WAITING


def test_list_older_than_one_already_taken_is_late():
    b = bench()
    b.at(10, listed(9))
    assert late(b.at(11, listed(8, found(FoundState.IN_FALLBACK)))) == ["WorldListed"]


def test_answer_that_was_not_seen_is_found():
    b = waiting("anna")
    b.at(2, LinkLost("reset"))
    b.at(30, listed(29, found(FoundState.TALKING, who="anna", offer=1, since=10_000)))
    assert b.person("anna").state is AgentState.TALKING
    assert CallAnswered(30_000, C1, 1, "bygg", ANNA, 9_000) in b.step.entries


def test_talk_whose_end_was_not_seen_is_over():
    b = talking()
    b.at(3, LinkLost("reset"))
    step = b.at(60, listed(59, found(FoundState.IN_SESSION)))
    assert ended(step) == [("c1", "answered", "unknown_hung_up")]
    assert b.person("anna").state is AgentState.WRAP_UP


def test_talk_with_somebody_else_than_believed_frees_the_one_and_busies_the_other():
    b = waiting("anna", "bo")
    assert b.call("c1").agent == "bo"
    step = b.at(10, listed(9, found(FoundState.TALKING, who="anna", offer=4)))
    assert TakeBack(C1) not in step.actions
    assert (b.person("bo").state, b.person("anna").state) == (AgentState.READY, AgentState.TALKING)


def test_fail_open_queue_that_rings_the_next_person_frees_the_first():
    b = bench(linked=False)
    b.staff(0, "anna", "bo")
    b.at(10, listed(9, found(FoundState.RINGING, who="anna", offer=-5)))
    b.at(30, listed(29, found(FoundState.RINGING, who="bo", offer=-6)))
    assert (b.person("anna").state, b.person("bo").state) == (AgentState.READY, AgentState.RINGING)


def test_person_found_with_two_calls_has_the_talk():
    b = bench(linked=False)
    b.staff(0, "anna")
    world = (found(FoundState.RINGING, "c1", who="anna"), found(FoundState.TALKING, "c2", who="anna"))
    b.at(10, listed(9, *world))
    assert (b.person("anna").call, state(b, "c1"), state(b, "c2")) == ("c2", CallState.AWAY, CallState.TALKING)


def test_confidential_call_found_ringing_at_somebody_without_the_right_is_silenced():
    """I10: also when the mistake was not ours."""
    b = bench(linked=False)
    b.staff(0, "bo")
    papers = Papers(MENU, QueueId("barn"), Instant(1_000), Clearance("barn"))
    step = b.at(10, listed(9, found(FoundState.RINGING, papers=papers, who="bo", offer=-5)))
    assert step.actions[:2] == (WithdrawOffer(C1, OfferId(-5), BO), TakeBack(C1))
    assert state(b) is CallState.AWAY


def test_pause_lasts_through_a_ring_that_should_not_have_been():
    b = bench(linked=False)
    b.at(0, AgentLoggedIn(ANNA), PhoneStateChanged(ANNA, IDLE), AgentPaused(ANNA, "rast"))
    b.at(10, listed(9, found(FoundState.RINGING, who="anna", offer=-5)))
    b.at(12, OfferFailed(C1, OfferId(-5), OfferResult.NO_ANSWER))
    assert (b.person("anna").state, b.person("anna").reason) == (AgentState.NOT_READY, "rast")


# ── the link ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_nothing_is_offered_while_the_link_is_down():
    b = bench()
    b.at(0, LinkLost("reset"))
    b.staff(1, "anna")
    assert offered(b.arrive(2, "c1", "1")) == []
    assert offered(b.at(3, listed(2.5, found(FoundState.IN_SESSION)))) == [("c1", "anna")]


def test_ringing_that_outlasted_the_outage_has_its_time_again():
    b = waiting("anna")
    b.at(2, LinkLost("reset"))
    b.at(10, listed(9, found(FoundState.RINGING, who="anna", offer=1)))
    assert any(isinstance(a, WithdrawOffer) for a in b.at(21).actions)
    b = waiting("anna")
    b.at(2, LinkLost("reset"))
    b.at(30, listed(29, found(FoundState.RINGING, who="anna", offer=1)))
    assert any(isinstance(a, WithdrawOffer) for a in b.at(30).actions)


def test_caller_in_the_dialplan_is_asked_back_again_only_by_a_newer_list():
    """I19."""
    b = bench(linked=False)
    world = found(FoundState.IN_FALLBACK)
    assert b.at(10, listed(9, world)).actions == (TakeBack(C1),)
    assert b.at(10, listed(9, world)).actions == ()
    assert b.at(25, listed(24, world)).actions == (TakeBack(C1),)


def test_caller_gone_while_in_the_dialplan_is_abandoned():
    b = bench(linked=False)
    b.at(10, listed(9, found(FoundState.IN_FALLBACK)))
    assert ended(b.at(15, CallerHungUp(C1))) == [("c1", "abandoned", "caller_hung_up")]


# ── limits ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_more_calls_than_the_plan_allows_are_left_to_the_dialplan_and_stay_there():
    b = bench(max_calls=1)
    b.at(0, CallArrived(C1, "0850000", ""))
    assert b.at(1, CallArrived(CallId("c2"), "0850000", "")).actions == (LeaveToFallback(CallId("c2")),)
    assert b.at(2, listed(1.5, found(FoundState.IN_SESSION), found(FoundState.IN_FALLBACK, "c2"))).actions == ()
    assert b.at(3, CallResumed(CallId("c2"), "0850000", "", PAPERS)).actions == (LeaveToFallback(CallId("c2")),)
    b.at(4, CallerHungUp(C1))
    assert b.at(6, listed(5, found(FoundState.IN_FALLBACK, "c2"))).actions == (TakeBack(CallId("c2")),)


def test_talk_that_was_none_is_asked_back_if_the_dialplan_has_the_caller():
    b = bench(linked=False)
    b.at(5, listed(4, found(FoundState.TALKING, papers=Papers(), who="anna", offer=-5)))
    assert b.at(5.5, ConversationEnded(C1, OfferId(-5), TalkEnder.AGENT)).actions == (TakeBack(C1),)
    assert state(b) is CallState.AWAY


def test_talk_that_was_found_and_ends_at_once_was_a_talk():
    """It had lasted before it was found, for nobody knows how long."""
    b = bench(linked=False)
    b.at(5, listed(4, found(FoundState.TALKING, who="anna", offer=7)))
    assert ended(b.at(5.2, CallerHungUp(C1))) == [("c1", "answered", "caller_hung_up")]


def test_talk_with_a_stranger_goes_on():
    b = talking()
    b.at(10, listed(9, found(FoundState.TALKING, who="stranger")))
    assert (state(b), b.call("c1").agent) == (CallState.TALKING, "anna")


def test_talk_with_nobody_known_gets_its_person_when_a_list_says_who():
    b = bench(linked=False)
    b.at(5, listed(4, found(FoundState.TALKING, who="", offer=7)))
    b.at(20, listed(19, found(FoundState.TALKING, who="anna", offer=7)))
    assert (b.call("c1").agent, b.person("anna").state) == ("anna", AgentState.TALKING)
    assert [type(e) for e in b.step.entries if isinstance(e, CallAnswered)] == []


def test_pause_after_a_refusal_is_not_made_endless_by_a_ring_that_was_found():
    b = waiting("anna")
    b.fail(2, "c1", OfferResult.DECLINED)
    b.at(10, listed(9, found(FoundState.RINGING, who="anna", offer=-5)))
    b.at(12, OfferFailed(C1, OfferId(-5), OfferResult.UNREACHABLE))
    b.at(30)
    assert b.person("anna").state is AgentState.READY


def test_ended_talk_of_a_caller_in_session_has_the_wait_until_its_ringing_ended():
    """F40: as if it had never been answered."""
    b = talking()
    (entry,) = [e for e in b.at(2.5, CallerHungUp(C1)).entries if hasattr(e, "wait_ms")]
    assert (entry.outcome, entry.state, entry.wait_ms) == (Outcome.ABANDONED, "offered", 1_500)


def test_what_the_list_says_of_phones_is_believed():
    b = waiting()
    b.at(2, AgentLoggedIn(ANNA))
    b.at(10, WorldListed(Instant(9_000), (found(FoundState.IN_SESSION),), ((ANNA, IDLE), (AgentId("stranger"), IDLE))))
    assert offered(b.step) == [("c1", "anna")]


def test_talk_that_is_no_more_while_the_caller_is_in_the_dialplan_does_not_count_as_an_answer():
    b = talking()
    step = b.at(60, listed(59, found(FoundState.IN_FALLBACK)))
    assert [e.reason for e in step.entries if isinstance(e, CallReturned)] == ["talk_lost"]
    assert TakeBack(C1) in step.actions
    assert ended(b.at(61, CallerHungUp(C1))) == [("c1", "abandoned", "caller_hung_up")]


def test_papers_of_a_confidential_queue_rise_to_what_it_needs():
    b = bench(linked=False)
    papers = Papers(MENU, QueueId("barn"), Instant(1_000), NO_CLEARANCE)
    b.at(10, listed(9, found(FoundState.IN_FALLBACK, papers=papers)))
    assert [e.clearance for e in b.step.entries if isinstance(e, CallRecovered)] == ["barn"]


@pytest.mark.fault("F16")
@pytest.mark.parametrize(("before", "was"), [("waiting", "waiting"), ("offered", "offered"), ("talking", "talking")])
def test_whom_asterisk_cut_off_when_it_ended_was_failed_and_not_less(before, was):
    b = {"waiting": waiting, "offered": lambda: waiting("anna"), "talking": talking}[before]()
    assert state(b).value == was
    b.at(50, LinkLost("reset"))
    step = b.at(60, replace(listed(59), restarted=True))
    assert ended(step) == [("c1", "failed", "asterisk_restart")]
    assert before == "waiting" or b.person("anna").state is not AgentState.TALKING
