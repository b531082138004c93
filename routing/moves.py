"""Who answers in other lines than those that are written, for a while, and the plan as it is then."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from queues.ids import AgentId, Instant, QueueId
from routing.circles import steps_naming
from routing.plan import Agent, Plan
from routing.secrecy import may_hear

Queues = tuple[tuple[QueueId, int], ...]


@dataclass(frozen=True, slots=True)
class Move:
    """One person's lines, with the level in each, in place of those written."""

    queues: Queues
    until_ms: Instant
    """When what is written counts again; 0 for not by itself."""
    who: str


def with_moves(plan: Plan, moves: Mapping[AgentId, Move]) -> Plan:
    """The plan in which everybody who is moved answers where they are moved to."""
    there = {a: replace(plan.agents[a], queues=m.queues) for a, m in moves.items() if a in plan.agents}
    return replace(plan, agents={a: there.get(a, agent) for a, agent in plan.agents.items()}) if there else plan


def what_is_wrong(plan: Plan, moves: Mapping[AgentId, Move], agent: AgentId, queues: Queues) -> str:
    """Why nobody may move the person so; "" if they may. No line is left with nobody whom it ever opens to."""
    person, named = plan.agents[agent], [queue for queue, _ in queues]
    if len(set(named)) < len(named) or any(q not in plan.queues or level not in {1, 2, 3} for q, level in queues):
        return "unknown_queue"
    if not all(may_hear(person.clearances, plan.queues[queue].clearance) for queue in named):
        return "not_cleared"
    before = with_moves(plan, moves)
    after = replace(person, queues=queues or person.queues)
    return "nobody_left" if any(_left_alone(before, after)) else ""


def _left_alone(plan: Plan, moved: Agent) -> Iterator[QueueId]:
    """The lines that somebody serves, and nobody would if `moved` were as they are here."""
    for queue in plan.queues.values():
        others = (agent for agent in plan.agents.values() if agent.id != moved.id)
        if steps_naming(moved, queue) or not steps_naming(plan.agents[moved.id], queue):
            continue
        if not any(steps_naming(agent, queue) for agent in others):
            yield queue.id


def moves_that_stand(plan: Plan, moves: Mapping[AgentId, Move]) -> dict[AgentId, Move]:
    """Those that another plan leaves room for, judged in the order in which they were made."""
    standing: dict[AgentId, Move] = {}
    for agent, move in moves.items():
        if agent in plan.agents and not what_is_wrong(plan, standing, agent, move.queues):
            standing[agent] = move
    return standing
