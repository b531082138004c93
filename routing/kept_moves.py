"""The moves by hand that a plan leaves room for: asked when another plan comes, and at each move."""

from queues.ids import AgentId, Instant
from queues.operator_entries import AgentMoved
from routing.moves import moves_that_stand, with_moves
from routing.plan import Plan
from routing.state import Centre

_MOVE = "move:"


def owner_of(agent: AgentId) -> str:
    """Who owns the deadline at which the person's move ends."""
    return _MOVE + agent


def moved_of(owner: str) -> AgentId:
    """The person whose deadline it is."""
    return AgentId(owner.removeprefix(_MOVE))


def keep_moves(centre: Centre, written: Plan) -> Plan:
    """The plan as it is with those moves that it leaves room for; the others are over, which is remembered."""
    centre.written = written
    standing = moves_that_stand(written, centre.moves)
    for agent in [agent for agent in centre.moves if agent not in standing]:
        forget_move(centre, agent)
        centre.entries.append(AgentMoved(centre.now, agent, (), Instant(0), ""))
    return with_moves(written, standing)


def forget_move(centre: Centre, agent: AgentId) -> None:
    """The person is where it is written, and nothing is waited for."""
    centre.moves.pop(agent, None)
    centre.deadlines.cancel_all(owner_of(agent))
