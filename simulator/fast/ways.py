"""Where keys lead, walked through the very menus of the kernel, and whose hours are one: known before anybody rings."""

from collections.abc import Iterable
from typing import NamedTuple

from queues.ids import QueueId
from routing.menu import MAX_MENUS, MenuTries, answer
from routing.plan import Entrance, OpenHours, Plan, Queue
from simulator.world import Stream

NOWHERE = QueueId("")


class Way(NamedTuple):
    """Where somebody comes who presses what their stream presses, if everything is open."""

    entrance: Entrance
    queue: QueueId
    """NOWHERE if it is no line."""
    language: str


def ways_of(plan: Plan, streams: Iterable[Stream]) -> list[Way]:
    """For each stream its way."""
    return [_way(plan, stream) for stream in streams]


def _way(plan: Plan, stream: Stream) -> Way:
    entrances = plan.entrances
    entrance = entrances.get(stream.number) or entrances.get("") or next(iter(entrances.values()))
    menu, language, tries, menus, pressed = plan.menus[entrance.menu], entrance.language, MenuTries(), 1, 0
    while menus <= MAX_MENUS:
        verdict = answer(menu, tries, stream.keys[pressed] if pressed < len(stream.keys) else "")
        pressed += 1
        language = verdict.language or language
        if verdict.directory:
            return Way(entrance, NOWHERE, language)
        if verdict.queue:
            return Way(entrance, verdict.queue, language)
        if verdict.menu:
            menu, tries, menus = plan.menus[verdict.menu], MenuTries(), menus + 1
    return Way(entrance, menu.default, language)


def hours_keys(plan: Plan) -> dict[str | OpenHours, int]:
    """A number for each of the hours by which calls are let in for good, as `routing.switching` tells them apart."""
    let_in_by: list[Entrance | Queue] = [*plan.entrances.values(), *plan.queues.values()]
    return {key: i for i, key in enumerate(dict.fromkeys(one.hours_id or one.hours for one in let_in_by))}
