"""The agents' page in a browser, over a real engine with nobody's telephone: all of it by keyboard, seen by axe."""

import asyncio

import pytest

from ivr.web.accounts.roles import Role
from ivr.web.matters import Outcomes
from queues.ids import AgentId, CallId
from tests.web.browser.browser import Page
from tests.web.town import BUILDING, FATIMA_LOSES, FICTION, SOCIAL, Desk

IVAN = AgentId("ivan")
NUMBER = FICTION.removeprefix("+46")


async def opened(desk: Desk, page: Page, name: str = "ivan") -> Page:
    await page.add_cookie(desk.address, "tonval", await desk.token(Role.AGENT, agent=name))
    assert await page.goto(f"{desk.address}/agent") == 200
    await page.until("document.querySelector('#mine').textContent !== ''")
    return page


async def shows(page: Page, at: str, words: str) -> None:
    await page.until(f"document.querySelector({at!r}).textContent.includes({words!r})")


async def talks(desk: Desk, page: Page, call: str = "c1", key: str = BUILDING) -> None:
    desk.arrives(call, key)
    await shows(page, "#calling", "Det ringer")
    desk.answers(call)
    await shows(page, "#calling", "I samtal")


async def hangs_up(desk: Desk, call: str = "c1") -> None:
    desk.service.clock._offset_ms += 5_000
    desk.hangs_up(call)
    await desk.settled()


async def outcome(desk: Desk, call: str = "c1") -> tuple[str, str, int, bool]:
    said = await Outcomes(desk.web.store).latest(CallId(call))
    return said and (said.kind.value, said.matter, said.level, said.solved)


async def test_all_that_is_known_is_seen_at_the_ring_before_the_answer(desk: Desk, page: Page):
    desk.logs_in("ivan", "jenny")
    await opened(desk, page)
    await shows(page, "#mine", "Redo")
    desk.arrives("c1", BUILDING)
    await shows(page, "#calling", "Det ringer")
    assert desk.call("c1").state.value == "offered"
    assert (await page.title()).startswith("● Det ringer")
    assert "Bygg, gata, park och miljö" in await page.text("#group")
    assert "högst nivå av de lediga" in await page.text("#why")
    facts = await page.text("#facts")
    assert "4 · Bygg, gata, park och miljö" in facts
    assert "svenska" in facts
    assert "Det ringer: Bygg" in await page.eval("document.querySelector('#heard').textContent")
    assert NUMBER not in await page.eval("document.documentElement.outerHTML")
    assert await page.axe() == []


async def test_one_key_is_the_outcome_and_a_key_more_changes_it(desk: Desk, page: Page):
    desk.logs_in("ivan")
    await opened(desk, page)
    desk.arrives("c1", BUILDING)
    await shows(page, "#calling", "Det ringer")
    await page.press("1")
    await shows(page, "#told", "inte besvarat än")
    desk.answers("c1")
    await shows(page, "#calling", "I samtal")
    await page.press("1")
    await shows(page, "#given", "Bygglov")
    assert await outcome(desk) == ("matter", "bygglov", 2, True)
    assert "Fastighetsbeteckning eller adress." in await page.text("#checklist")
    assert await page.attribute("#link a", "href") == "https://kommunen.example/bygglov"
    assert "klass 2, vägledning och råd" in await page.text("#department")
    await page.press("l")
    await shows(page, "#solved", "Inte löst")
    await page.press("i")
    await page.until("document.querySelector('[data-level=\"3\"]').getAttribute('aria-pressed') === 'true'")
    assert await outcome(desk) == ("matter", "bygglov", 3, False)
    assert await page.axe() == []
    await page.press("f")
    await shows(page, "#given", "Fel nummer")
    assert len(await Outcomes(desk.web.store).history(CallId("c1"))) == 4


async def test_every_matter_is_found_by_its_words(desk: Desk, page: Page):
    desk.logs_in("ivan")
    await opened(desk, page)
    await talks(desk, page)
    await page.press("s")
    await page.type("skolval")
    await page.appears("#found-0")
    await page.press("Enter")
    await shows(page, "#given", "Skolval")
    assert await outcome(desk) == ("matter", "skolval", 2, True)


async def test_a_call_without_outcome_is_listed_and_gets_one_after_the_page_was_loaded_again(desk: Desk, page: Page):
    desk.logs_in("ivan")
    await opened(desk, page)
    await talks(desk, page)
    await hangs_up(desk)
    await shows(page, "#mine", "Efterbehandling")
    await shows(page, "#lacking", "1 utan utfall")
    await page.reload()
    await shows(page, "#given", "Saknas")
    await page.press("k")
    await shows(page, "#lacking", "alla har utfall")
    assert await outcome(desk) == ("put_through", "", 0, False)


