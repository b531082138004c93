"""A partner's lines as Asterisk shows them and is told of them: one endpoint, one number, a mark nobody can make up."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.agi_opening import read_opening
from ivr.asterisk.devices import device_endpoint
from ivr.asterisk.listing import Doubts, begin_listing, callers, world
from ivr.asterisk.partner_wire import Marks, dial_argument, endpoint_of, lines_of, seat_read
from ivr.asterisk.plain import RenderError
from ivr.asterisk.render import render
from ivr.asterisk.translate import Translator
from ivr.config.house import House, PartnerLink
from ivr.config.secrets import ensure_secrets
from ivr.config.site import Site
from queues.agents import PhoneState
from queues.entries import OfferResult, TalkEnder
from queues.ids import AgentId, CallId, Instant, OfferId, PartnerId
from routing.actions import OfferToPartner
from routing.events import ConversationEnded, FoundState, OfferAnswered, OfferFailed, OfferRings, PhoneStateChanged
from routing.plan import Partner
from tests.asterisk.agi_peer import opening
from tests.asterisk.ami_events import (
    CALL,
    CALLER,
    LEG,
    PAPERS,
    device,
    dial_begin,
    dial_end,
    enter,
    leg_row,
    status_row,
)
from tests.asterisk.house import small_house

SVAR = PartnerId("svar")
TRUNK = "PJSIP/partner-svar-0000002f"
LINE_1, LINE_2 = AgentId("svar/1"), AgentId("svar/2")
CALL_ID, SEVEN = CallId(CALL), OfferId(7)


def house(**link) -> House:
    small = small_house()
    plan = replace(small.plan, partners={SVAR: Partner(SVAR, 2)})
    made = PartnerLink(SVAR, "Svar", **{"number": "+46851234567", "address": "sip.example:5062"} | link)
    return replace(small, plan=plan, partners={SVAR: made})


def fresh(seat=LINE_2):
    translator = Translator((AgentId("anna"),), lines_of(house().plan))
    translator.session_opened(CALL_ID)
    translator.offer_begun(CALL_ID, SEVEN, seat)
    return translator


def told(translator, *events):
    return [said for fields in events for said in translator.event(fields)]


class TestWhatAsteriskSays:
    def test_a_talk_on_a_line(self):
        translator = fresh()
        rings = {**dial_begin(phone=TRUNK), "Event": "DialState", "DialStatus": "RINGING"}
        said = told(translator, dial_begin(phone=TRUNK), rings, dial_end(phone=TRUNK), enter(LEG, TRUNK))
        assert said == [OfferRings(CALL_ID, SEVEN), OfferAnswered(CALL_ID, SEVEN)]
        assert told(translator, enter(CALL, CALLER), rings) == []
        assert translator.dial_ended(CALL_ID, SEVEN, "ANSWER", 16) == []
        over = translator.verdict_due(CALL_ID, SEVEN)
        assert over == [ConversationEnded(CALL_ID, SEVEN, TalkEnder.AGENT)]

    def test_an_answer_without_a_ring_has_come_through_when_the_whisper_begins(self):
        whisper = {"Event": "UserEvent", "UserEvent": "TonvalWhisper", "Uniqueid": LEG, "Linkedid": CALL}
        assert told(fresh(), dial_begin(phone=TRUNK), whisper) == [OfferRings(CALL_ID, SEVEN)]

    def test_a_persons_ring_is_nobodys_business(self):
        rings = {**dial_begin(), "Event": "DialState", "DialStatus": "RINGING"}
        assert told(fresh(AgentId("alma")), dial_begin(), rings) == []

    def test_a_partner_that_hangs_up_during_the_whisper_was_answered_and_is_over(self):
        translator = fresh()
        told(translator, dial_begin(phone=TRUNK))
        assert translator.dial_ended(CALL_ID, SEVEN, "ANSWER", 16) == []
        said = translator.verdict_due(CALL_ID, SEVEN)
        assert said == [OfferAnswered(CALL_ID, SEVEN), ConversationEnded(CALL_ID, SEVEN, TalkEnder.AGENT)]

    @pytest.mark.fault("F83")
    def test_a_partner_whose_server_gives_up_is_out_of_reach(self):
        translator = fresh()
        told(translator, dial_begin(phone=TRUNK))
        request = {"Event": "HangupRequest", "Uniqueid": LEG, "Linkedid": CALL, "Channel": TRUNK, "TechCause": "408"}
        told(translator, request)
        assert translator.dial_ended(CALL_ID, SEVEN, "CHANUNAVAIL", 18) == [
            OfferFailed(CALL_ID, SEVEN, OfferResult.UNREACHABLE)
        ]

    def test_a_line_that_talks_leaves_the_others_free_and_one_that_is_down_takes_all(self):
        translator = fresh()
        up = [PhoneStateChanged(line, PhoneState.IDLE) for line in (LINE_1, LINE_2)]
        assert told(translator, device("partner-svar", "NOT_INUSE"), device("partner-svar", "INUSE")) == up
        down = [PhoneStateChanged(line, PhoneState.UNREACHABLE) for line in (LINE_1, LINE_2)]
        assert told(translator, device("partner-svar", "UNAVAILABLE")) == down

    def test_a_devices_name_is_taken_whole(self):
        assert device_endpoint("PJSIP/partner-deadbeef") == "partner-deadbeef"

    def test_a_talk_of_an_engine_before_us_is_found_on_its_line(self):
        translator = Translator((AgentId("anna"),), lines_of(house().plan))
        leg = leg_row("1795290000001", bridge="b", name=TRUNK)
        leg["Variable"] += "\nTONVAL_SEAT=svar/2"
        begin_listing(translator.book)
        rows = [status_row(variables=PAPERS, bridge="b"), leg]
        devices = [device("partner-svar", "INUSE")]
        doubts = Doubts(strangers=frozenset({CALL_ID}))
        found = world(translator, Instant(1_795_296_000_000), callers(translator, rows), devices, doubts)
        assert [(c.state, c.agent) for c in found.calls] == [(FoundState.TALKING, LINE_2)]
        assert (LINE_1, PhoneState.IDLE) in found.phones

    @pytest.mark.parametrize("written", ["", "svar/0", "other/1", "svar/1\n", "svar", "svar/1/2"])
    def test_a_leg_that_says_no_line_of_this_partner_is_no_line_we_know(self, written):
        assert seat_read("partner-svar", written) == "svar/0"
        assert seat_read("anna", written) == "anna"


class TestWhatAsteriskIsTold:
    MADE = OfferToPartner(CALL_ID, SEVEN, LINE_2, 25_100, "lugn", (), "sv")

    def test_the_endpoint_and_never_a_number_is_dialled_and_no_side_gets_a_feature(self):
        mark = Marks("k").of(CALL_ID)
        argument = dial_argument(self.MADE, mark, "m(lugn)", ["tonval/sv/a", "tonval/sv/b"])
        assert argument == (
            f"PJSIP/partner-svar,26,giS(7200)m(lugn)b(to-partner-svar^s^1(7^svar/2^{mark}))"
            "U(partner-whisper^tonval/sv/a&tonval/sv/b)"
        )
        options = argument.split(",")[2]
        assert not set("tTkKhHxX") & set(options.partition("m(")[0])

    @pytest.mark.fault("S06")
    @pytest.mark.parametrize(
        "seat", ["+4690011111/1", "svar", "svar/0", "svar/1,60", "a)b(x/1", "svar/1&PJSIP/x/1", ""]
    )
    def test_what_is_no_line_is_not_dialled(self, seat):
        assert dial_argument(replace(self.MADE, agent=AgentId(seat)), "", "", []) is None

    @given(st.text(max_size=60))
    def test_a_mark_that_is_none_of_ours_is_never_an_argument(self, mark):
        argument = dial_argument(self.MADE, mark, "", [])
        assert argument is None or mark == "" or Marks("x").read(mark) == "" or mark in argument

    def test_a_partner_has_one_endpoint_that_nobody_can_call_in_on(self, tmp_path):
        files = render(house(), Site(tmp_path), ensure_secrets(tmp_path / "s", small_house().people))
        pjsip = files["pjsip.conf"]
        assert "contact = sip:+46851234567@sip.example:5062" in pjsip
        section = pjsip.split("[partner](!)")[1].split("\n[")[0]
        assert "context = from-partner" in section
        assert "identify_by = ip" in section
        assert "endpoint = partner-svar" not in pjsip  # no `identify` leads to it
        assert "+46851234567" not in files["extensions.conf"]
        empty = files["extensions.conf"].split("[from-partner]")[1].split("\n[")[0]
        assert "exten" not in empty

    @pytest.mark.parametrize("bad", [{"number": "+468;x"}, {"address": "a b"}, {"address": "x:99999;y"}])
    def test_what_could_mean_something_else_is_refused(self, bad, tmp_path):
        with pytest.raises(RenderError):
            render(house(**bad), Site(tmp_path), ensure_secrets(tmp_path / "s", small_house().people))


@pytest.mark.fault("F84")
class TestMarks:
    def test_ours_is_read_and_nobody_elses(self):
        ours = Marks("secret")
        assert ours.read(ours.of(CALL_ID)) == CALL_ID
        assert Marks("secret").read(ours.of(CALL_ID)) == CALL_ID  # an engine after us
        assert Marks("other").read(ours.of(CALL_ID)) == ""

    @given(st.text(max_size=120))
    def test_what_is_made_up_is_nothing(self, text):
        ours = Marks("secret")
        assert ours.read(text) == ""
        assert ours.read(f"{CALL_ID}={text}") == ""

    def test_a_mark_comes_with_the_opening_and_a_strange_one_does_not(self):
        mark = Marks("k").of(CALL_ID)
        assert read_opening(opening(mark=mark).removesuffix(b"\n\n")).mark == mark
        assert read_opening(opening(mark="x y").removesuffix(b"\n\n")).mark == ""


def test_endpoints_are_told_apart():
    assert (endpoint_of(AgentId("anna")), endpoint_of(LINE_2)) == ("anna", "partner-svar")
    assert lines_of(house().plan) == {"partner-svar": (LINE_1, LINE_2)}
