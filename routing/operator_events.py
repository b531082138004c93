"""What people at the switchboard do by hand to a call or to a person: events as in `routing.events`."""

from queues.facts import fact
from queues.ids import AgentId, CallId, Instant, QueueId


@fact(frozen=True, slots=True)
class CallPicked:
    """The person wants this very call on their phone now, whoever is before it; a parked one is asked back so."""

    agent: AgentId
    call: CallId


@fact(frozen=True, slots=True)
class CallParked:
    """The person who talks lets the caller wait for them."""

    agent: AgentId
    return_after_ms: int


@fact(frozen=True, slots=True)
class AgentReassigned:
    """Somebody wants the person to answer in these lines until then; in none: as it is written."""

    agent: AgentId
    queues: tuple[tuple[QueueId, int], ...]
    """With the level in each, 1–3."""
    until_ms: Instant
    """0 for no end."""
    who: str
