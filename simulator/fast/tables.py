"""A scenario as the arrays of the fast loop: the kernel's own circles, hours and limits, and people's habits."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from queues.ids import UNKNOWN_CLEARANCE
from routing.circles import DISCIPLINES, Circles
from routing.limits import partner_steps
from routing.matching import NEVER
from routing.plan import ALWAYS_OPEN, FAR_FUTURE_MS, Leads, Limit, Partner, Plan, PlanStep, Queue
from routing.secrecy import risen
from simulator.contacts import Contacts, Real, Whole
from simulator.fast import columns as at
from simulator.fast.choices import choices
from simulator.fast.numbered import Clearances, Hours, by_seat
from simulator.fast.ways import hours_keys, ways_of
from simulator.remembered import remembered
from simulator.shifts import Wish, changes
from simulator.simulated_plan import simulated
from simulator.spans import rows_of, span
from simulator.world import DAY_MS, Callers, Scenario


class Tables(NamedTuple):
    """What does not change while a chunk runs. Q queues, A seats, C clearances; columns as in `columns`."""

    parameters: Whole
    blank_call: Whole
    """A call of which nothing is known yet."""
    queues: Whole
    """[Q, columns] As they are at the beginning of a replication; so the next three."""
    steps: Whole
    """[Q, most steps, columns]"""
    seats: Whole
    """[A, columns]"""
    partners: Whole
    """[partners, columns]"""
    pair: Whole
    """[Q, A] The steps that name the seat, as bits."""
    own: Whole
    """[Q, A]"""
    level: Whole
    """[Q, A]"""
    cleared: Whole
    """[2 × C, A] Who may have a call that needs it, and then who may have one that stays at home."""
    risen: Whole
    """[C, Q] What a call needs from there on."""
    choice: Whole
    """[C, Q, A] How good each seat is for a call that has just come: see `choices`."""
    rank: Whole
    """[A, Q]"""
    reach: Whole
    """[A, Q + 1] The queues that can come to the seat, then NO."""
    own_queues: Whole
    """[A, Q + 1] As `reach`."""
    queue_count: Whole
    """[A]"""
    hours: Whole
    """[hours, 2] Where each opening hours' intervals begin and end in the next two."""
    opens: Whole
    closes: Whole
    ways: Whole
    """[LIMITS × Q, most ways, columns] By queue; of each FOR_LENGTH, FOR_WAIT, FOR_NOBODY."""
    way_count: Whole
    """[Q, LIMITS]"""
    streams: Whole
    """[streams, columns]"""
    menu_row: Whole
    menu_mean: Real
    span_row: Whole
    """[Q, spans]"""
    span_mean: Real
    shares: Real
    """[Q, shares]"""
    answer_row: Whole
    answer_mean: Real
    misses: Real
    staff: Whole
    """[changes, 3]"""
    staff_bounds: Whole
    """[R, 2] Whose changes each replication has."""


def tables_of(scenario: Scenario, contacts: Contacts) -> Tables:
    """Everything that the loop needs to know of the scenario."""
    by_chance = contacts.offer_units.shape[1] > 0 or len(contacts.offer_chances) > 0
    staff, staff_bounds = _staff(scenario, contacts)
    return _without_staff(scenario, by_chance)._replace(staff=staff, staff_bounds=staff_bounds)


