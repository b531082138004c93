"""Which scenarios have a formula, and that it is the right one."""

import math
from dataclasses import replace

import pytest

from queues.ids import AgentId, MenuId, PromptId, QueueId
from routing.plan import (
    Agent,
    Choice,
    Entrance,
    Leads,
    Limit,
    Menu,
    OpenHours,
    Plan,
    PlanStep,
    Queue,
    TargetKind,
    WayOut,
)
from simulator import theory
from simulator.drawing.distributions import Row, drawn_rows
from simulator.report.beside import as_dict, formula_for, formulas_for, surviving
from simulator.spans import Purpose
from simulator.world import DAY_MS, NEVER_MS, Callers, Duration, Phones, Run, Scenario, Shape, Shift, Stream, World

LINE, OTHER = QueueId("kö"), QueueId("annan")
OWN = (PlanStep(0, TargetKind.OWN),)


def exponential(seconds):
    return Duration(Shape.EXPONENTIAL, 1000.0 * seconds)


def model(callers=None, *, world=None, queue=None, agents=None, streams=None, number=""):
    """M/M/4: 60 calls an hour of three minutes; each part can be another."""
    queues = {LINE: Queue(LINE, OWN, **(queue or {})), OTHER: Queue(OTHER, OWN)}
    people = agents or [Agent(AgentId(f"p{n}"), ((LINE, 2),)) for n in range(4)]
    menu = Menu(MenuId("m"), (PromptId("p"),), {"1": Choice(queue=LINE)}, LINE, LINE)
    plan = Plan("d", {number: Entrance(menu.id)}, {menu.id: menu}, queues, {a.id: a for a in people})
    ringing = streams or (Stream(LINE, number, ("1",), per_hour=(60.0,)),)
    them = Callers(**({"talk": (exponential(180),) * 5} | (callers or {})))
    everybody = World(ringing, {LINE: them, OTHER: them}, (), everybody_works=True)
    return Scenario("modell", plan, replace(everybody, **(world or {})), Run(10))


def test_a_queue_of_its_own_is_erlang_c_and_with_patience_erlang_a():
    without, patient = formula_for(model()), formula_for(model({"patience": exponential(240)}))
    assert without.name == "Erlang C, 4 svarande"
    assert without.figures == theory.mmc(60, 180, 4, 120)
    assert patient.name == "Erlang A, 4 svarande"
    assert patient.figures == theory.mmcm(60, 180, 4, 120, 240)
    assert without.as_measures()["asa_s"] == without.figures.asa_s


def test_a_line_with_so_many_places_or_none():
    told = Limit(7, (WayOut(Leads.MESSAGE),))
    seven = formula_for(model({"patience": exponential(240)}, queue={"max_length": told}))
    assert seven.name == "M/M/4/11+M"
    assert seven.figures == theory.mmc_k(60, 180, 4, 120, 7, 240)
    wraps = {
        "talk": (Duration(Shape.LOGNORMAL, 150_000.0, 1.5),) * 5,
        "wrap_up": (Duration(Shape.CONSTANT, 30_000.0),) * 5,
    }
    none = formula_for(model(wraps, queue={"max_length": Limit(0, told.ways)}))
    assert none.name == "Erlang B, 4 svarande"
    assert none.figures.blocked == pytest.approx(theory.erlang_b(3, 4))


@pytest.mark.parametrize(
    "patience",
    [
        Duration(Shape.CONSTANT, 90_000.0),
        Duration(Shape.WEIBULL, 90_000.0, 1.7),
        Duration(Shape.GAMMA, 90_000.0, 0.6),
        Duration(Shape.ERLANG, 90_000.0, 3),
        Duration(Shape.LOGNORMAL, 90_000.0, 1.2),
        Duration(Shape.EMPIRICAL, 1.0, samples=(20_000, 50_000, 50_000, NEVER_MS)),
    ],
)
def test_patience_of_any_form_survives_as_it_is_drawn(patience):
    row = Row(0, 200_000, 0, Purpose.PATIENCE, patience.shape, patience.parameter, patience.samples)
    spans = drawn_rows(2, 0, 200_000, [row])
    survival, _ = surviving(patience)
    assert survival(0.0) == 1
    for seconds in (10.0, 45.0, 89.0, 91.0, 300.0):
        share = float((spans * patience.mean_ms > 1000 * seconds).mean())
        assert survival(seconds) == pytest.approx(share, abs=0.004)
    formula = formula_for(model({"patience": patience}))
    assert formula.name == "M/M/4+G"
    assert 0 < formula.figures.abandoned < 0.4
    assert formula_for(model({"patience": patience}, queue={"max_length": Limit(3, (WayOut(Leads.MESSAGE),))})) is None


