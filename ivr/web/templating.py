"""Pages from templates: autoescaped, in one layout, with the municipality's name and what the viewer may open."""

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from ivr.web.accounts.roles import STAFF, Role
from ivr.web.accounts.viewer import Viewer
from ivr.web.context import web_of

HERE = Path(__file__).parent
NO_STORE = "no-store"

PAGES: tuple[tuple[str, str, frozenset[Role]], ...] = (
    ("/tavla", "Tavlan", STAFF),
    ("/agent", "Min telefon", frozenset({Role.AGENT})),
    ("/vaxel", "Växeln", frozenset({Role.OPERATOR})),
    ("/katalog", "Katalogen", frozenset(Role)),
    ("/statistik", "Statistik", frozenset({Role.PLANNER, Role.OPERATOR, Role.ADMIN})),
    ("/larm", "Larm", STAFF),
    ("/konton", "Konton", frozenset({Role.ADMIN})),
)
"""What stands in the head of every page: address, words, and whose it is."""

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def page(
    request: Request, template: str, status: int = 200, *, viewer: Viewer | None = None, **context: Any
) -> HTMLResponse:
    """The page, never kept by anybody on the way. `viewer` decides what stands in its head."""
    house = web_of(request).house
    mine = viewer.roles if viewer else frozenset()
    body = _templates.get_template(template).render(
        house=house,
        viewer=viewer,
        here=request.url.path,
        pages=[(address, words) for address, words, whose in PAGES if mine & whose],
        **context,
    )
    return HTMLResponse(body, status, {"Cache-Control": NO_STORE})


class Static(StaticFiles):
    """Scripts, styles and pictures; a browser asks each time whether its copy is still the right one."""

    async def get_response(self, path: str, scope: Scope) -> Any:
        """The file, or that the copy is good."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def static_files() -> Static:
    """To be mounted at /static."""
    return Static(directory=HERE / "static")
