"""Eligibility, the choice of an agent for a call, and the choice of a call for an agent.

Two rules. Only pairs that are eligible now are compared, so a call that an agent may not take never stands in the way
of one that they may. And everything here works on flat sequences of whole numbers, without objects, in the subset of
Python that numba compiles: the kernel calls these functions as they are, the fast simulator calls them compiled.

A pair's step is the first step of the queue's plan that opens the line to the agent, `NEVER` if none does.
"""

from collections.abc import Sequence

NEVER = 1 << 30

OWN_FIRST = 0
LONGEST_WAIT = 1
NEAREST_TARGET = 2


def eligible(open_step: int, pair_step: int, cleared: int, own: int, may_lend: int) -> bool:
    """Whether an agent may take a call now.

    open_step: the last step open for the call. pair_step: the first that reaches the agent. cleared: 1 if the agent may
    hear the call. own: 1 if the queue is the agent's own. may_lend: 1 if the agent's own queues can spare them.
    """
    return pair_step <= open_step and cleared == 1 and (own == 1 or may_lend == 1)


def choose_agent(
    ready: Sequence[int],
    open_step: int,
    pair_step: Sequence[int],
    cleared: Sequence[int],
    own: Sequence[int],
    may_lend: Sequence[int],
    level: Sequence[int],
    queue_count: Sequence[int],
    ready_since: Sequence[int],
) -> int:
    """The agent for a call: lowest step, highest level, fewest queues, ready longest, lowest index; -1 if none may.

    ready: indices of ready agents. The others by agent index; `pair_step`, `own` and `level` for the call's queue,
    `cleared` for its clearance. (ROUTING.md, Choosing an agent for a call.)
    """
    best = -1
    for a in ready:
        if not eligible(open_step, pair_step[a], cleared[a], own[a], may_lend[a]):
            continue
        if best < 0:
            best = a
            continue
        if pair_step[a] != pair_step[best]:
            better = pair_step[a] < pair_step[best]
        elif level[a] != level[best]:
            better = level[a] > level[best]
        elif queue_count[a] != queue_count[best]:
            better = queue_count[a] < queue_count[best]
        elif ready_since[a] != ready_since[best]:
            better = ready_since[a] < ready_since[best]
        else:
            better = a < best
        if better:
            best = a
    return best


def call_goes_first(
    discipline: int,
    now: int,
    priority: int,
    rank: int,
    entered: int,
    target: int,
    sequence: int,
    other_priority: int,
    other_rank: int,
    other_entered: int,
    other_target: int,
    other_sequence: int,
) -> bool:
    """Whether the first call goes before the other for one agent.

    priority: higher first. rank: the place of the call's queue among the agent's own, larger for lent help. entered:
    instant (ms) of entering the queue. target: the queue's answer target (ms). (ROUTING.md, Choosing a call.)
    """
    if priority != other_priority:
        return priority > other_priority
    if discipline == OWN_FIRST and rank != other_rank:
        return rank < other_rank
    if discipline == NEAREST_TARGET:
        share = (now - entered) * other_target
        other_share = (now - other_entered) * target
        if share != other_share:
            return share > other_share
    if entered != other_entered:
        return entered < other_entered
    return sequence < other_sequence
