"""How a callback is written to Asterisk and read from it: fixed context, digits only, each thing once."""

from dataclasses import replace

import pytest

from ivr.asterisk.callback_wire import LISTS_WITHOUT, CallbackLegs, originate
from queues.entries import OfferResult, TalkEnder
from queues.ids import NO_CLEARANCE, AgentId, CallId, Clearance, Instant, OfferId, PromptId
from routing.actions import OfferCallback
from routing.callback_events import (
    CallbackAccepted,
    CitizenNotReached,
    CitizenReached,
    FoundCallback,
    FoundCallbackState,
)
from routing.events import ConversationEnded, OfferAnswered, OfferFailed

CALL, ANNA, OFFER = CallId("tonval-1.2"), AgentId("anna"), OfferId(7)
CHANNEL = "tonval-callback-7"
ACTION = OfferCallback(
    call=CALL,
    offer=OFFER,
    agent=ANNA,
    ring_ms=20_000,
    number="+46701740605",
    citizen_ring_ms=30_000,
    clearance=NO_CLEARANCE,
    ask=(PromptId("uppringning"), PromptId("bygg")),
    rung=(PromptId("ringer"),),
    not_reached=(PromptId("inget_svar"),),
    citizen=(PromptId("hej"),),
    house_language="sv",
    language="en",
)


def legs() -> CallbackLegs:
    known = CallbackLegs([ANNA])
    known.begun(ACTION)
    return known


def says(what: str, **more: str) -> dict[str, str]:
    return {"Event": "UserEvent", "UserEvent": "TonvalCallback", "Call": CALL, "Offer": "7", "What": what, **more}


def hangup(cause: str = "16") -> dict[str, str]:
    return {"Event": "Hangup", "Uniqueid": CHANNEL, "Linkedid": CHANNEL, "Cause": cause}


# ── what Asterisk is told ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.fault("S06")
def test_an_agent_is_rung_into_one_fixed_context_and_the_number_is_digits():
    told = originate(ACTION, "Kommunen")
    assert told is not None
    assert (told["Channel"], told["Context"], told["Exten"]) == ("PJSIP/anna", "callback", "s")
    assert "Application" not in told
    variables = dict(pair.split("=", 1) for pair in told["Variable"].split(",") if "(" not in pair)
    assert variables["TONVAL_CITIZEN"] == "+46701740605"
    assert variables["TONVAL_ASK"] == "tonval/sv/uppringning&tonval/sv/bygg"
    assert variables["TONVAL_HELLO"] == "tonval/en/hej", "the citizen's own language"
    assert told["CallerID"] == '"Kommunen" <+46701740605>'


def test_a_confidential_callback_shows_no_number_on_the_display():
    told = originate(replace(ACTION, clearance=Clearance("barn")), "Kommunen")
    assert told is not None
    assert told["CallerID"] == '"Kommunen" <>'
    assert "TONVAL_NEEDS=barn" in told["Variable"]


@pytest.mark.fault("S06")
@pytest.mark.parametrize(
    "odd",
    [
        {"number": "+46701740605@evil"},
        {"number": "+4790000000"},
        {"number": "0701740605"},
        {"number": "+46701740605,X=1"},
        {"number": ""},
        {"agent": AgentId("anna/n&PJSIP/x")},
        {"call": CallId("c,X=1")},
    ],
)
def test_what_is_odd_rings_nobody(odd):
    assert originate(replace(ACTION, **odd), "Kommunen") is None


# ── what is heard ───────────────────────────────────────────────────────────────────────────────────────────────
def test_a_whole_callback_is_told_step_by_step_each_once():
    known = legs()
    story = [says("asked"), says("asked"), says("accepted"), says("reached"), says("accepted"), says("ended"), hangup()]
    events = [event for fields in story for event in known.event(fields)]
    assert events == [
        OfferAnswered(CALL, OFFER),
        CallbackAccepted(CALL, OFFER),
        CitizenReached(CALL, OFFER),
        ConversationEnded(CALL, OFFER, TalkEnder.CALLER),
    ]


