"""What every page and route needs, made once by the process and handed along with each request."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from fastapi import Request

from ivr.config.always_open import always_open
from ivr.config.house import House
from ivr.config.load import load
from ivr.config.site import Site
from ivr.web.accounts.access import AccessLog
from ivr.web.accounts.attempts import Attempts
from ivr.web.accounts.flows import Flows
from ivr.web.accounts.passwords import Passwords
from ivr.web.accounts.register import Accounts
from ivr.web.accounts.sessions import Sessions
from ivr.web.accounts.viewer import Viewer
from ivr.web.origin import Origin
from ivr.web.store import WebStore
from ivr.web.views import Views
from ivr.web.watching import Watching

if TYPE_CHECKING:
    from ivr.web.alarms.current import Alarms
    from ivr.web.engine_link import EngineLink
    from ivr.web.live_board import LiveBoard


class TokenBook(Protocol):
    """Programs' tokens."""

    async def viewer_of(self, token: str) -> Viewer | None:
        """On whose behalf the program asks, with the rights that the token has now; None for an unknown one."""
        ...

    async def still(self, viewer: Viewer) -> Viewer | None:
        """The same, for a viewer that `viewer_of` gave before."""
        ...


@dataclass(slots=True)
class Web:
    """One installation's pages."""

    folder: Path
    site: Site
    house: House
    clock: Callable[[], int]
    """Now, in ms since 1970."""
    store: WebStore
    live: "LiveBoard"
    link: "EngineLink"
    alarms: "Alarms"
    tokens: TokenBook | None = None
    public: str = ""
    """Where people reach the pages, as https://vaxel.example, through a proxy; "" on this machine only."""
    open_always: bool = False
    """The engine is open around the clock, whatever the YAML says."""
    passwords: Passwords = field(default_factory=Passwords)
    origin: Origin = field(init=False)
    accounts: Accounts = field(init=False)
    sessions: Sessions = field(init=False)
    access: AccessLog = field(init=False)
    attempts: Attempts = field(init=False, default_factory=Attempts)
    flows: Flows = field(init=False, default_factory=Flows)
    watching: Watching = field(init=False)
    views: Views = field(init=False)

    def __post_init__(self) -> None:
        self.origin = Origin(self.public)
        self.accounts = Accounts(self.store, self.clock)
        self.sessions = Sessions(self.store, self.clock)
        self.access = AccessLog(self.store, self.clock)
        self.watching = Watching(self.clock)
        self.views = Views(self)

    async def reload(self) -> None:
        """The municipality's files are read again; a folder with errors changes nothing."""
        loaded = await asyncio.to_thread(load, self.folder, self.clock())
        if loaded.house is not None:
            self.house = always_open(loaded.house) if self.open_always else loaded.house

    async def still(self, viewer: Viewer) -> Viewer | None:
        """The viewer with the rights that they have at this instant; None if they have none any more.

        For whatever is held open: ask before each thing sent. Costs microseconds while nobody's rights have changed.
        """
        if viewer.session:
            return await self.sessions.still(viewer, self.house.plan)
        return await self.tokens.still(viewer) if self.tokens else None


def web_of(request: Request) -> Web:
    """The context that the request runs in."""
    return cast(Web, request.app.state.web)
