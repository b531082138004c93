"""What somebody has switched by hand, told to Asterisk: the fail-open dialplan asks its globals, and nobody else.

Rule of this file: all of it is told when any of it changes and when a link comes up, so a restarted Asterisk, or one in
which an engine before us left something, is right again at once. A value says until when by itself: it outlives us.
"""

import asyncio

import structlog

from ivr.asterisk.manager_link import ActionRefusedError, LinkDownError, LinkState, ManagerLink
from ivr.config.house import House
from queues.asked_entries import CrisisMessageSwitched, Force, HoursSwitched
from queues.entries import Entry
from queues.ids import Instant
from routing.switches import HOUSE, Forcing, Switches

log = structlog.get_logger()

FOR_EVER_S = 9_999_999_999
_LETTERS = {Force.OPEN: "O", Force.CLOSED: "C"}
_AGAIN_S = 5.0
"""After a refusal or an answer that did not come."""


def global_values(switches: Switches, house: House) -> dict[str, str]:
    """The value of every global that the dialplan asks; "" for what is not switched."""
    values = {name_of(hours): _forced(switches.forced.get(hours)) for hours in (HOUSE, *house.openings)}
    crisis = switches.crisis
    values["TONVAL_CRISIS"] = (
        f"{'I' if crisis.instead else 'B'}{_until(crisis.until_ms)}{crisis.prompt}" if crisis else ""
    )
    return values


def name_of(hours: str) -> str:
    """The global that says whether these hours are forced."""
    return f"TONVAL_FORCE_{hours}" if hours else "TONVAL_FORCE"


def _forced(forcing: Forcing | None) -> str:
    return f"{_LETTERS[forcing.how]}{_until(forcing.until_ms)}" if forcing else ""


def _until(until_ms: Instant) -> str:
    """The second at which it ends, in ten digits; the last one there is for what does not end by itself."""
    return f"{-(-until_ms // 1000) if until_ms else FOR_EVER_S:010d}"


class SwitchKeeper:
    """The task that tells Asterisk what is switched."""

    def __init__(self, link: ManagerLink, house: House) -> None:
        self.switches = Switches()
        """The kernel's own, once somebody has said which."""
        self.house = house
        self._link = link
        self._due = asyncio.Event()

    def observe(self, entries: tuple[Entry, ...]) -> None:
        """Something may have been switched."""
        if any(isinstance(entry, HoursSwitched | CrisisMessageSwitched) for entry in entries):
            self._due.set()

    def tell_again(self) -> None:
        """Asterisk may not know what it was told."""
        self._due.set()

    async def keep(self) -> None:
        """Never ends by itself."""
        while True:
            await self._due.wait()
            self._due.clear()
            if self._link.state is not LinkState.UP:
                continue  # the link says so when it is up
            try:
                for name, value in global_values(self.switches, self.house).items():
                    await self._link.action("Setvar", Variable=name, Value=value)
            except (ActionRefusedError, LinkDownError, TimeoutError) as error:
                log.warning("switches_not_told", because=type(error).__name__)
                asyncio.get_running_loop().call_later(_AGAIN_S, self._due.set)
            except Exception:
                log.exception("switches_failed", alarm=True)
