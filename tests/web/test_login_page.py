"""Signing in as a person does it: with the keyboard, in a browser, on a desk and on a phone."""

import pytest

from ivr.web.accounts import register
from ivr.web.accounts.register import Account
from ivr.web.accounts.roles import Role

WORD = "en-lång-ramsa-om-tuvor"


@pytest.fixture
async def berit(desk):
    account = Account("berit", "Berit Ek", frozenset({Role.PLANNER}), password=await desk.web.passwords.made(WORD))
    await desk.web.store.run(lambda db: register.write(db, account, desk.web.clock()))
    return desk


async def test_a_person_is_taken_to_signing_in_and_back_to_where_they_were_going(berit, page):
    await page.goto(f"{berit.address}/konto")
    assert (await page.url()).endswith("/logga-in?till=/konto")
    await page.type("berit")
    await page.press("Tab")
    await page.type("fel ord")
    await page.press("Enter")
    await page.appears("text=Fel konto eller lösenord.")
    assert await page.axe() == []
    await page.type(WORD)  # the field has the keyboard again, and the name is still there
    await page.press("Enter")
    await page.appears("role=heading[name='Mitt konto']")
    assert (await page.url()).endswith("/konto")
    assert await page.axe() == []
    assert await page.eval("document.cookie") == ""
    await page.click("role=button[name='Logga ut']")
    await page.appears("role=heading[name='Logga in']")
    assert await page.goto(f"{berit.address}/konto") == 200
    await page.appears("role=heading[name='Logga in']")


@pytest.mark.parametrize("look", [{"dark": True}, {"width": 390, "height": 844, "touch": True}])
async def test_the_door_is_readable_in_the_dark_and_on_a_phone(berit, new_page, look):
    page = await new_page(**look)
    await page.goto(f"{berit.address}/logga-in")
    assert await page.axe() == []
    assert await page.eval("document.documentElement.scrollWidth <= innerWidth")


async def test_whoever_may_not_is_told_in_words(berit, page):
    token = await berit.token(Role.VIEWER, account="skarm")
    await page.add_cookie(berit.address, "tonval", token)
    assert await page.goto(f"{berit.address}/vaxel") == 403
    await page.appears("text=Du har inte behörighet till det här.")
    assert await page.goto(f"{berit.address}/finns-inte") == 404
    await page.appears("text=Det finns ingen sådan sida.")
    assert await page.axe() == []
