"""/api/v1/state: what the switchboard is doing now: lines, people, partners, and how old the picture is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from ivr.web.accounts.viewer import Viewer
from ivr.web.alarms.facts import is_open, logged_in, takes
from ivr.web.api.asking import PREFIX, asks, refusals
from ivr.web.api.tokens import Scope
from ivr.web.context import Web, web_of
from ivr.web.small_counts import count
from ivr.web.staff_in_sight import is_in_sight, work_in_sight
from queues.agents import AgentState
from queues.board import BoardAgent, BoardCall
from routing.plan import Queue

router = APIRouter(prefix=PREFIX, tags=["läge"])


class SeenQueue(BaseModel):
    """A line now. Of calls under secrecy a token without the clearance is not told of one or two: the count is null."""

    id: str
    title: str
    open: bool
    confidential: bool
    waiting: int | None
    longest_wait_ms: int | None
    """Of those that the token may hear; null for a line under secrecy."""
    estimated_wait_ms: int | None
    """How long whoever came now would wait; null while nobody can tell, or for a line under secrecy."""
    logged_in: int | None
    """People who may take its calls."""
    ready: int | None
    """Of those, who could now; null for a line under secrecy."""
    callbacks: int | None
    """Promised and not yet kept."""


class SeenAgent(BaseModel):
    """A person who takes calls, now."""

    id: str
    name: str
    state: str
    """Of somebody who takes calls that the token may not hear, talking means no more than busy."""
    reason: str
    since_ms: int
    """0 for somebody of whom no more than that is told."""


class SeenPartner(BaseModel):
    """An external answering service, now."""

    id: str
    title: str
    state: str
    since_ms: int


class State(BaseModel):
    """The switchboard now."""

    municipality: str
    at_ms: int
    stale_since_ms: int
    """Since when this is old; 0 while it is not."""
    paused: str
    """Why no calls are handed out; "" while they are."""
    queues: list[SeenQueue]
    agents: list[SeenAgent]
    partners: list[SeenPartner]


@router.get("/state", responses=refusals())
async def state(request: Request, viewer: Annotated[Viewer, Depends(asks(Scope.STATE))]) -> State:
    """Lines that are the token's, whoever may take their calls, and the partners."""
    web = web_of(request)
    seen = [queue for queue in web.house.plan.queues.values() if viewer.may_see_queue(queue.id)]
    people = [
        agent
        for agent in web.live.board.agents.values()
        if agent.id in web.house.people and is_in_sight(viewer, web.house.plan, agent)
    ]
    return State(
        municipality=web.house.name,
        at_ms=web.live.now_ms(),
        stale_since_ms=web.live.stale_since_ms,
        paused=web.live.beat.paused,
        queues=[_queue(web, viewer, queue) for queue in seen],
        agents=[_agent(web, viewer, agent) for agent in people],
        partners=[
            SeenPartner(id=p.id, title=web.house.partners[p.id].title, state=p.state, since_ms=p.since_ms)
            for p in web.live.board.partners.values()
            if p.id in web.house.partners
        ],
    )


def _queue(web: Web, viewer: Viewer, queue: Queue) -> SeenQueue:
    board, plan, now_ms = web.live.board, web.house.plan, web.live.now_ms()
    line = [call for call in board.calls.values() if call.queue == queue.id]
    waiting, promised = [call for call in line if call.in_line], [call for call in line if call.promised]
    told = [now_ms - call.entered_at_ms for call in waiting if viewer.may_hear(call.clearance)]
    hears, here = viewer.may_hear(queue.clearance), logged_in(board, plan)[queue.id]
    ready = sum(agent.state is AgentState.READY and takes(plan, agent, queue) for agent in board.agents.values())
    return SeenQueue(
        id=queue.id,
        title=web.house.queue_titles[queue.id],
        open=is_open(board, queue, now_ms),
        confidential=bool(queue.clearance),
        waiting=_count(viewer, waiting),
        longest_wait_ms=max(told, default=0) if hears else None,
        estimated_wait_ms=web.live.beat.estimates.get(queue.id) if hears else None,
        logged_in=here if hears else _told(here),
        ready=ready if hears else None,
        callbacks=_count(viewer, promised),
    )


def _count(viewer: Viewer, calls: list[BoardCall]) -> int | None:
    """How many they are, unless one or two of them are not the viewer's to know of."""
    hidden = sum(not viewer.may_hear(call.clearance) for call in calls)
    return None if _told(hidden) is None else len(calls)


def _told(number: int) -> int | None:
    told = count(number)
    return told if isinstance(told, int) else None


def _agent(web: Web, viewer: Viewer, agent: BoardAgent) -> SeenAgent:
    name, work = web.house.people[agent.id].name, work_in_sight(viewer, web.house.plan, agent)
    return SeenAgent(id=agent.id, name=name, state=work.state.value, reason=work.reason, since_ms=work.since_ms)
