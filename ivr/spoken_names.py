"""The names of a directory as manuscripts: data, made here, that get their sounds as everything else that is said.

Two rules. Who leaves the directory, or is protected, has no sound of their name after the next build. And a name is the
same in every language that callers hear, read by the house's own voice: nobody is called otherwise in Finnish.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from ivr.lexicon import Lexicon, spoken_text
from ivr.manuscripts import Manuscript
from ivr.sound_files import RATES_HZ, is_prompt_id, language_dir, sound_path
from queues.ids import PromptId

PREFIXES = ("namn-", "avd-")
"""Begin the ids of what is made here; the dash keeps them apart from everything that is written by hand."""
PAUSE_MS = 150


def name_manuscripts(spoken: Mapping[PromptId, str], voice: str, lexicon: Lexicon) -> dict[PromptId, Manuscript]:
    """A manuscript for each name and department; voice: the language of the house."""
    return {
        prompt: Manuscript(
            id=prompt,
            text=text,
            when="när någon söks vid namn",
            note="",
            version=1,
            pause_ms=PAUSE_MS,
            voice=voice,
            spoken=spoken_text(text, lexicon),
            where="katalogen",
        )
        for prompt, text in spoken.items()
    }


def forget_others(sounds_dir: Path, language: str, kept: Iterable[PromptId]) -> int:
    """No sound says a name that is not among `kept`; how many files that took."""
    keep, gone = frozenset(kept), 0
    for path in list(language_dir(sounds_dir, language).glob("*-*.wav*")):
        if path.stem.startswith(PREFIXES) and path.stem not in keep:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def unheard(sounds_dir: Path, language: str, spoken: Iterable[PromptId]) -> frozenset[PromptId]:
    """The names without a file to play. Only looked for, not listened to: there may be tens of thousands."""
    return frozenset(
        prompt
        for prompt in spoken
        if not (is_prompt_id(prompt) and any(sound_path(sounds_dir, language, prompt, e).is_file() for e in RATES_HZ))
    )
