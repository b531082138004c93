"""The one link to Asterisk's manager interface: up, down or refused, and never in doubt for longer than 5 s.

Rules of this file: a link that is lost is tried again soon (within 2 s), one that is refused seldom and with an alarm.
A peer that does not answer a ping is cut off, whatever the network says. Nothing is sent twice.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import structlog
from panoramisk.actions import Action

from ivr.asterisk.ami_bytes import UnsafeHeaderError
from ivr.asterisk.ami_protocol import Answer, GuardedManager, GuardedProtocol, LinkCounters, LinkDownError, LinkHandlers

__all__ = [
    "Account",
    "ActionRefusedError",
    "LinkCounters",
    "LinkDownError",
    "LinkHooks",
    "LinkState",
    "LinkTimings",
    "ManagerLink",
    "UnsafeHeaderError",
]

log = structlog.get_logger()

REFUSALS_TO_ALARM = 3
MAX_PENDING = 5_000
"""Actions that may wait for an answer at once."""
REFUSED = "login_refused"
UNANSWERED = "login_unanswered"
_LISTS = frozenset({"Status", "DeviceStateList", "QueueStatus"})
"""Actions answered by a list. For the others the answer's wording must not make panoramisk wait for one."""


class ActionRefusedError(Exception):
    """Asterisk understood and said no."""


class LinkState(StrEnum):
    """What the link is, for whoever shows it."""

    DOWN = "down"
    UP = "up"
    REFUSED = "refused"
    """Asterisk does not accept our name and secret: somebody must act."""


@dataclass(frozen=True, slots=True)
class LinkTimings:
    """How long things may take, in seconds."""

    connect_s: float = 2.0
    login_s: float = 3.0
    action_s: float = 5.0
    ping_every_s: float = 1.5
    ping_answer_s: float = 3.0
    """With the interval before it: a dead peer is found within 4.5 s."""
    busy_s: float = 10.0
    """A ping unanswered so long is no answer, even if events still come."""
    retry_s: float = 0.1
    retry_most_s: float = 1.6
    silent_most_s: float = 10.0
    """Between tries where Asterisk accepts the connection and then says nothing."""
    refused_soon_s: float = 0.25
    """After the first refusals: Asterisk lets one of us in at a time, and may not know yet that the last one died."""
    refused_s: float = 5.0
    refused_most_s: float = 60.0
    steady_s: float = 5.0
    """A link that lasted so long was a good one: the next try is soon."""


DEFAULT_TIMINGS = LinkTimings()


@dataclass(frozen=True, slots=True)
class Account:
    """Where, and as whom."""

    host: str
    port: int
    user: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkHooks:
    """Plain callbacks: called in order, one at a time; one that raises is counted and costs only itself."""

    on_event: Callable[[dict[str, str]], None]
    on_up: Callable[[], None]
    on_down: Callable[[str], None]
    wanted: frozenset[str] | None = None
    """The events to hand on; None for all. Others are dropped before they are read."""


