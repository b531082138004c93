"""Those who answer, as the wallboard shows them: by name and state, how many do what, and lines to partners. Pure."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from ivr.config.house import House
from ivr.web.wall_state import serves
from queues.agents import AgentState
from queues.board import Board, BoardAgent
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


def people(board: Board, house: House, queues: Collection[QueueId]) -> list[dict[str, Any]]:
    """Who is logged in and serves any of the queues: by state, longest in it first."""
    found = [(board.agents[agent], house.people[agent].name) for agent in _theirs(board, house, queues)]
    found = [(one, name) for one, name in found if one.state is not AgentState.LOGGED_OUT]
    found.sort(key=lambda pair: (ORDER.index(pair[0].state), pair[0].since_ms, pair[1]))
    return [_person(one, name) for one, name in found]


def _person(one: BoardAgent, name: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": name,
        "state": one.state.value,
        "reason": one.reason,
        "since_ms": one.since_ms,
        "until_ms": one.until_ms,
    }


def people_counted(board: Board, house: House, queues: Collection[QueueId]) -> dict[str, int]:
    """How many are in each state, of those who serve any of the queues."""
    counted = Counter(board.agents[agent].state for agent in _theirs(board, house, queues))
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
