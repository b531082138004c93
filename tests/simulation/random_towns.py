"""Small towns at random, in which all that the fast driver covers happens at the same instants all the time."""

from dataclasses import replace
from random import Random

from queues.ids import AgentId, Clearance, MenuId, PartnerId, PromptId, QueueId
from routing.plan import (
    FAR_FUTURE_MS,
    Agent,
    Choice,
    Discipline,
    Entrance,
    Leads,
    Limit,
    Menu,
    OpenHours,
    Partner,
    Plan,
    PlanStep,
    Queue,
    TargetKind,
    WayOut,
)
from simulator.world import (
    FOR_EVER,
    NEVER_MS,
    NONE,
    Callers,
    Duration,
    Instant,
    Phones,
    Run,
    Scenario,
    Shape,
    Shift,
    Stream,
    World,
)

S = 1_000
MIDNIGHT_MS = 1_700_006_400_000
START_MS = MIDNIGHT_MS - 45 * S
QUEUES = tuple(QueueId(f"q{i}") for i in range(5))
CLEARANCES = (Clearance("barn"), Clearance("halsa"))
HOURS = ("dag", "kvall")


def random_town(rnd: Random) -> Scenario:
    """A scenario that the fast driver covers; a rush of callers in some."""
    coarse = rnd.random() < 0.7
    length_ms = rnd.choice([30, 120, 600]) * S
    queues = QUEUES[: rnd.randint(1, 5)]
    partners = {p: _partner(rnd, p, length_ms) for p in (PartnerId("p0"), PartnerId("p1")) if rnd.random() < 0.4}
    agents = [_agent(rnd, AgentId(f"a{i}"), queues) for i in range(rnd.randint(1, 8))]
    busy = rnd.choice([0.6, 0.6, 1.0])
    plan = Plan(
        "town",
        entrances={
            "": Entrance(MenuId("m0")),
            "2": Entrance(MenuId("m1"), hours=_hours(rnd, length_ms), hours_id=rnd.choice(["", *HOURS])),
        },
        menus={m: _menu(rnd, m, queues) for m in (MenuId("m0"), MenuId("m1"))},
        queues={q: _queue(rnd, q, queues, tuple(partners), length_ms) for q in queues},
        agents={agent.id: agent for agent in agents},
        partners=partners,
        discipline=rnd.choice(list(Discipline)),
        rona_pause_ms=rnd.choice([0, S, 20 * S]),
        rona_limit=rnd.randint(1, 3),
        dead_air_ms=rnd.choice([0, 1, 3, 15]) * S,
    )
    world = World(
        streams=tuple(_stream(rnd, queues, length_ms, coarse=coarse) for _ in range(rnd.randint(1, 4))),
        callers={q: _callers(rnd, coarse=coarse) for q in queues if rnd.random() < 0.9},
        shifts=tuple(shift for agent in agents if rnd.random() < busy for shift in _shifts(rnd, agent.id, length_ms)),
        everybody_works=rnd.random() < 0.8,
        shrinkage=rnd.choice([0.0, 0.0, 0.3]),
        phones=_phones(rnd, coarse=coarse),
        partner_phones=Phones(span(rnd, [0, 1, 4, 8], coarse=coarse), rnd.choice([0.0, 0.0, 0.2, 0.6, 1.0])),
    )
    run = Run(replications=2, seed=rnd.randrange(2**31), length_ms=length_ms)
    return Scenario("town", plan, world, run, Instant(START_MS))


def span(rnd: Random, seconds: list[int], *, coarse: bool) -> Duration:
    """Constant, or one of a few whole seconds, or any length at all."""
    if coarse and rnd.random() < 0.6:
        return Duration(Shape.EMPIRICAL, 1.0, samples=tuple(s * S for s in rnd.choices(seconds, k=rnd.randint(1, 4))))
    mean_ms = float(rnd.choice(seconds) * S)
    return Duration(Shape.CONSTANT if coarse or rnd.random() < 0.3 else Shape.EXPONENTIAL, mean_ms)


