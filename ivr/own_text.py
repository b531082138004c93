"""A text that somebody writes in the moment, spoken at once: nobody has time to write manuscripts in a crisis."""

from collections.abc import Iterable
from pathlib import Path

from ivr.lexicon import spoken_text
from ivr.manuscripts import lexicon_of_folders, manuscript_folders
from ivr.prompt_manifest import settings_for
from ivr.sound_files import RATES_HZ, Sound, silence, sound_path, write_wav
from ivr.voice import levelled, speak
from queues.ids import PromptId

PAUSE_MS = 700
MOST_LETTERS = 1_000


def speak_own_text(text: str, prompt: str, sounds_dir: Path, languages: Iterable[str], municipality: Path) -> None:
    """The text can be heard as `prompt`, in the first language's voice, whichever of the languages a caller has chosen.

    Raises SpeechError when the voice cannot say it, ValueError for nothing or too much, OSError.
    """
    own, *others = languages
    if not 0 < len(text.strip()) <= MOST_LETTERS:
        raise ValueError(f"skriv mellan 1 och {MOST_LETTERS} tecken")
    if set("[]<>") & set(text):
        raise ValueError("texten får inte innehålla [, ], < eller >")
    settings = settings_for(own)
    master = speak(spoken_text(text, lexicon_of_folders(manuscript_folders(own, municipality))), settings)
    for ending, rate_hz in RATES_HZ.items():
        sound = levelled(master, rate_hz, settings)
        whole = Sound(rate_hz, sound.samples + silence(rate_hz, PAUSE_MS))
        for language in (own, *others):
            write_wav(sound_path(sounds_dir, language, PromptId(prompt), ending), whole)
