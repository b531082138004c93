"""The board as one viewer may see it: plain values for pages, of each call no more than `sight_of` allows. Pure.

Nothing in here changes by itself: ages are worked out by the page from instants, so that a page is sent something only
when something has happened, or a span that is shown (the last half hour) has moved.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ivr.config.house import House
from ivr.web.accounts.sight import sight_of
from ivr.web.accounts.viewer import Viewer
from ivr.web.small_counts import count
from ivr.web.staff_in_sight import sees_work, work_in_sight
from queues.agents import AgentState, PhoneState
from queues.board import QUARTER_MS, Board, BoardAgent, BoardCall, BoardQueue, BoardState, Counts, Switched
from queues.ids import AgentId, QueueId, partner_of
from routing.circles import OWN_LEVEL

RECENT_MINUTES: Final = 30
TO_BE_RUNG: Final = frozenset({BoardState.CALLBACK, BoardState.CALLBACK_OFFERED, BoardState.CALLING_BACK})


@dataclass(frozen=True, slots=True)
class Scene:
    """What is looked at."""

    board: Board
    house: House
    now_ms: int
    foreseen: Mapping[str, Sequence[int]] = field(default_factory=dict)
    phones: Mapping[str, str] = field(default_factory=dict)
    lost_pages: Mapping[AgentId, int] = field(default_factory=dict)


def board_view(scene: Scene, viewer: Viewer) -> dict[str, Any]:
    """Queues, agents, calls and partners that the viewer may see, and what is switched by hand."""
    board, house = scene.board, scene.house
    queues = [queue for queue in house.plan.queues if viewer.may_see_queue(queue)]
    heard = [queue for queue in queues if viewer.may_hear(house.plan.queues[queue].clearance)]
    standing, states = _standing(board), _states(scene, viewer)
    return {
        "day_starts_ms": board.day_starts_ms,
        "queues": [
            {
                "id": queue,
                "title": house.queue_titles.get(queue, queue),
                "clearance": house.plan.queues[queue].clearance,
                **_waiting(standing[queue], viewer),
                **(_figures(scene, queue, states[queue]) if queue in heard else {}),
            }
            for queue in queues
        ],
        "agents": [_agent(scene, viewer, agent) for agent in house.people if _is_theirs(house, viewer, agent)],
        "calls": [seen for call in board.calls.values() if (seen := call_view(viewer, call)) is not None],
        "partners": [
            {"id": partner, "title": link.title, **_partner(board, partner)} for partner, link in house.partners.items()
        ],
        "hours": {name: _switched(switched) for name, switched in board.hours.items()},
        "crisis": _switched(board.crisis) if board.crisis else None,
        "house": _counts(_of_all(board, heard) if len(heard) < len(house.plan.queues) else board.house.day),
        "paused": board.paused,
    }


def _of_all(board: Board, queues: Sequence[QueueId]) -> Counts:
    """What happened in these lines, and nothing that would tell of others by what is left."""
    counts = Counts()
    for queue in queues:
        if (line := board.queues.get(queue)) is not None:
            counts.add(line.day)
    return counts


def call_view(viewer: Viewer, call: BoardCall) -> dict[str, Any] | None:
    """What the viewer may see of one call; None for nothing."""
    sight = sight_of(viewer, call)
    if not sight.is_there:
        return None
    seen: dict[str, Any] = {
        "state": call.state.value,
        "queue": call.queue,
        "since_ms": call.since_ms,
        "entered_at_ms": call.entered_at_ms,
        "due_ms": call.due_ms,
        "overdue": call.overdue,
        "secret": not sight.content,
    }
    if sight.content:
        seen |= {
            "id": call.id,
            "agent": call.agent,
            "language": call.language,
            "clearance": call.clearance,
            "path": [[choice.menu, choice.key, choice.meaning] for choice in call.path],
            "steps": list(call.steps),
            "transfers": call.transfers,
            "answered_at_ms": call.answered_at_ms,
            "parked_by": call.parked_by,
            "until_ms": call.until_ms,
            "known_caller": bool(call.caller),
            "may_number": sight.number,
        }
    return seen


def _waiting(standing: Sequence[BoardCall], viewer: Viewer) -> dict[str, Any]:
    """Those who wait in a line and are to be rung: whoever is in sight, and how many more, in figures that say no more.

    Without the figures a call that nobody cleared is there for would wait and nobody know.
    """
    seen: list[BoardCall] = []
    unseen: list[BoardCall] = []
    for call in standing:
        (seen if sight_of(viewer, call).is_there else unseen).append(call)
    waits = [call.entered_at_ms or call.since_ms for call in seen if call.in_line]
    return {
        "waiting": len(waits),
        "oldest_ms": min(waits, default=0),
        "unseen": {
            "waiting": count(sum(call.in_line for call in unseen)),
            "callbacks": count(sum(call.state in TO_BE_RUNG for call in unseen)),
            "overdue": count(sum(call.overdue for call in unseen)),
        },
    }


def _figures(scene: Scene, queue: QueueId, states: Counter[str]) -> dict[str, Any]:
    """What else there is to be known of a line whose calls the viewer may hear."""
    line = scene.board.queues.get(queue) or BoardQueue(queue)
    recent = line.last(RECENT_MINUTES, scene.now_ms)
    return {
        "foreseen_min": scene.foreseen.get(queue),
        "agents": dict(states),
        **_counts(line.day),
        "recent": _counts(recent),
        "trend": _trend(scene.board, line),
    }


def _counts(counts: Counts) -> dict[str, Any]:
    return {
        "entered": counts.entered,
        "answered": counts.answered,
        "external": counts.external,
        "abandoned": counts.abandoned,
        "short_abandoned": counts.short_abandoned,
        "level": list(counts.level()),
        "overflowed_in": counts.overflowed_in,
        "overflowed_out": counts.overflowed_out,
        "overflowed_external": counts.overflowed_external,
        "turned_away": counts.turned_away,
        "closed": counts.closed,
        "failed": counts.failed,
        "callbacks_promised": counts.callbacks_promised,
        "callbacks_kept": counts.callbacks_kept,
        "callbacks_failed": counts.callbacks_failed,
        "callbacks_overdue": counts.callbacks_overdue,
        "mean_wait_ms": counts.wait_answered_ms // counts.answered if counts.answered else 0,
        "mean_talk_ms": counts.talk_ms // counts.talks if counts.talks else 0,
    }


def _trend(board: Board, line: BoardQueue) -> list[list[int]]:
    """For each quarter of an hour in which anything was: when it began, entered, answered, abandoned, level (two)."""
    return [
        [board.day_starts_ms + quarter * QUARTER_MS, some.entered, some.answered, some.abandoned, *some.level()]
        for quarter, some in sorted(line.quarters.items())
    ]


def _agent(scene: Scene, viewer: Viewer, agent: AgentId) -> dict[str, Any]:
    person = scene.board.agents.get(agent) or BoardAgent(agent)
    call = scene.board.calls.get(person.call)
    logged_in = person.state is not AgentState.LOGGED_OUT
    serves = [one for one in _serves(scene.house, person) if viewer.may_see_queue(QueueId(one[0]))]
    return {
        "id": agent,
        "name": scene.house.people[agent].name,
        **work_in_sight(viewer, scene.house.plan, person)._asdict(),
        "queues": [queue for queue, _ in serves],
        "own": [queue for queue, level in serves if level >= OWN_LEVEL],
        "moved": bool(person.moved_to),
        "phone": _phone(scene, viewer, agent),
        "page_lost_since_ms": scene.lost_pages.get(agent, 0) if logged_in else 0,
        "call": call.id if call is not None and sight_of(viewer, call).content else "",
    }


def _phone(scene: Scene, viewer: Viewer, agent: AgentId) -> str:
    """What Asterisk says of it: of whoever is shown as busy and no more not whether it is in use."""
    phone = scene.phones.get(agent, "")
    return phone if phone == PhoneState.UNREACHABLE or sees_work(viewer, scene.house.plan, agent) else ""


def _serves(house: House, person: BoardAgent) -> tuple[tuple[str, int], ...]:
    known = house.plan.agents.get(person.id)
    return person.moved_to or (known.queues if known else ())


def _is_theirs(house: House, viewer: Viewer, agent: AgentId) -> bool:
    known = house.plan.agents.get(agent)
    return known is not None and any(viewer.may_see_queue(queue) for queue, _ in known.queues)


def _partner(board: Board, partner: Any) -> dict[str, Any]:
    known = board.partners.get(partner)
    busy = sum(1 for seat, line in board.agents.items() if line.call and partner_of(seat) == partner)
    if known is None:
        return {"state": "", "since_ms": 0, "talks": 0, "talk_ms": 0, "failed": 0, "busy": busy}
    return {
        "state": known.state,
        "since_ms": known.since_ms,
        "talks": known.talks,
        "talk_ms": known.talk_ms,
        "failed": known.failed,
        "busy": busy,
    }


def _switched(switched: Switched) -> dict[str, Any]:
    return {
        "how": switched.how,
        "by": switched.by,
        "since_ms": switched.since_ms,
        "until_ms": switched.until_ms,
        "instead": switched.instead,
    }


def _standing(board: Board) -> defaultdict[QueueId, list[BoardCall]]:
    """By queue: the calls that stand there, whatever they do."""
    standing: defaultdict[QueueId, list[BoardCall]] = defaultdict(list)
    for call in board.calls.values():
        standing[call.queue].append(call)
    return standing


def _states(scene: Scene, viewer: Viewer) -> defaultdict[QueueId, Counter[str]]:
    """By queue: how many of those who serve it do what, as the viewer sees each."""
    states: defaultdict[QueueId, Counter[str]] = defaultdict(Counter)
    for agent in scene.house.people:
        person = scene.board.agents.get(agent) or BoardAgent(agent)
        state = work_in_sight(viewer, scene.house.plan, person).state
        for queue, _ in _serves(scene.house, person):
            states[QueueId(queue)][state.value] += 1
    return states
