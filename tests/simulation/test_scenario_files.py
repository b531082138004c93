"""Scenario files: what they come to, every problem at its place, and that what the README shows can be run."""

import pickle
import re
from datetime import date
from pathlib import Path

import pytest

from ivr.config.problems import WARNINGS, Code, Problem
from queues.ids import AgentId, PartnerId, QueueId
from routing.kernel import Kernel
from routing.plan import FAR_FUTURE_MS, Discipline, TargetKind
from simulator.scenario.file import Loaded, UnknownScenarioError, load_scenario, shipped, shipped_scenarios
from simulator.world import FOR_EVER, NONE, Duration, Scenario, Shape, Shift
from tests.simulation.made_log import lived, write
from tests.simulation.scenario_samples import MODEL, SAMPLES, TOWN, Sample

README = Path(__file__).parents[2] / "simulator" / "README.md"
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
HOUR_MS = 3_600_000
MARCH = date(2026, 3, 3)
Q = QueueId("q")


@pytest.fixture
def load(tmp_path: Path):
    def read(text: str, **instead) -> Loaded:
        path = tmp_path / "scenario.yaml"
        path.write_text(text, encoding="utf-8")
        return load_scenario(path, **instead)

    return read


@pytest.fixture
def scenario(load):
    def whole(text: str, **instead) -> Scenario:
        loaded = load(text, **instead)
        assert loaded.scenario is not None, "\n".join(map(str, loaded.problems))
        return loaded.scenario

    return whole


def line_of(problem: Problem) -> str:
    return Path(problem.where.file).read_text(encoding="utf-8").splitlines()[problem.where.line - 1]


# ── problems ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.code}-{s.code.name.lower()} {s.name}".strip())
def test_sample_brings_forth_its_problem_where_it_stands(load, sample: Sample):
    loaded = load(sample.text)
    found = [line_of(p) for p in loaded.problems if p.code is sample.code]
    assert any(sample.at in line for line in found), "\n".join(map(str, loaded.problems))
    assert (loaded.scenario is None) == (sample.code not in WARNINGS)


def test_every_code_of_scenarios_has_a_sample():
    assert {s.code for s in SAMPLES} >= {code for code in Code if code.startswith("M")}


def test_all_problems_come_at_once_each_at_its_column(load):
    found = load("queues: {q: {}}\nagents: {a: {queues: {q: 3}}}\ntalk: no\nshrinkage: 3\narrivals: {q: -1}\n").errors
    assert [(p.code, p.where.line, p.where.column) for p in found] == [
        (Code.AMBIGUOUS_VALUE, 3, 7),
        (Code.OUT_OF_BOUNDS, 4, 12),
        (Code.OUT_OF_BOUNDS, 5, 15),
    ]


def test_problem_in_a_share_of_several_stands_at_that_share(load):
    (problem,) = load(MODEL + "resolution: {q: {own: 0.8, other: 1.31}}\n").errors
    assert (problem.where.line, problem.where.column) == (5, 35)
    assert "'other' ska vara högst 1" in problem.sentence


def test_problem_stands_at_what_is_written_though_names_were_left_out(load):
    (problem,) = load(MODEL.replace("talk: 240", "talk: {exponential: -1}")).errors
    assert (problem.where.line, problem.where.column) == (4, 21)
    (problem,) = load(MODEL + "resolution: {q: 1.4}\n").errors
    assert "'q' ska vara högst 1" in problem.sentence


@pytest.mark.parametrize("text", ["", "[]\n", "3\n", "queues: 3\nagents: []\n", "a: b: c\n", MODEL + "like: 3\n"])
def test_no_file_makes_it_raise(load, text: str):
    assert load(text).scenario is None


def test_a_name_that_is_none_lists_those_that_are():
    with pytest.raises(UnknownScenarioError, match="m_m_20_m"):
        load_scenario("finns_inte")


def test_fields_of_a_wrong_kind_never_make_it_raise(load):
    fields = ("queues", "defaults", "agents", "other_queues", "partners", "arrivals", "talk", "staff", "run", "change")
    for field in fields:
        for value in ("3", "[]", "text", "{x: 3}", "{x: {y: 3}}", "[[3]]", '{q: {queues: 3, plan: 3, max_length: ""}}'):
            for text in (f"{MODEL}\n", TOWN):
                lines = [line for line in text.splitlines() if not line.startswith(f"{field}:")]
                load("\n".join([*lines, f"{field}: {value}"]))


