"""What the README shows of the planner's commands is what they print."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivr.commands import app

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SHOWN = dict(re.findall(r"^<!-- tonval (.*?) -->\n```\n(.*?)^```$", README, re.MULTILINE | re.DOTALL))
SCENARIO = re.search(r"Write `(.*?)`:\n\n```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("command", SHOWN)
def test_every_line_shown_in_the_readme_is_printed_by_its_command(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    assert SCENARIO
    (tmp_path / SCENARIO[1]).write_text(SCENARIO[2], encoding="utf-8")
    result = CliRunner().invoke(app, command.split())
    assert result.exit_code == 0, result.output
    printed = {tuple(line.split()) for line in result.stdout.splitlines()}
    assert [line for line in SHOWN[command].splitlines() if tuple(line.split()) not in printed] == []


def test_the_readme_shows_what_two_commands_print():
    assert list(SHOWN) == ["simulate botkyrka", "compare botkyrka senare.yaml"]
