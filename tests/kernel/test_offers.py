"""One offer to one agent, the talk, and what follows (ROUTING.md, An offer; FAULTS.md, F37–F45)."""

import pytest

from queues.agents import AgentState, PhoneState
from queues.entries import CallAnswered, CallReturned, LateEventSeen, OfferEnded, OfferResult, TalkEnded, TalkEnder
from queues.ids import AgentId, CallId, OfferId
from routing.actions import EndCall, HoldMusic, WithdrawOffer
from routing.events import (
    AgentLoggedOut,
    AgentPaused,
    AgentReady,
    CallerHungUp,
    ConversationEnded,
    LinkLost,
    OfferAnswered,
    OfferFailed,
    PhoneStateChanged,
)
from routing.state import CallState
from tests.kernel.centre import Bench, agent, ended, late, offered, plan_of, queue

C1, ANNA = CallId("c1"), AgentId("anna")


def ringing(*others, **rules):
    """Anna's phone rings for c1 since second 1; the others are logged in later by who needs them."""
    b = Bench(plan_of([agent("anna", bygg=2), *(agent(o, bygg=2) for o in others)], [queue("bygg")], **rules))
    b.staff(0, "anna")
    b.arrive(1, "c1", "1")
    return b


def talking():
    b = ringing()
    b.answer(5, "c1")
    return b


def doing(b, name="anna"):
    person = b.person(name)
    return person.state, person.reason


# ── no answer ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.fault("F37")
def test_phone_that_nobody_answers_stops_and_rings_at_the_next():
    """F37."""
    b = ringing("bo")
    b.staff(2, "bo")
    offer = b.call("c1").offer
    step = b.at(21)
    assert step.actions[0] == WithdrawOffer(C1, offer, ANNA)
    assert OfferEnded(21_000, C1, offer, ANNA, OfferResult.NO_ANSWER, 20_000) in step.entries
    assert offered(step) == [("c1", "bo")]
    assert doing(b) == (AgentState.NOT_READY, "rona")


def test_person_who_missed_a_call_is_ready_again_after_a_minute():
    b = ringing()
    b.at(21)
    assert offered(b.at(80.999)) == []
    assert offered(b.at(81)) == [("c1", "anna")]


@pytest.mark.fault("F37")
def test_person_who_missed_three_in_a_row_returns_only_by_themselves():
    b = ringing()
    b.at(21 + 80 + 80)
    assert b.person("anna").misses == 3
    assert offered(b.at(10_000)) == []
    assert offered(b.at(10_001, AgentReady(ANNA))) == [("c1", "anna")]
    assert b.person("anna").misses == 0


def test_answer_forgives_earlier_misses():
    b = ringing()
    b.at(21)
    b.at(81)
    b.answer(85, "c1")
    assert b.person("anna").misses == 0


@pytest.mark.fault("F38")
def test_refusal_counts_as_a_miss_and_a_dead_phone_does_not():
    b = ringing()
    b.fail(2, "c1", OfferResult.DECLINED)
    assert (doing(b), b.person("anna").misses) == ((AgentState.NOT_READY, "declined"), 1)
    b.at(62)
    b.fail(63, "c1", OfferResult.UNREACHABLE)
    assert (doing(b), b.person("anna").misses) == ((AgentState.NOT_READY, "phone_fault"), 1)


@pytest.mark.fault("F38")
@pytest.mark.parametrize("result", [OfferResult.BUSY, OfferResult.UNREACHABLE])
def test_phone_that_failed_is_left_alone_for_ten_seconds(result):
    b = ringing()
    b.fail(2, "c1", result)
    assert offered(b.at(11.9)) == []
    assert offered(b.at(12)) == [("c1", "anna")]


def test_phone_that_failed_and_is_seen_idle_is_offered_calls_at_once():
    b = ringing()
    b.at(2, PhoneStateChanged(ANNA, PhoneState.BUSY))
    b.fail(2, "c1", OfferResult.BUSY)
    assert offered(b.at(4, PhoneStateChanged(ANNA, PhoneState.IDLE))) == [("c1", "anna")]


