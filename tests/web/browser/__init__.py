"""A real headless Chromium for the tests of the pages, told what to do over a node process's standard input."""

from tests.web.browser.browser import Browser, BrowserError, Page

__all__ = ["Browser", "BrowserError", "Page"]
