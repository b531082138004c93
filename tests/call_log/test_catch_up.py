import os
import sqlite3
from pathlib import Path

import pytest

from ivr.call_log.catch_up import LOOK_BACK_MS, VANISHED_MS, CatchUp
from ivr.call_log.pseudonyms import pseudonyms
from ivr.config.site import Site
from queues.entries import CallEnded, Outcome
from queues.ids import Instant
from tests.call_log.cel_lines import Scene, lines_of
from tests.call_log.stories import CALLER, KEY, T0, Log, call_id, story

NOW = Instant(T0 + 200_000)


@pytest.fixture
def cel(log: Log) -> Path:
    """Asterisk's own log, empty; Asterisk has run since before the first call."""
    log.site.cel_path.parent.mkdir(parents=True)
    log.site.cel_path.touch()
    boot(log, T0 - 60_000)
    return log.site.cel_path


def boot(log: Log, at_ms: int) -> None:
    pid = log.site.asterisk_dir / "run" / "asterisk.pid"
    pid.parent.mkdir(parents=True, exist_ok=True)
    pid.write_text("1")
    os.utime(pid, (at_ms / 1000, at_ms / 1000))


def write(cel: Path, *scenes: Scene) -> None:
    with cel.open("a") as out:
        out.writelines(f"{line}\n" for line in lines_of(*scenes))


def catch_up(log: Log, catching: CatchUp, present=frozenset(), now: Instant = NOW) -> list[str]:
    """The calls that got their final row."""
    entries = catching.entries(frozenset(present), now)
    log.writer.append(now, None, entries)
    return [entry.call for entry in entries if isinstance(entry, CallEnded)]


def test_calls_that_ended_without_an_engine_get_their_final_row_once(log: Log, cel: Path):
    log.add(*story(0, until="queued"), *story(1))
    assert log.writer.flush()
    catching = CatchUp(log.site, log.writer)
    write(cel, Scene(0, hung_up=20_000), Scene(1, hung_up=95_000), Scene(2, hung_up=9_000), Scene(3))
    assert catch_up(log, catching) == [call_id(0), call_id(2)]
    assert catch_up(log, catching) == []
    assert log.writer.flush()
    with log.read() as reader:
        assert [row.outcome for row in reader.day(0, 2**62)] == ["abandoned", "answered", "abandoned"]
        assert [reader.final_rows(call_id(n)) for n in range(3)] == [1, 1, 1]
        assert reader.day(0, 2**62)[0].caller == pseudonyms(KEY)(CALLER), "not renamed a second time"


def test_a_row_that_is_still_on_its_way_to_the_disk_counts(log: Log, cel: Path):
    """The kernel has just ended the call and let go of it: its row lies in the writer's queue or in the journal."""
    catching = CatchUp(log.site, log.writer)
    write(cel, Scene(0, hung_up=20_000))
    other = sqlite3.connect(log.site.database_path)
    assert log.writer.flush()
    log.add(*story(0, until="queued"))
    assert log.writer.flush()
    other.execute("BEGIN IMMEDIATE")
    log.add(story(0)[-1])
    assert catch_up(log, catching) == []
    other.rollback()
    other.close()


def test_while_rows_are_only_in_memory_nothing_is_added(log: Log, cel: Path, monkeypatch):
    log.add(*story(0, until="queued"))
    assert log.writer.flush()
    catching = CatchUp(log.site, log.writer)
    write(cel, Scene(0, hung_up=20_000))
    monkeypatch.setattr(log.writer, "flush", lambda: False)
    assert catch_up(log, catching) == []
    monkeypatch.undo()
    assert catch_up(log, catching) == [call_id(0)]


@pytest.mark.fault("F16")
def test_f16_after_a_restart_of_asterisk_no_row_stays_open(log: Log, cel: Path):
    log.add(*story(0, until="queued"), *story(1, until="answered"))
    assert log.writer.flush()
    catching = CatchUp(log.site, log.writer)
    write(cel, Scene(0), Scene(1), Scene(2))
    assert catch_up(log, catching) == [], "as long as Asterisk is the one that has the calls"
    boot(log, T0 + 60_000)
    assert catch_up(log, catching, present={call_id(1)}) == [call_id(0), call_id(2)]
    assert catch_up(log, catching) == [call_id(1)]
    assert log.writer.flush()
    with log.read() as reader:
        assert {row.reason for row in reader.day(0, 2**62)} == {"asterisk_restart"}
        assert reader.open_calls() == {}


@pytest.mark.usefixtures("cel")
def test_a_call_that_nobody_knows_any_more_is_given_up_after_a_minute(log: Log):
    log.add(*story(0, until="queued"))
    assert log.writer.flush()
    catching = CatchUp(log.site, log.writer)
    assert catch_up(log, catching, now=NOW) == []
    assert catch_up(log, catching, now=Instant(NOW + VANISHED_MS - 1)) == []
    assert catch_up(log, catching, present={call_id(0)}, now=Instant(NOW + VANISHED_MS)) == [], "it is there after all"
    assert catch_up(log, catching, now=Instant(NOW + VANISHED_MS + 1)) == []
    entries = catching.entries(frozenset(), Instant(NOW + 2 * VANISHED_MS + 1))
    (ended,) = [entry for entry in entries if isinstance(entry, CallEnded)]
    assert (ended.outcome, ended.reason) == (Outcome.FAILED, "missing")


def test_it_looks_back_as_far_as_calls_may_have_begun_that_the_log_never_met(log: Log, cel: Path):
    before = Scene(0, hung_up=9_000)
    long_ago = T0 + LOOK_BACK_MS + 100_000
    write(cel, before)
    log.add(*story(LOOK_BACK_MS // 1000 + 100))
    assert log.writer.flush()
    assert catch_up(log, CatchUp(log.site, log.writer), now=Instant(long_ago + 200_000)) == [], "of another day"
    log.add(*story(1, until="queued"))
    assert log.writer.flush()
    assert call_id(0) in catch_up(log, CatchUp(log.site, log.writer), now=Instant(long_ago + 200_000))


def test_memory_does_not_grow_with_the_calls_that_are_over(log: Log, cel: Path):
    log.add(*story(100))
    catching = CatchUp(log.site, log.writer)
    for first in range(0, 60, 20):
        write(cel, *(Scene(n, hung_up=9_000) for n in range(first, first + 20)))
        catch_up(log, catching)
    assert len(catching._fold.calls) == 0


@pytest.mark.parametrize("spoilt", ["no_log", "no_cel", "nothing"])
def test_whatever_is_missing_it_adds_nothing_and_does_not_fall(tmp_path, spoilt):
    site = Site(tmp_path)
    if spoilt == "no_log":
        site.cel_path.parent.mkdir(parents=True)
        site.cel_path.write_text("\n".join(Scene(0, hung_up=9_000).lines()) + "\n")
    if spoilt == "no_cel":
        site.database_path.write_text("no database")
    assert CatchUp(site).entries(frozenset(), NOW) == ()
