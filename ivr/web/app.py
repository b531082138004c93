"""The pages as one application: every router that there is, and what stands before all of them."""

import importlib
import pkgutil
from collections.abc import Iterator

from fastapi import APIRouter, FastAPI

from ivr.web import failures, shields
from ivr.web.context import Web
from ivr.web.templating import static_files

FOLDERS = ("ivr.web.pages", "ivr.web.api")
"""Each module in them that has a `router`."""
BESIDE = ("ivr.web.streams", "ivr.web.metrics")


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
    for name in (*_in_folders(), *BESIDE):
        router = getattr(importlib.import_module(name), "router", None)
        if isinstance(router, APIRouter):
            yield router


def _in_folders() -> Iterator[str]:
    for folder in FOLDERS:
        for module in pkgutil.iter_modules(importlib.import_module(folder).__path__):
            yield f"{folder}.{module.name}"
