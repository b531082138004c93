"""/api/v1/alarms: what is wrong now, what was, and taking it on."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel

from ivr.web.accounts.viewer import Viewer
from ivr.web.alarms.shown import listed, shown
from ivr.web.api.asking import PREFIX, asks, refusals
from ivr.web.api.tokens import Scope
from ivr.web.context import web_of
from ivr.web.pages.alarms import taken_on

router = APIRouter(prefix=PREFIX, tags=["larm"])
Asking = Annotated[Viewer, Depends(asks(Scope.ALARMS))]
Writing = Annotated[Viewer, Depends(asks(Scope.ALARMS_WRITE))]
AlarmId = Annotated[int, Path(ge=1, le=2**53 - 1)]


class SeenAlarm(BaseModel):
    """An alarm; null what has not happened, or may not be seen."""

    id: int
    kind: str
    subject: str
    """The queue, partner or subscriber; "" for the house."""
    severity: str
    title: str
    sentence: str
    figure: int | None
    """Seconds, calls or percent."""
    raised_ms: int
    cleared_ms: int | None
    acknowledged_ms: int | None
    acknowledged_by: str


class AlarmList(BaseModel):
    """The alarms that are on, the worst first."""

    alarms: list[SeenAlarm]


class AlarmPage(BaseModel):
    """Alarms that are or were, the newest first."""

    alarms: list[SeenAlarm]
    next: int | None
    """To be given as `cursor` for older ones; null when there are none."""


@router.get("/alarms", responses=refusals())
async def alarms(request: Request, viewer: Asking) -> AlarmList:
    """Those that are on."""
    found = shown(web_of(request), viewer)
    return AlarmList(alarms=[SeenAlarm.model_validate(alarm) for alarm in found])


@router.get("/alarms/history", responses=refusals())
async def history(
    request: Request,
    viewer: Asking,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[int, Query(ge=1, le=2**53 - 1)] = 2**53 - 1,
) -> AlarmPage:
    """Those that are and were."""
    web = web_of(request)
    found = await web.alarms.history(cursor, limit)
    seen = [SeenAlarm.model_validate(alarm) for alarm in listed(found, viewer, web.house)]
    return AlarmPage(alarms=seen, next=found[-1].id if len(found) == limit else None)


@router.post("/alarms/{alarm}/acknowledge", responses=refusals(404))
async def acknowledge(request: Request, viewer: Writing, alarm: AlarmId) -> SeenAlarm:
    """The alarm has been taken on in the token's name, unless somebody was first."""
    return SeenAlarm.model_validate(await taken_on(web_of(request), alarm, viewer))
