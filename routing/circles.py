"""Who stands in which circle around a queue: the plan turned into the flat tables that matching reads."""

from queues.ids import NO_CLEARANCE, UNKNOWN_CLEARANCE, AgentId, Clearance, QueueId, partner_line, partner_of
from routing import matching
from routing.matching import STAYS_HOME
from routing.plan import Agent, Discipline, Plan, PlanStep, Queue, TargetKind
from routing.secrecy import may_hear

OWN_LEVEL = 2
"""From this level on a queue is an agent's own (ROUTING.md, The circle)."""
DISCIPLINES = {
    Discipline.OWN_FIRST: matching.OWN_FIRST,
    Discipline.LONGEST_WAIT: matching.LONGEST_WAIT,
    Discipline.NEAREST_TARGET: matching.NEAREST_TARGET,
}


class Circles:
    """Tables over seats, by index, and queues, for one plan. A seat is whoever can be offered a call."""

    def __init__(self, plan: Plan) -> None:
        people = seated(plan)
        self.seats: tuple[AgentId, ...] = tuple(agent.id for agent in people)
        self.index: dict[AgentId, int] = {agent: i for i, agent in enumerate(self.seats)}
        levels = [dict(agent.queues) for agent in people]
        self.queue_count: list[int] = [len(agent.queues) for agent in people]
        self.own_queues: list[tuple[QueueId, ...]] = [
            tuple(queue for queue, level in agent.queues if level >= OWN_LEVEL) for agent in people
        ]
        self.level: dict[QueueId, list[int]] = {q: [held.get(q, 0) for held in levels] for q in plan.queues}
        self.own: dict[QueueId, list[int]] = {
            q: [1 if level >= OWN_LEVEL else 0 for level in row] for q, row in self.level.items()
        }
        self.pair_steps: dict[QueueId, list[int]] = {
            q.id: [steps_naming(agent, q) for agent in people] for q in plan.queues.values()
        }
        """By queue and seat: the steps that name the seat, as bits; 0 if none does, or it may not hear the calls."""
        self.rank: list[dict[QueueId, int]] = [{q: i for i, q in enumerate(own)} for own in self.own_queues]
        self.reach: list[tuple[QueueId, ...]] = [
            tuple(q for q in plan.queues if self.pair_steps[q][a]) for a in range(len(people))
        ]
        """By agent: the queues of which any step reaches them."""
        self.by_time: dict[QueueId, int] = {
            q.id: sum(1 << i for i, step in enumerate(q.steps) if not step.conditional) for q in plan.queues.values()
        }
        """By queue: the steps that have no conditions, as bits."""
        self.conditional: dict[QueueId, tuple[tuple[int, PlanStep], ...]] = {
            q.id: tuple((i, step) for i, step in enumerate(q.steps) if step.conditional) for q in plan.queues.values()
        }
        """By queue: the others, with their numbers."""
        self.keeps = any(queue.lend_when_ready_over for queue in plan.queues.values())
        """Whether any queue keeps ready people for itself."""
        self.clearances: frozenset[Clearance] = frozenset().union(
            {NO_CLEARANCE}, (queue.clearance for queue in plan.queues.values()), *(agent.clearances for agent in people)
        ) - {UNKNOWN_CLEARANCE}
        """Every clearance that the plan knows."""
        self.agent: dict[AgentId, Agent] = {agent.id: agent for agent in people}
        """By seat: what is known of whoever sits there; a partner's line holds nothing."""
        self.everybody: list[int] = [1] * len(people)
        self.people = people
        self._cleared: dict[Clearance, list[int]] = {}
        self._at_home: dict[Clearance, list[int]] = {}
        self._speaks: dict[str, list[bool]] = {}
        self._targets: dict[tuple[QueueId, int], tuple[int, ...]] = {}
        self._plan = plan

    def cleared(self, clearance: Clearance) -> list[int]:
        """By agent: 1 if they may hear a call that needs `clearance`."""
        row = self._cleared.get(clearance)
        if row is None:
            row = [1 if may_hear(agent.clearances, clearance) else 0 for agent in self.people]
            self._cleared[clearance] = row
        return row

    def at_home(self, clearance: Clearance) -> list[int]:
        """As `cleared`, for a call that no partner may have now."""
        row = self._at_home.get(clearance)
        if row is None:
            lines = [bool(partner_of(seat)) for seat in self.seats]
            row = [
                STAYS_HOME if may and line else may for may, line in zip(self.cleared(clearance), lines, strict=True)
            ]
            self._at_home[clearance] = row
        return row

    def speaks(self, language: str) -> list[bool]:
        """By seat: whether they speak a language that is not the house's."""
        row = self._speaks.get(language)
        if row is None:
            row = self._speaks[language] = [language in agent.languages for agent in self.people]
        return row

    def targets(self, queue: QueueId, step: int) -> tuple[int, ...]:
        """The agents that one step of the queue's plan names."""
        found = self._targets.get((queue, step))
        if found is None:
            rule = self._plan.queues[queue].steps[step]
            found = tuple(i for i, agent in enumerate(self.people) if names(rule, agent, queue))
            self._targets[queue, step] = found
        return found


def seated(plan: Plan) -> tuple[Agent, ...]:
    """Whoever can be offered a call, in the order of their indices: the plan's agents, then each partner's lines.

    A line has no queue, no level and no right of its own: only a step that names its partner reaches it.
    """
    lines = (Agent(partner_line(p.id, n), ()) for p in plan.partners.values() for n in range(1, p.lines + 1))
    return (*plan.agents.values(), *lines)


def steps_naming(agent: Agent, queue: Queue) -> int:
    """The steps of the queue's plan that name the agent, as bits; 0 if none does, or they may not hear its calls."""
    if not may_hear(agent.clearances, queue.clearance):
        return 0
    return sum(1 << i for i, step in enumerate(queue.steps) if names(step, agent, queue.id))


def names(step: PlanStep, agent: Agent, queue: QueueId) -> bool:
    """Whether a step's target holds the agent, or the line to a partner."""
    if step.target is TargetKind.PARTNER:
        return bool(step.partner) and partner_of(agent.id) == step.partner
    if step.target is TargetKind.OWN:
        return any(q == queue and level >= OWN_LEVEL for q, level in agent.queues)
    if step.target is TargetKind.ANY:
        return any(level >= step.min_level and (not step.queues or q in step.queues) for q, level in agent.queues)
    return False
