import os
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.call_log.codec import Row
from ivr.call_log.database import LogDatabase
from ivr.call_log.journal import Journal, JournalReading, Step
from ivr.call_log.reading import CallLogReader


def step(number: int, run: int = 1) -> Step:
    entry = Row(number, "MenuEntered", f"call-{run}-{number}", "", f'{{"n":{number}}}')
    return Step(run, number, number, entry if number % 3 else None, (entry, entry) if number % 2 else ())


def steps(*numbers: int, run: int = 1) -> list[Step]:
    return [step(number, run) for number in numbers]


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "calls.journal", reserve_bytes=4096)
    yield journal
    journal.close()


def lying_in(journal: Journal) -> list[Step]:
    return list(JournalReading(journal.path))


def test_what_was_appended_comes_back_in_order_also_after_a_new_start(journal: Journal):
    journal.append(steps(1, 2))
    journal.append(steps(3))
    journal.close()
    journal.append(steps(4))
    assert lying_in(journal) == steps(1, 2, 3, 4)
    assert journal.holds_any()


def test_an_emptied_journal_keeps_its_space_and_no_byte_of_what_it_held(journal: Journal):
    journal.append(steps(*range(1, 200)))
    size = journal.path.stat().st_size
    journal.clear()
    assert not journal.holds_any()
    assert journal.path.stat().st_size == size
    assert journal.path.read_bytes().strip(b"\0") == b""
    journal.append(steps(200))
    assert lying_in(journal) == steps(200)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_line_torn_by_a_power_cut_is_left_out_and_the_next_run_writes_over_it(journal: Journal, cut):
    journal.append(steps(1, 2))
    end = len(journal.path.read_bytes().rstrip(b"\0"))
    journal.append(steps(3))
    journal.close()
    with journal.path.open("r+b") as file:
        file.seek(end + cut)
        file.write(bytes(4096))
    journal.append(steps(4))
    assert lying_in(journal) == steps(1, 2, 4)


def test_nothing_of_a_long_torn_line_is_left_behind_a_short_one_written_over_it(journal: Journal):
    journal.append(steps(1))
    end = len(journal.path.read_bytes().rstrip(b"\0"))
    long = Row(2, "MenuEntered", "x" * 900, "", "{}")
    journal.append([Step(1, 2, 2, None, (long,))])
    journal.close()
    with journal.path.open("r+b") as file:
        file.seek(end + 700)
        file.write(bytes(400))
    journal.append(steps(3))
    reading = JournalReading(journal.path)
    assert list(reading) == steps(1, 3)
    assert reading.unreadable == 0


def test_a_line_that_changed_on_the_disk_is_counted_and_the_others_are_read(journal: Journal):
    journal.append(steps(1, 2, 3))
    data = journal.path.read_bytes()
    at = data.index(b"call-1-2") if b"call-1-2" in data else data.index(b"\n") + 20
    journal.path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    reading = JournalReading(journal.path)
    assert list(reading) == steps(1, 3)
    assert reading.unreadable == 1


def test_a_second_file_is_read_after_the_first_and_gone_when_all_is_replayed(journal: Journal, monkeypatch):
    journal.append(steps(1))
    real = os.fdatasync
    monkeypatch.setattr("ivr.call_log.journal.os.fdatasync", broken_fsync)
    with pytest.raises(OSError, match="output error"):
        journal.append(steps(2))
    monkeypatch.setattr("ivr.call_log.journal.os.fdatasync", real)
    journal.append(steps(2, 3))
    numbers = [found.number for found in lying_in(journal)]
    assert numbers == [1, 2, 2, 3], "the line whose fsync failed may be there twice, and never less than once"
    journal.clear()
    assert lying_in(journal) == []
    assert [file.name for file in journal.path.parent.iterdir()] == ["calls.journal"]


def broken_fsync(_fd: int) -> None:
    raise OSError(5, "Input/output error")


def test_a_disk_on_which_no_fsync_succeeds_is_not_littered_with_files(journal: Journal, monkeypatch):
    monkeypatch.setattr("ivr.call_log.journal.os.fdatasync", broken_fsync)
    for number in range(1, 60):
        with pytest.raises(OSError, match=r"fsync|output"):
            journal.append(steps(number))
    assert len(list(journal.path.parent.iterdir())) <= 20


def test_no_descriptor_is_kept_of_what_is_over(journal: Journal):
    """Nothing else opens files in this test; the first round opens the one that stays."""

    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    counts = []
    for number in range(1, 6):
        journal.append(steps(number))
        counts.append(descriptors())
        journal.clear()
    assert len(set(counts)) == 1


def test_others_may_not_read_it(journal: Journal):
    journal.append(steps(1))
    assert journal.path.stat().st_mode & 0o077 == 0


def test_the_sum_is_that_of_the_whole_line(journal: Journal):
    journal.append(steps(1))
    total, _, text = journal.path.read_bytes().split(b"\n")[0].partition(b" ")
    assert int(total, 16) == zlib.crc32(text)


@settings(max_examples=60, deadline=None)
@given(
    written=st.lists(st.tuples(st.sampled_from([1, 2]), st.integers(1, 4)), max_size=12),
    pauses=st.lists(st.booleans(), min_size=12, max_size=12),
    replays=st.integers(1, 4),
    cut=st.integers(0, 12),
)
def test_i5_replaying_any_number_of_times_from_any_point_gives_the_same_database(
    tmp_path_factory, written, pauses, replays, cut
):
    """Steps go to the database and to a journal, some to both, some brought again: each row is there once, in order."""
    home = tmp_path_factory.mktemp("i5")
    journal = Journal(home / "calls.journal", reserve_bytes=4096)
    database = LogDatabase(home / "calls.sqlite")
    last: dict[int, int] = {1: 0, 2: 0}
    all_steps: list[Step] = []
    for (run, length), to_database in zip(sorted(written), pauses, strict=False):
        batch = steps(*range(last[run] + 1, last[run] + 1 + length), run=run)
        last[run] += length
        all_steps.extend(batch)
        if to_database and not journal.holds_any():
            database.write(batch)
        else:
            journal.append(batch)
    for _ in range(replays):
        waiting = lying_in(journal)
        database.write(waiting[:cut])
        database.write(waiting)
    database.close()
    journal.close()
    with CallLogReader(home / "calls.sqlite") as log:
        found = log._all("SELECT run, step, at_ms, kind, call, agent, body FROM entries ORDER BY seq")
    assert found == [(s.run, s.number, *entry) for s in all_steps for entry in s.entries]
