"""Where pages are tested: `desk`, a whole web over a real kernel with nobody's telephone, and `town`, everything real.

At the desk the test is the telephony: it says who rings, whose phone is there, who answers. Engine, log, control
socket, board, store and HTTP are the real ones, all in the test's own event loop.
"""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from ivr.asterisk.free_site import free_site
from ivr.clock import LiveClock
from ivr.config.house import House
from ivr.config.load import SHIPPED
from ivr.config.site import Site
from ivr.control import Control
from ivr.live import Service
from ivr.orders import orders
from ivr.ports import Feed
from ivr.web.accounts.register import Account, Accounts
from ivr.web.accounts.roles import Role
from ivr.web.accounts.sessions import Sessions
from ivr.web.context import Web
from ivr.web.live_board import LiveBoard
from ivr.web.serving import Server, at_work, make_web
from ivr.web.store import WebStore
from queues.agents import PhoneState
from queues.entries import TalkEnder
from queues.ids import AgentId, CallId, Clearance, QueueId
from routing.actions import Action
from routing.events import (
    CallArrived,
    CallerHungUp,
    ConversationEnded,
    DigitsEntered,
    Event,
    OfferAnswered,
    PhoneStateChanged,
    WorldListed,
)
from routing.parties import Call, Person
from tests.live.scene import Scene, service

SCHOOL, SOCIAL, BUILDING, OTHER = "2", "3", "4", "5"
"""Keys of Botkyrka's menu; the line behind SOCIAL is confidential."""
FICTION = "+46701740605"
"""A number that nobody has."""
FATIMA_LOSES = (
    "queues: {socialtjanst: 3}, clearances: [socialtjanst]",
    "queues: {bygg: 3}, clearances: []",
)
"""In Botkyrka's agents.yaml, what and by what: she may not hear confidential calls any more."""


class Nobody:
    """A telephony in which everything is done by the test."""

    def __init__(self) -> None:
        self.actions: list[Action] = []

    async def start(self, feed: Feed) -> None: ...

    def perform(self, action: Action) -> None:
        self.actions.append(action)

    async def stop(self) -> None: ...


@dataclass(slots=True, repr=False)
class Users:
    """People with accounts, signed in without a password."""

    address: str
    house: House
    accounts: Accounts
    sessions: Sessions
    _clients: list[httpx.AsyncClient] = field(default_factory=list)

    async def token(
        self,
        *roles: Role,
        agent: str = "",
        account: str = "",
        queues: Iterable[str] | None = None,
        clearances: Iterable[str] = (),
    ) -> str:
        """What the cookie `tonval` holds for somebody with these roles, signed in."""
        name = account or agent or "-".join(sorted(roles))
        person = self.house.people.get(AgentId(agent))
        await self.accounts.keep(
            Account(
                name,
                person.name if person else name.title(),
                frozenset(roles),
                AgentId(agent),
                None if queues is None else frozenset(map(QueueId, queues)),
                frozenset(map(Clearance, clearances)),
            )
        )
        return await self.sessions.begin(name)

    async def client(self, *roles: Role, **more: Any) -> httpx.AsyncClient:
        """A browser without a screen; without roles nobody is signed in."""
        cookies = {"tonval": await self.token(*roles, **more)} if roles else {}
        headers = {"origin": self.address, "sec-fetch-site": "same-origin"}
        self._clients.append(httpx.AsyncClient(base_url=self.address, cookies=cookies, headers=headers, timeout=20))
        return self._clients[-1]

    async def let_go(self) -> None:
        for client in self._clients:
            await client.aclose()


