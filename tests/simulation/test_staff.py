"""The fewest people: as Erlang A where it holds, fewer where lines help each other, and shifts that cover them."""

import csv
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from routing.plan import Leads, Limit, WayOut
from simulator.runs import run
from simulator.scenario.file import load_scenario
from simulator.staff.crews import Grid, by_erlang_a, calls_per_hour, staffed
from simulator.staff.fewest import Goal, Search, Sureness, judged
from simulator.staff.shift_rules import BadRulesError, Rules, covering, of_local_day, patterns, rules_from, spared
from simulator.theory import fewest_agents
from simulator.world import DAY_MS
from tests.simulation.test_commands import TONVAL, interrupted, tonval

ONE_LINE = """
title: en kö
queues: {q: {}}
agents: {a: {count: 5, queues: {q: 3}}}
arrivals: {q: 60}
talk: {exponential: 240}
patience: {exponential: 300}
run: {length_h: 3, replications: 300, service_level_within_s: 20}
"""
HELPING = """
title: två köer som hjälper varandra
queues:
  p: {plan: [{after_s: 0, to: own}, {after_s: 0, to: any, min_level: 1}]}
  q: {plan: [{after_s: 0, to: own}, {after_s: 0, to: any, min_level: 1}]}
other_queues: 1
agents:
  a: {count: 3, queues: {p: 3}}
  b: {count: 3, queues: {q: 3}}
arrivals: {p: 25, q: 25}
talk: {exponential: 240}
patience: {exponential: 300}
run: {length_h: 2, replications: 300, service_level_within_s: 20}
"""


def scenario_of(text, folder):
    path = folder / "model.yaml"
    path.write_text(text, encoding="utf-8")
    loaded = load_scenario(str(path))
    assert loaded.scenario, loaded.problems
    return loaded.scenario


def searched(scenario, target):
    grid = Grid(scenario)

    def simulate(tried, sureness):
        other = {} if sureness is Sureness.SURE else {"replications": 100, "seed": 77}
        return run(replace(tried, run=replace(tried.run, **other))).tallies

    search = Search(grid, Goal(target), simulate, by_erlang_a(grid, calls_per_hour(grid), target))
    search.found()
    return search


@pytest.fixture(scope="module")
def one_line(tmp_path_factory):
    return scenario_of(ONE_LINE, tmp_path_factory.mktemp("staff"))


@pytest.fixture(scope="module")
def eighty(one_line):
    return searched(one_line, 0.8)


def test_one_line_at_a_constant_rate_needs_what_erlang_a_says(eighty):
    by_formula = fewest_agents(60, 240, 20, 0.8, 300)
    assert (eighty.start == by_formula).all()
    settled = eighty.need[0, 1:]  # the first quarter begins with nobody in line
    assert (abs(settled - by_formula) <= 1).all()
    assert abs(settled.mean() - by_formula) < 0.5


def test_every_quarter_reaches_the_target_with_the_confidence_asked_for(eighty):
    assert (eighty.last.low >= 0.8).all()
    assert (eighty.last.low < eighty.last.level).all()
    assert (eighty.last.level < eighty.last.high).all()


def test_nobody_can_be_spared(one_line, eighty):
    for slot in (3, 8):
        fewer = eighty.need.copy()
        fewer[0, slot] -= 1
        grid = Grid(one_line)
        result = judged(run(staffed(grid, fewer)).tallies, grid, Goal(0.8))
        assert result.low[0, slot - 1 : slot + 2].min() < 0.8


def test_a_higher_target_needs_no_fewer(one_line, eighty):
    assert eighty.need.sum() < searched(one_line, 0.95).need.sum()


def test_lines_that_help_each_other_need_fewer_than_each_by_itself(tmp_path):
    search = searched(scenario_of(HELPING, tmp_path), 0.8)
    assert search.need.sum() < search.start.sum()
    assert (search.last.level >= 0.8).all()


