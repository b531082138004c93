"""What is remembered of looking for a person by name; part of `queues.entries.Entry`."""

from queues.facts import fact
from queues.ids import AgentId, CallId, Instant, OfferId, PersonId


@fact(frozen=True, slots=True)
class NameSearched:
    """Somebody was looked for by name; neither what was typed nor who was found is kept."""

    at_ms: Instant
    call: CallId
    digits: int
    """How many were typed."""
    found: int
    meaning: str
    """one, several, too_many, nobody or silence."""


@fact(frozen=True, slots=True)
class PersonRung:
    """The phone of a person chosen by name rings."""

    at_ms: Instant
    call: CallId
    offer: OfferId
    person: PersonId
    agent: AgentId
    """Their seat; "" for a phone that is none."""


@fact(frozen=True, slots=True)
class PersonNotReached:
    """The caller was told why the person they chose is not reached."""

    at_ms: Instant
    call: CallId
    person: PersonId
    why: str
    """busy, no_answer, absent or outside_hours."""


NameEntry = NameSearched | PersonRung | PersonNotReached
