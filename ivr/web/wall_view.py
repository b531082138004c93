"""The wallboard as one viewer, or anybody who passes the screen, may see it: plain values for the page. Pure.

Three rules. A line's state is the worst that any of its thresholds says, and comes with the reason in words. Ages are
instants: the page counts them. And what anybody may see holds no name and no count under three (S08): a bystander who
knows that the neighbour rang must not learn where to.
"""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from ivr.config.wallboard_entries import LevelShown
from ivr.web.accounts.viewer import Viewer
from ivr.web.board_view import Scene
from ivr.web.small_counts import small
from ivr.web.wall_people import lines_out, people, people_counted
from ivr.web.wall_state import is_open, state_of
from queues.board import QUARTER_MS, Board, BoardCall, BoardQueue, BoardState, Counts, LevelDefinition
from queues.ids import NO_CLEARANCE

RECENT_MINUTES = 30
PERCENT = 100
WEEK_MS = 7 * 24 * 3_600_000
TO_BE_RUNG = frozenset({BoardState.CALLBACK, BoardState.CALLBACK_OFFERED, BoardState.CALLING_BACK})


def wall_view(scene: Scene, viewer: Viewer | None) -> dict[str, Any]:
    """What the page shows the viewer; without one, what everybody may see."""
    board, house = scene.board, scene.house
    theirs = [queue for queue in house.plan.queues if viewer is None or viewer.may_see_queue(queue)]
    lines = {queue: board.queues.get(queue) or BoardQueue(queue) for queue in theirs}
    calls: dict[str, list[BoardCall]] = {queue: [] for queue in theirs}
    for call in board.calls.values():
        if call.queue in calls:
            calls[call.queue].append(call)
    whole_house = len(theirs) == len(house.plan.queues)
    view = {
        "public": viewer is None,
        "day_starts_ms": board.day_starts_ms,
        "level": {"within_s": house.wallboard.service_level.within_s},
        "whole": _whole(scene, lines.values(), list(chain.from_iterable(calls.values()))),
        "queues": [_line(scene, line, calls[queue]) for queue, line in lines.items()],
        "people": people(board, house, theirs),
        "counted": people_counted(board, house, theirs),
        "partners": lines_out(board, house),
        "callers": _callers(board) if whole_house else None,
        "trend": _trend(board, lines.values(), house.wallboard.service_level, within=whole_house),
        "switched": _switched(board),
        "paused": board.paused,
    }
    return small(view) if viewer is None else view


# ── a line ──────────────────────────────────────────────────────────────────────────────────────────────────────
def _line(scene: Scene, line: BoardQueue, calls: list[BoardCall]) -> dict[str, Any]:
    shown, plan = scene.house.wallboard.service_level, scene.house.plan.queues[line.id]
    recent, day = line.last(RECENT_MINUTES, scene.now_ms), line.day
    waits = [_since(call) for call in calls if call.in_line]
    opened = is_open(scene.board, plan, scene.now_ms)
    return {
        "id": line.id,
        "title": scene.house.queue_titles.get(line.id, line.id),
        "secret": plan.clearance != NO_CLEARANCE,
        **state_of(scene, line.id, waits, _level(recent, shown))._asdict(),
        "opens_ms": 0 if opened else _opens(plan.hours.opens_at(scene.now_ms), scene.now_ms),
        "waiting": len(waits),
        "oldest_ms": min(waits, default=0),
        "foreseen_min": scene.foreseen.get(line.id) if opened else None,
        "answered": day.answered + day.external,
        "abandoned": day.abandoned,
        "level": _percent(_level(day, shown)),
        "recent": _percent(_level(recent, shown)),
        "out": day.overflowed_out + day.external,
        "in": day.overflowed_in,
        "external": day.external,
        "callbacks": sum(call.state in TO_BE_RUNG for call in calls),
        "overdue": sum(call.overdue for call in calls),
    }


def _opens(at_ms: int, now_ms: int) -> int:
    """When the line opens, if it is worth telling: within a week; else 0."""
    return at_ms if at_ms - now_ms < WEEK_MS else 0


def _since(call: BoardCall) -> int:
    return call.entered_at_ms or call.since_ms


# ── all of them ─────────────────────────────────────────────────────────────────────────────────────────────────
def _whole(scene: Scene, lines: Iterable[BoardQueue], calls: list[BoardCall]) -> dict[str, Any]:
    shown = scene.house.wallboard.service_level
    day, recent = Counts(), Counts()
    for line in lines:
        day.add(line.day)
        recent.add(line.last(RECENT_MINUTES, scene.now_ms))
    waits = [_since(call) for call in calls if call.in_line]
    return {
        "waiting": len(waits),
        "oldest_ms": min(waits, default=0),
        "answered": day.answered + day.external,
        "abandoned": day.abandoned,
        "level": _percent(_level(day, shown)),
        "recent": _percent(_level(recent, shown)),
        "talking": sum(call.state is BoardState.TALKING for call in calls),
        "callbacks": sum(call.state in TO_BE_RUNG for call in calls),
        "overdue": sum(call.overdue for call in calls),
        "kept": day.callbacks_kept,
    }


def _callers(board: Board) -> dict[str, int]:
    """How many different people have rung today, and how many of them have got through; hidden numbers are nobody."""
    return {"of": len(board.callers), "through": sum(board.callers.values())}


def _trend(board: Board, lines: Iterable[BoardQueue], shown: LevelShown, *, within: bool) -> list[dict[str, Any]]:
    """For each quarter of an hour with anything in it, in order: those who came to stand in line, as the figures above.

    within: they are all lines that there are, so that who comes from another line of the house has been counted.
    """
    quarters: dict[int, Counts] = {}
    for line in lines:
        for quarter, some in line.quarters.items():
            quarters.setdefault(quarter, Counts()).add(some)
    return [
        {
            "at_ms": board.day_starts_ms + quarter * QUARTER_MS,
            "entered": some.entered - (some.overflowed_in + some.transferred_in + some.moved_in) * within,
            "answered": some.answered + some.external,
            "abandoned": some.abandoned,
            "level": _percent(_level(some, shown)),
        }
        for quarter, some in sorted(quarters.items())
    ]


def _switched(board: Board) -> list[dict[str, Any]]:
    """What somebody has switched by hand; who, only their own pages tell."""
    hours = [
        {"what": "hours", "name": name, "how": one.how, "since_ms": one.since_ms, "until_ms": one.until_ms}
        for name, one in sorted(board.hours.items())
    ]
    crisis = board.crisis
    told = {"what": "crisis", "name": "", "how": "told", "since_ms": 0, "until_ms": 0}
    return [*hours, *([{**told, "since_ms": crisis.since_ms, "until_ms": crisis.until_ms}] if crisis else [])]


def _level(counts: Counts, shown: LevelShown) -> tuple[int, int]:
    return counts.level(shown.within_s, LevelDefinition(shown.definition))


def _percent(level: tuple[int, int]) -> dict[str, int] | None:
    """The level in whole percent and of how many; None when there is nothing to tell."""
    within, of = level
    return {"percent": min(PERCENT * within // of, PERCENT), "of": of} if of else None
