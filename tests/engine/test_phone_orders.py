"""What people order from their phones and from the command line, with a telephony that only takes notes."""

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivr.asterisk.phone_session import PhoneAnswer, PhoneOrder, PhoneSession, read_phone_order
from ivr.clock import LiveClock
from ivr.commands.transfer import WHY, told
from ivr.config.house import House, PauseReason, Person
from ivr.control import BadOrderError
from ivr.engine import Engine
from ivr.phone_codes import CODES, REFUSALS, SPOKEN, TRANSFER_KEYS, queue_keys
from ivr.phone_orders import ORDERS, answer
from ivr.transfer_order import transfer
from queues.agents import AgentState, PhoneState
from queues.entries import OfferResult
from queues.ids import AgentId, CallId, PromptId, QueueId
from routing.events import (
    AgentLoggedIn,
    CallArrived,
    DigitsEntered,
    OfferAnswered,
    OfferFailed,
    PhoneStateChanged,
)
from routing.kernel import Kernel
from routing.plan import Choice
from tests.engine.test_engine import NotingLog, NotingTelephony
from tests.kernel.centre import MENU, agent, plan_of, queue

C1 = CallId("c1")


class Desk:
    """An engine with three people and a house around it."""

    def __init__(self):
        people = [agent("anna", ovrigt=2, bygg=1), agent("bo", bygg=2), agent("berit", bygg=3)]
        plan = plan_of(people, [queue("bygg"), queue("ovrigt")], rona_limit=1)
        names = {a: Person(a, a.title(), "1") for a in plan.agents}
        reasons = {"1": PauseReason("rast", (PromptId("kod_paus_rast"),))}
        self.house = House("k", "K", "UTC", "sv", plan, names, {}, {}, {}, {}, frozenset(), pause_reasons=reasons)
        self.kernel = Kernel(plan)
        self.engine = Engine(self.kernel, NotingTelephony(), NotingLog(), LiveClock())

    def code(self, order, by="bo", value=""):
        said = answer(self, PhoneOrder(AgentId(by), order, value))
        return [str(prompt) for prompt in said.prompts], self.person(by).state.value

    def person(self, name):
        return self.kernel.centre.people[AgentId(name)]

    def here(self, *names):
        for name in names:
            self.engine.feed(AgentLoggedIn(AgentId(name)))
            self.engine.feed(PhoneStateChanged(AgentId(name), PhoneState.IDLE))

    def arrive(self, key):
        self.engine.feed(CallArrived(C1, "1", ""))
        self.engine.feed(DigitsEntered(C1, key))

    def talk(self):
        """Anna talks with a caller."""
        self.here("anna")
        self.arrive("2")
        self.engine.feed(OfferAnswered(C1, self.kernel.centre.calls[C1].offer))
        assert self.person("anna").state is AgentState.TALKING


class TestCodes:
    async def test_each_says_what_has_become_of_it(self):
        desk = Desk()
        assert desk.code("ready") == (["kod_inte_inloggad"], "logged_out")
        assert desk.code("pause", value="1") == (["kod_inte_inloggad"], "logged_out")
        assert desk.code("login") == (["kod_inloggad"], "ready")
        assert desk.code("login") == (["kod_inloggad"], "ready")
        assert desk.code("wrap_up_done") == (["kod_ingen_efterbehandling"], "ready")
        assert desk.code("pause", value="7") == (["kod_okand"], "ready")
        assert desk.code("pause", value="1") == (["kod_paus", "kod_paus_rast"], "not_ready")
        assert desk.person("bo").reason == "rast"
        assert desk.code("ready") == (["kod_redo"], "ready")
        assert desk.code("logout") == (["kod_utloggad"], "logged_out")

    async def test_who_did_not_answer_comes_back_by_code(self):
        """RONA, after as many misses as the plan bears, ends only by the person's own word."""
        desk = Desk()
        desk.here("bo")
        desk.arrive("1")
        desk.engine.feed(OfferFailed(C1, desk.kernel.centre.calls[C1].offer, OfferResult.NO_ANSWER))
        assert (desk.person("bo").state, desk.person("bo").reason) == (AgentState.NOT_READY, "rona")
        assert desk.kernel.centre.calls[C1].state == "waiting"
        assert desk.code("ready")[0] == ["kod_redo"]
        assert desk.person("bo").state is AgentState.RINGING

    async def test_a_pause_in_a_talk_begins_after_it_and_wrapping_up_ends_early(self):
        desk = Desk()
        desk.talk()
        assert desk.code("wrap_up_done", by="anna") == (["kod_ingen_efterbehandling"], "talking")
        desk.here("bo")
        assert desk.code("transfer", by="anna", value="21") == ([], "wrap_up")
        assert desk.code("wrap_up_done", by="anna") == (["kod_efterbehandling_klar"], "ready")

    async def test_nobody_orders_for_a_person_whom_nobody_knows_or_what_nobody_has_made(self):
        desk = Desk()
        for order in (PhoneOrder(AgentId("trunk"), "login"), PhoneOrder(AgentId("bo"), "format_disk")):
            with pytest.raises(LookupError):
                answer(desk, order)


