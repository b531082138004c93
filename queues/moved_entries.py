"""What is remembered of a call that has come to do something without any other entry that says so."""

from queues.facts import fact
from queues.ids import AgentId, CallId, Clearance, Instant, QueueId

HUNG_UP, GONE = "hung_up", "gone"
AFTERWARDS = frozenset({HUNG_UP, GONE})
"""The states of a `CallRecovered` that was written when the call was already over."""
NOT_LISTED_YET = "not_listed_yet"
"""The reason of a `RoutingPaused` with which an engine begins."""


@fact(frozen=True, slots=True)
class CallMoved:
    """The call does this from now on: hears its last words, looks for a name, is in the fail-open dialplan, or is found
    in a list to do what we did not know. Nothing is counted by it.
    """

    at_ms: Instant
    call: CallId
    state: str
    queue: QueueId
    entered_at_ms: Instant
    clearance: Clearance
    agent: AgentId
    """"" unless somebody's phone rings for it or they talk to it."""
    language: str
    answered_at_ms: Instant
    """When the talk that goes on began, 0 for none."""
