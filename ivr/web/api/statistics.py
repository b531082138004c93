"""/api/v1/statistics: days by line and quarter of an hour; raw counts, so that any measure follows.

A line under secrecy is not there for a token that lacks its clearance: a count that grows by one says when somebody
rang.
"""

from datetime import date, timedelta
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from ivr.local_days import local
from ivr.web.accounts.viewer import Viewer
from ivr.web.api.asking import PREFIX, asks, refusals
from ivr.web.api.tokens import Scope
from ivr.web.context import Web, web_of
from ivr.web.past_days import MOST_DAYS, FoldedDay, apart, folded_days
from queues.board import QUARTER_MS, Board, BoardQueue, Counts, LevelDefinition
from queues.board_counts import LONGEST_WAIT_S, THRESHOLD_S
from routing.plan import Queue

EARLIEST = date(2000, 1, 1)
router = APIRouter(prefix=PREFIX, tags=["statistik"])


class Figures(BaseModel):
    """What was counted in a span."""

    entered: int
    answered: int
    answered_within: int
    """No later than the threshold asked for."""
    abandoned: int
    short_abandoned: int
    overflowed_in: int
    overflowed_out: int
    overflowed_external: int
    callbacks_promised: int
    callbacks_kept: int
    callbacks_failed: int
    turned_away: int
    closed: int
    failed: int
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


class Day(BaseModel):
    """One day, midnight to midnight where the municipality is."""

    date: date
    queues: list[LineDay]


class Days(BaseModel):
    """Days in their order."""

    threshold_s: int
    definition: str
    days: list[Day]


class _Asked:
    """What the asker wants counted."""

    def __init__(self, threshold_s: int, how: LevelDefinition) -> None:
        self.threshold_s, self.how = threshold_s, how

    def figures(self, counts: Counts) -> Figures:
        """The counts, and what they come to."""
        dividend, divisor = counts.level(self.threshold_s, self.how)
        return Figures(
            **{name: getattr(counts, name) for name in _COUNTS},
            answered_within=counts.answered_within(self.threshold_s),
            mean_wait_ms=counts.wait_answered_ms // counts.answered if counts.answered else None,
            level=round(dividend / divisor, 4) if divisor else None,
        )


_COUNTS = tuple(name for name in Figures.model_fields if name not in {"answered_within", "mean_wait_ms", "level"})
Asking = Annotated[Viewer, Depends(asks(Scope.STATISTICS))]
Threshold = Annotated[int, Query(ge=0, le=LONGEST_WAIT_S)]


@router.get("/statistics/today", responses=refusals())
async def today(
    request: Request,
    viewer: Asking,
    threshold_s: Threshold = THRESHOLD_S,
    definition: LevelDefinition = LevelDefinition.SERVICE_LEVEL,
) -> Today:
    """The day so far, of the lines that are the token's, whether or not anybody has rung."""
    web = web_of(request)
    return Today(
        day_starts_ms=web.live.board.day_starts_ms,
        at_ms=web.live.now_ms(),
        stale_since_ms=web.live.stale_since_ms,
        threshold_s=threshold_s,
        definition=definition.value,
        queues=_lines(web, viewer, web.live.board, _Asked(threshold_s, definition)),
    )


@router.get("/statistics/days", responses=refusals())
async def past_days(  # noqa: PLR0913, PLR0917 - what is asked for
    request: Request,
    viewer: Asking,
    last: date,
    days: Annotated[int, Query(ge=1, le=MOST_DAYS)] = 1,
    threshold_s: Threshold = THRESHOLD_S,
    definition: LevelDefinition = LevelDefinition.SERVICE_LEVEL,
) -> Days:
    """So many days up to and with `last`, by the log; of today what has happened so far, of later days nothing."""
    web = web_of(request)
    zone, asked = ZoneInfo(web.house.timezone), _Asked(threshold_s, definition)
    newest = min(last, local(web.live.now_ms(), zone).date())
    if last < EARLIEST:
        return Days(threshold_s=threshold_s, definition=definition.value, days=[])
    first = last - timedelta(days=days - 1)
    read = partial(folded_days, web.site, zone, first, newest, web.live.now_ms())

    def told(one: FoldedDay) -> Day:
        return Day(date=one.day, queues=_lines(web, viewer, one.board, asked))

    found = await apart(lambda: [told(one) for one in read()])
    return Days(threshold_s=threshold_s, definition=definition.value, days=found)


def _lines(web: Web, viewer: Viewer, board: Board, asked: _Asked) -> list[LineDay]:
    seen = [q for q in web.house.plan.queues.values() if viewer.may_see_queue(q.id) and viewer.may_hear(q.clearance)]
    return [_day(web, queue, board, asked) for queue in seen]


def _day(web: Web, queue: Queue, board: Board, asked: _Asked) -> LineDay:
    line = board.queues.get(queue.id) or BoardQueue(queue.id)
    quarters = [
        Quarter(from_ms=board.day_starts_ms + number * QUARTER_MS, figures=asked.figures(counts))
        for number, counts in sorted(line.quarters.items())
    ]
    title = web.house.queue_titles[queue.id]
    return LineDay(queue=queue.id, title=title, day=asked.figures(line.day), quarters=quarters)
