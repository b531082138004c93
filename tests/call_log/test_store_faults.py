"""What the disk, other programs and time do to the log (FAULTS.md F60-F66), on a real SQLite."""

import os
import threading
from pathlib import Path

import pytest

from ivr.call_log import journal as journal_module
from ivr.call_log import status as status_module
from ivr.call_log import store as store_module
from ivr.call_log.status import LogStatus, Place
from tests.call_log.faulty_disk import FULL, IOERR_FSYNC, IOERR_WRITE, faulty_disk
from tests.call_log.stories import Log, expected_rows, locked, log_in, steps


def test_rows_are_there_in_order_and_a_clean_start_finds_them(log: Log):
    log.note(calls=30)
    assert log.writer.close()
    assert log.rows() == expected_rows(30)
    log.start()
    log.note(calls=5, first=30)
    assert log.writer.flush()
    assert log.rows() == expected_rows(35)


@pytest.mark.fault("F61")
def test_f61_a_locked_database_sends_rows_to_the_journal_and_they_come_back_once_in_order(log: Log):
    log.note(calls=3)
    assert log.writer.flush()
    with locked(log):
        log.note(calls=3, first=3)
        assert log.writer.flush()
        assert log.writer.status.place is Place.JOURNAL
        assert "locked" in log.writer.status.cause
        assert len(log.rows()) == len(expected_rows(3))
    log.note(calls=3, first=6)
    assert log.is_in(Place.DATABASE)
    assert log.writer.flush()
    assert log.rows() == expected_rows(9)


@pytest.mark.fault("F61")
def test_f61_what_lies_in_the_journal_when_the_engine_ends_comes_back_with_the_next(log: Log):
    log.note(calls=1)
    assert log.writer.flush()
    with locked(log):
        log.note(calls=4, first=1)
        assert log.writer.close(), "all of it is durable, in the journal"
    log.start()
    log.note(calls=2, first=5)
    assert log.writer.flush()
    assert log.rows() == expected_rows(7)


@pytest.mark.fault("F60")
def test_f60_steps_are_taken_at_once_while_the_disk_is_slow(log: Log):
    with locked(log):
        log.note(calls=200)
        assert log.writer.waiting > 0
    assert log.writer.flush(20)
    assert log.is_in(Place.DATABASE)
    assert log.rows() == expected_rows(200)


@pytest.mark.fault("F60")
def test_f60_a_disk_that_hangs_holds_up_the_thread_and_nobody_else(tmp_path):
    with faulty_disk() as disk:
        log = log_in(tmp_path)
        assert log.writer.flush()
        released, hanging = threading.Event(), threading.Event()

        def hang(_what: str, _nth: int) -> int:
            hanging.set()
            released.wait(30)
            return 0

        disk.plan = hang
        log.note(calls=1)
        assert hanging.wait(30)
        log.note(calls=100, first=1)
        assert log.writer.waiting == len(expected_rows(101))
        assert not released.is_set()
        released.set()
        assert log.writer.close()
    assert log.rows() == expected_rows(101)


def test_flushed_means_that_the_log_is_open_too(tmp_path):
    with faulty_disk() as disk:
        released = threading.Event()
        disk.plan = lambda _what, _nth: 0 * released.wait(30)
        log = log_in(tmp_path)
        assert not log.writer.flush(0.05)
        released.set()
        assert log.writer.flush()
        assert log.site.database_path.exists()
        assert log.writer.close()


@pytest.mark.fault("F60")
def test_f60_beyond_the_bound_events_go_first_then_all_and_both_are_counted_and_alarmed(log: Log, monkeypatch):
    monkeypatch.setattr(store_module, "EVENTS_LET_GO_AT", 10)
    monkeypatch.setattr(store_module, "ALL_LET_GO_AT", 40)
    log.note(calls=1)
    assert log.writer.flush()
    gate = threading.Event()
    log.writer._on_acknowledged = lambda _number: gate.wait(30)
    log.note(calls=1, first=1)
    log.note(calls=30, first=2)
    gate.set()
    assert log.writer.close()
    status: LogStatus = log.writer.status
    assert log.alarms.heard("call_log_overflow")
    assert status.steps_let_go > 0
    assert status.events_let_go > status.steps_let_go
    assert len(log.rows()) == len(expected_rows(32)) - status.steps_let_go


