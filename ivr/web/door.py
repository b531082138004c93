"""The web's front door: one HTTP connection, with an end to everybody's patience.

Three rules. Whoever comes when the house is full is turned away at once, and those inside do not notice. Whoever takes
their time, with a request or with reading an answer, is shown out. And no connection takes one of the last descriptors.
"""

import asyncio
import socket
import struct
from typing import Any, Final, cast

from starlette.requests import HTTPConnection
from uvicorn.protocols.http.h11_impl import H11Protocol

from ivr.control import is_one_of_the_last

MOST: Final = 400
"""Connections at a time: 200 streams, and as many requests."""
REQUEST_S: Final = 10.0
"""From the first moment, or the end of the answer before, to the end of the request's head."""
UNREAD_S: Final = 20.0
"""An answer that its browser does not take for so long is given up."""
STREAM_UNREAD_S: Final = 1.0
STREAM_BUFFER: Final = 32 * 1024
"""What the system keeps of a stream that is not read, on our side; more would hide for minutes that nobody reads."""
AT_ONCE: Final = struct.pack("ii", 1, 0)
FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"retry-after: 5\r\ncontent-length: 19\r\nconnection: close\r\n\r\nService Unavailable"
)


class Door(H11Protocol):
    """One connection. A request finds its own as `door_of(request)`."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.app_state = {**self.app_state, "door": self}
        self._slow: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._unread_s = UNREAD_S
        self._full = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody is at the door."""
        super().connection_made(transport)
        self._full = len(self.connections) > MOST or is_one_of_the_last(transport)
        if self._full:
            transport.write(FULL)
            transport.close()
            return
        self._hurry()

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone."""
        self._rest()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """They say something."""
        if self._full:
            return
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._hurry()
        else:
            self._rest()

    def on_response_complete(self) -> None:
        """They have their answer, and may ask again."""
        super().on_response_complete()
        self._rest()

    def pause_writing(self) -> None:
        """They do not read as fast as we write."""
        self.flow.pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(self._unread_s, self._show_out)

    def resume_writing(self) -> None:
        """They have read it all."""
        self.flow.resume_writing()
        if self._unread:
            self._unread.cancel()
            self._unread = None

    def streams(self) -> None:
        """What follows has no end: whoever does not read for a second is let go of, with nothing kept for them."""
        self._unread_s = STREAM_UNREAD_S
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, STREAM_BUFFER)
        self.transport.set_write_buffer_limits(high=0)

    @property
    def _socket(self) -> socket.socket:
        return cast("socket.socket", self.transport.get_extra_info("socket"))

    def _show_out(self) -> None:
        """The connection is gone at once. Without this the system would keep for minutes what nobody reads."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.transport.abort()

    def _hurry(self) -> None:
        """The head of a request is awaited, and not for ever."""
        if self._slow is None:
            self._slow = self.loop.call_later(REQUEST_S, self._show_out)

    def _rest(self) -> None:
        if self._slow:
            self._slow.cancel()
            self._slow = None


def door_of(request: HTTPConnection) -> Door | None:
    """The connection that the request came by; None where there is none, as in a test without a network."""
    return cast("Door | None", request.scope.get("state", {}).get("door"))
