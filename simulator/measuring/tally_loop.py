"""The pass over the arrays of a chunk that counts: written for numba, so with flat numbers and no objects."""

# ruff: noqa: PLR0913, PLR0917 – flat numbers: a view of an array for each call would cost twice the time
# ruff: noqa: PLR1714 – numba builds a tuple to look in

from typing import Any

from simulator import compiled
from simulator import contacts as made
from simulator.arrays import BYTE, FLAG, REAL, SMALL, WHOLE, ArraysType, opened
from simulator.contacts import Real, Whole
from simulator.machine_code import COUNT
from simulator.measuring import columns as c
from simulator.measuring.columns import Q_ABANDONED, Q_ANSWERED, Q_ELSE, Q_LATE, Q_OFFERED, Q_WAIT, Q_WITHIN
from simulator.measuring.tally_arrays import FROM, PARTS, QUARTERS, SHORT, THRESHOLD, TO, Calls, Rules, Sums

SECOND_MS = 1000

CALLS = ArraysType(
    "Calls",
    (
        ("arrival_ms", WHOLE, 1),
        ("entered_ms", WHOLE, 1),
        ("answered_ms", WHOLE, 1),
        ("ended_ms", WHOLE, 1),
        ("wrap_up_ms", WHOLE, 1),
        ("parent", WHOLE, 1),
        ("stream", SMALL, 1),
        ("last_line", SMALL, 1),
        ("outcome", SMALL, 1),
        ("settled", SMALL, 1),
        ("agent", SMALL, 1),
        ("step", SMALL, 1),
        ("transfers", SMALL, 1),
        ("offers", SMALL, 1),
    ),
)
RULES = ArraysType(
    "Rules",
    (
        ("own", FLAG, 2),
        ("line_of", SMALL, 1),
        ("limits", WHOLE, 1),
        ("first", WHOLE, 1),
        ("child_first", WHOLE, 1),
    ),
)
SUMS = ArraysType(
    "Sums",
    (
        ("counts", WHOLE, 3),
        ("by_seat", WHOLE, 2),
        ("by_step", WHOLE, 2),
        ("quarter_moments", REAL, 3),
        ("luck", BYTE, 1),
        ("quarters", REAL, 4),
        ("waits", WHOLE, 4),
        ("seconds", FLAG, 3),
        ("last", WHOLE, 1),
        ("so_far", WHOLE, 1),
        ("wait_moments", WHOLE, 4),
    ),
)
_calls, _rules, _sums = opened(CALLS), opened(RULES), opened(SUMS)


@compiled.part
def _is_served(fate: int) -> bool:
    """Whether somebody talked with them."""
    return fate == made.ANSWERED or fate == made.PARTNER or fate == made.CALLBACK_KEPT


