"""Names that are code are shown as the text that they are, on every page, in a real browser (S09).

A script of theirs that ran, an element that they made, or anything that the policy had to refuse fails the test.
"""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.config.load import SHIPPED
from ivr.web.accounts.roles import Role
from queues.ids import AgentId
from tests.web.browser.browser import Page
from tests.web.town import BUILDING, Desk, a_desk

pytestmark = pytest.mark.fault("S05", "S09")
PAGES = Path(__file__).parents[2] / "ivr" / "web"
HOSTILE = "<img src=x class=planted onerror=window.hit=1>'\"--><script class=planted>window.hit=2</script>{{7*7}}"
HIT = "[window.hit ?? 0, document.querySelectorAll('.planted, script:not([src])').length]"


@pytest.fixture
async def hostile_desk(tmp_path):
    """Botkyrka, where everybody's name is code."""
    folder = shutil.copytree(SHIPPED / "botkyrka", tmp_path / "botkyrka")
    quoted = '"' + HOSTILE.replace('"', '""') + '"'
    rows = folder / "directory.csv"
    rows.write_text(f"{rows.read_text('utf-8')}{quoted};{quoted};Kontaktcenter;{quoted};191;;;\n", "utf-8")
    async with a_desk(folder=folder) as desk:
        desk.web.house = desk.users.house = with_hostile_names(desk.web.house)
        yield desk


def with_hostile_names(house):
    return replace(
        house,
        title=HOSTILE,
        people={agent: replace(person, name=HOSTILE) for agent, person in house.people.items()},
        queue_titles=dict.fromkeys(house.queue_titles, HOSTILE),
        partners={partner: replace(link, title=HOSTILE) for partner, link in house.partners.items()},
    )


async def signed_in(desk: Desk, page: Page) -> None:
    roles = (Role.OPERATOR, Role.AGENT, Role.ADMIN, Role.PLANNER)
    clearances = [clearance for queue in desk.web.house.plan.queues.values() if (clearance := queue.clearance)]
    token = await desk.token(*roles, agent="ivan", account="ivan", clearances=clearances)
    await page.add_cookie(desk.address, "tonval", token)


async def test_every_page_shows_a_name_that_is_code_as_text(hostile_desk, page):
    desk = hostile_desk
    desk.logs_in("ivan", "jonas")
    desk.arrives("c1", BUILDING, caller=f"{HOSTILE} <+46701740605>")
    desk.arrives("c2", BUILDING, caller=HOSTILE)
    await desk.settled()
    await signed_in(desk, page)
    for path in ("/tavla", "/agent", "/vaxel", "/larm", "/konto", "/katalog"):
        assert await page.goto(desk.address + path) == 200
        await page.until(f"document.body.textContent.includes({HOSTILE!r})")
        await page.until("document.readyState === 'complete'")
        assert await page.eval(HIT) == [0, 0], path


async def test_a_search_finds_a_name_that_is_code_as_text(hostile_desk, page):
    desk = hostile_desk
    await signed_in(desk, page)
    await page.goto(f"{desk.address}/katalog")
    await page.fill("input[type=search]", "img")
    await page.until("document.querySelector('main').textContent.includes('onerror')")
    assert await page.eval(HIT) == [0, 0]


@pytest.mark.parametrize("field", ["konto", "till"])
async def test_what_was_typed_when_signing_in_comes_back_as_text(desk, field):
    client = await desk.client()
    form = {"konto": "x", "losenord": "y", "till": ""} | {field: HOSTILE}
    answer = await client.post("/logga-in", data=form, headers={"accept": "text/html"})
    assert answer.status_code == 401
    assert "<img" not in answer.text
    assert "<script" not in answer.text
    told = await client.get("/logga-in", params={"till": HOSTILE})
    assert "<img" not in told.text


async def test_an_address_that_is_code_is_not_repeated(desk):
    client = await desk.client()
    for accept in ("text/html", "*/*"):
        answer = await client.get(f"/{HOSTILE}", headers={"accept": accept})
        assert answer.status_code == 404
        assert "<script" not in answer.text
        assert "onerror" not in answer.text


def test_no_page_holds_a_script_or_a_style_of_its_own():
    """What stands in a page could be written there by a name; the policy refuses it, and so do we."""
    templates = {path.name: path.read_text("utf-8") for path in (PAGES / "templates").glob("*.html")}
    bad = ("|safe", "autoescape false", "<style", "style=", "onclick=", "onload=", "javascript:")
    assert [(name, word) for name, text in templates.items() for word in bad if word in text] == []
    scripts = [(name, part) for name, text in templates.items() for part in text.split("<script")[1:]]
    assert [name for name, part in scripts if " src=" not in part.partition(">")[0]] == []


def test_no_script_of_ours_writes_markup():
    scripts = PAGES / "static" / "js"
    words = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc")
    found = [(p.name, w) for p in sorted(scripts.glob("**/*.js")) for w in words if w in p.read_text("utf-8")]
    assert found == []


def test_the_agent_of_these_tests_serves_the_line_of_these_tests(desk):
    assert any(queue == "bygg" for queue, _ in desk.web.house.plan.agents[AgentId("ivan")].queues)
