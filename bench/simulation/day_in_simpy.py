"""A municipality's day in SimPy: shifts with breaks, levels, secrecy, lending, missed rings, wrap-up, redials.

It is given the figures of the same scenario file, and writes the rules of routing anew as somebody would who models
such a house in SimPy. Rules that the scenario does not use are left out. It has no opening hours: whoever still waits,
or rings again, when everybody has gone home gives up, and is told at once that it is closed in Tonval's day. So one
caller in a hundred counts as abandoned here and not there.
"""

import math
import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

from bench.simulation.models import Told
from queues.ids import QueueId
from routing.secrecy import may_hear
from simulator.world import NEVER_MS, Duration, Scenario, Shape

MINUTE_MS = 60_000


def draw(rnd: random.Random, duration: Duration) -> float:
    """A span (ms)."""
    mean = duration.mean_ms
    if duration.shape is Shape.EXPONENTIAL:
        return rnd.expovariate(1 / mean)
    if duration.shape is Shape.LOGNORMAL:
        sigma = math.sqrt(math.log1p(duration.parameter**2))
        return mean * rnd.lognormvariate(-(sigma**2) / 2, sigma)
    if duration.shape in {Shape.GAMMA, Shape.ERLANG}:
        return rnd.gammavariate(duration.parameter, mean / duration.parameter)
    assert duration.shape is Shape.CONSTANT, duration  # noqa: S101 - the shipped day has no other
    return mean


@dataclass(eq=False)
class Person:
    """Whoever answers."""

    own: list[QueueId]
    levels: dict[QueueId, int]
    may: dict[QueueId, bool]
    there: bool = False
    ready: bool = False
    ready_since: float = 0.0
    misses: int = 0


@dataclass(eq=False)
class Caller:
    """Whoever rings."""

    stream: int
    queue: QueueId
    since: float = 0.0
    over: bool = False
    person: Any = None
    process: Any = None
    waits: bool = field(default=False)