# ── what is written about ───────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_example_of_the_readme_can_be_run(scenario, example: str):
    assert scenario(example).world.streams


@pytest.mark.parametrize("name", shipped_scenarios())
def test_shipped_scenario_is_without_a_problem_and_its_plan_runs(name: str):
    loaded = load_scenario(name)
    assert not loaded.problems, "\n".join(map(str, loaded.problems))
    Kernel(loaded.scenario.plan)
    assert pickle.loads(pickle.dumps(loaded.scenario)) == loaded.scenario  # noqa: S301 - our own


def test_every_shipped_model_stands_in_the_readme_as_it_is():
    for name, path in shipped_scenarios().items():
        if path.parent.name == "theory":
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            text = "".join(line for line in lines if not line.startswith("#"))
            assert text in EXAMPLES, name


def test_every_shipped_scenario_has_a_title():
    assert all(title for _, title in shipped())


def test_every_figure_of_a_municipality_has_its_source_or_is_called_an_assumption():
    for name in ("botkyrka", "jonkoping", "danderyd"):
        text = shipped_scenarios()[name].read_text(encoding="utf-8")
        assert text.count("antagande") > 5


# ── a model of one's own ────────────────────────────────────────────────────────────────────────────────────────────
def test_model_is_bare_unless_it_says_otherwise(scenario):
    model = scenario(MODEL)
    callers, queue = model.world.callers[Q], model.plan.queues[Q]
    assert callers.talk == (Duration(Shape.CONSTANT, 240_000.0),) * 5
    assert callers.wrap_up == (NONE,) * 5
    assert callers.patience == FOR_EVER
    assert queue.wrap_up_ms == 0
    assert model.world.everybody_works
    assert model.world.phones.answers_after == NONE
    assert model.plan.discipline is Discipline.LONGEST_WAIT
    assert [(s.queue, s.number, s.keys, s.per_hour) for s in model.world.streams] == [("q", "q", ("1",), (60.0,))]
    assert model.world.streams[0].slot_ms == model.run.length_ms == 24 * HOUR_MS


def test_count_makes_so_many_people(scenario):
    model = scenario(MODEL)
    assert {name: agent.queues for name, agent in model.plan.agents.items()} == {f"a_{n}": ((Q, 3),) for n in (1, 2, 3)}


def test_whoever_is_taken_out_has_no_shift_though_the_scenario_it_is_like_says_so(scenario):
    shifts = {shift.agent for shift in scenario("like: botkyrka\nwithout: [bengt]\n").world.shifts}
    assert len(shifts) == 11
    assert "bengt" not in shifts


def test_without_a_plan_only_those_who_have_the_queue_answer_and_level_1_last(scenario):
    text = MODEL.replace("{q: {}}", "{q: {}, w: {}}") + "other_queues: 0\n"
    model = scenario(text.replace("{q: 3}}", "{q: 3}}, b: {queues: {w: 3}}, c: {queues: {w: 2, q: 1}}"))
    own, helped = model.plan.queues[Q].steps
    assert (own.target, helped.target, helped.queues, helped.after_ms) == (TargetKind.OWN, TargetKind.ANY, (Q,), 0)