class TestKeysInATalk:
    async def test_first_it_is_said_what_comes_of_it_then_it_is_done(self):
        desk = Desk()
        desk.talk()
        desk.here("bo")
        asked = answer(desk, PhoneOrder(AgentId("anna"), "transfer_asked", "21"))
        assert (asked.prompts, asked.go) == (("koppla_vidare",), True)
        assert desk.person("anna").state is AgentState.TALKING
        assert answer(desk, PhoneOrder(AgentId("anna"), "transfer", "21")).prompts == ()
        assert desk.kernel.centre.calls[C1].agent == "bo"

    @pytest.mark.parametrize(
        ("keys", "said"),
        [("31", "koppla_ingen_dar"), ("29", "koppla_gick_inte"), ("", "koppla_gick_inte"), ("2", "koppla_gick_inte")],
    )
    async def test_what_cannot_be_done_is_said_and_the_talk_goes_on(self, keys, said):
        desk = Desk()
        desk.talk()
        desk.here("bo")
        for order in ("transfer_asked", "transfer"):
            refused = answer(desk, PhoneOrder(AgentId("anna"), order, keys))
            assert (refused.prompts, refused.go) == ((said,), False)
        assert desk.person("anna").state is AgentState.TALKING


class TestTheOrder:
    async def test_looking_changes_nothing_and_tells_who_is_there(self):
        desk = Desk()
        desk.talk()
        desk.here("bo")
        seen = transfer(desk, {"agent": "anna", "queue": "bygg", "level": 2, "look": True})
        assert (seen["done"], seen["why"], seen["ready"], seen["logged_in"]) == (False, "", ["Bo"], 1)
        assert told(seen, "bygg") == "anna: bygg: går att koppla; kan svara nu: Bo"
        assert desk.person("anna").state is AgentState.TALKING

    async def test_it_is_done_or_refused_with_the_reason_in_words(self):
        desk = Desk()
        desk.talk()
        desk.here("bo")
        refused = transfer(desk, {"agent": "anna", "queue": "bygg", "level": 3})
        assert told(refused, "bygg") == "anna: bygg: ingen där är inloggad; ingen är inloggad"
        done = transfer(desk, {"agent": "anna", "person": "bo"})
        assert told(done, "bo") == "anna: kopplat till bo; kan svara nu: Bo"
        assert desk.kernel.centre.calls[C1].agent == "bo"
        busy = transfer(desk, {"agent": "anna", "queue": "bygg", "look": True})
        assert busy["why"] == "no_talk"

    def test_of_a_line_whose_clearance_the_person_lacks_only_who_can_answer_is_told(self):
        seen = {"agent": "anna", "done": False, "why": "", "ready": [], "logged_in": None, "waiting": None}
        assert told({**seen, "wait_ms": 0}, "social") == "anna: social: går att koppla; ingen ledig"

    async def test_an_order_for_nobody_or_to_nowhere_is_none(self):
        desk = Desk()
        for order in (
            {"agent": "nobody", "queue": "bygg"},
            {"agent": "anna"},
            {"agent": "anna", "queue": "x", "person": "y"},
        ):
            with pytest.raises(BadOrderError):
                transfer(desk, order)

    def test_without_an_engine_the_command_says_so(self, tmp_path):
        from ivr.commands import app  # noqa: PLC0415

        result = CliRunner().invoke(app, ["transfer", "anna", "--queue", "bygg", "--home", str(tmp_path)])
        assert result.exit_code == 1
        assert "ingen motor" in result.output


