"""Eligibility, the choice of an agent for a call, and the choice of a call for an agent.

Two rules. Only pairs that are eligible now are compared, so a call that an agent may not take never stands in the way
of one that they may. And everything here works on flat sequences of whole numbers, without objects, in the subset of
Python that numba compiles: the kernel calls these functions as they are, the fast simulator calls them compiled.

Steps are bits: step n of a queue's plan is 1 << n. A pair's steps are those that name the agent, 0 if none does; a
call's are those that have opened for it, in whatever order.
"""

from collections.abc import Sequence

NEVER = 1 << 30
"""The rank of a queue that is not the agent's own."""

OWN_FIRST = 0
LONGEST_WAIT = 1
NEAREST_TARGET = 2


NOTHING = 0
"""In the way of a pair: nothing, it is eligible."""
UNCLEARED = 1
OUTSIDE = 2
"""No step of the plan names the agent."""
NOT_YET = 3
"""No step that names them has opened."""
KEPT = 4
"""Their own queues cannot spare them."""
OTHER_LANGUAGE = 5
"""The call is in a language that they do not speak, and somebody who does is logged in."""
NOT_ASKED = 6
"""A transfer asked for somebody else, or for a higher level, and they are here."""

STAYS_HOME = 7
"""A partner's line, and the call has just failed outside, or been there as often as it may."""

STEP = 1
"""What decides between two agents: the earlier step."""
LEVEL = 2
FEWEST_QUEUES = 3
READY_LONGEST = 4
FIRST_BY_NAME = 5

PRIORITY = 1
"""What decides between two calls: the higher priority."""
OWN_ORDER = 2
TARGET_SHARE = 3
WAITED_LONGEST = 4
FIRST_COME = 5


def hindrance(open_steps: int, pair_steps: int, cleared: int, own: int, may_lend: int) -> int:
    """What keeps an agent from taking a call now; NOTHING if they may.

    open_steps: the steps open for the call. pair_steps: those that name the agent. cleared: 1 if the agent may hear the
    call and is not kept from it otherwise, 0 if they may not hear it, else what keeps them away. own: 1 if the queue is
    the agent's own. may_lend: 1 if the agent's own queues can spare them.
    """
    if cleared != 1:
        return cleared or UNCLEARED
    if open_steps & pair_steps == 0:
        return OUTSIDE if pair_steps == 0 else NOT_YET
    if own != 1 and may_lend != 1:
        return KEPT
    return NOTHING


def is_there_for(open_steps: int, pair_steps: int, partner_steps: int) -> bool:
    """Whether a seat that is logged in, and may have the call, keeps it from being one for which nobody is there.

    partner_steps: the steps of the queue's plan that lead to partners, whose lines count once such a step is open.
    """
    return pair_steps & (open_steps | ~partner_steps) != 0


def first_step(open_steps: int, pair_steps: int) -> int:
    """The step that brought an eligible pair together, as its bit: the lowest in common, 0 if there is none."""
    common = open_steps & pair_steps
    return common & -common


def choose_agent(
    ready: Sequence[int],
    open_steps: int,
    pair_steps: Sequence[int],
    cleared: Sequence[int],
    own: Sequence[int],
    may_lend: Sequence[int],
    level: Sequence[int],
    queue_count: Sequence[int],
    ready_since: Sequence[int],
) -> int:
    """The agent for a call: lowest step, highest level, fewest queues, ready longest, lowest index; -1 if none may.

    ready: indices of ready agents. The others by agent index; `pair_steps`, `own` and `level` for the call's queue,
    `cleared` for its clearance. (ROUTING.md, Choosing an agent for a call.)
    """
    best = -1
    for a in ready:
        if hindrance(open_steps, pair_steps[a], cleared[a], own[a], may_lend[a]):
            continue
        if best < 0:
            best = a
            continue
        decided = agents_compared(
            first_step(open_steps, pair_steps[a]), level[a], queue_count[a], ready_since[a], a,
            first_step(open_steps, pair_steps[best]), level[best], queue_count[best], ready_since[best], best,
        )  # fmt: skip
        if decided > 0:
            best = a
    return best


def agents_compared(
    step: int,
    level: int,
    queue_count: int,
    ready_since: int,
    index: int,
    other_step: int,
    other_level: int,
    other_queue_count: int,
    other_ready_since: int,
    other_index: int,
) -> int:
    """What puts the first agent before the other for a call; negative if it puts the other first."""
    if step != other_step:
        return STEP if step < other_step else -STEP
    if level != other_level:
        return LEVEL if level > other_level else -LEVEL
    if queue_count != other_queue_count:
        return FEWEST_QUEUES if queue_count < other_queue_count else -FEWEST_QUEUES
    if ready_since != other_ready_since:
        return READY_LONGEST if ready_since < other_ready_since else -READY_LONGEST
    return FIRST_BY_NAME if index < other_index else -FIRST_BY_NAME


def calls_compared(
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
) -> int:
    """What puts the first call before the other for one agent; negative if it puts the other first.

    priority: higher first. rank: the place of the call's queue among the agent's own, larger for lent help. entered:
    instant (ms) of entering the queue. target: the queue's answer target (ms). (ROUTING.md, Choosing a call.)
    """
    if priority != other_priority:
        return PRIORITY if priority > other_priority else -PRIORITY
    if discipline == OWN_FIRST and rank != other_rank:
        return OWN_ORDER if rank < other_rank else -OWN_ORDER
    if discipline == NEAREST_TARGET:
        share = (now - entered) * other_target
        other_share = (now - other_entered) * target
        if share != other_share:
            return TARGET_SHARE if share > other_share else -TARGET_SHARE
    if entered != other_entered:
        return WAITED_LONGEST if entered < other_entered else -WAITED_LONGEST
    return FIRST_COME if sequence < other_sequence else -FIRST_COME
