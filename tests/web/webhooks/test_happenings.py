"""What a subscriber is told of what happened."""

from dataclasses import replace

import pytest

from ivr.config.load import SHIPPED, load
from ivr.config.webhook_entries import SubscriberEntry
from ivr.web.accounts.viewer import Viewer
from ivr.web.api.tokens import Scope
from ivr.web.webhooks.happenings import Staff, of_entry, subscriber_viewer
from ivr.web.webhooks.known_calls import KnownCall
from queues.agents import AgentState
from queues.board import BoardAgent
from queues.entries import AgentStateChanged, CallQueued
from queues.ids import AgentId, CallId, Clearance, Instant, QueueId
from routing.events import AgentReady
from tests.web.api.programs import program
from tests.web.town import SOCIAL as SOCIAL_KEY
from tests.web.town import Desk

SOCIAL, SECRET = QueueId("socialtjanst"), Clearance("socialtjanst")
PLAN = load(SHIPPED / "botkyrka", 0).house.plan
NOBODY = Staff(PLAN, {})
READY, RINGING, TALKING = AgentState.READY, AgentState.RINGING, AgentState.TALKING


def subscriber(*events: str, **rights) -> Viewer:
    entry = SubscriberEntry.model_validate({"url": "https://a.example/", "events": events, **rights})
    return subscriber_viewer("a", entry)


@pytest.mark.fault("S07", "S08", "I10")
def test_that_somebody_came_to_stand_in_a_line_under_secrecy_is_told_to_nobody_without_the_clearance():
    """It would say when they rang."""
    known = KnownCall(CallId("tonval-1.0"), queue=SOCIAL, clearance=SECRET, entered_at_ms=Instant(5))
    entry = CallQueued(Instant(9), known.id, SOCIAL, Instant(5), SECRET, "choice")
    assert of_entry(entry, known, subscriber("call.queued"), NOBODY) is None
    event = of_entry(entry, known, subscriber("call.queued", clearances=[SECRET]), NOBODY)
    assert (event.data["call"], event.clearance) == ("tonval-1.0", SECRET)


def changed(agent: str, before: AgentState, after: AgentState, reason: str = "", until_ms: int = 0):
    return AgentStateChanged(Instant(9), AgentId(agent), before, after, reason, until_ms)


def heard(entry: AgentStateChanged, staff: Staff = NOBODY, **rights):
    """What of a change a subscriber hears: from what to what, why and until when; None for nothing."""
    event = of_entry(entry, None, subscriber("agent.state", **rights), staff)
    return event and tuple(event.data[name] for name in ("before", "after", "reason", "until_ms"))


@pytest.mark.fault("S07", "S08", "I10")
class TestAnAgentsState:
    """Göran and Ivan; only Göran may take the calls of social services."""

    def test_what_somebody_does_with_calls_is_told_to_whoever_may_hear_them_all(self):
        for agent, rights in (("goran", {"clearances": [SECRET]}), ("ivan", {})):
            assert heard(changed(agent, RINGING, TALKING), **rights) == (RINGING, TALKING, "", 0)
            wraps_up = changed(agent, TALKING, AgentState.WRAP_UP, "", 77)
            assert heard(wraps_up, **rights) == (TALKING, AgentState.WRAP_UP, "", 77)

    def test_others_are_told_that_they_are_busy_and_not_when_they_were_rung_answered_and_hung_up(self):
        assert heard(changed("goran", READY, RINGING)) == (READY, TALKING, "", 0)
        for before, after in ((RINGING, TALKING), (TALKING, AgentState.WRAP_UP), (TALKING, TALKING)):
            assert heard(changed("goran", before, after, "prolonged", 77)) is None
        assert heard(changed("goran", AgentState.WRAP_UP, READY)) == (TALKING, READY, "", 0)
        assert heard(changed("goran", READY, AgentState.WRAP_UP, "parked", 77)) == (READY, TALKING, "", 0)
        assert heard(changed("goran", TALKING, AgentState.NOT_READY, "lunch")) == (
            TALKING, AgentState.NOT_READY, "lunch", 0,
        )  # fmt: skip

    def test_the_id_of_such_a_change_is_made_of_nothing_but_what_it_tells(self):
        rung, found = changed("goran", READY, RINGING), changed("goran", READY, TALKING)
        first, second = (of_entry(one, None, subscriber("agent.state"), NOBODY) for one in (rung, found))
        assert first == second

    def test_nobody_is_told_of_people_who_take_no_calls_of_their_lines(self):
        rang = changed("ivan", READY, RINGING)
        assert heard(rang, queues=["bygg"]) is not None
        assert heard(rang, queues=["socialtjanst"]) is None
        moved = BoardAgent(AgentId("ivan"), READY, moved_to=(("aldre", 2),))
        assert heard(rang, Staff(PLAN, {AgentId("ivan"): moved}), queues=["bygg"]) is None
        assert heard(changed("somebody else", READY, RINGING)) is None

    def test_what_waits_to_be_sent_is_gone_with_the_clearance_that_it_needs(self):
        event = of_entry(changed("goran", READY, RINGING), None, subscriber("agent.state", clearances=[SECRET]), NOBODY)
        assert event.clearance == SECRET
        both = replace(PLAN.agents[AgentId("goran")], clearances=frozenset({SECRET, Clearance("a")}))
        staff = Staff(replace(PLAN, agents={**PLAN.agents, both.id: both}), {})
        viewer = subscriber("agent.state", clearances=[SECRET, "a"])
        assert of_entry(changed("goran", READY, RINGING), None, viewer, staff).clearance == "a:socialtjanst"


@pytest.mark.fault("S07", "S08", "S14")
@pytest.mark.parametrize("rights", [{}, {"clearances": [SECRET]}, {"queues": ["bygg"]}, {"queues": ["nowhere"]}])
async def test_a_subscriber_is_told_of_people_what_the_api_shows_the_same_credential(desk: Desk, rights):
    """Through a confidential call from ring to wrap-up and back: the last event and the state always agree."""
    entries: list[AgentStateChanged] = []
    desk.web.live.observers.append(
        lambda entry: entries.append(entry) if isinstance(entry, AgentStateChanged) else None
    )
    viewer, known = subscriber("agent.state", **rights), {}
    async with program(desk, Scope.STATE, **rights) as asking:
        async for stage in stages(desk):
            while entries:
                staff = Staff(desk.web.house.plan, desk.web.live.board.agents)
                if event := of_entry(entries.pop(0), None, viewer, staff):
                    known[event.data["agent"]] = (event.data["after"], event.data["reason"])
            shown = (await asking.get("state")).json()["agents"]
            assert {one["id"]: (one["state"], one["reason"]) for one in shown} == known, stage
            if "clearances" not in rights:
                assert all(one["since_ms"] == 0 for one in shown if one["state"] == TALKING), stage


async def stages(desk: Desk):
    desk.logs_in("goran", "ivan")
    await desk.settled()
    yield "ready"
    desk.arrives("tonval-1.0", SOCIAL_KEY)
    await desk.settled()
    assert desk.person("goran").state is RINGING
    yield "rung"
    desk.answers("tonval-1.0")
    await desk.settled()
    yield "talks"
    desk.talk_ends("tonval-1.0")
    await desk.settled()
    assert desk.person("goran").state is AgentState.WRAP_UP
    yield "wraps up"
    desk.feed(AgentReady(AgentId("goran")))
    await desk.settled()
    yield "is ready again"
