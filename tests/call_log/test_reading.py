import sqlite3
from dataclasses import replace

import pytest

from ivr.call_log.database import LogDatabase
from ivr.call_log.reading import CallLogReader, CallLogUnreadableError
from queues.agents import AgentState
from queues.entries import (
    AgentStateChanged,
    CallAnswered,
    CallEnded,
    CallRecovered,
    CallReturned,
    Outcome,
    TalkEnded,
    TalkEnder,
)
from queues.ids import NO_CLEARANCE, AgentId, Instant, OfferId, QueueId
from routing.events import AgentRestored
from tests.call_log.stories import ANNA, CALLER, NUMBER, QUEUE, T0, Log, call_id, log_in, steps, story


def one(log: Log, n: int = 0):
    assert log.writer.flush()
    with log.read() as reader:
        row = reader.call(call_id(n))
        assert row
        return row


def test_an_answered_call_in_one_row(log: Log):
    log.add(*story(0))
    row = one(log)
    assert (row.number, row.queue, row.agent, row.outcome) == (NUMBER, QUEUE, ANNA, "answered")
    assert (row.entered_at_ms, row.queued_at_ms) == (T0, T0 + 5_000)
    assert (row.answered_at_ms, row.ended_at_ms) == (T0 + 12_000, T0 + 95_000)
    assert (row.wait_ms, row.talk_ms, row.recoveries) == (7_000, 83_000, 0)
    assert (row.state, row.reason) == ("talking", "caller_hung_up")
    assert CALLER not in row.caller


def test_a_call_that_goes_on_has_no_outcome_and_no_end(log: Log):
    log.add(*story(0, until="offered"))
    row = one(log)
    assert (row.outcome, row.ended_at_ms, row.answered_at_ms, row.wait_ms, row.talk_ms) == ("", None, None, None, None)
    assert row.queue == QUEUE


def test_a_call_that_hung_up_in_the_menu_has_no_queue(log: Log):
    log.add(*story(0, until="menu"))
    log.add(CallEnded(Instant(T0 + 900), call_id(0), Outcome.ABANDONED, "menu", QueueId(""), 0, "caller_hung_up"))
    row = one(log)
    assert (row.queue, row.queued_at_ms, row.agent, row.outcome) == ("", None, "", "abandoned")


def test_a_talk_that_was_none_is_no_answer(log: Log):
    log.add(*story(0, until="answered"))
    log.add(
        TalkEnded(Instant(T0 + 13_000), call_id(0), OfferId(1), ANNA, 1_000, TalkEnder.AGENT),
        CallReturned(Instant(T0 + 13_000), call_id(0), QUEUE, Instant(T0 + 5_000), "short_talk"),
    )
    row = one(log)
    assert (row.answered_at_ms, row.agent) == (None, "")
    log.add(CallAnswered(Instant(T0 + 20_000), call_id(0), OfferId(9), QUEUE, AgentId("bo"), 15_000))
    row = one(log)
    assert (row.answered_at_ms, row.agent, row.wait_ms) == (T0 + 20_000, "bo", 15_000)


@pytest.mark.fault("F40")
def test_a_call_abandoned_in_the_instant_of_its_answer_is_no_answer(log: Log):
    log.add(*story(0, until="answered"))
    log.add(
        TalkEnded(Instant(T0 + 12_100), call_id(0), OfferId(1), ANNA, 100, TalkEnder.CALLER),
        CallEnded(Instant(T0 + 12_100), call_id(0), Outcome.ABANDONED, "offered", QUEUE, 7_100, "caller_hung_up"),
    )
    row = one(log)
    assert (row.answered_at_ms, row.agent, row.outcome, row.wait_ms) == (None, "", "abandoned", 7_100)


def test_a_call_found_talking_is_answered_since_then(log: Log):
    log.add(recovered(0, state="talking", agent=ANNA, answered_at_ms=Instant(T0 + 12_000)))
    row = one(log)
    assert (row.answered_at_ms, row.agent, row.recoveries) == (T0 + 12_000, ANNA, 1)
    assert row.entered_at_ms == T0 + 5_000, "the oldest instant that anybody knows"


def recovered(n: int, *, at_ms: int = T0 + 60_000, state: str = "waiting", agent: AgentId = AgentId(""), **more):
    instants = {"answered_at_ms": Instant(0), **more}
    entered = Instant(T0 + 5_000)
    return CallRecovered(
        Instant(at_ms), call_id(n), state, NUMBER, CALLER, QUEUE, entered, NO_CLEARANCE, agent=agent, **instants
    )


