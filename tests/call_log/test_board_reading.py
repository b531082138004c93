"""The board that is read from the log is the board that was folded while it happened (I23)."""

import pytest

from ivr.call_log.board_reading import BoardReader, entries_for_board
from ivr.call_log.codec import entry_from, to_row
from ivr.call_log.pseudonyms import pseudonyms
from ivr.call_log.status import Place
from queues.board import Board, BoardQueue
from queues.entries import CallbackPromised, CallEntered
from queues.ids import NO_CLEARANCE
from queues.weighed_entries import CandidatesWeighed
from tests.call_log.stories import ANNA, KEY, QUEUE, T0, call_id, locked, story
from tests.kernel.board_watch import Watched
from tests.kernel.test_machine import live

PSEUDONYM = pseudonyms(KEY)
HOUR = 3_600_000


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


@pytest.mark.fault("I23")
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


def read(log, day=None):
    return rebuilt(log, T0 - HOUR if day is None else day)


def test_what_waits_in_the_journal_belongs_to_the_board_and_is_met_once(log):
    log.note(1)
    assert log.writer.flush()
    with locked(log):
        log.note(2, first=1)
        assert log.is_in(Place.JOURNAL)
        assert log.writer.flush()
        assert read(log).house.day.entered == 3
        with BoardReader(log.site.database_path, log.site.journal_path) as reader:
            waiting = reader.begin(T0 - HOUR, T0 + HOUR)
            assert waiting.last_steps == {log.writer.run: log.writer.acknowledged}
    assert log.is_in(Place.DATABASE)
    assert read(log).house.day.entered == 3


def test_step_that_lies_in_the_journal_twice_is_one(log):
    log.note(1)
    assert log.writer.flush()
    with locked(log):
        log.note(1, first=1)
        assert log.is_in(Place.JOURNAL)
        assert log.writer.flush()
        lines = [line for line in log.site.journal_path.read_bytes().splitlines(keepends=True) if line.strip(b"\0\n ")]
        twice = log.site.home / "twice"
        twice.write_bytes(b"".join(lines * 2))
        with entries_for_board(log.site.database_path, twice, T0 - HOUR) as found:
            assert [e.call for e in found.entries if isinstance(e, CallEntered)] == [call_id(0), call_id(1)]


def test_what_comes_into_the_database_after_the_journal_was_read_is_not_met_twice(log):
    log.note(1)
    assert log.writer.flush()
    with locked(log):
        log.note(2, first=1)
        assert log.is_in(Place.JOURNAL)
        assert log.writer.flush()
        reader = BoardReader(log.site.database_path, log.site.journal_path)
    assert log.is_in(Place.DATABASE)
    with reader:
        board = Board(T0 - HOUR)
        for entry in reader.begin(T0 - HOUR, T0 + HOUR).entries:
            board.apply(entry)
    assert board.house.day.served == 3


def test_what_is_written_while_the_rows_are_read_is_for_the_stream(log):
    log.note(3)
    assert log.writer.flush()
    with entries_for_board(log.site.database_path, log.site.journal_path, T0 - HOUR) as found:
        before = log.writer.acknowledged
        log.note(1, first=3)
        assert log.writer.flush()
        entered = [entry.call for entry in found.entries if isinstance(entry, CallEntered)]
    assert found.last_steps == {log.writer.run: before}
    assert entered == [call_id(n) for n in range(3)]


def test_promise_of_weeks_ago_is_still_there(log):
    weeks = 20 * 24 * HOUR
    promised = [
        *story(1, until="queued"),
        CallbackPromised(T0 + 10_000, call_id(1), QUEUE, T0, NO_CLEARANCE, "", T0 + HOUR),
    ]
    log.add(*promised)
    assert log.writer.flush()
    board = read(log, T0 + weeks)
    assert board.calls[call_id(1)].promised
    assert board.queues[QUEUE].day.carried == 1


def test_decisions_are_read_of_calls_that_go_on(log):
    weighed = [CandidatesWeighed(T0 + n * 1000 + 5_000, call_id(n), QUEUE, ANNA, 0, 3, (), ()) for n in (1, 2)]
    log.add(*story(1, until="queued"), weighed[0], *story(2), weighed[1])
    assert log.writer.flush()
    assert read(log).calls[call_id(1)].weighed == weighed[0]
    with entries_for_board(log.site.database_path, log.site.journal_path, T0 - HOUR) as found:
        assert [entry for entry in found.entries if isinstance(entry, CandidatesWeighed)] == [weighed[0]]
