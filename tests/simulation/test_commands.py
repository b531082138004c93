"""The planner's commands as they are run."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivr.commands import app
from simulator import command_line

TONVAL = [sys.executable, "-m", "ivr"]
ROOT = Path(__file__).parents[2]
MODEL = """
title: tre personer
queues: {q: {}}
agents: {a: {count: 3, queues: {q: 3}}}
arrivals: {q: 60}
talk: {exponential: 120}
patience: {exponential: 60}
run: {length_h: 2, replications: 20}
"""


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "tre.yaml"
    path.write_text(MODEL, encoding="utf-8")
    return path


def tonval(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_simulate_prints_figures_and_how_they_were_found(model):
    result = tonval("simulate", model)
    assert result.exit_code == 0, result.output
    assert "Servicenivå" in result.stdout
    assert "20 replikationer" in result.stdout
    assert "snabb, frö 1" in result.stdout


def test_simulate_as_json_prints_nothing_else(model):
    result = tonval("simulate", model, "--json", "--replications", 30, "--seed", 7)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["replications"], found["seed"], found["speed"], found["partial"]) == (30, 7, "fast", False)
    level = found["total"]["service_level"]
    assert level["low99"] < level["low95"] < level["value"] < level["high95"] < level["high99"]
    assert 0.9 < found["formulas"]["q"]["service_level"] < 1
    again = json.loads(tonval("simulate", model, "--json", "--replications", 30, "--seed", 7).stdout)
    assert again["total"] == found["total"]


def test_simulate_until_it_is_precise_enough(model):
    result = tonval("simulate", model, "--json", "--precision", 0.5)
    assert result.exit_code == 0, result.output
    level = json.loads(result.stdout)["total"]["service_level"]
    assert level["high95"] - level["low95"] <= 0.01


def test_precision_that_is_not_reached_is_said_so(model):
    result = tonval("simulate", model, "--precision", 0.001, "--replications", 20)
    assert "precisionen nåddes inte på 20 replikationer" in result.stderr


def test_simulate_writes_the_files_that_are_asked_for(model, tmp_path):
    result = tonval(
        "simulate", model, "--csv", tmp_path / "ut.csv", "--xlsx", tmp_path / "ut.xlsx", "--html", tmp_path / "ut.html"
    )
    assert result.exit_code == 0, result.output
    assert all((tmp_path / name).stat().st_size > 500 for name in ("ut.csv", "ut.xlsx", "ut.html"))


def test_a_name_that_is_none_ends_with_2():
    result = tonval("simulate", "finns-inte")
    assert result.exit_code == 2
    assert "botkyrka" in result.stderr


def test_a_wrong_file_ends_with_1_and_all_that_is_wrong(tmp_path):
    wrong = tmp_path / "fel.yaml"
    wrong.write_text(MODEL.replace("talk: {expon", "talk: {exbon").replace("arrivals: {q", "arrivals: {x"), "utf-8")
    result = tonval("simulate", wrong)
    assert result.exit_code == 1
    assert "fel.yaml:5" in result.stdout
    assert "fel.yaml:6" in result.stdout


def test_a_day_that_is_none_ends_with_2(model):
    assert tonval("simulate", model, "--date", "30 februari").exit_code == 2


def test_without_the_simulator_it_says_how_to_get_it(model, monkeypatch):
    monkeypatch.setattr(command_line, "NEEDED", ("numpy", "inte_installerad"))
    for command in (("simulate", model), ("compare", model, model), ("staff", model)):
        result = tonval(*command)
        assert result.exit_code == 3
        assert "inte_installerad: kör script/setup plan" in result.stderr
        assert len(result.stderr.splitlines()) == 1


def test_compare_finds_no_difference_between_a_model_and_itself(model):
    result = tonval("compare", model, model, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    level = found["differences"][0]["total"]["service_level"]
    assert (level["value"], level["low95"], level["high95"]) == (0, 0, 0)


def test_compare_with_one_person_less_is_worse_beyond_doubt(model, tmp_path):
    two = tmp_path / "två.yaml"
    two.write_text(MODEL.replace("count: 3", "count: 2"), encoding="utf-8")
    result = tonval("compare", model, two, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["differences"][0]["total"]["service_level"]["high99"] < 0
    outs = ("--html", tmp_path / "ut.html", "--csv", tmp_path / "ut.csv", "--xlsx", tmp_path / "ut.xlsx")
    shown = tonval("compare", model, two, *outs)
    assert "jämfört med" in shown.stdout
    made = {path.name for path in tmp_path.glob("ut*")}
    assert made == {"ut.html", "ut-1.csv", "ut-2.csv", "ut-2-1.csv", "ut-1.xlsx", "ut-2.xlsx"}


def test_compare_wants_two(model):
    assert tonval("compare", model).exit_code == 2


def test_the_shipped_scenarios_are_listed():
    listed = json.loads(tonval("scenarios", "--json").stdout)
    assert "botkyrka" in {one["name"] for one in listed}
    assert all(one["title"] for one in listed)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_keeps_what_is_done(model, workers):
    command = [*TONVAL, "simulate", str(model), "--json", "--replications", "5000000", "--workers", workers]
    code, printed, seen = interrupted(command, r"\d{3,}/5000000")
    assert code == 130, seen
    done = int(re.search(r"avbruten: (\d+) av 5000000 replikationer", seen)[1])
    found = json.loads(printed)
    assert found["partial"]
    assert found["replications"] == found["samples"] == done > 0
    assert "Traceback" not in seen


def interrupted(command, when):
    """Exit code, standard output and error of a command that is interrupted when its progress bar shows `when`.

    The bar is drawn on a terminal of its own, so that the signal comes when something is done; and it comes to all of
    the command's processes, as from a keyboard.
    """
    ours, theirs = pty.openpty()
    pipes = {"stdout": subprocess.PIPE, "stderr": theirs}
    with subprocess.Popen(command, cwd=ROOT, text=True, start_new_session=True, **pipes) as process:
        os.close(theirs)
        seen = ""
        try:
            while not re.search(when, seen):
                seen += os.read(ours, 4096).decode()
            os.killpg(process.pid, signal.SIGINT)
            printed, _ = process.communicate(timeout=60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        seen += rest_of(ours)
    return process.returncode, printed, seen


def rest_of(terminal):
    """Whatever is left to read; a terminal whose other end is closed ends with an error."""
    rest = ""
    try:
        while more := os.read(terminal, 4096):
            rest += more.decode()
    except OSError:
        pass
    os.close(terminal)
    return rest


@pytest.mark.parametrize("option", ["--csv", "--xlsx", "--html"])
def test_a_folder_that_is_not_there_is_told_before_anything_is_computed(model, tmp_path, option):
    result = tonval("simulate", model, option, tmp_path / "saknas" / "fil")
    assert result.exit_code == 2
    assert "saknas" in result.stderr
    assert not result.stdout
