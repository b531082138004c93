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

import httpx

from ivr.asterisk.free_site import free_site
from ivr.config.load import SHIPPED
from ivr.control import Control
from ivr.live import Service
from ivr.orders import orders
from ivr.ports import Feed
from ivr.web.accounts.register import Account
from ivr.web.accounts.roles import Role
from ivr.web.context import Web
from ivr.web.serving import Server, at_work, make_web
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

SCHOOL, SOCIAL, BUILDING, OTHER = "2", "3", "4", "5"
"""Keys of Botkyrka's menu; the line behind SOCIAL is confidential."""
FICTION = "+46701740605"
"""A number that nobody has."""


class Nobody:
    """A telephony in which everything is done by the test."""

    def __init__(self) -> None:
        self.actions: list[Action] = []

    async def start(self, feed: Feed) -> None: ...

    def perform(self, action: Action) -> None:
        self.actions.append(action)

    async def stop(self) -> None: ...


@dataclass(slots=True, repr=False)
class Desk:
    """The pages, and an engine behind them whose world the test makes up."""

    service: Service
    web: Web
    telephony: Nobody
    control: Control
    _clients: list[httpx.AsyncClient] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.web.site.web_port}"

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

    # ── the engine's end ────────────────────────────────────────────────────────────────────────────────────────
    async def engine_gone(self) -> None:
        """No engine answers, and nobody is followed."""
        await self.control.stop()
        self.service.following.close()

    async def engine_back(self) -> None:
        await self.control.start()

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────────
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
        person = self.web.house.people.get(AgentId(agent))
        await self.web.accounts.keep(
            Account(
                name,
                person.name if person else name.title(),
                frozenset(roles),
                AgentId(agent),
                None if queues is None else frozenset(map(QueueId, queues)),
                frozenset(map(Clearance, clearances)),
            )
        )
        return await self.web.sessions.begin(name)

    async def client(self, *roles: Role, **more: object) -> httpx.AsyncClient:
        """A browser without a screen; without roles nobody is signed in."""
        cookies = {"tonval": await self.token(*roles, **more)} if roles else {}  # type: ignore[arg-type]
        headers = {"origin": self.address, "sec-fetch-site": "same-origin"}
        self._clients.append(httpx.AsyncClient(base_url=self.address, cookies=cookies, headers=headers, timeout=20))
        return self._clients[-1]

    async def let_go(self) -> None:
        for client in self._clients:
            await client.aclose()


@asynccontextmanager
async def a_desk(municipality: str = "botkyrka", folder: Path | None = None) -> AsyncIterator[Desk]:
    """The desk, served on a port of its own; everything of it is gone afterwards. `folder`: other files."""
    home = Path(tempfile.mkdtemp(prefix="tv-desk-"))
    folder = folder or Path(shutil.copytree(SHIPPED / municipality, home / municipality))
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        service = Service(folder, free_site(home / "h"), open_always=True)
        stack.callback(service.call_log.close)
        stack.callback(service.switched.close)
        telephony = Nobody()
        service.engine._telephony = telephony
        service.engine.observers = [service.switched.observe]
        service.engine.feed(WorldListed(service.clock(), (), ()))
        control = Control(service.site.control_path, orders(service), {"follow": service.following.follow})
        await control.start()
        stack.push_async_callback(control.stop)
        stack.callback(service.following.close)
        web = make_web(folder, service.site, service.house, service.clock)
        app = await stack.enter_async_context(at_work(web))
        desk = Desk(service, web, telephony, control)
        stack.push_async_callback(desk.let_go)
        await serving(stack, Server(app, service.site.web_port, web))
        await desk.settled()
        yield desk


async def serving(stack: AsyncExitStack, server: Server) -> None:
    """The server answers, until the stack is unwound."""
    task = asyncio.create_task(server.serve())

    async def ended() -> None:
        server.should_exit = True
        await task

    stack.push_async_callback(ended)
    await server.until_started()
