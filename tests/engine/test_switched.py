"""What is switched by hand outlives the engine and reaches Asterisk's globals; a disk that refuses costs no call."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.switch_keeper import FOR_EVER_S, global_values
from ivr.by_hand import end_of_day
from ivr.commands.by_hand import until_ms
from ivr.config.load import load, municipality_folder
from ivr.switched import SwitchedFile, read_switched
from queues.asked_entries import Force
from queues.ids import Instant, PromptId
from routing.events import CrisisMessageSet, HoursForced
from routing.kernel import Kernel

NOW = Instant(1_795_294_800_000)
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.fixture(scope="module")
def house():
    loaded = load(municipality_folder(), NOW).house
    assert loaded is not None
    return loaded


def engine(house, path: Path, now=NOW):
    """A kernel that has been told what the file says, and the file that follows it."""
    kernel = Kernel(house.plan)
    file = SwitchedFile(path, kernel.centre.switches)

    def feed(event, at=now):
        file.observe(kernel.handle(event, at))

    for event in read_switched(path, now):
        feed(event)
    return kernel, file, feed


def test_an_engine_that_starts_again_has_what_was_switched_and_is_not_over(house, tmp_path):
    path = tmp_path / "switched.json"
    _, file, feed = engine(house, path)
    feed(HoursForced("kontaktcenter", Force.CLOSED, Instant(NOW + 60_000), "karin"))
    feed(HoursForced("", Force.OPEN, Instant(0), "lars"))
    feed(HoursForced("kontaktcenter", Force.CLOSED, Instant(NOW + 60_000), "karin"))
    feed(CrisisMessageSet(PromptId("kris_storning"), instead=True, until_ms=Instant(0), who="root"))
    file.close()
    kernel, file, _ = engine(house, path)
    file.close()
    switches = kernel.centre.switches
    assert {(name, f.how, f.until_ms, f.who) for name, f in switches.forced.items()} == {
        ("", "open", 0, "lars"),
        ("kontaktcenter", "closed", NOW + 60_000, "karin"),
    }
    assert switches.crisis is not None
    assert (switches.crisis.prompt, switches.crisis.instead, switches.crisis.who) == ("kris_storning", True, "root")
    kernel, file, feed = engine(house, path, Instant(NOW + 60_000))
    assert set(kernel.centre.switches.forced) == {""}
    feed(HoursForced("", Force.SCHEDULE, Instant(0), "karin"), Instant(NOW + 70_000))
    file.close()
    assert json.loads(path.read_text())["hours"] == []


@given(st.binary(max_size=40) | st.sampled_from([b"[]", b"{}", b'{"hours": [{}], "crisis": []}', b'{"hours": 1}']))
def test_a_file_that_is_no_good_says_nothing_is_switched(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("s") / "switched.json"
    path.write_bytes(content)
    assert read_switched(path, NOW) == ()


def test_a_disk_that_refuses_leaves_it_switched_and_says_so(house, tmp_path, capfd):
    kernel, file, feed = engine(house, tmp_path / "nowhere" / "switched.json")
    feed(HoursForced("", Force.CLOSED, Instant(0), "karin"))
    file.close()
    assert kernel.centre.switches.forced[""].how is Force.CLOSED
    assert "switches_not_kept" in capfd.readouterr().out


def test_the_globals_say_what_until_which_second_and_nothing_for_what_is_not_switched(house, tmp_path):
    kernel, file, feed = engine(house, tmp_path / "switched.json")
    assert set(global_values(kernel.centre.switches, house)) == {
        "TONVAL_FORCE",
        "TONVAL_FORCE_kontaktcenter",
        "TONVAL_CRISIS",
    }
    assert set(global_values(kernel.centre.switches, house).values()) == {""}
    feed(HoursForced("", Force.CLOSED, Instant(NOW + 1), "karin"))
    feed(HoursForced("kontaktcenter", Force.OPEN, Instant(0), "karin"))
    feed(CrisisMessageSet(PromptId("kris_storning"), instead=False, until_ms=Instant(0), who="karin"))
    assert global_values(kernel.centre.switches, house) == {
        "TONVAL_FORCE": f"C{NOW // 1000 + 1}",
        "TONVAL_FORCE_kontaktcenter": f"O{FOR_EVER_S}",
        "TONVAL_CRISIS": f"B{FOR_EVER_S}kris_storning",
    }
    file.close()


@pytest.mark.fault("F71")
@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        ("2026-11-22T00:00", "2026-11-23T00:00"),
        ("2026-11-22T23:59", "2026-11-23T00:00"),
        ("2027-03-28T01:00", "2027-03-29T00:00"),
        ("2027-10-31T01:00", "2027-11-01T00:00"),
    ],
)
def test_the_day_ends_at_the_municipalitys_midnight(now, midnight):
    def at(text):
        return round(datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).timestamp() * 1000)

    assert end_of_day(at(now), "Europe/Stockholm") == at(midnight)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("16:30", "2026-11-22T16:30"),
        ("9.15", "2026-11-23T09:15"),
        ("2026-12-24 12:00", "2026-12-24T12:00"),
    ],
)
def test_a_clock_time_is_the_next_one(text, meant):
    now = datetime(2026, 11, 22, 12, 0, tzinfo=STOCKHOLM)
    assert until_ms(text, now, STOCKHOLM) == round(
        datetime.fromisoformat(meant).replace(tzinfo=STOCKHOLM).timestamp() * 1000
    )


def test_what_is_no_time_is_refused():
    with pytest.raises(ValueError, match="snart"):
        until_ms("snart", datetime.now(STOCKHOLM), STOCKHOLM)
