"""What agents and their phones do (ROUTING.md, After the talk; FAULTS.md, F06, F44–F47)."""

import pytest

from queues.agents import AgentState, PhoneState
from queues.entries import AgentStateChanged
from queues.ids import AgentId, CallId
from routing.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentReady,
    AgentRestored,
    CallerHungUp,
    PhoneStateChanged,
    WrapUpProlonged,
)
from tests.kernel.centre import Bench, agent, late, offered, plan_of, queue

C1, ANNA = CallId("c1"), AgentId("anna")
READY, OUT, PAUSED = AgentState.READY, AgentState.LOGGED_OUT, AgentState.NOT_READY
IDLE, BUSY, DEAD = (PhoneStateChanged(ANNA, state) for state in PhoneState)


def bench(**rules):
    return Bench(plan_of([agent("anna", bygg=2)], [queue("bygg")], **rules))


def talking(**rules):
    b = bench(**rules)
    b.at(0, AgentLoggedIn(ANNA), IDLE)
    b.arrive(1, "c1", "1")
    b.answer(2, "c1")
    return b


def wrapping_up(**rules):
    b = talking(**rules)
    b.at(10, CallerHungUp(C1))
    return b


def state(b):
    return b.person("anna").state


# ── wrap-up and pause ─────────────────────────────────────────────────────────────────────────────────────────────
def test_wrap_up_lasts_as_long_as_the_queue_says():
    b = wrapping_up()
    b.at(39.999)
    assert state(b) is AgentState.WRAP_UP
    b.at(40)
    assert state(b) is READY


def test_queue_without_wrap_up_has_its_person_ready_at_once():
    b = Bench(plan_of([agent("anna", bygg=2)], [queue("bygg", wrap_up_ms=0)]))
    b.staff(0, "anna")
    b.arrive(1, "c1", "1")
    b.arrive(1, "c2", "1")
    b.answer(2, "c1")
    assert offered(b.at(10, CallerHungUp(C1))) == [("c2", "anna")]


def test_wrap_up_ends_early_when_the_person_says_so():
    b = wrapping_up()
    b.arrive(11, "c2", "1")
    assert offered(b.at(12, AgentReady(ANNA))) == [("c2", "anna")]


def test_wrap_up_is_prolonged_from_now():
    b = wrapping_up()
    b.at(35, WrapUpProlonged(ANNA, 60_000))
    b.at(94.999)
    assert state(b) is AgentState.WRAP_UP
    b.at(95)
    assert state(b) is READY


def test_only_a_wrap_up_can_be_prolonged():
    b = bench()
    b.at(0, AgentLoggedIn(ANNA))
    assert late(b.at(1, WrapUpProlonged(ANNA, 60_000))) == ["WrapUpProlonged"]


def test_pause_in_the_wrap_up_ends_the_wrap_up():
    b = wrapping_up()
    b.at(12, AgentPaused(ANNA, "rast"))
    b.at(500)
    assert (state(b), b.person("anna").reason) == (PAUSED, "rast")


def test_pause_during_the_talk_is_taken_back_by_ready():
    b = talking()
    b.at(3, AgentPaused(ANNA, "rast"), AgentReady(ANNA))
    b.at(10, CallerHungUp(C1))
    assert state(b) is AgentState.WRAP_UP


def test_logout_during_the_talk_is_taken_back_by_login():
    b = talking()
    b.at(3, AgentLoggedOut(ANNA), AgentLoggedIn(ANNA))
    b.at(10, CallerHungUp(C1))
    assert state(b) is AgentState.WRAP_UP


def test_same_word_twice_is_late_the_second_time():
    b = bench()
    assert late(b.at(0, AgentLoggedIn(ANNA), AgentLoggedIn(ANNA))) == ["AgentLoggedIn"]
    assert late(b.at(1, AgentPaused(ANNA, "rast"), AgentPaused(ANNA, "rast"))) == ["AgentPaused"]
    assert late(b.at(2, AgentReady(ANNA), AgentReady(ANNA))) == ["AgentReady"]
    assert late(b.at(3, AgentLoggedOut(ANNA), AgentLoggedOut(ANNA))) == ["AgentLoggedOut"]


def test_word_about_a_stranger_is_late():
    assert late(bench().at(0, AgentLoggedIn(AgentId("nobody")))) == ["AgentLoggedIn"]


def test_every_change_says_when_it_ends():
    b = wrapping_up()
    assert AgentStateChanged(10_000, ANNA, AgentState.TALKING, AgentState.WRAP_UP, "", 40_000) in b.step.entries


def test_pause_is_the_persons_own_whatever_they_call_it():
    b = bench()
    b.at(0, AgentLoggedIn(ANNA), AgentPaused(ANNA, "phone_fault"), BUSY, IDLE)
    assert state(b) is PAUSED


