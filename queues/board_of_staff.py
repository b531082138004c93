"""The fold's part that follows people, partners and switches."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from queues.agents import AgentState
from queues.asked_entries import CrisisMessageSwitched, Force, HoursSwitched
from queues.board_of_callers import board_agent
from queues.board_of_talks import board_partner
from queues.board_people import BoardAgent, Switched
from queues.entries import (
    AgentStateChanged,
    PartnerChanged,
    PlanReplaced,
    RoutingPaused,
    RoutingResumed,
)
from queues.ids import CallId, Instant
from queues.moved_entries import NOT_LISTED_YET
from queues.operator_entries import AgentMoved

if TYPE_CHECKING:
    from queues.board import Board

_WITH_A_CALL = frozenset({AgentState.RINGING, AgentState.TALKING})
HOUSE = ""
"""The name of the hours that are everybody's."""


# ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────
def _state_changed(board: "Board", entry: AgentStateChanged) -> None:
    agent = board_agent(board, entry.agent)
    _becomes(board, agent, entry.after, entry.at_ms)
    agent.reason, agent.until_ms = entry.reason, Instant(entry.until_ms)
    board.untold.discard(agent.id)


def _becomes(board: "Board", agent: BoardAgent, state: AgentState, at_ms: Instant) -> None:
    """The person does this from now on, for no reason and without an end."""
    _count_up_to(agent, at_ms)
    was_here, is_here = agent.state is not AgentState.LOGGED_OUT, state is not AgentState.LOGGED_OUT
    if is_here and not was_here:
        agent.logged_in_since_ms = max(at_ms, board.day_starts_ms)
        agent.logins += at_ms >= board.day_starts_ms
    elif was_here and not is_here:
        agent.logged_in_ms = agent.logged_in_at(at_ms)
        agent.logged_in_since_ms = Instant(0)
    agent.state, agent.reason, agent.since_ms, agent.until_ms = state, "", at_ms, Instant(0)
    if state not in _WITH_A_CALL:
        agent.call = CallId("")


def _count_up_to(agent: BoardAgent, at_ms: int) -> None:
    """What the person has done until then is among what they did today."""
    agent.times = agent.times_at(at_ms)
    agent.counted_from_ms = Instant(max(agent.counted_from_ms, at_ms))


def begins_day(agent: BoardAgent, at_ms: Instant) -> None:
    """What the person does goes on, and is counted from now on."""
    agent.times, agent.logged_in_ms, agent.counted_from_ms = {}, 0, at_ms
    if agent.state is not AgentState.LOGGED_OUT:
        agent.logged_in_since_ms = at_ms
    agent.logins = agent.answered = agent.missed = agent.talks = agent.talk_ms = 0


def _agent_moved(board: "Board", entry: AgentMoved) -> None:
    agent = board_agent(board, entry.agent)
    agent.moved_to = tuple(entry.queues)
    agent.moved_until_ms, agent.moved_by = entry.until_ms, entry.who if entry.queues else ""


# ── partners and switches ───────────────────────────────────────────────────────────────────────────────────────
def _partner_changed(board: "Board", entry: PartnerChanged) -> None:
    partner = board_partner(board, entry.partner)
    partner.state, partner.since_ms = entry.state, entry.at_ms


def _hours_switched(board: "Board", entry: HoursSwitched) -> None:
    """The whole house is switched whole: what was switched by its own name follows it."""
    if entry.hours == HOUSE:
        board.hours.clear()
    board.hours.pop(entry.hours, None)
    if entry.how is not Force.SCHEDULE:
        board.hours[entry.hours] = Switched(entry.how.value, entry.who, entry.at_ms, entry.until_ms)


def _crisis_switched(board: "Board", entry: CrisisMessageSwitched) -> None:
    on = Switched(entry.prompt, entry.who, entry.at_ms, entry.until_ms, entry.instead)
    board.crisis = on if entry.prompt else None


def _paused(board: "Board", entry: RoutingPaused) -> None:
    """No calls are offered. An engine that begins is told anew what is switched by hand, and what people were doing."""
    board.paused = entry.reason
    if entry.reason == NOT_LISTED_YET:
        board.hours.clear()
        board.crisis = None
        board.untold = {agent.id for agent in board.agents.values() if agent.state is not AgentState.LOGGED_OUT}


def _resumed(board: "Board", entry: RoutingResumed) -> None:
    """Calls are offered. Whom a new engine was told nothing of is not logged in there."""
    board.paused = ""
    for agent in board.untold:
        _becomes(board, board.agents[agent], AgentState.LOGGED_OUT, entry.at_ms)
    board.untold = set()


def _plan_replaced(board: "Board", entry: PlanReplaced) -> None:
    board.plan = entry.plan


TAKES: dict[type, Callable[["Board", Any], None]] = {
    AgentStateChanged: _state_changed,
    AgentMoved: _agent_moved,
    PartnerChanged: _partner_changed,
    HoursSwitched: _hours_switched,
    CrisisMessageSwitched: _crisis_switched,
    RoutingPaused: _paused,
    RoutingResumed: _resumed,
    PlanReplaced: _plan_replaced,
}
