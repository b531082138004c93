"""Another plan takes the place of the one in force, whole and at once, and nobody who waits or talks is disturbed.

Two rules. Queues that the plan drops stay, with those who served them, until nobody stands in them. And a right that is
taken away is gone at once: a phone that rings for somebody who may no longer answer stops ringing.
"""

from collections.abc import Iterator
from dataclasses import replace as changed

from queues.agents import AgentState
from queues.entries import OfferResult, PlanReplaced
from queues.ids import AgentId, QueueId
from routing.circles import Circles
from routing.kept_moves import keep_moves
from routing.offers import withdraw
from routing.partners import follow_all, partners_kept, rings_in_vain
from routing.plan import Agent, Plan, Queue
from routing.promises import keeps_within_house
from routing.secrecy import may_hear
from routing.state import CallState, Centre, Person
from routing.switching import plan_changed

DROPPED = "dropped"
"""The reason of a logout because the plan no longer has the person."""


def replace(centre: Centre, plan: Plan) -> None:
    """Everything follows `plan` from now on, with those moves by hand that it leaves room for."""
    follow(centre, keep_moves(centre, plan))
    centre.entries.append(PlanReplaced(centre.now, plan.digest))


def follow(centre: Centre, plan: Plan) -> None:
    """Everything follows this plan from now on."""
    for person in tuple(centre.people.values()):
        if person.partner:
            if rings_in_vain(person, plan):
                withdraw(centre, person, OfferResult.WITHDRAWN)
        else:
            _keep_within_rights(centre, person, plan.agents.get(person.id))
    kept = {call.queue for call in centre.calls.values() if call.queue} - set(plan.queues)
    merged = changed(
        plan,
        queues={**plan.queues, **{queue: centre.plan.queues[queue] for queue in sorted(kept)}},
        agents=dict(_agents(centre, plan, kept)),
        partners=partners_kept(centre, plan),
    )
    circles = Circles(merged)
    for person in centre.people.values():
        if person.id not in circles.agent:
            centre.deadlines.cancel_all(person.id)
    for call in centre.calls.values():
        call.open_steps = steps_kept(call.open_steps, centre.queue_of(call), merged.queues.get(call.queue))
    centre.plan, centre.circles, centre.plan_at_ms = merged, circles, centre.now
    centre.seat_everybody()
    follow_all(centre, plan)
    for call in centre.calls.values():
        if call.state is CallState.WAITING:
            centre.bound(call)
        if call.promise is not None:
            keeps_within_house(centre, call)
    plan_changed(centre)
    centre.everybody_is_new()


def steps_kept(open_steps: int, before: Queue, after: Queue | None) -> int:
    """The open steps, as bits, that another plan has too, word for word; the others open anew if they may."""
    is_open = [step for i, step in enumerate(before.steps) if open_steps >> i & 1]
    return sum(1 << i for i, step in enumerate(after.steps if after else ()) if step in is_open)


def _keep_within_rights(centre: Centre, person: Person, agent: Agent | None) -> None:
    """The person does nothing that they may not do any more, but a talk is not cut."""
    if agent is None and person.state is not AgentState.LOGGED_OUT:
        person.intends, person.intends_reason = AgentState.LOGGED_OUT, DROPPED
    if person.state is AgentState.RINGING:
        needed = centre.calls[person.call].clearance
        if agent is None or not may_hear(agent.clearances, needed):
            withdraw(centre, person, OfferResult.WITHDRAWN)
    elif agent is None and person.state not in {AgentState.TALKING, AgentState.LOGGED_OUT}:
        centre.become(person, AgentState.LOGGED_OUT, DROPPED)


def _agents(centre: Centre, plan: Plan, kept: set[QueueId]) -> Iterator[tuple[AgentId, Agent]]:
    """The plan's agents, who go on serving the kept queues that they served, and dropped ones who still talk."""
    for agent in plan.agents.values():
        before = centre.plan.agents.get(agent.id)
        served = tuple((q, level) for q, level in before.queues if q in kept) if before else ()
        yield agent.id, changed(agent, queues=agent.queues + served)
    for person in centre.people.values():
        if person.id not in plan.agents and not person.partner and person.state is AgentState.TALKING:
            yield person.id, Agent(person.id, ())
