"""What has been promised to somebody who is to be rung: the part of a call that outlives its caller's presence."""

from dataclasses import dataclass

from queues.ids import AgentId, Instant


@dataclass(slots=True)
class Promise:
    """One callback. The place, the queue and the clearance are the call's own."""

    number: str
    """Whom to ring, as `routing.numbers.callable_number` writes it."""
    matter: str
    """Why, for the people who ring; "" for no more than the queue says."""
    by: AgentId
    """Who promised it; "" for the caller's own key."""
    promised_at_ms: Instant
    due_ms: Instant
    """When it should have been kept; then somebody is alarmed."""
    tries: int = 0
    """How often the citizen has been rung."""
    rests_until_ms: Instant = Instant(0)
    """Not offered before, after a try that reached nobody."""
    written: bool = False
    """Safe from our own death: only then is the caller let go."""
    heard: bool = False
    """The caller has heard that they will be rung."""
    listens: bool = False
    """An agent has lifted the receiver and hears who is to be rung."""
    reached_at_ms: Instant = Instant(0)
    """When the citizen was reached, 0 before."""
    alarmed: bool = False
    """Somebody has been told that it is overdue."""
