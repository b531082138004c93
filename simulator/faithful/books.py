"""What becomes of every contact, written down as it happens and handed over as the arrays that both drivers fill."""

import numpy as np
from numpy.typing import NDArray

from queues.entries import Outcome
from simulator.contacts import (
    ABANDONED,
    ANSWERED,
    CALLBACK_FAILED,
    CALLBACK_KEPT,
    CLOSED,
    FAILED,
    NO_ONE,
    NOT_MADE,
    NOT_SERVED,
    NOT_SETTLED,
    PARTNER,
    SETTLED,
    TURNED_AWAY,
    Contacts,
    Outcomes,
)
from simulator.faithful.answerers import LOGGED_OUT, NOT_READY, RINGING, TALKING, WRAP_UP, Answerers
from simulator.faithful.caller import Caller
from simulator.faithful.habits import OutOfNumbersError

BECAME: dict[Outcome, int] = {
    Outcome.ANSWERED: ANSWERED,
    Outcome.ABANDONED: ABANDONED,
    Outcome.TURNED_AWAY: TURNED_AWAY,
    Outcome.CLOSED: CLOSED,
    Outcome.OVERFLOWED_EXTERNAL: PARTNER,
    Outcome.CALLBACK_KEPT: CALLBACK_KEPT,
    Outcome.CALLBACK_FAILED: CALLBACK_FAILED,
    Outcome.FAILED: FAILED,
}
_NEVER = -1


class Books:
    """The outcomes of a chunk in the making. Instants count from time 0 of the replication."""

    def __init__(self, contacts: Contacts, replications: int, seats: int) -> None:
        size = len(contacts.arrival_ms)
        self.first: list[int] = contacts.first.tolist()
        self.arrival_ms: list[int] = contacts.arrival_ms.tolist()
        self.stream: list[int] = contacts.stream.tolist()
        self.parent = [NO_ONE] * size
        self.outcome = [NOT_MADE] * size
        self.queue = [NO_ONE] * size
        self.entered_ms = [_NEVER] * size
        self.answered_ms = [_NEVER] * size
        self.ended_ms = [_NEVER] * size
        self.agent = [NO_ONE] * size
        self.level = [NO_ONE] * size
        self.step = [NO_ONE] * size
        self.offers = [0] * size
        self.transfers = [0] * size
        self.wrap_up_ms = [0] * size
        self.settled = [NOT_SERVED] * size
        self.next_child: int = self.first[-1]
        self.child_first = [self.next_child]
        self.times = [np.zeros((replications, seats), np.int64) for _ in range(4)]

    def new_child(self, parent: int, arrival_ms: int) -> int:
        """The index of a contact that follows from `parent`. Raises OutOfNumbersError if none is left."""
        child: int = self.next_child
        if child >= len(self.parent):
            raise OutOfNumbersError
        self.next_child = child + 1
        self.parent[child], self.arrival_ms[child] = parent, arrival_ms
        self.stream[child] = self.stream[parent]
        return child

    def forget_child(self, child: int) -> None:
        """The contact was not made after all; it must be the last."""
        self.next_child = child
        self.parent[child], self.arrival_ms[child], self.stream[child] = NO_ONE, 0, 0

    def write(self, caller: Caller, outcome: Outcome, ended_ms: int, *, served: bool, settled: bool) -> None:
        """The contact's call is over."""
        contact = caller.contact
        self.outcome[contact] = BECAME[outcome]
        self.queue[contact] = caller.queue
        self.entered_ms[contact] = caller.entered_ms
        self.answered_ms[contact] = caller.answered_ms
        self.ended_ms[contact] = ended_ms
        self.agent[contact] = caller.agent
        self.level[contact] = caller.answered_by
        self.step[contact] = caller.answered_step
        self.offers[contact] = caller.offers
        self.transfers[contact] = caller.transfers
        self.wrap_up_ms[contact] = caller.wrap_up_ms
        self.settled[contact] = (SETTLED if settled else NOT_SETTLED) if served else NOT_SERVED

    def give_up(self, now: int) -> None:
        """Who was going to ring again in this replication does not."""
        for child in range(self.child_first[-1], self.next_child):
            if self.outcome[child] == NOT_MADE:
                self.outcome[child], self.ended_ms[child] = FAILED, now

    def close(self, replication: int, answerers: Answerers) -> None:
        """The replication is over."""
        self.child_first.append(self.next_child)
        ringing, talking, wrapping, present = self.times
        for one in answerers.at.values():
            spent, seat = one.spent, one.seat
            ringing[replication, seat] = spent[RINGING]
            talking[replication, seat] = spent[TALKING]
            wrapping[replication, seat] = spent[WRAP_UP]
            present[replication, seat] = sum(spent.values()) - spent[NOT_READY] - spent[LOGGED_OUT]

    def only(self, replications: int) -> None:
        """So many replications are over; of the others nothing has happened."""
        made, children = self.first[replications], self.child_first[replications]
        self.outcome[made : self.first[-1]] = [NOT_MADE] * (self.first[-1] - made)
        self.outcome[children:] = [NOT_MADE] * (len(self.outcome) - children)
        self.first, self.child_first = self.first[: replications + 1], self.child_first[: replications + 1]
        self.times = [time[:replications] for time in self.times]

    def outcomes(self, *, ran_out: bool) -> Outcomes:
        """All of it."""
        missing = [self.next_child] * (len(self.first) - len(self.child_first))
        return Outcomes(
            child_first=_whole(self.child_first + missing),
            parent=_whole(self.parent),
            arrival_ms=_whole(self.arrival_ms),
            stream=_small(self.stream),
            outcome=_small(self.outcome),
            queue=_small(self.queue),
            entered_ms=_whole(self.entered_ms),
            answered_ms=_whole(self.answered_ms),
            ended_ms=_whole(self.ended_ms),
            agent=_small(self.agent),
            level=_small(self.level),
            step=_small(self.step),
            offers=_small(self.offers),
            transfers=_small(self.transfers),
            wrap_up_ms=_whole(self.wrap_up_ms),
            settled=_small(self.settled),
            ringing_ms=self.times[0],
            talking_ms=self.times[1],
            wrapping_ms=self.times[2],
            present_ms=self.times[3],
            ran_out=ran_out,
        )


def _whole(values: list[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def _small(values: list[int]) -> NDArray[np.int32]:
    return np.array(values, dtype=np.int32)
