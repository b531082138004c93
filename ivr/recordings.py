"""Recordings that people made, lying in the installation's `recordings/<language>/`: they replace the voice.

`<id>.wav` may have any rate and channels. `<id>.version` beside it names the version of the manuscript that was read;
the first build that sees a recording without one writes it. Another version than the manuscript's makes it stale.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ivr.manuscripts import Manuscript
from ivr.sound_files import is_language, is_prompt_id
from queues.ids import PromptId


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording found."""

    path: Path
    version: int | None
    """Of the manuscript that was read; None when nobody has said."""

    def is_stale(self, manuscript: Manuscript) -> bool:
        """Whether it says older (or other) words than the manuscript."""
        return self.version is not None and self.version != manuscript.version


def find_recording(recordings_dir: Path, language: str, prompt: PromptId) -> Recording | None:
    """The recording of a prompt, or None. Raises ValueError for an id or a language that is no plain name."""
    if not (is_prompt_id(prompt) and is_language(language)):
        raise ValueError(f"no prompt: {language!r}/{prompt!r}")
    path = recordings_dir / language / f"{prompt}.wav"
    if not path.is_file() or not path.resolve().is_relative_to(recordings_dir.resolve()):
        return None
    return Recording(path, _version_beside(path))


def pin_version(recording: Recording, manuscript: Manuscript) -> None:
    """From now on the recording is known to say this version's words; not so in a directory we may not write in."""
    if recording.version is None:
        with suppress(OSError):
            recording.path.with_suffix(".version").write_text(f"{manuscript.version}\n", encoding="ascii")


def _version_beside(path: Path) -> int | None:
    """The version in `<id>.version`; −1, which no manuscript has, for one that cannot be read; None for no file."""
    beside = path.with_suffix(".version")
    if not beside.exists():
        return None
    try:
        return int(beside.read_text(encoding="ascii")[:20])
    except (OSError, ValueError):
        return -1
