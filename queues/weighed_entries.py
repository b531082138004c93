"""What is remembered of a routing decision: who was weighed for a call, where decisions are to be explained."""

from queues.facts import fact
from queues.ids import AgentId, CallId, Instant, QueueId


@fact(frozen=True, slots=True)
class PassedOver:
    """Somebody who did not get a call."""

    agent: AgentId
    why: str
    """What they did (logged_out, talking, wrap_up, …), what kept them from it (uncleared, outside, not_yet, …), or, if
    nothing did, what put the one who got it before them (step, level, fewest_queues, ready_longest, first_by_name)."""
    reason: str = ""
    """Why they are not ready, in their own word."""
    until_ms: int = 0
    """When that ends by itself; 0 for nobody knows."""


@fact(frozen=True, slots=True)
class OtherCall:
    """The first call of a line from which the same person could have been served."""

    call: CallId
    queue: QueueId
    why: str
    """What put the chosen one before it: priority, own_order, target_share, waited_longest, first_come."""


@fact(frozen=True, slots=True)
class CandidatesWeighed:
    """Who was weighed for a call; kept only where decisions are to be explained, and decides nothing."""

    at_ms: Instant
    call: CallId
    queue: QueueId
    agent: AgentId
    """Who got it; "" when nobody could take it now."""
    step: int
    """Which step of the queue's plan made them eligible, -1 for nobody."""
    level: int
    passed_over: tuple[PassedOver, ...]
    """The nearest first, a dozen at the most."""
    counts: tuple[tuple[str, int], ...]
    """How many were passed over, by `why`: all of them."""
    other_calls: tuple[OtherCall, ...] = ()
