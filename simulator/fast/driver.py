"""The fast driver: the kernel's own decisions, by the same `routing.matching`, in one compiled loop over a chunk.

What it does not cover is named by `covered.refusals`. Everything else comes out as from the faithful driver, to the
millisecond: every contact and every person's time (tests/simulation/test_two_speeds.py).
"""

import math
from typing import NamedTuple

import numpy as np

from simulator.contacts import NO_ONE, Contacts, Outcomes, Real, Small, Whole
from simulator.fast.columns import BLOCK, CALL_COLUMNS, OVERFULL, RAN_OUT, REGISTERS
from simulator.fast.covered import TOO_MANY_AT_ONCE, NotCoveredError, refusals
from simulator.fast.tables import Tables, first_slot, tables_of
from simulator.machine_code import RUN, called
from simulator.memory import aligned
from simulator.world import Scenario


class Work(NamedTuple):
    """What the loop works in. Made once for a chunk."""

    reg: Whole
    calls: Whole
    """A row for each call that lives; places are used again."""
    queues: Whole
    steps: Whole
    seats: Whole
    partners: Whole
    timers: Whole
    """[blocks × BLOCK] When each seat does its next thing, and what falls due for each call."""
    first_timer: Whole
    """[blocks] The earliest of each block."""
    timer_seq: Whole
    coming: Whole
    """[roots, 2] When each root comes out of its menu, or rings in vain, and which it is; in that order."""
    rang: Whole
    """[roots] In which order they rang, as numbers among those of everything that is arranged."""
    heap: Whole
    ready: Whole
    ready_since: Whole
    lends: Whole
    new_people: Whole
    leaving: Whole
    new_calls: Whole
    unopened: Whole
    entered: Whole
    unattended: Whole
    touched: Whole


class Chances(NamedTuple):
    """What callers bring with them, of `Contacts`."""

    first: Whole
    arrival_ms: Whole
    units: Real
    chances: Real
    offer_units: Real
    offer_chances: Real


class Became(NamedTuple):
    """What is filled in, of `Outcomes`."""

    child_first: Whole
    parent: Whole
    arrival_ms: Whole
    stream: Small
    outcome: Small
    queue: Small
    entered_ms: Whole
    answered_ms: Whole
    ended_ms: Whole
    agent: Small
    level: Small
    step: Small
    offers: Small
    wrap_up_ms: Whole
    settled: Small
    ringing_ms: Whole
    talking_ms: Whole
    wrapping_ms: Whole
    present_ms: Whole


def run_fast(scenario: Scenario, contacts: Contacts) -> Outcomes:
    """What becomes of the contacts. Raises NotCoveredError for what is not covered."""
    if refused := refusals(scenario):
        raise NotCoveredError(refused)
    tables = tables_of(scenario, contacts)
    size = len(contacts.arrival_ms)
    work, became = _work(tables, int(contacts.first[-1]), size), _became(contacts, len(tables.seats))
    called(RUN, tables, work, _chances(contacts), became)
    if work.reg[RAN_OUT] == OVERFULL:
        raise NotCoveredError((TOO_MANY_AT_ONCE,))
    transfers = np.zeros(size, np.int32)
    return Outcomes(**became._asdict(), transfers=transfers, ran_out=bool(work.reg[RAN_OUT]))


def _chances(contacts: Contacts) -> Chances:
    return Chances(
        np.ascontiguousarray(contacts.first),
        np.ascontiguousarray(contacts.arrival_ms),
        np.ascontiguousarray(contacts.units),
        np.ascontiguousarray(contacts.chances),
        np.ascontiguousarray(contacts.offer_units),
        np.ascontiguousarray(contacts.offer_chances),
    )


def _work(tables: Tables, roots: int, contacts: int) -> Work:
    seats = len(tables.seats)
    places = first_slot(seats) + contacts + 1
    blocks = -(-places // BLOCK)
    return Work(
        reg=_whole(REGISTERS),
        calls=_whole(contacts + 1, CALL_COLUMNS),
        queues=_whole(*tables.queues.shape),
        steps=_whole(*tables.steps.shape),
        seats=_whole(*tables.seats.shape),
        partners=_whole(*tables.partners.shape),
        timers=_whole(blocks * BLOCK),
        first_timer=_whole(blocks),
        timer_seq=_whole(places),
        coming=_whole(roots, 2),
        rang=_whole(roots),
        heap=_whole(contacts + 1, 3),
        ready=_whole(seats),
        ready_since=_whole(seats, holds=0),
        lends=_whole(seats, holds=1),
        new_people=_whole(seats + 1),
        leaving=_whole(4 * seats + 16, 2),
        new_calls=_whole(4 * contacts + 16),
        unopened=_whole(4 * contacts + 16),
        entered=_whole(4 * contacts + 16),
        unattended=_whole(4 * contacts + 16),
        touched=_whole(4 * contacts + 16),
    )


def _whole(*shape: int, holds: int | None = None) -> Whole:
    """Room for whole numbers; aligned, so that no block of timers lies in two lines of the cache."""
    array = aligned(math.prod(shape)).view(np.int64).reshape(shape)
    if holds is not None:
        array.fill(holds)
    return array


def _became(contacts: Contacts, seats: int) -> Became:
    size, replications = len(contacts.arrival_ms), len(contacts.first) - 1

    def small(value: int) -> Small:
        return np.full(size, value, np.int32)

    def never() -> Whole:
        return np.full(size, -1, np.int64)

    def times() -> Whole:
        return np.zeros((replications, seats), np.int64)

    return Became(
        child_first=np.full(replications + 1, -1, np.int64),
        parent=np.full(size, NO_ONE, np.int64),
        arrival_ms=contacts.arrival_ms.copy(),
        stream=contacts.stream.astype(np.int32),
        outcome=small(0),
        queue=small(NO_ONE),
        entered_ms=never(),
        answered_ms=never(),
        ended_ms=never(),
        agent=small(NO_ONE),
        level=small(NO_ONE),
        step=small(NO_ONE),
        offers=small(0),
        wrap_up_ms=np.zeros(size, np.int64),
        settled=small(0),
        ringing_ms=times(),
        talking_ms=times(),
        wrapping_ms=times(),
        present_ms=times(),
    )
