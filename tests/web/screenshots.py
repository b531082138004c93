"""The pages as pictures, in docs/pictures: `script/screenshots`. Everybody in them is made up, the pages are real.

The wallboard shows a simulated day. At the desk a few people work with a real kernel, whose clock is moved between what
they do.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

from ivr.clock import LiveClock
from ivr.web.accounts.roles import Role
from ivr.web.api.tokens import Grant, Scope, made
from queues.ids import AgentId, Instant
from routing.events import AgentPaused, Tick
from tests.web.browser import Browser, Page
from tests.web.demo_day import a_showing
from tests.web.town import BUILDING, OTHER, SCHOOL, SOCIAL, Desk, Users, a_desk

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
WALL, DESK, PHONE = (1920, 1080), (1366, 768), (390, 844)
STAFF = ("amina", "bengt", "carina", "david", "elif", "fatima", "goran", "helena", "ivan", "jenny", "karin", "lars")
MINUTE_MS = 60_000
CALLERS = [f"+467017406{n:02}" for n in range(5, 45)]
"""Numbers that nobody has."""


class Moved:
    """A clock that can be moved on."""

    def __init__(self, begins: datetime) -> None:
        self._real = LiveClock()
        self._ahead_ms = round(begins.timestamp() * 1000) - self._real()

    def __call__(self) -> Instant:
        return Instant(self._real() + self._ahead_ms)

    def forward(self, seconds: float) -> None:
        self._ahead_ms += round(seconds * 1000)


class Photographer:
    """Takes those pictures that are asked for."""

    def __init__(self, browser: Browser, wanted: set[str]) -> None:
        self.browser, self.wanted = browser, wanted

    async def take(
        self,
        name: str,
        users: Users,
        path: str,
        token: str = "",
        *,
        size: tuple[int, int] = DESK,
        dark: bool = False,
        when: Callable[[Page], Awaitable[None]] | None = None,
    ) -> None:
        """The picture lies in its place. `when`: what is done on the page before."""
        if self.wanted and name not in self.wanted:
            return
        page = await self.browser.page(*size, dark=dark, scale=2 if size == PHONE else 1)
        if token:
            await page.add_cookie(users.address, "tonval", token)
        await page.goto(users.address + path)
        if when:
            await when(page)
        PICTURES.mkdir(parents=True, exist_ok=True)
        await page.screenshot(PICTURES / f"{name}.png")
        if errors := await page.errors():
            raise RuntimeError(f"{name}: {errors}")
        await page.close()
        print(f"docs/pictures/{name}.png")


async def wallboards(camera: Photographer) -> None:
    """The board on a wall, at a desk, in a pocket, and where everybody passes."""

    async def shown(page: Page) -> None:
        await page.appears("#lines tr")
        await page.until("document.querySelector('#picture canvas') && document.querySelector('#clock').textContent")

    async def light(page: Page) -> None:
        await shown(page)
        await page.click("#theme")

    async with a_showing() as town:
        token = await town.users.token(Role.VIEWER, account="tavlan")
        grant = Grant("hallen", frozenset({Scope.WALL}))
        screen = await town.web.store.run(lambda db: made(db, grant, town.web.clock()))
        await camera.take("tavla", town.users, "/tavla", token, size=WALL, when=shown)
        await camera.take("tavla-ljus", town.users, "/tavla", token, when=light)
        await camera.take("tavla-mobil", town.users, "/tavla", token, size=PHONE, when=shown)
        await camera.take("tavla-publik", town.users, f"/tavla/oppna?token={screen}", size=WALL, when=shown)


class Morning:
    """A quarter of an hour at the desk."""

    def __init__(self, desk: Desk, clock: Moved) -> None:
        self.desk, self.clock, self.called = desk, clock, 0

    def passes(self, seconds: float) -> None:
        """So much time; what is due by then happens."""
        self.clock.forward(seconds)
        self.desk.feed(Tick())  # the engine looks at its clock

    def rings(self, key: str, *, answered: bool = True, again: int | None = None) -> str:
        """Somebody new rings, or whoever rang as number `again`."""
        self.called += 1
        call = f"tonval-{self.called}"
        self.desk.arrives(call, key, CALLERS[self.called if again is None else again])
        if answered:
            self.desk.answers(call)
        return call

    def until_the_line_is_long(self) -> str:
        """Everybody talks but lars, and one talk has just begun: with somebody who rings again and waited for long."""
        self.desk.logs_in(*(agent for agent in STAFF if agent != "david"))
        for key in (BUILDING, BUILDING, SCHOOL):
            first = self.rings(key)
            self.passes(95)
            self.desk.talk_ends(first)
        self.passes(40)
        talks = [
            self.rings(key)
            for key in (SCHOOL, SCHOOL, SOCIAL, SOCIAL, SOCIAL, OTHER, OTHER, BUILDING, BUILDING, BUILDING)
        ]
        by = {self.desk.call(call).agent: call for call in talks}
        self.passes(41)
        self.desk.feed(AgentPaused(AgentId("lars"), "annat"))
        self.desk.talk_ends(by[AgentId("lars")])
        self.passes(20)
        waiting = self.rings(BUILDING, answered=False, again=1)
        self.passes(34)
        self.rings(SCHOOL, answered=False)
        self.passes(42)
        for key in (OTHER, BUILDING, SOCIAL):
            self.rings(key, answered=False)
            self.passes(11)
        self.desk.talk_ends(by[AgentId("jenny")])
        self.passes(31)
        self.desk.answers(waiting)
        self.passes(48)
        return waiting


async def desks(camera: Photographer) -> None:
    """The page of whoever answers, the switchboard's, and the directory."""
    clock = Moved(datetime(2026, 3, 3, 10, 31, tzinfo=ZoneInfo("Europe/Stockholm")))
    with patch("ivr.live.LiveClock", lambda: clock):
        async with a_desk() as desk:
            call = Morning(desk, clock).until_the_line_is_long()
            assert desk.call(call).agent
            await desk.settled()
            talker = str(desk.call(call).agent)
            agent = await desk.token(Role.AGENT, agent=talker)
            operator = await desk.token(Role.OPERATOR, Role.AGENT, agent="lars", clearances=["socialtjanst"])

            async def ready(page: Page) -> None:
                await page.until("document.querySelectorAll('#matters button, .calls-table tr, #found').length > 1")

            async def searched(page: Page) -> None:
                await page.fill("input[type=search]", "lind")
                await page.press("Enter")
                await page.until("document.querySelectorAll('#person-list li').length > 1")

            await camera.take("agent", desk.users, "/agent", agent, when=ready)
            await camera.take("agent-mork", desk.users, "/agent", agent, dark=True, when=ready)
            await camera.take("vaxel", desk.users, "/vaxel", operator, when=ready)
            await camera.take("katalog-mobil", desk.users, "/katalog", operator, size=PHONE, when=searched)
            await camera.take("logga-in", desk.users, "/logga-in", size=PHONE)


async def main(wanted: set[str]) -> None:
    """All of them, or those that are named."""
    browser = Browser()
    camera = Photographer(browser, wanted)
    try:
        await wallboards(camera)
        await desks(camera)
    finally:
        browser.close()


if __name__ == "__main__":
    asyncio.run(main(set(sys.argv[1:])))
