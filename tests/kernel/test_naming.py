"""Looking for a person by name: typing, choosing, ringing them, and every way of not reaching them."""

import pytest

from queues.agents import AgentState, PhoneState
from queues.entries import OfferEnded, OfferResult, TalkEnder
from queues.ids import AgentId, CallId, Clearance, QueueId
from queues.name_entries import NameSearched, PersonNotReached, PersonRung
from routing.actions import AskDigits, KeepPapers, OfferToAgent, RingPerson, WithdrawOffer
from routing.directory import NamingWords
from routing.events import (
    AgentLoggedOut,
    AgentPaused,
    CallArrived,
    CallerHungUp,
    CallResumed,
    ConversationEnded,
    LinkLost,
    MenuCut,
    OfferAnswered,
    OfferFailed,
    PhoneStateChanged,
    TransferRequested,
    WorldListed,
)
from routing.names import keypad
from routing.plan import CallbackRules, OpenHours
from tests.kernel.centre import agent, ended, late, plan_of, queue, said
from tests.kernel.directory import MANY, NamingBench, directory_of, listed, plan_with

C1 = CallId("c1")
WORDS = NamingWords()
ABERG = listed("Karin", "Åberg", phone="tel-200")
CARLSSON = listed("Bo", "Carlsson", phone="tel-201")
KARLSSON = listed("Jenny", "Karlsson", phone="tel-202")
STAFF = [agent("anna", ovrigt=2), agent("karin", ovrigt=3)]


def bench(*people, **rules):
    b = NamingBench(plan_with(*(people or (ABERG, CARLSSON, KARLSSON)), **rules))
    b.looks(0)
    return b


def rings(step):
    return [(a.phone, a.ring_ms) for a in step.actions if isinstance(a, RingPerson)]


def reached_not(step):
    return [e.why for e in step.entries if isinstance(e, PersonNotReached)]


def searched(step):
    return [(e.digits, e.found, e.meaning) for e in step.entries if isinstance(e, NameSearched)]


def state_of(b, call="c1"):
    found = b.call(call)
    return found.state.value if found else "ended"


class TestTyping:
    def test_the_instruction_is_said_and_the_papers_name_the_line_for_everything_else(self):
        b = bench()
        ask = b.step.actions[-1]
        assert ask == AskDigits(C1, WORDS.instruction, "sv", 1, 8_000, 8_000)
        kept = [a.papers for a in b.step.actions if isinstance(a, KeepPapers)][-1]
        assert (kept.queue, kept.clearance) == ("ovrigt", "")

    def test_between_keys_there_are_four_seconds_and_silence(self):
        b = bench()
        assert b.types(1, "22").actions == (AskDigits(C1, (), "sv", 1, 4_000, 4_000),)

    def test_who_is_meant_is_told_as_soon_as_it_is_one_person(self):
        b = bench()
        said_now = said(b.types(1, "223"))[-1]
        assert said_now == (*WORDS.found, *WORDS.before, ABERG.spoken, "avd", *WORDS.press[:1], *WORDS.or_wait)
        assert rings(b.types(2, "1")) == [("tel-200", 25_000)]

    def test_not_before_the_third_key_however_few_there_are(self):
        b = bench(ABERG)
        assert searched(b.types(1, "22")) == []
        assert searched(b.types(1, "3")) == [(3, 1, "one")]

    def test_who_types_on_is_not_taken_to_have_chosen(self):
        b = bench()
        assert ABERG.spoken in said(b.types(1, "223" + "74#"))[-1]
        assert state_of(b) == "naming"
        assert rings(b.types(2, "1")) == [("tel-200", 25_000)]

    def test_who_types_on_to_another_name_is_not_offered_the_first(self):
        b = bench()
        b.types(1, "223" + "9")
        assert b.step.actions == (AskDigits(C1, (), "sv", 1, 4_000, 4_000),)
        assert said(b.types(2, "#"))[-1] == WORDS.nothing + WORDS.instruction

    @pytest.mark.parametrize("end", ["#", "."])
    def test_both_spellings_are_told_as_typed_first(self, end):
        b = bench()
        heard = said(b.types(1, keypad("Karlsson") + end))[-1]
        assert [p for p in heard if p.startswith("namn-")] == [KARLSSON.spoken, CARLSSON.spoken]
        assert rings(b.types(2, "2")) == [("tel-201", 25_000)]

    def test_too_many_are_narrowed_by_the_first_name_once(self):
        b = bench(*(listed(first, last) for first, last in MANY))
        assert said(b.types(1, keypad("Bergman") + "#"))[-1] == WORDS.too_many
        heard = said(b.types(2, keypad("Ul")))[-1]
        assert [p for p in heard if p.startswith("namn-")] == ["namn-ulf_bergman"]

    def test_still_too_many_go_to_a_person(self):
        b = bench(*(listed(first, last) for first, last in MANY))
        b.types(1, "237#")
        assert searched(b.types(2, "4#")) == [(4, 8, "too_many")]
        assert (state_of(b), b.call("c1").queue) == ("waiting", "ovrigt")

    def test_a_whole_name_is_enough_where_longer_ones_begin_so(self):
        b = bench(*(listed(first, last) for first, last in MANY), listed("Eva", "Berg"))
        assert said(b.types(1, "2374#"))[-1].count("namn-eva_berg") == 1
        assert searched(b.step) == [(4, 1, "one")]

    def test_nobody_found_once_more_then_a_person(self):
        b = bench()
        assert said(b.types(1, "999#"))[-1] == WORDS.nothing + WORDS.instruction
        b.types(2, "999#")
        assert (state_of(b), b.call("c1").queue) == ("waiting", "ovrigt")
        assert ended(b.step) == []

    @pytest.mark.parametrize("keys", [".", "0", "220", "223.", "2230", "#" * 2, "1" * 61, "*" * 61, "1#*" * 30])
    def test_silence_zero_and_storms_reach_a_person(self, keys):
        b = bench()
        for key in keys:
            if state_of(b) == "naming":
                b.types(1, key)
        assert (state_of(b), b.call("c1").queue) == ("waiting", "ovrigt")

    def test_star_begins_anew(self):
        b = bench()
        assert said(b.types(1, "22*"))[-1] == WORDS.instruction
        assert ABERG.spoken in said(b.types(1, "223"))[-1]

    def test_one_is_no_letter_and_is_passed_over(self):
        b = bench()
        assert ABERG.spoken in said(b.types(1, "12213"))[-1]

    def test_what_was_typed_is_remembered_by_its_length_alone(self):
        b = bench()
        b.types(1, "999#")
        assert searched(b.step) == [(3, 0, "nobody")]

    def test_an_engine_that_stops_asks_nobody_again(self):
        b = bench()
        b.at(1, MenuCut(C1))
        assert (state_of(b), b.call("c1").queue) == ("waiting", "ovrigt")

    def test_who_hangs_up_has_left(self):
        b = bench()
        assert ended(b.at(1, CallerHungUp(C1))) == [("c1", "abandoned", "caller_hung_up")]


