"""`tonval statistics`: the same figures as the page, by the same log."""

import csv
import io
import json

import pytest
from typer.testing import CliRunner

from ivr.call_log.store import CallLogWriter
from ivr.commands import app
from ivr.config.site import Site
from ivr.local_days import local
from tests.kernel.test_board_counts import HOUR, S, gave_up, served
from tests.web.door import NOW_MS, ZONE

DAY = local(NOW_MS, ZONE).date().isoformat()


@pytest.fixture
def asked(tmp_path):
    """What the command says of a home with a morning in its log."""
    home = tmp_path / "home"
    home.mkdir()
    writer = CallLogWriter(Site(home).database_path, Site(home).journal_path, b"k" * 32)
    for entry in [*served("c1", NOW_MS - HOUR, 20 * S), *gave_up("c2", NOW_MS - HOUR, 200 * S)]:
        writer.append(entry.at_ms, None, (entry,))
    assert writer.close()

    def ask(*words):
        return CliRunner().invoke(app, ["statistics", "botkyrka", "--home", str(home), *words])

    return ask


def test_a_day_is_told_in_words(asked):
    told = asked("--to", DAY)
    assert told.exit_code == 0
    assert "  Bygg, gata, park och miljö: inkomna 2, besvarade 1" in told.stdout
    assert "servicegrad % 50,0" in told.stdout


def test_json_and_csv_say_the_same(asked):
    rows = json.loads(asked("--to", DAY, "--json").stdout)["rows"]
    whole = next(row for row in rows if row["Kö"] == "Hela växeln")
    text = asked("--to", DAY, "--csv").stdout
    table = list(csv.DictReader(io.StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")), delimiter=";"))
    assert table[-1]["Inkomna"] == str(whole["Inkomna"]) == "2"
    assert table[-1]["Servicegrad %"] == "50,0"


def test_other_definitions_and_days_can_be_asked_for(asked):
    rows = json.loads(asked("--to", DAY, "--definition", "service_level_answered", "--json").stdout)["rows"]
    assert rows[-1]["Servicegrad %"] == 100.0
    told = asked("--from", "2026-09-01", "--to", "2026-09-02", "--table", "dagar", "--json")
    assert {row["Datum"] for row in json.loads(told.stdout)["rows"]} == {"2026-09-01", "2026-09-02"}


@pytest.mark.parametrize(
    ("words", "code"),
    [(["--table", "inget"], 1), (["--to", "igår"], 2), (["--from", "2026-01-01", "--to", "2026-12-31"], 2)],
)
def test_what_cannot_be_shown_is_said(asked, words, code):
    told = asked(*words)
    assert told.exit_code == code
    assert told.stderr
