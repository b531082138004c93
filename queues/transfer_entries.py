"""What is remembered of callers who are put through to somebody else (the other kinds are in `queues.entries`)."""

from queues.facts import fact
from queues.ids import AgentId, CallId, Instant, OfferId, QueueId


@fact(frozen=True, slots=True)
class CallTransferred:
    """A talk was ended to put the caller through; the call is not over, and its answer so far is not its last."""

    at_ms: Instant
    call: CallId
    offer: OfferId
    agent: AgentId
    """Who put the caller through."""
    before: QueueId
    queue: QueueId
    level: int
    """The level that is asked for, 0 for none."""
    person: AgentId
    """Who is asked for, "" for nobody by name."""
    times: int
    """Which transfer of the call it is, from 1."""
    reason: str = ""
    """limit: the call had been transferred too often, and goes to people who take everything."""


@fact(frozen=True, slots=True)
class TransferReturned:
    """A supervised transfer reached nobody in time: the call goes back to whoever made it, else to its old line."""

    at_ms: Instant
    call: CallId
    queue: QueueId
    """Where nobody answered."""
    agent: AgentId
    """Who had put the caller through."""
    reached: bool
    """Whether their phone rings again now."""


@fact(frozen=True, slots=True)
class TransferRefused:
    """The talk goes on."""

    at_ms: Instant
    call: CallId
    """"" when there was no talk."""
    agent: AgentId
    queue: QueueId
    level: int
    person: AgentId
    reason: str
    """no_talk, no_link, callback, unknown, self, closed, nobody_cleared, nobody_there, nobody_ready."""


TransferEntry = CallTransferred | TransferReturned | TransferRefused
