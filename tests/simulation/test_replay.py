import csv
import json
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from typer.testing import CliRunner

from ivr.commands import app
from queues.entries import CallEnded, CallEntered, Outcome
from queues.ids import CallId, Instant, QueueId
from simulator.past.logged_world import IN_MENU, LoggedDay, logged_day, rerun
from simulator.past.replay import Run, Sum, agreement, change, fate, figures, logged_sums, run, spread
from simulator.past.rules import rules_of
from simulator.runs import Speed
from simulator.scenario.file import load_scenario
from simulator.world import NONE, Duration, Phones, Scenario, Shape
from tests.simulation.made_log import lived, write

TUESDAY = date(2026, 11, 24)
ZONE = ZoneInfo("Europe/Stockholm")
MENUS = Path(__file__).parents[2] / "ivr" / "menus"


def town(*, at_once: bool) -> Scenario:
    """Botkyrka with half its people, so that callers wait and give up."""
    whole = load_scenario("botkyrka", date=TUESDAY).scenario
    assert whole is not None
    phones = Phones(NONE) if at_once else whole.world.phones
    wrap_up = (Duration(Shape.EXPONENTIAL, 30_000.0),) * 5
    callers = {queue: replace(one, wrap_up=wrap_up) for queue, one in whole.world.callers.items()}
    return replace(whole, world=replace(whole.world, callers=callers, shifts=whole.world.shifts[::2], phones=phones))


@pytest.fixture(scope="module")
def at_once(tmp_path_factory) -> Path:
    """A home whose log is that of a day on which everybody picked up at once."""
    home = tmp_path_factory.mktemp("at_once")
    write(home, lived(town(at_once=True))[0])
    return home


@pytest.fixture(scope="module")
def ringing(tmp_path_factory) -> Path:
    """A home whose log is that of a day as it is, some phones not being picked up."""
    home = tmp_path_factory.mktemp("ringing")
    entries = lived(town(at_once=False))[0]
    early = CallEntered(Instant(entries[0].at_ms), CallId("menu"), "+46846500400", "", "sv")
    gone = CallEnded(Instant(early.at_ms + 9_000), CallId("menu"), Outcome.ABANDONED, "menu", QueueId(""), 0, "")
    write(home, [*entries, early, gone])
    return home


def day_of(home: Path, scenario: Scenario) -> LoggedDay:
    return logged_day(home, TUESDAY, ZONE, list(scenario.plan.queues))


def again(home: Path, replications: int = 4) -> Run:
    scenario = town(at_once=True)
    return run(rerun(scenario, day_of(home, scenario)), replications, Speed.FAITHFUL)


def test_a_day_whose_phones_are_picked_up_at_once_comes_out_as_it_was_to_the_millisecond(at_once: Path):
    found = again(at_once)
    assert len(found.rerun.calls) > 400
    assert Counter(call.outcome for call in found.rerun.calls)[Outcome.ABANDONED] > 50
    for i, call in enumerate(found.rerun.calls):
        if call.outcome is Outcome.CLOSED:
            continue
        assert set(found.wait_ms[:, i]) == {call.in_line_ms}
        if call.answered_ms is not None:
            assert fate(found, i).agent == call.agent
    assert agreement(found)[:2] == (1.0, 0.0)
    logged = logged_sums(found.rerun.calls, 120_000)
    assert {one: figures(found)[one].value for one in Sum} == pytest.approx(logged)


def test_the_log_and_its_rerun_agree_though_ring_times_are_drawn(ringing: Path):
    found = again(ringing, 12)
    logged = logged_sums(found.rerun.calls, 120_000)
    assert agreement(found).same_end > 0.85
    low, high = spread(found, Sum.ANSWERED)
    assert low - 8 < logged[Sum.ANSWERED] < high + 8
    assert figures(found)[Sum.SERVICE_LEVEL].value == pytest.approx(logged[Sum.SERVICE_LEVEL], abs=0.06)


def test_who_hung_up_in_the_menu_is_counted_apart(ringing: Path):
    day = day_of(ringing, town(at_once=True))
    assert day.left_out == {IN_MENU: 1}
    assert "menu" not in {call.call for call in day.calls}


def test_the_same_callers_meet_other_rules(at_once: Path):
    scenario = town(at_once=True)
    day = day_of(at_once, scenario)
    patient = {queue: replace(one, steps=one.steps[:1]) for queue, one in scenario.plan.queues.items()}
    before = run(rerun(scenario, day), 4, Speed.FAITHFUL)
    only_own = run(rerun(replace(scenario, plan=replace(scenario.plan, queues=patient)), day), 4, Speed.FAITHFUL)
    assert figures(only_own)[Sum.OWN_SHARE].value == 1.0
    assert figures(before)[Sum.OWN_SHARE].value < 0.8
    worse = change(before, only_own, Sum.ANSWERED)
    assert worse.value == pytest.approx((only_own.sums[Sum.ANSWERED] - before.sums[Sum.ANSWERED]).mean())
    assert [call.call for call in before.rerun.calls] == [call.call for call in only_own.rerun.calls]


