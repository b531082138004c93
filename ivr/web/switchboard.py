"""What can be switched and moved at the switchboard, and how it stands: opening hours and groups. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from ivr.config.house import House
from ivr.local_days import day_span, local
from ivr.web.accounts.viewer import Viewer
from queues.board import Board, Switched
from queues.ids import AgentId, QueueId
from routing.circles import OWN_LEVEL
from routing.plan import OpenHours, Plan, Queue
from routing.secrecy import may_hear
from routing.switches import HOUSE

Levels = Sequence[tuple[QueueId, int]]


def openings(house: House, board: Board, now_ms: int) -> list[dict[str, Any]]:
    """Every set of opening hours, the whole house first: open now, until when, and who has switched it."""
    hours = dict(_hours(house.plan))
    named = [(name, hours[name]) for name in house.openings if name in hours]
    return [_opening(HOUSE, None, board, now_ms), *(_opening(name, open_, board, now_ms) for name, open_ in named)]


def _opening(name: str, hours: OpenHours | None, board: Board, now_ms: int) -> dict[str, Any]:
    forced = board.hours.get(name)
    rules = forced or board.hours.get(HOUSE)
    scheduled = hours is not None and hours.is_open(now_ms)
    changes_ms = 0 if hours is None else hours.closes_at(now_ms) if scheduled else hours.opens_at(now_ms)
    return {
        "hours": name,
        "title": title_of(name),
        "is_open": rules.how == "open" if rules else scheduled,
        "known": hours is not None or rules is not None,
        "changes_ms": 0 if rules else min(changes_ms, 2**53 - 1),
        "forced": _by_hand(forced),
        "by_house": forced is None and rules is not None,
    }


def midnight_after(now_ms: int, timezone: str) -> int:
    """The end of the day (ms) on the municipality's clocks."""
    zone = ZoneInfo(timezone)
    return day_span(local(now_ms, zone).date(), zone)[1]


def title_of(name: str) -> str:
    """What opening hours are called by people; their name in the files is all the name they have."""
    return name.replace("_", " ").capitalize() if name else "Hela växeln"


def _by_hand(switched: Switched | None) -> dict[str, Any] | None:
    if switched is None:
        return None
    return {"how": switched.how, "by": switched.by, "until_ms": switched.until_ms}


def _hours(plan: Plan) -> Iterator[tuple[str, OpenHours]]:
    """Every name that hours go by, and the hours; the numbers' own last, so that they count."""
    for partner in plan.partners.values():
        yield partner.hours_id, partner.hours
    for queue in plan.queues.values():
        yield from ((step.hours_id, step.hours) for step in queue.steps)
        yield queue.hours_id, queue.hours
    yield from ((entrance.hours_id, entrance.hours) for entrance in plan.entrances.values())


def groups_of(house: House, viewer: Viewer, agent: AgentId, now: Levels) -> list[dict[str, Any]]:
    """The groups that the viewer may move the person between: theirs now, as written, and those they may hear."""
    person = house.plan.agents[agent]
    written, serves = dict(person.queues), dict(now)
    return [
        {
            "queue": queue.id,
            "title": house.queue_titles.get(queue.id, queue.id),
            "own": serves.get(queue.id, 0) >= OWN_LEVEL,
            "written": written.get(queue.id, 0) >= OWN_LEVEL,
            "may": may_hear(person.clearances, queue.clearance),
            "secret": bool(queue.clearance),
        }
        for queue in house.plan.queues.values()
        if viewer.may_see_queue(queue.id)
    ]


def unseen(house: House, viewer: Viewer, now: Levels) -> list[QueueId]:
    """Of the groups that are somebody's own now, those that the viewer does not see."""
    return [q for q, level in now if level >= OWN_LEVEL and q in house.plan.queues and not viewer.may_see_queue(q)]


def sees_all(house: House, viewer: Viewer, hours: str = HOUSE) -> bool:
    """Whether every line that goes by these hours (the whole house's: every line) is one that the viewer sees."""
    lines = house.plan.queues.values()
    return all(viewer.may_see_queue(line.id) for line in lines if hours in {HOUSE, line.hours_id, *_steps(line)})


def _steps(line: Queue) -> Iterator[str]:
    return (step.hours_id for step in line.steps)


def moved_to(house: House, agent: AgentId, chosen: Sequence[QueueId]) -> list[tuple[QueueId, int]]:
    """The groups chosen, each at the level that is written or as one's own, and then what everybody helps with.

    Whoever helps in other groups goes on doing so in those that they leave.
    """
    person = house.plan.agents[agent]
    written: Mapping[QueueId, int] = dict(person.queues)
    own = [(queue, max(written.get(queue, 0), OWN_LEVEL)) for queue in chosen]
    helps = any(level < OWN_LEVEL for level in written.values())
    others = [queue for queue in written if helps and queue not in chosen]
    return own + [(queue, 1) for queue in others if may_hear(person.clearances, house.plan.queues[queue].clearance)]


def is_as_written(house: House, agent: AgentId, chosen: Sequence[QueueId]) -> bool:
    """Whether the groups chosen are those that the person has anyway, in whatever order."""
    written = {queue for queue, level in house.plan.agents[agent].queues if level >= OWN_LEVEL}
    return written == set(chosen)
