"""`tonval prompts`: what a person sees and what a script can rely on."""

import json

import pytest
from typer.testing import CliRunner

from ivr.commands import app
from ivr.config.load import load, municipality_folder
from ivr.config.site import Site
from ivr.prompts import manuscript_folders, manuscripts, spoken_ms
from tests.prompts.workshop import FEW

NOON_MS = 1_790_000_000_000


@pytest.fixture
def tonval(tmp_path, monkeypatch):
    """Runs `tonval prompts` for a small municipality in a home of its own."""
    folder = tmp_path / "ort"
    own = folder / "recordings-text" / "sv"
    own.mkdir(parents=True)
    (own / "prompts.yaml").write_text(FEW, encoding="utf-8")
    monkeypatch.setenv("TONVAL_HOME", str(tmp_path / "home"))
    runner = CliRunner()

    def run(*words):
        return runner.invoke(app, ["prompts", words[0], str(folder), *words[1:]])

    return run


def test_build_then_list(tonval, tmp_path):
    built = tonval("build", "--json")
    assert built.exit_code == 0, built.output
    rows = {row["id"]: row for row in json.loads(built.stdout)}
    assert {row["made"] for row in rows.values()} == {"voice"}
    assert all(abs(row["level_db"] + 20) <= 1 for row in rows.values())
    assert (Site(tmp_path / "home").sounds_dir / "sv" / "val.wav16").exists()

    again = tonval("build")
    assert f"{len(rows)} oförändrade" in again.stdout

    listed = {row["id"]: row for row in json.loads(tonval("list", "--json").stdout)}
    assert listed.keys() == rows.keys()
    assert listed["val"]["ms"] == rows["val"]["ms"]
    assert listed["val"]["problems"] == []
    assert "bygg, gata" in tonval("list").stdout


def test_a_build_that_fails_says_so_and_ends_with_1(tonval, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    failed = tonval("build")
    assert failed.exit_code == 1
    assert "misslyckade" in failed.stdout
    assert "installera paketet espeak-ng" in failed.stderr


def test_a_directory_that_cannot_be_read_costs_nobody_the_sound_of_their_name(tonval, tmp_path):
    said = Site(tmp_path / "home").sounds_dir / "sv" / "namn-0123.wav"
    said.parent.mkdir(parents=True)
    said.write_bytes(b"sound")
    (tmp_path / "ort" / "directory.csv").write_bytes("förnamn;efternamn\nÅsa;Öberg\n".encode("latin-1"))
    refused = tonval("build")
    assert refused.exit_code == 2
    assert "directory.csv" in refused.stderr
    assert said.exists()


def test_bad_manuscripts_end_with_2_and_their_place(tonval, tmp_path):
    (tmp_path / "ort" / "recordings-text" / "sv" / "prompts.yaml").write_text("ko: {text: Hej.}\n", encoding="utf-8")
    refused = tonval("list")
    assert refused.exit_code == 2
    assert "prompts.yaml:1: ko.when saknas" in refused.stderr


def test_every_prompt_of_the_shipped_municipality_has_a_manuscript_and_every_manuscript_is_said():
    folder = municipality_folder("botkyrka")
    house = load(folder, NOON_MS).house
    everybodys, own = manuscript_folders("sv", folder)
    assert house.prompts <= manuscripts(everybodys, own).keys()
    assert manuscripts(own).keys() <= house.prompts


def test_greeting_and_menu_of_the_shipped_municipality_are_shorter_than_is_refused():
    """ROUTING.md, defaults for the menu: warned above 25 s, refused above 40 s. Botkyrka's own words: 33 s."""
    folder = municipality_folder("botkyrka")
    plan = load(folder, NOON_MS).house.plan
    written = manuscripts(*manuscript_folders("sv", folder))
    for entrance in plan.entrances.values():
        heard = (*entrance.greeting, *plan.menus[entrance.menu].prompts)
        assert sum(spoken_ms(prompt, written, None, "sv") for prompt in heard) < 40_000
