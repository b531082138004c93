"""The bounds of a line: how long one may wait, how many may stand there, and what becomes of a line that nobody serves.

Three rules. A call that meets a bound goes the first way that is open now, or else the last one that is named, and is
told so: never silence, never a bare hang-up. It takes its instant and its clearance with it. And it is moved on from a
few lines at the most: after that it stays where it is and is told that it still stands in line.
"""

from queues.entries import Outcome
from queues.ids import CallId, PartnerId, QueueId
from queues.limit_entries import LimitReached
from routing.callbacks import promise
from routing.callers import enter_queue, leave
from routing.deadlines import DeadlineKind
from routing.eligibility import seats_for
from routing.matching import first_step, is_there_for
from routing.plan import Leads, Limit, Queue, TargetKind, WayOut
from routing.secrecy import risen
from routing.state import Call, CallState, Centre
from routing.switching import is_open_for
from routing.widening import open_by_limit

MAX_OVERFLOWS = 5
MAX_WAIT = "max_wait"
MAX_LENGTH = "max_length"
NOBODY_LOGGED_IN = "nobody_logged_in"
NO_PARTNER = PartnerId("")


def keep_within(centre: Centre) -> None:
    """No line is longer than it may be by whoever has just entered it."""
    watch = centre.watch
    while watch.entered:
        call_id = next(iter(watch.entered))
        del watch.entered[call_id]
        call = centre.calls.get(call_id)
        if call is not None and call.state is CallState.WAITING:
            limit = centre.queue_of(call).max_length
            if limit is not None and len(centre.lines[call.queue]) > limit.over:
                _moves_on(centre, call, limit, MAX_LENGTH)


def watch_for_nobody(centre: Centre) -> None:
    """Where nobody is, it is known since when."""
    unattended = centre.watch.unattended
    for call_id in () if centre.paused else unattended:
        call = centre.calls.get(call_id)
        if call is not None and call.state is CallState.WAITING:
            _watch_for_nobody(centre, call)
    unattended.clear()


def wait_ends(centre: Centre, owner: str) -> None:
    """A caller who still waits has waited as long as this line lets them; one for whom a phone rings is not moved."""
    call = centre.calls[CallId(owner)]
    limit = centre.queue_of(call).max_wait
    if call.state is CallState.WAITING and limit is not None:
        call.bounds.waited_out = True
        _moves_on(centre, call, limit, MAX_WAIT)


def nobody_came(centre: Centre, owner: str) -> None:
    """Nobody who could take the call has been logged in for as long as the line bears."""
    call = centre.calls[CallId(owner)]
    limit = centre.queue_of(call).nobody_logged_in
    if call.state is CallState.WAITING and limit is not None and not centre.paused and not _anybody_for(centre, call):
        _moves_on(centre, call, limit, NOBODY_LOGGED_IN)


def _watch_for_nobody(centre: Centre, call: Call) -> None:
    limit, kind = centre.queue_of(call).nobody_logged_in, DeadlineKind.NOBODY_CAME
    if limit is None or call.handed.until_ms or _anybody_for(centre, call):
        centre.deadlines.cancel(call.id, kind)
    elif centre.deadlines.at(call.id, kind) is None:
        centre.deadlines.set(call.id, kind, centre.now + limit.over)


def _anybody_for(centre: Centre, call: Call) -> bool:
    """Whether a person whom any step names, or a partner for whom one is open, is there for the call."""
    may, pair_steps = seats_for(centre, call), centre.circles.pair_steps[call.queue]
    outside = partner_steps(centre.queue_of(call))
    return any(may[a] == 1 and is_there_for(call.open_steps, pair_steps[a], outside) for a in centre.logged_in)


def partner_steps(queue: Queue, partner: PartnerId = NO_PARTNER) -> int:
    """The steps of the queue's plan that lead to this partner, or to any, as bits."""
    outside = ((i, step) for i, step in enumerate(queue.steps) if step.target is TargetKind.PARTNER)
    return sum(1 << i for i, step in outside if partner in {NO_PARTNER, step.partner})


