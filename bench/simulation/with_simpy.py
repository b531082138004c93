"""The models in SimPy: a process for each caller, who waits for a person, for the end of patience or to be lent."""

import random
import time
from collections import deque
from collections.abc import Generator
from typing import Any

import simpy

from bench.simulation.models import OWN, Model, Told


class Centre:
    """Free people by group, best first, and who waits for them."""

    def __init__(self, model: Model, calls: int, seed: int) -> None:
        self.model, self.calls, self.random = model, calls, random.Random(seed)  # noqa: S311 - made-up callers
        self.env = simpy.Environment()
        self.free = [sorted(model.levels) for _ in model.per_s]
        self.lines: list[deque[Caller]] = [deque() for _ in model.per_s]
        self.abandoned = self.arrived = self.answered = 0
        self.waited = 0.0

    def arrivals(self) -> Generator[Any]:
        """Callers come, until there have been enough."""
        groups, rates, total = range(len(self.model.per_s)), self.model.per_s, sum(self.model.per_s)
        for _ in range(self.calls):
            yield self.env.timeout(self.random.expovariate(total))
            self.arrived += 1
            self.env.process(Caller(self, self.random.choices(groups, rates)[0]).lives())

    def person_for(self, caller: "Caller") -> tuple[int, int] | None:
        """The group and level of whoever takes the caller now."""
        if self.free[caller.group]:
            return caller.group, self.free[caller.group].pop()
        if caller.lent:
            for group, free in enumerate(self.free):
                if free:
                    return group, free.pop()
        return None

    def is_free(self, group: int, level: int) -> None:
        """From level 2 on the group's own line comes first; then who has waited longest of those they may take."""
        line = self.lines[group]
        if not (line and level >= OWN):
            others = [other for other in self.lines if other and (other is line or other[0].lent)]
            line = min(others, key=lambda other: other[0].since, default=line)
        if line:
            line.popleft().person.succeed((group, level))
        else:
            self.free[group].append(level)
            self.free[group].sort()


class Caller:
    """One call."""

    def __init__(self, centre: Centre, group: int) -> None:
        self.centre, self.group, self.since, self.lent = centre, group, centre.env.now, False
        self.person = centre.env.event()

    def lives(self) -> Generator[Any]:
        """They wait, are answered or give up."""
        centre, env, model = self.centre, self.centre.env, self.centre.model
        taken = centre.person_for(self)
        if taken is None:
            centre.lines[self.group].append(self)
            patience = env.timeout(centre.random.expovariate(1 / model.patience_s))
            if model.lent_after_s:
                opens = env.timeout(model.lent_after_s)
                yield self.person | patience | opens
                if opens.processed and not self.person.triggered and not patience.processed:
                    self.lent = True
                    taken = centre.person_for(self)
                    if taken is not None:
                        centre.lines[self.group].remove(self)
            if taken is None:
                if not (self.person.triggered or patience.processed):
                    yield self.person | patience
                if not self.person.triggered:
                    centre.lines[self.group].remove(self)
                    centre.abandoned += 1
                    return
                taken = yield self.person
        group, level = taken
        centre.answered += 1
        centre.waited += env.now - self.since
        served_as = level if group == self.group else 0
        yield env.timeout(centre.random.expovariate(1 / model.talk_s[served_as]))
        centre.is_free(group, level)


def run(model: Model, calls: int, seed: int) -> Told:
    """So many calls, from an empty house until it is empty again."""
    begun = time.perf_counter()
    centre = Centre(model, calls, seed)
    centre.env.process(centre.arrivals())
    centre.env.run()
    seconds = time.perf_counter() - begun
    return Told(calls, seconds, centre.abandoned / calls, centre.waited / max(centre.answered, 1))