class TestWhereItDoesNotLead:
    def test_without_a_directory_the_key_leads_to_a_person(self):
        b = bench()
        b.replace_plan(1, plan_of(STAFF, [queue("bygg"), queue("ovrigt")]))
        b.types(2, "2")
        assert (state_of(b), b.call("c1").queue) == ("waiting", "ovrigt")
        b = NamingBench(plan_with())
        b.looks(0)
        assert (state_of(b), b.call("c1").queue) == ("waiting", "ovrigt")

    def test_nobody_is_put_through_to_a_name_with_a_confidential_call(self):
        secret = queue("ovrigt", clearance=Clearance("barn"))
        b = NamingBench(plan_with(ABERG, queues=[queue("bygg"), secret]))
        b.looks(0)
        assert (state_of(b), b.call("c1").clearance) == ("waiting", "barn")

    def test_a_queue_that_is_closed_is_said_to_be(self):
        closed = queue("ovrigt", hours=OpenHours((0,), (500,)), closed_prompts=("stangt",))
        b = NamingBench(plan_with(ABERG, queues=[queue("bygg"), closed]))
        b.looks(1)
        assert said(b.types(2, "."))[-1] == ("stangt",)

    def test_who_became_protected_meanwhile_is_neither_told_nor_rung(self):
        b = bench()
        b.types(1, "223")
        b.replace_plan(2, plan_with(CARLSSON, KARLSSON))
        assert ABERG.spoken not in sum(said(b.types(3, "*")), ())
        b.types(4, "1")
        assert (rings(b.step), state_of(b)) == ([], "waiting")


