"""What is counted of a chunk, small enough to travel and to keep: everything that any measure is made of.

What an interval, or a comparison replication by replication, needs of each replication is kept so (`counts`, `people`).
Quarters of an hour and waits second by second would be too much; of them the sums are kept, and the sums of squares and
products over replications, which give the same intervals. Everything can be added up, in any grouping.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from queues.ids import partner_of
from routing.circles import OWN_LEVEL, seated
from routing.plan import Agent
from simulator.contacts import Contacts, Outcomes, Real, Small, Whole
from simulator.machine_code import COUNT, called
from simulator.measuring import columns as c
from simulator.measuring.steadiness import steady
from simulator.measuring.tally_arrays import Calls, Rules, Scratch, Sums
from simulator.world import Run, Scenario

PARTS = 30
"""A single long run is cut in so many, each taken for a replication."""
MOST_QUARTERS = 672
"""A longer run than a week is folded to one."""
MOST_SECONDS = 7200
MS_PER_HOUR = 3_600_000
MS_PER_MINUTE = 60_000
_kept = threading.local()
"""The last scratch, by its form: mostly zeros, and to clear it anew for each chunk costs as much as to count."""


@dataclass(frozen=True, slots=True)
class Tallies:
    """Raw counts; which is where stands in `simulator.measuring.columns`. R rows, Q queues in the order of the plan.

    Where there are Q + 1, the last is all queues together.
    """

    parts: int
    """In how many each replication was cut: 1, or there was but one."""
    counts: Whole
    """[R, Q, COUNT] By the queue first entered, or wished for."""
    people: Real
    """[R, P_COUNT] Everybody's time (ms) and cost (öre)."""
    quarters: Real
    """[quarters, Q + 1, Q_COUNT] By when they entered."""
    waits: Whole
    """[W_KINDS, seconds, Q + 1, W_COUNT] Second 0: no wait; n: more than n - 1 and at most n seconds; the last: longer.
    As differences: sum along the seconds."""
    by_seat: Whole
    """[Q, seats] Who answered."""
    by_step: Whole
    """[Q, steps] By which step of the plan they came together; first: none."""
    seats: Real
    """[P_PRESENT + 1, seats] Each person's time (ms)."""
    seat_moments: Real
    """[3, seats] Of busy and present time over replications: busy², busy × present, present²."""

    @property
    def rows(self) -> int:
        """How many independent samples there are."""
        return len(self.counts)


def tally(scenario: Scenario, contacts: Contacts, outcomes: Outcomes) -> Tallies:
    """Everything counted of a chunk: contacts that entered, or came in vain, between warm-up and cool-down."""
    seats = seated(scenario.plan)
    parts = _parts(scenario, contacts)
    tallies = _nothing(scenario, seats, parts * (len(contacts.first) - 1), parts)
    run, seen = scenario.run, outcomes
    line_of, own = _lines(scenario, seats)
    calls = Calls(
        arrival_ms=seen.arrival_ms,
        entered_ms=seen.entered_ms,
        answered_ms=seen.answered_ms,
        ended_ms=seen.ended_ms,
        wrap_up_ms=seen.wrap_up_ms,
        parent=seen.parent,
        stream=seen.stream,
        last_line=seen.queue,
        outcome=seen.outcome,
        settled=seen.settled,
        agent=seen.agent,
        step=seen.step,
        transfers=seen.transfers,
        offers=seen.offers,
    )
    rules = Rules(
        own=own,
        line_of=line_of,
        limits=_limits(run, parts, len(tallies.quarters)),
        first=contacts.first,
        child_first=seen.child_first,
    )
    waits = _counted(calls, rules, tallies)
    _sum_up(tallies.counts)
    times, moments = _by_person(outcomes)
    people = _people(scenario, seats, outcomes)
    return replace(
        tallies,
        people=_cut(people, tallies.counts, parts) if parts > 1 else people,
        waits=waits,
        seats=times,
        seat_moments=moments,
    )


