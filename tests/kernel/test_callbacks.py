"""Callbacks: the place stays, an agent is asked first, the citizen is rung after that, and no promise is forgotten."""

from dataclasses import replace
from itertools import pairwise

import pytest

from queues.agents import AgentState
from queues.asked_entries import Force
from queues.entries import CallbackOverdue, CallbackPromised, CitizenMissed, CitizenRung, OfferResult, TalkEnder
from queues.ids import AgentId, CallId, Clearance, Instant, OfferId, PromptId, QueueId
from routing.actions import EndCall, ForgetCallback, KeepCallback, OfferCallback, WithdrawOffer
from routing.callback_events import (
    CallbackAccepted,
    CallbackCancelled,
    CallbackNotWritten,
    CallbackOrdered,
    CallbackRestored,
    CallbackWritten,
    CitizenNotReached,
    CitizenReached,
    FoundCallback,
    FoundCallbackState,
)
from routing.callbacks import promise, why_not
from routing.events import (
    AgentPaused,
    AgentReady,
    CallArrived,
    CallerHungUp,
    CallResumed,
    ConversationEnded,
    DigitsEntered,
    FoundCall,
    FoundState,
    HoursForced,
    LinkLost,
    OfferAnswered,
    OfferFailed,
    PromptFinished,
    Tick,
    WorldListed,
)
from routing.papers import Papers
from routing.plan import CallbackRules, CallbackWords, OpenHours, PlanStep, TargetKind
from routing.promises import may_promise
from routing.state import CallState
from tests.kernel.centre import Bench, agent, ended, late, offered, plan_of, queue, said

C1, C2, ANNA, BO = CallId("c1"), CallId("c2"), AgentId("anna"), AgentId("bo")
OWN = (PlanStep(0, TargetKind.OWN),)
RULES = CallbackRules(
    promised_prompts=(PromptId("ringer_upp"),),
    kept_place_prompts=(PromptId("behaller"),),
    refused_prompts=(PromptId("gar_inte"),),
    title_prompts=(PromptId("bygg"),),
)
WORDS = CallbackWords(
    announced=(PromptId("uppringning"),),
    waited=(PromptId("vantat"),),
    accept=(PromptId("tryck_ett"),),
    citizen=(PromptId("hej"),),
)


def bench(people=("anna",), rules=RULES, **queue_rules):
    made = queue("bygg", steps=OWN, callback=rules, **queue_rules)
    return Bench(plan_of([agent(name, bygg=2) for name in people], [made], callback_words=WORDS))


def promised(s: Bench, seconds: float, call: str, caller: str = "0701740605"):
    """The caller waits and is promised a callback; nothing is written down yet."""
    s.at(seconds, CallArrived(CallId(call), "0850000", caller), DigitsEntered(CallId(call), "1"))
    made = promise(s.kernel.centre, s.call(call))
    s.at(seconds, Tick())
    return made


def let_go(s: Bench, seconds: float, call: str, caller: str = "0701740605"):
    """The caller was promised a callback and has hung up."""
    assert promised(s, seconds, call, caller)
    return s.at(seconds + 8, CallbackWritten(CallId(call)), PromptFinished(CallId(call)))


def callbacks(step):
    """The callbacks offered, as call and agent."""
    return [(a.call, a.agent) for a in step.actions if isinstance(a, OfferCallback)]


def offer_of(s: Bench, call: str = "c1") -> OfferId:
    return s.call(call).offer


def accept(s: Bench, seconds: float, call: str = "c1"):
    return s.at(
        seconds,
        OfferAnswered(CallId(call), offer_of(s, call)),
        CallbackAccepted(CallId(call), offer_of(s, call)),
    )


def entries(step, kind):
    return [e for e in step.entries if isinstance(e, kind)]


# ── the promise ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_caller_hears_their_own_number_and_is_let_go_when_the_promise_is_written():
    s = bench()
    promised(s, 5, "c1")
    heard = [p for prompts in said(s.step) for p in prompts]
    assert heard[0] == "ringer_upp"
    assert heard[1:11] == [f"tal_{d}" for d in "0701740605"]
    assert heard[11] == "behaller"
    assert [a.pending.caller for a in s.step.actions if isinstance(a, KeepCallback)] == ["0701740605"]
    assert entries(s.step, CallbackPromised)
    s.at(12, CallbackWritten(C1))
    assert s.call("c1").state is CallState.PROMISING
    step = s.at(13, PromptFinished(C1))
    assert EndCall(C1) in step.actions
    assert s.call("c1").state is CallState.PROMISED


