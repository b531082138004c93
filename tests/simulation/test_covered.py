"""What the fast driver does not cover it refuses by name, and never simulates otherwise than the kernel would."""

import copy
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from queues.ids import AgentId, MenuId, PartnerId, QueueId
from routing.plan import (
    Agent,
    CallbackRules,
    Choice,
    Entrance,
    Leads,
    Limit,
    Menu,
    Partner,
    Plan,
    PlanStep,
    Queue,
    TargetKind,
    WaitingRules,
    WayOut,
)
from simulator.drawing.draws import draw
from simulator.fast.columns import LATEST, MOST_SEATS
from simulator.fast.covered import TOO_MANY_AT_ONCE, NotCoveredError, refusals
from simulator.fast.driver import run_fast
from simulator.world import Callers, Duration, Phones, Run, Scenario, Shape, Stream, World

Q = QueueId("bygg")
P = PartnerId("svar")
MENU = Menu(
    MenuId("m"), (), {"1": Choice(queue=Q), "2": Choice(queue=Q, language="en"), "3": Choice(directory=True)}, Q, Q
)
CROWDED = """
from dataclasses import replace
from simulator.drawing.draws import draw
from simulator.fast import heap
from simulator.fast.covered import NotCoveredError
from simulator.fast.driver import run_fast
from tests.simulation.test_covered import town

for calls in (16, 17):
    scenario = town(world={"everybody_works": False})
    stream = replace(scenario.world.streams[0], at_ms=tuple(range(calls)))
    scenario = replace(scenario, world=replace(scenario.world, streams=(stream,)))
    heap.PLACES = 24  # one block of people, two of calls
    try:
        run_fast(scenario, draw(scenario, 0, 1, 0))
        print("fits")
    except NotCoveredError as refused:
        print(refused.refused[0].feature)
"""
HALF = Duration(Shape.EXPONENTIAL, 500.0)


def town(queue=None, plan=None, callers=None, world=None, keys=("1",)):
    """A town that is covered, but for what is said."""
    line = replace(Queue(Q, (PlanStep(0, TargetKind.ANY),)), **queue or {})
    agents = {AgentId("a"): Agent(AgentId("a"), ((Q, 2),))}
    plain = Plan("p", {"": Entrance(MenuId("m"))}, {MenuId("m"): MENU}, {Q: line}, agents)
    people = World((Stream(Q, keys=keys, at_ms=(0, 1_000)),), {Q: Callers(**callers or {})}, (), everybody_works=True)
    return Scenario(
        "town", replace(plain, **plan or {}), replace(people, **world or {}), Run(replications=1, length_ms=60_000)
    )


def partner(**rules):
    return {"partners": {P: replace(Partner(P, 2), **rules)}}


REFUSED = {
    "estimated_wait": town({"steps": (PlanStep(0, TargetKind.ANY, estimated_wait_over_ms=1),)}),
    "limit_to_callback": town({"max_length": Limit(1, (WayOut(Leads.CALLBACK),))}),
    "transfers": town(callers={"transfers": True}),
    "callbacks": town(callers={"callback": 0.1}),
    "partner_unreachable": town(plan=partner(setup_ms=0)),
    "language": town(keys=("2",)),
    "no_line": town(keys=("3",)),
    "resume_place": town(plan={"resume_place_ms": 1}),
    "max_calls_per_caller": town(plan={"max_calls_per_caller": 1}),
    "too_long": replace(town(), run=Run(replications=1, length_ms=LATEST)),
    "too_many_people": town(
        plan={"agents": {a: Agent(a, ((Q, 2),)) for a in map(AgentId, map(str, range(MOST_SEATS + 1)))}}
    ),
    "too_many": town({"steps": (PlanStep(0, TargetKind.ANY),) * 63}),
}


@pytest.mark.parametrize("feature", REFUSED)
def test_what_is_not_covered_is_refused_by_name(feature):
    scenario = REFUSED[feature]
    assert [refusal.feature for refusal in refusals(scenario)] == [feature]
    with pytest.raises(NotCoveredError) as caught:
        run_fast(scenario, draw(scenario, 0, 1, 0))
    assert [refusal.feature for refusal in caught.value.refused] == [feature]


def test_a_refusal_is_the_same_from_another_process():
    refused = NotCoveredError((TOO_MANY_AT_ONCE,))
    back = copy.copy(refused)  # goes the way that pickle does
    assert back.refused == refused.refused
    assert str(back) == TOO_MANY_AT_ONCE.sentence


def test_more_calls_at_once_than_have_timers_are_refused_when_it_happens():
    plain = subprocess.run(
        [sys.executable, "-c", CROWDED],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )
    assert plain.stdout.split() == ["fits", "too_many_at_once"]


def test_each_is_said_once_and_in_words():
    scenario = town(
        {"max_wait": Limit(1, (WayOut(Leads.CALLBACK),)), "max_length": Limit(1, (WayOut(Leads.CALLBACK),))}
    )
    (refusal,) = refusals(scenario)
    assert refusal.sentence.endswith("den trogna motorn.")


@pytest.mark.parametrize(
    "scenario",
    [
        town(),
        town(plan=partner(ring_ms=4_000, most_ms_a_day=60_000), world={"partner_phones": Phones(HALF, 0.1)}),
        town({"max_wait": Limit(1, (WayOut(Leads.PARTNER, partner=P),))}, plan=partner()),
        town({"nobody_logged_in": Limit(1, (WayOut(Leads.PARTNER, partner=P), WayOut(Leads.MESSAGE)))}, plan=partner()),
        town(callers={"redial": 0.5, "rings_again": 0.5, "patience": HALF}, world={"phones": Phones(HALF, 0.5)}),
        town({"callback": CallbackRules(), "waiting": WaitingRules(callback_key="5")}),
    ],
)
def test_the_rest_is_covered(scenario):
    assert refusals(scenario) == ()
