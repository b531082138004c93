"""What callers press to come to a queue: the shortest way through the menus, and where given keys lead."""

from collections import deque
from collections.abc import Iterator

from queues.ids import MenuId, QueueId
from routing.plan import Menu, Plan

Keys = tuple[str, ...]


def shortest(plan: Plan, number: str, queue: QueueId) -> Keys | None:
    """The fewest keys that lead from a number to a queue, a choice before 0 and 0 before silence; None if none do."""
    entrance = plan.entrances.get(number)
    if entrance is None:
        return None
    todo, seen = deque([(entrance.menu, Keys())]), {entrance.menu}
    while todo:
        at, keys = todo.popleft()
        menu = plan.menus[at]
        for key in _keys_of(menu):
            if leads_to(plan, at, key) == queue:
                return (*keys, *key)
        for digit, choice in menu.choices.items():
            if choice.menu and choice.menu not in seen and not choice.language:
                seen.add(choice.menu)
                todo.append((choice.menu, (*keys, digit)))
    return None


def _keys_of(menu: Menu) -> Iterator[Keys]:
    for digit, choice in menu.choices.items():
        if choice.queue and not choice.language:
            yield (digit,)
    yield ("0",)
    yield ("",) * (menu.repeats + 1)


def leads_to(plan: Plan, at: MenuId, keys: Keys) -> QueueId | None:
    """The queue in which whoever presses these keys from that menu on ends; None if they are still in a menu."""
    menu, silences, wrong = plan.menus[at], 0, 0
    for n, key in enumerate(keys):
        choice = menu.choices.get(key)
        if choice is not None and choice.menu:
            return leads_to(plan, choice.menu, keys[n + 1 :])
        if choice is not None and not choice.directory:
            return choice.queue
        if key == "0" or (choice is not None and choice.directory):
            return menu.human
        silences += key == ""
        wrong += key not in {"", "*"}
        if silences > menu.repeats or wrong >= menu.invalid_tries:
            return menu.default
    return None
