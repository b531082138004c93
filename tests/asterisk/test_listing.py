"""What the lists mean, beside what is known already (FAULTS.md F16, F24, F34; the found calls of F02 to F05)."""

from dataclasses import replace

import pytest

from ivr.asterisk.listing import (
    LIST_VARIABLES,
    Doubts,
    begin_listing,
    callers,
    doubts,
    talks_without_beginning,
    with_beginnings,
    world,
)
from ivr.asterisk.translate import Translator
from queues.agents import PhoneState
from queues.entries import TalkEnder
from queues.ids import NO_CLEARANCE, AgentId, CallId, Clearance, Instant, MenuId, OfferId, QueueId
from routing.events import (
    CallerHungUp,
    ConversationEnded,
    FoundCall,
    FoundState,
    OfferAnswered,
    OfferFailed,
    PhoneStateChanged,
    WorldListed,
)
from routing.papers import Papers
from tests.asterisk.ami_events import (
    CALL,
    CALLER,
    LEG,
    PAPERS,
    PHONE,
    answered_talk,
    device,
    dial_begin,
    enter,
    hangup,
    leg_row,
    status_row,
)

ANNA, BO = AgentId("anna"), AgentId("bo")
SEVEN = OfferId(7)
CALL_ID = CallId(CALL)
NOW = Instant(1_795_296_000_000)
IN_LINE = Papers(MenuId("huvudmeny"), QueueId("barn"), Instant(1_795_295_000_000), NO_CLEARANCE)
KNOWN_STRANGER = Doubts(strangers=frozenset({CALL_ID}))
WAITING = status_row(context="wait", variables=PAPERS)


def fresh():
    return Translator((ANNA, BO))


def listed(translator, *status, devices=(), before=KNOWN_STRANGER, heard=()):
    begin_listing(translator.book)
    for fields in heard:
        translator.event(fields)
    return world(translator, NOW, callers(translator, list(status)), list(devices), before)


def states(world_listed):
    return [found.state for found in world_listed.calls]


def in_session(*, offer=True, events=()):
    translator = fresh()
    translator.session_opened(CALL_ID)
    if offer:
        translator.offer_begun(CALL_ID, SEVEN, ANNA)
    for fields in events:
        translator.event(fields)
    return translator


def test_the_list_asks_for_papers_number_offer_and_whether_the_caller_is_withheld():
    for name in (*PAPERS, "TONVAL_NUMBER", "TONVAL_OFFER", "CALLERID(num-pres)"):
        assert name in LIST_VARIABLES.split(",")


class TestAfterARestartOfTheEngine:
    def test_a_caller_in_the_fail_open_dialplan_is_found_with_number_and_papers(self):
        found = FoundCall(CALL_ID, FoundState.IN_FALLBACK, "0853061000", "0701740605", IN_LINE)
        assert listed(fresh(), WAITING).calls == (found,)

    def test_a_ring_of_the_engine_before_us_is_found_with_its_offer_and_its_beginning(self):
        found = listed(fresh(), status_row(variables=PAPERS), leg_row("1795290000001", seconds="4")).calls[0]
        assert (found.state, found.agent, found.offer) == (FoundState.RINGING, ANNA, 1795290000001)
        assert found.since_ms == NOW - 4000

    def test_a_talk_is_found_when_both_are_in_one_bridge(self):
        found = listed(fresh(), status_row(variables=PAPERS, bridge="b"), leg_row(bridge="b")).calls[0]
        assert (found.state, found.agent, found.offer) == (FoundState.TALKING, ANNA, SEVEN)

    def test_a_talk_began_when_the_dialplan_says_and_never_after_the_list(self):
        for said, since in (("1795295999000", 1_795_295_999_000), ("1995295999000", NOW), ("", 0), ("x", 0)):
            row = status_row(bridge="b", variables={"TONVAL_ANSWERED_MS": said})
            assert listed(fresh(), row, leg_row(bridge="b")).calls[0].since_ms == since

    def test_the_ends_of_what_was_found_are_heard(self):
        ringing = fresh()
        listed(ringing, status_row(), leg_row())
        talking = fresh()
        listed(talking, status_row(bridge="b"), leg_row(bridge="b"))
        assert [type(e) for e in ringing.event(hangup(LEG, PHONE))] == [OfferFailed]
        assert talking.event(hangup(LEG, PHONE)) == [ConversationEnded(CALL_ID, SEVEN, TalkEnder.AGENT)]

    def test_a_ring_of_the_fail_open_queue_gets_a_negative_offer_and_keeps_it(self):
        translator = fresh()
        first = listed(translator, WAITING, leg_row("0")).calls[0]
        second = listed(translator, WAITING, leg_row("0")).calls[0]
        third = listed(translator, WAITING, leg_row("0", leg="tonval-1.9")).calls[0]
        assert (first.state, first.offer, second.offer, third.offer) == (FoundState.RINGING, -1, -1, -2)
        assert translator.event(enter("tonval-1.9", PHONE)) == []
        assert translator.event(enter(CALL, CALLER)) == [OfferAnswered(CALL_ID, OfferId(-2))]

    def test_an_unknown_clearance_stays_unknown_and_a_withheld_caller_withheld(self):
        hidden = {"CALLERID(num-pres)": "prohib_passed_screen"}
        found = listed(fresh(), status_row(context="wait", variables={"TONVAL_QUEUE": "barn", **hidden})).calls[0]
        assert found.papers.clearance == Papers().clearance
        assert found.caller == ""

    def test_a_secret_call_is_found_secret(self):
        papers = {**PAPERS, "TONVAL_CLEARANCE": "socialtjanst"}
        found = listed(fresh(), status_row(context="wait", variables=papers)).calls[0]
        assert found.papers.clearance == Clearance("socialtjanst")

    def test_a_caller_on_the_way_to_us_will_say_so_and_is_not_found(self):
        for context in ("from-trunk", "arrived", "engine", "resume"):
            assert listed(fresh(), status_row(context=context)).calls == ()

    def test_agents_own_calls_are_not_callers(self):
        private = status_row("tonval-1.5", None, "PJSIP/anna-00000005", context="from-phones")
        assert listed(fresh(), private, before=Doubts(strangers=frozenset({CallId("tonval-1.5")}))).calls == ()


