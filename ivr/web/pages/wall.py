"""The wallboard: /tavla for whoever is signed in, /tavla/publik for screens that everybody passes."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from ivr.web.accounts.viewer import OpenToAll, Viewer, signed_in
from ivr.web.context import web_of
from ivr.web.public_wall import COOKIE, DAYS, NOT_OPENED, public_wall, screen
from ivr.web.templating import page

router = APIRouter(include_in_schema=False)
PUBLIC = "/tavla/publik"


@router.get("/tavla")
async def wall(request: Request, viewer: Annotated[Viewer, Depends(signed_in)]) -> Response:
    """The board as the viewer may see it."""
    return page(request, "wall.html", viewer=viewer, public=False, stream="/api/stream/board?page=tavla")


@router.get("/tavla/oppna", dependencies=[Depends(OpenToAll("the token in the address is what opens"))])
async def opened(request: Request, token: str = "") -> Response:
    """The screen is let in, and its address holds no token any more."""
    if not await screen(request, token):
        raise HTTPException(403, NOT_OPENED)
    origin = web_of(request).origin
    answer = RedirectResponse(PUBLIC, 303)
    answer.set_cookie(
        origin.cookie(request, COOKIE),
        token,
        max_age=DAYS * 24 * 3_600,
        path="/",
        secure=origin.is_secure(request),
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get(PUBLIC, dependencies=[Depends(public_wall)])
async def public_board(request: Request) -> Response:
    """The board without anything personal."""
    return page(request, "wall.html", public=True, stream="/api/stream/public")