class ManagerLink:
    """One manager account on one Asterisk."""

    def __init__(self, account: Account, hooks: LinkHooks, timings: LinkTimings = DEFAULT_TIMINGS) -> None:
        self.state = LinkState.DOWN
        self.counters = LinkCounters()
        self._account = account
        self._hooks = hooks
        self._handlers = LinkHandlers(hooks.wanted, hooks.on_event, self._lost, self.counters)
        self._timings = timings
        self._manager: GuardedManager | None = None
        self._protocol: GuardedProtocol | None = None
        self._gone: asyncio.Future[str] | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """The link is being made, and will be made again whenever it is lost, until `stop`."""
        self._manager = GuardedManager(
            loop=asyncio.get_running_loop(),
            host=self._account.host,
            port=self._account.port,
            username=self._account.user,
            secret=self._account.secret,
            protocol_factory=lambda: GuardedProtocol(self._handlers),
        )
        self._task = asyncio.create_task(self._keep_up(self._manager), name="ami-link")

    async def stop(self) -> None:
        """The link is down and stays so; `on_down` is not called for it."""
        self.state = LinkState.DOWN
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._protocol is not None:
            self._protocol.close()
            self._protocol = None

    async def action(self, name: str, **headers: str) -> list[dict[str, str]]:
        """Asterisk's answer: the response, then the rows if it is a list.

        Raises: UnsafeHeaderError (nothing was sent); LinkDownError (not sent, or not known whether done);
        TimeoutError (not known whether done); ActionRefusedError.
        """
        protocol = self._protocol
        if protocol is None or self.state is not LinkState.UP:
            raise LinkDownError(self.state.value)
        if len(protocol.responses) >= MAX_PENDING:
            raise LinkDownError("too many actions unanswered")
        return await self._ask(protocol, name, headers, self._timings.action_s)

    async def _ask(
        self, protocol: GuardedProtocol, name: str, headers: dict[str, str], within_s: float
    ) -> list[dict[str, str]]:
        action = Action({"Action": name, **headers})
        future = protocol.send(action, as_list=None if name in _LISTS else False)
        try:
            async with asyncio.timeout(within_s):
                answer = await future
        except TimeoutError:
            self.counters.timeouts += 1
            raise
        finally:
            protocol.responses.pop(action.id, None)
        messages = answer if isinstance(answer, list) else [answer]
        rows = [message.fields for message in messages if isinstance(message, Answer)]
        if rows[0].get("Response") != "Success":
            raise ActionRefusedError(rows[0].get("Message", name))
        return rows

    async def _keep_up(self, manager: GuardedManager) -> None:
        """Never ends by itself."""
        loop = asyncio.get_running_loop()
        failures = refusals = 0
        while True:
            began = loop.time()
            reason = await self._one_connection(manager)
            was_up = self.state is LinkState.UP
            failures = 0 if was_up and loop.time() - began >= self._timings.steady_s else failures + 1
            refusals = refusals + 1 if reason == REFUSED else 0
            self._report(reason, refusals, was_up=was_up)
            await asyncio.sleep(self._pause_s(reason, refusals or failures))

    def _report(self, reason: str, refusals: int, *, was_up: bool) -> None:
        """Whoever must know that the link is gone does, once."""
        self.state = LinkState.REFUSED if refusals >= REFUSALS_TO_ALARM else LinkState.DOWN
        self.counters.refused += reason == REFUSED
        if refusals == REFUSALS_TO_ALARM:
            log.error("ami_login_refused", alarm=True, port=self._account.port)
        if was_up:
            self.counters.lost += 1
            log.warning("ami_link_lost", reason=reason)
            self._call(self._hooks.on_down, reason)

    def _pause_s(self, reason: str, failures: int) -> float:
        """Seconds until the next try: doubled with each failure, spread so that nobody comes in step."""
        timings = self._timings
        if reason == REFUSED and failures < REFUSALS_TO_ALARM:
            least = most = timings.refused_soon_s
        elif reason == REFUSED:
            least, most, failures = timings.refused_s, timings.refused_most_s, failures - REFUSALS_TO_ALARM
        elif reason == UNANSWERED:
            least, most = timings.retry_s, timings.silent_most_s
        else:
            least, most = timings.retry_s, timings.retry_most_s
        return min(least * 2.0 ** min(failures, 20), most) * random.uniform(0.75, 1.0)  # noqa: S311 - no secret

    async def _one_connection(self, manager: GuardedManager) -> str:
        """Why the connection ended, or was none. The state is UP while it lasts."""
        self._gone = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._timings.connect_s):
                _, protocol = await manager.connect()
        except (OSError, TimeoutError) as error:
            return type(error).__name__
        assert isinstance(protocol, GuardedProtocol)  # noqa: S101 - our own factory made it
        self._protocol = protocol
        try:
            if (refusal := await self._logged_in(manager)) is not None:
                return refusal
            self.state = LinkState.UP
            self.counters.connections += 1
            log.info("ami_link_up")
            self._call(self._hooks.on_up)
            return await self._watched(protocol)
        finally:
            protocol.abort("stopped")
            protocol.fail_pending()

    async def _logged_in(self, manager: GuardedManager) -> str | None:
        """Why not; None once Asterisk has accepted us."""
        future = manager.authenticated_future
        assert future is not None  # noqa: S101 - set by panoramisk when it connects with a name
        try:
            async with asyncio.timeout(self._timings.login_s):
                await asyncio.shield(future)
        except TimeoutError:
            return UNANSWERED
        except LinkDownError as error:
            return str(error)
        return None if manager.authenticated else REFUSED

    async def _watched(self, protocol: GuardedProtocol) -> str:
        """Returns why the connection ended; ends it itself if a ping stays unanswered."""
        assert self._gone is not None  # noqa: S101
        timings = self._timings
        while True:
            await asyncio.wait({self._gone}, timeout=timings.ping_every_s)
            if self._gone.done():
                return self._gone.result()
            if not await self._alive(protocol):
                return self._gone.result() if self._gone.done() else "half_open"

    async def _alive(self, protocol: GuardedProtocol) -> bool:
        """Whether the peer answers a ping in time; while other things arrive it may take longer, but not for ever."""
        heard = protocol.heard
        ping = asyncio.ensure_future(self._ask(protocol, "Ping", {}, self._timings.busy_s))
        await asyncio.wait({ping}, timeout=self._timings.ping_answer_s)
        if not ping.done() and protocol.heard == heard:
            ping.cancel()
        await asyncio.wait({ping})
        return not ping.cancelled() and ping.exception() is None

    def _lost(self, reason: str) -> None:
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(reason)

    def _call(self, callback: Callable[..., None], *arguments: str) -> None:
        """The callback has been called; if it raised, that is counted and the link lives on."""
        try:
            callback(*arguments)
        except Exception:
            self.counters.callback_errors += 1
            log.exception("ami_link_callback_failed")