def _hours(rnd: Random, length_ms: int) -> OpenHours:
    if rnd.random() < 0.6:
        return OpenHours()
    bounds = sorted({START_MS + rnd.randrange(-20, length_ms // S + 20) * S for _ in range(rnd.choice([2, 2, 4]))})
    if len(bounds) % 2:
        bounds.append(FAR_FUTURE_MS)
    return OpenHours(tuple(bounds[::2]), tuple(bounds[1::2]))


def _partner(rnd: Random, name: PartnerId, length_ms: int) -> Partner:
    return Partner(
        name,
        lines=rnd.randint(1, 3),
        hours=_hours(rnd, length_ms),
        ring_ms=rnd.choice([0, 2, 5, 5, 5]) * S,
        most_ms_a_day=rnd.choice([FAR_FUTURE_MS, FAR_FUTURE_MS, 0, 1 * S, 5 * S, 20 * S, 50 * S]),
        trips_after=rnd.randint(1, 3),
        probe_ms=rnd.choice([0, 1, 5, 30]) * S,
        again_ms=rnd.choice([0, 1, 5, 30]) * S,
    )


def _agent(rnd: Random, name: AgentId, queues: tuple[QueueId, ...]) -> Agent:
    served = rnd.sample(queues, rnd.choice([0, *[n + 1 for n in range(len(queues))] * 2]))
    clearances = frozenset(c for c in CLEARANCES if rnd.random() < 0.7)
    return Agent(name, tuple((q, rnd.randint(1, 3)) for q in served), clearances)


def _queue(
    rnd: Random, name: QueueId, queues: tuple[QueueId, ...], partners: tuple[PartnerId, ...], length_ms: int
) -> Queue:
    delays = sorted(rnd.choice([0, 0, 0, 2, 5, 20, 60]) * S for _ in range(rnd.randint(1, 4)))
    return Queue(
        name,
        tuple(_step(rnd, after, queues, partners, length_ms) for after in delays),
        clearance=rnd.choice([Clearance("")] * 4 + list(CLEARANCES)),
        hours=_hours(rnd, length_ms) if rnd.random() < 0.5 else OpenHours(),
        hours_id=rnd.choice(["", "", *HOURS]),
        priority=rnd.choice([0, 0, 1, 9]),
        ring_ms=rnd.choice([3, 5, 20, 20, 20]) * S,
        answer_target_ms=rnd.choice([0, 60, 120]) * S,
        lend_when_ready_over=rnd.choice([0, 0, 0, 1, 2]),
        serve_after_close_ms=rnd.choice([0, 5, 900]) * S,
        max_wait=_limit(rnd, queues, partners, [0, 10, 60], S),
        max_length=_limit(rnd, queues, partners, [0, 1, 3], 1),
        nobody_logged_in=_limit(rnd, queues, partners, [0, 1, 5, 20], S),
    )


def _step(
    rnd: Random, after_ms: int, queues: tuple[QueueId, ...], partners: tuple[PartnerId, ...], length_ms: int
) -> PlanStep:
    kinds = [TargetKind.OWN] * 3 + [TargetKind.ANY] * 5 + [TargetKind.PARTNER] * (2 if partners else 0)
    step = PlanStep(
        after_ms,
        rnd.choice(kinds),
        queues=tuple(rnd.sample(queues, rnd.choice([0, 0, 1]))),
        min_level=rnd.choice([1, 1, 2, 3]),
        skip_when_empty=rnd.random() < 0.6,
        partner=rnd.choice(partners) if partners else PartnerId(""),
    )
    if rnd.random() < 0.7:
        return step
    return replace(
        step,
        queue_longer_than=rnd.choice([-1, 0, 1, 3]),
        own_ready_under=rnd.choice([0, 1, 2]),
        hours=_hours(rnd, length_ms),
        only_by_limit=rnd.random() < 0.1,
    )


def _limit(
    rnd: Random, queues: tuple[QueueId, ...], partners: tuple[PartnerId, ...], bounds: list[int], unit: int
) -> Limit | None:
    if rnd.random() < 0.6:
        return None
    ways = [WayOut(Leads.QUEUE, queue=rnd.choice(queues)) for _ in range(rnd.randint(0, 2))]
    if partners and rnd.random() < 0.5:
        ways.insert(rnd.randint(0, len(ways)), WayOut(Leads.PARTNER, partner=rnd.choice(partners)))
    if not ways or rnd.random() < 0.5:
        ways.append(WayOut(Leads.MESSAGE, prompts=(PromptId("full"),)))
    return Limit(rnd.choice(bounds) * unit, tuple(ways))


def _menu(rnd: Random, name: MenuId, queues: tuple[QueueId, ...]) -> Menu:
    choices = {str(i): Choice(queue=q) for i, q in enumerate(queues, 1)} | {"9": Choice(menu=MenuId("m1"))}
    return Menu(name, (PromptId("val"),), choices, default=rnd.choice(queues), human=rnd.choice(queues))


def _stream(rnd: Random, queues: tuple[QueueId, ...], length_ms: int, *, coarse: bool) -> Stream:
    calls = rnd.choice([3, 10, 30])
    keys = rnd.choice([("1",), (str(rnd.randint(1, len(queues))),), ("9", "1"), ("0",), ("", ""), ("8", "8"), ()])
    at_ms = sorted(rnd.randrange(length_ms // S if coarse else length_ms) * (S if coarse else 1) for _ in range(calls))
    if rnd.random() < 0.2:
        at_ms = sorted(at_ms[: calls // 2] + [at_ms[0]] * (calls - calls // 2))
    return Stream(
        rnd.choice(queues),
        number=rnd.choice(["", "", "1", "2"]),
        keys=keys,
        menu=rnd.choice([NONE, span(rnd, [0, 1, 3], coarse=coarse)]),
        at_ms=tuple(at_ms),
    )


def _callers(rnd: Random, *, coarse: bool) -> Callers:
    no_wrap_up = rnd.random() < 0.4

    def by_level(seconds: list[int]) -> tuple[Duration, ...]:
        return tuple(span(rnd, seconds, coarse=coarse) for _ in range(5))

    return Callers(
        patience=rnd.choice([FOR_EVER, *[span(rnd, [1, 5, 30, 120], coarse=coarse) for _ in range(9)]]),
        talk=by_level([0, 1, 5, 20]),
        wrap_up=(NONE,) * 5 if no_wrap_up else by_level([0, 1, 5]),
        resolved=tuple(rnd.choice([0.0, 0.5, 1.0]) for _ in range(5)),
        redial=rnd.choice([0.0, 0.3, 0.6]),
        redial_after=span(rnd, [0, 1, 10], coarse=coarse),
        rings_again=rnd.choice([0.0, 0.3]),
        rings_again_after=span(rnd, [0, 5], coarse=coarse),
    )


def _phones(rnd: Random, *, coarse: bool) -> Phones:
    if rnd.random() < 0.4:
        return Phones()
    returns = Duration(Shape.CONSTANT, rnd.choice([5.0 * S, 60.0 * S, float(NEVER_MS)]))
    return Phones(span(rnd, [0, 1, 3, 20], coarse=coarse), rnd.choice([0.0, 0.2]), returns)


def _shifts(rnd: Random, agent: AgentId, length_ms: int) -> list[Shift]:
    bounds = sorted({rnd.randrange(length_ms // S + 10) * S for _ in range(rnd.choice([2, 2, 4]))})
    return [
        Shift(agent, begins, ends, _breaks(rnd, begins, ends))
        for begins, ends in zip(bounds[::2], bounds[1::2], strict=False)
    ]


def _breaks(rnd: Random, begins_ms: int, ends_ms: int) -> tuple[tuple[int, int], ...]:
    bounds = sorted({rnd.randint(begins_ms // S, ends_ms // S) * S for _ in range(rnd.choice([0, 0, 2, 4]))})
    return tuple(zip(bounds[::2], bounds[1::2], strict=False))
