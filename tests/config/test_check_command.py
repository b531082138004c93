"""`tonval check` and `tonval hours`: lines for people, JSON for programs, and an exit code for scripts."""

import json
import re
import time
from pathlib import Path

from typer.testing import CliRunner

from ivr.commands import app

RUN = CliRunner()


def test_check_of_the_shipped_municipality_ends_well(tmp_path: Path):
    result = RUN.invoke(app, ["check", "--home", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "fel Y" not in result.stdout


def test_every_problem_is_a_line_with_its_place_its_code_and_its_cure(folder: Path, tmp_path: Path):
    menu = folder / "menu.yaml"
    menu.write_text(menu.read_text().replace("silence: ovrigt", "silence: no"))
    result = RUN.invoke(app, ["check", str(folder), "--home", str(tmp_path)])
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert any(line.startswith(f"{menu}:21:14: fel Y11: no kan betyda flera saker") for line in lines), lines
    assert all(re.match(r".+:\d+:\d+: (fel|varning) [YSNKTP]\d\d: .+ Åtgärd: .+", line) for line in lines)


def test_json_says_the_same(folder: Path, tmp_path: Path):
    (folder / "partners.yaml").unlink()
    result = RUN.invoke(app, ["check", str(folder), "--home", str(tmp_path), "--json"])
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert {p["kind"] for p in found} == {"file_missing"}
    assert set(found[0]) == {"file", "line", "column", "severity", "code", "kind", "sentence", "cure"}


def test_folder_that_is_none_is_a_mistake_of_the_command_line(tmp_path: Path):
    assert RUN.invoke(app, ["check", str(tmp_path / "nowhere")]).exit_code == 2
    assert RUN.invoke(app, ["hours", str(tmp_path / "nowhere")]).exit_code == 2


def test_hours_lists_the_days_that_differ_and_why():
    result = RUN.invoke(app, ["hours", "--months", "12"])
    assert result.exit_code == 0
    assert "måndag   8–18.30" in result.stdout
    assert re.search(r"-12-24 .*stängt +julafton", result.stdout)
    found = json.loads(RUN.invoke(app, ["hours", "--months", "12", "--json"]).stdout)
    days = found["days"]
    assert found["hours"]["kontaktcenter"]["numbers"] == ["+46846500400"]
    assert "bygg" in found["hours"]["kontaktcenter"]["queues"]
    assert {"Juldagen", "midsommarafton"} <= {day["reason"] for day in days}


def test_hours_say_what_is_forced_by_hand_until_it_is_over(tmp_path: Path):
    now_ms = time.time_ns() // 1_000_000
    forced = [
        {"hours": "", "how": "closed", "until_ms": now_ms + 3_600_000, "who": "karin"},
        {"hours": "kontaktcenter", "how": "open", "until_ms": now_ms - 1, "who": "karin"},
    ]
    crisis = [{"prompt": "kris", "instead": True, "until_ms": 0, "who": "karin"}]
    (tmp_path / "switched.json").write_text(json.dumps({"hours": forced, "crisis": crisis}))
    shown = RUN.invoke(app, ["hours", "--months", "1", "--home", str(tmp_path)]).stdout
    assert "hela huset: stängt till " in shown
    assert "meddelandet kris läses i stället för menyn tills vidare (karin)" in shown
    assert "öppet till" not in shown
    found = json.loads(RUN.invoke(app, ["hours", "--months", "1", "--home", str(tmp_path), "--json"]).stdout)
    assert found["switched"] == {"hours": forced[:1], "crisis": crisis}
    (tmp_path / "switched.json").write_text('{"hours": 3')
    assert "inget är omställt" in RUN.invoke(app, ["hours", "--months", "1", "--home", str(tmp_path)]).stdout


def test_hours_of_a_broken_municipality_are_its_problems(folder: Path):
    (folder / "hours.yaml").write_text("hours: {}\n")
    result = RUN.invoke(app, ["hours", str(folder)])
    assert result.exit_code == 1
    assert "hours.yaml:1:8: fel S04" in result.stdout
