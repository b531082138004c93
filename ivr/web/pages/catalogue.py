"""/katalog: everybody with an account finds people by name, department or title. Nothing can be changed here.

Three rules. Each search is written in the access log. Nobody searches so often that the directory could be copied. And
whoever is protected is in no answer, nor in any count.
"""

import asyncio
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from ivr.config.directory import Entry, read_directory
from ivr.web.accounts.viewer import Viewer, with_account
from ivr.web.catalogue import LONGEST, SHORTEST, Catalogue
from ivr.web.context import Web, web_of
from ivr.web.reachable import reach_of
from ivr.web.templating import page

router = APIRouter()
Known = Annotated[Viewer, Depends(with_account)]
MOST_SEARCHES = 300
"""By one account in a quarter of an hour: several people's work, and far too few to copy thousands."""
TOO_MANY = "För många sökningar på kort tid. Vänta en stund."


class Wanted(BaseModel):
    """What somebody typed."""

    model_config = ConfigDict(extra="forbid", strict=True)
    typed: Annotated[str, Field(max_length=LONGEST)]


@router.get("/katalog")
async def show(request: Request, viewer: Known) -> Response:
    """The page."""
    return page(request, "catalogue.html", viewer=viewer)


@router.post("/katalog/sok")
async def search(request: Request, viewer: Known, body: Wanted) -> dict[str, Any]:
    """Who fits, nearest first, and whether they can be reached now."""
    web = web_of(request)
    typed = " ".join(body.typed.split())
    if len(typed) < SHORTEST:
        return {"people": [], "more": False, "alike": False}
    counted = ((("searches", viewer.account, ""), MOST_SEARCHES),)
    if web.attempts.wait_ms(counted, web.clock()):
        raise HTTPException(429, TOO_MANY)
    web.attempts.failed(counted, web.clock())
    await web.access.note(viewer, "directory_searched", typed)
    found = await asyncio.to_thread(lambda: _catalogue(web.house.plan.digest, web.folder).find(typed))
    return {"people": [_shown(web, viewer, entry) for entry in found.people], "more": found.more, "alike": found.alike}


def _shown(web: Web, viewer: Viewer, entry: Entry) -> dict[str, Any]:
    reach = reach_of(entry, web.house, web.live.board, web.clock(), viewer)
    return {
        "name": f"{entry.first} {entry.last}".strip(),
        "title": entry.title,
        "department": entry.department,
        "phone": entry.phone,
        "reach": reach.kind,
        "words": reach.words,
        "agent": reach.agent,
    }


@lru_cache(maxsize=2)
def _catalogue(_digest: str, folder: Path) -> Catalogue:
    """The folder's directory, read once for each plan in force."""
    return Catalogue(read_directory(folder).people)
