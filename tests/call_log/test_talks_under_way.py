"""When a talk began that nobody noted is read from the end of Asterisk's own log."""

import pytest

from ivr.call_log import talks_under_way
from ivr.call_log.talks_under_way import talks_began
from tests.call_log.cel_lines import Scene, lines_of
from tests.call_log.stories import T0, call_id

TALKS = Scene(0, agent="anna", talk_from=9_000)
TALKED = Scene(1, agent="bo", talk_from=5_000, talk_to=8_000)
WAITS = Scene(2, queue="bygg")


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "cel.csv"
    path.write_text("".join(f"{one}\n" for one in lines_of(TALKS, TALKED, WAITS)))
    return path


def test_only_a_talk_that_goes_on_has_a_beginning(log):
    assert talks_began(log, [call_id(0), call_id(1), call_id(2), call_id(3)]) == {call_id(0): T0 + 9_000}


def test_the_callers_first_line_may_be_long_past(log, monkeypatch):
    lines = log.read_text().splitlines(keepends=True)
    first = next(i for i, text in enumerate(lines) if "BRIDGE_ENTER" in text and call_id(0) in text)
    monkeypatch.setattr(talks_under_way, "TAIL_BYTES", len("".join(lines[first:])) + 1)
    assert talks_began(log, [call_id(0)]) == {call_id(0): T0 + 9_000}


def test_a_log_that_is_not_there_says_nothing(tmp_path):
    assert talks_began(tmp_path / "none.csv", [call_id(0)]) == {}


def test_a_half_written_last_line_is_left_alone(log):
    log.write_text(log.read_text() + '"BRIDGE_ENTER","17')
    assert talks_began(log, [call_id(0)]) == {call_id(0): T0 + 9_000}