class Day:
    """One day."""

    def __init__(self, scenario: Scenario, rnd: random.Random) -> None:
        self.scenario, self.rnd, self.env = scenario, rnd, simpy.Environment()
        plan = scenario.plan
        self.lines: dict[QueueId, list[Caller]] = {queue: [] for queue in plan.queues}
        self.people = {
            agent.id: Person(
                [q for q, level in agent.queues if level >= 2],
                dict(agent.queues),
                {q.id: may_hear(agent.clearances, q.clearance) for q in plan.queues.values()},
            )
            for agent in plan.agents.values()
        }
        self.calls = self.abandoned = self.answered = 0
        self.waited = 0.0
        for i in range(len(scenario.world.streams)):
            self.env.process(self.arrivals(i))
        for shift in scenario.world.shifts:
            if rnd.random() >= scenario.world.shrinkage:
                self.env.process(self.works(self.people[shift.agent], shift.from_ms, shift.to_ms, shift.breaks))

    def arrivals(self, stream: int) -> Generator[Any]:
        """Callers of one stream, by a rate for each quarter."""
        figures = self.scenario.world.streams[stream]
        for slot, per_hour in enumerate(figures.per_hour):
            begins, ends = slot * figures.slot_ms, (slot + 1) * figures.slot_ms
            at = float(begins)
            while per_hour:
                at += self.rnd.expovariate(per_hour / 3_600_000)
                if at >= ends:
                    break
                yield self.env.timeout(at - self.env.now)
                self.env.process(self.rings(stream))

    def works(self, person: Person, begins: int, ends: int, breaks: tuple[tuple[int, int], ...]) -> Generator[Any]:
        """A shift: there but for the breaks."""
        edges = [begins, *(edge for span in breaks for edge in span), ends]
        for i, edge in enumerate(edges):
            yield self.env.timeout(edge - self.env.now)
            person.there = i % 2 == 0
            if person.there and not person.ready:
                self.free(person)
            elif not person.there:
                person.ready = False

    def rings(self, stream: int) -> Generator[Any]:
        """One call: menu, line, talk; and perhaps another."""
        world = self.scenario.world
        figures = world.streams[stream]
        caller = Caller(stream, figures.queue)
        self.calls += 1
        yield self.env.timeout(draw(self.rnd, figures.menu))
        caller.since = self.env.now
        habits = world.callers[caller.queue]
        patience = draw(self.rnd, habits.patience)
        caller.process = self.env.active_process
        self.waits(caller)
        try:
            yield self.env.timeout(patience if patience < NEVER_MS else 10 * NEVER_MS)
        except simpy.Interrupt:
            yield self.env.process(self.talks(caller))
            return
        caller.over = True
        if caller.waits:
            self.lines[caller.queue].remove(caller)
        self.abandoned += 1
        yield from self.again(habits.redial, habits.redial_after, stream)

    def again(self, share: float, after: Duration, stream: int) -> Generator[Any]:
        """They ring once more, perhaps."""
        if self.rnd.random() < share:
            yield self.env.timeout(draw(self.rnd, after))
            self.env.process(self.rings(stream))

    def waits(self, caller: Caller) -> None:
        """In line, unless somebody is ready."""
        best = min(
            (p for p in self.people.values() if p.ready and p.may[caller.queue]),
            key=lambda p: (
                caller.queue not in p.own,
                -p.levels.get(caller.queue, 0),
                len(p.levels),
                p.ready_since,
            ),
            default=None,
        )
        if best is None:
            line = self.lines[caller.queue]
            caller.waits = True
            line.insert(next((i for i, other in enumerate(line) if other.since > caller.since), len(line)), caller)
        else:
            self.env.process(self.offer(best, caller))

    def free(self, person: Person) -> None:
        """Ready, unless somebody waits."""
        person.ready, person.ready_since = person.there, self.env.now
        if not person.there:
            return
        for queue in person.own:
            if self.lines[queue]:
                self.env.process(self.offer(person, self.lines[queue].pop(0)))
                return
        others = [line for queue, line in self.lines.items() if line and person.may[queue]]
        if others:
            self.env.process(self.offer(person, min(others, key=lambda line: line[0].since).pop(0)))

    def offer(self, person: Person, caller: Caller) -> Generator[Any]:
        """The phone rings."""
        phones = self.scenario.world.phones
        person.ready = caller.waits = False
        ring_ms = self.scenario.plan.queues[caller.queue].ring_ms
        answers_ms = draw(self.rnd, phones.answers_after)
        if self.rnd.random() < phones.misses or answers_ms >= ring_ms:
            yield self.env.timeout(ring_ms)
            person.misses += 1
            if not caller.over:
                self.waits(caller)
            rest = self.scenario.plan.rona_pause_ms
            if person.misses >= self.scenario.plan.rona_limit:
                rest = int(phones.returns_after.mean_ms)
            yield self.env.timeout(rest)
            self.free(person)
            return
        yield self.env.timeout(answers_ms)
        if caller.over:
            self.free(person)
            return
        person.misses = 0
        caller.person = person
        caller.over = True
        caller.process.interrupt()

    def talks(self, caller: Caller) -> Generator[Any]:
        """Talk, wrap-up, and whether the matter was settled."""
        person, habits = caller.person, self.scenario.world.callers[caller.queue]
        level = person.levels.get(caller.queue, 0)
        self.answered += 1
        self.waited += self.env.now - caller.since
        yield self.env.timeout(draw(self.rnd, habits.talk[level]))
        self.env.process(self.wraps_up(person, habits.wrap_up[level]))
        if self.rnd.random() >= habits.resolved[level]:
            yield from self.again(habits.rings_again, habits.rings_again_after, caller.stream)

    def wraps_up(self, person: Person, duration: Duration) -> Generator[Any]:
        """Then they are free."""
        yield self.env.timeout(draw(self.rnd, duration))
        self.free(person)


def run(scenario: Scenario, calls: int, seed: int, clock: Callable[[], float] = time.perf_counter) -> Told:
    """Days until there have been so many calls."""
    rnd = random.Random(seed)  # noqa: S311 - made-up callers
    begun, made, abandoned, answered, waited = clock(), 0, 0, 0, 0.0
    while made < calls:
        day = Day(scenario, rnd)
        day.env.run()
        made, abandoned = made + day.calls, abandoned + day.abandoned
        answered, waited = answered + day.answered, waited + day.waited
    return Told(made, clock() - begun, abandoned / made, waited / answered / 1_000)
