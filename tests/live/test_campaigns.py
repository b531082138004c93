"""The whole service over real SIP: the campaigns with the numbers of every push (FAULTS.md, Goals, P)."""

import asyncio

import pytest

from tests.campaigns import calls, kill, secrecy


@pytest.mark.fault("F37", "F38", "F41", "F52", "F53")
def test_two_hundred_calls_of_every_kind_end_as_the_rules_say():
    found = asyncio.run(calls.run(200))
    assert found.wrong == []
    assert found.audit["findings"] == []
    assert (found.calls, found.audit["attempted"]) == (200, 200)
    assert found.rung_twice == []


@pytest.mark.fault("F01", "F02", "F03", "F05", "F10", "G1")
def test_thirty_kills_of_the_engine_lose_no_call():
    found = asyncio.run(kill.run(30))
    assert found.wrong == []
    assert (found.audit["lost"], found.audit["duplicated"]) == (0, 0)
    # Known, and not to grow: a talk that begins and ends without an engine is asked again. How many there are lies with
    # how long the machine takes to start an engine.
    assert len(found.asked_again) <= sum(found.live_at_kill) // 50
    assert found.moved_places == []
    assert found.kills == 30
    assert min(found.live_at_kill) >= 20
    assert set(found.table) >= {"menu", "waiting", "offered", "talking"}
    assert not any("MISSING" in row for row in found.table.values())
    assert found.rung_twice == []


def test_five_hundred_confidential_calls_reach_only_who_is_cleared():
    found = asyncio.run(secrecy.run(500))
    assert found.leaks == []
    assert found.unknown_rings == 0
    assert found.confidential >= 500
    assert found.rings_without_engine > 0
    assert found.answered > 0
