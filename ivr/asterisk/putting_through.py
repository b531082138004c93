"""The end of a talk whose caller stays: papers, the end of having been served, then the hang-up of the agent's leg.

One rule: in that order. Whoever dies in between leaves the caller in the talk or in the new line, never as served.
"""

import time
from collections.abc import Callable

import structlog

from ivr.asterisk.listing import ANSWERED_VARIABLE
from ivr.asterisk.manager_link import ManagerLink
from ivr.asterisk.over_link import IN_VAIN
from ivr.asterisk.papers_wire import CLEARANCE_VARIABLE, papers_to_wire
from queues.ids import CallId
from routing.actions import EndTalk

log = structlog.get_logger()


COMES_WITHIN_S = 2.0


class Coming:
    """Callers who are being fetched out of a talk: to fetch them once more would disturb the session they come to."""

    def __init__(self) -> None:
        self._until: dict[CallId, float] = {}

    def expect(self, call: CallId, *, unless: bool) -> None:
        """The caller comes within moments, unless they are here."""
        now = time.monotonic()
        self._until = {other: until for other, until in self._until.items() if until > now}
        if not unless:
            self._until[call] = now + COMES_WITHIN_S

    def __contains__(self, call: CallId) -> bool:
        return self._until.get(call, 0) > time.monotonic()


async def put_through(
    link: ManagerLink, action: EndTalk, leg: str, *, in_session: bool, in_vain: Callable[[], None]
) -> None:
    """The caller is on the way to the next line. Where Asterisk could not be asked, `in_vain` has been called.

    A caller who is in no session is fetched out of the talk into a new one, which ends the talk.
    """
    papers = {**papers_to_wire(action.papers), ANSWERED_VARIABLE: ""}
    # What it needs to be heard lies there before the line whose phones would ring for it.
    names = sorted(papers, key=lambda name: (name == ANSWERED_VARIABLE, name != CLEARANCE_VARIABLE))
    try:
        for variable in names:
            await link.action("Setvar", Channel=action.call, Variable=variable, Value=papers[variable])
        if not in_session:
            await link.action("Redirect", Channel=action.call, Context="resume", Exten="s", Priority="1")
        elif leg:
            await link.action("Hangup", Channel=leg)
        else:
            in_vain()
    except IN_VAIN as error:
        log.info("transfer_in_vain", because=type(error).__name__)
        in_vain()
