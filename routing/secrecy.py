"""Who may hear a call: the one decision that every part asks, from the kernel to the fail-open queue's members.

A right is held or it is not; a call about which nothing is known is secret.
"""

from queues.ids import NO_CLEARANCE, UNKNOWN_CLEARANCE, Clearance


def may_hear(clearances: frozenset[Clearance], clearance: Clearance) -> bool:
    """Whether somebody who holds `clearances` may take a call that needs `clearance`; nobody holds the unknown one."""
    if clearance == UNKNOWN_CLEARANCE:
        return False
    return clearance == NO_CLEARANCE or clearance in clearances
