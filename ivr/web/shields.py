"""What stands before every page: the limits of a request, where it may come from, and the headers of each answer.

Outermost the headers, so that refusals have them too; then whose name the request was sent to (a page elsewhere whose
name was made to mean this machine is refused), then whether a page of ours sent it (S10), then how much and how slowly
it may say it (S31).
"""

import asyncio
from collections.abc import Iterable
from http import HTTPStatus

import structlog
from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ivr.web.origin import Origin

log = structlog.get_logger()

MAX_BODY_BYTES = 64 * 1024
"""Nothing that people or programs send here is longer."""
BODY_WITHIN_S = 10.0
READING = frozenset({"GET", "HEAD", "OPTIONS"})
SELF_ONLY = ("script-src", "style-src", "img-src", "connect-src", "font-src", "form-action")
POLICY = "; ".join(
    ["default-src 'none'", *(f"{what} 'self'" for what in SELF_ONLY), "frame-ancestors 'none'", "base-uri 'none'"]
)
PROTECTION = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
STRICT_TRANSPORT = "max-age=31536000"


def install(app: FastAPI, origin: Origin) -> None:
    """Nothing reaches a route but through these; the last added is met first."""
    app.add_middleware(Bodies)
    app.add_middleware(Unbroken)
    app.add_middleware(Senders, origin=origin)
    app.add_middleware(Names, origin=origin)
    app.add_middleware(Answers, origin=origin)


class Answers:
    """Every answer tells the browser to run nothing but our own files; nothing is kept but the files themselves."""

    def __init__(self, app: ASGIApp, origin: Origin) -> None:
        self._app = app
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer with its headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        secure = self._origin.is_secure(HTTPConnection(scope))
        is_file = scope["path"].startswith("/static/")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                for name, value in PROTECTION.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-cache" if is_file else "no-store")
                if secure:
                    headers["strict-transport-security"] = STRICT_TRANSPORT
            await send(message)

        await self._app(scope, receive, with_headers)


class Names:
    """A request sent to a name that is not ours is refused."""

    def __init__(self, app: ASGIApp, origin: Origin) -> None:
        self._app = app
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """On, or 421."""
        if scope["type"] == "http":
            hosts = Headers(scope=scope).getlist("host")
            if len(hosts) != 1 or not self._origin.is_ours(hosts[0]):
                await _refuse(HTTPStatus.MISDIRECTED_REQUEST, "Fel adress.", scope, receive, send)
                return
        await self._app(scope, receive, send)


class Senders:
    """What changes something comes from a page of ours or from a program with a token; what is read by script too."""

    def __init__(self, app: ASGIApp, origin: Origin) -> None:
        self._app = app
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """On, or 403."""
        if scope["type"] == "http" and not self._is_welcome(HTTPConnection(scope), scope["method"]):
            await _refuse(HTTPStatus.FORBIDDEN, "Begäran kom inte från den här webbplatsen.", scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_welcome(self, request: HTTPConnection, method: str) -> bool:
        path = request.url.path
        if "authorization" in request.headers and path.startswith("/api/"):
            return True  # no browser sends it by itself, and the cookie is not looked at beside it
        site = request.headers.get("sec-fetch-site")
        if method in READING:
            return site in {None, "same-origin", "none"} or not path.startswith("/api/")
        if site is not None and site != "same-origin":
            return False
        sender = request.headers.get("origin")
        return sender == self._origin.named(request) if sender is not None else site == "same-origin"


class Unbroken:
    """A page that fails tells where in our code, never with what values: those may be somebody's (S18)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer, or 500."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:  # noqa: BLE001 - whatever a page does, the others go on
            log.error("page_failed", because=type(error).__name__, where=_places(error))  # noqa: TRY400 - without its values
            if not begun and scope["type"] == "http":
                await _refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "Något gick fel hos oss.", scope, receive, send)


class Bodies:
    """A body longer or slower than the limits is refused, whatever length it claims."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """On with the whole body, or 413 or 408; nobody's page sees the beginning of one."""
        if scope["type"] != "http" or scope["method"] in READING:
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(BODY_WITHIN_S):
                body = await _whole(receive, Headers(scope=scope))
        except TimeoutError:
            await _refuse(HTTPStatus.REQUEST_TIMEOUT, "Begäran kom för långsamt.", scope, receive, send)
            return
        if body is None:
            await _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Begäran är för stor.", scope, receive, send)
            return
        messages = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def again() -> Message:
            return next(messages, None) or await receive()

        await self._app(scope, again, send)


async def _whole(receive: Receive, headers: Headers) -> bytes | None:
    """The body, None when it is too long or its sender is gone."""
    claimed = headers.get("content-length", "0")
    if not claimed.isdecimal() or int(claimed) > MAX_BODY_BYTES:
        return None
    parts: list[bytes] = []
    left = MAX_BODY_BYTES
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        left -= len(part)
        if left < 0:
            return None
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


async def _refuse(status: HTTPStatus, why: str, scope: Scope, receive: Receive, send: Send) -> None:
    close = {"connection": "close"}  # what is left of the request is not read
    await JSONResponse({"detail": why}, status, close)(scope, receive, send)


def _places(error: BaseException) -> list[str]:
    return [f"{path}:{line}" for path, line in _frames(error)][-6:]


def _frames(error: BaseException) -> Iterable[tuple[str, int]]:
    frame = error.__traceback__
    while frame is not None:
        yield frame.tb_frame.f_code.co_filename.rpartition("/ivr/")[2], frame.tb_lineno
        frame = frame.tb_next
