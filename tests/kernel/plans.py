"""Plans at random: small houses in which every rule of a plan is met sooner or later."""

from random import Random

from queues.ids import AgentId, Clearance, MenuId, PartnerId, PromptId, QueueId
from routing.plan import (
    FAR_FUTURE_MS,
    Agent,
    CallbackRules,
    Choice,
    Discipline,
    Entrance,
    Menu,
    OpenHours,
    Partner,
    Plan,
    PlanStep,
    Queue,
    TargetKind,
    WaitingRules,
)
from routing.survey_rules import Question, Survey
from tests.kernel.directory import random_directory
from tests.kernel.plans_of_limits import conditional, limited

START_MS = 1_700_000_000_000
PARTNERS = (PartnerId("p0"), PartnerId("p1"))
QUEUES = tuple(QueueId(f"q{i}") for i in range(4))
AGENTS = tuple(AgentId(f"a{i}") for i in range(5))
HOURS = ("dag", "kvall")
CLEARANCES = (Clearance("barn"), Clearance("halsa"))


def random_plan(rnd: Random, name: str = "p") -> Plan:
    """Some of the queues and people, with rules that contradict each other as little as a checked plan's do."""
    queues = {q: limited(rnd, _queue(rnd, q), QUEUES) for q in QUEUES[: rnd.randint(1, len(QUEUES))]}
    agents = [_agent(rnd, a, tuple(queues)) for a in AGENTS if rnd.random() < 0.9]
    return Plan(
        name,
        entrances={
            "": Entrance(MenuId("m0"), greeting=(PromptId("hej"),), closed_prompts=(PromptId("stangt"),)),
            "2": Entrance(
                MenuId("m1"), hours=_hours(rnd), hours_id="dag", closed_prompts=(PromptId("stangt"),), language="en"
            ),
        },
        menus={menu.id: menu for menu in _menus(rnd, tuple(queues))},
        queues=queues,
        agents={agent.id: agent for agent in agents},
        directory=random_directory(rnd, AGENTS, START_MS),
        partners={partner: _partner(rnd, partner) for partner in PARTNERS if rnd.random() < 0.7},
        discipline=rnd.choice(list(Discipline)),
        survey=_survey(rnd),
        login_by_phone=rnd.random() < 0.3,
        rona_pause_ms=rnd.choice([0, 1_000, 60_000]),
        rona_limit=rnd.randint(1, 3),
        max_calls=rnd.choice([3, 1_000, 1_000, 1_000]),
        max_calls_per_caller=rnd.choice([0, 0, 1, 3]),
        resume_place_ms=rnd.choice([0, 60_000]),
    )


def _hours(rnd: Random) -> OpenHours:
    if rnd.random() < 0.6:
        return OpenHours()
    opens = START_MS + rnd.choice([-3_600_000, 30_000])
    return OpenHours((opens,), (opens + rnd.choice([20_000, 3_660_000, 10_000_000]),))


def _step(rnd: Random, after_ms: int) -> PlanStep:
    return PlanStep(
        after_ms,
        rnd.choice([TargetKind.OWN] * 3 + [TargetKind.ANY] * 4 + [TargetKind.PARTNER] * 3),
        queues=tuple(rnd.sample(QUEUES, rnd.choice([0, 0, 1, 3]))),
        min_level=rnd.choice([1, 1, 2, 3]),
        skip_when_empty=rnd.random() < 0.7,
        partner=rnd.choice(PARTNERS),
    )


def _partner(rnd: Random, name: PartnerId) -> Partner:
    return Partner(
        name,
        lines=rnd.randint(1, 3),
        hours=_hours(rnd),
        hours_id=rnd.choice(["", *HOURS]),
        ring_ms=rnd.choice([1_000, 30_000]),
        whisper=(PromptId("kommun"),) * rnd.randint(0, 1),
        most_ms_a_day=rnd.choice([FAR_FUTURE_MS, 60_000]),
        short_talk_ms=rnd.choice([0, 5_000]),
        trips_after=rnd.randint(1, 3),
        probe_ms=rnd.choice([0, 30_000]),
        again_ms=rnd.choice([0, 30_000]),
    )


