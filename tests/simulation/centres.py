"""Whole contact centres to simulate: six groups that help each other, and a flooded Monday in Botkyrka."""

from dataclasses import replace
from functools import cache

from ivr.config.load import load, municipality_folder
from queues.ids import AgentId, Instant, MenuId, QueueId
from routing.plan import Agent, Choice, Entrance, Menu, Plan, PlanStep, Queue, TargetKind
from simulator.world import DAY_MS, Callers, Duration, Phones, Run, Scenario, Shape, Shift, Stream, World

MONDAY_MS = Instant(1_772_409_600_000)
"""2026-03-02, 00:00 UTC."""
HOUR_MS = 3_600_000
GROUPS = ((83, 240_000), (74, 240_000), (64, 264_000), (64, 264_000), (54, 264_000), (45, 300_000))
"""Calls an hour, and how long a talk with the group's own people is."""
HELP_MS = 300_000


def exponential(ms):
    return Duration(Shape.EXPONENTIAL, float(ms))


def constant(ms):
    return Duration(Shape.CONSTANT, float(ms))


def six_groups(replications=1, length_ms=DAY_MS, seed=1):
    """Six groups of five; who has waited a minute is anybody's."""
    queues = [QueueId(f"g{i}") for i in range(len(GROUPS))]
    steps = (PlanStep(0, TargetKind.OWN, skip_when_empty=False), PlanStep(60_000, TargetKind.ANY))
    agents = [
        Agent(AgentId(f"{own}_{n}"), ((own, 3), *((other, 1) for other in queues if other != own)))
        for own in queues
        for n in range(5)
    ]
    plan = Plan(
        "six",
        {q: Entrance(MenuId(q)) for q in queues},
        {MenuId(q): Menu(MenuId(q), (), {"1": Choice(queue=q)}, q, q) for q in queues},
        {q: Queue(q, steps) for q in queues},
        {a.id: a for a in agents},
    )
    world = World(
        tuple(
            Stream(q, q, ("1",), slot_ms=DAY_MS, per_hour=(float(rate),) * (length_ms // DAY_MS + 1))
            for q, (rate, _) in zip(queues, GROUPS, strict=True)
        ),
        {
            q: Callers(
                exponential(480_000),
                (exponential(HELP_MS), exponential(HELP_MS), exponential(own), exponential(own), exponential(own)),
            )
            for q, (_, own) in zip(queues, GROUPS, strict=True)
        },
        (),
        everybody_works=True,
    )
    return Scenario("six groups", plan, world, Run(replications, seed, length_ms), Instant(DAY_MS))


@cache
def botkyrka_plan() -> Plan:
    house = load(municipality_folder("botkyrka"), MONDAY_MS).house
    assert house is not None
    return house.plan


def botkyrka(calls_an_hour=30.0, replications=1, seed=1, hours=12, **changed):
    """A Monday: everybody works with a lunch, wraps up, misses a call now and then, and callers ring again."""
    plan = replace(botkyrka_plan(), directory=None)
    number = next(iter(plan.entrances))
    menu = plan.menus[plan.entrances[number].menu]
    ways = {choice.queue: key for key, choice in menu.choices.items() if choice.queue and not choice.language}
    callers = Callers(
        patience=exponential(240_000),
        talk=(exponential(240_000),) * 5,
        wrap_up=(exponential(40_000),) * 5,
        question_levels=(0.7, 0.2, 0.1),
        resolved=(0.5, 0.7, 0.8, 0.9, 0.3),
        redial=0.4,
        redial_after=exponential(600_000),
        rings_again=0.3,
        rings_again_after=exponential(3_600_000),
    )
    rates = (0.0,) * 6 + (calls_an_hour,) * hours
    shifts = tuple(
        Shift(a, 6 * HOUR_MS + i * 600_000, 17 * HOUR_MS + i * 300_000, (_lunch(i),)) for i, a in enumerate(plan.agents)
    )
    world = World(
        tuple(Stream(q, number, (key,), exponential(25_000), HOUR_MS, rates) for q, key in ways.items()),
        dict.fromkeys(plan.queues, replace(callers, **changed)),
        shifts,
        shrinkage=0.05,
        phones=Phones(exponential(6_000), misses=0.02),
    )
    return Scenario("Botkyrka", plan, world, Run(replications, seed), MONDAY_MS, "Europe/Stockholm")


def _lunch(i):
    begins = 11 * HOUR_MS + i % 4 * 1_800_000
    return begins, begins + 1_800_000
