"""Who of those that take calls somebody is shown, and what of their work: the same for screens, API and webhooks. Pure.

Two rules. A viewer is shown whoever may take calls of a line of theirs. And what somebody does with calls that the
viewer may not hear shows only as being busy: whether the phone rings, is talked in or is wrapped up after, and since
when, would tell when somebody rang. It shows so of all their calls: were it of those under secrecy alone, it would
point them out.
"""

from typing import NamedTuple

from ivr.web.accounts.viewer import Viewer
from ivr.web.alarms.facts import takes
from queues.agents import AgentState
from queues.board import BoardAgent
from queues.ids import AgentId, Clearance
from routing.plan import Plan
from routing.secrecy import AND

BUSY = AgentState.TALKING
"""What somebody is shown to do who is busy."""
_WITH_CALLS = frozenset({AgentState.RINGING, AgentState.TALKING, AgentState.WRAP_UP})


class Work(NamedTuple):
    """What somebody does, as it is shown."""

    state: AgentState
    reason: str
    since_ms: int
    until_ms: int


def is_in_sight(viewer: Viewer, plan: Plan, seat: BoardAgent) -> bool:
    """Whether the person is shown at all."""
    return any(viewer.may_see_queue(queue.id) and takes(plan, seat, queue) for queue in plan.queues.values())


def sees_work(viewer: Viewer, plan: Plan, agent: AgentId) -> bool:
    """Whether the person may take no call that the viewer may not hear; of somebody unknown nobody knows."""
    if viewer.agent and viewer.agent == agent:
        return True
    known = plan.agents.get(agent)
    return known is not None and known.clearances <= viewer.clearances


def needed_for_work(plan: Plan, agent: AgentId) -> Clearance:
    """What must be held to see the person's work."""
    return Clearance(AND.join(sorted(plan.agents[agent].clearances)))


def as_busy(state: AgentState) -> AgentState:
    """The state as it is shown to whoever may not see the person's work."""
    return BUSY if state in _WITH_CALLS else state


def work_in_sight(viewer: Viewer, plan: Plan, seat: BoardAgent) -> Work:
    """What the person does, as far as the viewer may see it."""
    if seat.state in _WITH_CALLS and not sees_work(viewer, plan, seat.id):
        return Work(BUSY, "", 0, 0)
    return Work(seat.state, seat.reason, seat.since_ms, seat.until_ms)
