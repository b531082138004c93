"""What people and programs are told when a request cannot be done: a page for people, JSON for programs.

Whoever is not signed in and opens a page is taken to /logga-in and back. No answer says more than it must: an
unknown call and one that the viewer may not see are the same answer.
"""

from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from ivr.web.accounts.viewer import NOT_SIGNED_IN
from ivr.web.store import StoreBusyError
from ivr.web.templating import page

WORDS = {
    403: "Du har inte behörighet till det här.",
    404: "Det finns ingen sådan sida.",
    405: "Det går inte att göra så här.",
    429: "För många försök. Vänta en stund.",
    503: "Tjänsten är upptagen. Försök igen.",
}


def install(app: FastAPI) -> None:
    """Failures are told by these."""
    app.add_exception_handler(HTTPException, _told)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(StoreBusyError, _busy)


def is_for_people(request: Request) -> bool:
    """Whether a person looks at the answer, and not a script or a program."""
    accepts = request.headers.get("accept", "")
    return "text/html" in accepts and not request.url.path.startswith("/api/")


async def _told(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if not is_for_people(request):
        return JSONResponse({"detail": error.detail}, error.status_code, error.headers)
    if error.status_code == NOT_SIGNED_IN:
        back = f"?till={quote(request.url.path)}" if request.method == "GET" else ""
        return RedirectResponse(f"/logga-in{back}", 303)
    words = WORDS.get(error.status_code, "Det gick inte.")
    return page(request, "failure.html", error.status_code, words=words)


async def _not_understood(_request: Request, error: Exception) -> Response:
    """Where the request is wrong and why, without repeating what it held."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    told = [{"loc": list(problem["loc"]), "msg": problem["msg"], "type": problem["type"]} for problem in found]
    return JSONResponse({"detail": told}, 422)


async def _busy(_request: Request, _error: Exception) -> Response:
    return JSONResponse({"detail": WORDS[503]}, 503, {"retry-after": "2"})