class TestGhosts:
    def test_a_channel_that_has_hung_up_is_not_resurrected_however_often_it_is_listed(self):
        translator = in_session(offer=False, events=[hangup(CALL, CALLER)])
        for _ in range(3):
            assert listed(translator, WAITING).calls == ()

    def test_a_caller_who_was_only_taken_out_of_the_session_is_found_again(self):
        translator = in_session(offer=False)
        assert translator.hung_up(CALL_ID) == [CallerHungUp(CALL_ID)]
        assert listed(translator, WAITING, before=Doubts()).calls == ()
        assert states(listed(translator, WAITING)) == [FoundState.IN_FALLBACK]

    @pytest.mark.fault("F34")
    def test_a_call_that_nobody_knew_must_be_listed_twice(self):
        translator = fresh()
        begin_listing(translator.book)
        assert doubts(translator, callers(translator, [WAITING])) == KNOWN_STRANGER
        assert listed(translator, WAITING, before=Doubts()).calls == ()
        assert states(listed(translator, WAITING)) == [FoundState.IN_FALLBACK]

    def test_a_session_without_a_channel_is_disbelieved_at_the_second_list(self):
        translator = in_session(offer=False)
        begin_listing(translator.book)
        doubt = doubts(translator, {})
        assert doubt.missing == {CALL_ID}
        assert states(listed(translator, before=Doubts())) == [FoundState.IN_SESSION]
        assert listed(translator, before=doubt).calls == ()
        assert translator.book.calls == {}

    def test_a_call_outside_a_session_that_is_not_listed_is_gone(self):
        translator = fresh()
        listed(translator, WAITING)
        assert listed(translator).calls == ()
        assert translator.book.calls == {}


class TestListedWhileWeKnowMore:
    def test_a_call_that_arrived_after_the_list_was_asked_for_is_kept(self):
        translator = fresh()
        begin_listing(translator.book)
        translator.session_opened(CALL_ID)
        assert states(world(translator, NOW, {}, [])) == [FoundState.IN_SESSION]

    def test_a_call_whose_session_came_and_went_meanwhile_is_kept(self):
        translator = fresh()
        begin_listing(translator.book)
        translator.session_opened(CALL_ID)
        translator.session_closed(CALL_ID)
        assert states(world(translator, NOW, {}, [])) == [FoundState.IN_SESSION]

    def test_a_call_that_hung_up_after_the_list_was_asked_for_is_gone(self):
        assert listed(in_session(offer=False), status_row(), heard=[hangup(CALL, CALLER)]).calls == ()

    def test_an_offer_of_ours_whose_phone_does_not_ring_yet_is_ringing(self):
        found = listed(in_session(), status_row()).calls[0]
        assert (found.state, found.offer, found.agent) == (FoundState.RINGING, SEVEN, ANNA)

    def test_a_talk_whose_end_the_session_has_not_told_yet_goes_on(self):
        translator = in_session(events=[*answered_talk(), hangup(LEG, PHONE)])
        assert states(listed(translator, status_row())) == [FoundState.TALKING]

    def test_a_withdrawn_offer_is_not_ringing_and_its_phone_is_hung_up(self):
        translator = in_session()
        translator.offer_withdrawn(CALL_ID, SEVEN)
        assert states(listed(translator, status_row(), leg_row())) == [FoundState.IN_SESSION]
        assert translator.due_hangups == [LEG]

    def test_a_caller_between_session_and_dialplan_is_neither_lost_nor_fetched(self):
        translator = in_session(offer=False)
        translator.session_closed(CALL_ID)
        assert states(listed(translator, status_row(context="engine"))) == [FoundState.IN_SESSION]
        assert states(listed(translator, status_row(context="wait"))) == [FoundState.IN_FALLBACK]

    def test_a_phone_of_which_something_was_heard_since_keeps_it(self):
        translator = fresh()
        world_listed = listed(
            translator,
            devices=[device("anna", "NOT_INUSE"), device("bo", "NOT_INUSE")],
            heard=[device("anna", "INUSE")],
        )
        assert world_listed.phones == ((ANNA, PhoneState.BUSY), (BO, PhoneState.IDLE))