@pytest.mark.fault("F39")
def test_phone_that_dies_while_it_rings_is_given_up_at_once():
    b = ringing("bo")
    b.staff(2, "bo")
    assert offered(b.at(3, PhoneStateChanged(ANNA, PhoneState.UNREACHABLE))) == [("c1", "bo")]
    assert doing(b) == (AgentState.NOT_READY, "phone_fault")


def test_caller_hears_music_again_when_nobody_else_is_there():
    assert HoldMusic(C1, "default") in ringing().at(21).actions


# ── late answers ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_answer_to_an_offer_that_was_withdrawn_is_remembered_and_changes_nothing():
    b = ringing("bo")
    b.staff(2, "bo")
    old = b.call("c1").offer
    b.at(21)
    step = b.at(21.1, OfferAnswered(C1, old))
    assert late(step) == ["OfferAnswered"]
    assert (b.call("c1").state, b.call("c1").agent) == (CallState.OFFERED, "bo")


@pytest.mark.parametrize(
    "event",
    [
        OfferAnswered(C1, OfferId(0)),
        OfferFailed(C1, OfferId(0), OfferResult.BUSY),
        ConversationEnded(C1, OfferId(0), TalkEnder.AGENT),
    ],
)
def test_word_about_no_offer_never_fits_a_call_that_has_none(event):
    b = Bench(plan_of([], [queue("bygg")]))
    b.arrive(0, "c1", "1")
    assert b.at(1, event).entries == (LateEventSeen(1_000, type(event).__name__, "c1", "waiting"),)


# ── the talk ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_wait_is_from_the_queue_to_the_answer():
    b = ringing()
    assert CallAnswered(5_000, C1, b.call("c1").offer, "bygg", ANNA, 4_000) in b.answer(5, "c1").entries


def test_caller_who_hangs_up_in_the_talk_was_answered_and_the_person_wraps_up():
    b = talking()
    assert ended(b.at(35, CallerHungUp(C1))) == [("c1", "answered", "caller_hung_up")]
    assert doing(b) == (AgentState.WRAP_UP, "")


@pytest.mark.fault("F40")
def test_caller_who_hangs_up_as_the_phone_is_answered_was_not_answered():
    """F40: abandoned with the ring time, no wrap-up, ready for the next."""
    b = talking()
    b.arrive(5, "c2", "1")
    step = b.at(5.2, CallerHungUp(C1))
    assert ended(step) == [("c1", "abandoned", "caller_hung_up")]
    assert offered(step) == [("c2", "anna")]


@pytest.mark.fault("F41")
def test_talk_that_the_agent_ends_at_once_was_none_and_the_caller_is_first_in_line():
    """F41."""
    b = talking()
    b.arrive(5, "c2", "1")
    step = b.agent_hangs_up(5.3, "c1")
    assert CallReturned(5_300, C1, "bygg", 1_000, "short_talk") in step.entries
    assert EndCall(C1) not in step.actions
    assert offered(b.at(36)) == [("c1", "anna")]


def test_end_of_a_talk_whose_beginning_comes_after_it_was_a_short_talk():
    """The reply of Dial and the bridge's event come over two connections, in any order."""
    b = ringing()
    offer = b.call("c1").offer
    b.agent_hangs_up(11, "c1")
    assert b.call("c1").state is CallState.WAITING
    assert late(b.at(11.01, OfferAnswered(C1, offer))) == ["OfferAnswered"]


def test_end_of_a_talk_whose_beginning_was_lost_with_the_link_ends_the_call_answered():
    b = ringing()
    b.at(2, LinkLost("reset"))
    step = b.agent_hangs_up(15, "c1")
    assert ended(step) == [("c1", "answered", "unknown_hung_up")]
    assert [type(e) for e in step.entries if isinstance(e, CallAnswered | TalkEnded)] == [CallAnswered, TalkEnded]


