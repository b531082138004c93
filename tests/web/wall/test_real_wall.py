"""The wallboard in a real browser beside real telephones: a caller is followed across it, past an engine that dies."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ivr.testphone.behaviour import answer
from ivr.web.accounts.roles import Role
from tests.live.scene import SCHOOL, Scene, people, until
from tests.web.browser import Browser, Page
from tests.web.town import Townhall, a_town

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]
ROW = "#lines tr[data-key='barn_skola']"
FIGURES = ("Väntar", "Nivå i dag", "30 min", "Besvarade", "Lade på", "Ut", "In")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town() -> AsyncIterator[Townhall]:
    async with a_town(wrap_up_s=1, ring_s=20) as town:
        yield town


@pytest_asyncio.fixture(loop_scope="module")
async def scene(town: Townhall) -> AsyncIterator[Scene]:
    async with people(town.scene) as scene:
        yield scene


@pytest_asyncio.fixture(loop_scope="module")
async def wall(browser: Browser, town: Townhall) -> AsyncIterator[Page]:
    page = await browser.page(1920, 1080, dark=True)
    await page.add_cookie(town.address, "tonval", await town.users.token(Role.VIEWER))
    assert await page.goto(f"{town.address}/tavla") == 200
    await page.appears(ROW)
    yield page
    assert await page.errors() == []
    await page.close()


async def reads(page: Page, figure: str, words: str) -> None:
    """The school's line comes to say so."""
    await page.until(f"document.querySelector(`{ROW} [data-cell='{figure}'] .value`)?.textContent === `{words}`")


async def figures(page: Page) -> list[str]:
    return [await page.text(f"{ROW} [data-cell='{name}'] .value") for name in FIGURES]


async def test_a_caller_waits_is_answered_and_stays_counted_when_the_engine_is_another(
    town: Townhall, scene: Scene, wall: Page
) -> None:
    caller = await scene.chooses(SCHOOL)
    await reads(wall, "Väntar", "1")
    await scene.phone("carina", answer(after_ms=100, talk_ms=2_200))
    await reads(wall, "Besvarade", "1")
    await wall.until("document.querySelector('#people').textContent.includes('Carina Lindqvist')")
    await scene.row(caller)
    await reads(wall, "Väntar", "0")
    shown = await figures(wall)
    standing, engine = town.scene.standing, town.scene.standing.engine_pid()
    standing.kill_engine()
    await wall.appears("#stale")
    assert "Inaktuell sedan " in await wall.text("#stale")
    assert await figures(wall) == shown
    await until(lambda: standing.engine_pid() not in {0, engine})
    await wall.vanishes("#stale", wait_ms=60_000)
    assert await figures(wall) == shown
    assert await wall.axe() == []
