"""What is wrong with numbers and menus: where they lead, what nothing leads to, and the order of the keys."""

from collections.abc import Iterator

from ivr.config.draft import Draft, dialled_forms
from ivr.config.models import MenuEntry
from ivr.config.problems import Code, Problem

MENU, NUMBERS = "menu.yaml", "municipality.yaml"
MOST_CHOICES = 6


def numbers_twice(draft: Draft) -> Iterator[Problem]:
    """No number, in any form in which a trunk writes it, stands for two entrances."""
    seen: dict[str, int] = {}
    for i, entry in enumerate(draft.municipality.numbers):
        if clash := next((form for form in dialled_forms(entry) if form in seen), None):
            place = draft.at(NUMBERS, "numbers", i, "number")
            first = draft.at(NUMBERS, "numbers", seen[clash], "number").line
            yield Problem(Code.NUMBER_TWICE, place, f"Numret {clash} står redan på rad {first}.", "Ta bort det ena.")
        seen |= dict.fromkeys(dialled_forms(entry), i)


def unknown_menus(draft: Draft) -> Iterator[Problem]:
    """Every number and every choice leads to a menu that exists."""
    menus = draft.menu.menus
    cure = f"Menyer som finns: {', '.join(menus)}."
    for i, entry in enumerate(draft.municipality.numbers):
        if entry.menu not in menus:
            place = draft.at(NUMBERS, "numbers", i, "menu")
            yield Problem(Code.UNKNOWN_MENU, place, f"Menyn {entry.menu!r} finns inte.", cure)
    for name, menu in menus.items():
        for key, choice in menu.choices.items():
            if choice.menu is not None and choice.menu not in menus:
                place = draft.at(MENU, "menus", name, "choices", key, "menu")
                yield Problem(Code.UNKNOWN_MENU, place, f"Menyn {choice.menu!r} finns inte.", cure)


def unknown_queues(draft: Draft) -> Iterator[Problem]:
    """Every choice, silence and 0 leads to a queue that exists."""
    queues = draft.queues.queues
    for name, menu in draft.menu.menus.items():
        for path, queue in draft.targets(menu):
            if queue not in queues:
                place = draft.at(MENU, "menus", name, *path)
                cure = f"Grupper som finns: {', '.join(queues)}."
                yield Problem(Code.UNKNOWN_QUEUE, place, f"Gruppen {queue!r} finns inte.", cure)


def unreachable(draft: Draft) -> Iterator[Problem]:
    """Every menu and every queue is reached from a number."""
    menus = draft.menu.menus
    reached = reached_menus(draft)
    for name in menus:
        if name not in reached:
            sentence = f"Ingen kommer till menyn {name!r}: inget nummer och inget val leder dit."
            place = draft.at_key(MENU, "menus", name)
            yield Problem(Code.UNREACHABLE_MENU, place, sentence, "Låt ett val leda dit, eller ta bort den.")
    served = {queue for name in reached for _, queue in draft.targets(menus[name])}
    for queue in draft.queues.queues:
        if queue not in served:
            place = draft.at_key("queues.yaml", "queues", queue)
            sentence = f"Inget val i menyn leder till gruppen {queue!r}."
            yield Problem(Code.UNREACHABLE_QUEUE, place, sentence, "Låt ett val leda dit, eller ta bort den.")


def reached_menus(draft: Draft, *starts: str) -> set[str]:
    """The menus to which the numbers, or `starts`, lead by any keys."""
    menus = draft.menu.menus
    todo = list(starts) or [entry.menu for entry in draft.municipality.numbers]
    reached: set[str] = set()
    while todo:
        name = todo.pop()
        if name in menus and name not in reached:
            reached.add(name)
            todo += [c.menu for c in menus[name].choices.values() if c.menu]
    return reached


def loops(draft: Draft) -> Iterator[Problem]:
    """From every menu some sequence of choices leads to a queue, and no choice leads to where the caller is."""
    menus = draft.menu.menus
    leaving: set[str] = set()
    while more := {name for name, menu in menus.items() if name not in leaving and _leaves(menu, leaving)}:
        leaving |= more
    for name, menu in menus.items():
        if name not in leaving:
            sentence = f"Från menyn {name!r} leder inget val till en grupp: den som väljer går runt."
            place = draft.at_key(MENU, "menus", name)
            yield Problem(Code.MENU_LOOP, place, sentence, "Låt ett val leda till en grupp.")
        for key, choice in menu.choices.items():
            if choice.menu == name and name in leaving and choice.language is None:
                place = draft.at(MENU, "menus", name, "choices", key, "menu")
                cure = "Ta bort valet; stjärna upprepar menyn."
                yield Problem(Code.MENU_LOOP, place, f"Valet {key} leder tillbaka till samma meny.", cure)


def _leaves(menu: MenuEntry, leaving: set[str]) -> bool:
    """Whether a choice ends at a queue or the directory, or leads on to a menu that does or is reported elsewhere."""
    return any(c.queue is not None or c.directory or c.menu in leaving for c in menu.choices.values())


def order_of_keys(draft: Draft) -> Iterator[Problem]:
    """The keys are said as 1, 2, 3 without gaps, and they are few."""
    for name, menu in draft.menu.menus.items():
        keys = [key for key, choice in menu.choices.items() if choice.language is None]
        place = draft.at_key(MENU, "menus", name, "choices")
        if keys != [str(n) for n in range(1, len(keys) + 1)]:
            sentence = f"Tangenterna i {name!r} sägs i ordningen {', '.join(keys)}."
            cure = "Numrera 1, 2, 3 utan luckor, i den ordning de sägs."
            yield Problem(Code.KEYS_OUT_OF_ORDER, place, sentence, cure)
        if len(keys) > MOST_CHOICES:
            sentence = f"Menyn {name!r} har {len(keys)} val; fler än {MOST_CHOICES} är svåra att minnas."
            yield Problem(Code.TOO_MANY_CHOICES, place, sentence, "Slå ihop val.")


def nobody_speaks(draft: Draft) -> Iterator[Problem]:
    """Somebody speaks each language that callers can choose."""
    spoken = {language for agent in draft.agents.agents.values() for language in agent.languages}
    for name, menu in draft.menu.menus.items():
        for key, choice in menu.choices.items():
            if choice.language and choice.language not in {*spoken, draft.municipality.language}:
                place = draft.at(MENU, "menus", name, "choices", key, "language")
                sentence = f"Ingen har språket {choice.language}: den som väljer det får tala med vem som helst."
                yield Problem(Code.NOBODY_SPEAKS, place, sentence, "Lägg till languages hos någon i agents.yaml.")