def test_slots_in_which_hardly_anybody_rings_are_judged_together(one_line):
    stream = replace(one_line.world.streams[0], slot_ms=1_800_000, per_hour=(60.0, 0.1, 0.0, 0.1, 0.1, 60.0))
    grid = Grid(replace(one_line, world=replace(one_line.world, streams=(stream,))))
    result = judged(run(staffed(grid, np.full((1, 12), 4))).tallies, grid, Goal(0.8))
    seldom = result.level[0, [2, 3, 6, 7, 8, 9]]
    assert len(set(seldom.tolist())) == 1
    assert np.isnan(result.level[0, 4:6]).all()  # nobody rings at all
    assert result.level[0, 0] != seldom[0]
    assert result.provable[0, 2]  # forty-odd calls in all are enough to tell


def test_staff_is_as_many_as_are_needed_and_know_what_their_line_knows(one_line):
    need = np.array([[0, 2, 3, 3, 0, 1, 1, 1, 1, 1, 1, 1]])
    made = staffed(Grid(one_line), need)
    there = [sum(s.from_ms <= slot * 900_000 < s.to_ms for s in made.world.shifts) for slot in range(12)]
    assert there == need[0].tolist()
    assert len(made.plan.agents) == 3
    assert {agent.queues for agent in made.plan.agents.values()} == {(("q", 3),)}


def test_a_line_that_sends_away_whom_nobody_is_there_for_is_not_left_without_people(tmp_path):
    seldom = scenario_of(ONE_LINE.replace("arrivals: {q: 60}", "arrivals: {q: 2}"), tmp_path)
    limit = Limit(10_000, (WayOut(Leads.MESSAGE),))
    queues = {queue: replace(rules, nobody_logged_in=limit) for queue, rules in seldom.plan.queues.items()}
    search = searched(replace(seldom, plan=replace(seldom.plan, queues=queues)), 0.8)
    assert np.array_equal(search.need, searched(seldom, 0.8).need)
    assert search.need.any()


def test_calls_are_counted_by_slot_whatever_the_stream_is_cut_in(one_line):
    stream = replace(one_line.world.streams[0], slot_ms=1_800_000, per_hour=(40.0, 80.0), at_ms=())
    logged = replace(stream, per_hour=(), at_ms=(0, 899_999, 900_000))
    grid = Grid(replace(one_line, world=replace(one_line.world, streams=(stream, logged))))
    assert calls_per_hour(grid)[0, :5].tolist() == [48.0, 44.0, 80.0, 80.0, 0.0]


def test_shifts_cover_what_is_needed_with_the_fewest_hours():
    need = np.zeros((1, 96), int)
    need[0, 32:64] = 1  # 8–16
    need[0, 40:44] = 2  # 10–11
    roster = covering(need, rules_from("längder=4,8 tidigast=8:00 senast=16:00 rast=0"))
    assert roster.hours == 12
    assert sum(many * one.works(96) for _, one, many in roster.shifts).tolist() >= need[0].tolist()


def test_a_shift_that_the_others_can_do_without_is_taken_away():
    need = np.zeros((2, 96), int)
    need[:, 32:48] = 1
    roster = covering(need, rules_from("längder=4 tidigast=8:00 senast=12:00 rast=0"))
    assert roster.people == 2
    asked = []

    def one_is_enough(fewer):
        asked.append(fewer.people)
        return fewer.people >= 1

    assert spared(roster, one_is_enough).people == 1
    assert asked == [1, 0]
    assert spared(roster, lambda _: False).people == 2


def test_a_long_shift_has_a_break_in_its_middle_and_a_short_one_none():
    rules = rules_from("längder=4,8 rast=45 rast-över=5 rast-efter=3 rast-före=4")
    for one in patterns(rules):
        length = (one.ends - one.begins) // 4
        assert (one.rest is not None) == (length == 8)
        if one.rest:
            assert 12 <= one.rest[0] - one.begins <= 16
            assert one.rest[1] - one.rest[0] == 3


