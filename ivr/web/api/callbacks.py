"""/api/v1/callbacks: who has been promised to be rung, and taking such a promise back."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response
from pydantic import BaseModel

from ivr.web.accounts.sight import sight_of
from ivr.web.accounts.viewer import Viewer
from ivr.web.api.asking import PREFIX, asks, refusals
from ivr.web.api.calls import note_secret
from ivr.web.api.seen_calls import SeenCall, live
from ivr.web.api.tokens import Scope
from ivr.web.context import web_of
from ivr.web.engine_link import BadOrderError, EngineGoneError
from queues.ids import CallId

router = APIRouter(prefix=PREFIX, tags=["återuppringning"])


class Callbacks(BaseModel):
    """The promises that are neither kept nor given up, the earliest due first."""

    at_ms: int
    stale_since_ms: int
    callbacks: list[SeenCall]


@router.get("/callbacks", responses=refusals())
async def callbacks(request: Request, viewer: Annotated[Viewer, Depends(asks(Scope.CALLBACKS))]) -> Callbacks:
    """Every promise that the token may know of."""
    web = web_of(request)
    promised = sorted((c for c in web.live.board.calls.values() if c.promised), key=lambda call: call.due_ms)
    seen = [(call, shown) for call in promised if (shown := live(viewer, call))]
    await note_secret(web, viewer, [call.id for call, shown in seen if call.clearance and shown.id])
    found = [shown for _, shown in seen]
    return Callbacks(at_ms=web.live.now_ms(), stale_since_ms=web.live.stale_since_ms, callbacks=found)


@router.delete("/callbacks/{call}", status_code=204, response_class=Response, responses=refusals(404, 409))
async def take_back(
    request: Request,
    viewer: Annotated[Viewer, Depends(asks(Scope.CALLBACKS_WRITE))],
    call: Annotated[str, Path(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._-]+$")],
) -> Response:
    """Nobody is rung. 409 while the citizen is being rung or talks."""
    web = web_of(request)
    found = web.live.board.calls.get(CallId(call))
    if found is None or not found.promised or not sight_of(viewer, found).content:
        raise HTTPException(404, "Det finns inget sådant löfte.")
    await web.access.note(viewer, "callback_taken_back", call, "api")
    try:
        await web.link.order({"do": "cancel_callback", "call": call})
    except BadOrderError as error:
        raise HTTPException(409, "Medborgaren rings just nu, eller löftet är redan borta.") from error
    except EngineGoneError as error:
        raise HTTPException(503, "Växeln svarar inte just nu.") from error
    return Response(status_code=204)
