"""Fixtures: `browser` for the session, `new_page` for as many pages as a test wants, `page` for the one most want."""

import pytest

from tests.web.browser.browser import Browser


@pytest.fixture(scope="session")
def browser():
    chromium = Browser()
    yield chromium
    chromium.close()


@pytest.fixture
async def new_page(browser):
    """`await new_page(width, height, dark=True)`; at the end no script of theirs has failed or been refused."""
    pages = []

    async def opened(width=1366, height=768, **look):
        pages.append(await browser.page(width, height, **look))
        return pages[-1]

    yield opened
    errors = [error for page in pages for error in await page.errors()]
    for page in pages:
        await page.close()
    assert errors == []


@pytest.fixture
async def page(new_page):
    return await new_page()
