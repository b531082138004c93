"""The models in salabim: a component for each caller, who stands in a queue until a person activates them."""

import time
from collections.abc import Generator
from typing import Any

import salabim

from bench.simulation.models import OWN, Model, Told


class Centre:
    """Free people by group, best first, and who waits for them."""

    def __init__(self, model: Model, calls: int, env: Any) -> None:
        self.model, self.calls, self.env = model, calls, env
        self.free = [sorted(model.levels) for _ in model.per_s]
        self.lines: list[list[Caller]] = [[] for _ in model.per_s]
        self.talks = {level: salabim.Exponential(mean) for level, mean in model.talk_s.items()}
        self.patience = salabim.Exponential(model.patience_s)
        self.group = salabim.Pdf(list(range(len(model.per_s))), list(model.per_s))
        self.abandoned = self.answered = 0
        self.waited = 0.0

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
            caller = line.pop(0)
            caller.taken = (group, level)
            caller.activate()
        else:
            self.free[group].append(level)
            self.free[group].sort()


class Arrivals(salabim.Component):  # type: ignore[misc]  # salabim has no types
    """Callers come, until there have been enough."""

    def process(self, centre: Centre) -> Generator[Any]:
        """One after another."""
        between = salabim.Exponential(1 / sum(centre.model.per_s))
        for _ in range(centre.calls):
            self.hold(between.sample())
            yield
            Caller(centre=centre, group=centre.group.sample())


class Caller(salabim.Component):  # type: ignore[misc]  # salabim has no types
    """One call."""

    taken: tuple[int, int] | None = None
    lent = False

    def setup(self, centre: Centre, group: int) -> None:
        """They stand nowhere yet."""
        self.centre, self.group, self.since = centre, group, centre.env.now()

    def process(self) -> Generator[Any]:
        """They wait, are answered or give up."""
        centre, model = self.centre, self.centre.model
        self.taken = centre.person_for(self)
        if self.taken is None:
            line = centre.lines[self.group]
            line.append(self)
            patience = centre.patience.sample()
            if model.lent_after_s and patience > model.lent_after_s:
                self.hold(model.lent_after_s)
                yield
                if self.taken is None:
                    self.lent = True
                    self.taken = centre.person_for(self)
                    if self.taken is not None:
                        line.remove(self)
            if self.taken is None:
                self.hold(till=self.since + patience)
                yield
            if self.taken is None:
                line.remove(self)
                centre.abandoned += 1
                return
        group, level = self.taken
        centre.answered += 1
        centre.waited += centre.env.now() - self.since
        self.hold(centre.talks[level if group == self.group else 0].sample())
        yield
        centre.is_free(group, level)


def run(model: Model, calls: int, seed: int) -> Told:
    """So many calls, from an empty house until it is empty again."""
    begun = time.perf_counter()
    env = salabim.Environment(random_seed=seed, yieldless=False)
    centre = Centre(model, calls, env)
    Arrivals(centre=centre)
    env.run()
    seconds = time.perf_counter() - begun
    return Told(calls, seconds, centre.abandoned / calls, centre.waited / max(centre.answered, 1))
