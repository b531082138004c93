"""The whole web application in this process, over a real store, without an engine: for what stands before the pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from ivr.config.load import load
from ivr.config.site import Site
from ivr.web.accounts import register
from ivr.web.accounts.passwords import Passwords
from ivr.web.accounts.register import Account
from ivr.web.accounts.roles import Role
from ivr.web.alarms.current import Alarms
from ivr.web.app import create_app
from ivr.web.context import Web
from ivr.web.engine_link import EngineLink
from ivr.web.live_board import LiveBoard
from ivr.web.store import WebStore

BOTKYRKA = Path(__file__).parents[2] / "ivr" / "menus" / "botkyrka"
NOW_MS = 1_790_000_000_000
ZONE = ZoneInfo("Europe/Stockholm")
HERE = "http://127.0.0.1:8080"
PUBLIC = "https://vaxel.example"
PASSWORD = "en-lång-ramsa-om-tuvor"
AGENT = "anna"
OWN = {"sec-fetch-site": "same-origin", "origin": HERE}
"""What a browser adds to a form of our own page."""


class Counting(PasswordHasher):
    """The real one with the least work, counting how often it has worked."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified = 0

    def verify(self, *args, **kwargs):
        self.verified += 1
        return super().verify(*args, **kwargs)


@dataclass
class Clock:
    now_ms: int = NOW_MS

    def __call__(self) -> int:
        return self.now_ms

    def pass_ms(self, span_ms: int) -> None:
        self.now_ms += span_ms


@dataclass
class Door:
    web: Web
    app: FastAPI
    hasher: Counting
    clock: Clock
    browsers: list[AsyncClient] = field(default_factory=list)

    def account(self, name: str, *roles: Role, password: str = PASSWORD, **rights) -> Account:
        """The account is there."""
        made = Account(name, rights.pop("called", name.title()), frozenset(roles), **rights)
        made = register.replace(made, password=self.hasher.hash(password))
        self.web.store.now(lambda db: register.write(db, made, self.clock()))
        return made

    def browser(self, here: str = HERE, address: str = "127.0.0.1", headers: dict[str, str] | None = None):
        """A browser of its own that sends what a browser sends from our own pages."""
        transport = ASGITransport(self.app, client=(address, 40000))
        own = {**OWN, "origin": here, "accept": "text/html", **(headers or {})}
        made = AsyncClient(transport=transport, base_url=here, headers=own)
        self.browsers.append(made)
        return made

    async def signed_in(self, name: str, **where) -> AsyncClient:
        """A browser that has signed in to the account."""
        browser = self.browser(**where)
        answer = await sign_in(browser, name)
        assert answer.status_code == 303, answer.text
        return browser


async def sign_in(browser: AsyncClient, name: str, password: str = PASSWORD, **more) -> Response:
    return await browser.post("/logga-in", data={"konto": name, "losenord": password, **more})


@cache
def botkyrka():
    house = load(BOTKYRKA, NOW_MS).house
    assert house is not None
    return house


@asynccontextmanager
async def opened(home: Path, public: str = "") -> AsyncIterator[Door]:
    clock, site, hasher = Clock(), Site(home), Counting()
    house = botkyrka()
    store = WebStore(site.web_path)
    web = Web(
        folder=BOTKYRKA,
        site=site,
        house=house,
        clock=clock,
        store=store,
        live=LiveBoard(site, ZoneInfo(house.timezone), clock),
        link=EngineLink(site.control_path),
        alarms=Alarms(store, clock),
        public=public,
        passwords=Passwords(hasher),
    )
    door = Door(web, create_app(web), hasher, clock)
    try:
        yield door
    finally:
        for browser in door.browsers:
            await browser.aclose()
        store.close()
