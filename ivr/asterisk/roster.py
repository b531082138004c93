"""Who stands in each line of the fail-open dialplan, and what to tell Asterisk so that it is so. Pure.

Rules of this file: nobody stands in a line whose calls they may not hear. Whoever is logged in stands in every line
that any step of its plan opens to them, their own before others'; who is not ready is there, paused. Removals first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivr.asterisk.fail_open import FALLBACK_PREFIX, fallback_queue
from queues.agents import AgentState
from queues.ids import AgentId, QueueId
from routing.circles import OWN_LEVEL, steps_naming
from routing.plan import Agent, Plan, Queue

Fields = dict[str, str]
INTERFACE_PREFIX = "PJSIP/"


@dataclass(frozen=True, slots=True)
class Member:
    """How one agent stands in one line."""

    penalty: int
    """0 if the queue is their own, 1 if they are lent to it."""
    paused: bool


Members = dict[tuple[str, str], Member]
"""By (fail-open queue, interface)."""


@dataclass(frozen=True, slots=True)
class QueueChange:
    """One action for Asterisk."""

    action: str
    headers: Fields


def is_paused(state: AgentState) -> bool | None:
    """How somebody who does this stands in their lines: paused, not paused, or None for not at all."""
    return None if state is AgentState.LOGGED_OUT else state is AgentState.NOT_READY


def desired_members(plan: Plan, states: Mapping[AgentId, AgentState]) -> Members:
    """Who should stand where. An agent without a state is logged out."""
    members: Members = {}
    for agent in plan.agents.values():
        paused = is_paused(states.get(agent.id, AgentState.LOGGED_OUT))
        if paused is None:
            continue
        for queue in plan.queues.values():
            if _may_take(agent, queue):
                key = (fallback_queue(queue.id), INTERFACE_PREFIX + agent.id)
                members[key] = Member(0 if _is_own(agent, queue.id) else 1, paused)
    return members


def _may_take(agent: Agent, queue: Queue) -> bool:
    """Whether any step of the queue's plan reaches the agent; none does if they may not hear its calls."""
    return steps_naming(agent, queue) != 0


def _is_own(agent: Agent, queue: QueueId) -> bool:
    return any(q == queue and level >= OWN_LEVEL for q, level in agent.queues)


def listed_members(rows: list[Fields]) -> Members:
    """Who stands where, as QueueStatus lists it; queues that are not ours are left out."""
    members: Members = {}
    for row in rows:
        if row.get("Event") == "QueueMember" and row.get("Queue", "").startswith(FALLBACK_PREFIX):
            key = (row["Queue"], row.get("Location", ""))
            penalty = row.get("Penalty", "0")
            members[key] = Member({"0": 0, "1": 1}.get(penalty, -1), row.get("Paused") == "1")
    return members


def changes(desired: Members, listed: Members) -> list[QueueChange]:
    """What makes `listed` into `desired`; [] if nothing does."""
    return [*_removals(desired, listed), *_settings(desired, listed), *_additions(desired, listed)]


def _removals(desired: Members, listed: Members) -> Iterator[QueueChange]:
    for queue, interface in sorted(listed.keys() - desired.keys()):
        yield QueueChange("QueueRemove", {"Queue": queue, "Interface": interface})


def _settings(desired: Members, listed: Members) -> Iterator[QueueChange]:
    for key in sorted(listed.keys() & desired.keys()):
        named = {"Queue": key[0], "Interface": key[1]}
        wanted, is_now = desired[key], listed[key]
        if wanted.paused != is_now.paused:
            yield QueueChange("QueuePause", {**named, "Paused": _truth(wanted.paused)})
        if wanted.penalty != is_now.penalty:
            yield QueueChange("QueuePenalty", {**named, "Penalty": str(wanted.penalty)})


def _additions(desired: Members, listed: Members) -> Iterator[QueueChange]:
    for key in sorted(desired.keys() - listed.keys()):
        queue, interface = key
        yield QueueChange(
            "QueueAdd",
            {
                "Queue": queue,
                "Interface": interface,
                "StateInterface": interface,
                "MemberName": interface.removeprefix(INTERFACE_PREFIX),
                "Penalty": str(desired[key].penalty),
                "Paused": _truth(desired[key].paused),
            },
        )


def _truth(value: bool) -> str:
    return "true" if value else "false"
