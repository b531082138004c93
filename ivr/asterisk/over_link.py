"""What is asked of Asterisk over the manager link, one thing at a time; in vain is said so, and asked no more.

What was not done is found by the next list of the world: nothing here is tried again.
"""

from collections.abc import Callable

import structlog

from ivr.asterisk.caller_session import INTERRUPT_DIGIT
from ivr.asterisk.listing import ANSWERED_VARIABLE, waits_for_engine
from ivr.asterisk.manager_link import ActionRefusedError, LinkDownError, ManagerLink
from queues.ids import CallId, Instant

log = structlog.get_logger()

IN_VAIN = (ActionRefusedError, LinkDownError, TimeoutError)


class OverLink:
    """The single things that a telephony asks for."""

    def __init__(self, link: ManagerLink) -> None:
        self._link = link

    async def hang_up(self, channel: str) -> None:
        """The channel is hung up."""
        await self._ask("hangup_in_vain", "Hangup", Channel=channel)

    async def note_answer(self, call: CallId, at_ms: Instant) -> None:
        """The caller's channel says that there is a talk, since then, for the dialplan and for an engine after us."""
        await self._ask("answer_not_noted", "Setvar", Channel=call, Variable=ANSWERED_VARIABLE, Value=str(at_ms))

    async def interrupt(self, channel: str) -> None:
        """What is played on the channel is cut short."""
        await self._ask("interrupt_in_vain", "PlayDTMF", Channel=channel, Digit=INTERRUPT_DIGIT, Receive="true")

    async def fetch(self, call: CallId, is_here: Callable[[], bool], *, in_fallback: bool) -> bool:
        """The caller comes to us; False if there is no such caller any more.

        One who asks for an engine by themselves is not disturbed: a session under way ends as if the caller had hung up
        when its channel is moved.
        """
        try:
            if not in_fallback:
                rows = await self._link.action("Status", Channel=call)
                if is_here() or any(waits_for_engine(row) for row in rows):
                    return True
            await self._link.action("Redirect", Channel=call, Context="resume", Exten="s", Priority="1")
        except ActionRefusedError:
            return False
        except IN_VAIN as error:
            log.info("take_back_in_vain", because=type(error).__name__)
        return True

    async def _ask(self, complaint: str, action: str, **headers: str) -> None:
        try:
            await self._link.action(action, **headers)
        except IN_VAIN as error:
            log.info(complaint, because=type(error).__name__)
