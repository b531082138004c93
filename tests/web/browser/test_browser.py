"""The rig itself: a real page is read, clicked and seen, and what is wrong with it is told."""

import asyncio

import pytest

from tests.web.browser import BrowserError

BUTTON = "<button onclick=this.append('!')>Tryck</button>"
GOOD = f"<!doctype html><html lang=sv><title>Prov</title><main><h1>Prov</h1>{BUTTON}</main>"


async def test_a_page_is_clicked_read_and_seen(page, tmp_path):
    await page.goto(f"data:text/html,{GOOD}")
    await page.click("role=button[name='Tryck']")
    assert await page.text("button") == "Tryck!"
    assert await page.eval("[1, document.title]") == [1, "Prov"]
    await page.screenshot(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert await page.axe() == []


async def test_what_is_wrong_with_a_page_is_told(page):
    await page.goto("data:text/html,<img src=x><p style='color:%23ccc;background:white'>grått</p>")
    found = " ".join(await page.axe())
    assert "image-alt" in found
    assert "color-contrast" in found


async def test_what_is_not_there_is_an_error_and_the_next_order_is_done(page):
    await page.goto(f"data:text/html,{GOOD}")
    with pytest.raises(BrowserError, match="appears"):
        await page.appears("#nothing", wait_ms=50)
    assert await page.count("button") == 1


async def test_a_page_whose_policy_forbids_evaluation_is_waited_for(page, desk):
    assert await page.goto(f"{desk.address}/logga-in") == 200
    await page.until("(window.asked = (window.asked ?? 0) + 1) > 2")
    with pytest.raises(BrowserError, match="never held"):
        await page.until("false", wait_ms=100)


async def test_time_stands_still_in_a_page_until_it_is_told_to_pass(page):
    await page.clock(start=True)
    await page.goto(f"data:text/html,{GOOD}")
    await page.clock(stop=True)
    before = await page.eval("performance.now()")
    await page.clock(run_ms=700)
    assert await page.eval("performance.now()") == before + 700


async def test_two_pages_are_told_at_once_and_share_no_cookies(new_page):
    one, two = await new_page(), await new_page(dark=True)
    await one.add_cookie("http://127.0.0.1", "a", "b")
    assert (len(await one.cookies()), await two.cookies()) == (1, [])
    dark = "matchMedia('(prefers-color-scheme: dark)').matches"
    assert await asyncio.gather(one.eval(dark), two.eval(dark)) == [False, True]


async def test_a_script_that_fails_is_remembered(browser):
    page = await browser.page()
    await page.goto("data:text/html,<script>nobody()</script>")
    assert await page.errors() == ["ReferenceError: nobody is not defined"]
    await page.close()
