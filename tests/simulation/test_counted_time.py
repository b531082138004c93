"""People's time counts where calls do: neither the empty beginning nor the end, when nobody rings any more."""

from dataclasses import replace

import pytest

from queues.ids import AgentId, MenuId, PromptId, QueueId
from routing.plan import Agent, Choice, Entrance, Menu, Plan, PlanStep, Queue, TargetKind
from simulator.drawing.draws import draw
from simulator.faithful.driver import run_faithful
from simulator.fast.driver import run_fast
from simulator.measuring.measures import measures
from simulator.measuring.tally import tally
from simulator.world import Callers, Duration, Run, Scenario, Shape, Stream, World

LINE = QueueId("kö")


def scenario(**run):
    """One person; calls at 50, 250 and 990 s of a hundred seconds each, wrapped up in 20."""
    menu = Menu(MenuId("m"), (PromptId("p"),), {"1": Choice(queue=LINE)}, LINE, LINE)
    plan = Plan(
        "d",
        {"": Entrance(menu.id)},
        {menu.id: menu},
        {LINE: Queue(LINE, (PlanStep(0, TargetKind.OWN),))},
        {AgentId("anna"): Agent(AgentId("anna"), ((LINE, 2),))},
    )
    talk, wrap_up = Duration(Shape.CONSTANT, 100_000.0), Duration(Shape.CONSTANT, 20_000.0)
    world = World(
        (Stream(LINE, "", ("1",), at_ms=(50_000, 250_000, 990_000)),),
        {LINE: Callers(talk=(talk,) * 5, wrap_up=(wrap_up,) * 5)},
        (),
        everybody_works=True,
    )
    return Scenario("en person", plan, world, Run(2, length_ms=1_000_000, **run))


@pytest.mark.parametrize("drive", [run_faithful, run_fast])
@pytest.mark.parametrize(
    ("run", "talking_s", "wrapping_s", "present_s"),
    [
        ({}, 100 + 100 + 10, 20 + 20, 1000),
        ({"warm_up_ms": 120_000}, 30 + 100 + 10, 20 + 20, 880),
        ({"warm_up_ms": 160_000, "cool_down_ms": 640_000}, 100, 10 + 10, 200),
        ({"warm_up_ms": 400_000, "cool_down_ms": 100_000}, 0, 0, 500),
    ],
)
def test_time_outside_what_is_counted_is_no_ones(drive, run, talking_s, wrapping_s, present_s):
    one = scenario(**run)
    outcomes = drive(one, draw(one, 0, 2))
    assert outcomes.talking_ms.tolist() == [[1000 * talking_s]] * 2
    assert outcomes.wrapping_ms.tolist() == [[1000 * wrapping_s]] * 2
    assert outcomes.present_ms.tolist() == [[1000 * present_s]] * 2


def test_occupancy_is_of_the_time_that_counts():
    one = scenario(warm_up_ms=160_000, cool_down_ms=640_000)
    contacts = draw(one, 0, 2)
    found = measures(one, tally(one, contacts, run_faithful(one, contacts)))
    assert found.total["occupancy"].value == pytest.approx(120 / 200)
    assert replace(found.people[0], answered={}).present_h == pytest.approx(200 / 3600)
