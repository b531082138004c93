"""An engine put together and at work: configuration, secrets, log, kernel and Asterisk of one installation."""

import asyncio
import gc
import signal
from functools import partial
from pathlib import Path

import structlog

from ivr import partners
from ivr.asterisk.callback_desk import CallbackDesk
from ivr.asterisk.telephony import AsteriskTelephony
from ivr.call_log.callbacks_in_cel import with_what_was_reached
from ivr.call_log.catch_up import CatchUp
from ivr.call_log.pseudonyms import pseudonyms
from ivr.call_log.reading import CallLogReader, CallLogUnreadableError
from ivr.call_log.store import CallLogWriter
from ivr.call_log.talks_under_way import talks_began
from ivr.clock import LiveClock
from ivr.config.always_open import always_open
from ivr.config.house import House
from ivr.config.load import load
from ivr.config.problems import Code
from ivr.config.secrets import ensure_secrets
from ivr.config.site import Site
from ivr.control import Control
from ivr.draining import drain
from ivr.engine import Engine
from ivr.exclusive import HomeLock
from ivr.following import FollowedLog, Following
from ivr.heartbeat import beat_for_ever
from ivr.mending import mend
from ivr.moved import follows_moves, moved_house
from ivr.orders import beat, orders
from ivr.phone_orders import answer as phone_answer
from ivr.switched import SwitchedFile, read_switched
from routing.events import AgentRestored, PartnerRestored
from routing.kernel import Kernel
from routing.outside import DAY_MS

STAND_BY_S = 0.2
"""How often a second engine looks whether the first is gone."""
FIRST_CATCH_UP_S, CATCH_UP_S = 0.5, 10.0
"""How often final rows are written for calls that ended without us; FAULTS.md allows 60 s."""
log = structlog.get_logger()


class NoHouseError(Exception):
    """The municipality's configuration has errors; its text lists them."""


def load_house(folder: Path, now_ms: int, *, open_always: bool = False) -> House:
    """The municipality, whole and valid. Raises NoHouseError with everything that keeps it from being used."""
    loaded = load(folder, now_ms)
    if loaded.house is None:
        raise NoHouseError("\n".join(str(problem) for problem in loaded.errors))
    for problem in loaded.problems:
        if problem.code is Code.CALENDAR_FAULT:
            log.error("calendar_fault", alarm=True, problem=str(problem))
    return always_open(loaded.house) if open_always else loaded.house


async def serve(folder: Path, site: Site, *, open_always: bool = False) -> None:
    """Calls are served until SIGTERM or SIGINT, once no other engine serves this home.

    SIGTERM lets callers finish what they are being asked; SIGINT, or a second SIGTERM, does not wait for anybody.
    Raises NoHouseError before anything is touched if the configuration has errors.
    """
    stop, at_once = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def asked(number: int) -> None:
        if number == signal.SIGINT or stop.is_set():
            at_once.set()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked, number)
    beat = asyncio.create_task(beat_for_ever())
    lock = HomeLock(site.home)
    try:
        if await _alone(lock, stop):
            await Service(folder, site, open_always=open_always).run(stop, at_once)
    finally:
        beat.cancel()
        lock.release()


async def _alone(lock: HomeLock, stop: asyncio.Event) -> bool:
    """True once this engine may act; False if it was stopped while it stood by."""
    if lock.try_acquire():
        return True
    log.warning("standing_by", because="another engine serves this home")
    while not stop.is_set():
        try:
            await asyncio.wait_for(stop.wait(), STAND_BY_S)
        except TimeoutError:
            if lock.try_acquire():
                log.warning("taking_over")
                return True
    return False