def test_more_people_answer_more_and_what_is_known_of_a_call_stays(at_once: Path):
    scenario = load_scenario("botkyrka", date=TUESDAY).scenario
    assert scenario is not None
    day = day_of(at_once, scenario)
    before, after = (run(rerun(scenario, day, logged_staff=logged), 6, Speed.FAITHFUL) for logged in (True, False))
    more = change(before, after, Sum.ANSWERED)
    assert more.low95 > 0
    gave_up = [i for i, call in enumerate(after.rerun.calls) if call.hung_up_in_line]
    waits = np.array([after.rerun.calls[i].in_line_ms for i in gave_up])
    assert (after.wait_ms[:, gave_up] <= waits).all()


def test_drawn_redials_take_the_place_of_the_logged_ones(at_once: Path):
    scenario = town(at_once=True)
    day = day_of(at_once, scenario)
    assert len(day.redials) > 20
    drawn = rerun(scenario, day, drawn_redials=True)
    assert len(drawn.calls) == len(day.calls) - len(day.redials)
    found = run(drawn, 8, Speed.FAITHFUL)
    assert figures(found)[Sum.CALLS].value == pytest.approx(len(day.calls), rel=0.06)


def test_whoever_asked_to_be_rung_back_asks_again(tmp_path: Path):
    scenario = town(at_once=True)
    press = Duration(Shape.EXPONENTIAL, 240_000.0)
    callers = {queue: replace(one, presses_callback_ms=press) for queue, one in scenario.world.callers.items()}
    entries = lived(replace(scenario, world=replace(scenario.world, callers=callers)))[0]
    write(tmp_path / "home", entries)
    found = run(rerun(scenario, day_of(tmp_path / "home", scenario)), 3, Speed.FAITHFUL)
    logged = logged_sums(found.rerun.calls, 120_000)
    assert logged[Sum.CALLBACKS] > 20
    assert figures(found)[Sum.CALLBACKS].value == pytest.approx(logged[Sum.CALLBACKS], rel=0.1)
    assert agreement(found).same_end > 0.95


def test_a_person_whom_the_rules_do_not_know_is_named(at_once: Path):
    scenario = town(at_once=True)
    fewer = {agent: one for agent, one in scenario.plan.agents.items() if agent != "amina"}
    found = rerun(replace(scenario, plan=replace(scenario.plan, agents=fewer)), day_of(at_once, scenario))
    assert found.not_in_plan == ("amina",)
    assert "amina" not in {shift.agent for shift in found.scenario.world.shifts}


def test_rules_come_from_a_folder_as_the_engine_loads_it_or_from_a_scenario():
    folder = rules_of(str(MENUS / "botkyrka"), TUESDAY)
    assert folder.scenario is not None
    assert folder.scenario.plan.queues.keys() == town(at_once=True).plan.queues.keys()
    assert folder.scenario.start_ms == town(at_once=True).start_ms
    assert folder.people["amina"] != "amina"
    assert rules_of("botkyrka", TUESDAY).scenario is not None


def test_the_command(at_once: Path, tmp_path: Path):
    order = ["replay", "botkyrka", "--day", TUESDAY.isoformat(), "--home", str(at_once), "--replications", "3"]
    order += ["--speed", "faithful"]
    table = tmp_path / "calls.csv"
    shown = CliRunner().invoke(app, [*order, "--changed", str(MENUS / "botkyrka"), "--json", "--csv", str(table)])
    assert shown.exit_code == 0, shown.output
    told = json.loads(shown.stdout)
    assert told["agreement"]["same_end"] > 0.9
    assert told["sums"]["answered"]["difference"]["value"] == 0
    assert len(told["calls"]) == told["sums"]["calls"]["logged"]
    rows = list(csv.reader(table.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    assert len(rows) == len(told["calls"]) + 1
    assert "+4670" not in shown.stdout + table.read_text(encoding="utf-8")
    assert "p:" not in shown.stdout + table.read_text(encoding="utf-8")
    plain = CliRunner().invoke(app, order)
    assert plain.exit_code == 0
    assert "Så väl återger simulatorn dagen" in plain.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["botkyrka", "--day", "2026-11-23"], 2),
        (["botkyrka", "--day", "igår"], 2),
        (["botkyrka", "--day", "2026-11-24", "--changed", "finns-inte"], 2),
        (["ingenstans", "--day", "2026-11-24"], 2),
        (["botkyrka", "--day", "2026-11-24", "--changed", "botkyrka", "--staff", "scenario"], 2),
    ],
)
def test_what_is_not_there_is_told(at_once: Path, words: list[str], code: int):
    found = CliRunner().invoke(app, ["replay", *words, "--home", str(at_once)])
    assert found.exit_code == code, found.output
    assert "Traceback" not in found.output
