"""The live driver: feeds the kernel, arms one timer, hands out actions; nothing else.

Two rules. The clock is read only here. And one event is finished, with all it leads to, before the next is looked at.
"""

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

from ivr.ports import CallLog, Telephony
from queues.ids import Instant
from routing.events import Event, Tick
from routing.kernel import Kernel, Step
from routing.plan import Plan

Observer = Callable[[Step], None]
log = structlog.get_logger()


class Engine:
    """A kernel at work. Everything happens on the event loop that called `start`."""

    def __init__(self, kernel: Kernel, telephony: Telephony, call_log: CallLog, clock: Callable[[], Instant]) -> None:
        self.kernel = kernel
        self.clock = clock
        self.faults = 0
        """Events that the kernel failed on: each is a defect, none stops the service."""
        self.observers: list[Observer] = []
        """Told of every step after its actions have been handed out; must not raise."""
        self._telephony = telephony
        self._call_log = call_log
        self._inbox: deque[Event] = deque()
        self._working = False
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for: int | None = None

    async def start(self) -> None:
        """Calls are served as soon as the telephony has listed the world."""
        await self._telephony.start(self.feed)

    async def stop(self) -> None:
        """Nothing is decided any more; callers go on in the fail-open dialplan."""
        if self._timer:
            self._timer.cancel()
        await self._telephony.stop()

    def feed(self, event: Event) -> None:
        """The event is decided upon, now or, if another is being decided upon, right after it."""
        self._inbox.append(event)
        if self._working:
            return
        self._working = True
        try:
            while self._inbox:
                self._take(self._inbox.popleft())
        finally:
            self._working = False
        self._arm()

    def replace_plan(self, plan: Plan) -> None:
        """New calls follow `plan`; those in flight are not disturbed."""
        now = self.clock()
        self._perform(now, None, self.kernel.replace_plan(plan, now))
        self._arm()

    def _take(self, event: Event) -> None:
        now = self.clock()
        try:
            step = self.kernel.handle(event, now)
        except Exception:
            # Whoever is affected is mended by the next listing of the world; everybody else must not notice.
            self.faults += 1
            log.exception("kernel_failed", event_kind=type(event).__name__)
            return
        self._perform(now, event, step)

    def _perform(self, now: Instant, event: Event | None, step: Step) -> None:
        for action in step.actions:
            self._telephony.perform(action)
        self._call_log.append(now, event, step.entries)
        for observer in self.observers:
            observer(step)

    def _arm(self) -> None:
        due = self.kernel.next_deadline()
        # A timer that has become too early costs one idle wake-up; replacing it would cost something at every event.
        if due is None or (self._armed_for is not None and self._armed_for <= due):
            return
        if self._timer:
            self._timer.cancel()
        delay_s = max(due - self.clock(), 0) / 1000
        self._armed_for, self._timer = due, asyncio.get_running_loop().call_later(delay_s, self._wake)

    def _wake(self) -> None:
        self._armed_for = self._timer = None
        due = self.kernel.next_deadline()
        if due is not None and due <= self.clock():
            self.feed(Tick())
        else:
            self._arm()
