"""Who may be rung without an engine; secrecy above all (FAULTS.md S07, I10)."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.roster import Member, QueueChange, changes, desired_members, listed_members
from queues.agents import AgentState
from queues.ids import AgentId, Clearance, QueueId
from routing.plan import PlanStep, TargetKind
from routing.secrecy import may_hear
from tests.asterisk.house import SOCIAL, small_plan

PLAN = small_plan()
READY = dict.fromkeys(PLAN.agents, AgentState.READY)


def lines_of(agent, members):
    return {queue.removeprefix("fallback-") for queue, interface in members if interface == f"PJSIP/{agent}"}


def test_everybody_stands_in_every_line_that_is_open_to_them_and_they_may_hear():
    members = desired_members(PLAN, READY)
    assert lines_of("bo", members) == {"aldre", "barn_skola", "bygg", "ovrigt"}
    assert lines_of("cilla", members) == {"aldre", "barn_skola", "bygg", "ovrigt", "socialtjanst"}


def test_no_uncleared_agent_ever_stands_in_a_confidential_line():
    for queue, interface in desired_members(PLAN, READY):
        clearance = PLAN.queues[QueueId(queue.removeprefix("fallback-"))].clearance
        assert may_hear(PLAN.agents[AgentId(interface.removeprefix("PJSIP/"))].clearances, clearance)


def test_own_people_come_first_and_lent_ones_after():
    members = desired_members(PLAN, READY)
    assert members["fallback-barn_skola", "PJSIP/bo"] == Member(penalty=0, paused=False)
    assert members["fallback-ovrigt", "PJSIP/bo"].penalty == 1
    assert members["fallback-bygg", "PJSIP/bo"].penalty == 1


def test_who_is_not_ready_is_paused_who_is_logged_out_or_unknown_is_not_there():
    states = {
        AgentId("bo"): AgentState.NOT_READY,
        AgentId("alma"): AgentState.LOGGED_OUT,
        AgentId("dan"): AgentState.TALKING,
    }
    members = desired_members(PLAN, states)
    assert {interface for _, interface in members} == {"PJSIP/bo", "PJSIP/dan"}
    assert {m.paused for (_, i), m in members.items() if i == "PJSIP/bo"} == {True}
    assert {m.paused for (_, i), m in members.items() if i == "PJSIP/dan"} == {False}


def test_a_line_that_is_never_lent_has_only_its_own_people():
    own_only = replace(PLAN.queues[QueueId("bygg")], steps=(PlanStep(0, TargetKind.OWN),))
    plan = replace(PLAN, queues={**PLAN.queues, QueueId("bygg"): own_only})
    members = desired_members(plan, READY)
    assert {i for q, i in members if q == "fallback-bygg"} == {"PJSIP/finn"}


def test_losing_a_clearance_is_leaving_the_line_and_comes_before_anything_else():
    before = desired_members(PLAN, READY)
    uncleared = replace(PLAN.agents[AgentId("cilla")], clearances=frozenset())
    plan = replace(PLAN, agents={**PLAN.agents, AgentId("cilla"): uncleared})
    assert changes(desired_members(plan, READY), before) == [
        QueueChange("QueueRemove", {"Queue": "fallback-socialtjanst", "Interface": "PJSIP/cilla"})
    ]


def test_what_asterisk_lists_is_what_was_told_so_that_nothing_is_told_twice():
    desired = desired_members(PLAN, {**READY, AgentId("bo"): AgentState.NOT_READY})
    assert listed_members(_rows(changes(desired, {}))) == desired
    assert changes(desired, listed_members(_rows(changes(desired, {})))) == []


def test_a_changed_pause_and_penalty_are_told_as_such():
    desired = {("fallback-a", "PJSIP/bo"): Member(0, paused=True)}
    assert [c.action for c in changes(desired, {("fallback-a", "PJSIP/bo"): Member(1, paused=False)})] == [
        "QueuePause",
        "QueuePenalty",
    ]


def test_members_of_queues_that_are_not_ours_are_left_alone():
    rows = [{"Event": "QueueMember", "Queue": "sales", "Location": "PJSIP/x", "Penalty": "0", "Paused": "0"}]
    assert listed_members([*rows, {"Event": "QueueParams", "Queue": "fallback-a"}, {"Response": "Success"}]) == {}


@given(st.dictionaries(st.sampled_from(sorted(PLAN.agents)), st.sampled_from(list(AgentState))), st.data())
def test_from_anywhere_the_changes_lead_to_what_is_desired(states, data):
    desired = desired_members(PLAN, states)
    keys = sorted({*desired_members(PLAN, READY), ("fallback-socialtjanst", "PJSIP/bo")})
    members = st.builds(Member, penalty=st.sampled_from([0, 1]), paused=st.booleans())
    listed = data.draw(st.dictionaries(st.sampled_from(keys), members))
    assert _applied(listed, changes(desired, listed)) == desired


def test_an_unknown_clearance_is_nobodys():
    secret = replace(PLAN.queues[QueueId("bygg")], clearance=Clearance("?"))
    plan = replace(PLAN, queues={**PLAN.queues, QueueId("bygg"): secret})
    assert not any(queue == "fallback-bygg" for queue, _ in desired_members(plan, READY))
    assert SOCIAL in PLAN.agents[AgentId("cilla")].clearances


def _rows(told):
    return [
        {
            "Event": "QueueMember",
            "Queue": change.headers["Queue"],
            "Location": change.headers["Interface"],
            "Penalty": change.headers["Penalty"],
            "Paused": "1" if change.headers["Paused"] == "true" else "0",
        }
        for change in told
    ]


def _applied(listed, told):
    members = dict(listed)
    for change in told:
        key = (change.headers["Queue"], change.headers["Interface"])
        match change.action:
            case "QueueRemove":
                del members[key]
            case "QueueAdd":
                assert key not in members
                members[key] = Member(int(change.headers["Penalty"]), change.headers["Paused"] == "true")
            case "QueuePause":
                members[key] = replace(members[key], paused=change.headers["Paused"] == "true")
            case "QueuePenalty":
                members[key] = replace(members[key], penalty=int(change.headers["Penalty"]))
    return members
