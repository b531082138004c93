"""What is wrong with what callers hear: no manuscript, no sound, old words, the wrong digit, or too long a menu."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr import prompts
from ivr.config.build import menu_prompts, prompts_used
from ivr.config.draft import Draft
from ivr.config.problems import Code, Place, Problem
from queues.ids import PromptId

LONG_MS, TOO_LONG_MS, LONG_GREETING_MS = 25_000, 40_000, 6_000
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


def hear(draft: Draft, sounds_dir: Path | None, language: str) -> Heard | Problem:
    """The municipality's manuscripts in a language, or why they cannot be read."""
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


def sounds(draft: Draft, heard: Heard, only: frozenset[str] | None = None) -> Iterator[Problem]:
    """Every prompt, or only these, has a sound that says what its manuscript says."""
    if heard.sounds_dir is None:
        return
    if not (heard.sounds_dir / heard.language).is_dir():
        sentence = f"Inga ljud är byggda i {heard.sounds_dir}."
        yield Problem(Code.SOUNDS_NOT_BUILT, draft.at("prompts.yaml"), sentence, 'Kör "tonval prompts build".')
        return
    places = {name: draft.at(file, *path) for name, file, path in reversed(list(prompts_used(draft)))}
    known = [PromptId(name) for name in places if only is None or (name in only and name in heard.written)]
    for problem in prompts.problems(known, heard.written, heard.sounds_dir, heard.language):
        if (code := _SOUND_CODES.get(problem.kind, Code.SOUND_BAD)) is None:
            continue
        said = (
            "säger inte det som står i manuskriptet" if code is Code.SOUND_STALE else "saknas eller går inte att höra"
        )
        sentence = f"Ljudet till {problem.prompt!r} {said} ({problem.where})."
        yield Problem(code, places[problem.prompt], sentence, 'Kör "tonval prompts build", eller läs in det på nytt.')


def lengths(draft: Draft, heard: Heard) -> Iterator[Problem]:
    """Greeting and menu are said within the time that people listen."""
    entrances = {entry.menu: i for i, entry in reversed(list(enumerate(draft.municipality.numbers)))}
    for i, entry in enumerate(draft.municipality.numbers):
        if (ms := heard.ms(entry.greeting)) > LONG_GREETING_MS:
            place = draft.at("municipality.yaml", "numbers", i, "greeting")
            sentence = f"Hälsningen tar {seconds(ms)} att säga; mer än {seconds(LONG_GREETING_MS)} är långt."
            yield Problem(Code.GREETING_LONG, place, sentence, "Korta den.")
    for name, menu in draft.menu.menus.items():
        greeting = draft.municipality.numbers[entrances[name]].greeting if name in entrances else ()
        ms = heard.ms((*greeting, *menu_prompts(menu)))
        if ms > LONG_MS:
            code, limit = (Code.MENU_TOO_LONG, TOO_LONG_MS) if ms > TOO_LONG_MS else (Code.MENU_LONG, LONG_MS)
            place = draft.at_key("menu.yaml", "menus", name)
            what = "Hälsning och meny" if greeting else "Menyn"
            sentence = f"{what} {name!r} tar {seconds(ms)} att säga; gränsen är {seconds(limit)}."
            yield Problem(code, place, sentence, "Korta texterna eller slå ihop val.")


def seconds(ms: int) -> str:
    """As people read it: 32,7 s."""
    return f"{ms / 1000:.1f} s".replace(".", ",")
