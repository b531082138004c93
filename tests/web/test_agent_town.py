"""The agents' page beside a real telephone: what is seen before a word is said, one key, and a caller put through."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ivr.testphone.behaviour import answer
from ivr.web.accounts.roles import Role
from ivr.web.matters import Outcomes
from ivr.web.store import WebStore
from queues.ids import CallId
from tests.live.scene import BUILDING, SCHOOL, Scene, now_ms, people, until
from tests.web.browser.browser import Page
from tests.web.town import Townhall, a_town

A_TALK_MS = 2_500
"""Whoever hangs up sooner has hardly been answered."""
pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town() -> AsyncIterator[Townhall]:
    async with a_town(wrap_up_s=20, ring_s=20) as town:
        yield town


@pytest_asyncio.fixture(loop_scope="module")
async def scene(town: Townhall) -> AsyncIterator[Scene]:
    async with people(town.scene) as scene:
        yield scene


async def opened(town: Townhall, page: Page, name: str) -> Page:
    await page.add_cookie(town.address, "tonval", await town.users.token(Role.AGENT, agent=name))
    assert await page.goto(f"{town.address}/agent") == 200
    return page


async def shows(page: Page, at: str, words: str) -> None:
    await page.until(f"document.querySelector({at!r}).textContent.includes({words!r})", wait_ms=30_000)


async def test_who_rings_and_why_is_seen_before_the_answer_and_one_key_says_what_it_was(
    town: Townhall, scene: Scene, page: Page
):
    carina = await scene.phone("carina", answer(after_ms=4_000))
    await opened(town, page, "carina")
    await shows(page, "#mine", "Redo")
    caller = await scene.chooses(SCHOOL)
    await shows(page, "#calling", "Det ringer")
    assert "Barn, skola och vuxenutbildning" in await page.text("#group")
    assert "nivå 3" in await page.text("#why")
    assert "2 · Barn, skola" in await page.text("#facts")
    assert carina.rings[-1].answered_ms == 0
    assert await caller.hear_agent()
    await shows(page, "#calling", "I samtal")
    await page.press("1")
    await shows(page, "#given", "Plats i förskola")
    await until(lambda: now_ms() > caller.ear.voice_ms + A_TALK_MS)
    await caller.hang_up()
    await shows(page, "#mine", "Efterbehandling")
    await shows(page, "#lacking", "alla har utfall")
    await page.press("m")
    await shows(page, "#countdown", "1:")
    await page.press("r")
    await shows(page, "#mine", "Redo")
    store = WebStore(town.scene.standing.site.web_path)
    said = await Outcomes(store).latest(CallId(await scene.call_of(caller)))
    store.close()
    assert (said.matter, said.level, said.solved, said.agent) == ("forskoleplats", 2, True, "carina")


async def test_a_caller_is_put_through_by_keys_to_whoever_can_answer_now(town: Townhall, scene: Scene, page: Page):
    await scene.phone("carina", answer(after_ms=100))
    await scene.phone("jenny", answer(after_ms=100))
    await opened(town, page, "carina")
    caller = await scene.chooses(SCHOOL)
    assert await caller.hear_agent()
    await shows(page, "#calling", "I samtal")
    await page.press("v")
    await page.appears("#there button")
    assert any("Jenny Karlsson" in row and "kan svara nu" in row for row in await page.texts("#there button"))
    await page.type("bygg")
    await page.press("Enter")
    await until(lambda: caller.ear.voice == scene.phones[1].voice)
    await shows(page, "#calling", "Inget samtal")
    await shows(page, "#lacking", "1 utan utfall")
    await page.press("k")
    await shows(page, "#lacking", "alla har utfall")


@pytest.mark.fault("F47")
async def test_a_page_closed_while_it_rings_leaves_the_phone_to_decide(town: Townhall, scene: Scene, page: Page):
    ivan = await scene.phone("ivan", answer(after_ms=3_000))
    await opened(town, page, "ivan")
    await shows(page, "#mine", "Redo")
    caller = await scene.chooses(BUILDING)
    await shows(page, "#calling", "Det ringer")
    await page.goto("about:blank")
    assert await caller.hear_agent()
    assert ivan.rings[-1].answered_ms > 0
    await scene.agent_is("ivan", "talking")
    await opened(town, page, "ivan")
    await shows(page, "#calling", "I samtal")
