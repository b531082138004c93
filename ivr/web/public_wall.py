"""Which screens may show the public wallboard: those that were opened once with a token of scope `wall`.

The token comes in the address the first time, moves into a cookie, and the address is left without it: what stands on
a screen in a hall must not open anything. A token that is revoked goes dark at the next second.
"""

from dataclasses import dataclass

from fastapi import HTTPException, Request

from ivr.web.accounts.roles import Role
from ivr.web.accounts.viewer import viewer_of
from ivr.web.api.tokens import Scope, Tokens
from ivr.web.context import web_of

COOKIE = "tonval-skarm"
DAYS = 400
NOT_OPENED = "Skärmen är inte öppnad för tavlan, eller har stängts av."


@dataclass(frozen=True, slots=True)
class PublicWall:
    """A dependency: which screen it is; 401 for one that may not. Whoever may see the board itself may see this."""

    admits: frozenset[Role] = frozenset(Role)

    async def __call__(self, request: Request) -> str:
        """Names the screen."""
        web = web_of(request)
        if name := await screen(request, web.origin.token_in(request, COOKIE)):
            return name
        viewer = await viewer_of(request)
        if viewer is None:
            raise HTTPException(401, NOT_OPENED)
        return viewer.session or viewer.account


async def screen(request: Request, token: str) -> str:
    """Which screen the token opens; "" for none."""
    tokens = web_of(request).tokens
    if not token or not isinstance(tokens, Tokens):
        return ""
    holder = await tokens.holder_of(token)
    return holder.viewer.account if holder and Scope.WALL in holder.scopes else ""


public_wall = PublicWall()
