"""The name by which Asterisk finds a prompt: the one place that knows how sounds lie in its data directory.

Asterisk's sounds directory holds one symbolic link, `tonval`, to the installation's built prompts
(`<language>/<prompt id>.wav` and `.wav16`), so a rebuilt prompt is heard at once and without a reload.
"""

import re

from queues.ids import PromptId

SOUNDS_LINK = "tonval"
"""The link's name in Asterisk's sounds directory."""

_PROMPT = re.compile(r"[a-z0-9åäö][a-z0-9åäö_-]{0,79}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")


def sound_name(prompt_id: PromptId, language: str) -> str:
    """`tonval/<language>/<prompt id>`, without an ending: what Background, Playback and STREAM FILE are given.

    Raises ValueError for an id or a language that is no plain name: it would reach outside the directory or
    end the application's argument.
    """
    if not _PROMPT.fullmatch(prompt_id):
        raise ValueError(f"no prompt id: {prompt_id!r}")
    if not _LANGUAGE.fullmatch(language):
        raise ValueError(f"no language: {language!r}")
    return f"{SOUNDS_LINK}/{language}/{prompt_id}"
