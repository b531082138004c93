"""The board that is read from the log is the board that was folded while it happened (I23)."""


import pytest

from ivr.call_log.board_reading import entries_for_board
from ivr.call_log.codec import entry_from, to_row
from ivr.call_log.pseudonyms import pseudonyms
from queues.board import Board, BoardQueue
from tests.call_log.stories import KEY
from tests.kernel.board_watch import Watched
from tests.kernel.test_machine import live

PSEUDONYM = pseudonyms(KEY)


class Logged(Watched):
    """Every entry goes to the log, and to the board as the log will have it."""

    writer = None

    def fold(self, entries):
        as_stored = [to_row(entry, self.now, PSEUDONYM) for entry in entries]
        self.writer.append(self.now, None, tuple(entries))
        super().fold([entry_from(row.kind, row.body) for row in as_stored])


def shown(board):
    """All that a board holds, without lines and people of whom there is nothing to tell."""
    people = {agent: person for agent, person in board.agents.items() if person.since_ms}
    lines = {queue: line for queue, line in board.queues.items() if line != BoardQueue(queue)}
    standing = (board.partners, board.hours, board.crisis, board.paused, board.plan)
    return board.calls, people, lines, board.house, board.callers, board.hidden_callers, standing


def rebuilt(log, day_starts_ms):
    board = Board(day_starts_ms)
    with entries_for_board(log.site.database_path, log.site.journal_path, day_starts_ms) as found:
        for entry in found.entries:
            board.apply(entry)
    return board


def assert_same(one, other):
    for mine, theirs in zip(shown(one), shown(other), strict=True):
        assert not differing(mine, theirs)


def differing(mine, theirs):
    """What is not alike, part by part: whole boards are too long to read."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        names = mine.keys() | theirs.keys()
        return [(name, mine.get(name), theirs.get(name)) for name in names if mine.get(name) != theirs.get(name)]
    return [] if mine == theirs else [(mine, theirs)]


@pytest.mark.parametrize("seed", range(16))
def test_board_read_from_the_log_is_the_board_that_was_folded_as_it_happened(log, seed):
    kind = type("Here", (Logged,), {"writer": log.writer})
    life = live(seed, 300, kind)
    assert log.writer.flush()
    assert_same(rebuilt(log, life.board.day_starts_ms), life.board)
    life.midnight()
    assert log.writer.flush()
    assert_same(rebuilt(log, life.board.day_starts_ms), life.board)
    for _ in range(12):
        life.wait(2_500)
        life.arrive()
        life.press()
        life.answer()
        life.end_talk()
    life.restart()
    life.everybody_ready()
    assert log.writer.flush()
    assert life.board.calls
    assert_same(rebuilt(log, life.board.day_starts_ms), life.board)