def test_nobody_is_let_go_before_the_promise_is_written():
    s = bench()
    promised(s, 5, "c1")
    step = s.at(13, PromptFinished(C1))
    assert EndCall(C1) not in step.actions
    step = s.at(14, CallbackWritten(C1))
    assert EndCall(C1) in step.actions


@pytest.mark.parametrize("how", ["refused", "silent"])
def test_what_cannot_be_written_is_not_promised_and_the_place_stays(how):
    s = bench()
    promised(s, 5, "c1")
    step = s.at(9, CallbackNotWritten(C1)) if how == "refused" else s.at(25)
    assert ("gar_inte",) in said(step)
    assert ForgetCallback(C1) in step.actions
    call = s.call("c1")
    assert (call.state, call.entered_at_ms) == (CallState.WAITING, 5_000)
    s.staff(30, "anna")
    assert offered(s.step) == [("c1", "anna")]


def test_who_hangs_up_while_they_hear_it_has_been_promised():
    s = bench()
    promised(s, 5, "c1")
    step = s.at(6, CallerHungUp(C1))
    assert not ended(step)
    assert s.call("c1").state is CallState.PROMISED


@pytest.mark.parametrize("caller", ["", "anonymous", "+4790000000", "0900123456", "112", "118118", "0939123456"])
def test_a_number_that_we_do_not_ring_is_not_offered_a_callback(caller):
    s = bench()
    assert not promised(s, 5, "c1", caller)
    assert s.call("c1").state is CallState.WAITING


def test_a_number_is_promised_once_at_a_time():
    s = bench()
    let_go(s, 5, "c1")
    assert not promised(s, 20, "c2", "+46 70-174 06 05")
    s.at(30, CallbackCancelled(C1))
    assert may_promise(s.kernel.centre, s.call("c2"))


def test_a_line_without_callbacks_promises_none():
    s = bench(rules=None)
    assert not promised(s, 5, "c1")


# ── its turn ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_it_keeps_its_place_among_those_who_wait():
    s = bench(("anna", "bo"))
    s.arrive(1, "c0", "1")
    let_go(s, 5, "c1")
    s.at(14, CallArrived(C2, "0850000", "0701740606"), DigitsEntered(C2, "1"))
    s.staff(20, "anna")
    assert offered(s.step) == [("c0", "anna")]
    s.staff(21, "bo")
    assert callbacks(s.step) == [("c1", "bo")]
    assert s.person("bo").state is AgentState.RINGING


def test_the_agent_hears_whom_it_is_about_and_how_long_they_have_waited():
    s = bench()
    let_go(s, 5, "c1")
    s.staff(130, "anna")
    offer = next(a for a in s.step.actions if isinstance(a, OfferCallback))
    assert offer.ask == ("uppringning", "bygg", "vantat", "tal_2", "minuter", "tryck_ett")
    assert offer.citizen == ("hej",)
    assert offer.number == "+46701740605"


def test_the_citizen_is_rung_only_when_the_agent_has_pressed_the_key():
    s = bench()
    let_go(s, 5, "c1")
    s.staff(20, "anna")
    step = s.at(23, OfferAnswered(C1, offer_of(s)))
    assert not entries(step, CitizenRung)
    assert s.call("c1").state is CallState.CALLBACK_OFFERED
    step = s.at(26, CallbackAccepted(C1, offer_of(s)))
    assert entries(step, CitizenRung)
    assert (s.call("c1").state, s.person("anna").state) == (CallState.CALLING_BACK, AgentState.TALKING)


def test_a_reached_citizen_is_a_kept_promise():
    s = bench()
    let_go(s, 5, "c1")
    s.staff(20, "anna")
    accept(s, 25)
    s.at(40, CitizenReached(C1, offer_of(s)))
    step = s.at(100, ConversationEnded(C1, offer_of(s), TalkEnder.CALLER))
    assert ended(step) == [("c1", "callback_kept", "caller_hung_up")]
    assert ForgetCallback(C1) in step.actions
    assert s.person("anna").state is AgentState.WRAP_UP