def test_more_queues_than_keys(scenario):
    names = [f"q{n}" for n in range(40)]
    text = (
        f"queues: {{{', '.join(f'{n}: {{}}' for n in names)}}}\nother_queues: 1\nagents: {{a: {{}}}}\ntalk: 9\n"
        f"arrivals: {{{', '.join(f'{n}: 3' for n in names)}}}\n"
    )
    model = scenario(text)
    assert [stream.number for stream in model.world.streams] == names
    assert all(model.plan.menus[model.plan.entrances[n].menu].default == n for n in names)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("83.5", Duration(Shape.CONSTANT, 83_500.0)),
        ("{exponential: 240}", Duration(Shape.EXPONENTIAL, 240_000.0)),
        ("{lognormal: {mean_s: 240, cv: 0.8}}", Duration(Shape.LOGNORMAL, 240_000.0, 0.8)),
        ("{erlang: {mean_s: 240, phases: 3}}", Duration(Shape.ERLANG, 240_000.0, 3.0)),
        ("{gamma: {mean_s: 240, shape: 2.5}}", Duration(Shape.GAMMA, 240_000.0, 2.5)),
        ("{weibull: {mean_s: 240, shape: 1.5}}", Duration(Shape.WEIBULL, 240_000.0, 1.5)),
        ("{empirical: [1, 2.5]}", Duration(Shape.EMPIRICAL, 1.0, samples=(1_000, 2_500))),
        ("{empirical_csv: spans.csv}", Duration(Shape.EMPIRICAL, 1.0, samples=(1_000, 2_500))),
    ],
)
def test_distribution(scenario, tmp_path: Path, written: str, meant: Duration):
    (tmp_path / "spans.csv").write_text("1\n2,5\n")
    for text in (f"patience: {written}\n", f"patience: {{q: {written}}}\n", f"patience: {{default: {written}}}\n"):
        assert scenario(MODEL + text).world.callers[Q].patience == meant


def test_talk_by_who_answers(scenario):
    text = MODEL.replace("talk: 240", "talk: {q: {own: 1, level_3: 3, other: 9}, default: {partner: 5}}")
    assert [span.mean_ms / 1000 for span in scenario(text).world.callers[Q].talk] == [9, 9, 1, 3, 5]


def test_what_is_not_said_of_a_level_is_as_at_the_next_higher_one(scenario):
    text = MODEL.replace("talk: 240", "talk: {level_1: 1, level_3: 3}")
    assert [span.mean_ms / 1000 for span in scenario(text).world.callers[Q].talk] == [1, 1, 3, 3, 3]


def test_resolution_by_who_answers(scenario):
    text = MODEL + "resolution: {default: 0.7, q: {own: 0.8, other: 0, partner: 0.5}}\n"
    assert scenario(text).world.callers[Q].resolved == (0.0, 0.0, 0.8, 0.8, 0.5)


def test_wrap_up_is_the_queues_rule_unless_something_is_said(scenario):
    ruled = MODEL.replace("{q: {}}", "{q: {wrap_up_s: 30}}")
    assert [d.mean_ms for d in scenario(ruled).world.callers[Q].wrap_up] == [30_000, 30_000, 30_000, 30_000, 0]
    said = scenario(ruled + "wrap_up: {exponential: 45}\n").world.callers[Q].wrap_up
    assert said[:4] == (Duration(Shape.EXPONENTIAL, 45_000.0),) * 4


def test_a_bound_that_is_a_number_ends_with_a_message(scenario):
    queue = scenario(MODEL.replace("{q: {}}", "{q: {max_length: 10, max_wait: 600}}")).plan.queues[Q]
    assert queue.max_length.over == 10
    assert queue.max_wait.over == 600_000
    assert queue.max_wait.ways[0].leads.value == "message"


def test_a_partner_has_a_cap_on_its_minutes_only_where_it_can_be_reached(scenario):
    text = MODEL.replace("{q: {}}", "{q: {plan: [{after_s: 0, to: partner, partner: svar}, {after_s: 0, to: own}]}}")
    for said, cap_ms in (("", FAR_FUTURE_MS), (", max_minutes_per_day: 600", 36_000_000)):
        plan = scenario(text + f"partners: {{svar: {{lines: 3{said}}}}}\n").plan
        assert plan.partners[PartnerId("svar")].most_ms_a_day == cap_ms


def test_count_over_time_and_shifts_that_touch(scenario):
    text = "staff:\n- {agents: a, count: 1, from_s: 0, to_s: 10}\n- {agents: a, count: 3, from_s: 10, to_s: 30.5}\n"
    shifts = scenario(MODEL + text).world.shifts
    assert shifts == (
        Shift(AgentId("a_1"), 0, 30_500),
        Shift(AgentId("a_2"), 10_000, 30_500),
        Shift(AgentId("a_3"), 10_000, 30_500),
    )


