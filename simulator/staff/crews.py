"""Made-up staff: so many people for each line and slot of time, each knowing what those of that line know today."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import numpy as np

from queues.ids import NO_CLEARANCE, AgentId, QueueId
from routing.circles import OWN_LEVEL
from routing.plan import Agent, Leads, Plan, Queue
from simulator.contacts import Real, Whole
from simulator.theory import fewest_agents
from simulator.world import DAY_MS, NEVER_MS, Callers, Duration, Scenario, Shift

QUARTER_MS = 900_000
HOUR_MS = 3_600_000
OWN_ANSWERS = 3
"""The level of whoever has nothing but this line: their talks are the measure of the work."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The slots of time that staff is counted in."""

    scenario: Scenario
    slot_ms: int = QUARTER_MS

    @property
    def slots(self) -> int:
        """How many there are."""
        return -(-self.scenario.run.length_ms // self.slot_ms)

    @property
    def queues(self) -> tuple[QueueId, ...]:
        """The lines, in the order of the plan."""
        return tuple(self.scenario.plan.queues)

    def clock(self, slot: int) -> str:
        """The local time at which a slot begins, with the weekday in runs of several days."""
        begins = datetime.fromtimestamp(self.scenario.start_ms / 1000, UTC) + timedelta(
            milliseconds=slot * self.slot_ms
        )
        local = begins.astimezone(ZoneInfo(self.scenario.timezone))
        return local.strftime("%H:%M" if self.scenario.run.length_ms <= DAY_MS else "%Y-%m-%d %H:%M")

    def title(self, queue: QueueId) -> str:
        """What people call a line."""
        return self.scenario.titles.get(queue, queue)


def calls_per_hour(grid: Grid) -> Real:
    """[queues, slots] How many ring for each line, redials not counted."""
    rates = np.zeros((len(grid.queues), grid.slots))
    place = {queue: i for i, queue in enumerate(grid.queues)}
    edges = np.arange(grid.slots + 1) * float(grid.slot_ms)
    for stream in grid.scenario.world.streams:
        marks = np.arange(len(stream.per_hour) + 1) * float(stream.slot_ms)
        whole = np.concatenate([[0.0], np.cumsum(stream.per_hour) * stream.slot_ms / HOUR_MS])
        calls = np.diff(np.interp(edges, marks, whole)) if len(marks) > 1 else np.zeros(grid.slots)
        calls += np.histogram(np.array(stream.at_ms, np.float64), edges)[0]
        rates[place[stream.queue]] += calls * HOUR_MS / grid.slot_ms
    return rates


def by_erlang_a(grid: Grid, rates: Real, target: float) -> Whole:
    """[queues, slots] The fewest agents by Erlang A, each slot and line by itself, for ever, and no redials."""
    need = np.zeros(rates.shape, np.int64)
    for i, queue in enumerate(grid.queues):
        callers = grid.scenario.world.callers.get(queue, Callers())
        handle_s = (mean_ms(callers.talk[OWN_ANSWERS]) + mean_ms(callers.wrap_up[OWN_ANSWERS])) / 1000
        patience_s = mean_ms(callers.patience) / 1000
        endless = patience_s >= NEVER_MS / 2000
        known: dict[float, int] = {}
        for slot in range(grid.slots):
            rate = float(rates[i, slot])
            if rate and rate not in known:
                known[rate] = fewest_agents(
                    rate,
                    max(handle_s, 0.001),
                    grid.scenario.run.threshold_ms / 1000,
                    target,
                    float("inf") if endless else max(patience_s, 0.001),
                )
            need[i, slot] = known.get(rate, 0)
    return need


def mean_ms(duration: Duration) -> float:
    """The mean of a span."""
    if duration.samples:
        return duration.mean_ms * sum(duration.samples) / len(duration.samples)
    return duration.mean_ms


def staffed(grid: Grid, need: Whole) -> Scenario:
    """The scenario with exactly so many people of each line at work in each slot, and nobody else; nobody is absent.

    Nobody is sent away with a message because nobody is there: those are not counted, and a line without people would
    look as if all were well.
    """
    shifts: list[Shift] = []
    agents: dict[AgentId, Agent] = {}
    for i, queue in enumerate(grid.queues):
        for number in range(int(need[i].max(initial=0))):
            agent = copied(grid.scenario.plan, queue, number)
            agents[agent.id] = agent
            shifts += (Shift(agent.id, *span) for span in _spans(grid, need[i] > number))
    world = replace(grid.scenario.world, shifts=tuple(shifts), everybody_works=False, shrinkage=0.0)
    queues = {queue: _without_message(rules) for queue, rules in grid.scenario.plan.queues.items()}
    return replace(grid.scenario, plan=replace(grid.scenario.plan, agents=agents, queues=queues), world=world)


def _without_message(queue: Queue) -> Queue:
    limit = queue.nobody_logged_in
    ways = tuple(way for way in limit.ways if way.leads is not Leads.MESSAGE) if limit else ()
    return replace(queue, nobody_logged_in=replace(limit, ways=ways) if limit and ways else None)


def copied(plan: Plan, queue: QueueId, number: int) -> Agent:
    """The so-manieth person of a line: what they know is what one of its present people knows, in turn."""
    known = [agent for agent in plan.agents.values() if home(agent) == queue]
    if not known:
        clearance = plan.queues[queue].clearance
        known = [Agent(AgentId(""), ((queue, OWN_LEVEL),), frozenset({clearance} - {NO_CLEARANCE}))]
    return replace(known[number % len(known)], id=AgentId(f"{queue}_{number + 1:03}"))


def home(agent: Agent) -> QueueId:
    """The line that a person is counted to: the first of their own, else the first that they can answer."""
    own = [queue for queue, level in agent.queues if level >= OWN_LEVEL]
    return next(iter(own or [queue for queue, _ in agent.queues]), QueueId(""))


def _spans(grid: Grid, there: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> Iterator[tuple[int, int]]:
    """From and to of each unbroken time; who is there last stays until all who wait then have been served."""
    slot = 0
    for present, run in groupby(there.tolist()):
        slots = len(list(run))
        end = slot + slots
        if present:
            yield slot * grid.slot_ms, end * grid.slot_ms + (DAY_MS if end == grid.slots else 0)
        slot = end
