"""A person at a phone asks the engine for something: one order in, the names of what is to be said out, closed.

Two rules. Who asks is what the dialplan says of the phone that proved itself, never a number. And whatever goes wrong
closes the connection without a word: the dialplan then says that the engine is not there.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import structlog

from ivr.asterisk.agi_opening import opening_fields
from ivr.asterisk.agi_steps import set_variables
from ivr.asterisk.agi_wire import PATIENCE_S, Verb, command
from ivr.asterisk.caller_session import Wire
from ivr.asterisk.sounds import sound_name
from queues.ids import AgentId, PromptId

log = structlog.get_logger()

SCRIPT = "phone"
SAID_VARIABLE, GO_VARIABLE = "TONVAL_SAID", "TONVAL_GO"
_AGENT = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_ORDER = re.compile(r"[a-z_]{1,40}")
_VALUE = re.compile(r"[0-9]{0,20}")


@dataclass(frozen=True, slots=True)
class PhoneOrder:
    """What was dialled or pressed, and by whom."""

    agent: AgentId
    order: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class PhoneAnswer:
    """What is said to the person; `go`: and what they asked for is done after it."""

    prompts: tuple[PromptId, ...]
    go: bool = False
    language: str = "sv"


OnPhone = Callable[[PhoneOrder], PhoneAnswer]


def read_phone_order(block: bytes) -> PhoneOrder | None:
    """The order that an opening block holds; None if it is no phone's, or says it oddly."""
    fields = opening_fields(block)
    if fields.get("agi_network_script") != SCRIPT:
        return None
    agent, order, value = (fields.get(f"agi_arg_{n}", "") for n in (1, 2, 3))
    if not _AGENT.fullmatch(agent) or not _ORDER.fullmatch(order) or not _VALUE.fullmatch(value):
        return None
    return PhoneOrder(AgentId(agent), order, value)


class PhoneSession:
    """One such connection, from its opening to its end."""

    def __init__(self, wire: Wire, clock: Callable[[], float]) -> None:
        self._wire = wire
        self._clock = clock
        self._overdue_at = inf

    def answer(self, order: PhoneOrder, on_phone: OnPhone) -> None:
        """The order has been given, and what is to be said is on its way."""
        try:
            answer = on_phone(order)
            said = "&".join(sound_name(prompt, answer.language) for prompt in answer.prompts)
            # One command for both: Asterisk reads the next one only when it has answered.
            line = command(*set_variables({SAID_VARIABLE: said, GO_VARIABLE: "1" if answer.go else ""}))
        except Exception:
            log.exception("phone_order_failed", order=order.order)
            self.hand_over()
            return
        self._overdue_at = self._clock() + PATIENCE_S[Verb.SET_VARIABLES]
        self._wire.write(line)

    def received(self, _chunk: bytes) -> None:
        """Asterisk has answered, or the phone has hung up: there is nothing more to say."""
        self.hand_over()

    def is_stuck(self) -> bool:
        """Whether Asterisk owes an answer for longer than it can take."""
        return self._clock() > self._overdue_at

    def hand_over(self) -> None:
        """The dialplan goes on with what it was told."""
        self._overdue_at = inf
        self._wire.close()

    def lost(self) -> None:
        """The phone has hung up, or Asterisk is gone."""
        self._overdue_at = inf
