"""Many made-up citizens and agents at once, over real SIP: for `--demo`, the campaigns and the long test.

Everything that people decide is drawn from one seed; what the machine does in between is not, so two runs have the
same people and not the same milliseconds.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from ivr.testphone.agent import AgentPhone, Ring
from ivr.testphone.caller import Caller
from ivr.testphone.citizens import Citizen, Habits, made_up_citizen
from ivr.testphone.loopback import Address
from ivr.testphone.rtp import Studio
from ivr.testphone.staff import Temper, by_lot
from ivr.testphone.trunk import Trunk
from ivr.testphone.witness import Witness

FIRST_CALLER_VOICE = 200
MAX_VOICES = 200
"""As many agents have a voice of their own; further ones share."""


@dataclass(slots=True)
class Tally:
    """What has happened so far."""

    started: int = 0
    up: int = 0
    """Calls connected at this instant."""
    talking: int = 0
    """Phones in a talk at this instant."""
    ended: Counter[str] = field(default_factory=Counter)
    """Calls over, by terminal."""
    kinds: Counter[str] = field(default_factory=Counter)
    """Calls started, by kind of citizen."""
    rings: int = 0
    overlapping_rings: int = 0
    """Rings at a phone that was already ringing or talking."""
    longest_silence_ms: int = 0


@dataclass(slots=True, eq=False, repr=False)
class Swarm:
    """A town. `await run()` until every call is over; or `start()`, watch `tally`, `stop()`."""

    server: Address
    numbers: tuple[str, ...]
    agents: Mapping[str, str] = field(default_factory=dict)
    """Name → password of the phones to be played."""
    calls: int | None = None
    """How many in all; None: until `stop`."""
    rate_per_s: float = 2.0
    at_most: int = 50
    """At once; whoever would be one more rings when there is room."""
    seed: int = 1
    habits: Habits = field(default_factory=Habits)
    temper: Temper = field(default_factory=Temper)
    witness: Path | None = None
    progress: Callable[[Tally], None] = lambda _tally: None
    """Called every second."""
    deaf: bool = False
    book: Mapping[bytes, str] = field(default_factory=dict)
    closing_prompts: frozenset[str] = frozenset()
    on_ended: Callable[[Citizen, Caller], None] = lambda _citizen, _caller: None
    phones: list[AgentPhone] = field(default_factory=list)
    records: list[dict[str, object]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    studio: Studio = field(default_factory=Studio)
    trunk: Trunk | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _arrivals: asyncio.Task[None] | None = None
    _watch: asyncio.Task[None] | None = None
    _witness: Witness | None = None
    _stopped: bool = False

    async def run(self) -> Tally:
        """All calls have been made and are over; the phones are gone."""
        await self.start()
        try:
            if self._arrivals:
                await self._arrivals
            while self._tasks:
                await asyncio.wait(self._tasks)
        finally:
            await self.stop()
        return self.tally

    async def start(self) -> None:
        """The phones are registered and the citizens begin to ring."""
        self.studio.start()
        self.trunk = await Trunk.open(self.server, self.studio)
        self._witness = Witness(self.witness) if self.witness else None
        await self.open_phones()
        loop = asyncio.get_running_loop()
        self._arrivals = loop.create_task(self._arrive(self.trunk), name="swarm arrivals")
        self._watch = loop.create_task(self._report(), name="swarm progress")

    async def open_phones(self) -> None:
        """Every agent's phone is registered; raises ConnectionError when one is refused."""
        for at, (name, password) in enumerate(self.agents.items()):
            lot = Random(f"{self.seed}/{name}")  # noqa: S311 - made-up people, not secrets
            phone = AgentPhone(name, password, self.server, studio=self.studio, voice=at % MAX_VOICES)
            phone.behaviour = by_lot(lot, self.temper)
            self.phones.append(phone)
        for batch in (self.phones[at : at + 20] for at in range(0, len(self.phones), 20)):
            for phone, status in zip(batch, await asyncio.gather(*(p.register() for p in batch)), strict=True):
                if status != 200:
                    raise ConnectionError(f"{phone.name} could not register: {status}")

    async def stop(self) -> None:
        """Nobody rings any more: calls that are up are hung up, phones unregister. Once is enough."""
        if self._stopped:
            return
        self._stopped = True
        for task in (self._arrivals, self._watch):
            if task:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        if self.trunk:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(3):
                    await asyncio.gather(*(caller.hang_up() for caller in list(self.trunk.calls.values())))
            self.trunk.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1)
        await asyncio.gather(*(phone.close() for phone in self.phones))
        await self.studio.close()
        if self._witness:
            self._witness.close()

    def rings(self) -> list[Ring]:
        """Every ring at every phone, by instant."""
        return sorted((ring for phone in self.phones for ring in phone.rings), key=lambda ring: ring.at_ms)

    async def _arrive(self, trunk: Trunk) -> None:
        lot = Random(self.seed)  # noqa: S311 - made-up people, not secrets
        loop = asyncio.get_running_loop()
        due = loop.time()
        while self.calls is None or self.tally.started < self.calls:
            due = max(due + lot.expovariate(self.rate_per_s), loop.time() - 1.0)
            await asyncio.sleep(max(0.0, due - loop.time()))
            citizen = made_up_citizen(lot, self.habits)
            number = lot.choice(self.numbers)
            while len(self._tasks) >= self.at_most:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            self.tally.started += 1
            self.tally.kinds[citizen.kind] += 1
            task = loop.create_task(self._call(trunk, citizen, number))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _call(self, trunk: Trunk, citizen: Citizen, number: str) -> None:
        caller = Caller(trunk, number, citizen.display, citizen.number, deaf=self.deaf, book=self.book)
        caller.voice = FIRST_CALLER_VOICE + self.tally.started % (256 - FIRST_CALLER_VOICE)
        caller.names = {at: phone.name for at, phone in enumerate(self.phones[:MAX_VOICES])}
        caller.closing_prompts = self.closing_prompts
        record = await caller.follow(citizen.steps)
        record |= {"kind": citizen.kind, "key": citizen.key, "number": number}
        self.records.append(record)
        self.tally.ended[str(record["terminal"])] += 1
        self.tally.longest_silence_ms = max(self.tally.longest_silence_ms, round(caller.ear.longest_silence_ms))
        if self._witness:
            self._witness.write(record)
        self.on_ended(citizen, caller)

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(1)
            self.count()
            self.progress(self.tally)

    def count(self) -> None:
        """The tally's figures of this instant are right."""
        tally = self.tally
        tally.up = sum(caller.up for caller in self.trunk.calls.values()) if self.trunk else 0
        tally.talking = sum(bool(phone.current and phone.current.answered_ms) for phone in self.phones)
        tally.rings = sum(len(phone.rings) for phone in self.phones)
        tally.overlapping_rings = sum(ring.overlapping for phone in self.phones for ring in phone.rings)


def one_line(tally: Tally, began: float) -> str:
    """The tally as a line for people, in Swedish; `began` is `time.monotonic()` at the start."""
    over = ", ".join(f"{name} {count}" for name, count in sorted(tally.ended.items())) or "-"
    seconds = time.monotonic() - began
    return f"{seconds:5.0f} s  samtal {tally.started}  uppe {tally.up}  i samtal {tally.talking}  avslutade: {over}"