def _queue(rnd: Random, name: QueueId) -> Queue:
    delays = sorted(rnd.choice([0, 0, 5_000, 20_000, 60_000]) for _ in range(rnd.randint(1, 3)))
    return Queue(
        name,
        tuple(conditional(rnd, _step(rnd, after), _hours(rnd)) for after in delays),
        clearance=rnd.choice([Clearance(""), Clearance(""), *CLEARANCES]),
        hours=_hours(rnd),
        hours_id=rnd.choice(["", *HOURS]),
        queued_prompts=(PromptId("i_ko"),) * rnd.randint(0, 1),
        waiting_prompts=(PromptId("vantar"),) * rnd.randint(0, 1),
        closed_prompts=(PromptId("stangt"),) * rnd.randint(0, 1),
        first_message_ms=rnd.choice([0, 10_000]),
        message_every_ms=rnd.choice([0, *[50_000] * 9]),
        priority=rnd.choice([0, 0, 1, 9]),
        ring_ms=rnd.choice([0, 5_000, 20_000, 20_000, 20_000]),
        wrap_up_ms=rnd.choice([0, 30_000]),
        lend_when_ready_over=rnd.choice([0, 0, 1, 2]),
        serve_after_close_ms=rnd.choice([0, 900_000]),
        waiting=_waiting(rnd),
        callback=_callback(rnd),
    )


def _callback(rnd: Random) -> CallbackRules | None:
    if rnd.random() < 0.3:
        return None
    return CallbackRules(
        retry_ms=rnd.choice([0, 1_000, 60_000]),
        tries=rnd.choice([1, 1, 2, 3]),
        deadline_ms=rnd.choice([1, 30_000, 600_000]),
        next_day=rnd.random() < 0.5,
        ring_ms=rnd.choice([0, 5_000, 30_000]),
        promised_prompts=(PromptId("ringer_upp"),),
        refused_prompts=(PromptId("gar_inte"),) * rnd.randint(0, 1),
    )


def _waiting(rnd: Random) -> WaitingRules:
    if rnd.random() < 0.4:
        return WaitingRules()
    return WaitingRules(
        position=rnd.random() < 0.7,
        estimate=rnd.random() < 0.7,
        repeat_key=rnd.choice(["", "*"]),
        human_key=rnd.choice(["", "0"]),
        human=rnd.choice(QUEUES),
        callback_key=rnd.choice(["", "5"]),
        callback_over_ms=rnd.choice([0, 180_000]),
        callback_prompts=(PromptId("tryck_5"),) * rnd.randint(0, 1),
    )


def _agent(rnd: Random, name: AgentId, queues: tuple[QueueId, ...]) -> Agent:
    served = rnd.sample(queues, rnd.choice([0, *range(1, len(queues) + 1)]))
    clearances = frozenset(c for c in CLEARANCES if rnd.random() < 0.6)
    languages = frozenset({"en"} if rnd.random() < 0.3 else ())
    return Agent(name, tuple((q, rnd.randint(1, 3)) for q in served), clearances, languages)


def _survey(rnd: Random) -> Survey | None:
    if rnd.random() < 0.5:
        return None
    questions = tuple(Question(f"f{i}", (PromptId("fraga"),)) for i in range(rnd.randint(0, 3)))
    thanks = (PromptId("tack"),) * rnd.randint(0, 1)
    return Survey(questions, (), thanks, every=rnd.choice([1, 1, 2]), confidential=rnd.random() < 0.5)


def _menus(rnd: Random, queues: tuple[QueueId, ...]) -> list[Menu]:
    menus = [MenuId("m0"), MenuId("m1")]
    return [
        Menu(
            menu,
            (PromptId("val"),),
            {str(i): Choice(queue=q) for i, q in enumerate(queues, 1)}
            | {"5": Choice(directory=True)}
            | {"9": Choice(menu=rnd.choice(menus), language=rnd.choice(["", "", "en", "sv"]))},
            default=rnd.choice(queues),
            human=rnd.choice(queues),
            invalid_prompts=(PromptId("fel_val"),),
            repeats=rnd.randint(0, 2),
            invalid_tries=rnd.randint(1, 3),
            max_asks=rnd.choice([3, 10]),
        )
        for menu in menus
    ]