def _spare_the_collector() -> None:
    """What is there at the start stays, and is not looked through for garbage again and again; the rest, less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


class Service:
    """Everything one engine consists of, from start to stop."""

    def __init__(self, folder: Path, site: Site, *, open_always: bool = False) -> None:
        self.clock = LiveClock()
        self.folder, self.site, self.open_always = folder, site, open_always
        self._reloading = asyncio.Lock()
        self.house = load_house(folder, self.clock(), open_always=open_always)
        self.secrets = ensure_secrets(site.secrets_path, self.house.accounts)
        self.call_log = CallLogWriter(site.database_path, site.journal_path, self.secrets.pseudonym_key)
        self.telephony = AsteriskTelephony(site, self.house, self.secrets, self.clock)
        self.telephony.talks_began = partial(talks_began, site.cel_path)
        self.kernel = Kernel(self.house.plan, first_offer=self.clock(), linked=False, explain=True)
        self.desk = CallbackDesk(self.telephony, site, self.house, self.secrets)
        self.following = Following(
            self.call_log.run,
            pseudonyms(self.secrets.pseudonym_key),
            lambda: beat(self),
            lambda: self.call_log.acknowledged,
        )
        self.call_log.on_written = self.following.written
        self.followed_log = FollowedLog(self.call_log, self.following, lambda: self.call_log.taken)
        self.engine = Engine(self.kernel, self.desk, self.followed_log, self.clock)
        self.engine.observers += [self.telephony.observe, self.desk.observe]
        self.telephony.by_hand.switches = self.kernel.centre.switches
        self.switched = SwitchedFile(site.switched_path, self.kernel.centre.switches, moves=self.kernel.centre.moves)
        self.engine.observers.append(self.switched.observe)
        self.engine.observers.append(follows_moves(self._tell_house))
        self.engine.observers.append(partners.alarm)
        self.catch_up = CatchUp(site, self.call_log)
        self.control = Control(site.control_path, orders(self), {"follow": self.following.follow})
        self.telephony.front.on_phone = lambda order: phone_answer(self, order)

    async def run(self, stop: asyncio.Event, at_once: asyncio.Event) -> None:
        """From the first call to the last row; `at_once` ends the waiting for callers who are being asked something."""
        mend(self.site, self.house)
        for restored in (*read_switched(self.site.switched_path, self.clock()), *self._agents_before()):
            self.engine.feed(restored)
        for spent in self._partners_before():
            self.engine.feed(spent)
        for promise in with_what_was_reached(self.desk.pending.everything(), self.site.cel_path):
            self.engine.feed(promise)
        _spare_the_collector()
        await self.engine.start()
        await self.control.start()
        catching_up = asyncio.create_task(self._catch_up_for_ever())
        log.info("serving", municipality=self.house.name, plan=self.house.plan.digest)
        await stop.wait()
        log.info("stopping")
        await drain(self.engine, self.telephony, at_once)
        catching_up.cancel()
        await self.control.stop()
        self.following.close()
        await self.engine.stop()
        self.switched.close()
        self.call_log.close()

    async def reload(self) -> House:
        """The configuration in the folder is in force. Raises NoHouseError, and then nothing has changed.

        Files are read and sounds are looked at beside the calls: a directory of tens of thousands takes seconds.
        """
        async with self._reloading:
            loop = asyncio.get_running_loop()
            read = partial(load_house, self.folder, self.clock(), open_always=self.open_always)
            house = await loop.run_in_executor(None, read)
            await loop.run_in_executor(None, mend, self.site, house)
            self.house = house
            self.engine.replace_plan(house.plan)
            self._tell_house()
            self.desk.replace_house(house)
            return house

    def _tell_house(self) -> None:
        """Phones and fail-open queues follow the configuration, and whoever is moved by hand."""
        self.telephony.replace_house(moved_house(self.house, self.kernel))

    def _agents_before(self) -> list[AgentRestored]:
        """What the log says everybody was doing; nothing on the first day, or when the log cannot be read."""
        try:
            with CallLogReader(self.site.database_path, self.site.journal_path) as reader:
                return reader.last_agent_states()
        except CallLogUnreadableError as error:
            log.warning("agents_not_restored", because=str(error))
            return []

    def _partners_before(self) -> list[PartnerRestored]:
        """What the log says of partners' minutes today; where it cannot be read, none are known to be used."""
        now_ms = self.clock()
        if not self.house.plan.partners:
            return []
        try:
            with CallLogReader(self.site.database_path, self.site.journal_path) as reader:
                return partners.used_before(reader.talks_since(now_ms // DAY_MS * DAY_MS), now_ms)
        except CallLogUnreadableError as error:
            log.warning("partners_not_restored", because=str(error))
            return []

    async def _catch_up_for_ever(self) -> None:
        """Calls that ended while no engine served them get their final rows."""
        loop = asyncio.get_running_loop()
        pause_s = FIRST_CATCH_UP_S  # an engine that dies young must still write what the one before it left open
        while True:
            await asyncio.sleep(pause_s)
            pause_s = CATCH_UP_S
            present = frozenset(self.kernel.centre.calls)
            entries = await loop.run_in_executor(None, self.catch_up.entries, present, self.clock())
            if entries:
                self.followed_log.append(self.clock(), None, entries)
