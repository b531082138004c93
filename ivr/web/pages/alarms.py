"""/larm: what is wrong now and was wrong before; whoever takes an alarm on says so with their name."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse

from ivr.web.accounts.roles import Role
from ivr.web.accounts.viewer import Viewer, require, signed_in
from ivr.web.alarms.current import NoSuchAlarmError
from ivr.web.alarms.shown import as_shown, listed, sees, shown
from ivr.web.context import Web, web_of
from ivr.web.templating import page

router = APIRouter()
HISTORY = 100
MAY_TAKE_ON = require(Role.OPERATOR, Role.ADMIN, Role.AGENT)


@router.get("/larm", response_class=HTMLResponse)
async def alarms_page(
    request: Request,
    viewer: Annotated[Viewer, Depends(signed_in)],
    before: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> HTMLResponse:
    """The page."""
    web = web_of(request)
    past = await web.alarms.history(before, HISTORY)
    current = {alarm.id for alarm in web.alarms.current}
    over = [alarm for alarm in past if alarm.id not in current]
    return page(
        request,
        "alarms.html",
        viewer=viewer,
        alarms=shown(web, viewer),
        past=listed(over, viewer, web.house),
        older=past[-1].id if len(past) == HISTORY else 0,
        may_take_on=bool(viewer.roles & MAY_TAKE_ON.admits),
    )


@router.get("/larm/nu")
async def now(request: Request, viewer: Annotated[Viewer, Depends(signed_in)]) -> dict[str, Any]:
    """Those that are on, as the stream tells them."""
    web = web_of(request)
    return {"alarms": shown(web, viewer)}


@router.post("/larm/{alarm_id}/kvittera")
async def take_on(
    request: Request,
    alarm_id: Annotated[int, Path(ge=1, le=2**62)],
    viewer: Annotated[Viewer, Depends(MAY_TAKE_ON)],
) -> dict[str, Any]:
    """The alarm is the viewer's to deal with, unless somebody was first."""
    return await taken_on(web_of(request), alarm_id, viewer)


async def taken_on(web: Web, alarm_id: int, viewer: Viewer) -> dict[str, Any]:
    """The alarm, acknowledged by whoever was first. 404 for one that is over, or none of the viewer's."""
    seen = [alarm for alarm in web.alarms.current if alarm.id == alarm_id and sees(viewer, alarm)]
    if not seen:
        raise HTTPException(404, "Larmet är över, eller har aldrig funnits.")
    await web.access.note(viewer, "alarm_acknowledged", f"alarm:{alarm_id}", "")
    try:
        alarm = await web.alarms.acknowledge(alarm_id, viewer.name)
    except NoSuchAlarmError:
        raise HTTPException(404, "Larmet är över.") from None
    return as_shown(alarm, viewer, web.house)