class TestRinging:
    def test_an_answer_is_a_talk_and_its_end_the_end(self):
        b = bench()
        b.types(1, "2231")
        offer = b.call("c1").offer
        assert [(e.offer, e.person, e.agent) for e in b.step.entries if isinstance(e, PersonRung)] == [
            (offer, ABERG.id, "")
        ]
        b.at(5, OfferAnswered(C1, offer))
        assert state_of(b) == "talking"
        assert ended(b.at(30, ConversationEnded(C1, offer, TalkEnder.AGENT))) == [("c1", "answered", "agent_hung_up")]

    def test_nobody_answers_in_time(self):
        b = bench()
        b.types(1, "2231")
        step = b.at(26)
        assert [type(a) for a in step.actions] == [WithdrawOffer, AskDigits]
        assert (said(step), reached_not(step)) == ([WORDS.no_answer + WORDS.only_wait], ["no_answer"])

    @pytest.mark.parametrize(
        ("result", "words"),
        [
            (OfferResult.BUSY, WORDS.busy),
            (OfferResult.DECLINED, WORDS.busy),
            (OfferResult.UNREACHABLE, WORDS.no_answer),
            (OfferResult.NO_ANSWER, WORDS.no_answer),
        ],
    )
    def test_why_not_is_said(self, result, words):
        b = bench()
        b.types(1, "2231")
        assert said(b.at(2, OfferFailed(C1, b.call("c1").offer, result))) == [words + WORDS.only_wait]

    def test_one_who_is_away_is_not_rung(self):
        b = bench(listed("Karin", "Åberg", phone="tel-1", absent_until_ms=50_000))
        assert (reached_not(b.types(1, "2231")), rings(b.step)) == (["absent"], [])
        b.at(60, CallerHungUp(C1))
        b.looks(61, "c2")
        assert rings(b.types(62, "2231", "c2")) == [("tel-1", 25_000)]

    def test_nor_one_outside_their_telephone_hours(self):
        b = bench(listed("Karin", "Åberg", phone="tel-1", hours=OpenHours((50_000,), (90_000,))))
        assert (reached_not(b.types(1, "2231")), rings(b.step)) == (["outside_hours"], [])

    def test_nor_one_without_a_phone(self):
        b = bench(listed("Karin", "Åberg"))
        assert reached_not(b.types(1, "2231")) == ["no_answer"]

    def test_a_phone_never_rings_for_two(self):
        b = bench()
        b.types(1, "2231")
        b.looks(2, "c2")
        assert reached_not(b.types(3, "2231", "c2")) == ["busy"]
        b.at(4, OfferAnswered(C1, b.call("c1").offer))
        b.types(5, ".", "c2")
        b.looks(6, "c3")
        assert reached_not(b.types(7, "2231", "c3")) == ["busy"]

    def test_an_answer_that_was_none_is_no_answer(self):
        b = bench()
        b.types(1, "2231")
        b.at(2, OfferAnswered(C1, b.call("c1").offer))
        step = b.at(3, ConversationEnded(C1, b.call("c1").offer, TalkEnder.AGENT))
        assert (state_of(b), said(step)) == ("naming", [WORDS.no_answer + WORDS.only_wait])

    def test_a_caller_who_leaves_silences_the_phone(self):
        b = bench()
        b.types(1, "2231")
        step = b.at(2, CallerHungUp(C1))
        assert [type(a) for a in step.actions] == [WithdrawOffer]
        assert ended(step) == [("c1", "abandoned", "caller_hung_up")]

    def test_a_late_word_about_an_old_ring_changes_nothing(self):
        b = bench()
        b.types(1, "2231")
        offer = b.call("c1").offer
        b.at(27)
        assert late(b.at(28, OfferAnswered(C1, offer))) == ["OfferAnswered"]
        assert state_of(b) == "naming"

    def test_without_the_link_nobody_is_rung_and_a_ring_ends_by_itself(self):
        b = bench()
        b.at(1, LinkLost("reset"))
        assert reached_not(b.types(2, "2231")) == ["no_answer"]
        b = bench()
        b.types(1, "2231")
        b.at(2, LinkLost("reset"))
        assert b.at(60).actions == ()
        assert state_of(b) == "connecting"
        b.at(61, OfferFailed(C1, b.call("c1").offer, OfferResult.NO_ANSWER))
        assert state_of(b) == "naming"

    def test_a_lost_session_goes_on_in_the_line_for_everything_else(self):
        for keys in ("22", "223", "2231"):
            b = bench()
            b.types(1, keys)
            b.at(2, CallResumed(C1, "0850000", "", b.call("c1").papers()))
            assert (state_of(b), b.call("c1").queue) == ("waiting", "ovrigt")