HELD_BACK = {
    "two speeds": model({"talk": (exponential(180),) * 3 + (exponential(100),) * 2}, agents=[
        Agent(AgentId("a"), ((LINE, 2),)), Agent(AgentId("b"), ((LINE, 3),)),
    ]),
    "wrap-up": model({"wrap_up": (exponential(20),) * 5}),
    "constant talk": model({"talk": (Duration(Shape.CONSTANT, 180_000.0),) * 5}),
    "redials": model({"redial": 0.5, "patience": exponential(100)}),
    "unsettled ring again": model({"rings_again": 0.5, "resolved": (0.8,) * 5}),
    "puts through": model({"transfers": True, "question_levels": (0.5, 0.5, 0.0)}),
    "callback key": model({"presses_callback_ms": exponential(60)}),
    "shifts": model(world={"everybody_works": False, "shifts": (Shift(AgentId("p0"), 0, DAY_MS),)}),
    "ringing": model(world={"phones": Phones(exponential(5))}),
    "misses": model(world={"phones": Phones(misses=0.1)}),
    "rates change": model(streams=(Stream(LINE, "", ("1",), slot_ms=DAY_MS // 2, per_hour=(60.0, 30.0)),)),
    "ends early": model(streams=(Stream(LINE, "", ("1",), slot_ms=DAY_MS // 2, per_hour=(60.0,)),)),
    "logged": model(streams=(Stream(LINE, "", ("1",), at_ms=(5, 6)),)),
    "waits no longer": model(queue={"max_wait": Limit(60_000, (WayOut(Leads.MESSAGE),))}),
    "moves on when full": model(queue={"max_length": Limit(3, (WayOut(Leads.QUEUE, OTHER),))}),
    "closes": model(queue={"hours": OpenHours((0,), (DAY_MS + 1,))}),
    "overloaded": model(streams=(Stream(LINE, "", ("1",), per_hour=(90.0,)),)),
    "nobody": model(agents=[Agent(AgentId("a"), ((OTHER, 2),))]),
    "help later": replace(
        model(agents=[Agent(AgentId("a"), ((LINE, 2),)), Agent(AgentId("b"), ((LINE, 1),))]),
        plan=replace(
            model(agents=[Agent(AgentId("a"), ((LINE, 2),)), Agent(AgentId("b"), ((LINE, 1),))]).plan,
            queues={LINE: Queue(LINE, (*OWN, PlanStep(60_000, TargetKind.ANY)))},
        ),
    ),
    "two lines, shared people": model(
        agents=[Agent(AgentId(f"p{n}"), ((LINE, 2), (OTHER, 2))) for n in range(4)],
        streams=tuple(Stream(queue, "", ("1",), per_hour=(20.0,)) for queue in (LINE, OTHER)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("scenario", HELD_BACK.values(), ids=HELD_BACK.keys())
def test_what_the_formulas_do_not_cover_has_none(scenario):
    assert formula_for(scenario) is None


def test_lines_with_people_of_their_own_have_a_formula_each():
    people = [Agent(AgentId(f"p{n}"), ((LINE if n < 4 else OTHER, 2),)) for n in range(9)]
    streams = tuple(Stream(queue, "", ("1",), per_hour=(30.0,)) for queue in (LINE, OTHER, LINE))
    scenario = model({"patience": exponential(240)}, agents=people, streams=streams)
    found = formulas_for(scenario)
    assert {queue: formula.name for queue, formula in found.items()} == {
        LINE: "Erlang A, 4 svarande",
        OTHER: "Erlang A, 5 svarande",
    }
    assert found[LINE].figures == theory.mmcm(60, 180, 4, 120, 240)
    assert formula_for(scenario) is None
    assert as_dict(scenario)[LINE]["name"] == "Erlang A, 4 svarande"
    assert math.isclose(as_dict(scenario)[LINE]["occupancy"], found[LINE].figures.occupancy)
