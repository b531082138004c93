"""The switchboard's page in a real browser: what a person sees and does there, and that axe finds nothing wrong."""

import re

import pytest

from ivr.web.accounts.roles import Role
from queues.agents import PhoneState
from queues.ids import AgentId, PromptId
from routing.events import AgentPaused, CrisisMessageSet, PhoneStateChanged
from tests.web.town import BUILDING, OTHER, SCHOOL, SOCIAL

KARIN = "karin"


@pytest.fixture
async def vaxel(desk, new_page):
    """The page as Karin has it, once it has anything to show."""
    desk.logs_in(KARIN)
    page = await opened(desk, new_page, Role.OPERATOR, Role.AGENT, agent=KARIN, queues=None)
    await page.appears("#people-here li")
    return page


async def opened(desk, new_page, *roles, path="/vaxel", width=1366, **more):
    page = await new_page(width, 768)
    await page.add_cookie(desk.address, "tonval", await desk.token(*roles, **more))
    assert await page.goto(desk.address + path) == 200
    return page


async def sure(page):
    """The question is answered with yes."""
    await page.appears("#sure[open]")
    await page.click("#sure-yes")


async def told(page, words):
    await page.appears(f'#told >> text="{words}"')


async def test_who_waits_for_whom_and_how_long_longest_first(desk, vaxel):
    desk.arrives("c1", OTHER)
    desk.answers("c1")
    desk.arrives("c2", BUILDING)
    desk.arrives("c3", SOCIAL)
    await vaxel.until("document.querySelectorAll('#waiting tr').length === 2")
    assert [row.split()[1] for row in await vaxel.texts("#waiting tr")] == ["Bygg,", "Socialtjänst"]
    assert await vaxel.text("#waiting-many") == "1 + <3"
    await vaxel.until("/0:0[1-9]/.test(document.querySelector('#waiting .wait').textContent)")
    secret = (await vaxel.texts("#waiting tr"))[1]
    assert "Sekretess" in secret
    assert "<3 väntar" in secret
    assert not re.search(r"\d:\d\d|Ta samtalet", secret)
    assert "1 i samtal" in await vaxel.text("#elsewhere")
    await vaxel.select("#group", "bygg")
    assert await vaxel.count("#waiting tr") == 1
    desk.hangs_up("c2")
    await vaxel.appears("#nobody")


def rests(desk):
    """Karin gets no calls by themselves."""
    desk.feed(AgentPaused(AgentId(KARIN), "växel"))


async def test_a_call_is_taken_with_one_press_and_parked_and_fetched(desk, vaxel):
    rests(desk)
    desk.arrives("c1", BUILDING)
    await vaxel.appears("#waiting button")
    await vaxel.click('#waiting button:has-text("Ta samtalet")')
    await told(vaxel, "Samtalet ringer hos dig nu.")
    assert desk.call("c1").agent == KARIN
    assert await vaxel.text("#waiting tr .state") == "Ringer hos dig"
    desk.answers("c1")
    await vaxel.appears("#parking")
    await vaxel.select("#park-for", "180")
    await vaxel.click("#park")
    await vaxel.appears("#parked")
    assert "Parkerat av dig" in await vaxel.text("#parked-calls")
    await vaxel.until("/åter om 2:5/.test(document.querySelector('#parked-calls').textContent)")
    await vaxel.click('#parked-calls button:has-text("Hämta")')
    await vaxel.vanishes("#parked")
    assert (desk.call("c1").state, desk.call("c1").agent) == ("offered", KARIN)


async def test_a_refusal_is_said_in_words(desk, vaxel):
    rests(desk)
    desk.feed(PhoneStateChanged(AgentId(KARIN), PhoneState.BUSY))
    desk.arrives("c1", BUILDING)
    await vaxel.click("#waiting button")
    await told(vaxel, "Din telefon är upptagen eller svarar inte.")


async def test_somebody_is_moved_and_back_by_keyboard(desk, vaxel):
    desk.logs_in("carina")
    name = 'button[aria-label="Flytta Carina Lindqvist …"]'
    await vaxel.appears(name)
    await vaxel.focus(name)
    await vaxel.press("Enter")
    await vaxel.appears("#moving[open]")
    await vaxel.focus('#moving-groups input[value="bygg"]')
    await vaxel.press(" ")
    await vaxel.focus("#moving-yes")
    await vaxel.press("Enter")
    await vaxel.appears('#people-here li:has-text("Carina") .chip:has-text("Flyttad")')
    assert ("bygg", 2) in desk.service.kernel.centre.moves[AgentId("carina")].queues
    await vaxel.click(name)
    await vaxel.appears("#moving[open] #moving-back")
    assert "Flyttad av Karin Åberg" in await vaxel.text("#moving-now")
    await vaxel.click("#moving-back")
    await vaxel.vanishes('#people-here li:has-text("Carina") .chip')
    assert not desk.service.kernel.centre.moves


