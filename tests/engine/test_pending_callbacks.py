"""The table of promises: what is kept is there after a crash, what is forgotten is not on the disk at all."""

import sqlite3
import stat
from contextlib import closing

import pytest
from structlog.testing import capture_logs

from ivr.pending_callbacks import PendingCallbacks
from queues.ids import AgentId, CallId, Clearance, Instant, QueueId
from routing.callback_events import CallbackRestored

NUMBER = "0701740605"


def pending(call: str = "c1", tries: int = 0) -> CallbackRestored:
    return CallbackRestored(
        call=CallId(call),
        caller=NUMBER,
        number="+46846500400",
        language="sv",
        queue=QueueId("bygg"),
        entered_at_ms=Instant(5_000),
        clearance=Clearance(""),
        priority=0,
        matter="åäö, ritningar",
        by=AgentId(""),
        promised_at_ms=Instant(6_000),
        due_ms=Instant(9_000),
        tries=tries,
        rests_until_ms=Instant(0),
        reached_at_ms=Instant(0),
    )


def test_what_is_kept_is_there_for_the_next_engine_as_it_was_last(tmp_path):
    table = PendingCallbacks(tmp_path / "callbacks.sqlite")
    assert table.everything() == []
    table.keep(pending())
    table.keep(pending("c2"))
    table.keep(pending(tries=2))
    assert PendingCallbacks(table.path).everything() == [pending(tries=2), pending("c2")]
    assert table.calls() == {"c1", "c2"}


@pytest.mark.fault("S24")
def test_only_the_owner_reads_it_and_a_forgotten_number_is_not_on_the_disk(tmp_path):
    table = PendingCallbacks(tmp_path / "callbacks.sqlite")
    table.keep(pending())
    assert stat.S_IMODE(table.path.stat().st_mode) == 0o600
    assert NUMBER.encode() in table.path.read_bytes()
    table.forget(CallId("c1"))
    assert table.everything() == []
    assert all(NUMBER.encode() not in file.read_bytes() for file in tmp_path.iterdir())


def test_a_table_that_cannot_be_read_is_set_aside_with_an_alarm_and_the_service_goes_on(tmp_path):
    table = PendingCallbacks(tmp_path / "callbacks.sqlite")
    table.path.write_bytes(b"no table at all" * 100)
    with capture_logs() as logs:
        assert table.everything() == []
    assert [(entry["event"], entry["alarm"]) for entry in logs] == [("pending_callbacks_unreadable", True)]
    assert [path.name.startswith("callbacks.sqlite.set-aside-") for path in tmp_path.iterdir()] == [True]
    table.keep(pending())
    assert table.everything() == [pending()]


def test_forgetting_what_was_never_kept_makes_no_file(tmp_path):
    table = PendingCallbacks(tmp_path / "callbacks.sqlite")
    table.forget(CallId("c1"))
    assert not table.path.exists()
    assert table.calls() == frozenset()


def test_a_promise_that_is_not_understood_costs_no_other_its_call_and_stays(tmp_path):
    table = PendingCallbacks(tmp_path / "callbacks.sqlite")
    table.keep(pending())
    with closing(sqlite3.connect(table.path)) as file, file:
        file.execute("INSERT INTO pending VALUES ('c2', '{\"of_another_version\": 1}')")
    with capture_logs() as logs:
        assert table.everything() == [pending()]
    assert [(entry["event"], entry["alarm"]) for entry in logs] == [("pending_callback_not_understood", True)]
    assert table.calls() == {"c1", "c2"}
