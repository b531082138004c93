"""The name by which Asterisk finds a prompt: the one place that knows how sounds lie in its data directory.

Asterisk's sounds directory holds one symbolic link, `tonval`, to the installation's built prompts
(`<language>/<prompt id>.wav` and `.wav16`), so a rebuilt prompt is heard at once and without a reload.
"""

from collections.abc import Iterable

from ivr.sound_files import is_language, is_prompt_id
from queues.ids import PromptId

SOUNDS_LINK = "tonval"
"""The link's name in Asterisk's sounds directory."""


def sound_name(prompt_id: PromptId, language: str) -> str:
    """`tonval/<language>/<prompt id>`, without an ending: what Background, Playback and STREAM FILE are given.

    Raises ValueError for an id or a language that is no plain name: it would reach outside the directory or
    end the application's argument.
    """
    if not is_prompt_id(prompt_id):
        raise ValueError(f"no prompt id: {prompt_id!r}")
    if not is_language(language):
        raise ValueError(f"no language: {language!r}")
    return f"{SOUNDS_LINK}/{language}/{prompt_id}"


def sound_names(prompts: Iterable[PromptId], language: str) -> list[str]:
    """The names of the prompts' sounds; a prompt that is no name has none."""
    names = []
    for prompt in prompts:
        try:
            names.append(sound_name(prompt, language))
        except ValueError:
            continue
    return names
