"""What the agents' page asks of the engine and orders, with a telephony that only takes notes."""

import pytest

from ivr.agent_orders import LONGEST_WRAP_UP_MS, agent_orders
from ivr.control import BadOrderError
from queues.agents import AgentState
from queues.entries import TalkEnder
from routing.events import AgentPaused, ConversationEnded, TransferRequested
from tests.engine.test_phone_orders import C1, Desk


@pytest.fixture
async def desk():
    desk = Desk()
    desk.clock = desk.engine.clock
    return desk


def order(desk, do, **fields):
    return agent_orders(desk)[do]({"do": do, **fields})


def wraps_up(desk):
    desk.talk()
    desk.engine.feed(ConversationEnded(C1, desk.kernel.centre.calls[C1].offer, TalkEnder.AGENT))
    assert desk.person("anna").state is AgentState.WRAP_UP
    return desk.person("anna")


class TestPerson:
    async def test_what_they_will_do_after_the_talk_is_told_and_what_they_may_promise(self, desk):
        desk.talk()
        desk.engine.feed(AgentPaused(desk.person("anna").id, "lunch"))
        told = order(desk, "person", agent="anna")
        assert (told["state"], told["intends"], told["intends_reason"]) == ("talking", "not_ready", "lunch")
        assert told["callback"] == "number_not_rung"
        assert order(desk, "person", agent="bo")["callback"] == "no_talk"

    @pytest.mark.parametrize("do", ["person", "prolong", "reach"])
    async def test_nobody_is_answered_about_somebody_whom_nobody_knows(self, desk, do):
        with pytest.raises(BadOrderError):
            order(desk, do, agent="nobody", by_s=60)


class TestProlong:
    async def test_a_wrap_up_ends_so_much_later_again_and_again_but_not_for_ever(self, desk):
        anna = wraps_up(desk)
        first = order(desk, "prolong", agent="anna", by_s=60)["until_ms"]
        second = order(desk, "prolong", agent="anna", by_s=60)["until_ms"]
        assert 55_000 < second - first <= 60_500
        for _ in range(30):
            last = order(desk, "prolong", agent="anna", by_s=60)["until_ms"]
        assert last - desk.clock() <= LONGEST_WRAP_UP_MS
        assert anna.reason == "prolonged"

    async def test_without_one_there_is_nothing_to_prolong(self, desk):
        desk.here("anna")
        with pytest.raises(BadOrderError, match="no_wrap_up"):
            order(desk, "prolong", agent="anna", by_s=60)

    @pytest.mark.parametrize("by_s", [0, -5, 901, "60", True, None, 1e3])
    async def test_a_span_that_is_none_is_refused(self, desk, by_s):
        wraps_up(desk)
        with pytest.raises(BadOrderError, match="by_s"):
            order(desk, "prolong", agent="anna", by_s=by_s)

    async def test_whoever_waits_for_a_transfer_goes_on_waiting_for_it(self, desk):
        """Else a call that comes back would not find them."""
        desk.here("berit")
        desk.talk()
        anna = desk.person("anna")
        desk.engine.feed(TransferRequested(anna.id, "bygg", 3))
        with pytest.raises(BadOrderError, match="waits_for_transfer"):
            order(desk, "prolong", agent="anna", by_s=60)
        assert anna.reason == "transferred"


class TestReach:
    async def test_who_could_answer_where_and_why_not(self, desk):
        desk.here("bo")
        desk.talk()
        told = order(desk, "reach", agent="anna")
        by = {(there["queue"], there["level"]): there for there in told["queues"]}
        assert by["bygg", 2]["ready"] == ["Bo"]
        assert by["bygg", 2]["why"] == ""
        assert by["bygg", 3]["why"] == "nobody_there"
        assert by["ovrigt", 2]["why"] == "nobody_cleared"
        assert [(p["person"], p["why"]) for p in told["people"]] == [("bo", "")]

    async def test_of_no_talk_nobody(self, desk):
        desk.here("anna", "bo")
        told = order(desk, "reach", agent="anna")
        assert {there["why"] for there in told["queues"]} == {"no_talk"}