def test_a_day_holds_the_calls_that_entered_in_it_oldest_first_and_can_be_narrowed(log: Log):
    log.note(calls=5)
    log.add(*story(7, until="queued"))
    log.add(*(replace(entry, queue=QueueId("bygg")) if hasattr(entry, "queue") else entry for entry in story(6)))
    assert log.writer.flush()
    with log.read() as reader:
        ids = [row.call for row in reader.day(T0 + 1_000, T0 + 4_000)]
        assert ids == [call_id(1), call_id(2), call_id(3)]
        assert [row.call for row in reader.day(0, 2**62, limit=2, newest_first=True)] == [call_id(7), call_id(6)]
        assert [row.call for row in reader.day(0, 2**62, queue="bygg")] == [call_id(6)]
        assert [row.call for row in reader.day(0, 2**62, outcome="")] == [call_id(7)]
        assert len(reader.day(0, 2**62, outcome="answered")) == 6


def test_open_calls_are_those_without_a_final_row_with_all_that_is_known_of_them(log: Log):
    log.note(calls=3)
    log.add(*story(4, until="offered"))
    log.add(recovered(5))
    assert log.writer.flush()
    with log.read() as reader:
        calls = reader.open_calls()
    assert calls.keys() == {call_id(4), call_id(5)}
    assert [type(entry).__name__ for entry in calls[call_id(4)]] == [
        type(entry).__name__ for entry in story(4, until="offered")
    ]


@pytest.mark.fault("F06")
def test_each_person_was_last_doing_what_the_last_change_says(log: Log):
    def change(at_ms: int, agent: str, after: AgentState, reason: str = "", until_ms: int = 0) -> AgentStateChanged:
        return AgentStateChanged(Instant(at_ms), AgentId(agent), AgentState.READY, after, reason, until_ms)

    log.add(
        change(1, "anna", AgentState.NOT_READY, "lunch"),
        change(2, "bo", AgentState.READY),
        change(3, "anna", AgentState.WRAP_UP, "", 30_003),
    )
    assert log.writer.flush()
    with log.read() as reader:
        assert set(reader.last_agent_states()) == {
            AgentRestored(AgentId("anna"), AgentState.WRAP_UP, "", 30_003),
            AgentRestored(AgentId("bo"), AgentState.READY, "", 0),
        }


def test_what_still_lies_in_the_journal_is_read_too_and_once(log: Log):
    log.add(*story(0, until="queued"), *story(1, until="queued"))
    assert log.writer.flush()
    other = sqlite3.connect(log.site.database_path)
    other.execute("BEGIN IMMEDIATE")
    log.add(story(0)[-1], *story(2, until="menu"))
    log.add(AgentStateChanged(Instant(T0), ANNA, AgentState.READY, AgentState.NOT_READY, "lunch", 0))
    assert log.writer.flush()
    with log.read() as reader:
        assert reader.open_calls().keys() == {call_id(1), call_id(2)}
        assert [restored.reason for restored in reader.last_agent_states()] == ["lunch"]
        assert reader.final_rows(call_id(0)) == 1
        assert reader.knows([call_id(2), call_id(3)]) == {call_id(2)}
    other.rollback()
    other.close()
    assert log.writer.close()
    with log.read() as reader:
        assert reader.final_rows(call_id(0)) == 1


def test_a_journal_that_was_replayed_and_not_yet_emptied_is_not_read_twice(log: Log):
    """As after a power cut between the commit and the wiping."""
    log.add(*story(0, until="queued"))
    assert log.writer.flush()
    other = sqlite3.connect(log.site.database_path)
    other.execute("BEGIN IMMEDIATE")
    log.add(*story(0)[4:])
    assert log.writer.flush()
    left = log.site.journal_path.read_bytes()
    other.rollback()
    other.close()
    assert log.writer.close()
    log.site.journal_path.write_bytes(left)
    with log.read() as reader:
        assert reader.final_rows(call_id(0)) == 1
        assert len(reader.call_entries(call_id(0))) == len(story(0))


def test_what_a_start_asks_does_not_grow_with_the_calls_that_are_over(log: Log):
    """Counted in steps of SQLite's machine, which no other load on this computer changes."""

    def cost() -> list[int]:
        with log.read() as reader:
            asked = []
            for ask in (reader.open_calls, reader.last_agent_states, reader.last_call):
                ticks: list[int] = []
                reader._conn.set_progress_handler(lambda ticks=ticks: ticks.append(1), 10)
                ask()
                asked.append(len(ticks))
            return asked

    log.add(*story(9_000, until="offered"))
    log.note(calls=30)
    assert log.writer.flush()
    small = cost()
    log.note(calls=600, first=30)
    assert log.writer.flush()
    assert all(large < 2 * before + 20 for before, large in zip(small, cost(), strict=True))


