"""Walking a menu: what a key, a wrong key or silence means, and what is said next. Errors never end a call."""

from dataclasses import dataclass
from enum import StrEnum

from queues.ids import MenuId, PromptId, QueueId
from routing.plan import Menu

MAX_MENUS = 20
"""A caller who has walked through this many menus is put in line instead."""


class Meaning(StrEnum):
    """What the caller did."""

    CHOICE = "choice"
    HUMAN = "human"
    REPEAT = "repeat"
    SILENCE = "silence"
    INVALID = "invalid"


@dataclass(slots=True)
class MenuTries:
    """How often a caller has been asked in one menu."""

    asks: int = 1
    silences: int = 0
    invalids: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where the call goes: into a queue, another menu, or the same menu again with `prompts`."""

    meaning: Meaning
    queue: QueueId = QueueId("")
    menu: MenuId = MenuId("")
    prompts: tuple[PromptId, ...] = ()
    language: str = ""
    """What the caller hears from then on; "" is as before."""
    directory: bool = False
    """To a person of the directory; failing that to the menu's `human`."""


def answer(menu: Menu, tries: MenuTries, digits: str) -> Verdict:
    """What the caller's `digits` ("" for silence) lead to; counts them in `tries`."""
    if not digits:
        return _silence(menu, tries)
    key = digits[0]
    if key == "0":
        return Verdict(Meaning.HUMAN, queue=menu.human)
    if key == "*":
        return _again(menu, tries, Meaning.REPEAT, menu.prompts)
    if choice := menu.choices.get(key):
        return Verdict(Meaning.CHOICE, choice.queue, choice.menu, language=choice.language, directory=choice.directory)
    tries.invalids += 1
    if tries.invalids >= menu.invalid_tries:
        return Verdict(Meaning.INVALID, queue=menu.default)
    return _again(menu, tries, Meaning.INVALID, menu.invalid_prompts + menu.prompts)


def _silence(menu: Menu, tries: MenuTries) -> Verdict:
    tries.silences += 1
    if tries.silences > menu.repeats:
        return Verdict(Meaning.SILENCE, queue=menu.default)
    return _again(menu, tries, Meaning.SILENCE, menu.prompts)


def _again(menu: Menu, tries: MenuTries, meaning: Meaning, prompts: tuple[PromptId, ...]) -> Verdict:
    tries.asks += 1
    if tries.asks > menu.max_asks:
        return Verdict(meaning, queue=menu.default)
    return Verdict(meaning, prompts=prompts)
