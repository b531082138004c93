"""What the voice has said before on this machine, by what it was made from: a new installation need not say it again.

One rule: what lies here is only ever a copy. It is taken when its files are what was written, and nobody misses it.
"""

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from secrets import token_hex
from subprocess import run

from ivr.prompt_manifest import BuiltPrompt, file_digest

PROGRAMS = (("espeak-ng", "--version"), ("sox", "--version"))


def cache_dir() -> Path:
    """Where copies lie: below XDG_CACHE_HOME."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tonval" / "voice"


def take(source: str, targets: Mapping[str, Path]) -> BuiltPrompt | None:
    """The prompt made of `source`, its files copied to `targets` (by ending); None if it has not been made here."""
    kept = _kept(source)
    try:
        built = BuiltPrompt(**json.loads((kept / "built.json").read_text("utf-8")))
        if built.files.keys() != targets.keys():
            return None
        for ending, target in targets.items():
            beside = target.with_name(f".{target.name}.{token_hex(4)}")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(kept / ending, beside)
            if file_digest(beside) != built.files[ending]:
                beside.unlink()
                return None
            beside.replace(target)
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    return built


def keep(built: BuiltPrompt, files: Mapping[str, Path]) -> None:
    """A copy lies ready for other installations; not so where we may not write."""
    kept = _kept(built.source)
    beside = kept.with_name(f"{kept.name}.{token_hex(4)}")
    with suppress(OSError):
        beside.mkdir(parents=True)
        for ending, path in files.items():
            shutil.copyfile(path, beside / ending)
        (beside / "built.json").write_text(json.dumps(asdict(built)), "utf-8")
        shutil.rmtree(kept, ignore_errors=True)
        beside.rename(kept)
    shutil.rmtree(beside, ignore_errors=True)


def _kept(source: str) -> Path:
    return cache_dir() / _programs() / source


@cache
def _programs() -> str:
    """Which voice and which sox: another version says it otherwise."""
    said = [_version(command) for command in PROGRAMS]
    return "-".join("".join(c for c in text if c.isalnum() or c == ".")[:40] for text in said) or "unknown"


def _version(command: tuple[str, ...]) -> str:
    try:
        done = run(command, capture_output=True, timeout=10, check=False)  # noqa: S603 - fixed programs, no shell
    except OSError:
        return "none"
    return done.stdout.decode(errors="replace").strip()
