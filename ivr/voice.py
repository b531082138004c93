"""Sound out of espeak-ng and sox: programs that get their text on standard input, and no shell between.

One rule: the same input gives the same samples (no dither), and what cannot be made is a SpeechError, never silence.
"""

import subprocess
from array import array
from pathlib import Path

from ivr.prompt_manifest import Settings
from ivr.sound_files import Sound, from_bytes, to_bytes
from ivr.sound_level import Samples, active_level_db, peak_db, speech_span

MASTER_HZ = 16_000
_TIMEOUT_S = 60
_FADE_MS = 4
_CLOSE_ENOUGH_DB = 0.2
_TRIES = 5
_RAW = ("-t", "raw", "-e", "signed-integer", "-b", "16", "-L", "-c", "1")


class SpeechError(Exception):
    """A prompt could not be made; the message says why, in Swedish."""


def speak(text: str, settings: Settings) -> Samples:
    """`text` read by espeak-ng, at MASTER_HZ, trimmed."""
    speed = str(settings.words_per_minute)
    said = _run(["espeak-ng", "-v", settings.voice, "-s", speed, "-b", "1", "--stdin", "--stdout"], text.encode())
    return _trimmed(_to_master(["--ignore-length", "-t", "wav", "-"], said), settings)


def hear(recording: Path, settings: Settings) -> Samples:
    """A recording of any rate, width and number of channels, at MASTER_HZ, mixed to one channel and trimmed."""
    return _trimmed(_to_master([str(recording.resolve())], b""), settings)


def levelled(master: Samples, rate_hz: int, settings: Settings) -> Sound:
    """The master at `rate_hz` and at the target level, no sample above the permitted peak.

    Loud moments are limited rather than the whole made quieter; so a level is approached in a few steps.
    """
    samples = _sox_raw(master, MASTER_HZ, rate_hz, [])
    plain = samples
    gain_db = 0.0
    for _ in range(_TRIES):
        short_of_db = settings.target_db - active_level_db(samples, rate_hz)
        if abs(short_of_db) <= _CLOSE_ENOUGH_DB and peak_db(samples) <= settings.peak_db:
            break
        gain_db += short_of_db
        limit = ["gain", "-l", f"{gain_db - settings.peak_db:.3f}", "gain", f"{settings.peak_db:.3f}"]
        samples = _sox_raw(plain, rate_hz, rate_hz, limit)
    return Sound(rate_hz, samples)


def _trimmed(samples: Samples, settings: Settings) -> Samples:
    """The speech alone with a little air around it, faded so that nothing clicks."""
    first, last = speech_span(samples, MASTER_HZ, settings.before_ms, settings.after_ms)
    if first == last:
        raise SpeechError("ingenting hörs")
    speech = samples[first:last]
    fade = min(MASTER_HZ * _FADE_MS // 1000, len(speech) // 2)
    for i in range(fade):
        speech[i] = speech[i] * i // fade
        speech[-1 - i] = speech[-1 - i] * i // fade
    return speech


def _to_master(source: list[str], data: bytes) -> Samples:
    """Whatever sox can read → one channel at MASTER_HZ without rumble."""
    made = _run(["sox", "-V1", "-D", *source, *_RAW, "-r", str(MASTER_HZ), "-", "highpass", "80"], data)
    return from_bytes(made)


def _sox_raw(samples: Samples, from_hz: int, to_hz: int, effects: list[str]) -> Samples:
    if from_hz == to_hz and not effects:
        return array("h", samples)
    rate = ["rate", str(to_hz)] if from_hz != to_hz else []
    command = ["sox", "-V1", "-D", *_RAW, "-r", str(from_hz), "-", *_RAW, "-", *rate, *effects]
    return from_bytes(_run(command, to_bytes(samples)))


def _run(command: list[str], data: bytes) -> bytes:
    """What the program wrote. Raises SpeechError when it is not there, fails, or does not end."""
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603 - fixed programs, no shell
    except FileNotFoundError as error:
        raise SpeechError(f"programmet {command[0]} finns inte: installera paketet {command[0]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SpeechError(f"{command[0]} gick inte att köra: {error}") from error
    if done.returncode != 0 or not done.stdout:
        reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["inget ljud kom"]
        raise SpeechError(f"{command[0]}: {reason[0]}")
    return done.stdout
