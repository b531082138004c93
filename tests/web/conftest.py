"""What every test of the pages may ask for."""

from tests.web.browser.fixtures import browser, new_page, page

__all__ = ["browser", "new_page", "page"]