@pytest.mark.fault("F62")
def test_f62_a_full_disk_costs_no_row_while_the_journal_has_its_space(tmp_path):
    with faulty_disk() as disk:
        log = log_in(tmp_path)
        log.note(calls=2)
        assert log.writer.flush()
        disk.plan = lambda what, _nth: FULL if what == "write" else 0
        log.note(calls=20, first=2)
        assert log.writer.flush()
        assert "full" in log.writer.status.cause
        disk.heal()
        assert log.is_in(Place.DATABASE)
        log.note(calls=1, first=22)
        assert log.writer.close()
    assert log.rows() == expected_rows(23)


@pytest.mark.fault("F62")
def test_f62_the_journal_has_its_space_before_it_needs_it(tmp_path, monkeypatch):
    """Writing beyond what the file occupies fails, as on a full disk; within it does not."""
    log = log_in(tmp_path)
    log.note(calls=1)
    assert log.writer.flush()
    refuse_growth(monkeypatch)
    with locked(log):
        log.note(calls=300, first=1)
        assert log.writer.flush(20)
        assert log.writer.status.place is Place.JOURNAL
    assert log.is_in(Place.DATABASE)
    assert log.writer.close()
    assert log.rows() == expected_rows(301)


def refuse_growth(monkeypatch):
    real = os.pwrite

    def pwrite(fd, data, at):
        if at + len(data) > os.fstat(fd).st_blocks * 512:
            raise OSError(28, "No space left on device")
        return real(fd, data, at)

    monkeypatch.setattr(journal_module.os, "pwrite", pwrite)


@pytest.mark.fault("F62")
def test_f62_a_disk_that_takes_nothing_leaves_rows_in_memory_unacknowledged_until_it_does(tmp_path, monkeypatch):
    with faulty_disk() as disk:
        log = log_in(tmp_path)
        log.note(calls=1)
        assert log.writer.flush()
        acknowledged = log.writer.acknowledged
        disk.plan = lambda _what, _nth: FULL
        with monkeypatch.context() as patch:
            patch.setattr(journal_module.os, "pwrite", refuse)
            log.note(calls=5, first=1)
            assert log.is_in(Place.MEMORY)
            assert not log.writer.flush(0.2)
            assert log.writer.acknowledged == acknowledged
        disk.heal()
        assert log.is_in(Place.DATABASE)
        assert log.writer.flush()
        assert log.writer.close()
    assert log.rows() == expected_rows(6)


def refuse(*_anything):
    raise OSError(28, "No space left on device")


@pytest.mark.fault("F62")
def test_f62_alarms_when_a_tenth_and_when_a_twentieth_of_the_disk_is_left(log: Log, monkeypatch):
    left = iter([0.5, 0.09, 0.08, 0.04])
    usual = os.statvfs(log.site.home)

    def statvfs(_path):
        share = next(left, 0.5)
        return os.statvfs_result((*usual[:2], 1000, usual[3], round(1000 * share), *usual[5:10]))

    monkeypatch.setattr(status_module.os, "statvfs", statvfs)
    for _ in range(4):
        log.writer._watch_space()
    assert [sentence[:4] for word, sentence in log.alarms.words if word == "disk_filling"] == ["9.0%", "4.0%"]


@pytest.mark.fault("F65")
def test_f65_a_row_whose_fsync_failed_is_acknowledged_only_when_it_lies_elsewhere(tmp_path):
    with faulty_disk() as disk:
        log = log_in(tmp_path)
        log.note(calls=2)
        assert log.writer.flush()
        first = log.writer._database
        disk.plan = lambda what, _nth: IOERR_FSYNC if what == "sync" else 0
        log.note(calls=3, first=2)
        assert log.writer.flush()
        assert log.writer.status.place is Place.JOURNAL, "acknowledged by the journal, not by the database"
        disk.heal()
        assert log.is_in(Place.DATABASE)
        assert log.writer._database is not first, "the descriptor whose fsync failed is not asked again"
        assert log.writer.close()
    assert log.rows() == expected_rows(5)


