"""Who is asking: a `Viewer`, as their rights are at this instant, and what every route says about who may use it.

Each route declares it by a dependency that has `admits`: `signed_in`, `with_account`, `require(Role.…)` or
`OpenToAll("why")`. A test walks all routes and refuses one that declares nothing.
"""

from dataclasses import dataclass
from typing import Protocol

from fastapi import HTTPException, Request

from ivr.web.accounts.roles import NUMBERS, STAFF, Role
from queues.ids import AgentId, Clearance, QueueId
from routing.secrecy import may_hear

NOT_SIGNED_IN = 401
NOT_ALLOWED = 403


class CallInSight(Protocol):
    """What must be known of a call to decide who may see what of it."""

    @property
    def queue(self) -> QueueId:
        """Where it waits; "" in a menu."""

    @property
    def clearance(self) -> Clearance:
        """What it needs."""

    @property
    def agent(self) -> AgentId:
        """Who has it or is rung for it, "" for nobody."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody signed in, or a program with a token. True for one request, or for one message on an open stream."""

    account: str
    name: str
    roles: frozenset[Role]
    agent: AgentId = AgentId("")
    """Whose phone is theirs; "" if they take no calls."""
    queues: frozenset[QueueId] | None = frozenset()
    """None: all."""
    clearances: frozenset[Clearance] = frozenset()
    session: str = ""
    """Names the session in the store; it opens nothing. "" for a program's token."""

    def may_see_queue(self, queue: QueueId) -> bool:
        """Whether the queue is one of theirs. A call that stands in none yet is everybody's."""
        return self.queues is None or not queue or queue in self.queues

    def may_hear(self, clearance: Clearance) -> bool:
        """Whether they may know what a call that needs `clearance` is about."""
        return may_hear(self.clearances, clearance)

    def may_number(self, call: CallInSight) -> bool:
        """Whether they may be shown the caller's number: their own call, or as an operator one of their queues'."""
        if not self.roles & NUMBERS or not self.may_hear(call.clearance):
            return False
        own = bool(self.agent) and call.agent == self.agent
        return own or (Role.OPERATOR in self.roles and self.may_see_queue(call.queue))


@dataclass(frozen=True, slots=True)
class Require:
    """A dependency: the viewer, if they have one of the roles. 401 (a page: on to /logga-in) or 403 if not."""

    admits: frozenset[Role]

    async def __call__(self, request: Request) -> Viewer:
        """Who is asking, with the rights that they have now."""
        viewer = await viewer_of(request)
        if viewer is None:
            raise HTTPException(NOT_SIGNED_IN, "Du är inte inloggad.")
        if not viewer.roles & self.admits:
            raise HTTPException(NOT_ALLOWED, "Ditt konto har inte den behörigheten.")
        return viewer


@dataclass(frozen=True, slots=True)
class OpenToAll:
    """A dependency: nobody needs to be signed in, and `why` says why that is right."""

    why: str
    admits: frozenset[Role] = frozenset(Role)

    async def __call__(self) -> None:
        """Everybody."""


def require(*roles: Role) -> Require:
    """A dependency that lets in whoever has one of `roles`."""
    return Require(frozenset(roles))


signed_in = Require(STAFF)
"""A dependency that lets in everybody who has to do with calls."""
with_account = Require(frozenset(Role))
"""A dependency that lets in everybody with an account, also those who may only search the directory."""


async def viewer_of(request: Request) -> Viewer | None:
    """Who is asking: by the token of a program if there is one, else by the session's cookie; None if nobody known."""
    from ivr.web.context import web_of  # noqa: PLC0415 - the context holds what this needs

    web = web_of(request)
    authorization = request.headers.get("authorization")
    if authorization is None:
        return await web.sessions.viewer(web.origin.token_in(request), web.house.plan)
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or web.tokens is None or not request.url.path.startswith("/api/"):
        return None
    return await web.tokens.viewer_of(token.strip())
