"""A scenario run replication by replication: here, in several processes or on several machines, and the same result.

Replications are taken in chunks, each with seeds of its own, and folded in the order of the chunks: neither the number
of workers nor which of them was quicker makes a difference to any figure. What is done when it is broken off is kept.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, count, islice
from typing import TYPE_CHECKING

import numpy as np

from simulator.contacts import NOT_MADE, Contacts, Outcomes, Real, Whole
from simulator.drawing.draws import draw, replications_per_chunk
from simulator.fast.covered import Refusal, refusals
from simulator.machine_code import ALIAS, COUNT, FILL, PLACE, RUN, ready
from simulator.measuring.tally import Tallies, joined, tally
from simulator.memory import keep_memory
from simulator.parcels import Parcel, packed, unpacked
from simulator.remembered import remembered
from simulator.world import Scenario

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

AHEAD = 256
"""Chunks handed out before the first of them has come back."""
FOLDED = 32
"""Chunks kept apart; then they are added up."""
LEAST_ROOM = 64

Progress = Callable[[int, int], None]
"""Told how many replications are done, and how many were asked for."""
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


class NotCoveredError(ValueError):
    """The fast way was ordered for a scenario that it does not cover."""

    def __init__(self, refused: tuple[Refusal, ...]) -> None:
        super().__init__(" ".join(reason.sentence for reason in refused))
        self.refused = refused


class NothingDoneError(Exception):
    """Broken off before a single chunk was done."""

    def __init__(self, asked: int) -> None:
        super().__init__(f"none of {asked} replications")
        self.asked = asked


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
    """One chunk to do."""

    which: int
    """Of the scenarios that take turns."""
    scenario: Parcel | Scenario
    """Packed only where it is on its way to another process."""
    speed: Speed
    chunk: int
    replications: int


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it."""

    which: int
    tallies: Tallies
    replications: int
    calls: int
    rows: tuple[tuple[Whole, Real], ...] = ()
    """`counts` and `people`, where the tallies are of several chunks added up: laid end to end when asked for."""

    def whole(self) -> Tallies:
        """The tallies with all their rows."""
        if not self.rows:
            return self.tallies
        counts, people = zip(*self.rows, strict=True)
        return replace(self.tallies, counts=np.concatenate(counts), people=np.concatenate(people))


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
        coming = _in_order(
            self._tasks(abroad=executor is not None), executor, None if limit_s is None else began + limit_s
        )
        finished = 0
        try:
            for one in coming:
                self.done[one.which].append(one)
                self._fold()
                finished += one.replications
                if progress:
                    progress(finished, self.asked * len(self.scenarios))
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
        left = [self.asked] * len(scenarios)
        for chunk in count():
            for which, scenario in enumerate(scenarios):
                now = min(self.sizes[which], left[which])
                if now:
                    left[which] -= now
                    yield Task(which, scenario, self.ways[which][0], chunk, now)
            if not any(left):
                return

    def _fold(self) -> None:
        """What all have done of is kept as one, now and then, and takes little room."""
        whole = min(len(one) for one in self.done)
        if whole >= FOLDED:
            self.done = [[_together(one[:whole]), *one[whole:]] for one in self.done]

    def _is_enough(self, finished: int) -> bool:
        if self.enough is None or finished < self.next_look:
            return False
        self.next_look = finished + finished // 8
        self.done[0] = [_together(self.done[0])]
        return self.enough(self.done[0][0].whole())

    def _results(self, seconds: float) -> tuple[Result, ...]:
        if len(set(self.sizes)) == 1:
            fewest = min(len(one) for one in self.done)
            self.done = [one[:fewest] for one in self.done]
        if not all(self.done):
            raise NothingDoneError(self.asked)
        whole = [_together(one) for one in self.done]
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


def _together(pieces: Sequence[Done]) -> Done:
    """Several chunks of one scenario, as one. Their rows, which only grow, are not copied each time."""
    sums = [replace(one.tallies, counts=one.tallies.counts[:0], people=one.tallies.people[:0]) for one in pieces]
    rows = (one.rows or ((one.tallies.counts, one.tallies.people),) for one in pieces)
    return Done(
        pieces[0].which,
        joined(sums),
        sum(one.replications for one in pieces),
        sum(one.calls for one in pieces),
        tuple(chain.from_iterable(rows)),
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


def simulated(
    scenario: Scenario, speed: Speed, chunk: int, replications: int, drawn: Drawing = draw
) -> tuple[Contacts, Outcomes]:
    """One chunk, with as much room for redials as it takes; `drawn` may know more of the callers than `draw`."""
    keep_memory()
    drive, known = _driver(speed), _room_known(scenario)
    room = known.of(replications)
    while True:
        contacts = drawn(scenario, chunk, replications, room)
        outcomes = drive(scenario, contacts)
        given = len(contacts.arrival_ms) - int(contacts.first[-1])
        used = int(outcomes.child_first[-1] - contacts.first[-1])
        if not outcomes.ran_out:
            known.used = max(known.used, used / replications)
            return contacts, outcomes
        room = max(LEAST_ROOM, 2 * given)
        if used < given:
            known.given = max(known.given, room / replications)


@dataclass(slots=True)
class _Room:
    """How much room for redials earlier chunks of a scenario took, by replication. It changes no result."""

    used: float = -1.0
    """The most; negative as long as there is no chunk."""
    given: float = 0.0
    """The most, so as to have more numbers for offers: they grow with the room."""

    def of(self, replications: int) -> int | None:
        """What will do for so many; None: as much as is likely."""
        if self.used < 0.0:
            return None
        used = self.used * replications
        return max(int(used + 8.0 * math.sqrt(used)), math.ceil(self.given * replications)) + LEAST_ROOM


@remembered
def _room_known(_: Scenario) -> _Room:
    return _Room()


def carried_out(task: Task) -> Done:
    """What a worker does with a task."""
    scenario = unpacked(task.scenario) if isinstance(task.scenario, Parcel) else task.scenario
    contacts, outcomes = simulated(scenario, task.speed, task.chunk, task.replications)
    calls = int(np.count_nonzero(outcomes.outcome != NOT_MADE))
    return Done(task.which, tally(scenario, contacts, outcomes), task.replications, calls)


def _driver(speed: Speed) -> Callable[[Scenario, Contacts], Outcomes]:
    """Imported when needed: compiling costs a while, and the faithful way needs none of it."""
    if speed is Speed.FAST:
        from simulator.fast.driver import run_fast  # noqa: PLC0415

        return run_fast
    from simulator.faithful.driver import run_faithful  # noqa: PLC0415

    return run_faithful


def _in_order(tasks: Iterator[Task], executor: "Executor | None", until: float | None) -> Generator[Done]:
    """What comes of the tasks, in their order.

    Raises TimeoutError at `until` (monotonic seconds), but not before the first.
    """
    if executor is not None:
        yield from _handed_out(tasks, executor, until)
        return
    for task in tasks:
        if task.chunk and until is not None and time.monotonic() >= until:
            raise TimeoutError
        yield carried_out(task)


def _handed_out(tasks: Iterator[Task], executor: "Executor", until: float | None) -> Generator[Done]:
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
