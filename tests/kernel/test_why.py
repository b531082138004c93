"""Each decision keeps who was weighed and why they were passed over, and deciding is the same without it."""

from dataclasses import replace
from itertools import pairwise

import pytest

from queues.agents import PhoneState
from queues.entries import CallOffered, OfferResult
from queues.ids import AgentId, QueueId
from queues.operator_entries import CallHandPicked, ParkingEnded
from queues.transfer_entries import CallTransferred, TransferReturned
from queues.weighed_entries import CandidatesWeighed
from routing.events import AgentLoggedIn, AgentPaused, PhoneStateChanged, TransferRequested
from routing.kernel import Kernel, Step
from routing.plan import Plan, PlanStep, TargetKind
from routing.why import BETWEEN_AGENTS, MOST_NAMED
from tests.kernel.centre import Bench, agent, plan_of, queue
from tests.kernel.test_machine import live

OWN_THEN_LATER = (PlanStep(0, TargetKind.OWN), PlanStep(20_000, TargetKind.ANY))


def told(plan):
    """A bench whose kernel explains itself."""
    return Bench(plan, explain=True)


def weighings(step):
    return [entry for entry in step.entries if isinstance(entry, CandidatesWeighed)]


def passed(entry):
    return {one.agent: one.why for one in entry.passed_over}


def test_who_lost_and_by_what_is_told_in_the_words_of_the_choice():
    agents = [agent("anna", bygg=3), agent("bo", bygg=2), agent("cia", bygg=3, park=2), agent("dan", bygg=3)]
    b = told(plan_of(agents, [queue("bygg"), queue("park")]))
    for second, name in enumerate(("anna", "bo", "cia", "dan")):
        b.staff(second, name)
    b.arrive(10, "c1", "1")
    (why,) = weighings(b.step)
    assert (why.agent, why.queue, why.step, why.level) == ("anna", "bygg", 0, 3)
    assert passed(why) == {"dan": "ready_longest", "cia": "fewest_queues", "bo": "level"}
    assert [one.agent for one in why.passed_over] == ["dan", "cia", "bo"]


def test_what_kept_each_of_the_others_from_the_call_is_told():
    agents = [
        agent("anna", ["soc"], bygg=2),
        agent("bo", bygg=2),
        agent("cia", bygg=2),
        agent("dan", bygg=2),
        agent("eva", bygg=2),
        agent("fia", park=2, bygg=1),
        agent("gun"),
        agent("hal", ["soc"], bygg=2),
    ]
    queues = [queue("bygg", steps=OWN_THEN_LATER, wrap_up_ms=30_000), queue("park")]
    b = told(plan_of(agents, queues))
    b.staff(0, "bo", "cia", "dan", "fia", "gun")
    b.arrive(0, "c0", "1")
    b.answer(1, "c0")
    b.agent_hangs_up(11, "c0")
    b.at(12, PhoneStateChanged(AgentId("cia"), PhoneState.BUSY), AgentPaused(AgentId("dan"), "lunch"))
    b.arrive(13, "c1", "1")
    (why,) = weighings(b.step)
    assert why.agent == ""
    assert {one.agent: (one.why, one.reason, one.until_ms) for one in why.passed_over} == {
        "bo": ("wrap_up", "", 41_000),
        "cia": ("phone_busy", "", 0),
        "dan": ("not_ready", "lunch", 0),
        "fia": ("not_yet", "", 33_000),
        "anna": ("logged_out", "", 0),
        "eva": ("logged_out", "", 0),
        "hal": ("logged_out", "", 0),
        "gun": ("outside", "", 0),
    }
    assert dict(why.counts)["logged_out"] == 3


def test_nobody_without_the_clearance_is_said_to_be_busy_or_away():
    """What never can be theirs is told first, whatever they are doing."""
    b = told(plan_of([agent("anna", barn=2), agent("bo", ["barn"], barn=2)], [queue("barn", clearance="barn")]))
    b.staff(0, "anna", "bo")
    b.arrive(1, "c1", "1")
    (why,) = weighings(b.step)
    assert (why.agent, passed(why)) == ("bo", {"anna": "uncleared"})


def test_who_is_lent_to_nobody_is_told_so():
    b = told(plan_of([agent("anna", bygg=2, park=1)], [queue("bygg", lend_when_ready_over=1), queue("park")]))
    b.staff(0, "anna")
    b.arrive(1, "c1", "2")
    (why,) = weighings(b.step)
    assert passed(why) == {"anna": "kept"}