def test_a_day_can_be_run_again_from_its_events(log: Log):
    log.note(calls=2)
    assert log.writer.flush()
    with log.read() as reader:
        events = list(reader.events_between(0, 2**62))
    assert [(at_ms, type(event)) for at_ms, event in events] == [(at_ms, type(event)) for at_ms, event, _ in steps(2)]


def test_runs_are_told_with_their_last_sign_of_life(log: Log):
    log.note(calls=1)
    assert log.writer.close()
    log.start()
    log.add(story(3)[0])
    assert log.writer.flush()
    with log.read() as reader:
        first, second = reader.runs()
        assert second.last_at_ms == T0 + 3_000
        assert first.started_ms == T0
        assert reader.last_at_ms() == T0 + 95_000


def test_a_row_of_a_newer_version_is_passed_over_and_counted(log: Log):
    log.note(calls=1)
    assert log.writer.close()
    with sqlite3.connect(log.site.database_path) as other:
        other.execute(
            "INSERT INTO entries (run, step, at_ms, kind, call, agent, body) VALUES (1, 1, 1, 'CallSang', ?, '', '{}')",
            (call_id(0),),
        )
    other.close()
    with log.read() as reader:
        assert len(reader.call_entries(call_id(0))) == len(story(0))
        assert reader.unknown_rows == 1


def test_rows_are_only_ever_added(log: Log):
    log.note(calls=1)
    assert log.writer.close()
    with (
        sqlite3.connect(log.site.database_path) as other,
        pytest.raises(sqlite3.IntegrityError, match="only ever added"),
    ):
        other.execute("UPDATE entries SET body = '{}'")
    other.close()


def test_reading_writes_nothing(log: Log):
    log.note(calls=1)
    assert log.writer.close()
    with log.read() as reader, pytest.raises(CallLogUnreadableError, match="readonly"):
        reader._all("DELETE FROM entries")


def test_no_log_is_said_and_not_made(tmp_path):
    with pytest.raises(CallLogUnreadableError, match="unable to open"):
        CallLogReader(tmp_path / "calls.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_log_is_said(tmp_path):
    (tmp_path / "calls.sqlite").write_text("this is no database, whatever its name says " * 30)
    with pytest.raises(CallLogUnreadableError, match="not a database"):
        CallLogReader(tmp_path / "calls.sqlite")


@pytest.mark.fault("S26")
def test_what_is_deleted_one_day_will_not_be_readable_in_the_file(log: Log):
    assert log.writer.close()
    database = LogDatabase(log.site.database_path)
    asked = [database._open_connection().execute(f"PRAGMA {p}").fetchone()[0] for p in ("secure_delete", "synchronous")]
    database.close()
    assert asked == [1, 2]


def test_others_may_read_neither_the_log_nor_what_lies_beside_it(tmp_path):
    log = log_in(tmp_path)
    log.note(calls=1)
    assert log.writer.flush()
    assert {path.name for path in tmp_path.iterdir() if path.stat().st_mode & 0o077} == set()
    assert log.writer.close()


def test_earlier_calls_of_a_caller_come_newest_first_and_are_found_by_the_index(log: Log):
    """Whoever answers waits for this: it may not take a year's rows."""
    for n in range(3):
        log.add(*story(n))
    assert log.writer.flush()
    with log.read() as reader:
        row = reader.call(call_id(2))
        assert row
        assert [earlier.call for earlier in reader.earlier(row.caller, row.entered_at_ms, 5)] == [
            call_id(1),
            call_id(0),
        ]
        assert [earlier.call for earlier in reader.earlier(row.caller, row.entered_at_ms, 1)] == [call_id(1)]
        assert reader.earlier("", row.entered_at_ms, 5) == reader.earlier("somebody", row.entered_at_ms, 5) == []
        plan = reader._all(
            "EXPLAIN QUERY PLAN SELECT call FROM entries WHERE kind = 'CallEntered' AND (body ->> '$.caller') = ?"
            " AND at_ms < ? ORDER BY at_ms DESC",
            ("x", 1),
        )
        assert "entries_of_a_caller" in plan[0][3]
