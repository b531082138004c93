"""Callers who ring again: the place that is kept for who hung up in line, and the bound on one number's calls at once.

Two rules. A kept place is the one that was left, by its instant, in the same line; it is given once, and a call that
somebody must be cleared for leaves none, since who rang there is nobody's business. And whoever hides their number is
nobody in particular: no place is kept for them, and they are not counted together.
"""

from queues.ids import NO_CLEARANCE, Instant, QueueId
from routing.bounds import KeptPlace
from routing.state import Call, Centre

MOST_KEPT = 10_000
FEWEST_DIGITS = 5
RETURNED = "returned"
"""The reason of entering a line in a place that was kept."""


def is_known(caller: str) -> bool:
    """Whether the network gives a number by which two calls can be seen to be the same caller's."""
    return sum(c.isdigit() for c in caller) >= FEWEST_DIGITS


def too_many(centre: Centre, call: Call) -> bool:
    """Whether the call is more than its caller may have at once; those that are being told so do not count."""
    most = centre.plan.max_calls_per_caller
    if not most or not is_known(call.caller):
        return False
    theirs = (c for c in centre.calls.values() if c.caller == call.caller)
    return sum(c.outcome is None and c.promise is None for c in theirs) > most


def keep_place(centre: Centre, call: Call) -> None:
    """The place of a caller who hangs up in line is kept for a while, where the house does so; the oldest go first."""
    kept_ms = centre.plan.resume_place_ms
    if not kept_ms or not is_known(call.caller) or call.bounds.returned or not call.stood_in_line:
        return
    if call.clearance != NO_CLEARANCE or call.queue not in centre.plan.queues:
        return
    places = centre.kept_places
    places.pop(call.caller, None)
    places[call.caller] = KeptPlace(call.queue, call.entered_at_ms, Instant(centre.now + kept_ms))
    while len(places) > MOST_KEPT or next(iter(places.values())).until_ms < centre.now:
        del places[next(iter(places))]


def takes_kept_place(centre: Centre, call: Call, queue: QueueId) -> bool:
    """Whether the call has, from now on, the place that its caller left in this line. Nobody waited there meanwhile."""
    kept = centre.kept_places.get(call.caller)
    if kept is None or kept.queue != queue or call.entered_at_ms or centre.plan.queues[queue].clearance != NO_CLEARANCE:
        return False
    if kept.until_ms < centre.now or not centre.plan.resume_place_ms:
        return False
    del centre.kept_places[call.caller]
    call.bounds.returned, call.entered_at_ms = True, kept.entered_at_ms
    call.handed.at_ms = centre.now
    return True