def test_groups_of_which_no_shift_is_named_always_work(scenario):
    text = MODEL.replace("agents: {", "agents: {b: {queues: {q: 2}}, ") + "staff: [{agents: a, from_s: 0, to_s: 9}]\n"
    shifts = scenario(text).world.shifts
    assert shifts[0].agent == "b"
    assert shifts[0].to_ms > 24 * HOUR_MS


def test_rates_by_slot(scenario):
    (stream,) = scenario(MODEL.replace("q: 60", "q: {per_hour: [1, 2.5], slot_minutes: 30}")).world.streams
    assert (stream.slot_ms, stream.per_hour) == (HOUR_MS // 2, (1.0, 2.5))
    (stream,) = scenario(MODEL.replace("q: 60", "q: [1, 2]")).world.streams
    assert stream.slot_ms == HOUR_MS // 4


def test_a_queue_of_ones_own_may_ring_back(scenario):
    model = scenario(MODEL.replace("{q: {}}", "{q: {callback: true}}") + "presses_callback: 60\n")
    assert model.plan.queues[Q].callback is not None
    assert model.plan.queues[Q].waiting.callback_key == "5"
    assert model.world.callers[Q].presses_callback_ms == Duration(Shape.CONSTANT, 60_000.0)


def test_the_very_instants(scenario):
    (stream,) = scenario(MODEL.replace("q: 60", "q: {at_s: [20, 3.5]}")).world.streams
    assert (stream.at_ms, stream.per_hour) == ((3_500, 20_000), ())


def test_orders_go_before_the_file(scenario):
    run = scenario(MODEL + "run: {seed: 3, replications: 7, length_h: 2.5}\n", seed=8, replications=9).run
    assert (run.seed, run.replications, run.length_ms) == (8, 9, 9_000_000)


# ── a municipality ──────────────────────────────────────────────────────────────────────────────────────────────────
def expected(scenario: Scenario) -> list[float]:
    return [sum(stream.per_hour) * stream.slot_ms / HOUR_MS for stream in scenario.world.streams]


def first_and_last_quarter(scenario: Scenario) -> tuple[int, int]:
    rates = scenario.world.streams[0].per_hour
    busy = [n for n, rate in enumerate(rates) if rate]
    return busy[0], busy[-1]


def test_a_days_calls_come_within_the_opening_hours(scenario):
    for profile in ("", ", profile: weekday"):
        day = scenario(TOWN.replace("per_day: 80", f"per_day: 80{profile}"))
        assert expected(day) == pytest.approx([80])
        assert first_and_last_quarter(day) == (8 * 4, 16 * 4 + 1)


def test_own_profile_weighs_by_span(scenario):
    text = TOWN.replace("per_day: 80", "per_day: 80, profile: tva") + 'profiles: {tva: {"8-9": 3, "10-12": 1}}\n'
    rates = scenario(text).world.streams[0].per_hour
    assert rates[32:48] == pytest.approx((60.0,) * 4 + (0.0,) * 4 + (10.0,) * 8)


@pytest.mark.parametrize(
    ("on", "hours", "first"), [("2026-03-30", 24, 8), ("2026-03-29", 23, 7), ("2026-10-25", 25, 9)]
)
def test_time_0_is_local_midnight_also_when_clocks_change(scenario, on: str, hours: int, first: int):
    opened = "change: {hours: {kontaktcenter: {weekly: {söndag: 8-10, måndag: 8-10}}}}\n"
    day = scenario(TOWN + opened, date=date.fromisoformat(on))
    assert day.run.length_ms == hours * HOUR_MS
    assert first_and_last_quarter(day)[0] == first * 4
    assert expected(day) == pytest.approx([80])
    assert {shift.from_ms for shift in day.world.shifts} == {first * HOUR_MS}
    assert day.plan.queues[QueueId("aldre")].hours.is_open(day.start_ms + first * HOUR_MS)
    assert not day.plan.queues[QueueId("aldre")].hours.is_open(day.start_ms + first * HOUR_MS - 1)


def test_a_week_has_each_days_calls_and_none_on_closed_days(scenario):
    week = scenario(TOWN.replace("per_day: 80", "weekdays: {måndag: 110, tisdag: 90, lördag: 70}"), days=7)
    assert expected(week) == pytest.approx([200])
    assert week.run.length_ms == 7 * 24 * HOUR_MS


def test_shifts_are_by_the_clock_on_the_wall_also_the_day_after_it_changed(scenario):
    text = 'staff: [{agents: alla, from: "8:00", to: "16:30"}]\n'
    weekend = scenario(TOWN.replace("03-03", "03-28") + text, days=2)
    assert {shift.from_ms / HOUR_MS for shift in weekend.world.shifts} == {8, 31}


def test_everybody_works_from_opening_until_the_lines_have_been_served(scenario):
    day = scenario(TOWN, days=2)
    mine = [(s.from_ms / HOUR_MS, s.to_ms / HOUR_MS) for s in day.world.shifts if s.agent == "amina"]
    assert mine == [(8, 16.75), (32, 40.75)]
    assert len(day.world.shifts) == 2 * len(day.plan.agents)


def test_whoever_is_on_leave_has_no_shift_that_day(scenario):
    day = scenario(TOWN + "leave: [{agents: [amina], dates: [2026-03-03]}, {agents: [bengt]}]\n", days=2)
    assert [s.from_ms / HOUR_MS for s in day.world.shifts if s.agent in {"amina", "bengt"}] == [32]


def test_shifts_by_the_clock_with_breaks_and_weekdays(scenario):
    text = (
        'staff:\n- {agents: [amina], from: "8:00", to: "12:00", breaks: ["9:30-9:45", "10-11"], weekdays: [onsdag]}\n'
        '- {agents: [bengt], from: "9:30", to: "16:30", dates: [2026-03-03]}\n'
    )
    loaded = scenario(TOWN + text, days=2)
    minute = 60_000
    amina = Shift(
        AgentId("amina"), 32 * HOUR_MS, 36 * HOUR_MS, ((2010 * minute, 2025 * minute), (34 * HOUR_MS, 35 * HOUR_MS))
    )
    assert loaded.world.shifts == (amina, Shift(AgentId("bengt"), 570 * minute, 990 * minute))


def test_change_is_laid_over_the_municipalitys_own_files(scenario):
    before = scenario(TOWN).plan
    text = (
        "change:\n  defaults: {ring_s: 15}\n  discipline: longest_wait\n"
        "  queues: {aldre: {plan: [{after_s: 0, to: own}, {after_s: 20, to: any}], priority: 3}}\n"
        "  agents: {amina: {queues: {bygg: 1}}, vikarie: {count: 2, queues: {aldre: 2}}}\nwithout: [bengt]\n"
    )
    after = scenario(TOWN + text).plan
    aldre, bygg = after.queues[QueueId("aldre")], after.queues[QueueId("bygg")]
    assert (aldre.ring_ms, bygg.ring_ms, before.queues[QueueId("bygg")].ring_ms) == (15_000, 15_000, 20_000)
    assert [step.after_ms for step in aldre.steps] == [0, 20_000]
    assert (aldre.priority, aldre.wrap_up_ms, bygg.steps) == (3, 30_000, before.queues[QueueId("bygg")].steps)
    assert after.discipline is Discipline.LONGEST_WAIT
    assert set(after.agents) - set(before.agents) == {"vikarie_1", "vikarie_2"}
    assert set(before.agents) - set(after.agents) == {"bengt"}
    assert dict(after.agents[AgentId("amina")].queues) == {
        "aldre": 3,
        "ovrigt": 2,
        "bygg": 1,
        "barn_skola": 1,
        "socialtjanst": 1,
    }


def test_like_takes_what_is_not_said_and_names_places_in_both_files(scenario, load):
    mine = scenario("like: botkyrka\npatience: {constant: 5}\narrivals: {aldre: {per_hour: 9}}\nshrinkage: 0\n")
    theirs = load_scenario("botkyrka").scenario
    aldre = QueueId("aldre")
    assert mine.world.callers[aldre].patience == Duration(Shape.CONSTANT, 5_000.0)
    assert mine.world.callers[aldre].talk == theirs.world.callers[aldre].talk
    assert mine.world.streams[0].per_hour == (9.0,)
    assert mine.world.streams[1:] == theirs.world.streams[1:]
    wrong = load("like: botkyrka\nmunicipality: danderyd\n").errors
    assert {Path(p.where.file).name for p in wrong} == {"botkyrka.yaml"}


def test_a_warning_about_what_a_scenario_changes_is_told_where_it_is_written(load):
    loaded = load("like: danderyd\nchange: {partners: {svarstalle: {title: Svarstalle, lines: 3}}}\n")
    assert loaded.scenario is not None
    assert [(p.code, Path(p.where.file).name) for p in loaded.problems] == [(Code.UNUSED_PARTNER, "scenario.yaml")]


def test_keys_are_the_shortest_way_or_as_given(scenario):
    text = TOWN.replace("aldre: {per_day: 80}", 'aldre: {per_day: 80}, ovrigt: {per_day: 3, keys: ["", ""]}')
    assert [s.keys for s in scenario(text).world.streams] == [("1",), ("", "")]
    danderyd = "municipality: danderyd\ndate: 2026-03-03\narrivals: {ovrigt: {per_day: 3}}\ntalk: 9\n"
    assert [s.keys for s in scenario(danderyd).world.streams] == [("0",)]


def test_calls_from_a_file(scenario, tmp_path: Path):
    rows = "quarter;queue;calls;date\n08:15;aldre;3,5;\n08:15;aldre;1;2026-03-04\n9:00;bygg;2;2026-03-03\n"
    (tmp_path / "samtal.csv").write_text(rows)
    text = "municipality: botkyrka\ndate: 2026-03-03\ndays: 2\ntalk: 9\narrivals_csv: samtal.csv\n"
    aldre, bygg = scenario(text).world.streams
    assert {n: rate for n, rate in enumerate(aldre.per_hour) if rate} == {33: 14.0, 96 + 33: 18.0}
    assert {n: rate for n, rate in enumerate(bygg.per_hour) if rate} == {36: 8.0}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("quarter;calls\n", "rad 1: kolumnen queue saknas"),
        ("quarter;queue;calls\n8:10;aldre;3\n", "rad 2: '8:10' är ingen kvart"),
        ("quarter;queue;calls\n8:15;aldre;-3\n", "rad 2: '-3' är inget tal"),
        ("quarter;queue;calls\n8:15;aldre\n", "rad 2: '' är inget tal"),
        ("quarter;queue;calls;date\n8:15;aldre;3;igår\n", "rad 2: 'igår' är inget datum"),
        ("quarter;queue;calls\n8:15;nix;3\n", "Gruppen 'nix' i filen finns inte"),
        ("", "samtal.csv är tom"),
    ],
)
def test_calls_file_that_is_wrong_tells_the_row(load, tmp_path: Path, rows: str, said: str):
    (tmp_path / "samtal.csv").write_text(rows)
    text = "municipality: botkyrka\ndate: 2026-03-03\ntalk: 9\narrivals_csv: samtal.csv\n"
    assert any(said in p.sentence for p in load(text).errors)