@remembered
def _without_staff(scenario: Scenario, by_chance: bool) -> Tables:
    """All that is the same for each chunk."""
    plan = simulated(scenario)
    circles, hours, clearances = Circles(plan), Hours(scenario.start_ms), Clearances(plan)
    queues = list(plan.queues)
    spans = _spans(scenario)
    answers = rows_of(scenario).answers
    menu = rows_of(scenario).menu
    phones = (scenario.world.phones, scenario.world.partner_phones)
    return Tables(
        parameters=_parameters(scenario, plan, by_chance),
        blank_call=_blank_call(),
        queues=_rows([_queue(q, plan, hours, clearances) for q in plan.queues.values()], at.QUEUE_COLUMNS),
        steps=_steps(plan, hours),
        seats=_seats(plan, circles),
        partners=_partners(plan, hours),
        pair=by_seat(circles.pair_steps[q] for q in queues),
        own=by_seat(circles.own[q] for q in queues),
        level=by_seat(circles.level[q] for q in queues),
        cleared=by_seat([row(c) for row in (circles.cleared, circles.at_home) for c in clearances.known]),
        risen=clearances.risen(plan),
        choice=choices(circles, clearances.known, {q.id: _from_start(q) for q in plan.queues.values()}),
        rank=by_seat([rank.get(q, NEVER) for q in queues] for rank in circles.rank),
        reach=_lists(circles.reach, queues),
        own_queues=_lists(circles.own_queues, queues),
        queue_count=np.array(circles.queue_count, dtype=np.int64),
        ways=_ways(plan, queues),
        way_count=_rows(
            [[len(limit.ways) if limit else 0 for limit in _limits(q)] for q in plan.queues.values()], at.LIMITS
        ),
        streams=_streams(scenario, plan, hours, queues),
        menu_row=menu.row.astype(np.int64),
        menu_mean=menu.mean,
        span_row=spans[0],
        span_mean=spans[1],
        shares=_shares(scenario),
        answer_row=answers.row.astype(np.int64),
        answer_mean=answers.mean,
        misses=np.array([one.misses for one in phones]),
        staff=_rows([], 3),
        staff_bounds=_rows([], 2),
        **hours.arrays(),
    )


# ── forms ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def _rows(rows: Sequence[Sequence[int]], columns: int) -> Whole:
    return np.array(rows, dtype=np.int64).reshape(len(rows), columns)


def _lists(of_seats: Sequence[Sequence[str]], queues: Sequence[str]) -> Whole:
    """Queues by index, each seat's list ended by NO."""
    found = np.full((len(of_seats), len(queues) + 1), at.NO, dtype=np.int64)
    for a, names in enumerate(of_seats):
        # A queue of a person's that the plan does not have is nobody's.
        known = [queues.index(name) for name in names if name in queues]
        found[a, : len(known)] = known
    return found


def _blank_call() -> Whole:
    row = np.zeros(at.BLANK_COLUMNS, dtype=np.int64)
    row[list(at.NOT_KNOWN)] = at.NO
    return row


# ── the plan ────────────────────────────────────────────────────────────────────────────────────────────────────────
def _parameters(scenario: Scenario, plan: Plan, by_chance: bool) -> Whole:
    world = scenario.world
    own_counts = any(s.own_ready_under for q in plan.queues.values() for s in q.steps)
    keeps = any(q.lend_when_ready_over for q in plan.queues.values())
    rings = world.phones.answers_after.mean_ms, world.partner_phones.answers_after.mean_ms
    at_once = not by_chance and not any(span(1.0, ms) for ms in rings) and all(q.ring_ms for q in plan.queues.values())
    at_once = at_once and not any(counts_talk(p) or not p.ring_ms for p in plan.partners.values())
    values = np.zeros(at.PARAMETERS, dtype=np.int64)
    values[at.DISCIPLINE] = DISCIPLINES[plan.discipline]
    values[at.KEEPS] = keeps
    values[at.COUNTS_OWN] = keeps or own_counts
    values[at.CONDITIONAL] = any(step.conditional for q in plan.queues.values() for step in q.steps)
    values[at.QUIET] = not (values[at.KEEPS] or values[at.COUNTS_OWN] or values[at.CONDITIONAL])
    values[at.RONA_PAUSE] = plan.rona_pause_ms
    values[at.RONA_LIMIT] = plan.rona_limit
    values[at.RETURNS_AFTER] = int(world.phones.returns_after.mean_ms + 0.5)
    values[at.AT_ONCE] = at_once
    values[at.FIRST_SLOT] = first_slot(len(Circles(plan).seats))
    values[at.BEGAN] = scenario.start_ms
    values[at.LENGTH] = scenario.run.length_ms
    values[at.CUT] = scenario.run.length_ms + DAY_MS
    values[at.DRAWN_OFFERS] = 1 if by_chance else at.NO
    values[at.COUNTED_FROM] = scenario.run.warm_up_ms
    values[at.COUNTED_TO] = scenario.run.length_ms - scenario.run.cool_down_ms
    return values


