"""A small municipality made by hand: Botkyrka's menu, six people, one confidential queue."""

from dataclasses import replace

from ivr.config.house import House, Opening, Person
from queues.ids import NO_CLEARANCE, AgentId, Clearance, MenuId, PromptId, QueueId
from routing.plan import Agent, Choice, Entrance, Menu, Plan, PlanStep, Queue, TargetKind

NUMBER = "0853061000"
SOCIAL = Clearance("socialtjanst")
MENU = MenuId("huvudmeny")
KEYS = {"1": "aldre", "2": "barn_skola", "3": "socialtjanst", "4": "bygg", "5": "ovrigt", "6": "ovrigt"}
QUEUES = ("aldre", "barn_skola", "socialtjanst", "bygg", "ovrigt")
PEOPLE = {
    "alma": (("barn_skola", 3), ("ovrigt", 1)),
    "bo": (("barn_skola", 2), ("ovrigt", 1)),
    "cilla": (("socialtjanst", 3), ("ovrigt", 1)),
    "dan": (("ovrigt", 3),),
    "eva": (("aldre", 3), ("ovrigt", 1)),
    "finn": (("bygg", 3), ("ovrigt", 1)),
}
EVERY_DAY = Opening(weekly=(((0, 1440),),) * 7, dates={})
PROMPTS = ("valkommen", "huvudmeny", "repetera", "fel_val", "stangt", "kotid", "reservlage", "kris")


def _queue(name: str) -> Queue:
    return Queue(
        id=QueueId(name),
        steps=(PlanStep(0, TargetKind.OWN), PlanStep(0, TargetKind.ANY)),
        clearance=SOCIAL if name == "socialtjanst" else NO_CLEARANCE,
        closed_prompts=(PromptId("stangt"),),
        waiting_prompts=(PromptId("kotid"),),
        ring_ms=5_000,
        wrap_up_ms=0,
    )


def small_plan() -> Plan:
    """One entrance, one menu, five queues."""
    menu = Menu(
        id=MENU,
        prompts=(PromptId("huvudmeny"), PromptId("repetera")),
        choices={
            **{key: Choice(queue=QueueId(queue)) for key, queue in KEYS.items()},
            "8": Choice(menu=MENU, language="en"),
        },
        default=QueueId("ovrigt"),
        human=QueueId("ovrigt"),
        invalid_prompts=(PromptId("fel_val"),),
        first_key_ms=1_000,
        repeats=1,
    )
    return Plan(
        digest="test",
        entrances={
            NUMBER: Entrance(menu=MENU, closed_prompts=(PromptId("stangt"),), greeting=(PromptId("valkommen"),)),
        },
        menus={MENU: menu},
        queues={QueueId(name): _queue(name) for name in QUEUES},
        agents={
            AgentId(a): Agent(
                id=AgentId(a),
                queues=tuple((QueueId(q), level) for q, level in queues),
                clearances=frozenset({SOCIAL} if a == "cilla" else ()),
            )
            for a, queues in PEOPLE.items()
        },
    )


def small_house() -> House:
    """Always open; everything on 127.0.0.1."""
    return House(
        name="provkommun",
        title="Provkommun",
        timezone="Europe/Stockholm",
        language="sv",
        plan=small_plan(),
        people={
            AgentId(a): Person(id=AgentId(a), name=a.title(), extension=str(201 + i)) for i, a in enumerate(PEOPLE)
        },
        queue_titles={QueueId(name): name for name in QUEUES},
        openings={"alltid": EVERY_DAY},
        entrance_hours={NUMBER: "alltid"},
        queue_hours={},
        prompts=frozenset(PromptId(p) for p in PROMPTS),
        fallback_prompts=(PromptId("reservlage"),),
        languages=("sv", "en"),
        crisis_prompts=(PromptId("kris"),),
    )


def with_hours(house: House, opening: Opening) -> House:
    """The house with these opening hours at its entrance."""
    return replace(house, openings={"alltid": opening})
