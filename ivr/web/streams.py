"""What is shown, sent to each page as it changes.

Four rules. What somebody may see is looked up each time something is sent (S13, S15). A page gets the newest state and
never a queue of old ones. Whoever does not read is let go of within a second and costs nothing meanwhile (F79). And
every second there is a beat, so that a page knows when what it shows is old.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.sse import format_sse_event
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from ivr.web.accounts.roles import Role
from ivr.web.accounts.viewer import Viewer, require, signed_in
from ivr.web.alarms.shown import shown as alarms_shown
from ivr.web.context import Web, web_of
from ivr.web.door import door_of
from ivr.web.public_wall import public_wall
from ivr.web.views import AGENT, BOARD, PUBLIC, WALL
from ivr.web.watching import FullError, Watcher

BEAT_S: Final = 1.0
APART_S: Final = 0.25
"""A page is sent no more than four states a second."""
RETRY_MS: Final = 1_000
"""How soon a browser comes back."""
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
Look = Callable[[Viewer | None], str]
"""What somebody sees now, as JSON."""
Still = Callable[[], Awaitable[tuple[bool, Viewer | None]]]
"""Whether they may still see anything, and who they are now."""

WALL_PAGE: Final = "tavla"
PAGES: Final = frozenset({WALL_PAGE, "vaxel", "larm"})
"""One session may have each of them open once, but the wallboard, which hangs on several walls."""
WINDOWS: Final = 20

router = APIRouter()


class EventStream(Response):
    """The events of one page, until it closes, does not read, or may not see them any more."""

    def __init__(self, web: Web, watcher: Watcher, event: str, look: Look, still: Still) -> None:
        super().__init__()
        self._web, self._watcher, self._event = web, watcher, event
        self._look, self._still = look, still
        self._sent: dict[str, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The stream, whole."""
        try:
            self._web.watching.enter(self._watcher)
        except FullError:
            await Response(status_code=503, headers={"retry-after": "10"})(scope, receive, send)
            return
        if door := door_of(Request(scope)):
            door.streams()
        leaving = asyncio.create_task(_left(receive))
        telling = asyncio.create_task(self._tell(send))
        over = asyncio.create_task(self._watcher.over.wait())
        try:
            await asyncio.wait({leaving, telling, over}, return_when=asyncio.FIRST_COMPLETED)
            if self._watcher.elsewhere and not telling.done():
                telling.cancel()
                with suppress(asyncio.CancelledError):
                    await telling
                await _send(send, format_sse_event(event="elsewhere", data_str="{}"))
        finally:
            for task in (leaving, telling, over):
                task.cancel()
            await asyncio.gather(leaving, telling, over, return_exceptions=True)
            self._web.watching.leave(self._watcher)
        if not telling.cancelled():
            telling.result()
        with suppress(OSError):
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await _send(send, format_sse_event(retry=RETRY_MS))
        loop = asyncio.get_running_loop()
        version, beat_at, was_stale = -1, loop.time(), False
        while True:
            allowed, viewer = await self._still()
            if not allowed:
                await _send(send, format_sse_event(event="gone", data_str="{}"))
                return
            version = self._web.live.version
            told = self._events(viewer)
            stale = bool(self._web.live.stale_since_ms)
            if loop.time() >= beat_at or told or stale != was_stale:
                told.append(format_sse_event(event="beat", data_str=json.dumps(self._beat())))
                beat_at, was_stale = loop.time() + BEAT_S, stale
            if told:
                await _send(send, b"".join(told))
            await asyncio.sleep(APART_S)
            with suppress(TimeoutError):
                # Not wait_for: in 3.11 that forgets a cancellation which comes together with the news.
                async with asyncio.timeout_at(beat_at):
                    await self._web.live.changed(version)

    def _events(self, viewer: Viewer | None) -> list[bytes]:
        """What is another than what was sent last."""
        now = {self._event: self._look(viewer)}
        if viewer is not None:
            now["alarm"] = json.dumps(alarms_shown(self._web, viewer), ensure_ascii=False)
        told = [
            format_sse_event(event=name, data_str=data) for name, data in now.items() if data != self._sent.get(name)
        ]
        self._sent = now
        return told

    def _beat(self) -> Mapping[str, Any]:
        live = self._web.live
        return {
            "at_ms": live.now_ms(),
            "stale_since_ms": live.stale_since_ms,
            "complete": live.complete,
            "paused": live.beat.paused,
        }


async def _send(send: Send, body: bytes) -> None:
    message: Message = {"type": "http.response.body", "body": body, "more_body": True}
    await send(message)


async def _left(receive: Receive) -> None:
    """The browser has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


@router.get("/api/stream/board", include_in_schema=False)
async def board(request: Request, viewer: Annotated[Viewer, Depends(signed_in)], page: str = "") -> Response:
    """The board as the viewer may see it: events board, alarm and beat. `page`: which page of theirs it is for."""
    web = web_of(request)
    which, page = (WALL if page == WALL_PAGE else BOARD), (page if page in PAGES else "")
    return EventStream(
        web,
        Watcher(viewer.session or viewer.account, f"board/{page}", windows=WINDOWS if which == WALL else 1),
        "board",
        lambda now: web.views.as_json(which, now),
        _while_allowed(web, viewer, signed_in.admits),
    )


@router.get("/api/stream/agent", include_in_schema=False)
async def agent(request: Request, viewer: Annotated[Viewer, Depends(require(Role.AGENT))]) -> Response:
    """What one person needs at their phone: events agent, alarm and beat."""
    if not viewer.agent:
        raise HTTPException(403, "Kontot hör inte till någon telefon.")
    web = web_of(request)
    return EventStream(
        web,
        Watcher(viewer.session or viewer.account, "agent", viewer.agent),
        "agent",
        lambda now: web.views.as_json(AGENT, now),
        _while_allowed(web, viewer, frozenset({Role.AGENT})),
    )


@router.get("/api/stream/public", include_in_schema=False)
async def public(request: Request, screen: Annotated[str, Depends(public_wall)]) -> Response:
    """The public board: events public and beat. Whether the screen may still have it is asked each time."""
    web = web_of(request)

    async def still() -> tuple[bool, None]:
        try:
            await public_wall(request)
        except HTTPException:
            return False, None
        return True, None

    return EventStream(
        web, Watcher(screen, PUBLIC, windows=WINDOWS), PUBLIC, lambda _: web.views.as_json(PUBLIC, None), still
    )


def _while_allowed(web: Web, viewer: Viewer, admits: frozenset[Role]) -> Still:
    async def still() -> tuple[bool, Viewer | None]:
        now = await web.still(viewer)
        return (now is not None and bool(now.roles & admits) and now.agent == viewer.agent), now

    return still
