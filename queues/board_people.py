"""Agents, partners and switches as the people at the screens see them, and how long people did what. Pure."""

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
    """How long they have been logged in today, spans that have ended; by its own count, to check `times` by."""
    logged_in_since_ms: Instant = Instant(0)
    """Since when they are logged in, today; 0 if they are not."""
    logins: int = 0
    answered: int = 0
    missed: int = 0
    """Offers today that they let ring or pushed away."""
    talks: int = 0
    """Ended today, callbacks included."""
    talk_ms: int = 0
    """Of those."""
    moved_to: tuple[tuple[str, int], ...] = ()
    """In which lines they answer for now, by hand, with the level in each; () for as it is written."""
    moved_until_ms: Instant = Instant(0)
    moved_by: str = ""

    def logged_in_at(self, now_ms: int) -> int:
        """How many milliseconds of today they have been logged in, as of now."""
        here = max(now_ms - self.logged_in_since_ms, 0) if self.logged_in_since_ms else 0
        return self.logged_in_ms + here

    def times_at(self, now_ms: int) -> dict[DAY_SHARE, int]:
        """How many milliseconds of today they have done what, as of now."""
        times = dict(self.times)
        if self.state is not AgentState.LOGGED_OUT and now_ms > self.counted_from_ms:
            what = (self.state, self.reason)
            times[what] = times.get(what, 0) + now_ms - self.counted_from_ms
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


@dataclass(frozen=True, slots=True)
class Switched:
    """What somebody has switched by hand."""

    how: str
    """open or closed; of the crisis message its prompt."""
    by: str
    since_ms: Instant
    until_ms: Instant
    """When it ends by itself; 0 for never."""
    instead: bool = False
    """Of the crisis message: in the place of the menu."""
