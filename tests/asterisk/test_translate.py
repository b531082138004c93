"""One talk, told whole, doubled, shuffled and with holes: the same for the caller each time (FAULTS.md F22-F24)."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.call_book import MAX_GONE, RememberedGone, offer_result
from ivr.asterisk.devices import endpoint
from ivr.asterisk.translate import WANTED_EVENTS, Translator
from queues.agents import PhoneState
from queues.entries import OfferResult, TalkEnder
from queues.ids import AgentId, CallId, OfferId
from routing.events import CallerHungUp, CallResumed, ConversationEnded, OfferAnswered, OfferFailed, PhoneStateChanged
from routing.papers import Papers
from tests.asterisk.ami_events import (
    CALL,
    CALLER,
    LEG,
    PHONE,
    answered_talk,
    contact,
    device,
    dial_begin,
    dial_end,
    enter,
    hangup,
    hangup_request,
    leave,
)

ANNA, BO = AgentId("anna"), AgentId("bo")
SEVEN, EIGHT = OfferId(7), OfferId(8)
CALL_ID = CallId(CALL)
ANSWERED = OfferAnswered(CALL_ID, SEVEN)
ENDED = ConversationEnded(CALL_ID, SEVEN, TalkEnder.AGENT)
GONE = CallerHungUp(CALL_ID)
BACK = CallResumed(CALL_ID, "0771710000", "0701740605", Papers())


def fresh(*, offer=SEVEN, agent=ANNA, in_session=True):
    translator = Translator((ANNA, BO))
    translator.session_opened(CALL_ID)
    if offer:
        translator.offer_begun(CALL_ID, offer, agent)
    if not in_session:
        translator.session_closed(CALL_ID)
    return translator


def told(translator, *events):
    return [said for fields in events for said in translator.event(fields)]


def test_a_talk_is_answered_once_and_ended_by_the_sessions_reply():
    translator = fresh()
    said = told(translator, *answered_talk(), hangup(LEG, PHONE))
    assert said == [ANSWERED]
    assert translator.dial_ended(CALL_ID, SEVEN, "ANSWER", 16) == [ENDED]
    assert translator.dial_ended(CALL_ID, SEVEN, "ANSWER", 16) == []


@pytest.mark.fault("F22")
def test_every_event_twice_says_the_same_as_once():
    events = [*answered_talk(), leave(LEG, PHONE), leave(CALL, CALLER), hangup(LEG, PHONE), hangup(CALL, CALLER)]
    assert told(fresh(), *[one for fields in events for one in (fields, fields)]) == told(fresh(), *events)


@pytest.mark.fault("F23")
@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_talk_has_begun_whatever_the_order_of_what_says_so(order):
    events = answered_talk()
    assert told(fresh(), *(events[i] for i in order), leave(CALL, CALLER)) == [ANSWERED]


@pytest.mark.fault("F24")
@pytest.mark.parametrize("lost", range(4))
def test_one_lost_event_never_hides_a_talk(lost):
    events = answered_talk()
    del events[lost]
    assert told(fresh(), *events) == [ANSWERED]


def test_a_talk_of_which_nothing_was_seen_has_been_answered_before_it_ended():
    translator = fresh()
    assert translator.dial_ended(CALL_ID, SEVEN, "ANSWER", 16) == [ANSWERED, ENDED]
    assert told(translator, *answered_talk()) == []


def test_what_is_heard_late_of_one_offer_is_not_taken_for_the_next():
    translator = fresh()
    translator.event(dial_begin())
    translator.dial_ended(CALL_ID, SEVEN, "ANSWER", 16)
    translator.verdict_due(CALL_ID, SEVEN)
    translator.offer_begun(CALL_ID, EIGHT, BO)
    assert told(translator, dial_end(), enter(LEG, PHONE), enter(CALL, CALLER), leave(CALL, CALLER)) == []
    assert told(translator, dial_begin(leg="9", phone="PJSIP/bo-00000009"), enter(CALL, CALLER)) == [
        OfferAnswered(CALL_ID, EIGHT)
    ]


def test_a_ring_heard_of_when_it_is_long_over_is_not_taken_for_the_next_offer_to_the_same_phone():
    translator = fresh()
    told(translator, dial_begin(), hangup(LEG, PHONE))
    translator.dial_ended(CALL_ID, SEVEN, "NOANSWER", 16)
    translator.offer_begun(CALL_ID, EIGHT, ANNA)
    translator.event(dial_begin())
    assert translator.offer_withdrawn(CALL_ID, EIGHT) == ""


@pytest.mark.fault("F22", "F23")
def test_a_hang_up_is_final_and_said_once_whoever_says_it_first():
    translator = fresh()
    assert told(translator, dial_begin(), hangup(CALL, CALLER), hangup(CALL, CALLER)) == [GONE]
    assert translator.hung_up(CALL_ID) == []
    assert told(translator, *answered_talk(), leave(CALL, CALLER), hangup(LEG, PHONE)) == []
    assert not translator.session_opened(CALL_ID)
    assert translator.dial_ended(CALL_ID, SEVEN, "ANSWER", 16) == []


@pytest.mark.parametrize("in_order", [True, False])
def test_a_talk_that_the_phone_ended_has_ended_so_whichever_end_is_told_first(in_order):
    translator = fresh(in_session=False)
    ends = [hangup(LEG, PHONE), hangup(CALL, CALLER)]
    said = told(translator, *answered_talk(), hangup_request(LEG, PHONE), *(ends if in_order else reversed(ends)))
    assert said == [ANSWERED, ENDED, GONE]


def test_a_hang_up_that_the_session_saw_first_is_not_said_again():
    translator = fresh()
    assert translator.hung_up(CALL_ID) == [GONE]
    assert told(translator, hangup(CALL, CALLER)) == []


def test_a_call_that_we_ended_hangs_up_without_a_word():
    translator = fresh(offer=None)
    translator.ended_by_us(CALL_ID)
    assert told(translator, hangup(CALL, CALLER)) == []


def test_what_happens_to_calls_of_others_says_nothing_about_ours():
    translator = Translator((ANNA, BO))
    private = "tonval-1.5"
    events = [
        dial_begin(private, "tonval-1.6", "PJSIP/bo-00000006") | {"Channel": "PJSIP/anna-00000005"},
        enter(private, "PJSIP/anna-00000005", private),
        hangup(private, "PJSIP/anna-00000005", private),
    ]
    assert told(translator, *events) == []
    assert not translator.resync_wanted


class TestWithdrawal:
    def test_the_phone_that_rings_is_named(self):
        translator = fresh()
        translator.event(dial_begin())
        assert translator.offer_withdrawn(CALL_ID, SEVEN) == LEG

    def test_the_phone_that_does_not_ring_yet_is_named_as_soon_as_it_does(self):
        translator = fresh()
        assert translator.offer_withdrawn(CALL_ID, SEVEN) == ""
        translator.event(dial_begin())
        assert translator.due_hangups == [LEG]

    def test_nothing_is_said_of_it_any_more(self):
        translator = fresh()
        translator.event(dial_begin())
        translator.offer_withdrawn(CALL_ID, SEVEN)
        assert told(translator, *answered_talk(), hangup(LEG, PHONE)) == []
        assert translator.dial_ended(CALL_ID, SEVEN, "NOANSWER", 16) == []

    def test_the_next_offer_is_heard_of_while_the_old_phone_still_dies(self):
        translator = fresh()
        translator.event(dial_begin())
        translator.offer_withdrawn(CALL_ID, SEVEN)
        translator.offer_begun(CALL_ID, EIGHT, BO)
        assert told(translator, dial_end("NOANSWER"), hangup(LEG, PHONE)) == []
        assert translator.dial_ended(CALL_ID, SEVEN, "NOANSWER", 16) == []
        second = [
            dial_begin(leg="9", phone="PJSIP/bo-00000009"),
            enter("9", "PJSIP/bo-00000009"),
            enter(CALL, CALLER),
        ]
        assert told(translator, *second) == [OfferAnswered(CALL_ID, EIGHT)]


class TestWithoutASession:
    """The engine before us died while it rang or talked, or the fail-open queue rings."""

    def test_the_talk_ends_when_the_phone_is_gone(self):
        translator = fresh(in_session=False)
        said = told(translator, *answered_talk(), hangup_request(LEG, PHONE), leave(CALL, CALLER), hangup(LEG, PHONE))
        assert said == [ANSWERED, ENDED]
        assert told(translator, hangup(CALL, CALLER)) == [GONE]

    def test_a_caller_who_leaves_first_ends_it_alone(self):
        translator = fresh(in_session=False)
        told(translator, *answered_talk())
        ending = [hangup_request(CALL, CALLER), leave(CALL, CALLER), hangup(LEG, PHONE), hangup(CALL, CALLER)]
        assert told(translator, *ending) == [GONE]

    def test_a_ring_for_nothing_has_failed_when_the_phone_is_gone(self):
        translator = fresh(in_session=False)
        said = told(translator, dial_begin(), dial_end("NOANSWER"), hangup(LEG, PHONE, cause="0"))
        assert said == [OfferFailed(CALL_ID, SEVEN, OfferResult.NO_ANSWER)]

    def test_what_rang_or_talked_has_ended_when_the_caller_asks_for_an_engine_again(self):
        talked, rang, withdrawn = (fresh(in_session=False) for _ in range(3))
        told(talked, *answered_talk())
        told(rang, dial_begin())
        told(withdrawn, dial_begin())
        withdrawn.offer_withdrawn(CALL_ID, SEVEN)
        assert all(t.session_opened(CALL_ID) for t in (talked, rang, withdrawn))
        assert [t.caller_here(CALL_ID, BACK) for t in (talked, rang, withdrawn)] == [[], [], [BACK]]
        failed = OfferFailed(CALL_ID, SEVEN, OfferResult.NO_ANSWER)
        assert [t.caller_here_due(CALL_ID) for t in (talked, rang, withdrawn)] == [[ENDED, BACK], [failed, BACK], []]
        assert told(talked, hangup(LEG, PHONE)) == told(rang, hangup(LEG, PHONE)) == []

    def test_a_caller_who_asks_for_an_engine_before_the_phone_has_said_why_is_told_of_after_its_word(self):
        translator = fresh(in_session=False)
        translator.event(dial_begin())
        translator.session_opened(CALL_ID)
        assert translator.caller_here(CALL_ID, BACK) == []
        said = told(translator, hangup_request(LEG, PHONE, TechCause="486"), hangup(LEG, PHONE))
        assert said == [OfferFailed(CALL_ID, SEVEN, OfferResult.BUSY), BACK]
        assert translator.caller_here_due(CALL_ID) == []

    def test_a_phone_that_the_session_rings_meanwhile_rings_on(self):
        translator = fresh(in_session=False)
        translator.event(dial_begin())
        translator.session_opened(CALL_ID)
        translator.caller_here(CALL_ID, BACK)
        translator.offer_withdrawn(CALL_ID, SEVEN)
        translator.offer_begun(CALL_ID, EIGHT, BO)
        assert told(translator, hangup(LEG, PHONE)) == [BACK]
        assert translator.book.named(CALL_ID, EIGHT) is not None

    def test_one_whose_session_ends_meanwhile_is_not_here(self):
        translator = fresh(in_session=False)
        translator.event(dial_begin())
        translator.session_opened(CALL_ID)
        translator.caller_here(CALL_ID, BACK)
        translator.session_closed(CALL_ID)
        assert translator.caller_here_due(CALL_ID) == []
        assert told(translator, hangup(LEG, PHONE)) == [OfferFailed(CALL_ID, SEVEN, OfferResult.NO_ANSWER)]

    def test_a_ring_that_nobody_told_us_of_asks_for_a_list(self):
        translator = fresh(offer=None, in_session=False)
        assert told(translator, dial_begin()) == []
        assert translator.resync_wanted


@pytest.mark.fault("F38")
@pytest.mark.parametrize(
    ("status", "cause", "said", "result"),
    [
        ("NOANSWER", 0, "", OfferResult.NO_ANSWER),
        ("NOANSWER", 17, "", OfferResult.NO_ANSWER),
        ("NOANSWER", 16, "487", OfferResult.NO_ANSWER),
        ("BUSY", 17, "486", OfferResult.BUSY),
        ("BUSY", 17, "", OfferResult.BUSY),
        ("BUSY", 17, "600", OfferResult.BUSY),
        ("CHANUNAVAIL", 21, "603", OfferResult.DECLINED),
        ("CHANUNAVAIL", 21, "", OfferResult.DECLINED),
        ("CHANUNAVAIL", 21, "403", OfferResult.UNREACHABLE),
        ("CHANUNAVAIL", 3, "404", OfferResult.UNREACHABLE),
        ("CHANUNAVAIL", 20, "", OfferResult.UNREACHABLE),
        ("NOANSWER", 19, "480", OfferResult.UNREACHABLE),
        ("CONGESTION", 38, "503", OfferResult.UNREACHABLE),
        ("CONGESTION", 38, "500", OfferResult.UNREACHABLE),
    ],
)
def test_no_answer_busy_declined_and_unreachable_are_told_apart(status, cause, said, result):
    assert offer_result(status, cause, said) is result


def test_the_phones_own_refusal_is_heard_before_the_sessions_reply():
    translator = fresh()
    told(translator, dial_begin(), hangup_request(LEG, PHONE, Cause="21", TechCause="403"))
    assert translator.dial_ended(CALL_ID, SEVEN, "CHANUNAVAIL", 21) == [
        OfferFailed(CALL_ID, SEVEN, OfferResult.UNREACHABLE)
    ]


@pytest.mark.parametrize(("said", "result"), [("480", OfferResult.UNREACHABLE), ("", OfferResult.NO_ANSWER)])
def test_the_phones_own_word_is_waited_for_where_asterisk_calls_its_fault_no_answer(said, result):
    translator = fresh()
    translator.event(dial_begin())
    assert translator.dial_ended(CALL_ID, SEVEN, "NOANSWER", 19) == []
    events = [hangup_request(LEG, PHONE, TechCause=said), hangup(LEG, PHONE), hangup(LEG, PHONE)]
    assert told(translator, *events) == [OfferFailed(CALL_ID, SEVEN, result)]
    assert translator.verdict_due(CALL_ID, SEVEN) == []


def test_a_phones_word_that_never_comes_is_not_waited_for_for_ever():
    translator = fresh()
    assert translator.dial_ended(CALL_ID, SEVEN, "CHANUNAVAIL", 21) == []
    assert translator.verdict_due(CALL_ID, SEVEN) == [OfferFailed(CALL_ID, SEVEN, OfferResult.DECLINED)]
    assert told(translator, dial_begin(), hangup_request(LEG, PHONE, TechCause="403"), hangup(LEG, PHONE)) == []


def test_what_no_phone_said_is_known_at_once():
    translator = fresh()
    assert translator.dial_ended(CALL_ID, SEVEN, "CHANUNAVAIL", 20) == [
        OfferFailed(CALL_ID, SEVEN, OfferResult.UNREACHABLE)
    ]


def test_an_offer_withdrawn_while_the_phones_word_is_awaited_says_nothing():
    translator = fresh()
    translator.event(dial_begin())
    translator.dial_ended(CALL_ID, SEVEN, "NOANSWER", 19)
    translator.offer_withdrawn(CALL_ID, SEVEN)
    translator.offer_begun(CALL_ID, EIGHT, BO)
    bos = dial_begin(leg="9", phone="PJSIP/bo-00000009")
    assert told(translator, bos, enter(CALL, CALLER)) == [OfferAnswered(CALL_ID, EIGHT)]
    assert told(translator, hangup(LEG, PHONE)) == []
    assert translator.verdict_due(CALL_ID, SEVEN) == []
    translator.dial_ended(CALL_ID, EIGHT, "ANSWER", 16)
    translator.verdict_due(CALL_ID, EIGHT)
    assert list(translator.book.offers(CALL_ID)) == []


@pytest.mark.fault("F48")
class TestDeadAir:
    """A phone that sends no packet is hung up by Asterisk, without a word of its own, for cause 44."""

    def talking(self):
        translator = fresh()
        told(translator, dial_begin(), dial_end(), enter(LEG, PHONE), enter(CALL, CALLER))
        return translator

    def ended(self, by):
        return [ConversationEnded(CALL_ID, SEVEN, by)]

    def test_a_phone_that_was_given_up_is_told_apart_from_one_that_hung_up(self):
        translator = self.talking()
        assert translator.dial_ended(CALL_ID, SEVEN, "ANSWER", 16) == []
        assert told(translator, {**hangup(LEG, PHONE), "Cause": "44"}) == self.ended(TalkEnder.NO_SOUND)

    def test_whichever_is_heard_first(self):
        translator = self.talking()
        assert told(translator, {**hangup(LEG, PHONE), "Cause": "44"}) == []
        assert translator.dial_ended(CALL_ID, SEVEN, "ANSWER", 16) == self.ended(TalkEnder.NO_SOUND)

    def test_a_phone_that_hung_up_by_itself_is_not_waited_for(self):
        translator = self.talking()
        told(translator, {"Event": "HangupRequest", "Uniqueid": LEG, "Linkedid": CALL, "Channel": PHONE})
        assert translator.dial_ended(CALL_ID, SEVEN, "ANSWER", 16) == self.ended(TalkEnder.AGENT)

    def test_a_word_that_does_not_come_is_not_waited_for_long(self):
        translator = self.talking()
        assert translator.dial_ended(CALL_ID, SEVEN, "ANSWER", 16) == []
        assert translator.verdict_due(CALL_ID, SEVEN) == self.ended(TalkEnder.AGENT)
        assert told(translator, {**hangup(LEG, PHONE), "Cause": "44"}) == []

    def test_a_caller_who_leaves_meanwhile_has_left(self):
        translator = self.talking()
        translator.dial_ended(CALL_ID, SEVEN, "ANSWER", 16)
        assert translator.hung_up(CALL_ID) == [CallerHungUp(CALL_ID)]
        assert translator.verdict_due(CALL_ID, SEVEN) == []


class TestPhones:
    @pytest.mark.parametrize(
        ("said", "state"),
        [
            ("NOT_INUSE", PhoneState.IDLE),
            ("UNAVAILABLE", PhoneState.UNREACHABLE),
            ("INVALID", PhoneState.UNREACHABLE),
            ("UNKNOWN", PhoneState.UNREACHABLE),
            ("INUSE", PhoneState.BUSY),
            ("BUSY", PhoneState.BUSY),
            ("RINGING", PhoneState.BUSY),
            ("ONHOLD", PhoneState.BUSY),
        ],
    )
    def test_what_asterisk_calls_a_phone(self, said, state):
        assert told(Translator((ANNA,)), device("anna", said)) == [PhoneStateChanged(ANNA, state)]

    def test_only_a_change_is_news(self):
        events = [device("anna", "RINGING"), device("anna", "INUSE"), device("anna", "NOT_INUSE")]
        assert [said.state for said in told(Translator((ANNA,)), *events)] == [PhoneState.BUSY, PhoneState.IDLE]

    @pytest.mark.fault("F39")
    @pytest.mark.parametrize("status", ["Unreachable", "Removed"])
    def test_a_phone_that_is_lost_while_it_rings_is_unreachable_and_may_come_back(self, status):
        translator = fresh()
        assert told(translator, device("anna", "RINGING"), dial_begin(), contact("anna", status)) == [
            PhoneStateChanged(ANNA, PhoneState.BUSY),
            PhoneStateChanged(ANNA, PhoneState.UNREACHABLE),
        ]
        translator.offer_withdrawn(CALL_ID, SEVEN)
        assert told(translator, device("anna", "NOT_INUSE")) == [PhoneStateChanged(ANNA, PhoneState.IDLE)]

    @pytest.mark.parametrize("before", [[], [dial_begin(), *answered_talk()]])
    def test_what_becomes_of_a_contact_otherwise_is_left_to_the_device(self, before):
        translator = fresh()
        told(translator, *before)
        if not before:
            translator.offer_withdrawn(CALL_ID, SEVEN)
        assert told(translator, contact("anna", "Removed"), contact("anna", "Reachable"), contact("x", "Removed")) == []

    def test_what_is_no_agents_phone_is_nobodys(self):
        assert told(Translator((ANNA,)), device("trunk", "INUSE"), {**device("x", "BUSY"), "Device": "Queue:q"}) == []


@pytest.mark.parametrize("name", sorted(WANTED_EVENTS))
@pytest.mark.parametrize(
    "missing", ["Uniqueid", "Linkedid", "DestUniqueid", "DestChannel", "Channel", "Device", "State"]
)
def test_an_event_that_lacks_something_costs_nothing(name, missing):
    whole = {**dial_begin(), **device("anna", "NOT_INUSE"), "Event": name}
    del whole[missing]
    told(fresh(), whole)


def test_the_fail_open_dialplan_asks_for_a_list():
    for fields in ({"Event": "UserEvent", "UserEvent": "TonvalFallback"}, {"Event": "QueueCallerJoin"}):
        translator = Translator(())
        translator.event(fields)
        assert translator.resync_wanted


@pytest.mark.parametrize(
    ("channel", "name"),
    [
        ("PJSIP/anna-0000002f", "anna"),
        ("PJSIP/anna-lisa-0000002f", "anna-lisa"),
        ("PJSIP/anna-lisa", "anna-lisa"),
        ("PJSIP/anna", "anna"),
        ("Local/x@y-00000001;1", ""),
        ("", ""),
    ],
)
def test_whose_channel_it_is(channel, name):
    assert endpoint(channel) == name


def test_only_so_many_channels_are_remembered_as_gone():
    gone = RememberedGone(most=3)
    assert [gone.add(name) for name in ("a", "b", "a", "c", "d")] == [True, True, False, True, True]
    assert "a" not in gone
    assert MAX_GONE > 1000


EVENTS = [
    *answered_talk(),
    dial_end("NOANSWER"),
    leave(LEG, PHONE),
    leave(CALL, CALLER),
    hangup_request(LEG, PHONE, TechCause="486"),
    hangup_request(CALL, CALLER),
    hangup(LEG, PHONE),
    hangup(CALL, CALLER),
]


@pytest.mark.fault("F23")
@given(st.lists(st.sampled_from(range(len(EVENTS))), max_size=30), st.booleans())
def test_no_order_raises_answers_twice_or_speaks_after_the_hang_up(order, in_session):
    translator = fresh(in_session=in_session)
    said = told(translator, *(EVENTS[i] for i in order))
    assert said.count(ANSWERED) <= 1
    assert said.count(GONE) <= 1
    assert GONE not in said[:-1]
    assert len([one for one in said if isinstance(one, OfferFailed | ConversationEnded)]) <= 1
    if EVENTS.index(hangup(CALL, CALLER)) in order:
        assert said[-1] == GONE
        assert translator.book.calls == {}
