"""What a call carries with it, so that whoever finds it knows its place and who may hear it.

The papers lie on the caller's channel before the call is first handed over. The fail-open dialplan reads them,
and an engine that starts again needs nothing else to put the caller back in the old place.
"""

from queues.facts import fact
from queues.ids import UNKNOWN_CLEARANCE, Clearance, Instant, MenuId, QueueId


@fact(frozen=True, slots=True)
class Papers:
    """Everything about a call that must outlive the engine."""

    menu: MenuId = MenuId("")
    """Where in the menu the caller is or was; "" before the first one."""
    queue: QueueId = QueueId("")
    """The queue whose line the call stands in; "" before a choice."""
    entered_at_ms: Instant = Instant(0)
    """The instant that decides the place; 0 before a choice."""
    clearance: Clearance = UNKNOWN_CLEARANCE
    """What a person must have to take the call. Never falls; unknown is secret."""
    language: str = "sv"
    priority: int = 0
    recoveries: int = 0
    """How many times the call has been found again."""
    outside: int = 0
    """How many times it has been sent to a partner; bounded, whoever counts."""
