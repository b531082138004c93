"""What limits and conditions must not forget: of one call, and of the lines together."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from queues.ids import CallId, Instant, PromptId, QueueId


@dataclass(slots=True)
class Bounds:
    """Belongs to one call. Not in its papers: after an engine's death limits count from when it first stood in line."""

    queued_at_ms: Instant = Instant(0)
    """When it entered the line that it stands in; its limits count from there, its place does not."""
    waited_out: bool = False
    """It has met the longest wait of this line, and stayed in it."""
    overflows: int = 0
    """How many lines it was moved on from."""
    notice: tuple[PromptId, ...] = ()
    """To be said once instead of what a line says to whoever enters it."""
    returned: bool = False
    """It has the place that its caller had left before."""

    def enters(self, since_ms: Instant) -> None:
        """The call stands in another line than before, since then."""
        self.queued_at_ms, self.waited_out = since_ms, False


class KeptPlace(NamedTuple):
    """Where somebody stood who hung up."""

    queue: QueueId
    entered_at_ms: Instant
    until_ms: Instant


@dataclass(slots=True)
class Watch:
    """What may have changed for calls whose next step waits for a condition, and who has just entered a line."""

    held: defaultdict[QueueId, dict[CallId, None]] = field(default_factory=lambda: defaultdict(dict))
    """By queue: the calls of its line that some step's time has come for, and its conditions have not held."""
    held_under: dict[QueueId, int] = field(default_factory=dict)
    """The conditions of the queue, as bits of its steps, that held when they were last looked at."""
    changed: dict[QueueId, None] = field(default_factory=dict)
    """Queues whose line, or whose own ready people, have changed in this step."""
    moved: dict[QueueId, None] = field(default_factory=dict)
    """Queues in whose line somebody has left, or has stepped in before others: their wait is another."""
    entered: dict[CallId, None] = field(default_factory=dict)
    """Calls that have entered a line in this step and may be one too many."""
    unattended: dict[CallId, None] = field(default_factory=dict)
    """Calls for which it may have changed whether anybody is there."""
