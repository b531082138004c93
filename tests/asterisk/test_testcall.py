"""`tonval testcall` without an engine: what it tells when something of the service is missing."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivr.commands import app
from ivr.testphone.testcall import Agent, Order, best_agent, make_test_call
from queues.ids import AgentId
from tests.asterisk.house import NUMBER, small_plan
from tests.asterisk.running import RunningAsterisk

pytestmark = pytest.mark.asterisk


def order_for(asterisk: RunningAsterisk, number: str = NUMBER) -> Order:
    return Order(
        server=asterisk.address,
        number=number,
        keys="2",
        book=asterisk.sounds,
        closing_prompts=frozenset({"stangt"}),
        database=asterisk.site.database_path,
        cel=asterisk.site.cel_path,
        listens_ms=500,
        rings_ms=100,
        talks_ms=500,
        patience_ms=10_000,
        log_within_ms=500,
    )


@pytest.mark.usefixtures("line")
async def test_a_talk_that_no_log_knows_is_not_logged(asterisk: RunningAsterisk):
    asterisk.server.cli("queue add member PJSIP/alma to fallback-barn_skola")
    agent = Agent("alma", asterisk.secrets.phone_passwords[AgentId("alma")])
    outcome = await make_test_call(replace(order_for(asterisk), agent=agent))
    assert outcome.verdict == "not_logged"
    assert outcome.call.startswith("tonval-")
    told = [entry.what for entry in outcome.lines]
    for what in ("dialled", "up", "prompt", "pressed", "rings", "answered", "voice", "agent_hears", "over"):
        assert what in told
    assert outcome.record["answered_by"] == "alma"


async def test_nobody_there_is_not_answered(asterisk: RunningAsterisk):
    outcome = await make_test_call(replace(order_for(asterisk), patience_ms=1_500))
    assert (outcome.verdict, outcome.record["terminal"]) == ("not_answered", "hung_up_waiting")
    assert outcome.call.startswith("tonval-")  # found by the SIP Call-ID in Asterisk's event log


async def test_a_wrong_password_is_not_reached(asterisk: RunningAsterisk):
    outcome = await make_test_call(replace(order_for(asterisk), agent=Agent("alma", "wrong")))
    assert outcome.verdict == "not_reached"


async def test_a_number_that_is_not_there_is_not_answered(asterisk: RunningAsterisk):
    outcome = await make_test_call(order_for(asterisk, "0800000"))
    assert (outcome.verdict, outcome.record["status"]) == ("not_answered", 404)


def test_the_command_says_so_when_no_service_runs(tmp_path: Path):
    arguments = ["testcall", "botkyrka", "--home", str(tmp_path), "--ports", "9,9,9,20000,20001", "--no-play-agent"]
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == 2
    assert json.loads(result.stdout)["verdict"] == "not_reached"


@pytest.mark.parametrize(
    ("keys", "connected", "who"),
    [
        ("2", (), "alma"),  # level 3 before level 2
        ("2", ("bo",), ""),  # a person has a phone there: theirs is to ring
        ("2", ("finn",), "alma"),  # another queue's phone is not in the way
        ("3", (), "cilla"),  # cleared
        ("9", (), "dan"),  # a wrong key ends at the default queue
        ("", (), "dan"),
    ],
)
def test_the_phone_played_is_the_best_persons_where_nobody_is_connected(keys, connected, who):
    assert best_agent(small_plan(), NUMBER, keys, frozenset(connected)) == who
