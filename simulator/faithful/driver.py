"""The faithful driver: the whole kernel, menus and all, over one chunk of made-up contacts.

The loop takes whichever comes first, something that people do or something that the kernel is due to do, and tells
people what came of it. It decides nothing.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from heapq import heapify, heappop
from typing import Any

from queues.agents import PhoneState
from queues.entries import (
    AgentStateChanged,
    CallAnswered,
    CallbackPromised,
    CallEnded,
    CallOffered,
    CallQueued,
    LateEventSeen,
    OfferEnded,
)
from queues.ids import Instant
from queues.transfer_entries import CallTransferred, TransferRefused
from routing.actions import AskDigits, KeepCallback, OfferCallback, OfferToAgent, OfferToPartner, Say
from routing.events import PhoneStateChanged, WrapUpProlonged
from routing.invariants import Witness
from routing.kernel import Kernel, Step
from routing.parties import NOBODY
from simulator.contacts import BrokenOffError, Contacts, Outcomes
from simulator.faithful.agenda import Agenda, Rank
from simulator.faithful.answerers import Answerers
from simulator.faithful.books import Books
from simulator.faithful.crowd import Crowd
from simulator.faithful.habits import Habits, OutOfNumbersError
from simulator.shifts import changes
from simulator.simulated_plan import simulated
from simulator.world import DAY_MS, NEVER_MS, Scenario

STAFF, ARRIVES = int(Rank.STAFF), int(Rank.ARRIVES)
NOTHING = (NEVER_MS, int(Rank.ANSWERS))
"""In place of what comes next, when nothing does."""


class BrokenLawError(AssertionError):
    """The kernel did what it must never do (`routing.invariants`)."""


def run_faithful(
    scenario: Scenario, contacts: Contacts, *, check: bool = False, finished: Callable[[int], None] | None = None
) -> Outcomes:
    """What becomes of the contacts. check: every law of the kernel is looked at after each step; slow.

    finished: told after each replication how many are over, for a chunk may take many seconds.

    Raises BrokenOffError when interrupted after the first of them: what is over is kept.
    """
    plan, habits = simulated(scenario), Habits(scenario, contacts)
    replications = len(contacts.first) - 1
    seats = len(Kernel(plan).centre.circles.seats)
    books = Books(contacts, replications, seats)
    over = 0
    try:
        with _rings_are_left():
            for replication in range(replications):
                one = _Replication(scenario, Kernel(plan), habits, books)
                one.witness = Witness(one.kernel) if check else None
                one.run(replication, contacts.absent[replication].tolist())
                over += 1
                if finished:
                    finished(over)
    except OutOfNumbersError:
        return books.outcomes(ran_out=True)
    except KeyboardInterrupt as interrupt:
        if not over:
            raise
        books.only(over)
        those = replace(contacts, first=contacts.first[: over + 1], absent=contacts.absent[:over])
        raise BrokenOffError(those, books.outcomes(ran_out=False)) from interrupt
    return books.outcomes(ran_out=False)


@contextmanager
def _rings_are_left() -> Iterator[None]:
    """Nobody looks for objects that only know each other: few calls leave any, and looking takes long."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()


