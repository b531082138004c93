"""What a wallboard is made of in the tests: Botkyrka at noon, with whoever waits."""

from dataclasses import replace

from ivr.config.load import SHIPPED, load
from ivr.web.accounts.roles import Role
from ivr.web.accounts.viewer import Viewer
from ivr.web.board_view import Scene
from queues.agents import AgentState
from queues.board import Board, BoardAgent, BoardCall, BoardState
from queues.ids import AgentId, CallId, Clearance, Instant, QueueId

NOON_MS = 1_772_535_600_000  # Tuesday 2026-03-03 12:00 in Stockholm
DAWN_MS = NOON_MS - 12 * 3_600_000
NIGHT_MS = NOON_MS + 10 * 3_600_000
OPERATOR = Viewer("karin", "Karin", frozenset({Role.OPERATOR}), queues=None)
CLEARED = replace(OPERATOR, clearances=frozenset({Clearance("socialtjanst")}))
HOUSE = load(SHIPPED / "botkyrka", NOON_MS).house


def scene(at_ms=NOON_MS, **waits):
    """Calls in line, so many seconds each by queue; amina is ready."""
    board = Board(DAWN_MS)
    for queue, seconds in waits.items():
        for i, second in enumerate(seconds):
            begun = Instant(at_ms - second * 1000)
            call = BoardCall(CallId(f"{queue}{i}"), begun, state=BoardState.WAITING, queue=QueueId(queue))
            call.entered_at_ms, call.since_ms, call.clearance = begun, begun, HOUSE.plan.queues[queue].clearance
            board.calls[call.id] = call
    for agent in ("amina", "fatima"):
        board.agents[AgentId(agent)] = BoardAgent(AgentId(agent), AgentState.READY, since_ms=Instant(at_ms - 60_000))
    return Scene(board, HOUSE, at_ms)
