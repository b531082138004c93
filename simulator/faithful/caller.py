"""One made-up caller: a contact whose call goes on, and what is known of it so far."""

from queues.ids import CallId, OfferId
from simulator.contacts import NO_ONE
from simulator.faithful.answerers import Answerer
from simulator.faithful.habits import Habits

NOT_YET = 0
"""In place of the instant of hanging up: of whoever has not begun to wait."""
EXPECTS_NOBODY = -1
"""Of whoever talks, has been promised to be rung, or has gone."""


class Caller:
    """Instants count from time 0 of the replication, but for the one of hanging up, which is the kernel's."""

    __slots__ = (
        "about", "agent", "answered_by", "answered_ms", "answered_step", "asked", "call", "contact", "entered_ms",
        "first_queue", "habits", "hangs_up_at", "home", "level", "offer", "offers", "promised", "queue", "rung",
        "step", "stream", "talk", "talks", "transfers", "with_whom", "wrap_up_ms", "written",
    )  # fmt: skip

    with_whom: Answerer
    """Who talks to them, or talked to them last."""

    def __init__(self, contact: int, stream: int, home: int, habits: Habits) -> None:
        self.call = CallId(str(contact))
        self.contact = contact
        self.stream = stream
        self.home = home
        """The queue that their keys lead to."""
        self.habits = habits
        self.asked = 0
        """How many menus have been read to them."""
        self.queue = NO_ONE
        self.first_queue = NO_ONE
        self.entered_ms = -1
        self.hangs_up_at = NOT_YET
        self.offer = 0
        """The one that rings; 0 for none."""
        self.offers = 0
        self.rung = 0
        """The seat that it was last offered to."""
        self.step = NO_ONE
        """Of the last offer, as the level."""
        self.level = NO_ONE
        self.talk = OfferId(0)
        self.talks = 0
        self.transfers = 0
        self.answered_ms = -1
        """This and the next three: of the first talk."""
        self.agent = NO_ONE
        self.answered_by = NO_ONE
        self.answered_step = NO_ONE
        self.wrap_up_ms = 0
        self.promised = False
        self.written = False
        self.about: Caller | None = None
        """Whose matter it is, of one that an agent has promised to ring."""

    @property
    def line(self) -> int:
        """The queue whose ways they have: where they stand or stood last, else where their keys lead."""
        return self.queue if self.queue >= 0 else self.home

    def talks_to(self, one: Answerer, now: int) -> None:
        """They have been answered."""
        self.with_whom = one
        self.talks += 1
        if self.talks == 1:
            self.answered_ms, self.agent = now, one.seat
            self.answered_by, self.answered_step = self.level, self.step

    def talks_ms(self) -> int:
        """How long this talk lasts."""
        return self.habits.talk[self.talks > 1][self.line][max(self.level, 0)](self.contact)

    def wraps_up(self) -> int:
        """How long it takes to wrap up after this talk."""
        ms = self.habits.wrap_up[self.talks > 1][self.line][max(self.level, 0)](self.contact)
        if self.talks == 1:
            self.wrap_up_ms = ms
        return ms

    def leads_to_wrap_up(self) -> bool:
        """Whether the plan that is run knows a wrap-up after this talk, be it of no length."""
        return self.queue < 0 or self.habits.wraps_up[self.queue]

    def is_settled(self) -> bool:
        """Whether the matter has been settled in the last talk."""
        return self.habits.resolved[self.contact] < self.habits.callers[self.line].resolved[max(self.level, 0)]
