"""The pass over the arrays of a chunk that counts: written for numba, so with flat numbers and no objects."""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 – one loop; a view of an array for each call would cost twice the time
# ruff: noqa: PLR1714 – numba builds a tuple to look in

import numpy as np

from simulator import columns as c
from simulator import contacts as made
from simulator.columns import Q_ABANDONED, Q_ANSWERED, Q_ELSE, Q_LATE, Q_OFFERED, Q_WAIT, Q_WITHIN
from simulator.compiled import compiled, inner
from simulator.contacts import Real, Small, Whole

SECOND_MS = 1000
QUARTER_MS = 900_000


@inner
def _is_served(fate: int) -> bool:
    """Whether somebody talked with them."""
    return fate == made.ANSWERED or fate == made.PARTNER or fate == made.CALLBACK_KEPT


@inner
def _second(wait: int, most: int) -> int:
    """The place of a wait among seconds."""
    return 0 if wait <= 0 else min((wait + SECOND_MS - 1) // SECOND_MS, most)


@inner
def _answered(row: int, line: int, wait: int, within: bool, by_partner: bool, own: bool, counts: Whole) -> None:
    """An answer is counted in its row."""
    counts[row, line, c.ANSWERED] += 1
    counts[row, line, c.WAIT_ANSWERED] += wait
    counts[row, line, c.WITHIN] += within
    if by_partner:
        counts[row, line, c.PARTNER] += 1
        counts[row, line, c.PARTNER_WITHIN] += within
    elif own:
        counts[row, line, c.OWN] += 1
    else:
        counts[row, line, c.OTHER] += 1


@inner
def _abandoned(row: int, line: int, wait: int, late: bool, short: bool, counts: Whole) -> None:
    """One who gave up is counted in its row."""
    counts[row, line, c.ABANDONED] += 1
    counts[row, line, c.WAIT_ABANDONED] += wait
    counts[row, line, c.LATE] += late
    counts[row, line, c.SHORT] += short


@inner
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


@inner
def _fold_second(new: int, old: int, everybody: int, moments: Whole, kind: int, second: int, line: int) -> None:
    """So many more have waited so long in one replication: the moments grow by the difference to the second before."""
    moments[kind, second, line, c.W_HOW_MANY] += new
    moments[kind, second, line, c.W_2] += new * (new + 2 * old)
    moments[kind, second, line, c.W_OF_ALL] += new * everybody


@inner
def _fold_waits(waits: Whole, counts: Whole, place: tuple[int, int], last: int, moments: Whole) -> None:
    """What one replication found about waits is added to the moments, and forgotten. `place`: its row, and its part."""
    row, part = place
    lines = waits.shape[3]
    so_far = np.zeros(lines + 1, np.int64)
    for kind in range(c.W_KINDS):
        so_far[:] = 0
        whole = c.ANSWERED if kind == c.W_ANSWERED else c.ABANDONED
        everybody = counts[row, :, whole].sum()
        for second in range(last + 1):
            in_all = 0
            for line in range(lines):
                new = waits[part, kind, second, line]
                if new:
                    _fold_second(new, so_far[line], counts[row, line, whole], moments, kind, second, line)
                    waits[part, kind, second, line] = 0
                    so_far[line] += new
                    in_all += new
            if in_all:
                _fold_second(in_all, so_far[lines], everybody, moments, kind, second, lines)
                so_far[lines] += in_all


@inner
def _fold_quarter(sums: Real, moments: Real) -> None:
    """The sums of one quarter and line in one replication are added to the moments."""
    sums[Q_OFFERED] = sums[Q_ANSWERED] + sums[Q_ABANDONED] + sums[Q_ELSE]
    for column in range(c.Q_SUMS):
        moments[column] += sums[column]
    counted = sums[Q_ANSWERED] + sums[Q_LATE]
    moments[c.Q_OFFERED_2] += sums[Q_OFFERED] * sums[Q_OFFERED]
    moments[c.Q_WITHIN_2] += sums[Q_WITHIN] * sums[Q_WITHIN]
    moments[c.Q_COUNTED_2] += counted * counted
    moments[c.Q_WITHIN_COUNTED] += sums[Q_WITHIN] * counted
    moments[c.Q_ABANDONED_2] += sums[Q_ABANDONED] * sums[Q_ABANDONED]
    moments[c.Q_ABANDONED_OFFERED] += sums[Q_ABANDONED] * sums[Q_OFFERED]
    moments[c.Q_WAIT_2] += sums[Q_WAIT] * sums[Q_WAIT]
    moments[c.Q_WAIT_ANSWERED] += sums[Q_WAIT] * sums[Q_ANSWERED]
    moments[c.Q_ANSWERED_2] += sums[Q_ANSWERED] * sums[Q_ANSWERED]


@inner
def _fold_quarters(quarters: Real, part: int, everybody: Real, moments: Real) -> None:
    """As `_fold_quarter`, for every quarter and line of one replication, and for all lines together."""
    _, slots, lines, _ = quarters.shape
    for slot in range(slots):
        everybody[:] = 0
        for line in range(lines):
            answered, abandoned = quarters[part, slot, line, Q_ANSWERED], quarters[part, slot, line, Q_ABANDONED]
            if answered or abandoned or quarters[part, slot, line, Q_ELSE]:
                _fold_quarter(quarters[part, slot, line], moments[slot, line])
                everybody += quarters[part, slot, line]
                quarters[part, slot, line, :] = 0
        if everybody[Q_OFFERED]:
            _fold_quarter(everybody, moments[slot, lines])


@compiled()
def count(
    spans: tuple[Whole, Whole],
    links: tuple[Whole, Whole, Small],
    fates: tuple[Small, Small],
    times: tuple[Whole, Whole, Whole, Whole, Whole],
    by_whom: tuple[Small, Small, Small, Small],
    own: Whole,
    limits: tuple[int, int],
    window: tuple[int, int, int],
    slots: int,
    counts: Whole,
    quarter_moments: Real,
    wait_moments: Whole,
    matrices: tuple[Whole, Whole],
) -> None:
    """Everything counted of a chunk. `window`: from, to, parts of a replication. The rest: see `simulator.tally`.

    A row of `counts` is a replication, or one of the parts that its time is cut in. What is a sum of other columns is
    left to the caller.
    """
    first, child_first = spans
    parent, line_of, last_line = links
    outcome, settled = fates
    arrival_ms, entered_ms, answered_ms, ended_ms, wrap_up_ms = times
    agent, step, transfers, offers = by_whom
    threshold_ms, short_ms = limits
    from_ms, to_ms, parts = window
    by_seat, by_step = matrices
    lines = own.shape[0]
    most = wait_moments.shape[1] - 1
    waits = np.zeros((parts, c.W_KINDS, most + 1, lines), np.int64)
    quarters = np.zeros((parts, slots, lines, c.Q_SUMS), np.float64)
    everybody = np.zeros(c.Q_SUMS, np.float64)
    last = np.zeros(parts, np.int64)
    luck = np.zeros(len(outcome), np.uint8)
    for replication in range(len(first) - 1):
        children = child_first[replication + 1] - child_first[replication]
        for n in range(children + first[replication + 1] - first[replication]):
            # The youngest first, so that each has heard from all that follow from it.
            j = child_first[replication + 1] - 1 - n if n < children else first[replication] + n - children
            fate = outcome[j]
            if fate == made.NOT_MADE:
                continue
            done = settled[j] == made.SETTLED
            luck[j] |= _is_served(fate) + 2 * done
            if n < children:
                luck[parent[j]] |= luck[j]
            came_in = entered_ms[j] >= 0
            at_ms = entered_ms[j] if came_in else arrival_ms[j]
            if not from_ms <= at_ms < to_ms:
                continue
            part = (at_ms - from_ms) * parts // (to_ms - from_ms) if parts > 1 else 0
            slot = at_ms // QUARTER_MS
            if slot >= slots:
                slot %= slots
            row = replication * parts + part
            line = line_of[j]
            follows_talk = n < children and _is_served(outcome[parent[j]])
            if follows_talk and (fate == made.CALLBACK_KEPT or fate == made.CALLBACK_FAILED):
                counts[row, line, c.PROMISED] += 1
                counts[row, line, c.PROMISES_KEPT] += fate == made.CALLBACK_KEPT
                continue
            counts[row, line, c.OFFERS] += offers[j]
            counts[row, line, c.MOVED] += (last_line[j] >= 0) & (last_line[j] != line)
            counts[row, line, c.SETTLED] += done
            if fate == made.ANSWERED or fate == made.PARTNER:
                wait = answered_ms[j] - entered_ms[j]
                within = wait <= threshold_ms
                _answered(row, line, wait, within, fate == made.PARTNER, own[line, agent[j]], counts)
                counts[row, line, c.TALK] += ended_ms[j] - answered_ms[j]
                counts[row, line, c.WRAP_UP] += wrap_up_ms[j]
                counts[row, line, c.TRANSFERS] += transfers[j]
                quarters[part, slot, line, Q_ANSWERED] += 1
                quarters[part, slot, line, Q_WAIT] += wait
                quarters[part, slot, line, Q_WITHIN] += within
                by_seat[line, agent[j]] += 1
                by_step[line, step[j] + 1] += 1
                second = _second(wait, most)
                waits[part, c.W_ANSWERED, second, line] += 1
                last[part] = max(last[part], second)
            elif fate == made.ABANDONED:
                wait = ended_ms[j] - entered_ms[j]
                late = wait > threshold_ms
                _abandoned(row, line, wait, late, wait < short_ms, counts)
                quarters[part, slot, line, Q_ABANDONED] += 1
                quarters[part, slot, line, Q_LATE] += late
                second = _second(wait, most)
                waits[part, c.W_ABANDONED, second, line] += 1
                last[part] = max(last[part], second)
            else:
                wait = ended_ms[j] - entered_ms[j]
                let_in = came_in and (wait > 0 or not (fate == made.TURNED_AWAY or fate == made.CLOSED))
                _neither(row, line, fate, let_in, wait, counts)
                quarters[part, slot, line, Q_ELSE] += 1
            if n >= children:
                counts[row, line, c.CALLERS_THROUGH] += luck[j] & 1
                counts[row, line, c.CALLERS_SETTLED] += luck[j] >> 1
            elif follows_talk:
                counts[row, line, c.RINGS_AGAIN] += 1
            else:
                counts[row, line, c.REDIALS] += 1
        for part in range(parts):
            _fold_waits(waits, counts, (replication * parts + part, part), last[part], wait_moments)
            _fold_quarters(quarters, part, everybody, quarter_moments)
            last[part] = 0
