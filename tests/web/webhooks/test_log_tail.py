"""The log is read on from a row while the engine goes on writing: every row once, none left out."""

from pathlib import Path

import pytest
from sqlite_utils import Database

from ivr.call_log.codec import to_row
from ivr.call_log.schema import migrations
from ivr.config.site import Site
from ivr.web.webhooks.log_tail import LogTail, _Tail
from queues.agents import AgentState
from queues.entries import AgentStateChanged
from queues.ids import AgentId, Instant


class Log:
    """A call log, and the engine that writes it."""

    def __init__(self, home: Path) -> None:
        self.site = Site(home)
        self.db = Database(self.site.database_path)
        migrations.apply(self.db)
        self.rows = 0

    def grows(self, rows: int = 1) -> None:
        for _ in range(rows):
            self.rows += 1
            at_ms = Instant(self.rows)
            entry = AgentStateChanged(at_ms, AgentId("amina"), AgentState.READY, AgentState.NOT_READY, "", 0)
            row = to_row(entry, at_ms, str)
            stored = {"seq": self.rows, "run": 1, "step": self.rows, **row._asdict()}
            self.db.table("entries").insert(stored)


@pytest.fixture
def log(tmp_path):
    log = Log(tmp_path)
    yield log
    log.db.close()


def test_what_is_written_while_it_is_read_is_neither_left_out_nor_read_twice(log, monkeypatch):
    real = _Tail.newest

    def newest(tail: _Tail) -> int:
        log.grows(2)
        return real(tail)

    monkeypatch.setattr(_Tail, "newest", newest)
    seen, at = [], 0
    for _ in range(4):
        with _Tail(log.site.database_path) as tail:
            read = tail.after(at)
        at = read.up_to
        seen += [row for row, _ in read.entries]
    assert seen == list(range(1, at + 1))


def test_much_is_read_in_parts_and_a_log_begun_anew_from_its_beginning(log):
    log.grows(700)
    tail = LogTail(log.site)
    first = tail.after(0)
    assert (first.up_to, first.whole) == (500, False)
    assert tail.after(500).whole
    assert tail.after(10_000).entries[0][0] == 1


def test_no_log_is_nothing_to_tell(tmp_path):
    tail = LogTail(Site(tmp_path))
    assert tail.newest() == 0
    assert tail.after(7) == ((), 7, True)