@pytest.mark.parametrize(
    ("rules", "keys", "best", "decided"),
    [
        ({}, "21", "c2", "own_order"),
        ({"priority": 5}, "12", "c2", "priority"),
    ],
)
def test_why_this_call_before_the_others_when_somebody_is_free(rules, keys, best, decided):
    b = told(plan_of([agent("anna", bygg=2, park=2)], [queue("bygg"), queue("park", **rules)]))
    b.arrive(0, "c1", keys[0])
    b.arrive(1, "c2", keys[1])
    b.staff(2, "anna")
    (why,) = weighings(b.step)
    assert (why.call, why.agent) == (best, "anna")
    assert [(other.call, other.why) for other in why.other_calls] == [("c1", decided)]


def test_an_entry_names_a_dozen_and_counts_all():
    agents = [agent(f"a{i:02}", bygg=2) for i in range(40)]
    b = told(plan_of(agents, [queue("bygg")]))
    b.staff(0, *(a.id for a in agents[:30]))
    b.arrive(1, "c1", "1")
    (why,) = weighings(b.step)
    assert len(why.passed_over) == MOST_NAMED == 12
    assert {one.why for one in why.passed_over} == {"first_by_name"}
    assert dict(why.counts) == {"first_by_name": 29, "logged_out": 10}


def test_after_an_outage_thousands_are_not_explained_one_by_one():
    b = told(plan_of([agent("anna", bygg=2)], [queue("bygg")]))
    for i in range(30):
        b.arrive(i, f"c{i}", "1")
    assert weighings(b.replace_plan(40, plan_of([agent("anna", bygg=2)], [queue("bygg")]))) == []


def test_a_miss_and_the_next_try_are_two_decisions():
    b = told(plan_of([agent("anna", bygg=3), agent("bo", bygg=2)], [queue("bygg")]))
    b.staff(0, "anna", "bo")
    b.arrive(1, "c1", "1")
    b.fail(20, "c1", OfferResult.NO_ANSWER)
    (why,) = weighings(b.step)
    assert (why.agent, [(o.agent, o.why, o.reason, o.until_ms) for o in why.passed_over]) == (
        "bo",
        [("anna", "not_ready", "rona", 80_000)],
    )


def explained(life):
    """The same life once more, by a kernel that explains itself: its steps beside those that were."""
    plan, first_offer, linked = life.begun_with
    kernel = Kernel(plan, first_offer=first_offer, linked=linked, explain=True)
    for cause, at_ms, before in life.script:
        again = kernel.replace_plan(cause, at_ms) if isinstance(cause, Plan) else kernel.handle(cause, at_ms)
        yield before, again


@pytest.mark.parametrize("seed", range(40))
def test_explaining_changes_no_decision_and_tells_each_as_it_was(seed):
    for before, again in explained(live(seed, 300)):
        assert Step(again.actions, tuple(e for e in again.entries if e not in weighings(again))) == before
        for entry, following in pairwise((*again.entries, None)):
            if isinstance(entry, CandidatesWeighed) and entry.agent:
                offered = (following.call, following.agent, following.step, following.level)
                assert offered == (entry.call, entry.agent, entry.step, entry.level)
            elif isinstance(entry, CandidatesWeighed):
                assert not {one.why for one in entry.passed_over} & set(BETWEEN_AGENTS.values())
        by_hand = CallTransferred | TransferReturned | CallHandPicked | ParkingEnded
        if not any(isinstance(e, by_hand) for e in again.entries):
            offers = [e for e in again.entries if isinstance(e, CallOffered)]
            assert len([e for e in weighings(again) if e.agent]) == len(offers)


def test_a_language_keeps_the_others_from_the_call_while_somebody_speaks_it():
    finnish = replace(agent("bo", bygg=2), languages=frozenset({"fi"}))
    plan = plan_of([agent("anna", bygg=3), finnish], [queue("bygg")])
    b = told(replace(plan, entrances={"": replace(plan.entrances[""], language="fi")}, language="sv"))
    b.staff(0, "anna", "bo")
    b.arrive(1, "c1", "1")
    (why,) = weighings(b.step)
    assert (why.agent, passed(why)) == ("bo", {"anna": "other_language"})


def test_a_transfer_to_a_specialist_keeps_the_others_from_the_call():
    agents = [agent("anna", bygg=3), agent("bo", bygg=2), agent("cia", bygg=1, park=2)]
    b = told(plan_of(agents, [queue("bygg"), queue("park")]))
    b.staff(0, "anna")
    b.arrive(1, "c1", "1")
    b.answer(2, "c1")
    b.staff(3, "cia")
    b.at(10, AgentLoggedIn(AgentId("bo")))
    b.at(11, TransferRequested(AgentId("anna"), QueueId("bygg"), 2))
    (why,) = weighings(b.step)
    assert why.agent == ""
    assert passed(why) == {"anna": "wrap_up", "bo": "phone_unreachable", "cia": "not_asked"}