async def test_a_call_of_before_is_chosen_in_the_list_of_the_day(desk: Desk, page: Page):
    desk.logs_in("ivan")
    await opened(desk, page)
    for call in ("c1", "c2"):
        await talks(desk, page, call)
        await hangs_up(desk, call)
        await shows(page, "#mine", "Efterbehandling")
        await page.press("r")
        await shows(page, "#mine", "Redo")
    await shows(page, "#lacking", "2 utan utfall")
    await page.click("#talks li:nth-child(2) button")
    await page.press("a")
    await shows(page, "#lacking", "1 utan utfall")
    assert await outcome(desk, "c1") == ("cut_off", "", 0, False)
    assert await outcome(desk, "c2") is None
    await page.press("d")
    await page.until("document.querySelectorAll('#talks li').length === 2")
    assert await page.axe() == []


async def test_a_pause_has_a_reason_and_waits_for_the_end_of_the_talk(desk: Desk, page: Page):
    desk.logs_in("ivan")
    await opened(desk, page)
    await talks(desk, page)
    await page.press("p")
    await page.appears("#pauses[open]")
    assert "när samtalet är slut" in await page.text("#pauses-when")
    assert await page.axe() == []
    await page.press("2")
    await shows(page, "#mine", "I samtal, sedan paus: lunch")
    await hangs_up(desk)
    await shows(page, "#mine", "Paus: lunch")
    await page.press("r")
    await shows(page, "#mine", "Redo")
    assert desk.person("ivan").state.value == "ready"


async def test_a_wrap_up_counts_down_and_is_prolonged_and_ended_by_keys(desk: Desk, page: Page):
    desk.logs_in("ivan")
    await opened(desk, page)
    await talks(desk, page)
    await hangs_up(desk)
    await shows(page, "#countdown", "0:2")
    await page.press("m")
    await shows(page, "#countdown", "1:2")
    await page.press("r")
    await shows(page, "#mine", "Redo")
    assert not await page.visible("#countdown")


async def test_a_caller_is_put_through_to_who_can_answer_now(desk: Desk, page: Page):
    desk.logs_in("ivan", "helena")
    await opened(desk, page)
    await talks(desk, page)
    await page.press("v")
    await page.appears("#there button")
    rows = await page.texts("#there button")
    assert any(
        "Barn, skola och vuxenutbildning, specialist" in row and "Helena Öberg kan svara nu" in row for row in rows
    )
    assert any("Övriga ärenden, specialist" in row and "inloggad" in row for row in rows)
    assert await page.axe() == []
    await page.type("helena")
    await page.until("document.querySelectorAll('#there button').length === 1")
    await page.press("Enter")
    await shows(page, "#told", "Kopplas till Helena Öberg")
    assert desk.call("c1").agent == "helena"
    await shows(page, "#mine", "kopplingen väntar på svar")


async def test_a_promise_to_ring_back_is_made_by_keys_with_a_deadline(desk: Desk, page: Page):
    desk.logs_in("ivan")
    await opened(desk, page)
    await talks(desk, page)
    await page.press("u")
    await page.appears("#promise[open]")
    assert await page.axe() == []
    await page.click("#deadlines input[value='3600']")
    await page.fill("#promise-matter", "bygglov, ritning")
    await page.press("Enter")
    await shows(page, "#told", "Lovat.")
    promised = [call.promise for call in desk.service.kernel.centre.calls.values() if call.promise]
    assert [(made.by, made.matter) for made in promised] == [("ivan", "bygglov, ritning")]
    assert promised[0].due_ms - promised[0].promised_at_ms == 3_600_000


async def test_the_number_is_shown_when_asked_for_and_not_before(desk: Desk, page: Page):
    desk.logs_in("ivan")
    await opened(desk, page)
    await talks(desk, page)
    assert NUMBER not in await page.text("main")
    await page.press("n")
    await page.appears("#shown")
    assert await page.text("#shown") == FICTION
    await hangs_up(desk)
    await shows(page, "#calling", "Inget samtal")
    assert NUMBER not in await page.eval("document.documentElement.outerHTML")


async def test_a_callback_says_what_it_is_about_and_what_to_press(desk: Desk, page: Page):
    desk.logs_in("ivan")
    await opened(desk, page)
    await talks(desk, page)
    await hangs_up(desk)
    await shows(page, "#mine", "Efterbehandling")
    await page.press("u")
    await page.appears("#promise[open]")
    await page.type("ritning till altan")
    await page.press("Enter")
    await shows(page, "#told", "Lovat.")
    await page.press("r")
    await shows(page, "#calling", "Återuppringning")
    await shows(page, "#facts", "ritning till altan")
    assert "Tryck 1 på telefonen" in await page.text("#facts")
    assert await page.axe() == []


@pytest.mark.fault("S08")
async def test_a_confidential_call_is_marked_and_its_queue_is_in_no_title(desk: Desk, page: Page):
    """A window's title is seen by whoever passes the screen."""
    desk.logs_in("fatima")
    await opened(desk, page, "fatima")
    desk.arrives("c1", SOCIAL)
    await shows(page, "#group", "Sekretess")
    assert "ocial" not in await page.title()