@dataclass(slots=True, repr=False)
class Desk:
    """The pages, and an engine behind them whose world the test makes up."""

    service: Service
    web: Web
    telephony: Nobody
    control: Control
    users: Users
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    @property
    def address(self) -> str:
        return self.users.address

    async def token(self, *roles: Role, **more: Any) -> str:
        """As `Users.token`."""
        return await self.users.token(*roles, **more)

    async def client(self, *roles: Role, **more: Any) -> httpx.AsyncClient:
        """As `Users.client`."""
        return await self.users.client(*roles, **more)

    # ── the world ───────────────────────────────────────────────────────────────────────────────────────────────
    def feed(self, *events: Event) -> None:
        """They happen, now."""
        for event in events:
            self.service.engine.feed(event)

    def logs_in(self, *agents: str) -> None:
        """Their phones are there: they are ready."""
        self.feed(*(PhoneStateChanged(AgentId(agent), PhoneState.IDLE) for agent in agents))

    def arrives(self, call: str, key: str = "", caller: str = FICTION) -> Call:
        """Somebody rings, and chooses `key` unless it is ""."""
        self.feed(CallArrived(CallId(call), next(iter(self.service.house.plan.entrances)), caller))
        if key:
            self.feed(DigitsEntered(CallId(call), key))
        return self.call(call)

    def answers(self, call: str) -> None:
        """Whoever's phone rings for the call takes it."""
        self.feed(OfferAnswered(CallId(call), self.call(call).offer))

    def talk_ends(self, call: str) -> None:
        """The agent has hung up."""
        self.feed(ConversationEnded(CallId(call), self.call(call).offer, TalkEnder.AGENT))

    def hangs_up(self, call: str) -> None:
        self.feed(CallerHungUp(CallId(call)))

    def call(self, call: str) -> Call:
        return self.service.kernel.centre.calls[CallId(call)]

    def person(self, agent: str) -> Person:
        return self.service.kernel.centre.people[AgentId(agent)]

    async def settled(self) -> None:
        """The board has everything that has happened."""
        live = self.web.live
        async with asyncio.timeout(20):
            while live.stale_since_ms or live.last_step < self.service.following.last_step:
                await live.changed(live.version)

    async def changes(self, name: str, old: str, new: str) -> None:
        """One of the municipality's files says something else, and everybody goes by it."""
        path, before = self.web.folder / name, self.web.house.plan.digest
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1))
        await self.service.reload()
        async with asyncio.timeout(20):
            while self.web.house.plan.digest == before:
                await self.web.live.changed(self.web.live.version)

    # ── the engine's end ────────────────────────────────────────────────────────────────────────────────────────
    async def engine_gone(self) -> None:
        """No engine answers, and nobody is followed."""
        await self.control.stop()
        self.service.following.close()

    async def engine_back(self) -> None:
        await self.control.start()

    async def rebuilt(self) -> tuple[object, ...]:
        """What a board says that is made from the log alone, now."""
        await asyncio.to_thread(self.service.call_log.flush)
        live = LiveBoard(self.web.site, ZoneInfo(self.service.house.timezone), self.service.clock)
        following = asyncio.create_task(live.run())
        async with asyncio.timeout(20):
            while live.stale_since_ms:
                await live.changed(live.version)
        following.cancel()
        return told(live)


def told(live: LiveBoard) -> tuple[object, ...]:
    """All that a board says."""
    board = live.board
    return board.calls, board.agents, board.partners, board.queues, board.house, board.hours, board.callers


@asynccontextmanager
async def a_desk(municipality: str = "botkyrka", folder: Path | None = None) -> AsyncIterator[Desk]:
    """The desk, served on a port of its own; everything of it is gone afterwards. `folder`: other files."""
    home = Path(tempfile.mkdtemp(prefix="tv-desk-"))
    folder = folder or Path(shutil.copytree(SHIPPED / municipality, home / municipality))
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        behind = Service(folder, free_site(home / "h"), open_always=True)
        stack.callback(behind.call_log.close)
        stack.callback(behind.switched.close)
        telephony = Nobody()
        behind.engine._telephony = telephony
        behind.engine.observers = [behind.switched.observe]
        behind.engine.feed(WorldListed(behind.clock(), (), ()))
        control = Control(behind.site.control_path, orders(behind), {"follow": behind.following.follow})
        await control.start()
        stack.push_async_callback(control.stop)
        stack.callback(behind.following.close)
        web = make_web(folder, behind.site, behind.house, behind.clock)
        app = await stack.enter_async_context(at_work(web))
        users = Users(address_of(behind.site), behind.house, web.accounts, web.sessions)
        stack.push_async_callback(users.let_go)
        desk = Desk(behind, web, telephony, control, users)
        await serving(stack, Server(app, behind.site.web_port, web))
        await desk.settled()
        yield desk


@dataclass(slots=True, repr=False)
class Townhall:
    """Everything real: Asterisk, engine and pages each in a process of its own, phones, callers, browsers."""

    scene: Scene
    users: Users

    @property
    def address(self) -> str:
        return self.users.address


@asynccontextmanager
async def a_town(**rules: Any) -> AsyncIterator[Townhall]:
    """The town; `rules` as `tests.live.scene.service` takes them."""
    async with AsyncExitStack() as stack:
        scene = await stack.enter_async_context(service(**rules))
        await scene.standing.start_web()
        store = WebStore(scene.standing.site.web_path)
        stack.callback(store.close)
        house, clock = scene.standing.house, LiveClock()
        users = Users(address_of(scene.standing.site), house, Accounts(store, clock), Sessions(store, clock))
        stack.push_async_callback(users.let_go)
        yield Townhall(scene, users)


def address_of(site: Site) -> str:
    return f"http://127.0.0.1:{site.web_port}"


async def serving(stack: AsyncExitStack, server: Server) -> None:
    """The server answers, until the stack is unwound."""
    task = asyncio.create_task(server.serve())

    async def ended() -> None:
        server.should_exit = True
        await task

    stack.push_async_callback(ended)
    await server.until_started()
