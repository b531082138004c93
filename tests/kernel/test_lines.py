"""Waiting: messages, steps that open, closing time, and the place that is kept (ROUTING.md)."""

from queues.entries import CallQueued, OfferResult, StepOpened
from queues.ids import AgentId, CallId, PromptId, QueueId
from routing.actions import HoldMusic
from routing.events import AgentLoggedOut, AgentPaused, AgentReady, CallerHungUp, PromptFinished
from routing.plan import FAR_FUTURE_MS, OpenHours, PlanStep, TargetKind
from routing.state import CallState
from tests.kernel.centre import Bench, agent, ended, offered, plan_of, queue, said

C1 = CallId("c1")
WAITING = (PromptId("vantar"),)
OWN_THEN_ANY_LATER = (PlanStep(0, TargetKind.OWN), PlanStep(20_000, TargetKind.ANY))


def times_said(b, until):
    """The seconds at which a waiting caller was spoken to."""
    heard = []
    while (due := b.kernel.next_deadline()) is not None and due <= until * 1000:
        heard += [due / 1000] * len(said(b.at(due / 1000)))
    return heard


def opened(step):
    return [(e.step, e.reason) for e in step.entries if isinstance(e, StepOpened)]


# ── messages ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_who_has_to_wait_is_told_at_once_then_after_ten_seconds_then_every_fifty():
    b = Bench(plan_of([], [queue("bygg", waiting_prompts=WAITING)]))
    assert said(b.arrive(0, "c1", "1")) == [("val",), ("i_ko",)]
    assert times_said(b, 130) == [10, 60, 110]


def test_queue_with_nothing_to_say_plays_music_at_once():
    b = Bench(plan_of([], [queue("bygg", queued_prompts=())]))
    assert b.arrive(0, "c1", "1").actions[-1] == HoldMusic(C1, "default")


def test_music_comes_back_after_a_message():
    b = Bench(plan_of([], [queue("bygg", waiting_prompts=WAITING, music="lugn")]))
    b.arrive(0, "c1", "1")
    assert b.at(2, PromptFinished(C1)).actions == (HoldMusic(C1, "lugn"),)


def test_nobody_speaks_while_a_phone_rings_for_the_caller():
    b = Bench(plan_of([agent("anna", bygg=2)], [queue("bygg", waiting_prompts=WAITING)]))
    b.staff(0, "anna")
    b.arrive(0, "c1", "1")
    assert said(b.at(15)) == []


def test_messages_go_on_after_a_talk_that_was_none():
    b = Bench(plan_of([agent("anna", bygg=2)], [queue("bygg", waiting_prompts=WAITING)]))
    b.staff(0, "anna")
    b.arrive(0, "c1", "1")
    b.answer(5, "c1")
    b.agent_hangs_up(6, "c1")
    assert times_said(b, 20) == [10]


# ── steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def two_groups(**rules):
    own = queue("bygg", steps=OWN_THEN_ANY_LATER, **rules)
    return Bench(plan_of([agent("anna", bygg=2), agent("bo", vatten=2)], [own, queue("vatten")]))


def test_others_are_asked_when_their_step_opens_and_not_before():
    b = two_groups()
    b.staff(0, "anna", "bo")
    b.arrive(0, "c0", "1")
    b.answer(0, "c0")
    assert offered(b.arrive(1, "c1", "1")) == []
    assert offered(b.at(20.999)) == []
    step = b.at(21)
    assert opened(step) == [(1, "time")]
    assert offered(step) == [("c1", "bo")]


def test_step_with_nobody_logged_in_is_opened_past_at_once():
    b = two_groups()
    b.staff(0, "bo")
    step = b.arrive(1, "c1", "1")
    assert opened(step) == [(1, "nobody_there")]
    assert offered(step) == [("c1", "bo")]


def test_step_that_may_not_be_skipped_is_waited_for():
    steps = (PlanStep(0, TargetKind.OWN, skip_when_empty=False), PlanStep(20_000, TargetKind.ANY))
    b = Bench(plan_of([agent("bo", vatten=2)], [queue("bygg", steps=steps), queue("vatten")]))
    b.staff(0, "bo")
    assert offered(b.arrive(1, "c1", "1")) == []


def test_step_is_opened_past_when_its_last_person_logs_out():
    b = two_groups()
    b.staff(0, "anna", "bo")
    b.at(0, AgentPaused(AgentId("anna"), "rast"))
    assert offered(b.arrive(1, "c1", "1")) == []
    step = b.at(2, AgentLoggedOut(AgentId("anna")))
    assert opened(step) == [(1, "nobody_there")]
    assert offered(step) == [("c1", "bo")]


def test_only_who_may_hear_the_call_counts_as_somebody_there():
    secret = queue("barn", steps=OWN_THEN_ANY_LATER, clearance="barn")
    b = Bench(plan_of([agent("anna", barn=2), agent("bo", ["barn"], vatten=2)], [secret, queue("vatten")]))
    b.staff(0, "anna", "bo")
    assert offered(b.arrive(1, "c1", "1")) == [("c1", "bo")]