def first_slot(seats: int) -> int:
    """Where the timers of calls begin, after those of so many seats: at a block."""
    return at.BLOCK * max(1, -(-seats // at.BLOCK))


def _queue(queue: Queue, plan: Plan, hours: Hours, clearances: Clearances) -> list[int]:
    row = [0] * at.QUEUE_COLUMNS
    row[at.Q_PRIORITY], row[at.Q_RING], row[at.Q_WRAPS] = queue.priority, queue.ring_ms, queue.wrap_up_ms > 0
    row[at.Q_TARGET], row[at.Q_KEEPS] = queue.answer_target_ms, queue.lend_when_ready_over
    row[at.Q_SERVES_ON] = queue.serve_after_close_ms
    row[at.Q_MAX_WAIT], row[at.Q_MAX_LENGTH] = _over(queue.max_wait), _over(queue.max_length)
    row[at.Q_NOBODY], row[at.Q_OUTSIDE] = _over(queue.nobody_logged_in), partner_steps(queue)
    row[at.Q_HOURS], row[at.Q_HOURS_KEY] = hours.number(queue.hours), hours_keys(plan)[queue.hours_id or queue.hours]
    row[at.Q_STEPS] = len(queue.steps)
    row[at.Q_CONDITIONAL] = any(step.conditional for step in queue.steps)
    row[at.Q_FROM_START] = _from_start(queue)
    row[at.Q_CLEARANCE] = clearances.index[risen(UNKNOWN_CLEARANCE, queue.clearance)]
    for column in (at.Q_FIRST, at.Q_LAST, at.Q_HELD_FIRST, at.Q_HELD_LAST):
        row[column] = at.NO
    return row


def _from_start(queue: Queue) -> int:
    """As bits."""
    open_at_once = [step.after_ms <= 0 and not step.only_by_limit for step in queue.steps]
    first = open_at_once.index(False) if False in open_at_once else len(open_at_once)
    return (1 << first) - 1 if not any(open_at_once[first:]) else 0


def _over(limit: Limit | None) -> int:
    return at.NO if limit is None else limit.over


def _steps(plan: Plan, hours: Hours) -> Whole:
    most = max((len(queue.steps) for queue in plan.queues.values()), default=0)
    found = np.zeros((len(plan.queues), most, at.STEP_COLUMNS), dtype=np.int64)
    for q, queue in enumerate(plan.queues.values()):
        for i, step in enumerate(queue.steps):
            found[q, i] = _step(step, hours)
    return found


def _step(step: PlanStep, hours: Hours) -> list[int]:
    row = [0] * at.STEP_COLUMNS
    row[at.S_AFTER], row[at.S_SKIPS_EMPTY] = step.after_ms, step.skip_when_empty
    row[at.S_ONLY_LIMIT] = step.only_by_limit
    row[at.S_LONGER_THAN], row[at.S_OWN_UNDER] = step.queue_longer_than, step.own_ready_under
    timed = step.hours_id or step.hours is not ALWAYS_OPEN
    row[at.S_HOURS] = hours.number(step.hours) if timed else at.NO
    return row


def _seats(plan: Plan, circles: Circles) -> Whole:
    found = np.zeros((len(circles.seats), at.SEAT_COLUMNS), dtype=np.int64)
    found[:, at.PARTNER], found[:, at.READY_AT], found[:, at.SLOT] = at.NO, at.NO, at.NO
    found[:, at.WISH] = Wish.OUT
    first = len(plan.agents)
    for p, partner in enumerate(plan.partners.values()):
        found[first : first + partner.lines, at.PARTNER] = p
        first += partner.lines
    return found


def _partners(plan: Plan, hours: Hours) -> Whole:
    found = np.zeros((len(plan.partners), at.PARTNER_COLUMNS), dtype=np.int64)
    first = len(plan.agents)
    for row, partner in zip(found, plan.partners.values(), strict=True):
        row[at.P_FIRST], row[at.P_LINES], row[at.P_HOURS] = first, partner.lines, hours.number(partner.hours)
        row[at.P_WORD], row[at.P_DUE] = at.NO, at.BIG
        row[at.P_RING], row[at.P_MOST] = partner.ring_ms, min(partner.most_ms_a_day, at.BIG)
        row[at.P_TRIPS], row[at.P_PROBE], row[at.P_AGAIN] = partner.trips_after, partner.probe_ms, partner.again_ms
        row[at.P_HEALS] = max(partner.short_talk_ms, plan.dead_air_ms)
        first += partner.lines
    return found


def counts_talk(partner: Partner) -> bool:
    """Whether it matters how long is talked there in a day."""
    return partner.most_ms_a_day < FAR_FUTURE_MS


def _limits(queue: Queue) -> tuple[Limit | None, Limit | None, Limit | None]:
    """By FOR_LENGTH, FOR_WAIT and FOR_NOBODY."""
    return queue.max_length, queue.max_wait, queue.nobody_logged_in


def _ways(plan: Plan, queues: Sequence[str]) -> Whole:
    limits = [(queue, limit.ways if limit else ()) for queue in plan.queues.values() for limit in _limits(queue)]
    most = max((len(ways) for _, ways in limits), default=0)
    found = np.zeros((len(limits), most, at.WAY_COLUMNS), dtype=np.int64)
    for row, (queue, ways) in zip(found, limits, strict=True):
        for i, way in enumerate(ways):
            row[i] = at.NO, way is ways[-1], at.NO
            if way.leads is Leads.QUEUE:
                row[i, at.W_QUEUE] = queues.index(way.queue)
            elif way.leads is Leads.PARTNER:
                row[i, at.W_STEPS] = partner_steps(queue, way.partner)
    return found


# ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def _streams(scenario: Scenario, plan: Plan, hours: Hours, queues: Sequence[str]) -> Whole:
    keys, rows = hours_keys(plan), []
    for stream, way in zip(scenario.world.streams, ways_of(plan, scenario.world.streams), strict=True):
        entrance = way.entrance
        row = [0] * at.STREAM_COLUMNS
        row[at.M_QUEUE] = queues.index(way.queue) if way.queue in queues else at.NO
        row[at.M_HOURS], row[at.M_HOURS_KEY] = hours.number(entrance.hours), keys[entrance.hours_id or entrance.hours]
        row[at.M_CALLERS] = queues.index(stream.queue)
        rows.append(row)
    return _rows(rows, at.STREAM_COLUMNS)


def _spans(scenario: Scenario) -> tuple[Whole, Real]:
    rows = rows_of(scenario)
    size = (len(scenario.plan.queues), at.SPANS)
    row, mean = np.full(size, at.NO, dtype=np.int64), np.zeros(size)
    columns = (at.PATIENCE, at.REDIAL_AFTER, at.RINGS_AGAIN_AFTER)
    for column, spans in zip(columns, (rows.patience, rows.redial_after, rows.rings_again_after), strict=True):
        row[:, column], mean[:, column] = spans.row, spans.mean
    for column, spans in ((at.TALK, rows.talk), (at.WRAP_UP, rows.wrap_up)):
        row[:, column : column + 5], mean[:, column : column + 5] = spans.row, spans.mean
    return row, mean


def _shares(scenario: Scenario) -> Real:
    found = np.zeros((len(scenario.plan.queues), at.SHARES))
    for q, queue in enumerate(scenario.plan.queues):
        callers = scenario.world.callers.get(queue, Callers())
        found[q, at.RESOLVED : at.RESOLVED + 5] = callers.resolved
        found[q, at.REDIAL], found[q, at.RINGS_AGAIN] = callers.redial, callers.rings_again
    return found


def _staff(scenario: Scenario, contacts: Contacts) -> tuple[Whole, Whole]:
    """All changes, and which of them each replication has: the same ones, unless shifts are absent by chance."""
    patterns: dict[bytes, tuple[int, int]] = {}
    found: list[Whole] = []
    bounds, many = [], 0
    for absent in contacts.absent:
        pattern = absent.tobytes()
        if pattern not in patterns:
            found.append(_changes(scenario, pattern))
            patterns[pattern] = (many, many + len(found[-1]))
            many += len(found[-1])
        bounds.append(patterns[pattern])
    return np.concatenate(found) if found else _rows([], 3), _rows(bounds, 2)


@remembered
def _changes(scenario: Scenario, absent: bytes) -> Whole:
    """Who comes and goes when these shifts are absent."""
    some = changes(scenario, np.frombuffer(absent, np.bool_).tolist())
    return _rows([(change.at_ms, change.seat, int(change.wish)) for change in some], 3)
