"""Asterisk's own event log, written by a real one, completes our log and agrees with what the callers saw."""

import time
from pathlib import Path

import pytest

from ivr.asterisk.render import Tuning
from ivr.call_log.audit import audit_site
from ivr.call_log.catch_up import CatchUp
from ivr.call_log.recovery import SETTLED_MS
from ivr.call_log.store import CallLogWriter
from ivr.testphone.behaviour import answer
from ivr.testphone.caller import Caller
from ivr.testphone.ear import Heard
from ivr.testphone.witness import Witness
from queues.ids import Instant
from tests.asterisk.house import NUMBER, small_house
from tests.asterisk.running import Line, RunningAsterisk, line_to, running_asterisk, until

KEY = b"k" * 32


def later() -> Instant:
    """An instant at which every hang-up so far is old enough to be closed in retrospect."""
    return Instant(time.time_ns() // 1_000_000 + SETTLED_MS)


async def in_queue(line: Line, key: str) -> Caller:
    caller = line.caller(NUMBER)
    assert await caller.dial() == 200
    assert await caller.hear_prompt("huvudmeny")
    await caller.press(key)
    return caller


async def test_a_day_without_an_engine_is_in_the_log_afterwards_and_the_three_witnesses_agree(tmp_path: Path):
    with running_asterisk(tmp_path, small_house(), Tuning(engine_silence_s=2)) as asterisk:
        async with line_to(asterisk) as line:
            await _callers(line, tmp_path / "witness.jsonl")
        writer = _caught_up(asterisk)
    report = audit_site(asterisk.site, tmp_path / "witness.jsonl", now_ms=later())
    assert report.good, report.findings
    assert (report.attempted, report.accepted, report.recovered) == (3, 3, 3)
    assert report.terminal == {"answered": 1, "abandoned": 2}
    assert writer.close()


async def _callers(line: Line, witness_path: Path) -> None:
    """One is answered, one gives up in the queue and one in the menu."""
    witness = Witness(witness_path)
    await line.phone("alma", answer(100, talk_ms=2_500))
    line.asterisk.server.cli("queue add member PJSIP/alma to fallback-barn_skola")
    served, waiting = await in_queue(line, "2"), await in_queue(line, "4")
    assert await served.hear_agent()
    await until(served.over.is_set)
    assert await waiting.hear(Heard.MUSIC)
    await waiting.hang_up()
    early = line.caller(NUMBER)
    assert await early.dial() == 200
    assert await early.hear_prompt("huvudmeny")
    await early.hang_up()
    for caller in (served, waiting, early):
        witness.write(caller.record())
    witness.close()
    await until(lambda: "0 active calls" in line.asterisk.server.cli("core show channels"))


def _caught_up(asterisk: RunningAsterisk) -> CallLogWriter:
    """The log of an engine that comes when everything is over."""
    site = asterisk.site
    writer = CallLogWriter(site.database_path, site.journal_path, KEY)
    assert writer.flush()
    catching = CatchUp(site, writer)
    now = later()
    for _ in range(2):
        writer.append(now, None, catching.entries(frozenset(), now))
        assert writer.flush()
    return writer


@pytest.mark.fault("F16")
async def test_f16_a_caller_cut_off_with_asterisk_has_a_final_row_when_it_is_back(tmp_path: Path):
    with running_asterisk(tmp_path, small_house(), Tuning(engine_silence_s=2)) as asterisk:
        async with line_to(asterisk) as line:
            caller = await in_queue(line, "4")
            assert await caller.hear(Heard.MUSIC)
            asterisk.server.kill()
            asterisk.server.start()
            writer = _caught_up(asterisk)
    report = audit_site(asterisk.site, now_ms=later())
    assert [finding.why for finding in report.findings] == ["asterisk_restart"]
    assert report.terminal == {"failed": 1}
    assert writer.close()
