"""What a waiting caller hears of place and wait, and what the keys in the line mean."""

from dataclasses import replace

import pytest

from queues.estimate import FEWEST_JUDGED, FEWEST_TRIED, MINUTE_MS
from queues.ids import CallId, Clearance, PromptId, QueueId
from routing.actions import HoldMusic, Say
from routing.events import CallerHungUp, DigitsEntered, PromptFinished
from routing.plan import CallbackRules, OpenHours, PlanStep, TargetKind, WaitingRules
from routing.waiting import KEYS_HEARD
from tests.kernel.centre import Bench, agent, ended, late, plan_of, queue, said

OWN = (PlanStep(0, TargetKind.OWN),)
STILL = (PromptId("vantar"),)
OFFER = (PromptId("tryck_5"),)
PLACE_AND_KEYS = WaitingRules(
    position=True,
    estimate=True,
    repeat_key="*",
    human_key="0",
    human=QueueId("ovrigt"),
    callback_key="5",
    callback_prompts=OFFER,
)
FIRST, SECOND = ("ko_du_ar_forst",), ("ko_du_ar_nummer", "tal_2", "ko_i_kon")


def house(*, agents=(), callback=None, other=(), **rules):
    """Two queues: bygg (key 1) as the test says, ovrigt (key 2), where a person is always reached."""
    rules = {"steps": OWN, "waiting_prompts": STILL, "waiting": PLACE_AND_KEYS, "callback": callback} | rules
    return plan_of(
        [agent("anna", bygg=2), agent("olle", ovrigt=2), *agents],
        [queue("bygg", **rules), *other, queue("ovrigt", steps=OWN, waiting=replace(PLACE_AND_KEYS, human_key=""))],
    )


def waiting(*calls, plan=None, every_s=1):
    """Nobody is there; these calls stand in the line of bygg, a second apart."""
    b = Bench(plan or house())
    for n, call in enumerate(calls):
        b.arrive(n * every_s, call, "1")
    return b


def press(b, seconds, call, *keys):
    return b.at(seconds, *(DigitsEntered(CallId(call), key) for key in keys))


def heard(step, call):
    """The last that this caller is made to hear."""
    return [a for a in step.actions if a.call == call and isinstance(a, Say | HoldMusic)][-1]


# ── the place ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_place_is_said_within_ten_seconds_and_then_every_fifty():
    b = waiting("c1", "c2")
    assert said(b.at(10)) == [FIRST]
    assert said(b.at(11)) == [SECOND]
    assert said(b.at(59)) == []
    assert said(b.at(61)) == [FIRST, SECOND]
    b.at(62, CallerHungUp(CallId("c1")))
    assert said(b.at(111)) == [FIRST]


def test_the_place_counts_those_before_in_the_same_line_only():
    b = waiting("c1")
    b.arrive(1, "x", "2")
    b.arrive(2, "c2", "1")
    assert heard(b.at(12), "c2").prompts == SECOND


def test_a_place_is_never_said_worse_than_before():
    """The one before, for whom a phone rang, is back: what is said is that the caller still waits."""
    b = waiting("c1", "c2", plan=house(agents=[agent("bo", bygg=2)]))
    b.staff(2, "bo")
    assert heard(b.at(11), "c2").prompts == FIRST
    b.at(22)
    assert b.call("c1").state == "waiting"
    step = b.at(61)
    assert heard(step, "c1").prompts == FIRST
    assert heard(step, "c2").prompts == STILL


def test_no_place_is_said_that_priorities_can_break():
    urgent = queue("akut", priority=5)
    b = waiting("c1", plan=house(other=(urgent,)))
    assert said(b.at(10)) == [STILL]


def test_the_first_in_rank_are_told_their_place():
    b = waiting("c1", plan=house(priority=9))
    assert said(b.at(10)) == [FIRST]


def test_without_place_and_wait_the_old_words_are_said_and_no_key_is_listened_to():
    b = waiting("c1", plan=house(waiting=WaitingRules()))
    step = b.at(10)
    assert said(step) == [STILL]
    assert heard(step, "c1").keys == ""


