"""A browser whose pages are awaited: each order goes to `driver.mjs` as one line and its answer comes as one line.

The node process belongs to no event loop, so that one browser serves every test of a session. Selectors are those of
playwright (CSS, `text=…`, `role=button[name="…"]`); an order waits up to ten seconds for what it names.
"""

import asyncio
import json
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

DRIVER = Path(__file__).with_name("driver.mjs")
ROOT = Path(__file__).parents[3]


class BrowserError(Exception):
    """The browser could not do what it was told."""


class Browser:
    """A running Chromium. `close()` ends it and everything it started."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", str(DRIVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True, bufsize=1
        )
        self._numbers: Iterator[int] = count(1)
        self._asked: dict[int, Future[Any]] = {}
        self._ready: Future[Any] = Future()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._ready.result(60)

    async def page(self, width: int = 1366, height: int = 768, **look: Any) -> "Page":
        """A page of its own with no cookies. `look`: dark, reduced (motion), touch, scale."""
        return Page(self, await self.order("open", 0, width=width, height=height, **look))

    async def order(self, do: str, page: int, **what: Any) -> Any:
        """The answer to one order."""
        number = next(self._numbers)
        asked: Future[Any] = Future()
        self._asked[number] = asked
        line = json.dumps({"id": number, "do": do, "page": page, **what})
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise BrowserError("the browser is gone") from error
        return await asyncio.wrap_future(asked)

    def close(self) -> None:
        """Nothing of it runs any more."""
        self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(20)
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._process.stdout.close()

    def _read(self) -> None:
        for line in self._process.stdout:
            told = json.loads(line)
            if "ready" in told:
                self._ready.set_result(None)
                continue
            asked = self._asked.pop(told["id"])
            if asked.cancelled():
                continue
            if "error" in told:
                asked.set_exception(BrowserError(told["error"]))
            else:
                asked.set_result(told["value"])
        for asked in [self._ready, *self._asked.values()]:
            if not asked.done():
                asked.set_exception(BrowserError("the browser is gone"))


@dataclass(frozen=True)
class Page:
    """One page in a browser context of its own."""

    browser: Browser
    number: int

    async def goto(self, url: str) -> int:
        """The status of what was loaded."""
        return await self._do("goto", url=url)

    async def reload(self) -> None:
        """Loaded again."""
        await self._do("reload")

    async def url(self) -> str:
        """Where it is now."""
        return await self._do("url")

    async def title(self) -> str:
        """The page's title."""
        return await self._do("title")

    async def click(self, at: str) -> None:
        """Clicked once it is there, visible and enabled."""
        await self._do("click", at=at)

    async def fill(self, at: str, text: str) -> None:
        """The field holds the text and nothing else."""
        await self._do("fill", at=at, text=text)

    async def select(self, at: str, value: str) -> None:
        """The option is chosen."""
        await self._do("select", at=at, value=value)

    async def check(self, at: str) -> None:
        """The box is ticked."""
        await self._do("check", at=at)

    async def focus(self, at: str) -> None:
        """It has the keyboard."""
        await self._do("focus", at=at)

    async def press(self, keys: str) -> None:
        """One key, or several held: "Enter", "Alt+K"."""
        await self._do("press", keys=keys)

    async def type(self, text: str) -> None:
        """Key by key into whatever has the keyboard."""
        await self._do("type", text=text)

    async def text(self, at: str) -> str:
        """What a person reads there."""
        return await self._do("text", at=at)

    async def texts(self, at: str) -> list[str]:
        """What a person reads in each of them."""
        return await self._do("texts", at=at)

    async def count(self, at: str) -> int:
        """How many there are."""
        return await self._do("count", at=at)

    async def visible(self, at: str) -> bool:
        """Whether the first of them is seen now."""
        return await self._do("visible", at=at)

    async def attribute(self, at: str, name: str) -> str | None:
        """An attribute of the first of them."""
        return await self._do("attribute", at=at, name=name)

    async def appears(self, at: str, wait_ms: int = 10_000) -> None:
        """It is seen."""
        await self._do("appears", at=at, wait_ms=wait_ms)

    async def vanishes(self, at: str, wait_ms: int = 10_000) -> None:
        """It is not seen any more."""
        await self._do("vanishes", at=at, wait_ms=wait_ms)

    async def until(self, script: str, wait_ms: int = 10_000) -> None:
        """The JavaScript expression holds."""
        await self._do("until", script=script, wait_ms=wait_ms)

    async def eval(self, script: str) -> Any:
        """The value of a JavaScript expression in the page."""
        return await self._do("eval", script=script)

    async def screenshot(self, path: Path | str, *, whole: bool = False, at: str | None = None) -> None:
        """A PNG of what is seen, of the whole page, or of one thing on it."""
        await self._do("screenshot", path=str(path), whole=whole, at=at)

    async def axe(self, within: str | None = None) -> list[str]:
        """What axe-core finds against WCAG 2.2 A and AA and its best practice, one sentence each."""
        return await self._do("axe", within=within)

    async def look(self, **look: Any) -> None:
        """Seen so from now on: dark; width and height."""
        await self._do("look", **look)

    async def clock(self, *, start: bool = False, stop: bool = False, run_ms: int = 0) -> None:
        """The page's own clock. `start` it before the page is opened; from `stop` on it moves only as it is `run`."""
        await self._do("clock", start=start, stop=stop, run_ms=run_ms)

    async def offline(self, offline: bool = True) -> None:
        """Without network, or with it again."""
        await self._do("offline", offline=offline)

    async def headers(self, headers: dict[str, str]) -> None:
        """Sent with every request from now on."""
        await self._do("headers", headers=headers)

    async def cookies(self) -> list[dict[str, Any]]:
        """All it holds."""
        return await self._do("cookies")

    async def add_cookie(self, url: str, name: str, value: str) -> None:
        """Held from now on for that address."""
        await self._do("add_cookie", cookie={"url": url, "name": name, "value": value})

    async def errors(self) -> list[str]:
        """Scripts that failed and what the page's policy refused, since it was opened; there should be none."""
        return await self._do("errors")

    async def said(self) -> list[str]:
        """Every error in the page's console, refused requests among them."""
        return await self._do("said")

    async def close(self) -> None:
        """Gone, with its cookies."""
        await self._do("close")

    async def _do(self, do: str, **what: Any) -> Any:
        return await self.browser.order(do, self.number, **what)
