"""/api/v1/statistics/today: the day so far, by line and quarter of an hour; raw counts, so that any measure follows.

A line under secrecy gives a token without its clearance no counts of fewer than three: with so few, a count says when
somebody rang.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from ivr.web.accounts.viewer import Viewer
from ivr.web.api.asking import PREFIX, asks, refusals
from ivr.web.api.tokens import Scope
from ivr.web.context import Web, web_of
from queues.board import BoardQueue, Counts, LevelDefinition
from queues.board_counts import LONGEST_WAIT_S, THRESHOLD_S
from routing.plan import Queue

router = APIRouter(prefix=PREFIX, tags=["statistik"])
FEW = 3
QUARTER_MS = 900_000


class Figures(BaseModel):
    """What was counted in a span; null where fewer than three may not be told."""

    entered: int | None
    answered: int | None
    answered_within: int | None
    """No later than the threshold asked for."""
    abandoned: int | None
    short_abandoned: int | None
    overflowed_in: int | None
    overflowed_out: int | None
    overflowed_external: int | None
    callbacks_promised: int | None
    callbacks_kept: int | None
    callbacks_failed: int | None
    turned_away: int | None
    closed: int | None
    failed: int | None
    mean_wait_ms: int | None
    """Of the answered; null when none were."""
    level: float | None
    """The share by the definition asked for; null when there is nothing to tell."""


class Quarter(BaseModel):
    """A quarter of an hour."""

    from_ms: int
    figures: Figures


class LineDay(BaseModel):
    """A line's day so far."""

    queue: str
    title: str
    day: Figures
    quarters: list[Quarter]


class Today(BaseModel):
    """The day so far."""

    day_starts_ms: int
    at_ms: int
    stale_since_ms: int
    threshold_s: int
    definition: str
    queues: list[LineDay]


class _Asked:
    """What the asker wants counted, and may be told of one line."""

    def __init__(self, threshold_s: int, how: LevelDefinition, *, few: bool) -> None:
        self.threshold_s, self.how, self.few = threshold_s, how, few

    def figures(self, counts: Counts) -> Figures:
        """The counts as the program sees them."""
        dividend, divisor = counts.level(self.threshold_s, self.how)
        plenty = self.few or counts.answered >= FEW
        mean_ms = counts.wait_answered_ms // counts.answered if counts.answered and plenty else None
        share = round(dividend / divisor, 4) if divisor and (self.few or divisor >= FEW) else None
        told = {name: self._told(getattr(counts, name)) for name in _COUNTS}
        within = self._told(counts.answered_within(self.threshold_s))
        return Figures(**told, answered_within=within, mean_wait_ms=mean_ms, level=share)

    def _told(self, count: int) -> int | None:
        return count if self.few or not 0 < count < FEW else None


_COUNTS = tuple(name for name in Figures.model_fields if name not in {"answered_within", "mean_wait_ms", "level"})


@router.get("/statistics/today", responses=refusals())
async def today(
    request: Request,
    viewer: Annotated[Viewer, Depends(asks(Scope.STATISTICS))],
    threshold_s: Annotated[int, Query(ge=0, le=LONGEST_WAIT_S)] = THRESHOLD_S,
    definition: LevelDefinition = LevelDefinition.SERVICE_LEVEL,
) -> Today:
    """The lines that are the token's, whether or not anybody has rung."""
    web = web_of(request)
    seen = [queue for queue in web.house.plan.queues.values() if viewer.may_see_queue(queue.id)]
    return Today(
        day_starts_ms=web.live.board.day_starts_ms,
        at_ms=web.live.now_ms(),
        stale_since_ms=web.live.stale_since_ms,
        threshold_s=threshold_s,
        definition=definition.value,
        queues=[
            _day(web, queue, _Asked(threshold_s, definition, few=viewer.may_hear(queue.clearance))) for queue in seen
        ],
    )


def _day(web: Web, queue: Queue, asked: _Asked) -> LineDay:
    board = web.live.board
    line = board.queues.get(queue.id) or BoardQueue(queue.id)
    quarters = [
        Quarter(from_ms=board.day_starts_ms + number * QUARTER_MS, figures=asked.figures(counts))
        for number, counts in sorted(line.quarters.items())
    ]
    title = web.house.queue_titles[queue.id]
    return LineDay(queue=queue.id, title=title, day=asked.figures(line.day), quarters=quarters)
