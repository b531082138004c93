"""Those who answer, as the wallboard shows them: by name and state, how many do what, and lines to partners. Pure."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from ivr.config.house import House
from ivr.web.accounts.viewer import Viewer
from ivr.web.staff_in_sight import work_in_sight
from ivr.web.wall_state import serves
from queues.agents import AgentState
from queues.board import Board
from queues.ids import AgentId, QueueId, partner_of

ORDER = (
    AgentState.READY,
    AgentState.RINGING,
    AgentState.TALKING,
    AgentState.WRAP_UP,
    AgentState.NOT_READY,
    AgentState.LOGGED_OUT,
)
"""The first are those to whom somebody looks."""


def people(board: Board, house: House, queues: Collection[QueueId], viewer: Viewer | None) -> list[dict[str, Any]]:
    """Who is logged in and serves any of the queues: by state, longest in it first. Nobody's names without a viewer."""
    if viewer is None:
        return []
    there = [board.agents[agent] for agent in _theirs(board, house, queues)]
    found = [
        {"id": one.id, "name": house.people[one.id].name, **work_in_sight(viewer, house.plan, one)._asdict()}
        for one in there
        if one.state is not AgentState.LOGGED_OUT
    ]
    return sorted(found, key=lambda one: (ORDER.index(one["state"]), one["since_ms"], one["name"]))


def people_counted(board: Board, house: House, queues: Collection[QueueId], viewer: Viewer | None) -> dict[str, int]:
    """How many are in each state, of those who serve any of the queues; without a viewer, as it is."""
    there = [board.agents[agent] for agent in _theirs(board, house, queues)]
    counted = Counter(work_in_sight(viewer, house.plan, one).state if viewer else one.state for one in there)
    return {state.value: counted[state] for state in ORDER if state is not AgentState.LOGGED_OUT}


def _theirs(board: Board, house: House, queues: Collection[QueueId]) -> list[AgentId]:
    return [
        agent
        for agent in house.people
        if (known := house.plan.agents.get(agent)) is not None
        and (one := board.agents.get(agent)) is not None
        and any(serves(known, one.moved_to, queue) for queue in queues)
    ]


def lines_out(board: Board, house: House) -> list[dict[str, Any]]:
    """Every partner: what its lines do, and what it has done today."""
    busy: Counter[str] = Counter()
    for seat, line in board.agents.items():
        if line.state in {AgentState.RINGING, AgentState.TALKING}:
            busy[partner_of(seat)] += 1
    return [
        {
            "id": partner,
            "title": link.title,
            "state": board.partners[partner].state if partner in board.partners else "",
            "since_ms": board.partners[partner].since_ms if partner in board.partners else 0,
            "busy": busy[partner],
            "lines": house.plan.partners[partner].lines,
            "talks": board.partners[partner].talks if partner in board.partners else 0,
        }
        for partner, link in house.partners.items()
    ]