def test_what_no_permitted_shift_covers_is_said():
    need = np.zeros((1, 96), int)
    need[0, 20:40] = 1
    roster = covering(need, rules_from("tidigast=8:00"))
    assert {slot for _, slot in roster.short} == set(range(20, 32))


@pytest.mark.parametrize(
    "written", ["längd=8", "längder=åtta", "tidigast=8:07", "längder=12 tidigast=8:00 senast=16:00"]
)
def test_rules_that_cannot_be_are_refused(written):
    with pytest.raises(BadRulesError):
        rules_from(written)


def test_usual_rules_are_named_so():
    assert rules_from("vanliga") == Rules()


def test_shifts_are_made_for_one_local_day(one_line):
    in_stockholm = replace(one_line, timezone="Europe/Stockholm")  # 1970-01-02 00:00 UTC is 01:00 there
    need, midnight_ms = of_local_day(Grid(in_stockholm), np.ones((1, 12), int))
    assert np.flatnonzero(need[0]).tolist() == list(range(4, 16))
    assert midnight_ms == -3_600_000
    two_days = replace(one_line, run=replace(one_line.run, length_ms=2 * DAY_MS))
    with pytest.raises(BadRulesError):
        of_local_day(Grid(two_days), np.ones((1, 192), int))


def test_the_command_tells_what_is_needed_and_how_it_was_found(tmp_path):
    scenario_of(ONE_LINE, tmp_path)
    files = {kind: tmp_path / f"ut.{kind}" for kind in ("csv", "xlsx", "svg")}
    result = tonval(
        *("staff", tmp_path / "model.yaml", "--within", 20, "--replications", 60),
        *("--shift-rules", "längder=2,3 tidigast=0:00 senast=6:00 rast=0"),
        *("--csv", files["csv"], "--xlsx", files["xlsx"], "--picture", files["svg"]),
    )
    assert result.exit_code == 0, result.output
    assert "Erlang A" in result.stdout
    assert "Så är det funnet" in result.stdout
    assert "Skift som täcker behovet" in result.stdout
    assert all(path.stat().st_size > 300 for path in files.values())
    rows = list(csv.reader(files["csv"].read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    assert len(rows) == 1 + 12
    assert rows[1][:2] == ["00:00", "q"]
    assert "," in rows[1][5]


def test_the_command_by_the_hour_as_json(tmp_path):
    scenario_of(ONE_LINE, tmp_path)
    result = tonval("staff", tmp_path / "model.yaml", "--within", 20, "--replications", 60, "--by", "hour", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [row["slot"] for row in found["slots"]] == ["00:00", "01:00", "02:00"]
    assert math.isclose(found["agent_hours"], sum(row["agents"] for row in found["slots"]))
    assert found["finished"]


def test_rules_that_cannot_be_read_end_with_2(tmp_path):
    scenario_of(ONE_LINE, tmp_path)
    assert tonval("staff", tmp_path / "model.yaml", "--shift-rules", "längd=8").exit_code == 2
    assert tonval("staff", tmp_path / "model.yaml", "--shift-rules", "vanliga", "--by", "hour").exit_code == 2


def test_shifts_that_cannot_be_leave_what_was_found(tmp_path):
    scenario_of(ONE_LINE.replace("length_h: 3", "length_h: 25"), tmp_path)
    result = tonval("staff", tmp_path / "model.yaml", "--shift-rules", "vanliga", "--replications", 30, "--json")
    assert result.exit_code == 2
    assert "en dag i taget" in result.stderr
    assert len(json.loads(result.stdout)["slots"]) == 100


def test_ctrl_c_keeps_the_best_that_was_found(tmp_path):
    scenario_of(ONE_LINE, tmp_path)
    command = [*TONVAL, "staff", str(tmp_path / "model.yaml"), "--replications", "4000", "--workers", "1", "--json"]
    code, printed, seen = interrupted(command, r"[2-9]/\?")
    assert code == 130, seen
    assert "avbruten efter" in seen
    found = json.loads(printed)
    assert not found["finished"]
    assert all(row["agents"] for row in found["slots"])
