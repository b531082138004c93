"""A small directory, and callers who look for somebody in it: what the tests of names are written with."""

from random import Random

from queues.ids import AgentId, Instant, PersonId, PromptId
from routing.directory import Directory, Listed
from routing.events import CallArrived, DigitsEntered
from routing.plan import Choice, OpenHours
from tests.kernel.centre import MENU, Bench, agent, plan_of, queue

NAMING_KEY = "6"
MANY = tuple((first, "Bergman") for first in ("Bo", "Ida", "Lars", "My", "Per", "Siv", "Ulf", "Åke"))


def listed(first: str, last: str, **more) -> Listed:
    name = PersonId(f"{first}_{last}".lower())
    return Listed(name, first, last, PromptId(f"namn-{name}"), PromptId("avd"), **more)


def directory_of(*people: Listed, **rules) -> Directory:
    return Directory({person.id: person for person in people}, **rules)


def plan_with(*people: Listed, agents=None, queues=None, **rules):
    """A plan whose key 6 leads to these people, and whose line for everything else is ovrigt."""
    made = plan_of(
        agents or [agent("anna", ovrigt=2)],
        queues or [queue("bygg"), queue("ovrigt")],
        directory=directory_of(*people),
        **rules,
    )
    menu = made.menus[MENU]
    menu.choices[NAMING_KEY] = Choice(directory=True)  # type: ignore[index]  # a dict of the test's own
    return made


class NamingBench(Bench):
    """A bench with a caller who types."""

    def looks(self, seconds: float, call: str = "c1", caller: str = "0701740605"):
        """A caller rings and chooses to look for a person."""
        return self.at(seconds, CallArrived(call, "0850000", caller), DigitsEntered(call, NAMING_KEY))

    def types(self, seconds: float, keys: str, call: str = "c1"):
        """The keys one after the other; "." is silence."""
        step = self.step
        for key in keys:
            step = self.at(seconds, DigitsEntered(call, key.strip(".")))
        return step


def random_directory(rnd: Random, agents: tuple[AgentId, ...], start_ms: int) -> Directory | None:
    """A few people with names of two or three letters, some of whom share a phone, or have a seat, or are away."""
    if rnd.random() < 0.2:
        return None
    people = []
    for i in range(rnd.randint(0, 6)):
        first, last = ("".join(rnd.choices("ad", k=rnd.randint(1, 2))) for _ in range(2))
        seat = AgentId(rnd.choice(["", "", "", *agents[:3], "gone"]))
        hours = OpenHours((start_ms + 5_000,), (start_ms + 100_000,)) if rnd.random() < 0.2 else None
        absent = Instant(start_ms + 60_000 if rnd.random() < 0.2 else 0)
        phone = rnd.choice(["", "tel-1", "tel-1", "tel-2", "+46850000"])
        people.append(
            Listed(
                PersonId(f"p{i}"),
                first,
                last,
                PromptId(f"namn-{i}"),
                agent=seat,
                phone=phone,
                hours=hours,
                absent_until_ms=absent,
            )
        )
    return Directory(
        {person.id: person for person in people},
        most_choices=rnd.randint(1, 3),
        least_digits=rnd.randint(1, 3),
        tries=rnd.randint(1, 2),
        most_keys=rnd.choice([5, 60]),
        ring_ms=rnd.choice([5_000, 25_000]),
    )