# ── login by phone ────────────────────────────────────────────────────────────────────────────────────────────────
def test_phone_that_registers_logs_its_person_in_and_one_that_is_gone_logs_them_out():
    b = bench(login_by_phone=True)
    b.at(0, IDLE)
    assert (state(b), b.person("anna").reason) == (READY, "phone")
    b.at(1, DEAD)
    assert (state(b), b.person("anna").reason) == (OUT, "phone")


def test_phone_alone_logs_nobody_in_where_people_do_it_themselves():
    b = bench()
    b.at(0, IDLE)
    assert state(b) is OUT


def test_person_who_logged_out_is_not_logged_in_again_by_their_phone():
    b = bench(login_by_phone=True)
    b.at(0, IDLE)
    b.at(1, AgentLoggedOut(ANNA))
    b.at(2, BUSY, IDLE)
    assert state(b) is OUT
    b.at(3, DEAD, IDLE)
    assert state(b) is READY


def test_phone_that_dies_in_a_talk_logs_out_after_it_unless_it_is_back_before():
    b = talking(login_by_phone=True)
    b.at(3, DEAD)
    assert state(b) is AgentState.TALKING
    b.at(4, BUSY)
    b.at(10, CallerHungUp(C1))
    assert state(b) is AgentState.WRAP_UP
    b = talking(login_by_phone=True)
    b.at(3, DEAD)
    b.at(10, CallerHungUp(C1))
    assert state(b) is OUT


def test_phone_listed_as_dead_again_and_again_still_logs_its_person_in_when_it_is_back():
    b = talking(login_by_phone=True)
    b.at(3, DEAD, DEAD)
    b.at(10, CallerHungUp(C1))
    assert state(b) is OUT
    b.at(20, IDLE)
    assert state(b) is READY


@pytest.mark.parametrize(
    ("event", "after"), [(AgentLoggedOut(ANNA), OUT), (AgentPaused(ANNA, "rast"), PAUSED)], ids=["logout", "pause"]
)
def test_what_was_asked_for_in_a_talk_is_not_forgotten_when_the_phone_is_gone_for_a_moment(event, after):
    b = talking(login_by_phone=True)
    b.at(3, event, DEAD, BUSY)
    b.at(10, CallerHungUp(C1))
    assert state(b) is after
    b.at(11, IDLE)
    assert state(b) is after


def test_phone_that_dies_while_it_rings_logs_out_without_a_miss():
    b = bench(login_by_phone=True)
    b.at(0, IDLE)
    b.arrive(1, "c1", "1")
    b.at(2, DEAD)
    assert (state(b), b.person("anna").misses) == (OUT, 0)


def test_phone_state_told_again_and_again_does_not_end_a_pause_after_a_miss():
    """A list of the world repeats what is known: it must not undo the pause."""
    b = bench(login_by_phone=True)
    b.at(0, IDLE)
    b.arrive(1, "c1", "1")
    b.at(21)
    b.at(22, IDLE, BUSY, IDLE)
    assert (state(b), b.person("anna").reason) == (PAUSED, "rona")


# ── after a restart ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("was", "until", "state_now", "state_later"),
    [
        (READY, 0, READY, READY),
        (PAUSED, 0, PAUSED, PAUSED),
        (PAUSED, 8_000, PAUSED, READY),
        (PAUSED, 3_000, PAUSED, READY),
        (AgentState.WRAP_UP, 8_000, AgentState.WRAP_UP, READY),
        (AgentState.WRAP_UP, 3_000, AgentState.WRAP_UP, READY),
        (AgentState.WRAP_UP, 0, AgentState.WRAP_UP, READY),
        (AgentState.TALKING, 0, READY, READY),
        (AgentState.RINGING, 0, READY, READY),
        (OUT, 0, OUT, OUT),
    ],
)
def test_person_is_restored_to_what_they_did_for_as_long_as_it_was_to_last(was, until, state_now, state_later):
    """F06. Who rang or talked is ready until Asterisk shows otherwise."""
    b = bench()
    b.at(5, AgentRestored(ANNA, was, "", until))
    assert state(b) is state_now
    b.at(9)
    assert state(b) is state_later


def test_person_who_is_here_already_is_not_restored_to_something_older():
    b = bench()
    b.at(0, AgentLoggedIn(ANNA))
    assert late(b.at(1, AgentRestored(ANNA, PAUSED, "rast", 0))) == ["AgentRestored"]


def test_person_restored_as_gone_by_their_own_will_stays_gone_when_the_phone_is_listed():
    b = bench(login_by_phone=True)
    b.at(0, AgentRestored(ANNA, OUT, "", 0), IDLE)
    assert state(b) is OUT
    b = bench(login_by_phone=True)
    b.at(0, AgentRestored(ANNA, OUT, "phone", 0), IDLE)
    assert state(b) is READY