@pytest.mark.fault("S15")
async def test_a_talk_of_before_says_nothing_once_the_clearance_is_taken_away(desk: Desk, page: Page):
    desk.logs_in("fatima")
    await opened(desk, page, "fatima")
    await talks(desk, page, key=SOCIAL)
    await hangs_up(desk)
    await shows(page, "#lacking", "1 utan utfall")
    await shows(page, "#talks li", "Socialtjänst")
    await desk.changes("agents.yaml", *FATIMA_LOSES)
    await page.reload()
    await shows(page, "#lacking", "alla har utfall")
    await page.press("d")
    await shows(page, "#talks li", "Under sekretess")
    assert "Socialtjänst" not in await page.text("#talks")
    assert not await page.visible("#talks li button")
    assert await page.axe() == []


async def test_single_keys_can_be_switched_off_and_do_nothing_in_a_field(desk: Desk, page: Page):
    """WCAG 2.1.4."""
    desk.logs_in("ivan")
    await opened(desk, page)
    await page.focus("#find")
    await page.type("p")
    assert not await page.visible("#pauses")
    await page.press("Escape")
    await page.press("?")
    await page.appears("#help[open]")
    assert "Paus" in await page.text("#keylist")
    assert await page.axe() == []
    await page.click("#single")
    await page.press("Escape")
    await page.press("p")
    assert not await page.visible("#pauses")
    await page.reload()
    assert not await page.eval("document.querySelector('#single').checked")


async def test_every_key_is_written_on_its_button(desk: Desk, page: Page):
    desk.logs_in("ivan")
    await opened(desk, page)
    await talks(desk, page)
    await page.until("document.querySelectorAll('#matters button').length > 5")
    wrong = await page.eval(
        "[...document.querySelectorAll('button[data-key]')].filter((b) => b.querySelector('kbd')?.textContent"
        ".toLowerCase() !== b.dataset.key).map((b) => b.outerHTML)"
    )
    assert wrong == []
    keys = await page.eval(
        "[...document.querySelectorAll('main > * button[data-key]')].filter((b) => b.checkVisibility())"
        ".map((b) => b.dataset.key)"
    )
    assert len(keys) == len(set(keys))


async def test_a_small_screen_and_a_dark_one_are_legible_too(desk: Desk, new_page):
    desk.logs_in("ivan")
    page = await opened(desk, await new_page(390, 844, dark=True))
    await talks(desk, page)
    assert await page.eval("document.documentElement.scrollWidth <= innerWidth")
    assert await page.axe() == []


async def test_while_a_call_goes_on_nothing_needs_scrolling(desk: Desk, page: Page):
    """1366×768: the call, its acts, and every outcome."""
    desk.logs_in("ivan")
    await opened(desk, page)
    await talks(desk, page)
    await page.press("1")
    await shows(page, "#given", "Bygglov")
    for at in ("#withcall", "#matters", "#find", "#checklist"):
        assert await page.eval(f"document.querySelector({at!r}).getBoundingClientRect().bottom <= innerHeight"), at


@pytest.mark.fault("F47")
async def test_a_page_that_is_lost_in_a_talk_changes_nothing_and_is_told_of_after_a_minute(desk: Desk, page: Page):
    desk.logs_in("ivan")
    await opened(desk, page)
    await talks(desk, page)
    watching = desk.web.watching
    await page.goto("about:blank")
    async with asyncio.timeout(20):
        while watching.has_page(IVAN):  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.02)
    assert watching.lost_pages() == {}
    desk.service.clock._offset_ms += 61_000
    assert list(watching.lost_pages()) == [IVAN]
    await desk.settled()
    assert (desk.person("ivan").state.value, desk.call("c1").state.value) == ("talking", "talking")
    await page.goto(f"{desk.address}/agent")
    await shows(page, "#calling", "I samtal")
    assert watching.lost_pages() == {}


async def test_of_two_windows_the_last_one_works_and_the_other_says_so(desk: Desk, page: Page, new_page):
    desk.logs_in("ivan")
    await opened(desk, page)
    cookie = next(c for c in await page.cookies() if c["name"] == "tonval")
    # A second window of the same session, as another tab would be.
    other = await new_page()
    await other.add_cookie(desk.address, "tonval", cookie["value"])
    await other.goto(f"{desk.address}/agent")
    await shows(page, "#stale", "öppen i ett annat fönster")
    desk.arrives("c1", BUILDING)
    await shows(other, "#calling", "Det ringer")
    assert "Inget samtal" in await page.text("#calling")


async def test_without_an_engine_the_page_says_so_and_comes_back_by_itself(desk: Desk, page: Page):
    desk.logs_in("ivan")
    await opened(desk, page)
    await desk.engine_gone()
    await page.appears("#stale")
    await page.press("p")
    await page.appears("#pauses[open]")
    await page.press("2")
    await shows(page, "#told", "Telefonen fungerar som vanligt")
    await desk.engine_back()
    await page.vanishes("#stale")


async def test_matters_that_are_edited_are_offered_without_loading_the_page_again(desk: Desk, page: Page):
    desk.logs_in("ivan")
    await opened(desk, page)
    await talks(desk, page)
    await shows(page, "#matters", "Bygglov, frågor före ansökan")
    matters = desk.service.folder / "matters.yaml"
    matters.write_text(matters.read_text("utf-8").replace("Bygglov, frågor före ansökan", "Altan och plank"), "utf-8")
    await desk.web.link.order({"do": "reload"})
    await shows(page, "#matters", "Altan och plank")