# ── the wait ────────────────────────────────────────────────────────────────────────────────────────────────────
def proven(b, foreseen_ms, share=100, times=FEWEST_JUDGED + FEWEST_TRIED):
    """The line's forecasts of this size have come true so many times."""
    record = b.kernel.centre.forecasts._records[QueueId("bygg")]
    for _ in range(times):
        record.judge(record.forecast(foreseen_ms, 200), foreseen_ms * share // 100)


def paced(b, each_s):
    """Each place in the line takes so long."""
    pace = b.kernel.centre.forecasts._paces[QueueId("bygg")]
    pace.per_taking_ms = lambda _now: each_s * 1000


def test_a_proven_wait_is_said_after_the_place_as_an_interval():
    b = waiting(*[f"c{n}" for n in range(30)], every_s=0.01)
    paced(b, 12)
    proven(b, 6 * MINUTE_MS)
    (step,) = [s for s in said(b.at(10.5)) if "tal_30" in s]
    assert step == (
        *("ko_du_ar_nummer", "tal_30", "ko_i_kon"),
        *("ko_vantetid_mellan", "tal_4", "och", "tal_8", "minuter"),
    )


def test_an_unproven_wait_is_not_said():
    b = waiting(*[f"c{n}" for n in range(30)], every_s=0.01)
    paced(b, 12)
    assert not any("minuter" in words for words in said(b.at(10.5)))


def test_an_interval_that_has_not_been_tried_is_not_said():
    b = waiting(*[f"c{n}" for n in range(30)], every_s=0.01)
    paced(b, 12)
    proven(b, 6 * MINUTE_MS, times=FEWEST_JUDGED)
    assert not any("minuter" in words for words in said(b.at(10.5)))


def test_a_wait_that_is_foreseen_badly_is_not_said():
    b = waiting(*[f"c{n}" for n in range(30)], every_s=0.01)
    paced(b, 12)
    proven(b, 6 * MINUTE_MS, share=300)
    assert not any("minuter" in words for words in said(b.at(10.5)))


@pytest.mark.parametrize("each_s", [1])
def test_less_than_a_minute_is_not_said(each_s):
    b = waiting(*[f"c{n}" for n in range(30)], every_s=0.01)
    paced(b, each_s)
    proven(b, MINUTE_MS)
    assert not any({"minut", "minuter"} & set(words) for words in said(b.at(10.5)))


def test_what_was_foreseen_is_judged_when_the_call_is_answered():
    b = waiting("c1", plan=house())
    paced(b, 120)
    b.at(10)
    b.staff(100, "anna")
    b.answer(103, "c1")
    record = b.kernel.centre.forecasts._records[QueueId("bygg")]
    assert [one.share for one in record._judged[2]] == [93_000 * 100 // 120_000]


def test_nothing_is_kept_of_callers_who_are_gone():
    b = waiting("c1", "c2", "c3")
    b.at(12)
    for call in ("c1", "c2", "c3"):
        b.at(13, CallerHungUp(CallId(call)))
    assert b.kernel.centre.forecasts._pending == {}


# ── the keys ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_star_says_the_place_at_once():
    b = waiting("c1", "c2")
    assert said(press(b, 5, "c2", "*")) == [SECOND]


def test_the_music_goes_on_after_what_was_said_and_the_keys_with_it():
    b = waiting("c1")
    press(b, 5, "c1", "*")
    assert heard(b.at(8, PromptFinished(CallId("c1"))), "c1") == HoldMusic(CallId("c1"), "default", "*0")


def test_nought_leads_to_the_line_where_a_person_is_reached_with_the_time_kept():
    b = Bench(house())
    b.arrive(1, "c1", "1")
    b.arrive(2, "o1", "2")
    press(b, 5, "c1", "0")
    assert (b.call("c1").queue, b.call("c1").entered_at_ms) == ("ovrigt", 1_000)
    b.staff(7, "olle")
    assert b.call("c1").state == "offered"


def test_nought_keeps_a_confidential_call_where_somebody_may_hear_it():
    secret = house(clearance=Clearance("soc"), agents=[agent("siv", ["soc"], bygg=2)])
    b = waiting("c1", plan=secret)
    assert heard(b.at(10), "c1").keys == "*"
    assert late(press(b, 11, "c1", "0")) == ["DigitsEntered"]
    assert b.call("c1").queue == "bygg"


def test_nought_leads_to_no_closed_line():
    closed = replace(house().queues[QueueId("ovrigt")], hours=OpenHours((), ()))
    plan = house()
    b = waiting("c1", plan=replace(plan, queues={**plan.queues, QueueId("ovrigt"): closed}))
    assert said(press(b, 5, "c1", "0")) == [FIRST]
    assert b.call("c1").queue == "bygg"


def test_a_callback_is_offered_in_words_only_when_the_wait_is_long():
    plan = house(callback=CallbackRules(), waiting=replace(PLACE_AND_KEYS, estimate=False))
    b = waiting("c1", plan=plan)
    paced(b, 180)
    assert said(b.at(10)) == [FIRST]
    paced(b, 181)
    assert said(b.at(60)) == [FIRST + OFFER]


def test_no_callback_is_offered_where_nobody_rings_back():
    b = waiting("c1")
    paced(b, 600)
    step = b.at(10)
    assert said(step) == [FIRST]
    assert heard(step, "c1").keys == "*0"


def test_five_promises_a_callback():
    b = waiting("c1", plan=house(callback=CallbackRules(promised_prompts=(PromptId("vi_ringer"),))))
    step = press(b, 5, "c1", "5")
    assert said(step)[0][0] == "vi_ringer"
    assert b.call("c1").state == "promising"


def test_a_key_that_nobody_asked_for_is_late_and_changes_nothing():
    b = waiting("c1")
    step = press(b, 5, "c1", "7")
    assert late(step) == ["DigitsEntered"]
    assert step.actions == ()
    assert late(press(b, 6, "c1", "")) == ["DigitsEntered"]


@pytest.mark.fault("F53", "F54")
@pytest.mark.parametrize("key", ["*", "0", "5", "#"])
def test_a_thousand_keys_end_no_call_and_cost_no_place(key):
    b = waiting("c1", "c2")
    steps = [press(b, 5, "c2", key) for _ in range(1_000)]
    assert sum(len(step.actions) for step in steps) <= 3 * KEYS_HEARD
    assert not any(ended(step) for step in steps)
    assert b.call("c2").entered_at_ms == 1_000
    b.at(61)
    assert heard(press(b, 62, "c2", "*"), "c2").keys


@pytest.mark.fault("F53")
def test_keys_are_heard_again_after_a_storm_in_a_line_that_has_nothing_to_say():
    b = waiting("c1", plan=house(waiting_prompts=(), waiting=replace(PLACE_AND_KEYS, position=False, estimate=False)))
    for _ in range(KEYS_HEARD):
        step = press(b, 5, "c1", "*")
    assert heard(step, "c1").keys == ""
    step = b.at(60)
    assert heard(step, "c1") == HoldMusic(CallId("c1"), "default", "*0")
    assert not late(press(b, 61, "c1", "*"))
    assert b.at(150).actions == ()


# ── the offer ───────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("moment", ["said", "music", "key"])
def test_an_offer_is_made_in_the_step_that_finds_it_whatever_is_heard(moment):
    b = waiting("c1", "c2")
    if moment == "said":
        b.at(10)
    elif moment == "key":
        press(b, 9, "c1", "*")
    b.staff(10.5, "anna")
    assert b.call("c1").state == "offered"


def test_a_key_as_the_phone_rings_is_late():
    b = waiting("c1")
    b.staff(3, "anna")
    assert late(press(b, 4, "c1", "0")) == ["DigitsEntered"]
    assert b.call("c1").state == "offered"


def test_a_missed_ring_lets_the_caller_press_again():
    b = waiting("c1")
    b.staff(3, "anna")
    step = b.at(23)
    assert heard(step, "c1") == HoldMusic(CallId("c1"), "default", "*0")
    assert said(press(b, 24, "c1", "*")) == [FIRST]
