"""Which prompts have words, which have a sound that will be heard, and what is put in the place of one that has not.

One rule (a caller is never left in silence): sounds are looked at before calls are taken, and a broken one is
replaced by the tone on disk, so that nothing needs to be decided while somebody listens.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ivr.manuscripts import Manuscript, ManuscriptRefusedError, manuscript_folders, manuscripts
from ivr.prompt_manifest import is_current, read_manifest, source_digest
from ivr.recordings import find_recording
from ivr.sound_files import RATES_HZ, TONE, BadSoundError, Fault, is_prompt_id, read_sound, sound_path, tone, write_wav
from queues.ids import PromptId

__all__ = [
    "TONE",
    "Manuscript",
    "ManuscriptRefusedError",
    "ProblemKind",
    "PromptProblem",
    "estimated_ms",
    "install_replacements",
    "manuscript_folders",
    "manuscripts",
    "problems",
    "safe_prompts",
    "spoken_ms",
    "verify",
]


class ProblemKind(StrEnum):
    """What is wrong with a prompt."""

    NO_MANUSCRIPT = "no_manuscript"
    """Nobody has written what it says."""
    MISSING = "missing"
    EMPTY = "empty"
    WRONG_FORMAT = "wrong_format"
    STALE = "stale"
    """Sound or recording says other words than the manuscript, or was made with other settings."""


@dataclass(frozen=True, slots=True)
class PromptProblem:
    """One thing wrong with one prompt."""

    prompt: PromptId
    kind: ProblemKind
    where: str
    """The file it concerns, or file:line of the manuscript."""


def problems(
    prompt_ids: Iterable[PromptId],
    written: Mapping[PromptId, Manuscript],
    sounds_dir: Path,
    language: str,
    recordings_dir: Path | None = None,
) -> list[PromptProblem]:
    """Everything wrong with these prompts, by id; [] when each has words and a sound that says them.

    `recordings_dir` is by default the one beside `sounds_dir`.
    """
    recordings_dir = recordings_dir or sounds_dir.parent / "recordings"
    built = read_manifest(sounds_dir, language)
    found: list[PromptProblem] = []
    for prompt in sorted(set(prompt_ids) - {TONE}):
        manuscript = written.get(prompt)
        if manuscript is None or not is_prompt_id(prompt):
            found.append(PromptProblem(prompt, ProblemKind.NO_MANUSCRIPT, ""))
            continue
        faults = _faults(sounds_dir, prompt, language, endings=RATES_HZ)
        found += [PromptProblem(prompt, ProblemKind(fault.value), str(path)) for fault, path in faults[:1]]
        recording = find_recording(recordings_dir, language, prompt)
        if recording is not None and recording.is_stale(manuscript):
            found.append(PromptProblem(prompt, ProblemKind.STALE, str(recording.path)))
        source = source_digest(manuscript, recording)
        if not faults and not is_current(built.get(prompt), source, sounds_dir, language, prompt):
            found.append(PromptProblem(prompt, ProblemKind.STALE, manuscript.where))
    return found


def verify(sounds_dir: Path, prompt_ids: Iterable[PromptId], language: str) -> frozenset[PromptId]:
    """The prompts that would leave a caller in silence, or that no file could ever hold. Reads every file: at start."""
    return frozenset(prompt for prompt in prompt_ids if not _is_sound(sounds_dir, prompt, language))


def install_replacements(sounds_dir: Path, broken: Iterable[PromptId], language: str) -> frozenset[PromptId]:
    """The tone lies where a broken prompt lay, and under its own name; → those for which that could not be done."""
    unplaced = set()
    for prompt in {*broken, *({TONE} & verify(sounds_dir, [TONE], language))}:
        try:
            _replace(sounds_dir, prompt, language)
        except (OSError, ValueError):
            unplaced.add(prompt)
    return frozenset(unplaced)


def safe_prompts(prompts: Iterable[PromptId]) -> tuple[PromptId, ...]:
    """The same prompts, the tone in the place of an id that is no plain name and could mean a path."""
    return tuple(prompt if is_prompt_id(prompt) else TONE for prompt in prompts)


def spoken_ms(prompt: PromptId, written: Mapping[PromptId, Manuscript], sounds_dir: Path | None, language: str) -> int:
    """How long the prompt lasts, its closing pause included: measured if built, else estimated, 0 if unknown."""
    if sounds_dir is not None and is_prompt_id(prompt):
        for ending in RATES_HZ:
            with suppress(BadSoundError):
                return read_sound(sounds_dir, language, prompt, ending).ms
    manuscript = written.get(prompt)
    return estimated_ms(manuscript) if manuscript else 0


def estimated_ms(manuscript: Manuscript) -> int:
    """About how long the voice needs (a straight line through our own prompts); within a fifth for a sentence."""
    body = manuscript.text.rstrip(".,;:!? ")
    letters = sum(character.isalpha() for character in body)
    digits = sum(character.isdigit() for character in body)
    commas = sum(body.count(mark) for mark in ",;:")
    return 150 + 71 * letters + 205 * digits + 314 * commas + 820 * body.count(". ") + manuscript.pause_ms


def _is_sound(sounds_dir: Path, prompt: PromptId, language: str) -> bool:
    """Whether the prompt will be heard: a good 8 kHz file, and no bad 16 kHz file beside it."""
    if not is_prompt_id(prompt):
        return False
    wide = sound_path(sounds_dir, language, prompt, "wav16")
    endings = RATES_HZ if wide.exists() or wide.is_symlink() else ("wav",)
    return not _faults(sounds_dir, prompt, language, endings)


def _faults(sounds_dir: Path, prompt: PromptId, language: str, endings: Iterable[str]) -> list[tuple[Fault, Path]]:
    found = []
    for ending in endings:
        try:
            read_sound(sounds_dir, language, prompt, ending)
        except BadSoundError as error:
            found.append((error.fault, sound_path(sounds_dir, language, prompt, ending)))
    return found


def _replace(sounds_dir: Path, prompt: PromptId, language: str) -> None:
    """The tone in every rate, unless one rate is good: then that one alone, for Asterisk to convert."""
    bad = [path for _, path in _faults(sounds_dir, prompt, language, RATES_HZ)]
    if len(bad) < len(RATES_HZ):
        for path in bad:
            path.unlink(missing_ok=True)
        return
    for ending, rate_hz in RATES_HZ.items():
        write_wav(sound_path(sounds_dir, language, prompt, ending), tone(rate_hz))
