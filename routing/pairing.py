"""Waiting calls and ready people are brought together: the choices of `matching`, over what the centre knows.

Two rules. No eligible pair is left apart: any new pair holds a call or a person that changed in this step, so only
those are looked at. And people choose before calls do, so that whoever waited longest for a person goes first.
"""

from queues.ids import CallId, QueueId
from routing import matching
from routing.circles import OWN_LEVEL
from routing.offers import offer
from routing.plan import Discipline
from routing.state import Call, Centre

DISCIPLINES = {
    Discipline.OWN_FIRST: matching.OWN_FIRST,
    Discipline.LONGEST_WAIT: matching.LONGEST_WAIT,
    Discipline.NEAREST_TARGET: matching.NEAREST_TARGET,
}


def match(centre: Centre) -> None:
    """No call waits for a person who is ready and may take it."""
    if centre.new_people and centre.circles.keeps:
        centre.new_people.update(dict.fromkeys(sorted(centre.ready)))
    # Sorted once, not searched anew for each: an offer makes nobody new, and after an outage thousands are.
    for a in sorted(centre.new_people, key=lambda i: (centre.ready_since[i], i)):
        del centre.new_people[a]
        if (call := call_for(centre, a)) is not None:
            offer(centre, call, centre.people[centre.circles.agents[a]])
    for call_id in sorted(centre.new_calls, key=lambda c: _place(centre, c)):
        del centre.new_calls[call_id]
        call = centre.calls[call_id]
        if (a := agent_for(centre, call)) >= 0:
            offer(centre, call, centre.people[centre.circles.agents[a]])


def _place(centre: Centre, call: CallId) -> tuple[int, int, int]:
    record = centre.calls[call]
    return (-record.priority, record.entered_at_ms, record.sequence)


def agent_for(centre: Centre, call: Call) -> int:
    """The index of the ready agent who takes the call; -1 for nobody."""
    circles, queue = centre.circles, call.queue
    return matching.choose_agent(
        tuple(centre.ready),
        call.open_step,
        circles.pair_step[queue],
        circles.cleared(call.clearance),
        circles.own[queue],
        [may_lend(centre, a) for a in range(len(circles.agents))] if circles.keeps else circles.everybody,
        circles.level[queue],
        circles.queue_count,
        centre.ready_since,
    )


def call_for(centre: Centre, a: int) -> Call | None:
    """The waiting call that the ready agent with index `a` takes."""
    discipline = DISCIPLINES[centre.plan.discipline]
    lends = may_lend(centre, a)
    best: Call | None = None
    for queue in centre.circles.reach[a]:
        call = _first_eligible(centre, a, queue, lends)
        if call is not None and (best is None or compared(centre, discipline, a, call, best) > 0):
            best = call
    return best


def _first_eligible(centre: Centre, a: int, queue: QueueId, lends: int) -> Call | None:
    circles = centre.circles
    pair_step, own = circles.pair_step[queue][a], circles.own[queue][a]
    for waiting in centre.lines[queue]:
        call = centre.calls[waiting.call]
        if not matching.hindrance(call.open_step, pair_step, circles.cleared(call.clearance)[a], own, lends):
            return call
    return None


def compared(centre: Centre, discipline: int, a: int, call: Call, other: Call) -> int:
    """What puts the first call before the other for the agent with index `a`; negative if the other goes first."""
    rank = centre.circles.rank[a]
    queues = centre.plan.queues
    return matching.calls_compared(
        discipline,
        centre.now,
        call.priority,
        rank.get(call.queue, matching.NEVER),
        call.entered_at_ms,
        queues[call.queue].answer_target_ms,
        call.sequence,
        other.priority,
        rank.get(other.queue, matching.NEVER),
        other.entered_at_ms,
        queues[other.queue].answer_target_ms,
        other.sequence,
    )


def may_lend(centre: Centre, a: int) -> int:
    """1 if each of the agent's own queues has more ready people of its own than it keeps for itself."""
    circles = centre.circles
    if not circles.keeps:
        return 1
    for queue in circles.own_queues[a]:
        keeps = centre.plan.queues[queue].lend_when_ready_over
        if keeps and sum(1 for b in centre.ready if circles.level[queue][b] >= OWN_LEVEL) <= keeps:
            return 0
    return 1