def test_step_that_opened_while_a_phone_rang_is_open_afterwards():
    b = two_groups()
    b.staff(0, "anna")
    b.arrive(1, "c1", "1")
    b.staff(2, "bo")
    assert offered(b.at(21)) == [("c1", "bo")]


# ── closing ───────────────────────────────────────────────────────────────────────────────────────────────────────
def closing_at_100(**rules):
    hours = OpenHours((0,), (100_000,))
    rules = {"hours": hours, "closed_prompts": (PromptId("stangt"),), "serve_after_close_ms": 60_000} | rules
    return Bench(plan_of([agent("anna", bygg=2)], [queue("bygg", **rules), queue("ovrigt")]))


def test_who_waits_at_closing_time_is_served_a_while_and_then_told():
    b = closing_at_100()
    b.arrive(50, "c1", "1")
    assert said(b.at(159)) == []
    assert said(b.at(160)) == [("stangt",)]
    assert ended(b.at(163, PromptFinished(C1))) == [("c1", "turned_away", "line_closed")]


def test_nobody_new_enters_after_closing():
    b = closing_at_100()
    assert said(b.arrive(100, "c1", "1"))[-1] == ("stangt",)
    assert ended(b.at(101, CallerHungUp(C1))) == [("c1", "closed", "queue_closed")]


def test_caller_for_whom_a_phone_rings_at_the_end_is_told_only_if_nobody_answers():
    b = closing_at_100()
    b.arrive(50, "c1", "1")
    b.staff(155, "anna")
    assert said(b.at(174)) == []
    assert said(b.at(175)) == [("stangt",)]
    assert b.call("c1").state is CallState.LEAVING


def test_place_and_closing_time_survive_a_talk_that_was_none():
    b = closing_at_100()
    b.arrive(50, "c1", "1")
    b.staff(60, "anna")
    b.answer(61, "c1")
    b.agent_hangs_up(62, "c1")
    assert said(b.at(160)) == [("stangt",)]


def test_line_that_opened_for_good_while_a_phone_rang_does_not_close():
    reopens = OpenHours((0, 120_000), (100_000, FAR_FUTURE_MS))
    b = closing_at_100(hours=reopens)
    b.arrive(50, "c1", "1")
    b.staff(110, "anna")
    b.at(130)
    assert b.call("c1").state is CallState.WAITING
    assert said(b.at(160)) == []


# ── places ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_who_came_first_is_first_after_a_missed_ring_too():
    b = Bench(plan_of([agent("anna", bygg=2), agent("bo", bygg=2)], [queue("bygg")]))
    b.staff(0, "anna")
    b.arrive(1, "c1", "1")
    b.arrive(2, "c2", "1")
    b.at(21)
    b.staff(30, "bo")
    assert offered(b.step) == [("c1", "bo")]


def test_higher_priority_goes_first_and_does_not_stand_in_the_way_of_others():
    secret = queue("barn", clearance="barn", priority=9)
    b = Bench(plan_of([agent("anna", barn=1, bygg=2)], [queue("bygg"), secret]))
    b.arrive(1, "c1", "1")
    b.arrive(2, "c2", "2")
    b.staff(3, "anna")
    assert offered(b.step) == [("c1", "anna")]


def test_queue_entry_says_what_decided_the_place():
    b = Bench(plan_of([], [queue("bygg", clearance="bygg")]))
    (entry,) = [e for e in b.arrive(7, "c1", "1").entries if isinstance(e, CallQueued)]
    assert entry == CallQueued(7_000, C1, QueueId("bygg"), 7_000, "bygg", "choice")


def test_wrap_up_that_ends_as_a_caller_arrives_ends_first():
    b = Bench(plan_of([agent("anna", bygg=2)], [queue("bygg", wrap_up_ms=30_000)]))
    b.staff(0, "anna")
    b.arrive(1, "c1", "1")
    b.answer(2, "c1")
    b.agent_hangs_up(12, "c1")
    assert offered(b.arrive(42, "c2", "1")) == [("c2", "anna")]


def test_step_that_opens_as_the_caller_hangs_up_opens_first():
    b = two_groups()
    b.staff(0, "anna", "bo")
    b.arrive(0, "c0", "1")
    b.answer(0, "c0")
    b.arrive(1, "c1", "1")
    b.at(20.9)
    step = b.kernel.handle(CallerHungUp(C1), 21_000)
    assert offered(step) == [("c1", "bo")]
    assert ended(step) == [("c1", "abandoned", "caller_hung_up")]


def test_person_who_becomes_ready_as_a_step_opens_is_there_first():
    b = two_groups()
    b.staff(0, "anna", "bo")
    b.arrive(0, "c0", "1")
    b.answer(0, "c0")
    b.arrive(1, "c1", "1")
    b.at(5, AgentLoggedOut(AgentId("bo")))
    b.agent_hangs_up(15, "c0")
    step = b.kernel.handle(AgentReady(AgentId("anna")), 21_000)
    assert offered(step) == [("c1", "anna")]
    assert b.fail(22, "c1", OfferResult.BUSY)
