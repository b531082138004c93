"""The wallboard in a real browser: what it shows of a real kernel's day, to whom, and never older than it says."""

import asyncio

import pytest

from ivr.web import streams
from ivr.web.accounts.roles import Role
from ivr.web.api.tokens import Grant, Scope, made, revoked
from ivr.web.context import Web
from routing.events import AgentPaused
from tests.web.town import BUILDING, SOCIAL

ROW = "#lines tr[data-key='{}']"
WAITING = ROW + " td[data-cell='Väntar'] .value"


async def signed_in(page, desk, *roles, at="/tavla", **rights):
    await page.add_cookie(desk.address, "tonval", await desk.token(*(roles or (Role.VIEWER,)), **rights))
    assert await page.goto(desk.address + at) == 200
    await page.appears("#lines tr")


async def row(page, queue):
    return {await cell(page, queue, i, ".label"): await cell(page, queue, i, ".value") for i in range(2, 11)}


async def cell(page, queue, number, part):
    return await page.eval(f"document.querySelector(`{ROW.format(queue)} td:nth-child({number}) {part}`).textContent")


async def reads(page, at, words):
    """It comes to say so."""
    await page.until(f"document.querySelector(`{at}`)?.textContent.includes(`{words}`)")


@pytest.fixture
async def opened(desk):
    """A screen's token."""

    async def one(*scopes):
        grant = Grant("hallen", frozenset(scopes or {Scope.WALL}))
        return await desk.web.store.run(lambda db: made(db, grant, desk.web.clock()))

    return one


class TestFigures:
    async def test_a_call_is_seen_waiting_ringing_and_talking(self, page, desk):
        await signed_in(page, desk)
        assert (await row(page, "bygg"))["Väntar"] == "0"
        await reads(page, ROW.format("bygg"), "Ingen inloggad")
        desk.arrives("c1", BUILDING)
        await reads(page, WAITING.format("bygg"), "1")
        desk.logs_in("ivan")
        await reads(page, "#people", "Ringer")
        desk.answers("c1")
        await reads(page, WAITING.format("bygg"), "0")
        await reads(page, "#people", "Samtal")
        assert "Ivan Petrović" in await page.text("#people")
        await reads(page, "[data-figure='answered']", "1")
        seen = await row(page, "bygg")
        assert (seen["Besvarade"], seen["Nivå i dag"], seen["Lade på"]) == ("1", "100 %", "0")

    async def test_whoever_gives_up_is_counted(self, page, desk):
        await signed_in(page, desk)
        desk.arrives("c1", BUILDING)
        await reads(page, WAITING.format("bygg"), "1")
        desk.hangs_up("c1")
        await reads(page, "[data-figure='abandoned']", "1")
        await page.click("summary")
        assert [cells.split("\t")[1:4] for cells in await page.texts("#quarters tr")] == [["1", "0", "1"]]

    @pytest.mark.fault("S08")
    async def test_nobody_is_not_said_to_wait_where_somebody_under_secrecy_does(self, page, desk):
        await signed_in(page, desk)
        await reads(page, "[data-under='longest']", "ingen väntar")
        desk.arrives("c1", SOCIAL)
        await reads(page, WAITING.format("socialtjanst"), "<3")
        assert await page.text("[data-figure='waiting']") == "<3"
        assert (await page.text("[data-figure='longest']"), await page.text("[data-under='longest']")) == ("–", "")

    async def test_only_the_viewers_queues(self, page, desk):
        await signed_in(page, desk, Role.VIEWER, queues=["bygg"])
        assert await page.texts("#lines .title") == ["Bygg, gata, park och miljö"]

    async def test_thresholds_have_a_word_and_an_icon(self, page, desk):
        await signed_in(page, desk)
        desk.logs_in("fatima")
        for i in range(4):
            desk.arrives(f"c{i}", BUILDING)
        await reads(page, ROW.format("bygg") + " .state", "Ansträngt · Många väntar")
        assert await page.attribute(ROW.format("bygg") + " .state use", "href") == "/static/icons.svg#watch"
        assert "marked" in await page.attribute(ROW.format("bygg") + " td[data-cell='Väntar']", "class")


class TestAge:
    async def test_the_banner_comes_when_the_engine_is_gone_and_leaves_when_it_is_back(self, page, desk):
        await signed_in(page, desk)
        desk.arrives("c1", BUILDING)
        await reads(page, WAITING.format("bygg"), "1")
        assert not await page.visible("#stale")
        await desk.engine_gone()
        await page.appears("#stale")
        assert "Inaktuell sedan " in await page.text("#stale")
        assert (await row(page, "bygg"))["Väntar"] == "1"
        await desk.engine_back()
        await page.vanishes("#stale")
        assert (await row(page, "bygg"))["Väntar"] == "1"

    async def test_two_seconds_of_silence_are_told(self, page, desk, monkeypatch):
        """The server holds the connection and says nothing: the page itself knows."""
        await page.clock(start=True)
        await signed_in(page, desk)
        await page.clock(stop=True)
        await page.eval("document.addEventListener('stream-beat', () => { window.beaten = true; })")
        await page.until("window.beaten")
        silent = asyncio.Event()

        async def still(*_):
            silent.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(Web, "still", still)
        await silent.wait()
        await page.clock(run_ms=1_900)
        assert not await page.visible("#stale")
        await page.clock(run_ms=400)
        assert await page.visible("#stale")
        assert "Inaktuell sedan " in await page.text("#stale")

    async def test_nothing_counts_on_while_nobody_knows(self, page, desk):
        await signed_in(page, desk)
        desk.arrives("c1", BUILDING)
        at = ROW.format("bygg") + " td[data-cell='Längst'] .value"
        await reads(page, at, "0:02")
        await desk.engine_gone()
        await page.appears("#stale")
        shown = await page.text(at)
        await page.eval("new Promise((done) => setTimeout(done, 2100))")
        assert await page.text(at) == shown