@pytest.mark.parametrize(
    ("before", "cause", "meant"),
    [
        ([], "19", OfferFailed(CALL, OFFER, OfferResult.NO_ANSWER)),
        ([], "17", OfferFailed(CALL, OFFER, OfferResult.BUSY)),
        ([], "21", OfferFailed(CALL, OFFER, OfferResult.DECLINED)),
        ([], "3", OfferFailed(CALL, OFFER, OfferResult.UNREACHABLE)),
        (["asked"], "16", OfferFailed(CALL, OFFER, OfferResult.DECLINED)),
        (["asked", "accepted"], "16", CitizenNotReached(CALL, OFFER, OfferResult.WITHDRAWN)),
        (["asked", "accepted", "reached"], "16", ConversationEnded(CALL, OFFER, TalkEnder.AGENT)),
    ],
)
def test_what_the_agents_hang_up_means_depends_on_how_far_it_had_come(before, cause, meant):
    known = legs()
    for what in before:
        known.event(says(what))
    assert known.event(hangup(cause)) == [meant]
    assert known.event(hangup(cause)) == []


@pytest.mark.parametrize(
    ("status", "result"), [("BUSY", OfferResult.BUSY), ("NOANSWER", OfferResult.NO_ANSWER), ("ANSWER", None)]
)
def test_why_the_citizen_was_not_reached(status, result):
    known = legs()
    known.event(says("accepted"))
    (event,) = known.event(says("missed", Status=status, Cause="16"))
    assert isinstance(event, CitizenNotReached)
    assert result is None or event.result is result


def test_what_was_withdrawn_says_nothing_any_more():
    known = legs()
    assert known.withdrawn(OFFER) == CHANNEL
    assert known.event(says("accepted")) == []
    assert known.event(hangup()) == []
    assert known.withdrawn(OfferId(8)) == ""


def test_a_phone_that_asterisk_could_not_ring_at_all():
    failed = {"Event": "OriginateResponse", "Response": "Failure", "Uniqueid": CHANNEL, "Reason": "0"}
    assert legs().event(failed) == [OfferFailed(CALL, OFFER, OfferResult.UNREACHABLE)]


@pytest.mark.parametrize("offer", ["", "8", "7;", "x"])
def test_words_about_no_callback_of_ours_mean_nothing(offer):
    assert legs().event({**says("reached"), "Offer": offer}) == []


# ── what is listed ──────────────────────────────────────────────────────────────────────────────────────────────
def row(phase: str = "accepted", agent: str = "anna") -> dict[str, str]:
    lines = [f"TONVAL_CALLBACK={CALL}", f"TONVAL_PHASE={phase}", "TONVAL_ANSWERED_MS=5000"]
    return {"Event": "Status", "Uniqueid": CHANNEL, "Channel": f"PJSIP/{agent}-0000002f", "Variable": "\n".join(lines)}


def test_an_engine_after_us_finds_the_callback_and_hears_how_it_goes_on():
    known = CallbackLegs([ANNA])
    assert known.found([row()]) == (FoundCallback(CALL, FoundCallbackState.CALLING, ANNA, OFFER, Instant(5000)),)
    assert known.event(says("reached")) == [CitizenReached(CALL, OFFER)]


def test_a_phone_that_was_just_asked_for_is_not_taken_for_silent():
    known = legs()
    ringing = FoundCallback(CALL, FoundCallbackState.RINGING, ANNA, OFFER)
    for _ in range(LISTS_WITHOUT - 1):
        assert known.found([]) == (ringing,)
    assert known.found([]) == ()


def test_a_stranger_who_calls_himself_a_callback_is_not_found():
    assert CallbackLegs([ANNA]).found([row(agent="trunk")]) == ()
