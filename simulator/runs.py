"""A scenario run replication by replication: here, in several processes or on several machines, and the same result.

Replications are taken in chunks, each with seeds of its own, and folded in the order of the chunks: neither the number
of workers nor which of them was quicker makes a difference to any figure. What is done when it is broken off is kept.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as NotDoneError
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count

import numpy as np

from simulator.contacts import NOT_MADE, Contacts, Outcomes
from simulator.covered import Refusal, refusals
from simulator.draws import draw, replications_per_chunk
from simulator.parcels import Parcel, packed, unpacked
from simulator.tally import Tallies, joined, tally
from simulator.world import Scenario

AHEAD = 256
"""Chunks handed out before the first of them has come back."""
LEAST_ROOM = 64
HOUR_MS = 3_600_000

Progress = Callable[[int, int], None]
"""Told how many replications are done, and how many were asked for."""
Enough = Callable[[Tallies], bool]
"""Asked after each chunk about all that is done: whether that will do."""


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
    """By the clock on the wall."""
    calls: int
    """Redials included, counted or not."""
    broken_off: bool = False
    """By Ctrl-C or a time limit."""

    @property
    def partial(self) -> bool:
        """Whether fewer replications were done than asked for."""
        return self.replications_done < self.replications_asked


@dataclass(frozen=True, slots=True)
class Task:
    """One chunk to do."""

    parcel: Parcel
    speed: Speed
    chunk: int
    replications: int


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it."""

    tallies: Tallies
    replications: int
    calls: int


def run(  # noqa: PLR0913 - what is run, how, and when to end
    scenario: Scenario,
    *,
    speed: Speed = Speed.AUTO,
    executor: Executor | None = None,
    progress: Progress | None = None,
    replications: int | None = None,
    limit_s: float | None = None,
    enough: Enough | None = None,
) -> Result:
    """The result of so many replications, done here or by `executor`; of fewer after Ctrl-C or `limit_s`.

    With `enough` it ends as soon as that is satisfied, and `replications` is the most that are done.

    Raises NotCoveredError when the fast way was ordered in vain, NothingDoneError when broken off at once.
    """
    began = time.monotonic()
    asked = replications or scenario.run.replications
    speed, refused = way(scenario, speed)
    done: list[Done] = []
    finished = 0
    broken_off = False
    coming = _in_order(_tasks(scenario, speed, asked), executor, None if limit_s is None else began + limit_s)
    try:
        for one in coming:
            done.append(one)
            finished += one.replications
            if progress:
                progress(finished, asked)
            if enough and finished < asked and enough(joined([each.tallies for each in done])):
                asked = finished
                break
    except (KeyboardInterrupt, NotDoneError):
        broken_off = True
    finally:
        coming.close()
    if not done:
        raise NothingDoneError(asked)
    return Result(
        scenario=scenario,
        tallies=joined([each.tallies for each in done]),
        speed=speed,
        refused=refused,
        replications_asked=asked,
        replications_done=finished,
        seconds=time.monotonic() - began,
        calls=sum(each.calls for each in done),
        broken_off=broken_off,
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
    brief = replace(scenario, run=replace(scenario.run, length_ms=1, replications=1, warm_up_ms=0, cool_down_ms=0))
    simulated(brief, way(scenario, speed)[0], 0, 1)


def simulated(scenario: Scenario, speed: Speed, chunk: int, replications: int) -> tuple[Contacts, Outcomes]:
    """One chunk, with as much room for redials as it takes."""
    drive = _driver(speed)
    room = _first_room(scenario, replications)
    while True:
        contacts = draw(scenario, chunk, replications, room)
        outcomes = drive(scenario, contacts)
        if not outcomes.ran_out:
            return contacts, outcomes
        room = max(LEAST_ROOM, 2 * room)


def done(task: Task) -> Done:
    """What a worker does with a task."""
    scenario = unpacked(task.parcel)
    contacts, outcomes = simulated(scenario, task.speed, task.chunk, task.replications)
    calls = int(np.count_nonzero(outcomes.outcome != NOT_MADE))
    return Done(tally(scenario, contacts, outcomes), task.replications, calls)


def _driver(speed: Speed) -> Callable[[Scenario, Contacts], Outcomes]:
    """Imported when needed: compiling costs a while, and the faithful way needs none of it."""
    if speed is Speed.FAST:
        from simulator.fast import run_fast  # noqa: PLC0415

        return run_fast
    from simulator.faithful import run_faithful  # noqa: PLC0415

    return run_faithful


def _first_room(scenario: Scenario, replications: int) -> int:
    """A guess: nothing depends on it but time."""
    world = scenario.world
    if not any(callers.redial or callers.rings_again for callers in world.callers.values()):
        return 0
    expected = sum(len(stream.at_ms) + sum(stream.per_hour) * stream.slot_ms / HOUR_MS for stream in world.streams)
    return LEAST_ROOM + int(replications * expected / 2)


def _tasks(scenario: Scenario, speed: Speed, replications: int) -> Iterator[Task]:
    parcel = packed(scenario)
    size = replications_per_chunk(scenario)
    for chunk in count():
        left = replications - chunk * size
        if left <= 0:
            return
        yield Task(parcel, speed, chunk, min(size, left))


def _in_order(tasks: Iterator[Task], executor: Executor | None, until: float | None) -> Iterator[Done]:
    """What comes of the tasks, in their order.

    Raises NotDoneError at `until` (monotonic seconds), unless everything that has been handed out is done.
    """
    if executor is None:
        for task in tasks:
            if until is not None and time.monotonic() >= until:
                raise NotDoneError
            yield done(task)
        return
    handed_out: deque[Future[Done]] = deque()
    try:
        for task in tasks:
            handed_out.append(executor.submit(done, task))
            if len(handed_out) >= AHEAD:
                yield _awaited(handed_out, until)
        while handed_out:
            yield _awaited(handed_out, until)
    except (KeyboardInterrupt, NotDoneError):
        while handed_out and handed_out[0].done() and not handed_out[0].cancelled():
            yield handed_out.popleft().result()
        raise
    finally:
        for future in handed_out:
            future.cancel()


def _awaited(handed_out: deque[Future[Done]], until: float | None) -> Done:
    """The next one; it is off the line only once it has come."""
    one = handed_out[0].result(None if until is None else max(0.0, until - time.monotonic()))
    handed_out.popleft()
    return one