@pytest.mark.fault("F52")
def test_caller_who_hangs_up_while_a_phone_rings_silences_it():
    b = ringing()
    offer = b.call("c1").offer
    step = b.at(3, CallerHungUp(C1))
    assert WithdrawOffer(C1, offer, ANNA) in step.actions
    assert ended(step) == [("c1", "abandoned", "caller_hung_up")]
    assert doing(b) == (AgentState.READY, "")


# ── leaving while it rings or one talks ───────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("event", "after"),
    [
        (AgentLoggedOut(ANNA), (AgentState.LOGGED_OUT, "")),
        (AgentPaused(ANNA, "rast"), (AgentState.NOT_READY, "rast")),
    ],
)
def test_person_who_leaves_while_it_rings_is_gone_at_once(event, after):
    """F45; one change of state and not two."""
    b = ringing("bo")
    b.staff(1, "bo")
    step = b.at(3, event)
    assert offered(step) == [("c1", "bo")]
    assert doing(b) == after
    assert b.person("anna").misses == 0


@pytest.mark.parametrize(
    ("event", "after"),
    [
        (AgentLoggedOut(ANNA), (AgentState.LOGGED_OUT, "")),
        (AgentPaused(ANNA, "rast"), (AgentState.NOT_READY, "rast")),
    ],
)
def test_person_who_leaves_during_a_talk_leaves_after_it(event, after):
    b = talking()
    b.at(10, event)
    assert doing(b) == (AgentState.TALKING, "")
    b.at(30, CallerHungUp(C1))
    assert doing(b) == after


def test_link_that_is_lost_while_it_rings_leaves_the_ringing_to_asterisk():
    b = ringing()
    b.at(2, LinkLost("reset"))
    assert b.at(30).actions == ()
    assert b.call("c1").state is CallState.OFFERED
    b.fail(31, "c1", OfferResult.NO_ANSWER)
    assert doing(b) == (AgentState.NOT_READY, "rona")


# ── a phone that answers and sends no sound ─────────────────────────────────────────────────────────────────────
def in_dead_air(until_s):
    """Anna's phone has answered c1 at 5 s and is given up at `until_s`; c2 came after c1."""
    b = Bench(plan_of([agent("anna", bygg=2)], [queue("bygg")]))
    b.staff(0, "anna")
    b.arrive(2, "c1", "1")
    b.arrive(3, "c2", "1")
    b.answer(5, "c1")
    return b, b.at(until_s, ConversationEnded(CallId("c1"), b.call("c1").offer, TalkEnder.NO_SOUND))


@pytest.mark.fault("F48")
def test_dead_air_puts_the_caller_first_in_line_and_pauses_the_agent_until_they_return():
    b, step = in_dead_air(15.5)
    assert [e.reason for e in step.entries if isinstance(e, CallReturned)] == ["dead_air"]
    assert (b.person("anna").state, b.person("anna").reason) == ("not_ready", "dead_air")
    b.at(3_600)
    assert b.person("anna").state == "not_ready"
    assert offered(b.at(3_601, AgentReady(AgentId("anna")))) == [("c1", "anna")]


@pytest.mark.fault("F48")
def test_a_phone_that_falls_silent_after_a_talk_ends_it_and_the_agent_is_paused():
    b, step = in_dead_air(65)
    assert ended(step) == [("c1", "answered", "no_sound_hung_up")]
    assert (b.person("anna").state, b.person("anna").reason) == ("not_ready", "dead_air")


@pytest.mark.fault("F48")
def test_whoever_was_to_be_logged_out_is_logged_out_after_dead_air():
    b = Bench(plan_of([agent("anna", bygg=2)], [queue("bygg")]))
    b.staff(0, "anna")
    b.arrive(2, "c1", "1")
    b.answer(5, "c1")
    b.at(6, AgentLoggedOut(AgentId("anna")))
    b.at(15, ConversationEnded(CallId("c1"), b.call("c1").offer, TalkEnder.NO_SOUND))
    assert b.person("anna").state == "logged_out"