async def test_a_forgotten_one_is_logged_out_after_a_question(desk, vaxel):
    desk.logs_in("lars")
    button = 'button[aria-label="Logga ut Lars Nyman …"]'
    await vaxel.click(button)
    await vaxel.press("Escape")
    assert desk.person("lars").state == "ready"
    await vaxel.click(button)
    await sure(vaxel)
    await told(vaxel, "Lars Nyman är utloggad.")
    assert desk.person("lars").state == "logged_out"


async def test_the_house_is_closed_and_opened_after_a_question_and_it_stands_at_the_head(desk, vaxel):
    await vaxel.click("#tab-hours")
    await vaxel.click("#openings li:first-child button:has-text('Stängt')")
    await sure(vaxel)
    await vaxel.appears("#switched")
    assert (await vaxel.text("#switched")).startswith("Hela växeln är stängd för hand av Karin Åberg")
    await vaxel.appears("#openings li:first-child button[aria-pressed=true]:has-text('Stängt')")
    assert desk.service.kernel.centre.switches.forced[""].how == "closed"
    await vaxel.click("#openings li:first-child button:has-text('Som vanligt')")
    await sure(vaxel)
    await vaxel.vanishes("#switched")
    assert not desk.service.kernel.centre.switches.forced


async def test_a_message_is_read_to_everybody_after_its_words_have_been_shown(desk, vaxel):
    await vaxel.focus("#tab-people")
    await vaxel.press("ArrowLeft")
    await vaxel.appears("#messages label")
    await vaxel.check('#messages input[value="kris_storning"]')
    await vaxel.click("#crisis-set")
    await vaxel.appears("#sure[open]")
    assert "större störning" in await vaxel.text("#sure-text")
    await vaxel.click("#sure-yes")
    await vaxel.appears("#crisis-on")
    assert desk.service.kernel.centre.switches.crisis.prompt == "kris_storning"
    await vaxel.click("#crisis-off")
    await sure(vaxel)
    await vaxel.vanishes("#crisis-on")
    assert desk.service.kernel.centre.switches.crisis is None


async def test_people_are_found_and_a_caller_is_put_through_to_one(desk, vaxel):
    desk.arrives("c1", OTHER)
    desk.answers("c1")
    desk.logs_in("lars")
    await vaxel.press("/")
    await vaxel.type("nyman")
    await vaxel.appears('#person-list li:has-text("Kan svara")')
    await vaxel.click('#person-list button:has-text("Koppla till Lars")')
    await told(vaxel, "Det ringer hos Lars Nyman. Svarar ingen kommer samtalet tillbaka till dig.")
    assert desk.call("c1").agent == "lars"
    await vaxel.fill("#person-typed", "lindquist")
    await vaxel.until("document.querySelector('#person-found').textContent.startsWith('Ingen heter så')")
    await vaxel.fill("#person-typed", "<b>x</b>")
    await vaxel.until("document.querySelector('#person-found').textContent.includes('<b>x</b>')")


async def test_the_page_says_so_when_the_engine_is_gone(desk, vaxel):
    await desk.engine_gone()
    await vaxel.appears("#stale")
    assert (await vaxel.text("#stale")).startswith("Inaktuell sedan")
    await desk.engine_back()
    await vaxel.vanishes("#stale")


async def test_an_employee_searches_and_sees_nothing_else(desk, new_page):
    page = await opened(desk, new_page, Role.EMPLOYEE, path="/katalog", account="eva", width=390)
    await page.type("öberg")
    await page.appears("#person-list li")
    assert [row.split("\n")[0] for row in await page.texts("#person-list .name")] == ["Helena Öberg", "Per Öberg"]
    assert await page.count("nav a") == 0
    assert await page.axe() == []
    assert await page.eval("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("width", "dark"), [(1366, False), (1366, True), (390, False)])
async def test_axe_finds_nothing_wrong_anywhere_on_the_page(desk, new_page, width, dark):
    desk.logs_in(KARIN)
    desk.arrives("c1", OTHER)
    desk.answers("c1")
    for n, key in enumerate((BUILDING, SOCIAL, SCHOOL)):
        desk.arrives(f"w{n}", key)
    desk.feed(CrisisMessageSet(PromptId("kris_storning"), instead=False, until_ms=0, who="karin"))
    page = await opened(desk, new_page, Role.OPERATOR, agent=KARIN, queues=None, width=width)
    await page.look(dark=dark)
    await page.appears("#waiting tr")
    await page.fill("#person-typed", "karin")
    await page.appears("#person-list li")
    for tab in ("#tab-people", "#tab-hours", "#tab-crisis"):
        await page.click(tab)
        assert await page.axe() == []
    await page.click("#tab-people")
    await page.click('button[aria-label^="Flytta Karin"]')
    await page.appears("#moving[open]")
    assert await page.axe() == []
    assert await page.eval("document.documentElement.scrollWidth <= innerWidth")