def _limits(run: Run, parts: int, quarters: int) -> Whole:
    """In the order of `simulator.measuring.tally_arrays`."""
    to_ms = max(run.warm_up_ms + 1, run.length_ms - run.cool_down_ms)
    return np.array([run.threshold_ms, run.short_abandon_ms, run.warm_up_ms, to_ms, parts, quarters], np.int64)


def _sum_up(counts: Whole) -> None:
    """The columns that are sums of others are there."""
    counts[..., c.OFFERED] = counts[..., c.FATES].sum(-1)
    counts[..., c.CALLERS] = counts[..., c.OFFERED] - counts[..., c.REDIALS] - counts[..., c.RINGS_AGAIN]
    counts[..., c.LET_IN] += counts[..., c.ANSWERED] + counts[..., c.ABANDONED]
    counts[..., c.WAIT_ALL] += counts[..., c.WAIT_ANSWERED] + counts[..., c.WAIT_ABANDONED]


def _nothing(scenario: Scenario, seats: tuple[Agent, ...], rows: int, parts: int) -> Tallies:
    """Nothing counted yet."""
    queues = scenario.plan.queues
    quarters = min(max(1, -(-scenario.run.length_ms // c.QUARTER_MS)), MOST_QUARTERS)
    steps = max((len(queue.steps) for queue in queues.values()), default=0)
    return Tallies(
        parts=parts,
        counts=np.zeros((rows, len(queues), c.COUNT), np.int64),
        people=np.zeros((rows, c.P_COUNT), np.float64),
        quarters=np.zeros((quarters, len(queues) + 1, c.Q_COUNT), np.float64),
        waits=np.zeros((c.W_KINDS, 0, len(queues) + 1, c.W_COUNT), np.int64),
        by_seat=np.zeros((len(queues), max(1, len(seats))), np.int64),
        by_step=np.zeros((len(queues), steps + 1), np.int64),
        seats=np.zeros((c.P_PRESENT + 1, len(seats)), np.float64),
        seat_moments=np.zeros((3, len(seats)), np.float64),
    )


def _counted(calls: Calls, rules: Rules, tallies: Tallies) -> Whole:
    """The calls are counted in the tallies; the moments of waits, which are returned, up to the longest of them."""
    form = tallies.parts, len(tallies.quarters), tallies.counts.shape[1]
    known, scratch = _kept.__dict__.pop("scratch", (None, None))
    if scratch is None or known != form:
        scratch = _new_scratch(*form)
    luck = np.zeros(len(calls.outcome), np.uint8)
    sums = Sums(tallies.counts, tallies.by_seat, tallies.by_step, tallies.quarters, luck, *scratch)
    called(COUNT, calls, rules, sums)
    until = int(scratch.last[-1]) + 1
    waits: Whole = scratch.wait_moments[:, :until].copy()
    scratch.wait_moments[:, :until] = 0
    scratch.last[-1] = 0
    _kept.scratch = form, scratch
    return waits


def _new_scratch(parts: int, quarters: int, lines: int) -> Scratch:
    seconds = MOST_SECONDS + 2
    return Scratch(
        quarters=np.zeros((parts, quarters, lines, c.Q_SUMS), np.float64),
        waits=np.zeros((parts, c.W_KINDS, seconds, lines), np.int64),
        seconds=np.zeros((parts, c.W_KINDS, seconds), np.bool_),
        last=np.zeros(parts + 1, np.int64),
        so_far=np.zeros(lines + 1, np.int64),
        wait_moments=np.zeros((c.W_KINDS, seconds, lines + 1, c.W_COUNT), np.int64),
    )


def _lines(scenario: Scenario, seats: tuple[Agent, ...]) -> tuple[Small, NDArray[np.bool_]]:
    """By stream: the queue it wishes for; by queue and seat: whether it is their own."""
    index = {queue: i for i, queue in enumerate(scenario.plan.queues)}
    own = np.zeros((len(index), max(1, len(seats))), np.bool_)
    for seat, person in enumerate(seats):
        for queue, level in person.queues:
            own[index[queue], seat] = level >= OWN_LEVEL
    return np.array([index[stream.queue] for stream in scenario.world.streams] or [0], np.int32), own


def joined(pieces: Sequence[Tallies]) -> Tallies:
    """The tallies of several chunks of one scenario, in that order."""
    if len(pieces) == 1:
        return pieces[0]
    seconds = max(piece.waits.shape[1] for piece in pieces)
    waits = np.zeros((c.W_KINDS, seconds, *pieces[0].waits.shape[2:]), np.int64)
    for piece in pieces:
        waits[:, : piece.waits.shape[1]] += piece.waits
    return Tallies(
        parts=pieces[0].parts,
        counts=np.concatenate([piece.counts for piece in pieces]),
        people=np.concatenate([piece.people for piece in pieces]),
        quarters=np.sum([piece.quarters for piece in pieces], axis=0),
        waits=waits,
        by_seat=np.sum([piece.by_seat for piece in pieces], axis=0),
        by_step=np.sum([piece.by_step for piece in pieces], axis=0),
        seats=np.sum([piece.seats for piece in pieces], axis=0),
        seat_moments=np.sum([piece.seat_moments for piece in pieces], axis=0),
    )


def _parts(scenario: Scenario, contacts: Contacts) -> int:
    alone = scenario.run.replications == 1 and len(contacts.first) == 1 + 1
    return PARTS if alone and steady(scenario) else 1


def _by_person(outcomes: Outcomes) -> tuple[Real, Real]:
    """Each person's time over all replications, and the moments of busy and present."""
    times = (outcomes.ringing_ms, outcomes.talking_ms, outcomes.wrapping_ms, outcomes.present_ms)
    busy = (outcomes.ringing_ms + outcomes.talking_ms + outcomes.wrapping_ms).astype(np.float64)
    present = outcomes.present_ms.astype(np.float64)
    moments = np.array([(busy * busy).sum(0), (busy * present).sum(0), (present * present).sum(0)])
    return np.array([time.sum(0) for time in times], np.float64), moments


def _people(scenario: Scenario, seats: tuple[Agent, ...], outcomes: Outcomes) -> Real:
    """Time and cost of each replication."""
    prices = {partner.id: partner.cost_ore_per_min for partner in scenario.plan.partners.values()}
    partner = np.array([bool(partner_of(seat.id)) for seat in seats], np.bool_)
    ore = np.array([prices.get(partner_of(seat.id), 0) for seat in seats], np.float64)
    people = np.zeros((len(outcomes.present_ms), c.P_COUNT), np.float64)
    if not seats:
        return people
    ours = ~partner
    people[:, c.P_RINGING] = outcomes.ringing_ms[:, ours].sum(1)
    people[:, c.P_TALKING] = outcomes.talking_ms[:, ours].sum(1)
    people[:, c.P_WRAPPING] = outcomes.wrapping_ms[:, ours].sum(1)
    people[:, c.P_PRESENT] = outcomes.present_ms[:, ours].sum(1)
    people[:, c.P_PARTNER] = outcomes.talking_ms[:, partner].sum(1)
    people[:, c.P_COST] = people[:, c.P_PRESENT] * scenario.cost_ore_per_hour / MS_PER_HOUR
    people[:, c.P_COST] += (outcomes.talking_ms[:, partner] * ore[partner]).sum(1) / MS_PER_MINUTE
    return people


def _cut(people: Real, counts: Whole, parts: int) -> Real:
    """The one replication's time, shared by its parts: presence alike, work by that of the calls counted there."""
    shares = np.full((parts, c.P_COUNT), 1 / parts)
    work = counts[:, :, (c.TALK, c.WRAP_UP)].sum((1, 2)).astype(np.float64)
    if work.sum():
        for column in (c.P_RINGING, c.P_TALKING, c.P_WRAPPING, c.P_PARTNER):
            shares[:, column] = work / work.sum()
    cut: Real = shares * people
    return cut