class TestSeats:
    """Somebody who takes calls here is rung through their seat, so never for two."""

    @staticmethod
    def bench(*there):
        b = NamingBench(plan_with(listed("Karin", "Åberg", agent=AgentId("karin"), phone="tel-1"), agents=STAFF))
        b.staff(0, *there)
        b.looks(1)
        return b

    def test_through_the_seat_and_then_wrap_up(self):
        b = self.bench("karin")
        step = b.types(2, "2231")
        assert [(a.agent, a.ring_ms) for a in step.actions if isinstance(a, OfferToAgent)] == [("karin", 25_000)]
        assert b.person("karin").state is AgentState.RINGING
        b.answer(3, "c1")
        assert b.person("karin").state is AgentState.TALKING
        b.agent_hangs_up(20, "c1")
        assert b.person("karin").state is AgentState.WRAP_UP

    def test_whoever_put_them_through_has_sent_them_to_a_line_like_any_other(self):
        b = self.bench("karin")
        b.types(2, "2231")
        b.answer(3, "c1")
        b.staff(4, "anna")
        b.at(20, TransferRequested(AgentId("karin"), QueueId("ovrigt"), 2))
        assert state_of(b) == "offered"
        b.fail(25, "c1", OfferResult.NO_ANSWER)
        assert (state_of(b), reached_not(b.step)) == ("waiting", [])

    def test_a_session_that_is_lost_while_it_rings_frees_the_person(self):
        b = self.bench("karin")
        b.types(2, "2231")
        b.at(3, CallResumed(C1, "0850000", "", b.call("c1").papers()))
        assert [e.result for e in b.step.entries if isinstance(e, OfferEnded)] == [OfferResult.WITHDRAWN]

    def test_one_with_a_call_is_busy_and_one_who_is_rung_gets_no_other(self):
        b = self.bench("karin")
        b.arrive(2, "c2", "2")
        assert b.person("karin").call == "c2"
        assert reached_not(b.types(3, "2231")) == ["busy"]
        b = self.bench("karin")
        b.types(2, "2231")
        b.arrive(3, "c2", "2")
        assert (b.person("karin").call, state_of(b, "c2")) == ("c1", "waiting")

    def test_one_who_is_not_here_is_absent_and_one_with_a_pause_busy(self):
        assert reached_not(self.bench().types(2, "2231")) == ["absent"]
        b = self.bench("karin")
        b.at(1, AgentPaused(AgentId("karin"), "rast"))
        assert reached_not(b.types(2, "2231")) == ["busy"]

    @pytest.mark.parametrize(
        "event",
        [
            AgentPaused(AgentId("karin"), "rast"),
            AgentLoggedOut(AgentId("karin")),
            PhoneStateChanged(AgentId("karin"), PhoneState.UNREACHABLE),
        ],
    )
    def test_one_who_leaves_while_it_rings_is_not_reached(self, event):
        b = self.bench("karin")
        b.types(2, "2231")
        step = b.at(3, event)
        assert (reached_not(step), state_of(b)) == (["no_answer"], "naming")
        assert any(isinstance(a, WithdrawOffer) for a in step.actions)

    def test_not_answered_is_a_miss_like_any_other(self):
        b = self.bench("karin")
        b.types(2, "2231")
        step = b.at(28)
        assert (reached_not(step), b.person("karin").reason) == (["no_answer"], "rona")

    def test_a_new_plan_without_the_person_stops_the_ring(self):
        b = self.bench("karin")
        b.types(2, "2231")
        step = b.replace_plan(3, plan_with(ABERG, agents=STAFF[:1]))
        assert (reached_not(step), state_of(b)) == (["no_answer"], "naming")

    def test_a_list_that_shows_the_caller_in_the_dialplan_frees_the_person(self):
        b = self.bench("karin")
        b.types(2, "2231")
        b.at(10, WorldListed(9_999, (), ((AgentId("karin"), PhoneState.IDLE),)))
        assert (state_of(b), b.person("karin").state) == ("ended", AgentState.READY)


class TestAfterwards:
    @staticmethod
    def bench(caller="0701740605"):
        back = queue("ovrigt", callback=CallbackRules(promised_prompts=("vi_ringer",)))
        b = NamingBench(plan_with(ABERG, queues=[queue("bygg"), back]))
        b.looks(0, caller=caller)
        b.types(1, "2231")
        b.at(2, OfferFailed(C1, b.call("c1").offer, OfferResult.BUSY))
        return b

    def test_who_can_be_rung_is_offered_it_and_the_name_is_the_matter(self):
        b = self.bench()
        assert said(b.step) == [WORDS.busy + WORDS.callback_or_wait]
        b.types(3, "1")
        assert (state_of(b), b.call("c1").queue) == ("promising", "ovrigt")
        assert b.call("c1").promise.matter == "Karin Åberg"

    def test_who_cannot_is_not(self):
        b = self.bench("")
        assert said(b.step) == [WORDS.busy + WORDS.only_wait]
        b.types(3, "1")
        assert state_of(b) == "waiting"

    @pytest.mark.parametrize("key", ["0", ".", "5.", "**0"])
    def test_everything_else_is_a_person_sooner_or_later(self, key):
        b = self.bench()
        b.types(3, key)
        assert (state_of(b), b.call("c1").queue) == ("waiting", "ovrigt")


def test_words_and_people_are_told_in_the_callers_language():
    b = bench()
    b.call("c1").language = "fi"
    assert [a.language for a in b.types(1, "223").actions if isinstance(a, AskDigits)] == ["fi"]


def test_a_call_that_never_found_anybody_is_in_no_queue():
    b = NamingBench(plan_with(ABERG))
    b.at(0, CallArrived(C1, "0850000", ""))
    assert not directory_of().people
    assert b.call("c1").queue == ""
