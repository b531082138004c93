"""Agents and partners as the people at the screens see them, and how long each did what today. Pure."""

from dataclasses import dataclass, field

from queues.agents import AgentState
from queues.ids import AgentId, CallId, Instant, PartnerId

DAY_SHARE = tuple[AgentState, str]
"""What somebody did, and why, as far as they gave a reason or the service did."""


@dataclass(slots=True)
class BoardAgent:
    """One agent, or one line to a partner. Nobody but the fold changes it."""

    id: AgentId
    state: AgentState = AgentState.LOGGED_OUT
    reason: str = ""
    since_ms: Instant = Instant(0)
    """When they began to do this, or when the reason changed."""
    until_ms: Instant = Instant(0)
    """When it ends by itself; 0 for never."""
    call: CallId = CallId("")
    """Whom they are offered or talk to; "" for nobody."""
    counted_from_ms: Instant = Instant(0)
    """Up to when `times` is complete."""
    times: dict[DAY_SHARE, int] = field(default_factory=dict)
    """How many milliseconds of today they have done what, `counted_from_ms` on not yet; logged out not at all."""
    logged_in_ms: int = 0
    """How long they have been logged in today, up to `counted_from_ms`: by its own count, to check `times` by."""
    logins: int = 0
    answered: int = 0
    missed: int = 0
    """Offers today that they let ring or pushed away."""
    talk_ms: int = 0
    moved_to: tuple[tuple[str, int], ...] = ()
    """In which lines they answer for now, by hand, with the level in each; () for as it is written."""
    moved_until_ms: Instant = Instant(0)
    moved_by: str = ""

    def times_at(self, now_ms: int) -> dict[DAY_SHARE, int]:
        """How many milliseconds of today they have done what, as of now."""
        times = dict(self.times)
        if self.state is not AgentState.LOGGED_OUT:
            what = (self.state, self.reason)
            times[what] = times.get(what, 0) + max(now_ms - self.counted_from_ms, 0)
        return times


@dataclass(slots=True)
class BoardPartner:
    """An external answering service. Nobody but the fold changes it."""

    id: PartnerId
    state: str = ""
    """open, closed, spent, unreachable or circuit_open; "" until it is known."""
    since_ms: Instant = Instant(0)
    talks: int = 0
    """Ended today."""
    talk_ms: int = 0
    """Of those."""
    failed: int = 0
    """Offers to it today that led to no talk."""
