"""Waiting calls and ready people are brought together: the choices of `matching`, over what the centre knows.

Two rules. No eligible pair is left apart: any new pair holds a call or a person that changed in this step, so only
those are looked at. And people choose before calls do, so that whoever waited longest for a person goes first.
"""

from collections.abc import Callable, Iterator

from queues.ids import CallId, QueueId
from routing import matching
from routing.circles import DISCIPLINES, OWN_LEVEL
from routing.eligibility import seats_for
from routing.offers import offer
from routing.state import Call, Centre

Weigh = Callable[[Centre, Call, int], None]
"""Is told: for this call the seat with this index was chosen, -1 for none."""
MANY_AT_ONCE = 20
"""When more calls than this are looked at in one step, those that nobody takes are not explained one by one."""


def match(centre: Centre, weigh: Weigh | None = None) -> None:
    """No call waits for a person who is ready and may take it. `weigh` is told of each decision before it counts."""
    if centre.new_people and centre.circles.keeps:
        centre.new_people.update(dict.fromkeys(sorted(centre.ready)))
    if centre.new_people:
        _serve_people(centre, weigh)
    if centre.new_calls:
        _serve_calls(centre, weigh)


def _serve_people(centre: Centre, weigh: Weigh | None) -> None:
    """Nobody who has become eligible could take a call that waits."""
    # Sorted once, not searched anew for each: an offer makes nobody new, and after an outage thousands are.
    for a in sorted(centre.new_people, key=lambda i: (centre.ready_since[i], i)):
        del centre.new_people[a]
        if (call := call_for(centre, a)) is not None:
            if weigh:
                weigh(centre, call, a)
            offer(centre, call, centre.people[centre.circles.seats[a]])


def _serve_calls(centre: Centre, weigh: Weigh | None) -> None:
    """No call that has become eligible could be taken by anybody who is ready."""
    few = len(centre.new_calls) <= MANY_AT_ONCE
    for call_id in sorted(centre.new_calls, key=lambda c: _place(centre, c)):
        del centre.new_calls[call_id]
        call = centre.calls[call_id]
        a = agent_for(centre, call)
        if weigh and (few or a >= 0):
            weigh(centre, call, a)
        if a >= 0:
            offer(centre, call, centre.people[centre.circles.seats[a]])


def _place(centre: Centre, call: CallId) -> tuple[int, int, int]:
    record = centre.calls[call]
    return (-record.priority, record.entered_at_ms, record.sequence)


def agent_for(centre: Centre, call: Call) -> int:
    """The index of the ready agent who takes the call; -1 for nobody."""
    circles, queue = centre.circles, call.queue
    return matching.choose_agent(
        tuple(centre.ready),
        call.open_steps,
        circles.pair_steps[queue],
        seats_for(centre, call),
        circles.own[queue],
        [may_lend(centre, a) for a in range(len(circles.seats))] if circles.keeps else circles.everybody,
        circles.level[queue],
        circles.queue_count,
        centre.ready_since,
    )


def call_for(centre: Centre, a: int) -> Call | None:
    """The waiting call that the ready agent with index `a` takes."""
    discipline = DISCIPLINES[centre.plan.discipline]
    best: Call | None = None
    for call in calls_for(centre, a):
        if best is None or compared(centre, discipline, a, call, best) > 0:
            best = call
    return best


def calls_for(centre: Centre, a: int) -> Iterator[Call]:
    """Of each line the first call that the agent with index `a` may take now."""
    lends = may_lend(centre, a)
    for queue in centre.circles.reach[a]:
        if (call := _first_eligible(centre, a, queue, lends)) is not None:
            yield call


def _first_eligible(centre: Centre, a: int, queue: QueueId, lends: int) -> Call | None:
    circles = centre.circles
    pair_steps, own = circles.pair_steps[queue][a], circles.own[queue][a]
    for waiting in centre.lines[queue]:
        call = centre.calls[waiting.call]
        if not matching.hindrance(call.open_steps, pair_steps, seats_for(centre, call)[a], own, lends):
            return call
    return None


def hindrances(centre: Centre, call: Call) -> list[int]:
    """By seat what keeps it from the call, ready or not; `matching.NOTHING` if it may have it."""
    circles, queue = centre.circles, call.queue
    may, pair_steps, own = seats_for(centre, call), circles.pair_steps[queue], circles.own[queue]
    return [
        matching.hindrance(call.open_steps, pair_steps[a], may[a], own[a], may_lend(centre, a))
        for a in range(len(circles.seats))
    ]


def rivals_compared(centre: Centre, call: Call, a: int, b: int) -> int:
    """What puts the seat with index `a` before the one with index `b` for the call; negative if it puts `b` first."""
    circles, queue, since = centre.circles, call.queue, centre.ready_since
    steps, level, count = circles.pair_steps[queue], circles.level[queue], circles.queue_count
    return matching.agents_compared(
        matching.first_step(call.open_steps, steps[a]), level[a], count[a], since[a], a,
        matching.first_step(call.open_steps, steps[b]), level[b], count[b], since[b], b,
    )  # fmt: skip


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
