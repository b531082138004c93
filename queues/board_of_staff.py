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
    _count_up_to(agent, entry.at_ms)
    was_here, is_here = (state is not AgentState.LOGGED_OUT for state in (agent.state, entry.after))
    if is_here and not was_here:
        agent.logged_in_since_ms = max(entry.at_ms, board.day_starts_ms)
        agent.logins += entry.at_ms >= board.day_starts_ms
    elif was_here and not is_here:
        agent.logged_in_ms = agent.logged_in_at(entry.at_ms)
        agent.logged_in_since_ms = Instant(0)
    agent.state, agent.reason = entry.after, entry.reason
    agent.since_ms, agent.until_ms = entry.at_ms, Instant(entry.until_ms)
    if entry.after not in _WITH_A_CALL:
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
    """No calls are offered. An engine that begins is told anew what is still switched by hand."""
    board.paused = entry.reason
    if entry.reason == NOT_LISTED_YET:
        board.hours.clear()
        board.crisis = None


def _resumed(board: "Board", _entry: RoutingResumed) -> None:
    board.paused = ""


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
