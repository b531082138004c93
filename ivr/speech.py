"""Every manuscript has its sound before the first call: a recording if there is one, else the voice.

Same manuscripts, same programs, same bytes; what is current is not made again. When a manuscript's words have changed
since it was recorded, the voice reads the new ones until somebody records them: a wrong menu is worse than a plain
voice. What cannot be made keeps its old sound if that can be heard, else becomes the tone.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from ivr.manuscripts import Manuscript
from ivr.prompt_manifest import (
    SETTINGS,
    BuiltPrompt,
    file_digest,
    is_current,
    read_manifest,
    settings_for,
    source_digest,
    write_manifest,
)
from ivr.prompts import install_replacements, verify
from ivr.recordings import Recording, find_recording, pin_version
from ivr.sound_files import RATES_HZ, Sound, language_dir, silence, sound_path, write_wav
from ivr.sound_level import Samples, active_level_db
from ivr.spoken_before import keep, take
from ivr.voice import SpeechError, hear, levelled, speak
from queues.ids import PromptId


class Made(StrEnum):
    """What became of one prompt in a build."""

    CURRENT = "current"
    VOICE = "voice"
    RECORDING = "recording"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BuildResult:
    """One prompt after a build."""

    prompt: PromptId
    made: Made
    built: BuiltPrompt | None
    """None when it has no sound of its own."""
    warning: str
    """What is not as it should be, in Swedish; "" when all is well."""


@dataclass(frozen=True, slots=True)
class _Workshop:
    """Where one build works."""

    sounds_dir: Path
    language: str
    recordings_dir: Path
    before: Mapping[PromptId, BuiltPrompt]


def build(
    manuscripts: Mapping[PromptId, Manuscript],
    sounds_dir: Path,
    language: str,
    recordings_dir: Path,
    on_done: Callable[[BuildResult], None] = lambda _: None,
) -> tuple[BuildResult, ...]:
    """Every prompt can be heard, in 8 and 16 kHz; one result each, in the order of the manuscripts.

    Two builds of one installation take turns. Raises OSError when the sounds cannot be written at all.
    """
    with _alone_in(language_dir(sounds_dir, language)):
        before = read_manifest(sounds_dir, language)
        shop = _Workshop(sounds_dir, language, recordings_dir, before)

        def make(manuscript: Manuscript) -> BuildResult:
            result = _make(manuscript, shop)
            on_done(result)
            return result

        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as workers:
            results = tuple(workers.map(make, manuscripts.values()))
        write_manifest(sounds_dir, language, {r.prompt: r.built for r in results if r.built is not None})
        install_replacements(sounds_dir, verify(sounds_dir, manuscripts, language), language)
    return results


def _make(manuscript: Manuscript, shop: _Workshop) -> BuildResult:
    """One prompt made, or found current."""
    recording = find_recording(shop.recordings_dir, shop.language, manuscript.id)
    before = shop.before.get(manuscript.id)
    source = source_digest(manuscript, recording)
    stale = ""
    if recording is not None and recording.is_stale(manuscript):
        stale = f"inspelningen {recording.path} läser en annan text än version {manuscript.version}"
    if is_current(before, source, shop.sounds_dir, shop.language, manuscript.id):
        return BuildResult(manuscript.id, Made.CURRENT, before, stale)
    if recording is not None and not stale:
        try:
            return _finish(manuscript, hear(recording.path, SETTINGS), Made.RECORDING, shop, recording)
        except SpeechError as error:
            stale = f"inspelningen {recording.path} gick inte att använda: {error}"
    targets = {ending: sound_path(shop.sounds_dir, shop.language, manuscript.id, ending) for ending in RATES_HZ}
    source = source_digest(manuscript, None)
    if (built := take(source, targets)) is not None:
        return BuildResult(manuscript.id, Made.VOICE, replace(built, version=manuscript.version), stale)
    try:
        made = _finish(manuscript, speak(manuscript.spoken, settings_for(manuscript.voice)), Made.VOICE, shop, None)
    except SpeechError as error:
        return BuildResult(manuscript.id, Made.FAILED, before, str(error))
    if made.built is not None and not made.warning:
        keep(made.built, targets)
    return BuildResult(made.prompt, made.made, made.built, stale or made.warning)


def _finish(
    manuscript: Manuscript, master: Samples, made: Made, shop: _Workshop, recording: Recording | None
) -> BuildResult:
    """The master levelled, closed with its pause and written in every rate."""
    files, ms, level_db = {}, 0, 0.0
    for ending, rate_hz in RATES_HZ.items():
        sound = levelled(master, rate_hz, SETTINGS)
        if ending == "wav":
            level_db = round(active_level_db(sound.samples, rate_hz), 2)
        whole = Sound(rate_hz, sound.samples + silence(rate_hz, manuscript.pause_ms))
        path = sound_path(shop.sounds_dir, shop.language, manuscript.id, ending)
        write_wav(path, whole)
        files[ending], ms = file_digest(path), whole.ms
    if recording is not None:
        pin_version(recording, manuscript)
    source = source_digest(manuscript, recording)
    built = BuiltPrompt(source, made.value, manuscript.version, ms, level_db, files)
    off_db = abs(level_db - SETTINGS.target_db)
    uneven = f"nivån är {level_db} dBFS" if off_db > SETTINGS.tolerance_db else ""
    return BuildResult(manuscript.id, made, built, uneven)


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """Nobody else builds here meanwhile."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
