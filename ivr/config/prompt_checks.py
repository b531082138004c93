"""What is wrong with what callers hear: no manuscript, no sound, old words, the wrong digit, or too long a menu."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr import prompts
from ivr.config.build import menu_prompts, prompts_used
from ivr.config.draft import Draft
from ivr.config.problems import Code, Place, Problem
from queues.ids import PromptId

LONG_MS, TOO_LONG_MS, LONG_GREETING_MS = 25_000, 40_000, 6_000
_KEY_WORDS = ("noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio")
_PRESS = re.compile(rf"\b(?:tryck|slå|välj)\w*\s+(?:på\s+)?(?P<key>[0-9]|{'|'.join(_KEY_WORDS)})\b", re.IGNORECASE)
_SOUND_CODES = {prompts.ProblemKind.NO_MANUSCRIPT: None, prompts.ProblemKind.STALE: Code.SOUND_STALE}


@dataclass(frozen=True, slots=True)
class Heard:
    """The words of every prompt, and where their sounds lie; None when sounds are not looked at."""

    written: Mapping[PromptId, prompts.Manuscript]
    sounds_dir: Path | None
    language: str

    def ms(self, names: tuple[str, ...]) -> int:
        """How long it takes to say them one after another."""
        return sum(prompts.spoken_ms(PromptId(n), self.written, self.sounds_dir, self.language) for n in names)


def hear(draft: Draft, sounds_dir: Path | None) -> Heard | Problem:
    """The municipality's manuscripts, or why they cannot be read."""
    language = draft.municipality.language
    try:
        written = prompts.manuscripts(*prompts.manuscript_folders(language, draft.path))
    except prompts.ManuscriptRefusedError as error:
        file, _, line = error.where.partition(":")
        place = Place(file, int(line) if line.isdecimal() else 1)
        return Problem(
            Code.MANUSCRIPTS_REFUSED, place, f"Manuskripten kan inte läsas: {error.message}.", "Rätta filen."
        )
    return Heard(written, sounds_dir, language)


def words(draft: Draft, heard: Heard) -> Iterator[Problem]:
    """Every prompt has a manuscript."""
    for name, file, path in prompts_used(draft):
        if name not in heard.written:
            sentence = f"Prompten {name!r} har inget manuskript på {heard.language}."
            cure = f"Rätta namnet, eller skriv manuskriptet i recordings-text/{heard.language}."
            yield Problem(Code.UNKNOWN_PROMPT, draft.at(file, *path), sentence, cure)


def sounds(draft: Draft, heard: Heard) -> Iterator[Problem]:
    """Every prompt has a sound that says what its manuscript says."""
    if heard.sounds_dir is None:
        return
    if not (heard.sounds_dir / heard.language).is_dir():
        sentence = f"Inga ljud är byggda i {heard.sounds_dir}."
        yield Problem(Code.SOUNDS_NOT_BUILT, draft.at("prompts.yaml"), sentence, 'Kör "tonval prompts build".')
        return
    places = {name: draft.at(file, *path) for name, file, path in reversed(list(prompts_used(draft)))}
    known = [PromptId(name) for name in places]
    for problem in prompts.problems(known, heard.written, heard.sounds_dir, heard.language):
        if (code := _SOUND_CODES.get(problem.kind, Code.SOUND_BAD)) is None:
            continue
        said = (
            "säger inte det som står i manuskriptet" if code is Code.SOUND_STALE else "saknas eller går inte att höra"
        )
        sentence = f"Ljudet till {problem.prompt!r} {said} ({problem.where})."
        yield Problem(code, places[problem.prompt], sentence, 'Kör "tonval prompts build", eller läs in det på nytt.')


def spoken_digits(draft: Draft, heard: Heard) -> Iterator[Problem]:
    """Each choice says what it is about and then its own key (Swedish only)."""
    if heard.language != "sv":
        return
    for name, menu in draft.menu.menus.items():
        for key, choice in menu.choices.items():
            texts = [heard.written[PromptId(p)].text for p in choice.prompt if p in heard.written]
            if len(texts) == len(choice.prompt) and texts:
                place = draft.at("menu.yaml", "menus", name, "choices", key, "prompt")
                yield from _spoken_digit(place, key, " ".join(texts))


def _spoken_digit(place: Place, key: str, text: str) -> Iterator[Problem]:
    found = list(_PRESS.finditer(text))
    said = {_digit(match["key"]) for match in found}
    if said != {key}:
        what = f"tangent {', '.join(sorted(said))}" if said else "ingen tangent"
        sentence = f"Valet ligger på {key} men texten säger {what}: {text!r}."
        yield Problem(Code.WRONG_DIGIT_SPOKEN, place, sentence, "Rätta manuskriptet eller tangenten.")
    elif sum(c.isalpha() for c in text[: found[0].start()]) < 3:
        sentence = f"Texten säger tangenten före vad valet gäller: {text!r}."
        yield Problem(Code.LABEL_AFTER_DIGIT, place, sentence, 'Skriv "ämnet, tryck 1".')


def _digit(said: str) -> str:
    return said if said.isdigit() else str(_KEY_WORDS.index(said.lower()))


def lengths(draft: Draft, heard: Heard) -> Iterator[Problem]:
    """Greeting and menu are said within the time that people listen."""
    entrances = {entry.menu: i for i, entry in reversed(list(enumerate(draft.municipality.numbers)))}
    for i, entry in enumerate(draft.municipality.numbers):
        if (ms := heard.ms(entry.greeting)) > LONG_GREETING_MS:
            place = draft.at("municipality.yaml", "numbers", i, "greeting")
            sentence = f"Hälsningen tar {_seconds(ms)} att säga; mer än {_seconds(LONG_GREETING_MS)} är långt."
            yield Problem(Code.GREETING_LONG, place, sentence, "Korta den.")
    for name, menu in draft.menu.menus.items():
        greeting = draft.municipality.numbers[entrances[name]].greeting if name in entrances else ()
        ms = heard.ms((*greeting, *menu_prompts(menu)))
        if ms > LONG_MS:
            code, limit = (Code.MENU_TOO_LONG, TOO_LONG_MS) if ms > TOO_LONG_MS else (Code.MENU_LONG, LONG_MS)
            place = draft.at_key("menu.yaml", "menus", name)
            what = "Hälsning och meny" if greeting else "Menyn"
            sentence = f"{what} {name!r} tar {_seconds(ms)} att säga; gränsen är {_seconds(limit)}."
            yield Problem(code, place, sentence, "Korta texterna eller slå ihop val.")


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.1f} s".replace(".", ",")
