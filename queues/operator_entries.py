"""What is remembered of what people do by hand in the line: picking, parking, moving somebody (others: `entries`)."""

from queues.facts import fact
from queues.ids import AgentId, CallId, Instant, OfferId, QueueId


@fact(frozen=True, slots=True)
class CallHandPicked:
    """Somebody took this call to their own phone, whoever was before it; an ordinary offer follows."""

    at_ms: Instant
    call: CallId
    agent: AgentId
    queue: QueueId
    place: int
    """Its place in the line, from 1; 0 if it was parked."""


@fact(frozen=True, slots=True)
class PickRefused:
    """Nothing has changed."""

    at_ms: Instant
    call: CallId
    """"" when it is gone."""
    agent: AgentId
    reason: str
    """no_link, gone, not_waiting, resting, being_put_through, not_cleared, not_here, busy, phone."""


@fact(frozen=True, slots=True)
class ParkingBegun:
    """A talk was ended to let the caller wait for the same person; its answer so far is not its last."""

    at_ms: Instant
    call: CallId
    offer: OfferId
    agent: AgentId
    queue: QueueId
    """The line in whose place the caller is if that person does not come back."""
    until_ms: Instant
    """When the call returns by itself."""


@fact(frozen=True, slots=True)
class ParkingEnded:
    """The caller is on the way back to a person, or to the line; a caller who hangs up has a `CallEnded` instead."""

    at_ms: Instant
    call: CallId
    agent: AgentId
    """Who had parked it."""
    queue: QueueId
    reached: bool
    """Whether a phone rings for it now."""
    reason: str
    """time, gone (the person has logged out), picked, lost (its session was, or Asterisk has it elsewhere)."""


@fact(frozen=True, slots=True)
class ParkingRefused:
    """The talk goes on."""

    at_ms: Instant
    call: CallId
    """"" when there was no talk."""
    agent: AgentId
    reason: str
    """no_talk, no_link, callback, recovered, time, too_many."""


@fact(frozen=True, slots=True)
class AgentMoved:
    """Somebody lets a person answer in other lines than those that are written, or the time that they gave is out."""

    at_ms: Instant
    agent: AgentId
    queues: tuple[tuple[QueueId, int], ...]
    """With the level in each, in the order in which they serve them; () for as it is written."""
    until_ms: Instant
    """When the person answers as written again by itself; 0 for never."""
    who: str
    """"" if the time was out."""


@fact(frozen=True, slots=True)
class MoveRefused:
    """The person answers where they did."""

    at_ms: Instant
    agent: AgentId
    who: str
    reason: str
    """unknown_queue, time, not_cleared, nobody_left."""


OperatorEntry = CallHandPicked | PickRefused | ParkingBegun | ParkingEnded | ParkingRefused | AgentMoved | MoveRefused
