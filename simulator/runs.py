"""A scenario run replication by replication: here, in several processes or on several machines, and the same result.

Replications are taken in chunks, each with seeds of its own, and folded in the order of the chunks: neither the number
of workers nor which of them was quicker makes a difference to any figure. What is done when it is broken off is kept:
whole tasks, each a few chunks, and in this process, where the faithful way takes seconds over a chunk, what is over of
it. Those replications met the people of the whole chunk, who are not the people of a chunk that was to have no more.
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from simulator.contacts import NOT_MADE, BrokenOffError, Contacts, Outcomes
from simulator.done import Done, NothingDoneError, added_up
from simulator.drawing.draws import draw, replications_per_chunk
from simulator.fast.covered import NotCoveredError, Refusal, refusals
from simulator.machine_code import ALIAS, COUNT, FILL, PLACE, RUN, ready
from simulator.measuring.tally import Tallies, tally
from simulator.memory import keep_memory
from simulator.parcels import Parcel, packed, unpacked
from simulator.room import room_known
from simulator.world import Scenario

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

AHEAD = 256
"""Tasks handed out before the first of them has come back."""
FOLDED = 32
"""Results kept apart; then they are added up."""
TOGETHER = 3
"""Chunks of one task at most, added up by whoever does it: to hand out, send and read each costs a tenth of it."""
ROUNDS = 8
"""The last tasks are so small that the last of all workers is soon done."""

Progress = Callable[[int, int], None]
"""Told how many replications are done, and how many were asked for."""
Finished = Callable[[int], None]
"""Told after each replication of a chunk that takes long how many of them are over."""
Drawing = Callable[[Scenario, int, int, int | None], Contacts]
Enough = Callable[[Tallies], bool]
"""Asked now and then, ever more seldom, about all that is done: whether that will do."""


class Speed(StrEnum):
    """How a scenario is driven."""

    AUTO = "auto"
    """Fast, unless something in the scenario is not covered by it."""
    FAST = "fast"
    """Compiled, over the kernel's own choice of call and person."""
    FAITHFUL = "faithful"
    """The whole kernel, event by event."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a scenario came to, and how it was found."""

    scenario: Scenario
    tallies: Tallies
    speed: Speed
    """The way that was taken: never AUTO."""
    refused: tuple[Refusal, ...]
    """What the fast way does not cover, if the faithful one was taken for that reason."""
    replications_asked: int
    replications_done: int
    seconds: float
    """By the clock on the wall; shared equally by those that took turns."""
    calls: int
    """Redials included, counted or not."""
    interrupted: bool = False
    """By Ctrl-C."""
    satisfied: bool = False
    """Ended because it was enough."""

    @property
    def partial(self) -> bool:
        """Whether fewer replications were done than asked for."""
        return self.replications_done < self.replications_asked


@dataclass(frozen=True, slots=True)
class Task:
    """One chunk to do, or several."""

    which: int
    """Of the scenarios that take turns."""
    scenario: Parcel | Scenario
    """Packed only where it is on its way to another process."""
    speed: Speed
    chunk: int
    """The first."""
    replications: int


def run(  # noqa: PLR0913 - what is run, how, and when to end
    scenario: Scenario,
    *,
    speed: Speed = Speed.AUTO,
    executor: "Executor | None" = None,
    progress: Progress | None = None,
    replications: int | None = None,
    limit_s: float | None = None,
    enough: Enough | None = None,
) -> Result:
    """The result of so many replications, done here or by `executor`; of fewer after Ctrl-C or `limit_s`.

    With `enough` it ends as soon as that is satisfied, and `replications` is the most that are done.

    Raises NotCoveredError when the fast way was ordered in vain, NothingDoneError when broken off at once.
    """
    asked = replications or scenario.run.replications
    work = _Work((scenario,), speed, asked, enough)
    return work.done_by(executor, progress, limit_s)[0]


def run_together(  # noqa: PLR0913
    scenarios: Sequence[Scenario],
    *,
    speed: Speed = Speed.AUTO,
    executor: "Executor | None" = None,
    progress: Progress | None = None,
    replications: int | None = None,
    limit_s: float | None = None,
) -> tuple[Result, ...]:
    """Each one's result, as `run` gives it; they take turns, so that if broken off all have done equally much.

    Equally much only if their chunks are equally large, as they are where only plans and staff differ.

    Raises as `run`.
    """
    asked = replications or scenarios[0].run.replications
    return _Work(tuple(scenarios), speed, asked, None).done_by(executor, progress, limit_s)


