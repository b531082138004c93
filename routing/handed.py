"""What transfers have made of one call: who may take it for now, how long it has waited, and where it goes back to."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from queues.agents import AgentState
from queues.ids import AgentId, Instant, QueueId

if TYPE_CHECKING:
    from routing.state import Call, Centre, Person

TRANSFERRED = "transferred"
"""The reason of a wrap-up during which a person waits to hear whether those they transferred to answer."""


@dataclass(slots=True)
class Handed:
    """Belongs to one call. Nothing here lies in its papers: after an engine's death it waits in the line they name."""

    times: int = 0
    """How many transfers there have been."""
    by: AgentId = AgentId("")
    """Who made the last one."""
    at_ms: Instant = Instant(0)
    """When, or when a caller took a place kept for them; the wait counts anew from there, on top of `waited_ms`."""
    waited_ms: int = 0
    min_level: int = 0
    """The level that is asked for in the line the call stands in, as long as anybody who has it is logged in."""
    only: AgentId = AgentId("")
    """The one person who may take the call."""
    shuns: AgentId = AgentId("")
    """Who has just put it through: not asked while anybody else is there."""
    until_ms: Instant = Instant(0)
    """A supervised transfer: not answered by then, the call goes back to `by`. 0 if it stays where it is."""
    back_to: QueueId = QueueId("")
    back_level: int = 0
    wrapped_up_ms: Instant = Instant(0)
    """When the wrap-up of `by` would have ended without supervision."""

    def free(self) -> None:
        """Everybody whom the line opens to may take the call again."""
        self.min_level, self.until_ms = 0, Instant(0)
        self.only = self.shuns = AgentId("")

    @property
    def narrows(self) -> bool:
        """Whether the call is kept from anybody for the sake of a transfer."""
        return bool(self.min_level or self.only or self.shuns)

    def waited_until(self, entered_at_ms: int, now: int) -> int:
        """How long the call has waited in lines (ms), its talks not counted."""
        if self.at_ms:
            return self.waited_ms + max(now - self.at_ms, 0)
        return max(now - entered_at_ms, 0) if entered_at_ms else 0


def waits_to_hear(call: "Call", person: "Person") -> bool:
    """Whether the person's wrap-up is the one in which they wait for this very call to be answered."""
    waits = person.state is AgentState.WRAP_UP and person.reason == TRANSFERRED
    return waits and person.since_ms == call.handed.at_ms


def let_go(centre: "Centre", call: "Call") -> None:
    """Whoever transferred the call need not wait for it any longer: their wrap-up is an ordinary one."""
    person = centre.people.get(call.handed.by)
    if person is None or not waits_to_hear(call, person):
        return
    if call.handed.wrapped_up_ms > centre.now:
        centre.become(person, AgentState.WRAP_UP, "", call.handed.wrapped_up_ms)
    else:
        centre.become(person, AgentState.READY)
