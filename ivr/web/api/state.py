"""/api/v1/state: what the switchboard is doing now: lines, people, partners, and how old the picture is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from ivr.web.accounts.viewer import Viewer
from ivr.web.alarms.facts import is_open, logged_in, takes
from ivr.web.api.asking import PREFIX, asks, refusals
from ivr.web.api.tokens import Scope
from ivr.web.context import Web, web_of
from ivr.web.staff_in_sight import is_in_sight, work_in_sight
from queues.agents import AgentState
from queues.board import BoardAgent
from routing.plan import Queue

router = APIRouter(prefix=PREFIX, tags=["läge"])


class SeenQueue(BaseModel):
    """A line now."""

    id: str
    title: str
    open: bool
    confidential: bool
    waiting: int
    longest_wait_ms: int
    estimated_wait_ms: int | None
    """How long whoever came now would wait; null while nobody can tell."""
    logged_in: int
    """People who may take its calls."""
    ready: int
    callbacks: int
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
        queues=[_queue(web, queue) for queue in seen],
        agents=[_agent(web, viewer, agent) for agent in people],
        partners=[
            SeenPartner(id=p.id, title=web.house.partners[p.id].title, state=p.state, since_ms=p.since_ms)
            for p in web.live.board.partners.values()
            if p.id in web.house.partners
        ],
    )


def _queue(web: Web, queue: Queue) -> SeenQueue:
    board, plan, now_ms = web.live.board, web.house.plan, web.live.now_ms()
    line = [call for call in board.calls.values() if call.queue == queue.id]
    waiting = [call for call in line if call.in_line]
    return SeenQueue(
        id=queue.id,
        title=web.house.queue_titles[queue.id],
        open=is_open(board, queue, now_ms),
        confidential=bool(queue.clearance),
        waiting=len(waiting),
        longest_wait_ms=max((now_ms - call.entered_at_ms for call in waiting), default=0),
        estimated_wait_ms=web.live.beat.estimates.get(queue.id),
        logged_in=logged_in(board, plan)[queue.id],
        ready=sum(agent.state is AgentState.READY and takes(plan, agent, queue) for agent in board.agents.values()),
        callbacks=sum(call.promised for call in line),
    )


def _agent(web: Web, viewer: Viewer, agent: BoardAgent) -> SeenAgent:
    name, work = web.house.people[agent.id].name, work_in_sight(viewer, web.house.plan, agent)
    return SeenAgent(id=agent.id, name=name, state=work.state.value, reason=work.reason, since_ms=work.since_ms)
