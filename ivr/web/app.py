"""The pages as one application: every router that there is, and what stands before all of them."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator

from fastapi import APIRouter, FastAPI

import ivr.web
from ivr.web import failures, shields
from ivr.web.context import Web
from ivr.web.templating import static_files

FOLDERS = ("ivr.web.pages", "ivr.web.api")
"""Each module in them that has a `router`."""


def create_app(web: Web) -> FastAPI:
    """The application. Its own documentation pages are off: they would fetch scripts from elsewhere."""
    app = FastAPI(title="Tonval", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.web = web
    for router in routers():
        app.include_router(router)
    app.mount("/static", static_files(), name="static")
    failures.install(app)
    shields.install(app, web.origin)
    return app


def routers() -> Iterator[APIRouter]:
    """The router of every module of pages, API, streams and metrics."""
    for name in (*_modules(ivr.web.__name__, ivr.web.__path__), *_in_folders()):
        module = importlib.import_module(name)
        router = getattr(module, "router", None)
        if isinstance(router, APIRouter):
            yield router


def _in_folders() -> Iterator[str]:
    for folder in FOLDERS:
        yield from _modules(folder, importlib.import_module(folder).__path__)


def _modules(package: str, path: Iterable[str]) -> Iterator[str]:
    own = __name__
    for module in pkgutil.iter_modules(path):
        name = f"{package}.{module.name}"
        if not module.ispkg and name != own:
            yield name
