"""Prompts that are asked one after another, as one sound: between two commands Asterisk listens to no key, within one
it always does.

Three rules. What is not joined is played one by one, as ever: joining is never waited for. A joined sound is used while
its parts are what they were when it was made. And nothing but these sounds lies in the directory.
"""

import asyncio
import hashlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from ivr.sound_files import RATES_HZ, BadSoundError, Sound, read_sound, sound_path, write_wav
from queues.ids import PromptId

log = structlog.get_logger()

JOINED = "tonval-joined"
"""The directory's name among Asterisk's sounds."""
ASKED_BEFORE = 2
"""So many times the same must have been asked: what is said once, a name, is not kept."""
MOST_KEPT = 64
MOST_COUNTED = 1_000
LOOK_EVERY_S = 2.0
AGAIN_S = 60.0
"""After a failure, such as a full disk."""
_FRAMES_A_SECOND = 50
"""Asterisk plays whole frames of 20 ms: each part begins with one, as when it is played alone."""

Asked = tuple[str, tuple[PromptId, ...]]
Version = tuple[tuple[int, int], ...]


@dataclass(slots=True)
class _Kept:
    """One joined sound, or the attempt to make it."""

    name: str = ""
    version: Version = ()
    looked_at: float = 0.0


class JoinedSounds:
    """Belongs to one event loop; files are read and written beside it."""

    def __init__(self, sounds_dir: Path, directory: Path, clock: Callable[[], float]) -> None:
        self.directory = directory
        self._sounds_dir = sounds_dir
        self._clock = clock
        self._kept: dict[Asked, _Kept] = {}
        self._asked: dict[Asked, int] = {}

    def name_of(self, prompts: tuple[PromptId, ...], language: str) -> str:
        """What Asterisk calls these prompts as one sound; "" while there is none, which is then made."""
        asked = (language, prompts)
        kept = self._kept.get(asked)
        now = self._clock()
        if kept is None:
            if len(prompts) > 1 and self._often(asked) and len(self._kept) < MOST_KEPT:
                self._kept[asked] = _Kept(looked_at=now)
                self._begin(asked)
            return ""
        if now - kept.looked_at >= (LOOK_EVERY_S if kept.name else AGAIN_S):
            kept.looked_at = now
            if not kept.name or not self._is_current(asked, kept):
                kept.name = ""
                self._begin(asked)
        return f"{JOINED}/{kept.name}" if kept.name else ""

    def _often(self, asked: Asked) -> bool:
        """Whether this has been asked before."""
        if len(self._asked) >= MOST_COUNTED:
            self._asked.clear()
        self._asked[asked] = self._asked.get(asked, 0) + 1
        return self._asked[asked] >= ASKED_BEFORE

    def _is_current(self, asked: Asked, kept: _Kept) -> bool:
        try:
            return self._version(asked) == kept.version and (self.directory / f"{kept.name}.wav").exists()
        except (OSError, ValueError):
            return False

    def _version(self, asked: Asked) -> Version:
        """What the parts are now. Raises OSError if one is missing, ValueError if one has no name of ours."""
        language, prompts = asked
        found = (sound_path(self._sounds_dir, language, prompt, "wav").stat() for prompt in prompts)
        return tuple((part.st_mtime_ns, part.st_size) for part in found)

    def _begin(self, asked: Asked) -> None:
        asyncio.get_running_loop().run_in_executor(None, self._make, asked)

    def _make(self, asked: Asked) -> None:
        """The sound is there, in every rate that all its parts have; nothing is changed if one is not to be heard."""
        try:
            version = self._version(asked)
            name = hashlib.sha256(repr((asked, version)).encode()).hexdigest()[:24]
            for ending, rate_hz in reversed(RATES_HZ.items()):
                self._write(asked, name, ending, rate_hz)
        except (OSError, ValueError, BadSoundError) as error:
            log.info("prompts_not_joined", because=type(error).__name__)
            return
        kept = self._kept[asked]
        kept.version, kept.name = version, name

    def _write(self, asked: Asked, name: str, ending: str, rate_hz: int) -> None:
        language, prompts = asked
        samples = array("h")
        frame = rate_hz // _FRAMES_A_SECOND
        try:
            for prompt in prompts:
                samples += read_sound(self._sounds_dir, language, prompt, ending).samples
                samples += array("h", bytes(2 * (-len(samples) % frame)))
        except BadSoundError:
            if ending == "wav":
                raise
            return
        write_wav(self.directory / f"{name}.{ending}", Sound(rate_hz, samples))
