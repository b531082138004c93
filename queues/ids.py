"""Names of things, so that a call can never be passed where an agent is meant."""

from typing import NewType

CallId = NewType("CallId", str)
"""One caller's call from arrival to end: Asterisk's uniqueid of the caller's channel."""
OfferId = NewType("OfferId", int)
"""One attempt to put one call to one agent. Positive: ours; negative: found ringing in the fail-open queue."""
AgentId = NewType("AgentId", str)
"""A person; or, as `<partner>/<n>`, one line to a partner: whoever can be offered a call."""
PartnerId = NewType("PartnerId", str)
"""An external answering service."""
PersonId = NewType("PersonId", str)
"""Somebody in the directory, whether they take calls here or not."""
QueueId = NewType("QueueId", str)
MenuId = NewType("MenuId", str)
PromptId = NewType("PromptId", str)
Clearance = NewType("Clearance", str)
"""A right to take confidential calls. `NO_CLEARANCE` needs none; `UNKNOWN_CLEARANCE` nobody has."""
Instant = NewType("Instant", int)
"""Whole milliseconds since 1970-01-01T00:00Z."""

NO_CLEARANCE = Clearance("")
UNKNOWN_CLEARANCE = Clearance("?")


def partner_line(partner: PartnerId, line: int) -> AgentId:
    """The seat that is one line to the partner, from 1; no person's id has a slash."""
    return AgentId(f"{partner}/{line}")


def partner_of(seat: AgentId) -> PartnerId:
    """Whose line the seat is, "" for a person."""
    partner, slash, _ = seat.rpartition("/")
    return PartnerId(partner if slash else "")
