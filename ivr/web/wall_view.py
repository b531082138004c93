"""The wallboard as one viewer, or anybody who passes the screen, may see it: plain values for the page. Pure.

Four rules. A line's state is the worst that any of its thresholds says, and comes with the reason in words. Ages are
instants: the page counts them. What anybody may see holds no name and no count under three (S08): a bystander who
knows that the neighbour rang must not learn where to. And a line under secrecy is shown to whoever lacks its clearance
as to anybody who passes: a colleague may know the neighbour, too.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

from ivr.config.house import House
from ivr.config.wallboard_entries import LevelShown
from ivr.web.accounts.viewer import Viewer
from ivr.web.board_view import TO_BE_RUNG, Scene
from ivr.web.small_counts import Count, beside, in_all, small, small_callers, small_line
from ivr.web.wall_people import lines_out, people, people_counted
from ivr.web.wall_state import is_open, state_of
from queues.board import QUARTER_MS, Board, BoardCall, BoardQueue, BoardState, Counts, LevelDefinition
from queues.ids import NO_CLEARANCE

RECENT_MINUTES = 30
PERCENT = 100
WEEK_MS = 7 * 24 * 3_600_000


def wall_view(scene: Scene, viewer: Viewer | None) -> dict[str, Any]:
    """What the page shows the viewer; without one, what everybody may see."""
    board, house = scene.board, scene.house
    theirs = [queue for queue in house.plan.queues if viewer is None or viewer.may_see_queue(queue)]
    lines = {queue: board.queues.get(queue) or BoardQueue(queue) for queue in theirs}
    calls: dict[str, list[BoardCall]] = {queue: [] for queue in theirs}
    for call in board.calls.values():
        if call.queue in calls:
            calls[call.queue].append(call)
    # Of the others only their own rows tell, as of every line on a public screen: no sum is made of them as they are.
    heard = [line for line in lines.values() if viewer is None or viewer.may_hear(house.plan.queues[line.id].clearance)]
    rows = [_row(scene, line, calls[queue], viewer) for queue, line in lines.items()]
    whole_house = len(theirs) == len(house.plan.queues)
    view = {
        "public": viewer is None,
        "day_starts_ms": board.day_starts_ms,
        "level": {"within_s": house.wallboard.service_level.within_s},
        "whole": _whole(scene, heard, rows, list(chain.from_iterable(calls.values())), viewer),
        "queues": rows,
        "people": people(board, house, theirs, viewer),
        "counted": people_counted(board, house, theirs, viewer),
        "partners": lines_out(board, house),
        "callers": _callers(board, house, viewer) if whole_house else None,
        "trend": _trend(board, heard, house.wallboard.service_level, within=whole_house),
        "switched": _switched(board),
        "paused": board.paused,
    }
    return small(view) if viewer is None else view


# ── a line ──────────────────────────────────────────────────────────────────────────────────────────────────────
_COUNTED: Mapping[str, Callable[[BoardCall], bool]] = {
    "waiting": lambda call: call.in_line,
    "callbacks": lambda call: call.state in TO_BE_RUNG,
    "overdue": lambda call: call.overdue,
}


def _row(scene: Scene, line: BoardQueue, calls: list[BoardCall], viewer: Viewer | None) -> dict[str, Any]:
    """The line as the viewer may see it; without one, as it is, for `small` to be made of."""
    row = _line(scene, line, calls, viewer)
    if viewer is None:
        return row
    if not viewer.may_hear(scene.house.plan.queues[line.id].clearance):
        return small_line(row)
    return row | {name: _told(calls, is_one, viewer) for name, is_one in _COUNTED.items()}


def _told(calls: list[BoardCall], is_one: Callable[[BoardCall], bool], viewer: Viewer) -> Count:
    """How many calls are such: in an open line, too, some may have come from one under secrecy."""
    found = [_hears(viewer, call) for call in calls if is_one(call)]
    return beside(sum(found), len(found) - sum(found))


def _hears(viewer: Viewer | None, call: BoardCall) -> bool:
    return viewer.may_hear(call.clearance) if viewer else call.clearance == NO_CLEARANCE


def _oldest_ms(calls: list[BoardCall], viewer: Viewer | None) -> int:
    """Since when somebody waits of whom the viewer may know that."""
    return min((_since(call) for call in calls if call.in_line and _hears(viewer, call)), default=0)


def _line(scene: Scene, line: BoardQueue, calls: list[BoardCall], viewer: Viewer | None) -> dict[str, Any]:
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
        "oldest_ms": _oldest_ms(calls, viewer),
        "foreseen_min": scene.foreseen.get(line.id) if opened else None,
        "answered": day.answered + day.external,
        "abandoned": day.abandoned,
        "level": _percent(_level(day, shown)),
        "recent": _percent(_level(recent, shown)),
        "out": day.overflowed_out + day.external,
        "in": day.overflowed_in,
        "external": day.external,
        **{name: sum(map(is_one, calls)) for name, is_one in _COUNTED.items()},
    }


def _opens(at_ms: int, now_ms: int) -> int:
    """When the line opens, if it is worth telling: within a week; else 0."""
    return at_ms if at_ms - now_ms < WEEK_MS else 0


def _since(call: BoardCall) -> int:
    return call.entered_at_ms or call.since_ms


# ── all of them ─────────────────────────────────────────────────────────────────────────────────────────────────
def _whole(
    scene: Scene, heard: Iterable[BoardQueue], rows: list[dict[str, Any]], calls: list[BoardCall], viewer: Viewer | None
) -> dict[str, Any]:
    """Counts of what the rows show; the rest of the lines that the viewer hears."""
    shown = scene.house.wallboard.service_level
    day, recent = Counts(), Counts()
    for line in heard:
        day.add(line.day)
        recent.add(line.last(RECENT_MINUTES, scene.now_ms))
    talking = [call for call in calls if call.state is BoardState.TALKING]
    return {
        **{name: in_all([row[name] for row in rows]) for name in (*_COUNTED, "answered", "abandoned")},
        "oldest_ms": _oldest_ms(calls, viewer),
        "level": _percent(_level(day, shown)),
        "recent": _percent(_level(recent, shown)),
        "talking": _told(talking, lambda _: True, viewer) if viewer else len(talking),
        "kept": day.callbacks_kept,
    }


def _callers(board: Board, house: House, viewer: Viewer | None) -> Mapping[str, int] | None:
    """How many different people have rung today, and how many of them have got through; hidden numbers are nobody.

    To whoever may not hear every line no more is told than on a public screen.
    """
    callers = {"of": len(board.callers), "through": sum(board.callers.values())}
    hears_all = viewer is None or all(viewer.may_hear(queue.clearance) for queue in house.plan.queues.values())
    return callers if hears_all else small_callers(callers)


def _trend(board: Board, lines: Iterable[BoardQueue], shown: LevelShown, *, within: bool) -> list[dict[str, Any]]:
    """For each quarter of an hour with anything in it, in order: those who came to stand in line, as the figures above.

    within: the viewer sees all lines that there are, so that who comes from another of them has been counted; a line
    under secrecy, if it is left out, has few who go on from it.
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