@pytest.mark.fault("S08")
class TestPublic:
    async def test_a_screen_is_opened_once_and_its_address_opens_nothing(self, page, desk, opened):
        token = await opened()
        assert await page.goto(f"{desk.address}/tavla/oppna?token={token}") == 200
        assert await page.url() == f"{desk.address}/tavla/publik"
        await page.appears("#lines tr")
        cookie = next(one for one in await page.cookies() if one["name"] == "tonval-skarm")
        assert cookie["httpOnly"]
        assert "token" not in await page.eval("document.documentElement.outerHTML")

    async def test_no_name_no_small_count_no_way_further(self, page, desk, opened):
        await page.goto(f"{desk.address}/tavla/oppna?token={await opened()}")
        await page.appears("#lines tr")
        desk.logs_in("fatima")
        desk.arrives("c1", BUILDING)
        await reads(page, WAITING.format("bygg"), "<3")
        desk.arrives("c2", SOCIAL)
        await reads(page, "#people", "Ringer")
        text = await page.text("body")
        assert "Fatima" not in text
        assert (await row(page, "bygg"))["Längst"] == "–"
        for path in ("/tavla", "/api/stream/board", "/agent", "/vaxel", "/katalog"):
            assert await page.eval(f"fetch('{path}', {{redirect: 'manual'}}).then((a) => a.status)") in {0, 303, 401}

    async def test_without_a_token_of_the_right_scope_there_is_nothing(self, page, desk, opened):
        for token in ("", "tv_x_y", await opened(Scope.METRICS)):
            assert await page.goto(f"{desk.address}/tavla/oppna?token={token}") == 403
        assert await page.cookies() == []
        client = await desk.client()
        for path in ("/api/stream/public", "/tavla/publik"):
            assert (await client.get(path)).status_code == 401

    async def test_a_token_that_is_revoked_goes_dark_at_once(self, page, desk, opened):
        token = await opened()
        await page.goto(f"{desk.address}/tavla/oppna?token={token}")
        await page.appears("#lines tr")
        token_id = token.split("_")[1]
        await desk.web.store.run(lambda db: revoked(db, token_id, desk.web.clock()))
        await page.until("location.pathname === '/logga-in'")


class TestPeople:
    @pytest.mark.parametrize(("reason", "words"), [("declined", "tryckte bort"), ("parked", "har parkerat")])
    async def test_why_somebody_pauses_is_told_in_swedish(self, page, desk, reason, words):
        await signed_in(page, desk)
        desk.logs_in("ivan")
        desk.feed(AgentPaused("ivan", reason))
        await reads(page, "#people .reason", words)


class TestLooks:
    @pytest.mark.parametrize("size", [(1920, 1080), (1366, 768), (390, 844), (320, 640)])
    async def test_nothing_is_wider_than_the_screen(self, page, desk, size):
        await page.look(width=size[0], height=size[1])
        await signed_in(page, desk)
        assert await page.eval("document.documentElement.scrollWidth <= innerWidth")

    async def test_no_column_is_cut_however_long_it_is_said_how_a_line_stands(self, page, desk):
        await page.look(width=1366, height=768)
        await signed_in(page, desk)
        full = ["12", "12:34", "2–4 min", "100 %", "100 %", "250", "99", "12", "12"]
        script = f"""for (const line of document.querySelectorAll("#lines tr")) {{
            line.querySelector(".state span").textContent = "Ansträngt · Många väntar · öppnar måndag 08:00";
            line.querySelectorAll(".value").forEach((one, i) => {{ one.textContent = {full}[i]; }});
        }}"""
        await page.eval(script)
        widths = "[document.querySelector('.lines').scrollWidth, document.querySelector('.lines').clientWidth]"
        needed, there = await page.eval(widths)
        assert needed <= there

    async def test_light_is_remembered_and_everything_is_reached_by_keyboard(self, page, desk):
        await signed_in(page, desk)
        background = "getComputedStyle(document.body).backgroundColor"
        dark = await page.eval(background)
        await page.focus("#theme")
        await page.press("Enter")
        light = await page.eval(background)
        assert light != dark
        await page.reload()
        assert await page.eval(background) == light
        await page.focus("summary")
        await page.press("Enter")
        await page.appears("#quarters, .trend table")

    @pytest.mark.parametrize("dark", [False, True])
    async def test_nobody_is_shut_out(self, page, desk, dark):
        await signed_in(page, desk, Role.OPERATOR)
        desk.logs_in("ivan", "fatima")
        for i in range(5):
            desk.arrives(f"c{i}", BUILDING)
        await reads(page, WAITING.format("bygg"), "5")
        if not dark:
            await page.click("#theme")
        await page.click("summary")
        assert await page.axe() == []


async def test_the_window_opened_last_has_the_stream_and_the_first_says_so(new_page, desk, monkeypatch):
    monkeypatch.setattr(streams, "WINDOWS", 1)
    token = await desk.token(Role.VIEWER)
    pages = [await new_page() for _ in range(2)]
    for page in pages:
        await page.add_cookie(desk.address, "tonval", token)
        await page.goto(f"{desk.address}/tavla")
        await page.appears("#lines tr")
    first, last = pages
    await reads(first, "#stale", "annat fönster")
    desk.arrives("c1", BUILDING)
    await reads(last, WAITING.format("bygg"), "1")
    assert (await row(first, "bygg"))["Väntar"] == "0"
    assert await first.visible("#stale")
