"""How a line is: calm, strained, critical or closed, and why, by the thresholds of wallboard.yaml. Pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ivr.config.house import House
from ivr.config.wallboard_entries import Falling, Rising
from ivr.web.board_view import Scene
from queues.agents import AgentState
from queues.board import Board, Switched
from queues.ids import AgentId, QueueId
from routing.plan import Agent, Queue

GOOD, WATCH, BAD, CLOSED = "good", "watch", "bad", "closed"
_WORSE = (GOOD, WATCH, BAD)
PERCENT = 100


class State(NamedTuple):
    """A line's state, why in Swedish ("" when calm), and which figure says so."""

    state: str
    why: str = ""
    which: str = ""


def state_of(scene: Scene, queue: QueueId, waits: Sequence[int], level: tuple[int, int]) -> State:
    """The worst that is found. `waits`: since when who waits. A closed line with callers in it is judged: they wait."""
    found = list(_found(scene, queue, waits, level))
    if not is_open(scene.board, scene.house.plan.queues[queue], scene.now_ms):
        if not waits:
            return State(CLOSED)
    elif not anybody_for(scene.board, scene.house, queue):
        found.insert(0, State(BAD, "Ingen inloggad", "people"))
    worst = max(found, key=lambda one: _WORSE.index(one.state), default=State(GOOD))
    return worst if worst.state != GOOD else State(GOOD)


def _found(scene: Scene, queue: QueueId, waits: Sequence[int], level: tuple[int, int]) -> Iterator[State]:
    """What each threshold says. The last half hour alone, with nobody waiting any more, strains a line at the most."""
    rules, shown = scene.house.wallboard.of(queue), scene.house.wallboard.service_level
    longest_ms = scene.now_ms - min(waits, default=scene.now_ms)
    if rules.longest_wait_s:
        yield State(over(rules.longest_wait_s, longest_ms // 1000), "Lång väntan", "longest")
    if rules.waiting:
        yield State(over(rules.waiting, len(waits)), "Många väntar", "waiting")
    within, of = level
    if rules.level_percent and of >= shown.least_calls:
        word = under(rules.level_percent, PERCENT * within // of)
        yield State(word if waits else min(word, WATCH, key=_WORSE.index), "Låg svarsnivå", "recent")


def over(rule: Rising, figure: int) -> str:
    """What a figure means that is worse the larger it is."""
    return BAD if figure > rule.bad else WATCH if figure > rule.watch else GOOD


def under(rule: Falling, figure: int) -> str:
    """What a figure means that is worse the smaller it is."""
    return BAD if figure < rule.bad else WATCH if figure < rule.watch else GOOD


def is_open(board: Board, queue: Queue, now_ms: int) -> bool:
    """Whether the line's hours are open, or switched so by hand."""
    switched = _in_force(board.hours.get(queue.hours_id), now_ms) or _in_force(board.hours.get(""), now_ms)
    return switched.how == "open" if switched else queue.hours.is_open(now_ms)


def _in_force(switched: Switched | None, now_ms: int) -> Switched | None:
    return switched if switched and not 0 < switched.until_ms <= now_ms else None


def anybody_for(board: Board, house: House, queue: QueueId) -> bool:
    """Whether anybody is logged in who may take the line's calls."""
    clearance = house.plan.queues[queue].clearance
    return any(
        person.state is not AgentState.LOGGED_OUT
        and (known := house.plan.agents.get(AgentId(agent))) is not None
        and (not clearance or clearance in known.clearances)
        and serves(known, person.moved_to, queue)
        for agent, person in board.agents.items()
    )


def serves(known: Agent, moved_to: tuple[tuple[str, int], ...], queue: QueueId) -> bool:
    """Whether somebody answers in the line, where they are moved by hand or as it is written."""
    return any(name == queue and level > 0 for name, level in (moved_to or known.queues))
