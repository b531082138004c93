"""What each built sound was made from and what came out, so that only what has changed is made again."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ivr.manuscripts import Manuscript
from ivr.recordings import Recording
from ivr.sound_files import RATES_HZ, language_dir, sound_path
from queues.ids import PromptId

MANIFEST_FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """How prompts are made to sound. Changing any of these makes every sound stale."""

    voice: str = "sv"
    """espeak-ng's name of it."""
    words_per_minute: int = 165
    """As espeak-ng counts; with its pauses about 150 real words a minute."""
    target_db: float = -20.0
    """Active level of every prompt, dBFS."""
    tolerance_db: float = 1.0
    peak_db: float = -1.0
    """No sample above."""
    before_ms: int = 10
    """Silence left before the speech, after trimming."""
    after_ms: int = 30
    recipe: int = 1
    """Rises when the making itself changes."""


SETTINGS = Settings()
VOICES = {"en": "en-gb"}
"""espeak-ng's voice for a language, where it is called otherwise."""


def settings_for(language: str) -> Settings:
    """How a text in that language is made to sound."""
    return replace(SETTINGS, voice=VOICES.get(language, language))


@dataclass(frozen=True, slots=True)
class BuiltPrompt:
    """One built prompt."""

    source: str
    """Checksum of everything it was made from."""
    origin: str
    """voice or recording."""
    version: int
    """Of the manuscript."""
    ms: int
    """Length as heard, the closing pause included."""
    level_db: float
    """Active level of the 8 kHz sound."""
    files: Mapping[str, str]
    """Ending → SHA-256 of the file."""


def source_digest(manuscript: Manuscript, recording: Recording | None) -> str:
    """Checksum of what the sound of this prompt is to be made from; a stale recording does not count."""
    if recording is None or recording.is_stale(manuscript):
        spoken = {"spoken": manuscript.spoken}
    else:
        spoken = {"recording": file_digest(recording.path)}
    source = {"settings": asdict(settings_for(manuscript.voice)), "pause_ms": manuscript.pause_ms, **spoken}
    return hashlib.sha256(json.dumps(source, sort_keys=True).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of the file; "" when there is none to read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def is_current(built: BuiltPrompt | None, source: str, sounds_dir: Path, language: str, prompt: PromptId) -> bool:
    """Whether the files on disk are the ones that were made, and made from this very source."""
    if built is None or built.source != source or set(built.files) != set(RATES_HZ):
        return False
    return all(
        file_digest(sound_path(sounds_dir, language, prompt, ending)) == built.files[ending] for ending in RATES_HZ
    )


def read_manifest(sounds_dir: Path, language: str) -> dict[PromptId, BuiltPrompt]:
    """What was built; {} when nothing was, or when the manifest is no good and everything is to be made again."""
    try:
        stored = json.loads((language_dir(sounds_dir, language) / MANIFEST_FILE).read_text(encoding="utf-8"))
        return {PromptId(prompt): BuiltPrompt(**built) for prompt, built in stored.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def write_manifest(sounds_dir: Path, language: str, built: Mapping[PromptId, BuiltPrompt]) -> None:
    """The manifest holds exactly this."""
    path = language_dir(sounds_dir, language) / MANIFEST_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    as_json = json.dumps({prompt: asdict(built[prompt]) for prompt in sorted(built)}, indent=1, ensure_ascii=False)
    beside.write_text(as_json + "\n", encoding="utf-8")
    beside.replace(path)