@compiled.part
def _second(wait: int, most: int) -> int:
    """The place of a wait among seconds."""
    return 0 if wait <= 0 else min((wait + SECOND_MS - 1) // SECOND_MS, most)


@compiled.part
def _wait_is_counted(kind: int, wait: int, part: int, line: int, sums: Sums) -> None:
    """The wait is found among those of its part."""
    second = _second(wait, sums.waits.shape[2] - 1)
    sums.waits[part, kind, second, line] += 1
    sums.seconds[part, kind, second] = True
    sums.last[part] = max(sums.last[part], second)


@compiled.part
def _answered(j: int, row: int, part: int, slot: int, calls: Calls, rules: Rules, sums: Sums) -> None:
    """An answer is counted."""
    line, agent = rules.line_of[calls.stream[j]], calls.agent[j]
    counts, quarters = sums.counts, sums.quarters
    wait = calls.answered_ms[j] - calls.entered_ms[j]
    within = wait <= rules.limits[THRESHOLD]
    counts[row, line, c.ANSWERED] += 1
    counts[row, line, c.WAIT_ANSWERED] += wait
    counts[row, line, c.WITHIN] += within
    if calls.outcome[j] == made.PARTNER:
        counts[row, line, c.PARTNER] += 1
        counts[row, line, c.PARTNER_WITHIN] += within
    elif rules.own[line, agent]:
        counts[row, line, c.OWN] += 1
    else:
        counts[row, line, c.OTHER] += 1
    counts[row, line, c.TALK] += calls.ended_ms[j] - calls.answered_ms[j]
    counts[row, line, c.WRAP_UP] += calls.wrap_up_ms[j]
    counts[row, line, c.TRANSFERS] += calls.transfers[j]
    quarters[part, slot, line, Q_ANSWERED] += 1
    quarters[part, slot, line, Q_WAIT] += wait
    quarters[part, slot, line, Q_WITHIN] += within
    sums.by_seat[line, agent] += 1
    sums.by_step[line, calls.step[j] + 1] += 1
    _wait_is_counted(c.W_ANSWERED, wait, part, line, sums)


@compiled.part
def _abandoned(j: int, row: int, part: int, slot: int, calls: Calls, rules: Rules, sums: Sums) -> None:
    """One who gave up is counted."""
    line, counts = rules.line_of[calls.stream[j]], sums.counts
    wait = calls.ended_ms[j] - calls.entered_ms[j]
    late = wait > rules.limits[THRESHOLD]
    counts[row, line, c.ABANDONED] += 1
    counts[row, line, c.WAIT_ABANDONED] += wait
    counts[row, line, c.LATE] += late
    counts[row, line, c.SHORT] += wait < rules.limits[SHORT]
    sums.quarters[part, slot, line, Q_ABANDONED] += 1
    sums.quarters[part, slot, line, Q_LATE] += late
    _wait_is_counted(c.W_ABANDONED, wait, part, line, sums)


@compiled.part
def _neither(row: int, line: int, fate: int, let_in: bool, wait: int, counts: Whole) -> None:
    """One who was neither answered nor gave up is counted in its row."""
    if fate == made.TURNED_AWAY:
        counts[row, line, c.TURNED_AWAY] += 1
    elif fate == made.CLOSED:
        counts[row, line, c.CLOSED] += 1
    elif fate == made.CALLBACK_KEPT:
        counts[row, line, c.CALLBACK_KEPT] += 1
    elif fate == made.CALLBACK_FAILED:
        counts[row, line, c.CALLBACK_FAILED] += 1
    else:
        counts[row, line, c.FAILED] += 1
    if let_in:
        counts[row, line, c.LET_IN] += 1
        counts[row, line, c.WAIT_ALL] += wait


@compiled.part
def _fold_second(new: int, old: int, everybody: int, moments: Whole, kind: int, second: int, line: int) -> None:
    """So many more have waited so long in one replication: the moments grow by the difference to the second before."""
    moments[kind, second, line, c.W_HOW_MANY] += new
    moments[kind, second, line, c.W_2] += new * (new + 2 * old)
    moments[kind, second, line, c.W_OF_ALL] += new * everybody


@compiled.part
def _fold_waits(row: int, part: int, sums: Sums) -> None:
    """What one replication found about waits is added to the moments, and forgotten."""
    so_far, waits, counts, moments = sums.so_far, sums.waits, sums.counts, sums.wait_moments
    lines, last = waits.shape[3], sums.last[part]
    for kind in range(c.W_KINDS):
        so_far[:] = 0
        column = c.ANSWERED if kind == c.W_ANSWERED else c.ABANDONED
        everybody = 0
        for line in range(lines):
            everybody += counts[row, line, column]
        for second in range(last + 1):
            if not sums.seconds[part, kind, second]:
                continue
            sums.seconds[part, kind, second] = False
            in_all = 0
            for line in range(lines):
                new = waits[part, kind, second, line]
                if new:
                    _fold_second(new, so_far[line], counts[row, line, column], moments, kind, second, line)
                    waits[part, kind, second, line] = 0
                    so_far[line] += new
                    in_all += new
            _fold_second(in_all, so_far[lines], everybody, moments, kind, second, lines)
            so_far[lines] += in_all
    sums.last[part] = 0
    longest = sums.last.shape[0] - 1
    sums.last[longest] = max(sums.last[longest], last)


@compiled.part
def _fold_quarter(
    answered: float, within: float, wait: float, abandoned: float, late: float, otherwise: float, moments: Real
) -> None:
    """What one quarter and line came to in one replication is added to the moments."""
    offered, counted = answered + abandoned + otherwise, answered + late
    moments[Q_OFFERED] += offered
    moments[Q_ANSWERED] += answered
    moments[Q_WITHIN] += within
    moments[Q_ABANDONED] += abandoned
    moments[Q_LATE] += late
    moments[Q_ELSE] += otherwise
    moments[Q_WAIT] += wait
    moments[c.Q_OFFERED_2] += offered * offered
    moments[c.Q_WITHIN_2] += within * within
    moments[c.Q_COUNTED_2] += counted * counted
    moments[c.Q_WITHIN_COUNTED] += within * counted
    moments[c.Q_ABANDONED_2] += abandoned * abandoned
    moments[c.Q_ABANDONED_OFFERED] += abandoned * offered
    moments[c.Q_WAIT_2] += wait * wait
    moments[c.Q_WAIT_ANSWERED] += wait * answered
    moments[c.Q_ANSWERED_2] += answered * answered


@compiled.part
def _fold_quarters(quarters: Real, part: int, moments: Real) -> None:
    """As `_fold_quarter`, for every quarter and line of one replication, and for all lines together."""
    _, slots, lines, _ = quarters.shape
    for slot in range(slots):
        all_answered = all_within = all_wait = all_abandoned = all_late = all_otherwise = 0.0
        for line in range(lines):
            answered, abandoned = quarters[part, slot, line, Q_ANSWERED], quarters[part, slot, line, Q_ABANDONED]
            otherwise = quarters[part, slot, line, Q_ELSE]
            if answered or abandoned or otherwise:
                within, wait = quarters[part, slot, line, Q_WITHIN], quarters[part, slot, line, Q_WAIT]
                late = quarters[part, slot, line, Q_LATE]
                _fold_quarter(answered, within, wait, abandoned, late, otherwise, moments[slot, line])
                quarters[part, slot, line, :] = 0
                all_answered += answered
                all_within += within
                all_wait += wait
                all_abandoned += abandoned
                all_late += late
                all_otherwise += otherwise
        if all_answered or all_abandoned or all_otherwise:
            _fold_quarter(
                all_answered, all_within, all_wait, all_abandoned, all_late, all_otherwise, moments[slot, lines]
            )


@compiled.part
def _counted(j: int, replication: int, calls: Calls, rules: Rules, sums: Sums) -> Any:
    """The row that contact j was counted in; -1 if it does not count."""
    came_in = calls.entered_ms[j] >= 0
    at_ms = calls.entered_ms[j] if came_in else calls.arrival_ms[j]
    from_ms, to_ms, parts = rules.limits[FROM], rules.limits[TO], rules.limits[PARTS]
    if not from_ms <= at_ms < to_ms:
        return -1
    part = (at_ms - from_ms) * parts // (to_ms - from_ms) if parts > 1 else 0
    row, line, fate = replication * parts + part, rules.line_of[calls.stream[j]], calls.outcome[j]
    counts = sums.counts
    is_callback = fate == made.CALLBACK_KEPT or fate == made.CALLBACK_FAILED
    if is_callback and calls.parent[j] >= 0 and _is_served(calls.outcome[calls.parent[j]]):
        counts[row, line, c.PROMISED] += 1
        counts[row, line, c.PROMISES_KEPT] += fate == made.CALLBACK_KEPT
        return -1
    slot = at_ms // c.QUARTER_MS
    if slot >= rules.limits[QUARTERS]:
        slot %= rules.limits[QUARTERS]
    counts[row, line, c.OFFERS] += calls.offers[j]
    counts[row, line, c.MOVED] += (calls.last_line[j] >= 0) & (calls.last_line[j] != line)
    counts[row, line, c.SETTLED] += calls.settled[j] == made.SETTLED
    if fate == made.ANSWERED or fate == made.PARTNER:
        _answered(j, row, part, slot, calls, rules, sums)
    elif fate == made.ABANDONED:
        _abandoned(j, row, part, slot, calls, rules, sums)
    else:
        wait = calls.ended_ms[j] - calls.entered_ms[j]
        let_in = came_in and (wait > 0 or not (fate == made.TURNED_AWAY or fate == made.CLOSED))
        _neither(row, line, fate, let_in, wait, counts)
        sums.quarters[part, slot, line, Q_ELSE] += 1
    return row


@compiled.part
def count(calls: Calls, rules: Rules, sums: Sums) -> None:
    """Everything is counted of a chunk. What is a sum of other columns is left to the caller."""
    counts, outcome, parent = sums.counts, calls.outcome, calls.parent
    luck, first, child_first, parts = sums.luck, rules.first, rules.child_first, rules.limits[PARTS]
    for replication in range(len(first) - 1):
        # The youngest first, so that each has heard from all that follow from it.
        for j in range(child_first[replication + 1] - 1, child_first[replication] - 1, -1):
            if outcome[j] == made.NOT_MADE:
                continue
            luck[j] |= _is_served(outcome[j]) + 2 * (calls.settled[j] == made.SETTLED)
            luck[parent[j]] |= luck[j]
            row = _counted(j, replication, calls, rules, sums)
            if row >= 0:
                again = c.RINGS_AGAIN if _is_served(outcome[parent[j]]) else c.REDIALS
                counts[row, rules.line_of[calls.stream[j]], again] += 1
        for j in range(first[replication], first[replication + 1]):
            row = _counted(j, replication, calls, rules, sums)
            if row >= 0:
                through = _is_served(outcome[j]) | (luck[j] & 1)
                done = (calls.settled[j] == made.SETTLED) | (luck[j] >> 1)
                line = rules.line_of[calls.stream[j]]
                counts[row, line, c.CALLERS_THROUGH] += through
                counts[row, line, c.CALLERS_SETTLED] += done
        for part in range(parts):
            row = replication * parts + part
            _fold_waits(row, part, sums)
            _fold_quarters(sums.quarters, part, sums.quarter_moments)


@compiled.whole(COUNT)
def count_at(calls: int, rules: int, sums: int) -> int:
    """As `count`, with the addresses of the arrays."""
    count(_calls(calls), _rules(rules), _sums(sums))
    return 0
