"""What every test of the pages may ask for."""

from collections.abc import AsyncIterator

import pytest

from tests.web.browser.fixtures import browser, new_page, page
from tests.web.town import Desk, a_desk

__all__ = ["browser", "desk", "new_page", "page"]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with a_desk() as desk:
        yield desk
