"""panoramisk's AMI client with its confirmed faults guarded, on its own extension points and nowhere else.

Rules of this file: whole messages only; one bad message or one raising callback costs itself and no more; what was
asked on a connection that broke is never asked again by itself; nothing leaves that could be read as a second action.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager
from panoramisk.message import Message

from ivr.asterisk.ami_bytes import MessageSplitter, check_headers, event_name, parse

log = structlog.get_logger()

BANNER = b"Asterisk Call Manager/"
_EOL = "\r\n"


class LinkDownError(ConnectionError):
    """There is no link, or it broke before the answer; whether Asterisk acted is not known."""


@dataclass(slots=True)
class LinkCounters:
    """What has been seen and left out since start."""

    events: int = 0
    malformed: int = 0
    oversized: int = 0
    callback_errors: int = 0
    timeouts: int = 0
    connections: int = 0
    lost: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class LinkHandlers:
    """Where a connection hands what it hears."""

    wanted: frozenset[str] | None
    """Events worth reading; None for all. The others are dropped unread."""
    on_event: Callable[[dict[str, str]], None]
    on_lost: Callable[[str], None]
    counters: LinkCounters


class Answer(Message):
    """A message of an answer: to panoramisk only what it decides completeness by, to us the headers as they came."""

    _DECIDING = ("Response", "Event", "EventList", "SubEvent", "Message")

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__({key: fields[key] for key in self._DECIDING if key in fields})
        self.fields = fields


class GuardedProtocol(AMIProtocol):
    """One connection."""

    def __init__(self, handlers: LinkHandlers) -> None:
        self.heard = 0
        """Bytes that came; that it grows is a sign of life."""
        self._handlers = handlers
        self._splitter = MessageSplitter()
        self._greeted = False
        self.reason = ""

    def data_received(self, data: bytes) -> None:
        """Every message that is now whole has been handed on, in order."""
        self.heard += len(data)
        for raw in self._splitter.feed(data):
            try:
                self._take(raw)
            except Exception:
                self._handlers.counters.malformed += 1
                log.warning("ami_message_failed", exc_info=True)
        self._handlers.counters.oversized += self._splitter.oversized
        self._splitter.oversized = 0

    def _take(self, raw: bytes) -> None:
        if not self._greeted:
            self._greeted = True
            if raw.startswith(BANNER):
                raw = raw.partition(b"\n")[2]
        name, wanted = event_name(raw), self._handlers.wanted
        if name and wanted is not None and name not in wanted and not (self.responses and b"\nActionID:" in raw):
            return
        fields = parse(raw)
        if fields is None:
            self._handlers.counters.malformed += 1
        elif not self._answers(fields) and "Event" in fields:
            self._handlers.counters.events += 1
            self._dispatch(fields)

    def _answers(self, fields: dict[str, str]) -> bool:
        """Whether the message belongs to a pending action's answer; it has been added to it then.

        An event is part of an answer only within a list: others that carry an ActionID (OriginateResponse) are events.
        """
        action = self.responses.get(fields.get("ActionID", ""))
        if action is None or ("Event" in fields and not (action.responses and action.multi)):
            return False
        if action.add_message(Answer(fields)):
            self.responses.pop(action.id, None)
        return True

    def _dispatch(self, fields: dict[str, str]) -> None:
        if fields["Event"] == "Shutdown":
            self.reason = "asterisk_shutdown"
            self.transport.abort()
            return
        try:
            self._handlers.on_event(fields)
        except Exception:
            self._handlers.counters.callback_errors += 1
            log.exception("ami_event_handler_failed", ami_event=fields["Event"])

    def send(self, data: Action | dict[str, Any], as_list: bool | None = None) -> asyncio.Future[Any]:
        """The action is on its way; its answer resolves the future.

        Raises: UnsafeHeaderError before a byte is written; LinkDownError if the connection is closed.
        """
        action = data if isinstance(data, Action) else Action(data)
        check_headers(action)
        if self.closed or self.transport.is_closing():
            raise LinkDownError("closed")
        action.as_list = as_list
        lines = [f"{key}: {value}" for key, value in action.items()]
        self.responses[action.id] = action
        self.transport.write((_EOL.join(lines) + _EOL + _EOL).encode())
        return action.future

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waited for an answer knows that none will come, and the link knows why."""
        if self.closed:
            return
        self.closed = True
        self.reason = self.reason or (type(exc).__name__ if exc else "closed_by_asterisk")
        self.fail_pending()
        self._handlers.on_lost(self.reason)

    def abort(self, reason: str) -> None:
        """The connection is gone at once, without a farewell that a dead peer would not read."""
        self.reason = self.reason or reason
        self.transport.abort()

    def close(self) -> None:
        """Closed on purpose; nothing waits to be sent again."""
        self.fail_pending()
        if not self.closed:
            self.closed = True
            self.transport.close()

    def fail_pending(self) -> None:
        """No action is pending; those that were failed with LinkDownError, none is kept for a later connection."""
        pending, self.responses = list(self.responses.values()), {}
        for action in pending:
            if not action.future.done():
                action.future.set_exception(LinkDownError(self.reason or "closed"))
                action.future.exception()


class GuardedManager(Manager):
    """panoramisk's connecting and logging in, without its own reconnecting, pinging and dispatching."""

    def connection_made(self, f: "asyncio.Task[tuple[asyncio.Transport, AMIProtocol]]") -> None:
        """Logging in has begun. A connection that was refused is for whoever awaits `f`."""
        if f.cancelled() or f.exception() is not None:
            return
        super().connection_made(f)
        if self.pinger is not None:
            self.pinger.cancel()

    def login(self, future: asyncio.Future[Message]) -> bool:
        """Whether Asterisk accepted us is noted."""
        answered = not future.cancelled() and future.exception() is None
        self.authenticated = answered and future.result()["Response"] == "Success"
        return self.authenticated

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing: the protocol has told the link, which reconnects in its own time."""