class TestLostEvents:
    @pytest.mark.fault("F24")
    def test_a_lost_answer_is_found_in_the_list_and_not_told_again(self):
        translator = in_session(events=[dial_begin()])
        found = listed(translator, status_row(bridge="b"), leg_row(bridge="b")).calls[0]
        assert (found.state, found.offer) == (FoundState.TALKING, SEVEN)
        assert translator.event(enter(CALL, CALLER)) == []
        assert translator.dial_ended(CALL_ID, SEVEN, "ANSWER", 16) == []
        assert translator.verdict_due(CALL_ID, SEVEN) == [ConversationEnded(CALL_ID, SEVEN, TalkEnder.AGENT)]

    @pytest.mark.fault("F24")
    def test_a_lost_ring_is_found_and_can_be_withdrawn(self):
        translator = in_session()
        listed(translator, status_row(), leg_row())
        assert translator.offer_withdrawn(CALL_ID, SEVEN) == LEG

    @pytest.mark.fault("F24")
    def test_a_phone_whose_change_was_lost_is_as_listed_and_unlisted_ones_unreachable(self):
        translator = fresh()
        translator.event(device("anna", "INUSE"))
        assert listed(translator, devices=[device("anna", "NOT_INUSE")]).phones == (
            (ANNA, PhoneState.IDLE),
            (BO, PhoneState.UNREACHABLE),
        )
        assert translator.event(device("anna", "NOT_INUSE")) == []
        assert translator.event(device("anna", "INUSE")) == [PhoneStateChanged(ANNA, PhoneState.BUSY)]


def test_listing_the_same_world_twice_is_the_same_world():
    rows = [status_row(variables=PAPERS, bridge="b"), leg_row(bridge="b")]
    translator = fresh()
    assert listed(translator, *rows) == listed(translator, *rows)


@pytest.mark.fault("F16")
def test_after_a_restart_of_asterisk_nothing_is_left_and_late_hang_ups_are_heard_once():
    translator = in_session(events=answered_talk())
    translator.session_closed(CALL_ID)
    assert listed(translator).calls == ()
    assert CallerHungUp(CALL_ID) not in translator.event(hangup(CALL, CALLER))


def test_an_offer_that_is_no_number_is_nobodys():
    for written in ("9" * 5000, "x", "-1", "0", ""):
        assert listed(fresh(), WAITING, leg_row(written)).calls[0].offer == -1


def test_rows_that_are_none_are_left_out():
    odd = [
        {"Response": "Success"},
        {"Event": "StatusComplete"},
        {"Event": "Status"},
        {"Event": "Status", "Uniqueid": "1"},
    ]
    assert listed(fresh(), *odd, devices=[{"Event": "DeviceStateChange"}, {"Response": "Success"}]).calls == ()


def test_a_talk_whose_beginning_was_looked_up_has_it_and_no_other_call_changes():
    talk = FoundCall(CALL_ID, FoundState.TALKING, "", "", Papers(), ANNA, SEVEN)
    noted, rings = replace(talk, since_ms=Instant(5)), replace(talk, state=FoundState.RINGING)
    before = WorldListed(Instant(9), (talk, noted, rings), ())
    assert talks_without_beginning(before) == [CALL_ID]
    assert with_beginnings(before, {}) == before
    found = with_beginnings(replace(before, calls=(talk,)), {CALL_ID: Instant(3)})
    assert found.calls == (replace(talk, since_ms=Instant(3)),)
