import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import find
from typer.testing import CliRunner, Result

from ivr.call_log.journey import Names, journey
from ivr.commands import app
from ivr.local_days import day_span, instant, iso, length
from queues.asked_entries import CrisisMessageSwitched, HoursSwitched
from queues.entries import (
    AgentStateChanged,
    Entry,
    LateEventSeen,
    PartnerChanged,
    PlanReplaced,
    RoutingPaused,
    RoutingResumed,
)
from queues.moved_entries import CallMoved
from queues.operator_entries import AgentMoved, MoveRefused
from queues.weighed_entries import CandidatesWeighed
from tests.call_log.cel_lines import Scene, lines_of
from tests.call_log.stories import CALLER, QUEUE, T0, Log, call_id, story
from tests.call_log.test_codec import any_of

DAY = "2026-11-21"
"""T0 in Botkyrka."""


@pytest.fixture
def home(log: Log) -> Path:
    """A home with three answered calls and one that goes on."""
    log.note(calls=3)
    log.add(*story(3, until="offered"))
    assert log.writer.flush()
    return log.site.home


def tonval(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


def test_calls_of_a_day_are_listed_without_a_callers_number(home: Path):
    shown = tonval("calls", "--home", str(home), "--day", DAY)
    assert shown.exit_code == 0
    assert "4 samtal" in shown.stdout
    assert shown.stdout.count("besvarat") == 3
    assert "pågår" in shown.stdout
    assert CALLER not in shown.stdout
    assert "p:" not in shown.stdout


def test_calls_for_machines_can_be_narrowed(home: Path):
    def ids(*more: str) -> list[str]:
        shown = tonval("calls", "--home", str(home), "--day", DAY, "--json", *more)
        rows = json.loads(shown.stdout)
        assert all("caller" not in row for row in rows)
        return [row["call"] for row in rows]

    assert ids() == [call_id(n) for n in range(4)]
    assert ids("--outcome", "open") == [call_id(3)]
    assert ids("--outcome", "abandoned") == []
    assert ids("--limit", "2") == [call_id(2), call_id(3)]
    assert ids("--queue", QUEUE) == [call_id(n) for n in range(4)]
    assert ids("--queue", "bygg") == []


def test_one_call_is_told_step_by_step_with_why(home: Path):
    told = tonval("call", call_id(1), "--home", str(home))
    assert told.exit_code == 0
    for words in ("Samtalet kom in på 0853061000", "Tryckte 2", "svarade", "efter 7 s i kön", "den som ringde lade på"):
        assert words in told.stdout
    assert CALLER not in told.stdout
    assert "p:" not in told.stdout


@pytest.mark.fault("S17")
def test_what_a_terminal_would_obey_is_shown_and_not_done(log: Log):
    entered = replace(story(0)[0], number="\x1b[2J[bold]08\r\n")
    log.add(entered)
    assert log.writer.flush()
    for command in (("calls", "--day", DAY), ("call", "last")):
        shown = tonval(*command, "--home", str(log.site.home)).stdout
        assert "\x1b" not in shown
        assert "·[2J[bold]08··" in shown


def test_one_call_for_machines_has_every_step(home: Path):
    told = json.loads(tonval("call", "last", "--home", str(home), "--json").stdout)
    assert told["call"] == call_id(3)
    assert [step["kind"] for step in told["journey"]] == [type(e).__name__ for e in story(3, until="offered")]
    assert told["journey"][0]["at"].endswith("+01:00")


def test_the_ending_of_an_id_is_enough_when_it_is_the_only_one(home: Path):
    assert call_id(2) in tonval("call", ".2", "--home", str(home)).stdout
    assert tonval("call", "tonval", "--home", str(home)).exit_code == 1


def test_every_kind_of_entry_can_be_told():
    """Whatever kind somebody adds, the journey says something of it or says nothing; it never falls."""
    silent = {AgentStateChanged, CandidatesWeighed, LateEventSeen, PartnerChanged, PlanReplaced, RoutingPaused}
    silent |= {RoutingResumed, HoursSwitched, CrisisMessageSwitched, AgentMoved, CallMoved, MoveRefused}
    for kind in get_args(Entry):
        entry = find(any_of(kind), lambda _: True)
        assert bool(journey([entry], Names())) is (kind not in silent), kind


def test_what_is_not_there_has_its_own_exit_code(home: Path, tmp_path: Path):
    assert tonval("call", "tonval-1.1", "--home", str(home)).exit_code == 1
    assert tonval("calls", "--home", str(tmp_path / "nowhere")).exit_code == 2
    assert tonval("call", "last", "--home", str(tmp_path / "nowhere")).exit_code == 2
    assert tonval("audit", "--home", str(tmp_path / "nowhere")).exit_code == 2
    assert tonval("calls", "--home", str(home), "--day", "i går").exit_code == 2
    assert tonval("audit", "--home", str(home), "--day", "i går").exit_code == 2
    assert tonval("audit", "--home", str(home), "--callers", str(home / "nobody")).exit_code == 2


def test_the_audit_says_0_of_n_and_ends_with_0(home: Path, log: Log):
    scenes = [Scene(n, agent="anna", talk_from=12_000, talk_to=95_000, hung_up=95_000) for n in range(3)]
    write_cel(log, *scenes, Scene(3))
    shown = tonval("audit", "--home", str(home))
    assert shown.exit_code == 0, shown.stdout
    assert "0 förlorade av 4" in shown.stdout
    assert "3 besvarat" in shown.stdout
    machine = json.loads(tonval("audit", "--home", str(home), "--day", DAY, "--json").stdout)
    assert (machine["attempted"], machine["lost"], machine["in_progress"]) == (4, 0, 1)


def write_cel(log: Log, *scenes: Scene) -> None:
    log.site.cel_path.parent.mkdir(parents=True)
    log.site.cel_path.write_text("".join(f"{line}\n" for line in lines_of(*scenes)))


def test_the_audit_names_the_calls_that_are_not_accounted_for_and_ends_with_1(home: Path, log: Log):
    write_cel(log, Scene(0, hung_up=20_000, by="server"), Scene(3, hung_up=20_000), Scene(7, hung_up=20_000))
    shown = tonval("audit", "--home", str(home))
    assert shown.exit_code == 1
    assert "2 förlorade av 3" in shown.stdout
    assert call_id(7) in shown.stdout
    assert "ingen slutrad" in shown.stdout
    machine = json.loads(tonval("audit", "--home", str(home), "--json").stdout)
    assert {finding["call"] for finding in machine["findings"]} == {call_id(n) for n in (0, 1, 2, 3, 7)}


def test_days_are_local_and_may_have_23_or_25_hours():
    stockholm = ZoneInfo("Europe/Stockholm")

    def hours(day: str) -> float:
        begin, end = day_span(date.fromisoformat(day), stockholm)
        return (end - begin) / 3_600_000

    assert [hours(day) for day in ("2026-03-29", "2026-10-25", "2026-11-21")] == [23, 25, 24]
    assert instant("2026-11-21T08:00", stockholm) == instant("2026-11-21T07:00+00:00", stockholm)
    assert iso(T0, stockholm) == "2026-11-21T22:36:40.000+01:00"
    assert [length(ms) for ms in (None, 400, 59_499, 67_000, 7_380_000)] == [
        "",
        "0 s",
        "59 s",
        "1 min 7 s",
        "2 h 3 min",
    ]
