"""`tonval token`: made once, listed without what opens, and taken back."""

import json

from typer.testing import CliRunner

from ivr.commands import app


def run(tmp_path, *words):
    return CliRunner().invoke(app, ["token", *words, "--home", str(tmp_path)])


def test_a_token_is_made_listed_and_taken_back(tmp_path):
    made = run(tmp_path, "add", "Ärendesystemet", "--scope", "calls", "--queue", "bygg", "--days", "30")
    assert made.exit_code == 0, made.output
    token = made.output.strip()
    [row] = json.loads(run(tmp_path, "list", "--json").output)["tokens"]
    assert (row["name"], row["scopes"], row["queues"]) == ("Ärendesystemet", ["calls"], ["bygg"])
    assert row["expires_ms"] > row["created_ms"]
    assert token.split("_", 2)[2] not in run(tmp_path, "list").output
    assert run(tmp_path, "revoke", token).exit_code == 0
    assert run(tmp_path, "revoke", row["id"]).exit_code == 1
    assert "återkallad" in run(tmp_path, "list").output
    looks = CliRunner().invoke(app, ["access", "--home", str(tmp_path), "--json"]).output
    assert [(look["what"], look["subject"]) for look in json.loads(looks)["rows"]] == [
        ("token_made", row["id"]),
        ("token_revoked", row["id"]),
    ]
    assert token.split("_", 2)[2] not in looks


def test_what_is_not_there_cannot_be_given(tmp_path):
    for words in (("--scope", "everything"), ("--scope", "calls", "--queue", "gata")):
        assert run(tmp_path, "add", "x", *words).exit_code == 2
    assert run(tmp_path, "add", "x", "--scope", "calls", "--clearance", "hemlig").exit_code == 2
