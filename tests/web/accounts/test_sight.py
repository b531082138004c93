"""What of a call somebody sees, for every kind of viewer and call (S07, S08, S14, I10)."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.web.accounts.roles import Role
from ivr.web.accounts.sight import BARE, NOTHING, Sight, sight_of
from ivr.web.accounts.viewer import Viewer
from queues.ids import NO_CLEARANCE, UNKNOWN_CLEARANCE, AgentId, Clearance, QueueId

pytestmark = pytest.mark.fault("S07", "S08", "S14")
SOC, SKOLA = Clearance("soc"), Clearance("skola")
ALL = Sight(is_there=True, content=True, number=True)
CONTENT = Sight(is_there=True, content=True)
BYGG, FORSKOLA, NOWHERE = QueueId("bygg"), QueueId("forskola"), QueueId("")


@dataclass(frozen=True)
class Call:
    queue: QueueId = BYGG
    clearance: Clearance = NO_CLEARANCE
    agent: AgentId = AgentId("")


def viewer(*roles, queues=None, clearances=(), agent=""):
    return Viewer("x", "X", frozenset(roles), AgentId(agent), queues, frozenset(clearances))


@pytest.mark.parametrize(
    ("who", "call", "seen"),
    [
        (viewer(Role.OPERATOR), Call(), ALL),
        (viewer(Role.OPERATOR, queues=frozenset({FORSKOLA})), Call(), NOTHING),
        (viewer(Role.OPERATOR), Call(clearance=SOC), NOTHING),
        (viewer(Role.OPERATOR, clearances=[SOC]), Call(clearance=SOC), ALL),
        (viewer(Role.OPERATOR, clearances=[SOC]), Call(clearance=Clearance("skola:soc")), NOTHING),
        (viewer(Role.OPERATOR, clearances=[SOC, SKOLA]), Call(clearance=UNKNOWN_CLEARANCE), NOTHING),
        (viewer(Role.OPERATOR), Call(NOWHERE, clearance=UNKNOWN_CLEARANCE), BARE),
        (viewer(Role.OPERATOR), Call(NOWHERE, clearance=SOC), NOTHING),
        (viewer(Role.AGENT, agent="anna"), Call(clearance=UNKNOWN_CLEARANCE, agent=AgentId("anna")), BARE),
        (viewer(Role.ADMIN), Call(), CONTENT),
        (viewer(Role.ADMIN), Call(clearance=SOC), NOTHING),
        (viewer(Role.PLANNER), Call(), CONTENT),
        (viewer(Role.VIEWER), Call(), CONTENT),
        (viewer(Role.AGENT, queues=frozenset({BYGG}), agent="anna"), Call(), CONTENT),
        (viewer(Role.AGENT, queues=frozenset({BYGG}), agent="anna"), Call(agent=AgentId("berit")), CONTENT),
        (viewer(Role.AGENT, queues=frozenset(), agent="anna"), Call(agent=AgentId("anna")), ALL),
        (viewer(Role.AGENT, queues=frozenset(), agent="anna"), Call(clearance=SOC), NOTHING),
        (viewer(Role.AGENT, agent="anna"), Call(clearance=SOC, agent=AgentId("anna")), BARE),
        (viewer(Role.AGENT), Call(agent=AgentId("")), CONTENT),
        (viewer(Role.VIEWER, agent="anna"), Call(agent=AgentId("anna")), CONTENT),
        (viewer(Role.EMPLOYEE, queues=frozenset()), Call(), NOTHING),
    ],
)
def test_a_viewer_sees_this_of_a_call(who, call, seen):
    assert sight_of(who, call) == seen


NAMES = [NO_CLEARANCE, UNKNOWN_CLEARANCE, SOC, SKOLA, Clearance("skola:soc")]
SETS = st.frozensets(st.sampled_from([SOC, SKOLA]))
WHO = st.builds(
    Viewer,
    st.just("x"),
    st.just("X"),
    st.frozensets(st.sampled_from(list(Role)), min_size=1),
    st.sampled_from([AgentId(""), AgentId("anna")]),
    st.none() | st.frozensets(st.sampled_from([BYGG, FORSKOLA])),
    SETS,
)
CALL = st.builds(
    Call,
    st.sampled_from([BYGG, FORSKOLA, QueueId("")]),
    st.sampled_from(NAMES),
    st.sampled_from([AgentId(""), AgentId("anna"), AgentId("berit")]),
)


@given(WHO, CALL)
def test_nobody_without_the_clearance_learns_anything_that_says_who_rang_or_what_about(who, call):
    seen = sight_of(who, call)
    needed = set(call.clearance.split(":")) - {""}
    if not needed <= who.clearances:
        assert not seen.content
        assert not seen.number
        own, undecided = call.agent == who.agent != "", call == Call(NOWHERE, UNKNOWN_CLEARANCE, call.agent)
        assert not seen.is_there or own or undecided


@given(WHO, CALL)
def test_a_number_is_shown_with_the_content_only_and_to_nobody_who_takes_no_calls(who, call):
    seen = sight_of(who, call)
    assert seen.content or not seen.number
    assert seen.is_there or not seen.content
    assert not seen.number or who.roles & {Role.AGENT, Role.OPERATOR}


@given(WHO, CALL)
def test_whoever_asks_for_the_number_alone_is_answered_as_whoever_asks_for_all(who, call):
    in_sight = who.may_see_queue(call.queue) or call.agent == who.agent != ""
    assert (who.may_number(call) and in_sight) == sight_of(who, call).number
    assert who.may_hear(call.clearance) or not who.may_number(call)


@given(WHO, CALL, SETS)
def test_losing_a_clearance_or_a_queue_never_shows_more(who, call, kept):
    less = Viewer(who.account, who.name, who.roles, who.agent, frozenset(), who.clearances & kept)
    before, after = sight_of(who, call), sight_of(less, call)
    for field in ("is_there", "content", "number"):
        assert getattr(after, field) <= getattr(before, field)
