"""A house without closing time: for trying out, drills and tests at any hour."""

from dataclasses import replace

from ivr.config.house import House, Opening
from routing.directory import Directory
from routing.plan import ALWAYS_OPEN, Queue

ROUND_THE_CLOCK = Opening((((0, 24 * 60),),) * 7, {})


def always_open(house: House) -> House:
    """The same house, open around the clock, in the kernel and in the fail-open dialplan alike.

    Its hours keep their names, by which they can still be forced closed.
    """
    plan = house.plan
    entrances = {number: replace(entrance, hours=ALWAYS_OPEN) for number, entrance in plan.entrances.items()}
    queues = {name: _always_open(queue) for name, queue in plan.queues.items()}
    partners = {name: replace(partner, hours=ALWAYS_OPEN) for name, partner in plan.partners.items()}
    return replace(
        house,
        plan=replace(plan, entrances=entrances, queues=queues, partners=partners, directory=_there(plan.directory)),
        openings=dict.fromkeys(house.openings, ROUND_THE_CLOCK),
    )


def _there(directory: Directory | None) -> Directory | None:
    """Everybody of the directory has telephone hours at all times."""
    if directory is None:
        return None
    return replace(directory, people={name: replace(p, hours=None) for name, p in directory.people.items()})


def _always_open(queue: Queue) -> Queue:
    steps = tuple(replace(step, hours=ALWAYS_OPEN) for step in queue.steps)
    return replace(queue, hours=ALWAYS_OPEN, steps=steps)
