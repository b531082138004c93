"""How the call log fares: where its rows go, what it had to let go of, and whom it tells."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import structlog

SPACE_ALARMS: Final = (0.10, 0.05)
"""Shares of the disk that are free when an alarm is due."""

Alarm = Callable[[str, str], None]
"""Told, in the writer's thread, what is wrong: a word for machines and a sentence. Must not block."""


class Place(StrEnum):
    """Where new steps go."""

    DATABASE = "database"
    JOURNAL = "journal"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class LogStatus:
    """How the log fares. Replaced as a whole by the writer's thread, so that any thread may look."""

    place: Place = Place.DATABASE
    acknowledged: int = 0
    """The number of this run's last step that will survive a power cut, and all before it."""
    events_let_go: int = 0
    steps_let_go: int = 0
    unreadable_lines: int = 0
    """Lines of the journal that could not be read back."""
    set_aside: tuple[str, ...] = ()
    """Databases that were unusable, by their new names."""
    cause: str = ""
    """Why new steps do not go to the database."""


def structlog_alarm(word: str, sentence: str) -> None:
    """The alarm is a warning in the engine's own log."""
    structlog.get_logger("call_log").warning(word, detail=sentence)


def free_share(directory: Path) -> float:
    """How much of the disk is free, from 0 to 1; 1 when nobody can say."""
    try:
        disk = os.statvfs(directory)
    except OSError:
        return 1.0
    return disk.f_bavail / max(disk.f_blocks, 1)
