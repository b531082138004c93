"""Who may hear a call: the one decision that every part asks, from the kernel to the fail-open queue's members.

A right is held or it is not; a call about which nothing is known is secret.
"""

from queues.ids import NO_CLEARANCE, UNKNOWN_CLEARANCE, Clearance

AND = ":"
"""Between the names, if a call needs several: it keeps what it needed in every line that it stood in."""


def may_hear(clearances: frozenset[Clearance], clearance: Clearance) -> bool:
    """Whether somebody who holds `clearances` may take a call that needs `clearance`; nobody holds the unknown one."""
    if clearance == UNKNOWN_CLEARANCE:
        return False
    return clearance == NO_CLEARANCE or clearances.issuperset(clearance.split(AND))


def risen(clearance: Clearance, queue: Clearance) -> Clearance:
    """What a call needs when it enters a queue: it never falls. Before a choice it is unknown: that decides."""
    if clearance == UNKNOWN_CLEARANCE or clearance == queue == NO_CLEARANCE:
        return queue
    names = {*clearance.split(AND), *queue.split(AND)} - {NO_CLEARANCE}
    return Clearance(AND.join(sorted(names)))


def known_better(had: Clearance, carried: Clearance, in_plan: frozenset[Clearance]) -> Clearance:
    """What a call needs whose papers are read. A name that the plan does not know is unknown, and so secret."""
    if not may_hear(in_plan, carried):
        return had
    return risen(had, carried)
