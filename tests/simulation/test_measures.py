"""Measures of calls made by hand: what is divided by what, in all and by queue, quarter and person."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import simulator
from queues.ids import QueueId
from simulator.contacts import ABANDONED, CALLBACK_KEPT, CLOSED, NOT_SETTLED, PARTNER, TURNED_AWAY
from simulator.measuring.definitions import DEFINITIONS
from simulator.measuring.intervals import Estimate
from simulator.measuring.measures import difference, measures, service_level
from simulator.measuring.tally import joined, tally
from simulator.report.labels import LABELS
from tests.simulation.made_outcomes import PARTNERS_LINE, QUEUES, Call, outcomes, scenario

MORNING = [
    Call(at=30_000, wait=10, talk=100, wrap_up=20),
    Call(at=30_010, wait=130, talk=300, settled=NOT_SETTLED),
    Call(at=30_020, wait=40, seat=2),
    Call(at=30_030, wait=70, fate=PARTNER, seat=PARTNERS_LINE),
    Call(at=30_040, wait=5, fate=ABANDONED),
    Call(at=30_050, wait=200, fate=ABANDONED),
    Call(at=30_060, fate=TURNED_AWAY),
    Call(at=30_070, fate=CLOSED, entered=False),
    Call(at=30_080, queue=1, seat=1, wait=20),
    Call(at=30_090, wait=33, fate=CALLBACK_KEPT),
    Call(at=31_000, wait=0, child_of=5),
]


def measured(*replications, **run):
    world = scenario(**run)
    return measures(world, tally(world, *outcomes(replications)))


@pytest.fixture(scope="module")
def day():
    return measured(MORNING, MORNING)


@pytest.mark.parametrize(
    ("key", "figure"),
    [
        ("service_level", 5 / (6 + 1)),
        ("service_level_offered", 5 / 11),
        ("service_level_answered", 5 / 6),
        ("service_level_with_early", (5 + 1) / (6 + 2)),
        ("asa_s", (10 + 130 + 40 + 70 + 20) / 6),
        ("mean_wait_s", (10 + 130 + 40 + 70 + 5 + 200 + 20 + 33) / 9),
        ("abandoned_share", 2 / 11),
        ("abandoned_short_share", 1 / 11),
        ("turned_away_share", 1 / 11),
        ("closed_share", 1 / 11),
        ("own_share", 4 / 6),
        ("other_share", 1 / 6),
        ("partner_share", 1 / 6),
        ("resolved_share", 5 / 7),
        ("callers_through_share", 7 / 10),
        ("callers_settled_share", 5 / 10),
        ("calls_per_caller", 1.1),
        ("redial_share", 1 / 11),
        ("handle_s", (100 + 20 + 300 + 4 * 60) / 6),
        ("occupancy", (100 + 20 + 300 + 3 * 60) / (3 * 8 * 3600)),
        ("cost", 3 * 8 * 300 + 9),
        ("partner_minutes", 1),
        ("offered", 11),
        ("redials", 1),
    ],
)
def test_each_measure_is_what_it_says(day, key, figure):
    assert day.total[key].value == pytest.approx(figure)


def test_every_measure_has_a_name_and_a_meaning_in_swedish():
    assert DEFINITIONS.keys() == LABELS.keys()
    assert all(label.short and label.meaning.endswith(".") for label in LABELS.values())


def test_every_measure_is_explained_where_scenarios_are():
    page = (Path(simulator.__file__).parent / "README.md").read_text(encoding="utf-8")
    assert not [key for key in DEFINITIONS if f"`{key}`" not in page]


def test_queues_have_their_own_figures_and_no_cost_of_their_own(day):
    assert day.queues[QUEUES[1]]["offered"].value == 1
    assert day.queues[QUEUES[0]]["service_level"].value == pytest.approx(4 / 6)
    assert "cost" not in day.queues[QUEUES[0]]


def test_quarters_are_those_of_entering(day):
    quarter = 30_000 // 900
    of_all = day.quarters[None]
    assert of_all.offered[quarter] == 10
    assert of_all.offered[quarter + 1] == 1
    assert of_all.service_level.value[quarter] == pytest.approx(4 / 6)
    assert day.quarters[QUEUES[1]].answered[quarter] == 1
    assert np.isnan(of_all.service_level.value[0])


def test_people_have_their_own_time_and_calls(day):
    anna, *_, line = day.people
    assert anna.talking_h == pytest.approx(460 / 3600)
    assert anna.answered[QUEUES[0]] == 3
    assert anna.occupancy.value == pytest.approx(480 / (8 * 3600))
    assert line.outside
    assert not anna.outside


def test_days_that_are_alike_have_no_width_and_one_day_has_no_interval(day):
    assert day.total["asa_s"].half_width == pytest.approx(0)
    run = {"length_ms": 2 * 86_400_000}  # longer than the rates that are known: no steady run
    world = scenario(1, **run)
    alone = measures(world, tally(world, *outcomes([MORNING])))
    assert alone.n == 1
    assert alone.service_level.value == pytest.approx(5 / 7)
    assert not any(estimate.bounded for estimate in alone.total.values())


def test_the_parts_of_one_long_run_give_its_counts_and_an_interval():
    world = scenario(1)
    calls = [Call(at=s, wait=(s * 7919) % 240) for s in range(0, 86_400, 60)]
    found = measures(world, tally(world, *outcomes([calls])))
    assert found.parts == found.n == 30
    assert found.total["offered"].value == pytest.approx(len(calls))
    assert found.service_level.bounded
    assert found.as_dict()["samples_are"] == "batches"


def test_json_has_every_key_and_no_nan(day):
    empty = measured([], [])
    for found in (day, empty):
        whole = json.loads(json.dumps(found.as_dict(), allow_nan=False))
        assert whole["total"].keys() == DEFINITIONS.keys()
        assert whole["queues"].keys() == set(QUEUES)
    assert empty.as_dict()["total"]["asa_s"]["value"] is None


def test_the_service_level_alone_is_the_same():
    world = scenario()
    tallies = tally(world, *outcomes([MORNING, MORNING[:4]]))
    assert service_level(tallies) == measures(world, tallies).service_level


def test_a_scenario_does_not_differ_from_itself():
    world = scenario()
    tallies = tally(world, *outcomes([MORNING, MORNING[:4]]))
    found = difference(world, tallies, world, tallies)
    for key, change in found.total.items():
        assert change.value == 0, key
        if not key.startswith("wait_p"):
            assert change.low99 == change.high99 == 0, key
    json.dumps(found.as_dict(), allow_nan=False)


def test_differences_are_after_less_before_day_by_day():
    world = scenario(3)
    days = [[Call(at=n, wait=60 if n < bad else 200) for n in range(10)] for bad in (9, 5, 7)]
    better = [[Call(at=n, wait=60 if n < bad + 1 else 200) for n in range(10)] for bad in (9, 5, 7)]
    found = difference(world, tally(world, *outcomes(days)), world, tally(world, *outcomes(better)))
    assert found.total["service_level"].value == pytest.approx(0.1)
    assert found.total["service_level"].low99 == pytest.approx(0.1)
    assert found.total["answered"].as_dict()["value"] == 0
    assert found.queues[QUEUES[0]]["asa_s"].high95 == pytest.approx(-14)


def test_only_queues_of_both_are_compared_though_they_stand_in_another_order():
    one = scenario()
    turned = replace(
        one.plan, queues={QueueId("ny"): one.plan.queues[QUEUES[0]], QUEUES[1]: one.plan.queues[QUEUES[1]]}
    )
    streams = tuple(
        replace(stream, queue=queue) for stream, queue in zip(one.world.streams, turned.queues, strict=True)
    )
    agents = {one: replace(agent, queues=()) for one, agent in one.plan.agents.items()}
    other = replace(one, plan=replace(turned, agents=agents), world=replace(one.world, streams=streams))
    calls = outcomes([MORNING, MORNING])
    found = difference(one, tally(one, *calls), other, tally(other, *calls))
    assert set(found.queues) == {QUEUES[1]}
    assert found.queues[QUEUES[1]]["asa_s"].value == 0


def test_more_days_of_the_same_kind_narrow_the_interval():
    chance = np.random.default_rng(4)
    days = [[Call(at=n, wait=float(chance.exponential(100))) for n in range(50)] for _ in range(80)]
    world = scenario(80)
    pieces = [tally(world, *outcomes(days[i : i + 20])) for i in range(0, 80, 20)]
    few, many = service_level(pieces[0]), service_level(joined(pieces))
    assert many.half_width == pytest.approx(few.half_width / 2, rel=0.35)
    assert isinstance(few, Estimate)
