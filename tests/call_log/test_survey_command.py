"""`tonval survey`: grades and SKR's index of the last days, from the log that the engine writes."""

import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivr.commands import app
from queues.asked_entries import SurveyAnswered, SurveyBegun
from queues.ids import CallId, Instant, QueueId
from tests.call_log.stories import Log

BYGG, ALDRE = QueueId("bygg"), QueueId("aldre")


@pytest.fixture
def home(log: Log) -> Path:
    """Three were asked today, two answered; one answered a year ago."""
    now = Instant(time.time_ns() // 1_000_000)
    long_ago = Instant(now - 400 * 86_400_000)
    for call, queue in (("c1", BYGG), ("c2", BYGG), ("c3", ALDRE)):
        log.add(SurveyBegun(now, CallId(call), queue))
    log.add(SurveyAnswered(now, CallId("c1"), BYGG, "bemotande", 5))
    log.add(SurveyAnswered(now, CallId("c1"), BYGG, "enkelhet", 3))
    log.add(SurveyAnswered(now, CallId("c3"), ALDRE, "bemotande", 2))
    log.add(SurveyAnswered(long_ago, CallId("c0"), BYGG, "bemotande", 1))
    assert log.writer.flush()
    return log.site.home


def survey(home: Path, *words: str):
    return CliRunner().invoke(app, ["survey", "--home", str(home), *words], catch_exceptions=False)


def test_the_index_is_of_the_days_asked_for_and_of_the_queue(home: Path):
    found = json.loads(survey(home, "--json").stdout)
    assert (found["asked"], found["answered"]) == (3, 2)
    assert found["questions"]["bemotande"] == {
        "count": 2,
        "index": 62.5,
        "grades": {"5": 1, "4": 0, "3": 0, "2": 1, "1": 0},
    }
    assert json.loads(survey(home, "--json", "--queue", "aldre").stdout)["index"] == 25.0
    assert json.loads(survey(home, "--json", "--days", "3000").stdout)["questions"]["bemotande"]["count"] == 3


def test_people_read_it_in_swedish(home: Path):
    shown = survey(home).stdout
    assert "3 tillfrågade, 2 svarade (67 %)" in shown
    assert "index  62,5" in shown


def test_a_log_that_is_not_there_has_its_own_exit_code(tmp_path: Path):
    assert survey(tmp_path).exit_code == 1
