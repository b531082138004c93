"""What a route under /api/v1 says about who may ask: a program with a token that has the scope, and nobody else.

A browser's cookie opens nothing here, so no page elsewhere can ask in somebody's name.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import HTTPException, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from ivr.web.accounts.roles import Role
from ivr.web.accounts.viewer import Viewer
from ivr.web.api.tokens import Holder, Scope, Tokens
from ivr.web.context import web_of

PREFIX = "/api/v1"
_bearer = HTTPBearer(scheme_name="token", bearerFormat="tv_…", description="tonval token add", auto_error=False)
Bearer = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


class Refusal(BaseModel):
    """Why not, in Swedish."""

    detail: str


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The answers a route can give instead of its own, for its description; those that every route can give too."""
    words = {
        400: "Frågan är ingen fråga.",
        401: "Ingen token, eller en som inte gäller.",
        403: "Token saknar rätt till det här.",
        404: "Finns inte, eller får inte ses.",
        409: "Går inte nu.",
        503: "Växeln svarar inte just nu.",
    }
    return {status: {"model": Refusal, "description": words[status]} for status in (400, 401, 403, 503, *statuses)}


@dataclass(frozen=True, slots=True)
class Asks:
    """A dependency: on whose behalf a program asks. 401 without a good token, 403 without the scope."""

    scope: Scope
    admits: frozenset[Role] = frozenset()
    """No role: accounts are for pages."""

    async def __call__(self, request: Request, credentials: Bearer = None) -> Viewer:
        """The program, with the rights that its token has now."""
        holder = await holder_of(request, credentials)
        if holder is None:
            raise HTTPException(401, "Ange en giltig token.", {"WWW-Authenticate": "Bearer"})
        if self.scope not in holder.scopes:
            raise HTTPException(403, f"Token saknar rätten {self.scope.value}.")
        _refuse_unknown(request)
        return holder.viewer


def _refuse_unknown(request: Request) -> None:
    """422 for a word in the query that means nothing here: a filter that is misspelt would leave everything in."""
    dependant = getattr(request.scope.get("route"), "dependant", None)
    known = {field.alias for field in dependant.query_params} if dependant else set()
    for name in request.query_params:
        if name not in known:
            raise RequestValidationError([{"loc": ("query", name), "msg": "Okänt ord.", "type": "extra_forbidden"}])


def asks(scope: Scope) -> Asks:
    """A dependency that lets in programs whose token has the scope."""
    return Asks(scope)


async def holder_of(request: Request, credentials: HTTPAuthorizationCredentials | None) -> Holder | None:
    """The program that shows this token; None for none that is good."""
    book = web_of(request).tokens
    if credentials is None or not isinstance(book, Tokens):
        return None
    return await book.holder_of(credentials.credentials)
