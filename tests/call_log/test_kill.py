"""`kill -9` of a process that writes (F66, G16): what it had acknowledged is there, and nothing twice."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.call_log.status import Place
from tests.call_log.stories import Log, log_in

ROWS = 10_000


def write_and_die(home: Path, after: int, *, locked: bool = False) -> tuple[int, int]:
    """(run, last acknowledged step) of a process killed after so many acknowledgements, in the middle of its work."""
    other = sqlite3.connect(home / "calls.sqlite")
    if locked:
        other.execute("BEGIN IMMEDIATE")
    command = [sys.executable, "-m", "tests.call_log.writing_process", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(after)]
        process.send_signal(signal.SIGKILL)
        lines.extend(process.stdout)
        process.wait()
    other.close()
    run, number = [line.split() for line in lines if line.endswith("\n")][-1]
    return int(run), int(number)


def doubled(log: Log) -> int:
    with log.read() as reader:
        return reader._all("SELECT count(*) - count(DISTINCT run || ' ' || step) FROM entries")[0][0]


def missing(log: Log, acknowledged: dict[int, int]) -> list[tuple[int, int, int]]:
    """(run, acknowledged, found) for each run that lacks a step that it had acknowledged."""
    with log.read() as reader:
        found = dict(reader._all("SELECT run, count(*) FROM entries GROUP BY run"))
    return [(run, number, found.get(run, 0)) for run, number in acknowledged.items() if found.get(run, 0) < number]


@pytest.mark.fault("F66", "G16")
def test_no_acknowledged_row_is_lost_and_none_is_doubled(tmp_path):
    log = log_in(tmp_path)
    assert log.writer.close()
    acknowledged: dict[int, int] = {}
    kill = 0
    while sum(acknowledged.values()) < ROWS:
        run, number = write_and_die(tmp_path, after=1 + kill * 3 % 17)
        acknowledged[run] = number
        kill += 1
    log.start()
    assert log.writer.close()
    assert missing(log, acknowledged) == []
    assert doubled(log) == 0


@pytest.mark.fault("F66")
def test_the_same_while_the_database_is_locked_and_the_journal_has_the_rows(tmp_path):
    log = log_in(tmp_path)
    assert log.writer.close()
    acknowledged = dict(write_and_die(tmp_path, after=n, locked=n % 2 == 0) for n in (2, 3, 6))
    log.start()
    assert log.is_in(Place.DATABASE)
    assert log.writer.close()
    assert missing(log, acknowledged) == []
    assert doubled(log) == 0
