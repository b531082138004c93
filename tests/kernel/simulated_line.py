"""A line with made-up callers and people: who is told what to expect, and how long they then waited."""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random

from queues.estimate import MINUTE_MS, Forecast, holds
from queues.forecasts import Forecasts
from queues.ids import CallId, Instant, QueueId
from queues.line import Line, Place, place

QUEUE = QueueId("q")
FIRST_MS, EVERY_MS = 10_000, 50_000


@dataclass
class Simulated:
    """What came of one day: every forecast and the wait (ms) that followed."""

    forecasts: list[tuple[Forecast, int]] = field(default_factory=list)
    shown: list[tuple[int, int] | None] = field(default_factory=list)
    """What a screen showed of the wait as each caller came."""

    def said(self) -> list[tuple[tuple[int, int], int]]:
        return [(f.made, waited) for f, waited in self.forecasts if f.may_be_said and f.made]

    def share_right(self) -> float:
        """Of the intervals that were said, the share that held."""
        return _share(self.said())

    def share_right_unguarded(self) -> float:
        """The same, had every interval been said that could be made."""
        return _share([(f.made, waited) for f, waited in self.forecasts if f.made])

    def share_right_of_a_fifth(self) -> float:
        """The same, had every forecast been said as so much less a fifth to so much more a fifth."""
        rough = [
            ((round(f.ms * 0.8 / MINUTE_MS), round(f.ms * 1.2 / MINUTE_MS)), waited) for f, waited in self.forecasts
        ]
        return _share([one for one in rough if one[0][0] >= 1])


def _share(said: list[tuple[tuple[int, int], int]]) -> float:
    return sum(holds(minutes, waited) for minutes, waited in said) / max(len(said), 1)


def simulate(  # noqa: C901 - one loop over what happens
    seed: int,
    people: Callable[[int], int],
    *,
    hours: float = 6,
    between_ms: int = 20_000,
    talk_ms: int = 180_000,
    patience_ms: int = 0,
) -> Simulated:
    """A day: callers come by chance, `people(now)` of them are served at a time, for times by chance."""
    rnd, forecasts, line, result = Random(seed), Forecasts(), Line(), Simulated()
    waiting: dict[CallId, Place] = {}
    told: dict[CallId, list[tuple[int, Forecast]]] = {}
    busy, number = 0, 0
    agenda: list[tuple[int, int, str, CallId]] = []

    def plan(at: float, what: str, call: str = "") -> None:
        nonlocal number
        number += 1
        heappush(agenda, (round(at), number, what, CallId(call)))

    def leaves(call: CallId, now: Instant) -> None:
        line.leave(waiting.pop(call))
        forecasts.left(QUEUE, line, now)

    plan(1_000, "arrives")
    plan(MINUTE_MS, "shift")
    while agenda and agenda[0][0] < hours * 60 * MINUTE_MS:
        at, _, what, call = heappop(agenda)
        now = Instant(at)
        if what == "arrives":
            plan(at + rnd.expovariate(1 / between_ms), "arrives")
            result.shown.append(forecasts.said_to_newcomer(QUEUE, line, now))
            call = CallId(f"c{number}")
            waiting[call] = place(0, now, number, call)
            line.enter(waiting[call])
            forecasts.entered(QUEUE, line, now)
            plan(at + FIRST_MS, "message", call)
            if patience_ms:
                plan(at + rnd.expovariate(1 / patience_ms), "gives up", call)
        elif what == "message" and call in waiting:
            told.setdefault(call, []).append((at, forecasts.foresee(QUEUE, line, waiting[call], now)))
            plan(at + EVERY_MS, "message", call)
        elif what == "gives up" and call in waiting:
            leaves(call, now)
            forecasts.gave_up(call, now)
        elif what == "free":
            busy -= 1
        elif what == "shift":
            plan(at + MINUTE_MS, "shift")
        while waiting and busy < people(at):
            head = next(iter(line)).call
            forecasts.taken(QUEUE, now)
            leaves(head, now)
            forecasts.answered(head, now)
            result.forecasts += [(forecast, at - when) for when, forecast in told.pop(head, ())]
            busy += 1
            plan(at + rnd.expovariate(1 / talk_ms), "free")
    return result
