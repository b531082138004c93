"""What wallboard.yaml says, and whether every queue that it names is there."""

from collections.abc import Iterator
from typing import cast

from ivr.config.draft import Draft
from ivr.config.problems import Code, Problem
from ivr.config.wallboard_entries import WallboardFile

FILE = "wallboard.yaml"


def wallboard_of(draft: Draft) -> WallboardFile:
    """What is written; the defaults without a file."""
    return cast("WallboardFile | None", draft.models.get(FILE)) or WallboardFile()


def known_in_wallboard(draft: Draft) -> Iterator[Problem]:
    """Every queue that has thresholds is there."""
    for queue in wallboard_of(draft).queues:
        if queue not in draft.queues.queues:
            cure = f"Grupper som finns: {', '.join(draft.queues.queues)}."
            place = draft.at_key(FILE, "queues", queue)
            yield Problem(Code.UNKNOWN_QUEUE, place, f"Gruppen {queue!r} finns inte.", cure)