@pytest.mark.fault("F65")
def test_f65_the_journal_is_emptied_only_after_a_sync_through_a_new_descriptor(tmp_path):
    """After a failed fsync the -wal in memory may look whole and not be on disk: it is copied and synced first."""
    with faulty_disk() as disk:
        log = log_in(tmp_path)
        log.note(calls=1)
        assert log.writer.flush()
        disk.fail_from(1, IOERR_FSYNC, "sync", times=1)
        seen = disk.operations
        log.note(calls=2, first=1)
        assert log.writer.flush()
        assert log.is_in(Place.DATABASE)
        assert disk.refused == ["sync"]
        assert disk.operations > seen
        assert log.site.database_path.with_name("calls.sqlite-wal").stat().st_size == 0, "a checkpoint has truncated it"
        assert log.writer.close()
    assert log.rows() == expected_rows(3)


@pytest.mark.fault("F65")
def test_f65_a_journal_whose_fsync_fails_goes_on_in_another_file(log: Log, monkeypatch):
    log.note(calls=1)
    assert log.writer.flush()
    real, failing = os.fdatasync, []

    def fdatasync(fd):
        name = Path(f"/proc/self/fd/{fd}").readlink()
        if not failing:
            failing.append(name)
        if name in failing:
            raise OSError(5, "Input/output error")
        real(fd)

    with locked(log):
        monkeypatch.setattr(journal_module.os, "fdatasync", fdatasync)
        log.note(calls=3, first=1)
        assert log.writer.flush()
        assert [path.name for path in journal_module.files_of(log.site.journal_path)] == [
            "calls.journal",
            "calls.journal.1",
        ]
    assert log.is_in(Place.DATABASE)
    assert log.writer.close()
    assert log.rows() == expected_rows(4)


@pytest.mark.fault("G17")
@pytest.mark.parametrize("code", [IOERR_WRITE, IOERR_FSYNC, FULL])
@pytest.mark.parametrize("nth", range(1, 18))
def test_g17_an_error_at_any_one_operation_loses_nothing_and_doubles_nothing(tmp_path, nth, code):
    with faulty_disk() as disk:
        disk.fail_from(nth, code)
        log = log_in(tmp_path)
        for first in range(0, 6, 2):
            log.note(calls=2, first=first)
            assert log.writer.flush()
        assert log.writer.close()
    log.start()
    assert log.writer.close()
    assert log.rows() == expected_rows(6)


def test_what_is_no_step_is_alarmed_and_costs_nothing_else(log: Log):
    log.writer.append(1, None, (object(),))
    log.note(calls=2)
    assert log.writer.flush()
    assert log.alarms.heard("call_log_fault")
    assert log.rows() == expected_rows(2)


def test_a_fault_nobody_thought_of_is_alarmed_and_the_thread_lives(log: Log):
    log.writer._on_acknowledged = lambda number: 1 // 0
    log.note(calls=2)
    assert log.alarms.heard("call_log_fault")
    log.writer._on_acknowledged = None
    log.note(calls=2, first=2)
    assert log.writer.flush()
    assert log.rows() == expected_rows(4)


@pytest.mark.fault("F76")
def test_f76_an_alarm_that_nobody_can_hear_does_not_end_the_log(log: Log):
    def deaf(_word, _sentence):
        raise BrokenPipeError

    log.writer._raise_alarm = deaf
    log.writer.append(1, None, (object(),))
    log.note(calls=2)
    assert log.writer.flush()
    assert log.rows() == expected_rows(2)


def test_the_status_can_be_told_over_the_control_socket(log: Log):
    assert log.writer.status.place == "database"
    assert log.writer.append(1, None, ()) is None
    assert log.writer.waiting == 0


def test_steps_of_the_kernel_without_event_or_entries_are_nothing(log: Log):
    for at_ms, event, _entries in steps(1):
        log.writer.append(at_ms, event, ())
    assert log.writer.flush()
    assert log.rows() == []
    with log.read() as reader:
        assert len(list(reader.events_between(0, 2**62))) == len(list(steps(1)))
