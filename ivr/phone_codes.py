"""What a person can dial on any phone, or press in a talk: the codes, and the sounds that answer them.

A code is an order with a value. The dialplan carries it to the engine (`ivr.phone_orders`) and plays what the engine
answers; where there is no engine it does what Asterisk alone can do, and says so. A further code is one line in `CODES`
and one function in `ivr.phone_orders.ORDERS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from queues.asked_entries import Force
from queues.ids import PromptId, QueueId
from routing.plan import Plan


@dataclass(frozen=True, slots=True)
class PhoneCode:
    """One code. `digits` more keys follow it: its value."""

    keys: str
    order: str
    digits: int = 0
    alone: str = ""
    """What Asterisk does by itself without an engine: pause, ready, or nothing."""

    @property
    def extension(self) -> str:
        """How the dialplan writes it."""
        return f"_{self.keys}{'X' * self.digits}" if self.digits else self.keys


CODES = (
    PhoneCode("*11", "login", alone="ready"),
    PhoneCode("*12", "ready", alone="ready"),
    PhoneCode("*13", "pause", digits=1, alone="pause"),
    PhoneCode("*14", "logout", alone="pause"),
    PhoneCode("*15", "wrap_up_done", alone="ready"),
    PhoneCode("*90", "force_closed"),
    PhoneCode("*91", "force_open"),
    PhoneCode("*92", "force_schedule"),
    PhoneCode("*93", "crisis", digits=1),
)
TRANSFER_KEYS: Mapping[int, str] = {2: "*7", 3: "*8"}
"""In a talk, followed by the queue's key: 2 to a specialist, 3 to the department."""

NO_ENGINE = PromptId("kod_ingen_motor")
PAUSED_ALONE = PromptId("kod_reserv_paus")
READY_ALONE = PromptId("kod_reserv_redo")
LOGGED_IN = PromptId("kod_inloggad")
LOGGED_OUT = PromptId("kod_utloggad")
READY = PromptId("kod_redo")
PAUSED = PromptId("kod_paus")
WRAPPED_UP = PromptId("kod_efterbehandling_klar")
NO_WRAP_UP = PromptId("kod_ingen_efterbehandling")
NOT_LOGGED_IN = PromptId("kod_inte_inloggad")
NOT_KNOWN = PromptId("kod_okand")
PUT_THROUGH = PromptId("koppla_vidare")
PUT_IN_LINE = PromptId("koppla_till_ko")
REFUSALS: Mapping[str, PromptId] = {
    "closed": PromptId("koppla_stangt"),
    "nobody_cleared": PromptId("koppla_ingen_behorig"),
    "nobody_there": PromptId("koppla_ingen_dar"),
    "nobody_ready": PromptId("koppla_ingen_ledig"),
}
REFUSED = PromptId("koppla_gick_inte")
FORCED: Mapping[Force, PromptId] = {
    Force.OPEN: PromptId("kod_oppet"),
    Force.CLOSED: PromptId("kod_stangt"),
    Force.SCHEDULE: PromptId("kod_enligt_schema"),
}
CRISIS_ON = PromptId("kod_kris_pa")
CRISIS_OFF = PromptId("kod_kris_av")
NOT_ALLOWED = PromptId("kod_far_inte")
SPOKEN: frozenset[PromptId] = frozenset(
    {
        *(NO_ENGINE, PAUSED_ALONE, READY_ALONE, LOGGED_IN, LOGGED_OUT, READY, PAUSED, WRAPPED_UP, NO_WRAP_UP),
        *(NOT_LOGGED_IN, NOT_KNOWN, PUT_THROUGH, PUT_IN_LINE, REFUSED, *REFUSALS.values()),
        *(*FORCED.values(), CRISIS_ON, CRISIS_OFF, NOT_ALLOWED),
    }
)
"""Everything that is said to people at their phones; each has a manuscript in recordings-text."""


def queue_keys(plan: Plan) -> dict[str, QueueId]:
    """The key of each queue in a transfer: the one with which callers reach it from a first menu, else a free one.

    With more than nine queues the last ones have none.
    """
    keys: dict[str, QueueId] = {}
    for entrance in plan.entrances.values():
        menu = plan.menus.get(entrance.menu)
        for key, choice in sorted(menu.choices.items()) if menu else ():
            if choice.queue in plan.queues and choice.queue not in keys.values():
                keys.setdefault(key, choice.queue)
    free = (key for key in "123456789" if key not in keys)
    return keys | dict(zip(list(free), (q for q in plan.queues if q not in keys.values()), strict=False))
