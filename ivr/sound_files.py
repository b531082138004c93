"""Prompts on disk as Asterisk's format_wav reads them: 16-bit mono PCM, `.wav` at 8 kHz and `.wav16` at 16 kHz.

One rule: a path is only ever made from an id and a language that are plain names, and must end up inside the
sounds directory when every link is followed.
"""

import re
import sys
import wave
from array import array
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, repeat
from math import pi, sin
from pathlib import Path

from ivr.sound_level import Samples, is_audible
from queues.ids import PromptId

RATES_HZ = {"wav": 8_000, "wav16": 16_000}
"""The endings that are built, with the only rate each may have."""
TONE = PromptId("ton")
"""Stands in for a prompt that cannot be played; made by calculation, needing no program."""
_AUDIBLE_DB = -50.0
_PROMPT_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")


class Fault(StrEnum):
    """Why a sound file would leave a caller in silence."""

    MISSING = "missing"
    EMPTY = "empty"
    WRONG_FORMAT = "wrong_format"


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples with their rate."""

    rate_hz: int
    samples: Samples

    @property
    def ms(self) -> int:
        """Length."""
        return len(self.samples) * 1000 // self.rate_hz


class BadSoundError(Exception):
    """A file that must not be played, and why."""

    def __init__(self, fault: Fault, path: Path, what: str) -> None:
        super().__init__(f"{path}: {what}")
        self.fault = fault


def is_prompt_id(text: str) -> bool:
    """Whether `text` can name a prompt: lower-case ASCII, digits, _ and -; so no path, no option, no shell word."""
    return _PROMPT_ID.fullmatch(text) is not None


def is_language(text: str) -> bool:
    """Whether `text` can name a language directory: sv, fi, en-gb."""
    return _LANGUAGE.fullmatch(text) is not None


def language_dir(sounds_dir: Path, language: str) -> Path:
    """The directory of one language's prompts. Raises ValueError for what is no plain language name."""
    if not is_language(language):
        raise ValueError(f"no language: {language!r}")
    return sounds_dir / language


def sound_path(sounds_dir: Path, language: str, prompt: PromptId, ending: str) -> Path:
    """Where the sound of `prompt` lies. Raises ValueError when id, language or ending is none of ours."""
    if not is_prompt_id(prompt):
        raise ValueError(f"no prompt id: {prompt!r}")
    if ending not in RATES_HZ:
        raise ValueError(f"no ending we build: {ending!r}")
    return language_dir(sounds_dir, language) / f"{prompt}.{ending}"


def read_sound(sounds_dir: Path, language: str, prompt: PromptId, ending: str) -> Sound:
    """The sound as a caller would hear it. Raises BadSoundError if it would not be heard, ValueError for a bad name."""
    path = sound_path(sounds_dir, language, prompt, ending)
    if not path.resolve().is_relative_to(sounds_dir.resolve()):
        raise BadSoundError(Fault.MISSING, path, "lies outside the sounds directory")
    return read_wav(path, RATES_HZ[ending])


def read_wav(path: Path, rate_hz: int) -> Sound:
    """A 16-bit mono PCM file of exactly that rate, whole and audible, or BadSoundError."""
    try:
        size = path.stat().st_size if path.is_file() else -1
        if size < 0:
            raise BadSoundError(Fault.MISSING, path, "no such file")
        if size == 0:
            raise BadSoundError(Fault.EMPTY, path, "0 bytes")
        with wave.open(str(path), "rb") as file:
            shape = (file.getnchannels(), file.getsampwidth(), file.getframerate(), file.getcomptype())
            frames, promised = file.readframes(file.getnframes()), file.getnframes()
    except (wave.Error, EOFError) as error:
        raise BadSoundError(Fault.WRONG_FORMAT, path, f"no PCM WAV ({error})") from error
    except OSError as error:
        raise BadSoundError(Fault.MISSING, path, f"unreadable ({error.strerror})") from error
    if shape != (1, 2, rate_hz, "NONE"):
        raise BadSoundError(Fault.WRONG_FORMAT, path, f"not 16-bit mono PCM at {rate_hz} Hz")
    if len(frames) != 2 * promised:
        raise BadSoundError(Fault.WRONG_FORMAT, path, "cut short")
    sound = Sound(rate_hz, from_bytes(frames))
    if not is_audible(sound.samples, _AUDIBLE_DB):
        raise BadSoundError(Fault.EMPTY, path, "nothing to hear in it")
    return sound


def write_wav(path: Path, sound: Sound) -> None:
    """The file holds the sound; whoever plays it meanwhile hears the old one or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    with wave.open(str(beside), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate_hz)
        file.writeframes(to_bytes(sound.samples))
    beside.replace(path)


def from_bytes(frames: bytes) -> Samples:
    """Samples from little-endian 16-bit bytes."""
    samples = array("h", frames)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def to_bytes(samples: Samples) -> bytes:
    """Little-endian 16-bit bytes."""
    if sys.byteorder == "big":
        samples = array("h", samples)
        samples.byteswap()
    return samples.tobytes()


def silence(rate_hz: int, ms: int) -> Samples:
    """So many milliseconds of nothing."""
    return array("h", bytes(2 * (rate_hz * ms // 1000)))


def tone(rate_hz: int, *, hz: int = 425, ms: int = 400, pause_ms: int = 300, amplitude: int = 4_634) -> Sound:
    """A soft tone (−20 dBFS, 20 ms ramps) with a pause after it: "something is wrong, but you are still connected"."""
    length, ramp = rate_hz * ms // 1000, rate_hz * 20 // 1000
    rising = [i / ramp for i in range(ramp)]
    envelope = chain(rising, repeat(1.0, length - 2 * ramp), reversed(rising))
    wave_form = (sin(2 * pi * hz * i / rate_hz) for i in range(length))
    samples = array("h", (round(amplitude * a * b) for a, b in zip(envelope, wave_form, strict=True)))
    return Sound(rate_hz, samples + silence(rate_hz, pause_ms))