class _Work:
    """Replications of one or several scenarios, as far as they have come."""

    def __init__(self, scenarios: tuple[Scenario, ...], speed: Speed, asked: int, enough: Enough | None) -> None:
        self.scenarios = scenarios
        self.ways = [way(scenario, speed) for scenario in scenarios]
        self.sizes = [replications_per_chunk(scenario) for scenario in scenarios]
        self.asked = asked
        self.enough = enough
        self.next_look = 0
        self.done: list[list[Done]] = [[] for _ in scenarios]
        self.interrupted = self.satisfied = False

    def done_by(
        self, executor: "Executor | None", progress: Progress | None, limit_s: float | None
    ) -> tuple[Result, ...]:
        """The results."""
        began = time.monotonic()
        keep_memory()
        finished = 0

        def told(begun: int) -> None:
            if progress:
                progress(finished + begun, self.asked * len(self.scenarios))

        until = None if limit_s is None else began + limit_s
        tasks = self._tasks(abroad=executor is not None)
        if executor is None:  # those who are compared must have done equally much: a part of a chunk is no use to them
            coming = _done_here(tasks, until, told, keeps=len(self.scenarios) == 1)
        else:
            coming = _handed_out(tasks, executor, until)
        try:
            for one in coming:
                self.done[one.which].append(one)
                self._fold()
                finished += one.replications
                told(0)
                if self._is_enough(finished):
                    self.asked, self.satisfied = finished, True
                    break
        except KeyboardInterrupt:
            self.interrupted = True
        except TimeoutError:
            pass
        finally:
            coming.close()
        return self._results(time.monotonic() - began)

    def _tasks(self, *, abroad: bool) -> Iterator[Task]:
        scenarios = [packed(scenario) if abroad else scenario for scenario in self.scenarios]
        left, chunk = [self.asked] * len(scenarios), [0] * len(scenarios)
        while any(left):
            for which, scenario in enumerate(scenarios):
                chunks = self._together(which, left[which])
                now = min(chunks * self.sizes[which], left[which])
                if now:
                    yield Task(which, scenario, self.ways[which][0], chunk[which], now)
                left[which] -= now
                chunk[which] += chunks

    def _together(self, which: int, left: int) -> int:
        """How many chunks the next task is, the same whoever does it: in what order they are added up could tell.

        Those who take turns have done equally many tasks when broken off: if one takes its time, all go chunk by chunk.
        """
        if self.enough or any(speed is not Speed.FAST for speed, _ in self.ways):
            return 1
        return max(1, min(TOGETHER, left // self.sizes[which] // ROUNDS))

    def _fold(self) -> None:
        """What all have done of is kept as one, now and then, and takes little room."""
        whole = min(len(one) for one in self.done)
        if whole >= FOLDED:
            self.done = [[added_up(one[:whole]), *one[whole:]] for one in self.done]

    def _is_enough(self, finished: int) -> bool:
        if self.enough is None or finished < self.next_look:
            return False
        self.next_look = finished + finished // 8
        self.done[0] = [added_up(self.done[0])]
        return self.enough(self.done[0][0].whole())

    def _results(self, seconds: float) -> tuple[Result, ...]:
        if len(set(self.sizes)) == 1:
            fewest = min(len(one) for one in self.done)
            self.done = [one[:fewest] for one in self.done]
        if not all(self.done):
            raise NothingDoneError(self.asked)
        whole = [added_up(one) for one in self.done]
        return tuple(
            Result(
                scenario=scenario,
                tallies=one.whole(),
                speed=speed,
                refused=refused,
                replications_asked=self.asked,
                replications_done=one.replications,
                seconds=seconds / len(whole),
                calls=one.calls,
                interrupted=self.interrupted,
                satisfied=self.satisfied,
            )
            for scenario, (speed, refused), one in zip(self.scenarios, self.ways, whole, strict=True)
        )


def way(scenario: Scenario, speed: Speed) -> tuple[Speed, tuple[Refusal, ...]]:
    """Which way a scenario is driven, and what the fast one does not cover where that was wished for."""
    if speed is Speed.FAITHFUL:
        return speed, ()
    refused = refusals(scenario)
    if refused and speed is Speed.FAST:
        raise NotCoveredError(refused)
    return (Speed.FAITHFUL if refused else Speed.FAST), refused


def warm(scenario: Scenario, speed: Speed) -> None:
    """The code that runs the scenario is loaded and compiled, so that processes forked from now on have it too."""
    chosen = way(scenario, speed)[0]
    _driver(chosen)
    ready(FILL, PLACE, ALIAS, COUNT, *((RUN,) if chosen is Speed.FAST else ()))


def simulated(  # noqa: PLR0913, PLR0917 - a chunk, and what may be other than usual
    scenario: Scenario,
    speed: Speed,
    chunk: int,
    replications: int,
    drawn: Drawing = draw,
    finished: Finished | None = None,
) -> tuple[Contacts, Outcomes]:
    """One chunk, with as much room for redials as it takes; `drawn` may know more of the callers than `draw`."""
    keep_memory()
    drive, known = _driver(speed, finished), room_known(scenario)
    room = known.of(replications)
    while True:
        contacts = drawn(scenario, chunk, replications, room)
        outcomes = drive(scenario, contacts)
        room = known.next(contacts, outcomes)
        if not outcomes.ran_out:
            return contacts, outcomes


def carried_out(task: Task, finished: Finished | None = None) -> Done:
    """What a worker does with a task."""
    scenario = unpacked(task.scenario) if isinstance(task.scenario, Parcel) else task.scenario
    size, done = replications_per_chunk(scenario), []
    for begun in range(0, task.replications, size):
        chunk, now = task.chunk + begun // size, min(size, task.replications - begun)
        done.append(_counted(task, scenario, *simulated(scenario, task.speed, chunk, now, draw, finished)))
    return done[0] if len(done) == 1 else added_up(done)


def _counted(task: Task, scenario: Scenario, contacts: Contacts, outcomes: Outcomes) -> Done:
    calls = int(np.count_nonzero(outcomes.outcome != NOT_MADE))
    return Done(task.which, tally(scenario, contacts, outcomes), len(contacts.first) - 1, calls)


def _driver(speed: Speed, finished: Finished | None = None) -> Callable[[Scenario, Contacts], Outcomes]:
    """Imported when needed: compiling costs a while, and the faithful way needs none of it."""
    if speed is Speed.FAST:
        from simulator.fast.driver import run_fast  # noqa: PLC0415

        return run_fast
    from simulator.faithful.driver import run_faithful  # noqa: PLC0415

    return partial(run_faithful, finished=finished)


def _done_here(tasks: Iterator[Task], until: float | None, finished: Finished, *, keeps: bool) -> Generator[Done]:
    """What comes of the tasks, one after the other; keeps: also of a part of the last, when it is broken off.

    Raises TimeoutError at `until` (monotonic seconds), but not before the first.
    """
    for task in tasks:
        if task.chunk and until is not None and time.monotonic() >= until:
            raise TimeoutError
        try:
            done = carried_out(task, finished)
        except BrokenOffError as off:
            if keeps and isinstance(task.scenario, Scenario):
                yield _counted(task, task.scenario, off.contacts, off.outcomes)
            raise
        yield done


def _handed_out(tasks: Iterator[Task], executor: "Executor", until: float | None) -> Generator[Done]:
    """What comes of the tasks, in their order, whoever does them. Raises as `_done_here`."""
    waiting: deque[Future[Done]] = deque()
    limit_s: float | None = None
    try:
        while True:
            waiting.extend(executor.submit(carried_out, task) for task in islice(tasks, AHEAD - len(waiting)))
            if not waiting:
                return
            one = waiting[0].result(limit_s)
            waiting.popleft()
            yield one
            limit_s = None if until is None else max(0.0, until - time.monotonic())
    except (KeyboardInterrupt, TimeoutError):
        while waiting and waiting[0].done() and not waiting[0].cancelled():
            yield waiting.popleft().result()
        raise
    finally:
        for future in waiting:
            future.cancel()