def test_no_more_callbacks_at_once_than_there_are_people():
    s = bench(("anna", "bo"))
    for i in range(4):
        let_go(s, 5 + 10 * i, f"c{i}", f"070174060{5 + i}")
    s.staff(60, "anna", "bo")
    states = [s.call(f"c{i}").state for i in range(4)]
    assert states.count(CallState.CALLBACK_OFFERED) == 2
    assert states.count(CallState.PROMISED) == 2


# ── agents who do not take it ───────────────────────────────────────────────────────────────────────────────────
def test_a_phone_that_was_not_answered_is_a_missed_ring_and_the_next_is_asked():
    s = bench(("anna", "bo"))
    let_go(s, 5, "c1")
    s.staff(20, "anna", "bo")
    step = s.at(40)
    assert callbacks(step) == [("c1", "bo")]
    assert any(isinstance(a, WithdrawOffer) and a.agent == "anna" for a in step.actions)
    assert s.person("anna").reason == "rona"


def test_who_listens_and_presses_nothing_has_declined():
    s = bench(("anna", "bo"))
    let_go(s, 5, "c1")
    s.staff(20, "anna", "bo")
    s.at(25, OfferAnswered(C1, offer_of(s)))
    s.at(41)
    assert s.person("anna").state is AgentState.RINGING, "listening takes longer than ringing"
    step = s.at(55)
    assert callbacks(step) == [("c1", "bo")]
    assert s.person("anna").reason == "declined"
    assert s.call("c1").promise.tries == 0


def test_a_phone_that_could_not_ring_counts_against_nobody():
    s = bench()
    let_go(s, 5, "c1")
    s.staff(20, "anna")
    s.at(21, OfferFailed(C1, offer_of(s), OfferResult.UNREACHABLE))
    assert (s.person("anna").reason, s.person("anna").misses) == ("phone_fault", 0)


