"""Keeps the members of the fail-open queues as the engine's agents are, whatever Asterisk was told before.

Rule of this file: changes are told when they happen; what Asterisk really has is read anew after each list of the
world, so that nothing is ever told from memory of a link that broke.
"""

import asyncio

import structlog

from ivr.asterisk.manager_link import ActionRefusedError, LinkDownError, LinkState, ManagerLink
from ivr.asterisk.roster import Members, changes, desired_members, is_paused, listed_members
from queues.agents import AgentState
from queues.entries import AgentStateChanged, Entry
from queues.ids import AgentId
from routing.plan import Plan

log = structlog.get_logger()

GATHER_S = 0.05
"""Changes that come together are told together."""


class RosterKeeper:
    """Who the engine says is there, and the task that tells Asterisk."""

    def __init__(self, link: ManagerLink, plan: Plan) -> None:
        self._link = link
        self._plan = plan
        self._states: dict[AgentId, AgentState] = {}
        self._known: Members | None = None
        """What Asterisk has; None when it must be read."""
        self._due = asyncio.Event()

    def observe(self, entries: tuple[Entry, ...]) -> None:
        """Agents are as the entries say."""
        for entry in entries:
            if isinstance(entry, AgentStateChanged):
                before = self._states.get(entry.agent, AgentState.LOGGED_OUT)
                self._states[entry.agent] = entry.after
                # A ring, a talk and a wrap-up change nothing: a hundred calls a second must not be told here.
                if is_paused(entry.after) is not is_paused(before):
                    self._due.set()

    def replace_plan(self, plan: Plan) -> None:
        """Who may stand where follows this plan."""
        self._plan = plan
        self.read_again()

    def read_again(self) -> None:
        """What Asterisk has is read and put right."""
        self._known = None
        self._due.set()

    async def keep(self) -> None:
        """Never ends by itself."""
        while True:
            await self._due.wait()
            await asyncio.sleep(GATHER_S)
            self._due.clear()
            if self._link.state is not LinkState.UP:
                self._known = None
                continue
            try:
                await self._put_right()
            except (ActionRefusedError, LinkDownError, TimeoutError) as error:
                self._known = None
                log.warning("fallback_members_not_set", because=type(error).__name__)
            except Exception:
                # Nothing that one change brings may keep the next ones from being told.
                self._known = None
                log.exception("fallback_members_failed", alarm=True)

    async def _put_right(self) -> None:
        """Asterisk has the members that it should; nothing is asked if it already had."""
        desired = desired_members(self._plan, self._states)
        if self._known is None:
            self._known = listed_members(await self._link.action("QueueStatus"))
        if todo := changes(desired, self._known):
            self._known = None
            for change in todo:
                await self._link.action(change.action, **change.headers)
        self._known = desired
