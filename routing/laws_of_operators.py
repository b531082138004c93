"""The laws of what is done by hand in the line: parked calls return, nobody waits for one in vain, moves end."""

from collections.abc import Iterator

from queues.agents import AgentState
from routing.circles import steps_naming
from routing.deadlines import DeadlineKind
from routing.kept_moves import owner_of
from routing.parked import PARKED, Parked
from routing.parking import LONGEST_MS, MOST_PARKED
from routing.state import Call, CallState, Centre


def parked_return(centre: Centre) -> Iterator[str]:
    """A parked call has an end, a line to go to and a clearance; who waits for one has one."""
    for call in centre.calls.values():
        if (call.state is CallState.PARKED) != (call.parked is not None):
            yield f"{call.id} is {call.state} and parked: {call.parked}"
        if call.parked is not None:
            yield from _returns(centre, call, call.parked)
    by = [call.parked.by for call in centre.calls.values() if call.parked is not None]
    ending = {owner for owner, kind in centre.deadlines.owned() if kind is DeadlineKind.PARK_ENDS}
    if not len(by) == len(centre.parked) == len(ending):
        yield f"{len(by)} calls are parked, {len(centre.parked)} are listed as such, and {len(ending)} return"
    for person in centre.people.values():
        if (person.state, person.reason) == (AgentState.WRAP_UP, PARKED) and person.id not in by:
            yield f"{person.id} waits for a parked call that is gone"
        if by.count(person.id) > MOST_PARKED:
            yield f"{person.id} has parked {by.count(person.id)} calls"


def _returns(centre: Centre, call: Call, parked: Parked) -> Iterator[str]:
    ends = centre.deadlines.at(call.id, DeadlineKind.PARK_ENDS)
    if call.id not in centre.parked or ends is None:
        yield f"{call.id} is parked and is not listed, or never returns"
    elif ends > min(parked.until_ms, parked.since_ms + LONGEST_MS):
        yield f"{call.id} returns later than was said"
    if call.queue not in centre.plan.queues or not call.entered_at_ms:
        yield f"{call.id} is parked, and has no place to go to"


def moves_hold(centre: Centre) -> Iterator[str]:
    """Whoever is moved serves those lines, for as long as was said, and no line is left to nobody for it."""
    kind = DeadlineKind.MOVE_ENDS
    ends = {owner_of(agent): move.until_ms for agent, move in centre.moves.items() if move.until_ms}
    if ends != {owner: centre.deadlines.at(owner, kind) for owner, owned in centre.deadlines.owned() if owned is kind}:
        yield "the moves by hand and what ends them are not the same"
    plan, written = centre.plan, centre.written
    for agent, move in centre.moves.items():
        now = plan.agents[agent].queues if agent in plan.agents else ()
        if now[: len(move.queues)] != move.queues or any(
            queue in written.queues for queue, _ in now[len(move.queues) :]
        ):
            yield f"{agent} is moved to {move.queues} and serves {now}"
    if centre.moves:
        for queue in written.queues.values():
            served = any(steps_naming(agent, queue) for agent in written.agents.values())
            if served and not any(steps_naming(agent, queue) for agent in plan.agents.values()):
                yield f"{queue.id} is left to nobody by a move"
