"""/api/openapi.json: what the API takes and gives, for programs and those who write them. No page: no scripts."""

from functools import cache
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import JSONResponse

from ivr.web.accounts.viewer import OpenToAll
from ivr.web.api.asking import PREFIX

router = APIRouter()
DESCRIPTION = """Växelns läge, samtal, statistik, ärenden, återuppringningar och larm.

Tider är millisekunder sedan 1970-01-01T00:00Z. En lista som har mer ger `next`, som nästa fråga tar som `cursor`.
Ett samtal under sekretess visas för den vars token saknar behörigheten bara som att det finns, i vilken grupp och
sedan när; inget nummer visas någonsin.
"""


@router.get(
    "/api/openapi.json",
    include_in_schema=False,
    dependencies=[Depends(OpenToAll("what can be asked for is no secret; it stands in the product's documents"))],
)
async def openapi() -> JSONResponse:
    """The description."""
    return JSONResponse(described())


@cache
def described() -> dict[str, Any]:
    """The routes of this version of the API, as OpenAPI 3.1, and no others."""
    from ivr.web.app import routers  # noqa: PLC0415 - it imports this module among the others

    api = FastAPI(title="Tonval", version="1", description=DESCRIPTION, openapi_url=None)
    for part in routers():
        if part.prefix == PREFIX:
            api.include_router(part)
    return api.openapi()
