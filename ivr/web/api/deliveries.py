"""/api/v1/deliveries/dead: events that reached no receiver and are not tried any more, and trying one again."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response
from pydantic import BaseModel

from ivr.web.accounts.viewer import Viewer
from ivr.web.api.asking import PREFIX, asks, refusals
from ivr.web.api.tokens import Scope
from ivr.web.context import web_of
from ivr.web.webhooks import rows

router = APIRouter(prefix=PREFIX, tags=["händelser"])
Asking = Annotated[Viewer, Depends(asks(Scope.DELIVERIES))]
LAST = 2**53 - 1


class DeadLetter(BaseModel):
    """An event that was laid aside; what it says is the receiver's alone."""

    number: int
    subscriber: str
    event: str
    what: str
    at_ms: int
    tries: int
    failure: str


class DeadLetters(BaseModel):
    """The newest first."""

    deliveries: list[DeadLetter]
    next: int | None
    """To be given as `cursor` for older ones; null when there are none."""


@router.get("/deliveries/dead", responses=refusals())
async def dead(
    request: Request,
    _viewer: Asking,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[int, Query(ge=1, le=LAST)] = LAST,
) -> DeadLetters:
    """Those that are laid aside."""
    found = await web_of(request).store.run(lambda db: rows.dead(db, cursor, limit))
    names = tuple(DeadLetter.model_fields)
    letters = [DeadLetter(**{name: getattr(delivery, name) for name in names}) for delivery in found]
    return DeadLetters(deliveries=letters, next=found[-1].number if len(found) == limit else None)


@router.post("/deliveries/dead/{number}/retry", status_code=204, response_class=Response, responses=refusals(404))
async def retry(request: Request, viewer: Asking, number: Annotated[int, Path(ge=1, le=LAST)]) -> Response:
    """The event is sent again, in its old place among those that wait."""
    web = web_of(request)
    await web.access.note(viewer, "delivery_again", f"delivery:{number}", "api")
    if not await web.store.run(lambda db: rows.again(db, number)):
        raise HTTPException(404, "Det finns ingen sådan händelse.")
    return Response(status_code=204)
