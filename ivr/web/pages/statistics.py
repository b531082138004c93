"""/statistik: figures of the days asked for, as tables and as CSV, for those whose work it is to read them.

A line under secrecy is there only for who has its clearance; sums that it is part of are not shown to anybody else.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response

from ivr.local_days import day_span, local
from ivr.web import statistics
from ivr.web.accounts.roles import Role
from ivr.web.accounts.viewer import Viewer, require
from ivr.web.context import Web, web_of
from ivr.web.csv_export import csv_text
from ivr.web.matters import Outcomes
from ivr.web.past_days import MOST_DAYS, apart, folded_days
from ivr.web.statistics import Asked, Table
from ivr.web.templating import page
from queues.board import LevelDefinition
from queues.board_counts import LONGEST_WAIT_S, THRESHOLD_S
from queues.ids import QueueId

router = APIRouter()
READERS = require(Role.PLANNER, Role.OPERATOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which days, and which service level."""

    first: date
    last: date
    asked: Asked


def wanted(
    request: Request,
    fran: Annotated[date | None, Query()] = None,
    till: Annotated[date | None, Query()] = None,
    grans: Annotated[int, Query(ge=0, le=LONGEST_WAIT_S)] = THRESHOLD_S,
    definition: LevelDefinition = LevelDefinition.SERVICE_LEVEL,
) -> Wanted:
    """What the address says; today, if nothing. 422 for too many days, or for days in the wrong order."""
    web = web_of(request)
    today = local(web.live.now_ms(), _zone(web)).date()
    last = till or fran or today
    first = fran or last
    if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS):
        raise HTTPException(422, f"Välj högst {MOST_DAYS} dagar, den första före den sista.")
    return Wanted(first, last, Asked(grans, definition))


Days = Annotated[Wanted, Depends(wanted)]
Reader = Annotated[Viewer, Depends(READERS)]


@router.get("/statistik", response_class=HTMLResponse)
async def statistics_page(request: Request, viewer: Reader, days: Days) -> HTMLResponse:
    """The tables, those of quarters of an hour for a single day only."""
    web = web_of(request)
    return page(
        request,
        "statistics.html",
        viewer=viewer,
        tables=await _tables(web, viewer, days),
        days=days,
        definitions=statistics.DEFINITIONS,
        unseen=len(web.house.plan.queues) - len(_queues(web, viewer)),
        query=request.url.query,
        most_days=MOST_DAYS,
        longest_s=LONGEST_WAIT_S,
    )


@router.get("/statistik/{name}.csv")
async def export(request: Request, name: str, viewer: Reader, days: Days) -> Response:
    """One of the tables as CSV. 404 for a name that none has."""
    tables = await _tables(web_of(request), viewer, days)
    table = next((table for table in tables if table.name == name), None)
    if table is None:
        raise HTTPException(404, "Den tabellen finns inte.")
    called = f"{name}_{days.first}_{days.last}.csv"
    return Response(
        csv_text(table.header, table.rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{called}"', "Cache-Control": "no-store"},
    )


async def _tables(web: Web, viewer: Viewer, days: Wanted) -> list[Table]:
    """Every table of the days, as far as the viewer may see."""
    from_ms, _ = day_span(days.first, _zone(web))
    _, to_ms = day_span(days.last, _zone(web))
    given = [
        one
        for one in await Outcomes(web.store).between(from_ms, to_ms)
        if viewer.may_see_queue(one.queue) and viewer.may_hear(one.clearance)
    ]
    read = partial(folded_days, web.site, _zone(web), days.first, days.last, web.live.now_ms())
    queues = _queues(web, viewer)
    return await apart(lambda: list(statistics.all_tables(web.house, queues, list(read()), given, days.asked)))


def _queues(web: Web, viewer: Viewer) -> list[tuple[QueueId, str]]:
    """The lines that the viewer may read about, with their titles."""
    return [
        (queue.id, web.house.queue_titles[queue.id])
        for queue in web.house.plan.queues.values()
        if viewer.may_see_queue(queue.id) and viewer.may_hear(queue.clearance)
    ]


def _zone(web: Web) -> ZoneInfo:
    return ZoneInfo(web.house.timezone)
