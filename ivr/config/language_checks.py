"""What is wrong with the languages that callers can choose: words missing, the wrong key said, nobody who speaks them.

A prompt that is missing in a language is heard in the language of the house: a caller is never left in silence.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from ivr.config.build import menu_prompts, prompts_used
from ivr.config.draft import Draft
from ivr.config.models import MenuEntry
from ivr.config.problems import Code, Problem
from ivr.config.prompt_checks import LONG_MS, TOO_LONG_MS, Heard, hear, lengths, seconds, sounds, words
from queues.ids import PromptId

MENU, AGENTS = "menu.yaml", "agents.yaml"
FOR_STAFF = frozenset({"whisper", "callback_title", "announced", "waited", "accept", "rung", "not_reached"})
"""Fields whose prompts no caller hears; nothing of agents.yaml does either."""
_DIGITS = {
    "sv": ("tryck|slå|välj", ("noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio")),
    "en": ("press|dial|choose", ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")),
    "fi": (
        "paina|näppäile|valitse",
        ("nolla", "yksi", "kaksi", "kolme", "neljä", "viisi", "kuusi", "seitsemän", "kahdeksan", "yhdeksän"),
    ),
}
"""How a language tells somebody to press a key: the verb's beginning, and the ten digits."""


def citizen_prompts(draft: Draft) -> dict[str, tuple[str, tuple[str | int, ...]]]:
    """Every prompt that a caller of any language can hear, with the first place where it stands."""
    offers = {p for menu in draft.menu.menus.values() for c in menu.choices.values() if c.language for p in c.prompt}
    found: dict[str, tuple[str, tuple[str | int, ...]]] = {}
    for name, file, path in prompts_used(draft):
        if name not in offers and file != AGENTS and not FOR_STAFF.intersection(map(str, path)):
            found.setdefault(name, (file, path))
    return found


def of_prompts(draft: Draft, sounds_dir: Path | None) -> Iterator[Problem]:
    """What callers would hear wrong, in any language."""
    heard = hear(draft, sounds_dir, draft.municipality.language)
    if isinstance(heard, Problem):
        yield heard
        return
    for check in (words, sounds, spoken_digits, lengths):
        yield from check(draft, heard)
    yield from _languages(draft, sounds_dir)


def _languages(draft: Draft, sounds_dir: Path | None) -> Iterator[Problem]:
    """Each language but the house's own: every prompt has words and sound there, and menus say their own keys."""
    for language in draft.languages[1:]:
        heard = hear(draft, sounds_dir, language)
        if isinstance(heard, Problem):
            yield heard
            continue
        yield from _untranslated(draft, heard)
        yield from sounds(draft, heard, frozenset(citizen_prompts(draft)))
        yield from spoken_digits(draft, heard)
        yield from _lengths(draft, heard)


def _untranslated(draft: Draft, heard: Heard) -> Iterator[Problem]:
    for name, (file, path) in citizen_prompts(draft).items():
        if name not in heard.written:
            sentence = f"Prompten {name!r} finns inte på {heard.language}; den som valt det språket hör den på svenska."
            cure = f"Skriv manuskriptet i recordings-text/{heard.language}."
            yield Problem(Code.PROMPT_UNTRANSLATED, draft.at(file, *path), sentence, cure)


def spoken_digits(draft: Draft, heard: Heard) -> Iterator[Problem]:
    """Each choice says what it is about and then its own key, in the language that it is said in."""
    for name, menu in draft.menu.menus.items():
        for key, choice in menu.choices.items():
            if choice.language and heard.language != draft.municipality.language:
                continue
            written = [heard.written[PromptId(p)] for p in choice.prompt if p in heard.written]
            if len(written) == len(choice.prompt) and written and written[-1].voice in _DIGITS:
                place = draft.at(MENU, "menus", name, "choices", key, "prompt")
                text = " ".join(manuscript.text for manuscript in written)
                for problem in said_key(key, text, written[-1].voice):
                    yield Problem(problem[0], place, problem[1], problem[2])


def said_key(key: str, text: str, language: str) -> Iterator[tuple[Code, str, str]]:
    """What is wrong with how the text says its key: code, sentence and cure."""
    verbs, words = _DIGITS[language]
    spoken = rf"\b(?:{verbs})\w*\s+(?:på\s+)?(?P<key>[0-9]|{'|'.join(words)})\b"
    found = list(re.finditer(spoken, text, re.IGNORECASE))
    said = {m["key"] if m["key"].isdigit() else str(words.index(m["key"].lower())) for m in found}
    if said != {key}:
        what = f"tangent {', '.join(sorted(said))}" if said else "ingen tangent"
        sentence = f"Valet ligger på {key} men texten säger {what}: {text!r}."
        yield Code.WRONG_DIGIT_SPOKEN, sentence, "Rätta manuskriptet eller tangenten."
    elif sum(c.isalpha() for c in text[: found[0].start()]) < 3:
        sentence = f"Texten säger tangenten före vad valet gäller: {text!r}."
        yield Code.LABEL_AFTER_DIGIT, sentence, 'Skriv "ämnet, tryck 1".'


def _lengths(draft: Draft, heard: Heard) -> Iterator[Problem]:
    for name, menu in draft.menu.menus.items():
        ms = heard.ms(menu_prompts(_without_offers(menu)))
        if ms > LONG_MS:
            code, limit = (Code.MENU_TOO_LONG, TOO_LONG_MS) if ms > TOO_LONG_MS else (Code.MENU_LONG, LONG_MS)
            sentence = f"Menyn {name!r} tar {seconds(ms)} att säga på {heard.language}; gränsen är {seconds(limit)}."
            place = draft.at_key(MENU, "menus", name)
            yield Problem(code, place, sentence, "Korta texterna eller slå ihop val.")


def _without_offers(menu: MenuEntry) -> MenuEntry:
    return menu.model_copy(update={"choices": {k: c for k, c in menu.choices.items() if c.language is None}})