# ── a citizen who is not reached ────────────────────────────────────────────────────────────────────────────────
def test_not_reached_three_times_ten_minutes_apart_and_then_given_up():
    s = bench()
    let_go(s, 5, "c1")
    s.staff(20, "anna")
    tried = []
    for _ in range(3):
        accept(s, s.kernel.centre.now / 1000 + 3)
        tried.append(s.kernel.centre.now // 1000)
        step = s.at(s.kernel.centre.now / 1000 + 30, CitizenNotReached(C1, offer_of(s), OfferResult.NO_ANSWER))
        assert entries(step, CitizenMissed)
        assert s.person("anna").state is AgentState.READY
        if s.call("c1"):
            again = s.call("c1").promise.rests_until_ms
            s.at(again / 1000 - 1)
            assert s.call("c1").state is CallState.PROMISED, "rests"
            s.at(again / 1000)
            assert s.call("c1").state is CallState.CALLBACK_OFFERED
    assert ended(step) == [("c1", "callback_failed", "not_reached")]
    assert ForgetCallback(C1) in step.actions
    assert [b - a for a, b in pairwise(tried)] == [633, 633]


def test_a_citizen_who_is_rung_too_long_is_not_reached():
    s = bench()
    let_go(s, 5, "c1")
    s.staff(20, "anna")
    accept(s, 25)
    step = s.at(85)
    assert any(isinstance(a, WithdrawOffer) for a in step.actions)
    assert entries(step, CitizenMissed)
    assert s.person("anna").state is AgentState.READY


def test_an_agent_who_drops_the_receiver_at_the_answer_does_not_keep_the_promise():
    s = bench(("anna", "bo"))
    let_go(s, 5, "c1")
    s.staff(20, "anna", "bo")
    accept(s, 25)
    s.at(30, CitizenReached(C1, offer_of(s)))
    step = s.at(30.5, ConversationEnded(C1, offer_of(s), TalkEnder.AGENT))
    assert not ended(step)
    assert callbacks(step) == [("c1", "bo")]


# ── who may ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_confidential_callback_is_offered_to_nobody_without_the_right():
    barn = queue("barn", clearance="barn", callback=RULES)
    people = [agent("anna", ["barn"], barn=2), agent("bo", barn=2)]
    s = Bench(plan_of(people, [barn, queue("bygg")]))
    s.staff(0, "bo")
    let_go(s, 5, "c1")
    s.at(20)
    assert s.call("c1").state is CallState.PROMISED
    s.staff(30, "anna")
    assert callbacks(s.step) == [("c1", "anna")]


def test_a_promised_call_never_goes_to_a_partner():
    steps = (PlanStep(0, TargetKind.OWN), PlanStep(10_000, TargetKind.PARTNER))
    s = Bench(plan_of([agent("anna", bygg=2)], [queue("bygg", steps=steps, callback=RULES)]))
    s.staff(0, "anna")
    s.at(0, AgentPaused(ANNA, "rast"))
    s.arrive(1, "c1", "1")
    s.at(15)
    promise(s.kernel.centre, s.call("c1"))
    s.at(16, Tick())
    s.at(30, CallbackWritten(C1), PromptFinished(C1))
    s.at(60)
    assert s.call("c1").open_steps == 1


def test_a_right_that_is_taken_away_silences_the_phone():
    barn = queue("barn", clearance="barn", callback=RULES)
    plan = plan_of([agent("anna", ["barn"], barn=2)], [barn])
    s = Bench(plan)
    let_go(s, 5, "c1")
    s.staff(20, "anna")
    s.step = s.replace_plan(25, replace(plan, agents={ANNA: agent("anna", barn=2)}))
    assert any(isinstance(a, WithdrawOffer) for a in s.step.actions)
    assert s.call("c1").state is CallState.PROMISED


# ── time ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_not_kept_by_its_deadline_is_told_once_and_still_stands():
    s = bench(rules=replace(RULES, deadline_ms=60_000))
    let_go(s, 5, "c1")
    step = s.at(66)
    assert [e.due_ms for e in entries(step, CallbackOverdue)] == [65_000]
    s.staff(70, "anna")
    assert callbacks(s.step) == [("c1", "anna")]
    assert not entries(s.at(500), CallbackOverdue)


@pytest.mark.parametrize("next_day", [True, False])
def test_closing_time_is_crossed_as_the_rules_say(next_day):
    hours = OpenHours((0, 1_000_000), (100_000, 2_000_000))
    s = bench(rules=replace(RULES, next_day=next_day), hours=hours, serve_after_close_ms=30_000)
    let_go(s, 95, "c1")
    s.at(129)
    assert s.call("c1").place is not None
    step = s.at(131)
    if not next_day:
        assert ended(step) == [("c1", "callback_failed", "line_closed")]
        return
    assert s.call("c1").place is None
    s.staff(500, "anna")
    assert not callbacks(s.step)
    assert callbacks(s.at(1_000)) == [("c1", "anna")]
    assert s.call("c1").entered_at_ms == 95_000


def test_a_line_that_has_closed_for_good_promises_no_callback_that_would_be_given_up_unrung():
    hours = OpenHours((0, 1_000_000), (100_000, 2_000_000))
    no_more = {"callback": replace(RULES, next_day=False), "hours": hours, "serve_after_close_ms": 0}
    today = queue("bygg", steps=OWN, **no_more)
    other = queue("park", steps=OWN, callback=RULES)
    s = Bench(plan_of([agent("anna", bygg=2, park=2)], [today, other], callback_words=WORDS))
    s.staff(80, "anna")
    s.arrive(90, "c1", "1")
    s.answer(95, "c1")
    s.at(99, CallerHungUp(C1))
    s.at(101, Tick())
    assert why_not(s.kernel.centre, s.person("anna"), CallId("p1"), QueueId("")) == "line_closed"
    assert late(s.at(102, CallbackOrdered(ANNA, CallId("p1"), QueueId(""), 0, ""))) == ["CallbackOrdered"]
    s.at(103, CallArrived(CallId("c2"), "0850000", "0701740606"), DigitsEntered(CallId("c2"), "2"))
    assert not promise(s.kernel.centre, s.call("c2"), queue=QueueId("bygg"))
    assert may_promise(s.kernel.centre, s.call("c2"))
    assert not late(s.at(104, CallbackOrdered(ANNA, CallId("p2"), QueueId("park"), 0, "")))


def test_a_line_that_is_closed_and_opened_by_hand_holds_its_promises_meanwhile():
    s = bench(serve_after_close_ms=0)
    let_go(s, 5, "c1")
    s.at(20, HoursForced("", Force.CLOSED, Instant(0), "karin"))
    s.at(20.1)
    assert s.call("c1").place is None
    s.staff(30, "anna")
    assert not callbacks(s.step)
    s.at(40, HoursForced("", Force.SCHEDULE, Instant(0), "karin"))
    assert callbacks(s.at(100)) == [("c1", "anna")]


# ── an agent promises ───────────────────────────────────────────────────────────────────────────────────────────
def test_an_agent_promises_to_ring_whom_they_talked_to_last():
    s = bench(("anna", "bo"))
    s.staff(0, "anna")
    s.arrive(5, "c1", "1")
    s.answer(8, "c1")
    s.at(60, CallerHungUp(C1))
    new = CallId("p1")
    step = s.at(61, CallbackOrdered(ANNA, new, QueueId(""), 3_600_000, "bygglov"))
    assert [(e.by, e.due_ms) for e in entries(step, CallbackPromised)] == [("anna", 3_661_000)]
    assert s.call("p1").promise.number == "+46701740605"
    s.at(90, AgentReady(ANNA))
    assert s.call("p1").state is CallState.CALLBACK_OFFERED


def test_an_agent_who_has_talked_to_nobody_can_promise_nothing():
    s = bench()
    s.staff(0, "anna")
    assert late(s.at(5, CallbackOrdered(ANNA, CallId("p1"), QueueId(""), 0, ""))) == ["CallbackOrdered"]


def test_what_was_confidential_stays_so_when_an_agent_promises():
    barn = queue("barn", clearance="barn", callback=RULES)
    people = [agent("anna", ["barn"], barn=2), agent("bo", bygg=2)]
    s = Bench(plan_of(people, [barn, queue("bygg")]))
    s.staff(0, "anna", "bo")
    s.arrive(5, "c1", "1")
    s.answer(8, "c1")
    s.at(60, CallerHungUp(C1))
    s.at(61, CallbackOrdered(ANNA, CallId("p1"), QueueId("bygg"), 0, ""))
    assert s.call("p1").clearance == "barn"
    assert s.call("p1").state is CallState.PROMISED, "Bo is ready and may not"


# ── restarts and outages ────────────────────────────────────────────────────────────────────────────────────────
def pending_of(s: Bench, call: str = "c1") -> CallbackRestored:
    return s.kept[CallId(call)]


class Keeping(Bench):
    """A bench that keeps what an engine after it would be told."""

    def __init__(self, plan, *, linked=True):
        self.kept = {}
        super().__init__(plan, linked=linked)

    def _lawful(self, step):
        for action in step.actions:
            if isinstance(action, KeepCallback):
                self.kept[action.call] = action.pending
            elif isinstance(action, ForgetCallback):
                self.kept.pop(action.call, None)
        return super()._lawful(step)


def keeping(people=("anna",)):
    return Keeping(plan_of([agent(n, bygg=2) for n in people], [queue("bygg", steps=OWN, callback=RULES)]))


def after_death(s: Keeping, seconds: float) -> Bench:
    """An engine that knows nothing but what was written down."""
    new = Keeping(s.kernel.centre.plan, linked=False)
    new.kept = dict(s.kept)
    for pending in s.kept.values():
        new.at(seconds, pending)
    return new


def listed(seconds, *found, calls=()):
    return WorldListed(Instant(round(seconds * 1000)), calls, (), callbacks=found)


def test_a_promise_survives_the_engine_with_its_place():
    s = keeping()
    let_go(s, 5, "c1")
    s = after_death(s, 100)
    s.staff(100, "anna")
    assert not callbacks(s.step), "before the world has been listed nobody is asked"
    step = s.at(101, listed(100.9))
    assert callbacks(step) == [("c1", "anna")]
    assert s.call("c1").entered_at_ms == 5_000


def test_tries_and_rest_survive_too():
    s = keeping()
    let_go(s, 5, "c1")
    s.staff(20, "anna")
    accept(s, 25)
    s.at(50, CitizenNotReached(C1, offer_of(s), OfferResult.BUSY))
    s = after_death(s, 100)
    s.staff(100, "anna")
    s.at(101, listed(100.9))
    assert s.call("c1").place is None
    assert s.call("c1").promise.tries == 1
    assert callbacks(s.at(650)) == [("c1", "anna")]


def test_a_callback_under_way_is_found_again_and_nobody_is_rung_twice():
    s = keeping()
    let_go(s, 5, "c1")
    s.staff(20, "anna")
    accept(s, 25)
    offer = offer_of(s)
    s = after_death(s, 100)
    s.staff(100, "anna")
    s.at(101, listed(100.9, FoundCallback(C1, FoundCallbackState.TALKING, ANNA, offer, Instant(40_000))))
    assert (s.call("c1").state, s.person("anna").state) == (CallState.TALKING, AgentState.TALKING)
    assert s.call("c1").answered_at_ms == 40_000
    step = s.at(200, ConversationEnded(C1, offer, TalkEnder.CALLER))
    assert ended(step) == [("c1", "callback_kept", "caller_hung_up")]


def test_a_promise_that_was_kept_while_the_engine_was_down_is_not_kept_twice():
    s = keeping()
    let_go(s, 5, "c1")
    s.staff(20, "anna")
    accept(s, 25)
    s.at(40, CitizenReached(C1, offer_of(s)))
    s = after_death(s, 100)
    s.staff(100, "anna")
    step = s.at(101, listed(100.9))
    assert ended(step) == [("c1", "callback_kept", "talked_unseen")]
    assert ForgetCallback(C1) in step.actions


def test_a_caller_who_is_still_on_the_line_after_a_crash_is_a_caller_again():
    s = keeping()
    promised(s, 5, "c1")
    papers = s.call("c1").papers()
    s = after_death(s, 20)
    found = FoundCall(C1, FoundState.IN_FALLBACK, "0850000", "0701740605", papers)
    step = s.at(21, listed(20.9, calls=(found,)))
    assert ForgetCallback(C1) in step.actions
    assert s.call("c1").state is CallState.AWAY
    s.at(22, CallResumed(C1, "0850000", "0701740605", papers))
    assert (s.call("c1").state, s.call("c1").entered_at_ms) == (CallState.WAITING, 5_000)


def test_a_list_of_callers_says_nothing_about_those_who_are_to_be_rung():
    s = bench()
    let_go(s, 5, "c1")
    step = s.at(30, listed(29.9))
    assert not ended(step)
    assert s.call("c1").state is CallState.PROMISED


def test_a_ring_that_the_list_does_not_show_is_over():
    s = bench(("anna", "bo"))
    let_go(s, 5, "c1")
    s.staff(20, "anna")
    s.at(22, LinkLost("reset"))
    s.staff(23, "bo")
    step = s.at(31, listed(30.9))
    assert callbacks(step)
    assert s.call("c1").state is CallState.CALLBACK_OFFERED


def test_a_second_hang_up_of_a_caller_who_has_gone_means_nothing():
    s = bench()
    let_go(s, 5, "c1")
    assert late(s.at(20, CallerHungUp(C1))) == ["CallerHungUp"]
    assert s.call("c1").state is CallState.PROMISED
    s.staff(20, "anna")
    accept(s, 25)
    s.at(40, CitizenReached(C1, offer_of(s)))
    assert late(s.at(60, CallerHungUp(C1))) == ["CallerHungUp"]
    assert s.call("c1").state is CallState.TALKING


def test_papers_without_a_known_right_wait_until_somebody_is_alarmed():
    s = keeping()
    let_go(s, 5, "c1")
    s.kept[C1] = replace(pending_of(s), clearance=Clearance("?"))
    s = after_death(s, 100)
    s.staff(100, "anna")
    assert not callbacks(s.at(101, listed(100.9)))
    assert entries(s.at(20_000), CallbackOverdue)


def test_a_session_that_comes_back_while_the_promise_is_made_goes_on_waiting():
    s = bench()
    promised(s, 5, "c1")
    s.at(8, CallResumed(C1, "0850000", "0701740605", Papers()))
    assert s.call("c1").state is CallState.WAITING
    assert s.call("c1").promise is None
