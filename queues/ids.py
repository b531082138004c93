"""Names of things, so that a call can never be passed where an agent is meant."""

from typing import NewType

CallId = NewType("CallId", str)
"""One caller's call from arrival to end: Asterisk's uniqueid of the caller's channel."""
OfferId = NewType("OfferId", int)
"""One attempt to put one call to one agent. Positive: ours; negative: found ringing in the fail-open queue."""
AgentId = NewType("AgentId", str)
QueueId = NewType("QueueId", str)
MenuId = NewType("MenuId", str)
PromptId = NewType("PromptId", str)
PartnerId = NewType("PartnerId", str)
"""An external answering service."""
Clearance = NewType("Clearance", str)
"""A right to take confidential calls. `NO_CLEARANCE` needs none; `UNKNOWN_CLEARANCE` nobody has."""
Instant = NewType("Instant", int)
"""Whole milliseconds since 1970-01-01T00:00Z."""

NO_CLEARANCE = Clearance("")
UNKNOWN_CLEARANCE = Clearance("?")
