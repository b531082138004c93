"""The switchboard's page beside real telephones: what is picked rings, what is parked waits, who is moved is rung."""

import os
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ivr.testphone.agent import AgentPhone
from ivr.testphone.behaviour import answer
from ivr.testphone.caller import Caller
from ivr.testphone.ear import Heard
from ivr.web.accounts.roles import Role
from tests.live.scene import BUILDING, OTHER, SCHOOL, Scene, now_ms, people, until
from tests.web.browser.browser import Page
from tests.web.town import Townhall, a_town

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]
KARIN = "karin"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town() -> AsyncIterator[Townhall]:
    async with a_town(wrap_up_s=20, ring_s=20) as town:
        yield town


@pytest_asyncio.fixture(loop_scope="module")
async def scene(town: Townhall) -> AsyncIterator[Scene]:
    async with people(town.scene) as scene:
        yield scene


@pytest_asyncio.fixture(loop_scope="module")
async def vaxel(town: Townhall, page: Page) -> Page:
    """The page as Karin has it."""
    token = await town.users.token(Role.OPERATOR, Role.AGENT, agent=KARIN, queues=None)
    await page.add_cookie(town.address, "tonval", token)
    assert await page.goto(f"{town.address}/vaxel") == 200
    return page


async def talks_again(phone: AgentPhone, caller: Caller) -> None:
    """The phone has rung once more and been answered, and this is no talk that was none."""
    answered_ms = await until(lambda: max((ring.answered_ms for ring in phone.rings[1:]), default=0))
    await until(lambda: now_ms() - answered_ms > 2_500)
    assert caller.up
    assert await caller.hear_agent()


async def test_a_call_picked_out_of_the_line_rings_at_once_and_is_parked_and_comes_back(scene: Scene, vaxel: Page):
    karin = await scene.phone(KARIN, answer(after_ms=300))
    await scene.order("agent", agent=KARIN, what="pause", reason="växel")
    first = await scene.chooses(BUILDING)
    second = await scene.chooses(SCHOOL)
    await vaxel.until("document.querySelectorAll('#waiting button:not([disabled])').length === 2")
    await vaxel.click("#waiting tr:nth-child(2) button")
    assert await second.hear_agent()
    assert len(karin.rings) == 1
    assert await scene.call_is(first, "waiting")
    await vaxel.appears("#parking")
    await vaxel.select("#park-for", "30")
    await vaxel.click("#park")
    await scene.call_is(second, "parked")
    await until(lambda: karin.rings[0].ended_ms)
    assert await second.hear(Heard.MUSIC)
    assert second.up
    await vaxel.click('#parked-calls button:has-text("Hämta")')
    await talks_again(karin, second)
    await second.hang_up()
    row = await scene.row(second)
    assert (row["outcome"], row["agent"], row["queue"]) == ("answered", KARIN, "barn_skola")


async def test_a_parked_call_comes_back_by_itself_to_the_phone_that_parked_it(scene: Scene):
    karin = await scene.phone(KARIN, answer(after_ms=300))
    caller = await scene.chooses(OTHER)
    assert await caller.hear_agent()
    parked = await scene.order("park", agent=KARIN, after_s=5)  # type: ignore[arg-type]
    assert parked["done"]
    await talks_again(karin, caller)
    assert 4_500 < karin.rings[1].at_ms - karin.rings[0].ended_ms < 9_000
    await caller.hang_up()
    assert (await scene.row(caller))["outcome"] == "answered"


@pytest.mark.fault("F04")
async def test_a_parked_call_is_in_its_line_in_its_old_place_when_the_engine_dies(scene: Scene):
    karin = await scene.phone(KARIN, answer(after_ms=300))
    caller = await scene.chooses(OTHER)
    assert await caller.hear_agent()
    entered = scene.entries("CallQueued", call=await scene.call_of(caller))[0]["entered_at_ms"]
    await scene.order("park", agent=KARIN, after_s=600)  # type: ignore[arg-type]
    await scene.call_is(caller, "parked")
    await until(lambda: karin.rings[0].ended_ms)  # until her leg is hung up the talk simply goes on
    pid = scene.standing.engine_pid()
    os.kill(pid, signal.SIGKILL)
    await until(lambda: scene.standing.engine_pid() not in {0, pid})
    await scene.standing.until_serving()
    assert caller.up
    await scene.order("agent", agent=KARIN, what="ready")
    await talks_again(karin, caller)
    again = scene.entries("CallQueued", call=await scene.call_of(caller))[-1]
    assert (again["queue"], again["entered_at_ms"]) == ("ovrigt", entered)
    await caller.hang_up()
    assert (await scene.row(caller))["outcome"] == "answered"


async def test_somebody_moved_is_rung_there_and_stands_in_the_fail_open_line_of_it(scene: Scene, vaxel: Page):
    """Also after the engine has died and another has come."""
    carina = await scene.phone("carina", answer(after_ms=300))
    name = 'button[aria-label="Flytta Carina Lindqvist …"]'
    await vaxel.click(name)
    await vaxel.check('#moving-groups input[value="bygg"]')
    await vaxel.click('#moving-groups input[value="barn_skola"]')
    await vaxel.click("#moving-yes")
    await vaxel.appears('#people-here li:has-text("Carina") .chip')
    cli = scene.standing.asterisk.cli

    def own() -> bool:
        row = next((line for line in cli("queue show fallback-bygg").splitlines() if "PJSIP/carina" in line), "")
        return bool(row) and "penalty 1" not in row

    await until(own)
    pid = scene.standing.engine_pid()
    os.kill(pid, signal.SIGKILL)
    await until(lambda: scene.standing.engine_pid() not in {0, pid})
    await scene.standing.until_serving()
    await scene.agent_is("carina", "ready")
    caller = await scene.chooses(BUILDING)
    assert await caller.hear_agent()
    offered = scene.entries("CallOffered", call=await scene.call_of(caller))[-1]
    assert (offered["agent"], offered["level"]) == ("carina", 2)
    assert len(carina.rings) == 1
    await scene.order("move", agent="carina", queues=[], who="test")  # type: ignore[arg-type]
    await until(lambda: not own())
    await caller.hang_up()
