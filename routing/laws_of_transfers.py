"""The laws of transfers: whom a call is kept from, that a supervised one ends, that nobody waits for one in vain."""

from collections.abc import Iterator

from queues.agents import AgentState
from routing.circles import names
from routing.deadlines import DeadlineKind
from routing.handed import TRANSFERRED
from routing.plan import Agent
from routing.secrecy import may_hear
from routing.state import Call, CallState, Centre


def kept_for_transfer(centre: Centre, call: Call, agent: Agent) -> bool:
    """Whether the call has been put through to somebody else: under supervision, or who is here and has the level."""
    handed, queue = call.handed, centre.plan.queues[call.queue]
    if handed.only:
        return agent.id != handed.only

    def asked(other: Agent) -> bool:
        level = max((level for q, level in other.queues if q == queue.id), default=0)
        return other.id != handed.shuns and level >= handed.min_level

    if asked(agent):
        return False
    here = (p.id for p in centre.people.values() if p.state is not AgentState.LOGGED_OUT)
    others = (a for a in map(centre.plan.agents.get, here) if a is not None)
    return handed.until_ms > 0 or any(
        asked(a)
        and may_hear(a.clearances, call.clearance)
        and may_hear(a.clearances, queue.clearance)
        and any(names(step, a, queue.id) for step in queue.steps)
        for a in others
    )


def transfers_end(centre: Centre) -> Iterator[str]:
    """A supervised call that waits has an end; who put a call through waits only while it is on its way."""
    for call in centre.calls.values():
        ends = centre.deadlines.at(call.id, DeadlineKind.TRANSFER_ENDS)
        if call.state is CallState.WAITING and bool(call.handed.until_ms) != (ends is not None):
            yield f"{call.id} is put through until {call.handed.until_ms}, and that ends at {ends}"
        if call.handed.only and not call.handed.until_ms:
            yield f"{call.id} is for {call.handed.only} alone, for ever"
        if call.handed.times > centre.plan.transfer_limit and call.handed.min_level:
            yield f"{call.id} has been put through {call.handed.times} times, and to a level again"
    on_their_way = {call.handed.by for call in centre.calls.values() if call.handed.until_ms}
    for person in centre.people.values():
        if (person.state, person.reason) == (AgentState.WRAP_UP, TRANSFERRED) and person.id not in on_their_way:
            yield f"{person.id} waits for a transfer that is over"