def test_a_logged_day_in_place_of_rates(scenario, tmp_path: Path):
    """Lived by the simulator itself, written as the engine writes, and read back: as many calls, when they came."""
    entries, _, outcomes = lived(load_scenario("botkyrka", replications=1).scenario)
    write(tmp_path / "home", entries)
    day = scenario(
        "like: botkyrka\narrivals_log: {database: home, date: 2026-03-03, patience: true, talk: true}\n"
        "talk: {aldre: {exponential: 100}}\n"
    )
    at = sorted(ms for stream in day.world.streams for ms in stream.at_ms)
    assert at == sorted(outcomes.arrival_ms[outcomes.entered_ms >= 0].tolist())
    assert day.world.callers[QueueId("aldre")].talk[3] == Duration(Shape.EXPONENTIAL, 100_000.0)


def test_costs_and_thresholds(scenario):
    text = TOWN + "cost_per_agent_hour: 350.5\nrun: {service_level_within_s: 90, short_abandon_s: 5}\n"
    found = scenario(text)
    assert found.cost_ore_per_hour == 35_050
    assert (found.run.threshold_ms, found.run.short_abandon_ms) == (90_000, 5_000)


def test_a_misspelt_distribution_is_not_only_told_as_an_unknown_group(load):
    (problem,) = [p for p in load(MODEL + "patience: {exponental: 240}\n").problems if p.code is Code.UNKNOWN_QUEUE]
    assert problem.cure.startswith("Menar du fördelningen exponential?")
