"""What the rules look at, as the board has it now."""

from collections import Counter
from collections.abc import Mapping

from ivr.config.house import House
from ivr.web.alarms.rules import Facts, LineFacts
from ivr.web.live_board import LiveBoard
from queues.agents import AgentState
from queues.asked_entries import Force
from queues.board import Board, BoardAgent
from queues.ids import AgentId, PartnerId, QueueId, partner_of
from routing.circles import names
from routing.plan import Plan, Queue
from routing.secrecy import may_hear
from routing.switches import HOUSE

HALF_HOUR_MIN = 30


def facts_of(live: LiveBoard, house: House, disk_free: float, dead_letters: Mapping[str, int]) -> Facts:
    """Everything that can be alarmed about, now."""
    now_ms, board = live.now_ms(), live.board
    return Facts(
        at_ms=now_ms,
        stale_since_ms=live.stale_since_ms,
        paused=live.beat.paused,
        log_place=str(live.beat.log.get("place", "database")),
        disk_free=disk_free,
        lines=_lines(board, house.plan, now_ms),
        partners={p: known.state for p in house.plan.partners if (known := board.partners.get(PartnerId(p)))},
        dead_letters=dict(dead_letters),
    )


def _lines(board: Board, plan: Plan, now_ms: int) -> dict[QueueId, LineFacts]:
    in_line = [call for call in board.calls.values() if call.in_line]
    waiting = Counter(call.queue for call in in_line)
    first_ms = {call.queue: call.entered_at_ms for call in sorted(in_line, key=lambda c: -c.entered_at_ms)}
    late = Counter(c.queue for c in board.calls.values() if c.promised and (c.overdue or c.due_ms < now_ms))
    staff = logged_in(board, plan)
    lines = {}
    for queue in plan.queues.values():
        within, counted = _level(board, queue, now_ms)
        lines[queue.id] = LineFacts(
            longest_wait_ms=now_ms - first_ms.get(queue.id, now_ms),
            waiting=waiting[queue.id],
            answered_within=within,
            counted=counted,
            open=is_open(board, queue, now_ms),
            logged_in=staff[queue.id],
            callbacks_overdue=late[queue.id],
        )
    return lines


def _level(board: Board, queue: Queue, now_ms: int) -> tuple[int, int]:
    line = board.queues.get(queue.id)
    return line.last(HALF_HOUR_MIN, now_ms).level(queue.answer_target_ms // 1000) if line else (0, 0)


def is_open(board: Board, queue: Queue, now_ms: int) -> bool:
    """Whether the line takes calls now, by its hours or by hand."""
    switched = board.hours.get(queue.hours_id) or board.hours.get(HOUSE)
    if switched is None:
        return queue.hours.is_open(now_ms)
    return switched.how == Force.OPEN.value


def logged_in(board: Board, plan: Plan) -> Counter[QueueId]:
    """How many people of the house are logged in who may take each line's calls."""
    found: Counter[QueueId] = Counter()
    for seat in board.agents.values():
        if seat.state is not AgentState.LOGGED_OUT and not partner_of(seat.id):
            found.update(queue.id for queue in plan.queues.values() if takes(plan, seat, queue))
    return found


def takes(plan: Plan, seat: BoardAgent, queue: Queue) -> bool:
    """Whether calls of the line can come to this person, by what is written or by where they are moved to."""
    agent = plan.agents.get(AgentId(seat.id))
    if agent is None or not may_hear(agent.clearances, queue.clearance):
        return False
    if seat.moved_to:
        return queue.id in dict(seat.moved_to)
    return any(names(step, agent, queue.id) for step in queue.steps)
