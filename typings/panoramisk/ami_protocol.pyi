import asyncio
from collections import deque

from panoramisk.actions import Action
from panoramisk.manager import Manager

class AMIProtocol(asyncio.Protocol):
    transport: asyncio.Transport
    closed: bool
    queue: deque[str]
    responses: dict[str, Action]
    factory: Manager | None
    def connection_made(self, transport: asyncio.BaseTransport) -> None: ...
    def data_received(self, data: bytes) -> None: ...
    def connection_lost(self, exc: Exception | None) -> None: ...
    def send(self, data: Action | dict[str, str], as_list: bool | None = ...) -> asyncio.Future[object]: ...
    def close(self) -> None: ...