class Wire:
    def __init__(self):
        self.sent, self.open = b"", True

    def write(self, line):
        self.sent += line

    def close(self):
        self.open = False


def opening(**more):
    fields = {"agi_network_script": "phone", "agi_channel": "PJSIP/bo-00000001", "agi_callerid": "0701740605"}
    fields |= {"agi_arg_1": "bo", "agi_arg_2": "pause", "agi_arg_3": "1"} | more
    return "\n".join(f"{key}: {value}" for key, value in fields.items()).encode()


class TestTheConnection:
    def test_one_command_carries_the_answer_and_the_next_word_closes(self):
        wire = Wire()
        session = PhoneSession(wire, lambda: 0.0)
        session.answer(PhoneOrder(AgentId("bo"), "x"), lambda _o: PhoneAnswer((PromptId("a"), PromptId("b")), go=True))
        assert wire.sent.count(b"\n") == 1
        assert b"TONVAL_SAID=tonval/sv/a&tonval/sv/b" in wire.sent
        assert b"TONVAL_GO=1" in wire.sent
        session.received(b"200 result=1\n")
        assert not wire.open

    def test_whatever_fails_closes_without_a_word(self):
        for on_phone in (lambda _o: 1 // 0, lambda _o: PhoneAnswer((PromptId("../x"),))):
            wire = Wire()
            PhoneSession(wire, lambda: 0.0).answer(PhoneOrder(AgentId("bo"), "x"), on_phone)
            assert (wire.sent, wire.open) == (b"", False)

    def test_asterisk_that_never_answers_is_not_waited_for(self):
        now = [0.0]
        session = PhoneSession(Wire(), lambda: now[0])
        session.answer(PhoneOrder(AgentId("bo"), "x"), lambda _o: PhoneAnswer((PromptId("a"),)))
        assert not session.is_stuck()
        now[0] = 60.0
        assert session.is_stuck()

    def test_only_our_dialplans_words_are_an_order(self):
        assert read_phone_order(opening()) == PhoneOrder(AgentId("bo"), "pause", "1")
        for odd in (
            {"agi_network_script": "call"},
            {"agi_arg_1": "bo;x"},
            {"agi_arg_1": ""},
            {"agi_arg_2": "pause reboot"},
            {"agi_arg_3": "1,2"},
            {"agi_arg_3": "1" * 21},
        ):
            assert read_phone_order(opening(**odd)) is None


class TestTheTable:
    def test_every_code_has_its_function_and_its_own_keys(self):
        assert {code.order for code in CODES} <= set(ORDERS)
        keys = [code.keys for code in CODES] + list(TRANSFER_KEYS.values())
        assert not [(a, b) for a in keys for b in keys if a != b and b.startswith(a)], "one code hides another"

    def test_everything_that_is_said_has_words(self):
        from ivr.prompts import manuscript_folders, manuscripts  # noqa: PLC0415

        assert not SPOKEN - set(manuscripts(*manuscript_folders("sv", Path(__file__).parent)))
        assert set(REFUSALS) <= set(WHY)

    def test_a_queue_has_the_key_with_which_callers_reach_it(self):
        plan = plan_of([agent("anna", bygg=2)], [queue("bygg"), queue("ovrigt")])
        assert queue_keys(plan) == {"1": "bygg", "2": "ovrigt"}
        menu = replace(plan.menus[MENU], choices={"2": Choice(queue=QueueId("bygg"))})
        assert queue_keys(replace(plan, menus={MENU: menu})) == {"2": "bygg", "1": "ovrigt"}
