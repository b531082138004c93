"""A believable day to look at: made-up people of the shipped scenario drive the whole kernel until a time of the day.

The real pages show it: the board is the fold of the day's entries, its clock goes on, and nobody is on the other end.
"""

import asyncio
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

from ivr.asterisk.free_site import free_site
from ivr.clock import LiveClock
from ivr.config.load import SHIPPED, load
from ivr.local_days import day_span, local
from ivr.web.app import create_app
from ivr.web.context import Web
from ivr.web.serving import Server, make_web
from queues.board import Board
from queues.entries import Entry
from queues.ids import Instant
from routing.kernel import Kernel
from simulator.drawing.draws import draw
from simulator.faithful import driver
from simulator.scenario.file import load_scenario, shipped_scenarios
from simulator.world import Scenario
from tests.web.town import Users, address_of, serving

BEAT_S = 0.4
MINUTE_MS = 60_000


class Remembering(Kernel):
    """A kernel whose entries are kept."""

    entries: list[Entry]

    def handle(self, event, now):
        return self._kept(super().handle(event, now))

    def expire(self, now):
        return self._kept(super().expire(now))

    def _kept(self, step):
        REMEMBERED.extend(step.entries)
        return step


REMEMBERED: list[Entry] = []


@cache
def a_day(name: str, percent: int = 100, seed: int = 1) -> tuple[Entry, ...]:
    """Everything that happened in a simulated day of the shipped scenario, with so many percent of its callers."""
    scenario = _scenario(name, percent, seed)
    REMEMBERED.clear()
    with patch.object(driver, "Kernel", Remembering):
        driver.run_faithful(scenario, draw(scenario, 0, 1))
    return tuple(replace(one, reason="rast") if getattr(one, "reason", "") == "break" else one for one in REMEMBERED)


def _scenario(name: str, percent: int, seed: int) -> Scenario:
    text = shipped_scenarios()[name].read_text(encoding="utf-8")
    more = re.sub(r"per_day: (\d+)", lambda told: f"per_day: {int(told[1]) * percent // 100}", text)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.yaml")
        path.write_text(more, encoding="utf-8")
        loaded = load_scenario(path, seed=seed, replications=1)
    assert loaded.scenario is not None, loaded
    return loaded.scenario


def board_at(name: str, at: str, percent: int = 100, seed: int = 1) -> tuple[Board, int]:
    """The board at a time ("10:42") of that day, and the instant."""
    hour, minute = map(int, at.split(":"))
    entries = a_day(name, percent, seed)
    zone = ZoneInfo("Europe/Stockholm")
    starts_ms = day_span(local(entries[len(entries) // 2].at_ms, zone).date(), zone)[0]
    now_ms = starts_ms + (hour * 60 + minute) * MINUTE_MS
    board = Board(starts_ms)
    for entry in entries:
        if entry.at_ms <= now_ms:
            board.apply(entry)
    return board, now_ms


@dataclass(slots=True)
class ShiftedClock:
    """A clock that began at an instant of its own."""

    begins_ms: int
    real: LiveClock
    began_ms: int = 0

    def __post_init__(self) -> None:
        self.began_ms = self.real()

    def __call__(self) -> Instant:
        return Instant(self.begins_ms + self.real() - self.began_ms)


@dataclass(slots=True, repr=False)
class Shown:
    """The pages over a board that stands still, but for its clock."""

    web: Web
    users: Users
    beating: asyncio.Task[None]

    @property
    def address(self) -> str:
        return self.users.address

    def falls_silent(self) -> None:
        """The engine is gone."""
        self.beating.cancel()

    def starts_again(self) -> None:
        """The engine is back."""
        self.beating = asyncio.create_task(beat(self.web))


async def beat(web: Web) -> None:
    """The engine says that it is there."""
    live = web.live
    live._pending = None
    while True:
        live._hear({"beat": web.clock(), "paused": "", "foreseen": live.beat.foreseen, "phones": live.beat.phones})
        live._bump()
        await asyncio.sleep(BEAT_S)


@asynccontextmanager
async def a_showing(
    name: str = "botkyrka", at: str = "11:25", percent: int = 150, seed: int = 2, folder: Path | None = None
) -> AsyncIterator[Shown]:
    """The pages of a town at a time of its day; `folder`: its files, if they are others than those shipped."""
    board, now_ms = board_at(name, at, percent, seed)
    home = Path(tempfile.mkdtemp(prefix="tv-show-"))
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        house = load(folder or SHIPPED / name, now_ms).house
        web = make_web(folder or SHIPPED / name, free_site(home), house, ShiftedClock(now_ms, LiveClock()))
        stack.callback(web.store.close)
        web.live.board, web.live.complete = board, True
        web.live._day_ends_ms = web.live._midnight_after(now_ms)
        web.live.beat = web.live.beat.__class__(now_ms, foreseen=foreseen(board, now_ms))
        shown = Shown(
            web, Users(address_of(web.site), house, web.accounts, web.sessions), asyncio.create_task(beat(web))
        )
        stack.callback(shown.falls_silent)
        stack.push_async_callback(shown.users.let_go)
        await serving(stack, Server(create_app(web), web.site.web_port, web))
        yield shown


def foreseen(board: Board, now_ms: int) -> dict[str, tuple[int, int]]:
    """Something like what the engine would foresee: about as long as the first in line has waited."""
    since = {call.queue: call.entered_at_ms for call in reversed(list(board.calls.values())) if call.in_line}
    waited = {queue: max(1, round((now_ms - at_ms) / MINUTE_MS)) for queue, at_ms in since.items()}
    return {queue: (minutes, minutes + 2) for queue, minutes in waited.items()}