# ── the ways out ────────────────────────────────────────────────────────────────────────────────────────────────────
def _moves_on(centre: Centre, call: Call, limit: Limit, why: str) -> None:
    """The call goes the first way that is open now; if none is, the last, as far as that can be."""
    for way in limit.ways:
        if way is limit.ways[-1] or _is_open(centre, call, way):
            before, at = call.queue, len(centre.entries)
            if _go(centre, call, way, why):
                centre.entries.insert(at, LimitReached(centre.now, call.id, before, why, way.leads.value, _target(way)))
                return


def _target(way: WayOut) -> str:
    return way.queue or way.partner


def _is_open(centre: Centre, call: Call, way: WayOut) -> bool:
    """Whether somebody will come of it: whoever only may be there does not count."""
    if way.leads is Leads.QUEUE:
        return _may_enter(centre, call, way.queue) and _serves(centre, call, way.queue)
    if way.leads is Leads.PARTNER:
        step = _step_of(centre, call, way)
        may = seats_for(centre, call)
        return step >= 0 and any(
            a in centre.logged_in and may[a] == 1 for a in centre.circles.targets(call.queue, step)
        )
    return True


def _may_enter(centre: Centre, call: Call, queue: QueueId) -> bool:
    rules = centre.plan.queues.get(queue)
    return (
        rules is not None
        and queue != call.queue
        and call.bounds.overflows < MAX_OVERFLOWS
        and is_open_for(centre, call, rules.hours, rules.hours_id)
    )


def _serves(centre: Centre, call: Call, queue: QueueId) -> bool:
    """Whether somebody is logged in who could take the call there, and there is room for it."""
    rules = centre.plan.queues[queue]
    if rules.max_length is not None and len(centre.lines[queue]) >= rules.max_length.over:
        return False
    may, pair_steps = centre.circles.cleared(risen(call.clearance, rules.clearance)), centre.circles.pair_steps[queue]
    return any(may[a] == 1 and pair_steps[a] for a in centre.logged_in)


def _go(centre: Centre, call: Call, way: WayOut, why: str) -> bool:
    """The call goes this way. False if it cannot, and stays where it is."""
    if way.leads is Leads.MESSAGE:
        leave(centre, call, way.prompts, Outcome.TURNED_AWAY, why)
        return True
    if way.leads is Leads.QUEUE:
        return _overflows(centre, call, way, why)
    if way.leads is Leads.PARTNER:
        step = _step_of(centre, call, way)
        if step < 0:
            return False
        open_by_limit(centre, call, step)
        _tell(centre, call, way)
        return True
    return promise(centre, call)


def _overflows(centre: Centre, call: Call, way: WayOut, why: str) -> bool:
    if not _may_enter(centre, call, way.queue):
        rules = centre.plan.queues.get(way.queue)
        if rules is None or way.queue == call.queue or call.bounds.overflows >= MAX_OVERFLOWS:
            return False
        leave(centre, call, way.prompts or rules.closed_prompts, Outcome.TURNED_AWAY, why)
        return True
    call.bounds.overflows += 1
    centre.leave_line(call)
    enter_queue(centre, call, way.queue, "overflow")
    _tell(centre, call, way)
    return True


def _tell(centre: Centre, call: Call, way: WayOut) -> None:
    """The caller hears what the way says, once, instead of what the line would."""
    if way.prompts and call.state is CallState.WAITING:
        call.bounds.notice = way.prompts
        centre.unsettled[call.id] = True


def _step_of(centre: Centre, call: Call, way: WayOut) -> int:
    """A step by which the call's line reaches the partner and that has not opened; -1 if there is none."""
    return first_step(~call.open_steps, partner_steps(centre.queue_of(call), way.partner)).bit_length() - 1
