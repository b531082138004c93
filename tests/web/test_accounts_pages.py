"""The page of accounts as a person works with it."""

from ivr.web.accounts.roles import Role


async def test_an_account_is_made_in_a_browser(desk, page, new_page):
    await page.add_cookie(desk.address, "tonval", await desk.token(Role.ADMIN, account="berit"))
    await page.goto(f"{desk.address}/")
    await page.appears("role=heading[name='Konton']")
    assert await page.axe() == []
    await page.fill("#konto", "disa")
    await page.fill("#namn", "Disa Ek")
    await page.check("role=checkbox[name='åskådare']")
    await page.click("role=button[name='Skapa konto']")
    await page.appears("text=Kontot finns nu.")
    assert await page.axe() == []
    word = await page.text("#word")
    disa = await new_page(390, 844, dark=True)
    await disa.goto(f"{desk.address}/logga-in")
    await disa.type("disa")
    await disa.press("Tab")
    await disa.type(word)
    await disa.press("Enter")
    await disa.until("location.pathname === '/tavla'")
    await page.look(width=390, height=844, dark=True)
    assert await page.eval("document.documentElement.scrollWidth <= innerWidth")
    assert await page.axe() == []