class _Replication:
    """One day, or one run, from nobody there to nobody left."""

    def __init__(self, scenario: Scenario, kernel: Kernel, habits: Habits, books: Books) -> None:
        self.scenario = scenario
        self.kernel = kernel
        self.start = scenario.start_ms
        self.length = scenario.run.length_ms
        self.agenda = Agenda(scenario.start_ms)
        self.books = books
        returns_after_ms = int(scenario.world.phones.returns_after.mean_ms + 0.5)
        run, seats = scenario.run, self.kernel.centre.circles.seats
        counts = self.start + run.warm_up_ms, self.start + run.length_ms - run.cool_down_ms
        self.answerers = Answerers(self.agenda, seats, returns_after_ms, counts)
        self.crowd = Crowd(self.agenda, self.kernel, habits, books, self.answerers)
        self.witness: Witness | None = None
        crowd = self.crowd
        self.hears: dict[type, Callable[[Any], None]] = {
            AgentStateChanged: self.answerers.changed,
            CallQueued: crowd.queued,
            CallOffered: crowd.offered,
            OfferEnded: crowd.stops,
            CallAnswered: crowd.answered,
            CallTransferred: crowd.put_through,
            TransferRefused: crowd.not_put_through,
            CallbackPromised: crowd.promised,
            CallEnded: crowd.ended,
            LateEventSeen: crowd.late,
            AskDigits: crowd.asked,
            Say: crowd.told,
            KeepCallback: crowd.to_be_kept,
            OfferToAgent: crowd.phone_rings,
            OfferCallback: crowd.phone_rings,
            OfferToPartner: crowd.partner_rings,
        }
        """Who reacts to what is remembered and what is to be done; nobody to the rest."""

    def run(self, replication: int, absent: list[bool]) -> None:
        """Everything has happened, and stands in the books. absent: the shifts that nobody comes to."""
        first, last = self.books.first[replication], self.books.first[replication + 1]
        people = tuple(self.answerers.at.values())
        for change in changes(self.scenario, absent):
            self.agenda.after(change.at_ms, Rank.STAFF, self.answerers.is_to, people[change.seat], change.wish)
        self.agenda.soon.extend(PhoneStateChanged(one.agent, PhoneState.IDLE) for one in people)
        self._tell_kernel()
        over_at = self._until_nobody_rings(first, last)
        if over_at < 0:
            over_at = self._until_all_have_gone()
        self._expire_before(over_at + 1)
        self.agenda.now = over_at
        self.crowd.give_up()
        self.answerers.close(over_at)
        self.books.close(replication, self.answerers)

    def _until_nobody_rings(self, root: int, last: int) -> int:
        """No call goes on and none will come: -1. Or the run was cut, at the instant (ms) that is the value."""
        agenda, kernel, crowd, start = self.agenda, self.kernel, self.crowd, self.start
        coming, callers, arrival_ms = agenda.coming, crowd.callers, self.books.arrival_ms
        next_deadline = kernel.centre.deadlines.next_at
        cut = start + self.length + DAY_MS
        next_root = start + arrival_ms[root] if root < last else NEVER_MS
        while callers or root < last or crowd.yet_to_ring:
            first = coming[0] if coming else NOTHING
            at_ms, rank = first[0], first[1]
            rings = next_root < at_ms or (next_root == at_ms and rank == ARRIVES)
            if rings:
                at_ms, rank = next_root, ARRIVES
            due = next_deadline()
            if due is not None and (due < at_ms or (due == at_ms and rank > STAFF)):
                if due > cut:
                    return cut
                agenda.now = max(agenda.now, due)  # its line may have closed while a partner's phone rang
                self._react(kernel.expire(Instant(agenda.now)))
            elif at_ms > cut:
                return cut
            elif rings:
                agenda.now = at_ms
                crowd.rings(root)
                root += 1
                next_root = start + arrival_ms[root] if root < last else NEVER_MS
            else:
                agenda.now = at_ms
                if rank == Rank.STAFF and due == at_ms:
                    self._rests_end()
                _, _, _, _, does, whom, note = heappop(coming)
                does(whom, note)
            if agenda.soon:
                self._tell_kernel()
        return -1

    def _until_all_have_gone(self) -> int:
        """Nobody rings any more; people wrap up and leave. When the last thing happened, or was to end (ms)."""
        agenda, answerers = self.agenda, self.answerers
        ended = max(agenda.now, self.start + self.length)
        agenda.coming[:] = [coming for coming in agenda.coming if Rank.WRAP_UP_ENDS <= coming[1] <= Rank.STAFF]
        heapify(agenda.coming)
        while agenda.coming:
            at_ms, _, _, _, does, whom, note = heappop(agenda.coming)
            if does == answerers.goes_on and whom.turn != note:
                continue
            self._expire_before(at_ms)
            agenda.now = at_ms
            does(whom, note)
            self._tell_kernel()
        return max(ended, answerers.last_at)

    def _expire_before(self, at_ms: int) -> None:
        """What the kernel was due to do before this instant has happened."""
        while (due := self.kernel.next_deadline()) is not None and due < at_ms:
            self.agenda.now = max(self.agenda.now, due)
            self._react(self.kernel.expire(Instant(due)))
            self._tell_kernel()

    def _rests_end(self) -> None:
        """Rests that end at this very instant have ended before anybody comes or goes: who is rung by then answers.

        An order that is nobody's has the kernel do so, and nothing else.
        """
        self._react(self.kernel.handle(WrapUpProlonged(NOBODY, 0), Instant(self.agenda.now)))

    # ── the kernel ──────────────────────────────────────────────────────────────────────────────────────────────
    def _tell_kernel(self) -> None:
        """The kernel knows all that people have just said, and people what came of it."""
        soon, handle, now = self.agenda.soon, self.kernel.handle, Instant(self.agenda.now)
        while soon:
            self._react(handle(soon.popleft(), now))

    def _react(self, step: Step) -> None:
        hears = self.hears
        for entry in step.entries:
            if (reacts := hears.get(type(entry))) is not None:
                reacts(entry)
        for action in step.actions:
            if (reacts := hears.get(type(action))) is not None:
                reacts(action)
        if self.witness is not None and (broken := self.witness.after(step)):
            raise BrokenLawError("; ".join(broken))
