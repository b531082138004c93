"""A database that is no longer one, or no longer ours, costs nothing but what was in it (FAULTS.md F63, F64)."""

import os
import sqlite3
from pathlib import Path

import pytest

from ivr.call_log.status import Place
from tests.call_log.stories import Log, call_id, expected_rows, locked, log_in


@pytest.mark.fault("F63")
@pytest.mark.parametrize("damage", ["not_a_database", "torn_pages", "empty_header"])
def test_f63_a_corrupt_database_at_the_start_is_set_aside_and_the_journal_replayed(log: Log, damage):
    log.note(calls=40)
    assert log.writer.flush()
    with locked(log):
        log.note(calls=3, first=40)
        assert log.writer.close()
    spoil(log, damage)
    log.start()
    log.note(calls=2, first=43)
    assert log.writer.flush()
    assert log.writer.status.place is Place.DATABASE
    assert log.rows() == expected_rows(5, first=40)
    (aside,) = log.writer.status.set_aside
    assert (log.site.home / aside).exists()
    assert log.alarms.heard("call_log_set_aside")


def spoil(log: Log, damage: str) -> None:
    path = log.site.database_path
    for tail in ("-wal", "-shm"):
        path.with_name(path.name + tail).unlink(missing_ok=True)
    data = bytearray(path.read_bytes())
    if damage == "not_a_database":
        data[:] = b"this is no database\n" * 200
    elif damage == "empty_header":
        data[:100] = bytes(100)
    else:
        for page in range(2, len(data) // 4096):
            data[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(data)


@pytest.mark.fault("F63")
def test_f63_after_a_crash_the_file_is_read_through_before_it_is_trusted(log: Log):
    """Damage that no write would meet: who ended in good order does not look for it, who crashed does."""
    log.note(calls=200)
    assert log.writer.close()
    middle = spoil_a_page_of_entries(log)
    log.start()
    assert log.writer.flush()
    log.note(calls=1, first=200)
    assert log.writer.close()
    assert log.writer.status.set_aside == (), middle
    with sqlite3.connect(log.site.database_path) as other:
        other.execute("UPDATE runs SET closed_ms = NULL")
    other.close()
    log.start()
    log.note(calls=1, first=201)
    assert log.writer.close()
    assert len(log.writer.status.set_aside) == 1
    assert log.rows() == expected_rows(1, first=201)


def spoil_a_page_of_entries(log: Log) -> int:
    data = bytearray(log.site.database_path.read_bytes())
    page = data.index(b'"' + call_id(100).encode()) // 4096
    data[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    log.site.database_path.write_bytes(data)
    return page


@pytest.mark.fault("F63")
def test_f63_a_database_that_breaks_in_use_is_set_aside_and_service_goes_on(log: Log):
    log.note(calls=40)
    assert log.writer.flush()
    with sqlite3.connect(log.site.database_path) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    spoil(log, "torn_pages")
    log.note(calls=10, first=40)
    assert log.writer.flush()
    assert log.alarms.heard("call_log_set_aside")
    assert log.is_in(Place.DATABASE)
    log.note(calls=2, first=50)
    assert log.writer.flush()
    assert log.rows()[-len(expected_rows(2)) :] == expected_rows(2, first=50)
    assert set(expected_rows(10, first=40)) <= set(log.rows())


@pytest.mark.fault("F64")
def test_f64_a_database_deleted_in_use_is_begun_anew_and_said_so(log: Log):
    log.note(calls=2)
    assert log.writer.flush()
    for file in log.site.home.glob("calls.sqlite*"):
        file.unlink()
    log.note(calls=3, first=2)
    assert log.writer.flush()
    assert log.is_in(Place.DATABASE)
    assert log.rows() == expected_rows(3, first=2)
    assert "deleted" in log.alarms.sentence("call_log_set_aside")


@pytest.mark.fault("F64")
def test_f64_a_directory_in_the_databases_place_is_set_aside(tmp_path):
    (tmp_path / "calls.sqlite").mkdir()
    log = log_in(tmp_path)
    log.note(calls=2)
    assert log.writer.close()
    assert log.rows() == expected_rows(2)


@pytest.mark.fault("F64")
def test_f64_no_right_to_the_database_names_the_cause_and_costs_no_row(log: Log, monkeypatch):
    """Somebody else's file in our directory; root would be let in, so the system's answer is played."""
    log.note(calls=1)
    assert log.writer.close()
    real, theirs = os.open, log.site.database_path.stat().st_ino

    def open_(path, flags, *more, **others):
        file = Path(path)
        if file == log.site.database_path and file.exists() and file.stat().st_ino == theirs:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, flags, *more, **others)

    monkeypatch.setattr("ivr.call_log.database.os.open", open_)
    log.start()
    log.note(calls=2, first=1)
    assert log.writer.flush()
    assert log.is_in(Place.DATABASE)
    assert log.rows() == expected_rows(2, first=1)
    assert "Permission denied" in log.alarms.sentence("call_log_set_aside")
