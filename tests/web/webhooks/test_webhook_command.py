"""`tonval webhook`: what waits for whom, and what is done with what was laid aside."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from ivr.commands import app
from ivr.config.load import SHIPPED
from ivr.web.store import WebStore
from ivr.web.webhooks import rows
from queues.ids import NO_CLEARANCE, QueueId


@pytest.fixture
def run(tmp_path):
    """The command, of a house with one subscriber for whom two events wait and one is laid aside."""
    folder = shutil.copytree(SHIPPED / "botkyrka", tmp_path / "botkyrka")
    (folder / "webhooks.yaml").write_text(
        'subscribers:\n  arenden: {url: "https://x.example/", events: [call.ended]}\n'
    )
    store = WebStore(tmp_path / "home" / "web.sqlite")
    events = [
        rows.Delivery(0, "arenden", f"e{n}", "call.ended", n, QueueId("bygg"), NO_CLEARANCE, "{}") for n in range(3)
    ]
    store.now(lambda db: rows.add(db, events, 10))
    store.now(lambda db: rows.laid_aside(db, 1, "status 500"))
    store.close()

    def command(*words):
        return CliRunner().invoke(
            app, ["webhook", *words, "--municipality", str(folder), "--home", str(tmp_path / "home")]
        )

    return command


def test_what_waits_is_listed_and_sent_again_or_thrown_away(run):
    [row] = json.loads(run("list", "--json").output)["subscribers"]
    assert (row["waiting"], row["dead"], row["failure"]) == (2, 1, "status 500")
    assert "2 väntar, 1 lagda åt sidan" in run("list").output
    assert run("retry", "arenden").exit_code == 0
    assert run("retry", "arenden").exit_code == 1
    assert run("discard", "arenden").exit_code == 1
    [row] = json.loads(run("list", "--json").output)["subscribers"]
    assert (row["waiting"], row["dead"]) == (3, 0)


def test_more_than_may_wait_are_laid_aside_at_once(tmp_path):
    store = WebStore(tmp_path / "web.sqlite")
    events = [rows.Delivery(0, "a", f"e{n}", "call.ended", n, QueueId(""), NO_CLEARANCE, "{}") for n in range(5)]
    store.now(lambda db: rows.add(db, events, 3))
    store.now(lambda db: rows.add(db, events, 3))
    assert store.now(rows.summary)["a"] == {"waiting": 3, "dead": 2, "failure": "too_many_waiting"}
    store.close()
