"""The process of the pages: what it consists of, and how it serves on this machine's own address and no other."""

import asyncio
import os
import resource
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import structlog
import uvicorn
from fastapi import FastAPI

from ivr.clock import LiveClock
from ivr.config.always_open import always_open
from ivr.config.house import House
from ivr.config.load import load
from ivr.config.site import HOST, Site
from ivr.heartbeat import beat_for_ever
from ivr.web.alarms.current import Alarms
from ivr.web.api.tokens import Tokens
from ivr.web.app import create_app
from ivr.web.background import background
from ivr.web.context import Web
from ivr.web.door import Door
from ivr.web.engine_link import EngineLink
from ivr.web.live_board import LiveBoard
from ivr.web.store import WebStore

HEAD_BYTES: Final = 16 * 1024
KEEP_ALIVE_S: Final = 5
LEAVING_S: Final = 2
DESCRIPTORS: Final = 1024
"""As many as this process may ever have: the system's others are the engine's and Asterisk's (F77)."""
NICE: Final = 10
log = structlog.get_logger()


class UnusableError(Exception):
    """The municipality's configuration has errors; the text lists them."""


def make_web(folder: Path, site: Site, house: House, clock: Callable[[], int], public: str = "") -> Web:
    """Everything the pages need; its store is open. Inside a running event loop."""
    store = WebStore(site.web_path)
    return Web(
        folder,
        site,
        house,
        clock,
        store,
        LiveBoard(site, ZoneInfo(house.timezone), clock),
        EngineLink(site.control_path),
        Alarms(store, clock),
        Tokens(store, clock),
        public,
    )


@asynccontextmanager
async def at_work(web: Web) -> AsyncIterator[FastAPI]:
    """The board is followed, the house is that of the engine, alarms are looked for; the application to serve."""
    tasks = [asyncio.create_task(web.live.run()), asyncio.create_task(_follow_plan(web))]
    try:
        async with background(web):
            yield create_app(web)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        web.store.close()


async def _follow_plan(web: Web) -> None:
    """The house is read again when the engine has another plan: reloaded, or begun anew while nobody followed it."""
    live, version, plan = web.live, -1, ""
    while True:
        version = await live.changed(version)
        if live.beat.plan != plan:
            plan = live.beat.plan
            if plan != web.house.plan.digest:
                await web.reload()


class Server(uvicorn.Server):
    """One that leaves signals to the process, and ends the streams before it waits for them."""

    def __init__(self, app: FastAPI, port: int, web: Web) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=HOST,
                port=port,
                http=Door,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=LEAVING_S,
                h11_max_incomplete_event_size=HEAD_BYTES,
            )
        )
        self._web = web

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None is."""
        yield

    async def shutdown(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Whoever watches is told that it is over."""
        self._web.watching.close()
        await super().shutdown(sockets)  # type: ignore[arg-type]

    def leave(self) -> None:
        """Nobody new is let in, and it ends."""
        self.should_exit = True

    async def until_started(self) -> None:
        """Connections are taken."""
        while not self.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
            await asyncio.sleep(0.01)


async def serve(folder: Path, site: Site, *, public: str = "", open_always: bool = False) -> None:
    """The pages are served until SIGTERM or SIGINT. Raises UnusableError."""
    stand_behind()
    clock = LiveClock()
    loaded = load(folder, clock())
    if loaded.house is None:
        raise UnusableError("\n".join(str(problem) for problem in loaded.errors))
    beat = asyncio.create_task(beat_for_ever())
    try:
        house = always_open(loaded.house) if open_always else loaded.house
        web = make_web(folder, site, house, clock, public)
        web.open_always = open_always
        async with at_work(web) as app:
            server = Server(app, site.web_port, web)
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, server.leave)
            log.info("pages", address=f"http://{HOST}:{site.web_port}")
            await server.serve()
    finally:
        beat.cancel()


def stand_behind() -> None:
    """This process comes after those that carry calls: for the processor, and for the system's descriptors (F77)."""
    os.nice(NICE)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft == resource.RLIM_INFINITY or soft != most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
