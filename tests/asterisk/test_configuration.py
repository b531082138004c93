"""The rendered configuration in a real Asterisk: it loads without a word, says what it should, and allows no more."""

import asyncio
import csv
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.asterisk.fail_open import zone_path
from ivr.asterisk.render import AMI_USER, MODULES
from ivr.asterisk.server import AsteriskError, AsteriskServer
from ivr.asterisk.translate import WANTED_EVENTS
from ivr.config.house import Opening
from ivr.testphone.behaviour import answer
from ivr.testphone.ear import Heard
from tests.asterisk.house import NUMBER, small_house, with_hours
from tests.asterisk.raw_ami import connect, raw_ami
from tests.asterisk.running import Line, RunningAsterisk, line_to, running_asterisk, until

pytestmark = pytest.mark.asterisk

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def test_asterisk_starts_without_a_warning(tmp_path: Path) -> None:
    with running_asterisk(tmp_path, small_house()) as asterisk:
        asterisk.server.reload(asterisk.house, asterisk.secrets)
        lines = asterisk.server.complaints().splitlines()
        assert [line for line in lines if " built by " not in line] == []


def test_everything_in_the_list_of_modules_runs(asterisk: RunningAsterisk) -> None:
    shown = asterisk.server.cli("module show")
    running = {line.split(".so")[0] for line in shown.splitlines() if ".so" in line and "Running" in line}
    assert set(MODULES) == running


def test_the_dialplan_uses_only_what_is_loaded(asterisk: RunningAsterisk) -> None:
    dialplan = (asterisk.site.asterisk_dir / "etc" / "extensions.conf").read_text()
    code = "\n".join(line for line in dialplan.splitlines() if not line.strip().startswith(";"))
    applications = set(re.findall(r",(?:n|1)(?:\(\w+\))?,(\w+)\(|(?<=n,)(\w+)\(", code))
    for name in sorted({a or b for a, b in applications}):
        assert "-= Info about" in asterisk.server.cli(f"core show application {name}"), name
    functions = set(re.findall(r"\$\{(\w+)\(|Set\((\w+)\(", code))
    for name in sorted({a or b for a, b in functions}):
        assert "-= Info about" in asterisk.server.cli(f"core show function {name}"), name


def test_every_goto_leads_somewhere(asterisk: RunningAsterisk) -> None:
    dialplan = (asterisk.site.asterisk_dir / "etc" / "extensions.conf").read_text()
    contexts = set(re.findall(r"^\[([\w-]+)\]", dialplan, re.MULTILINE))
    aims = set(re.findall(r"(?:Goto\(|\?|Gosub\(|b\()([\w-]+)(?:,|\^)s(?:,|\^)1", dialplan))
    assert aims
    assert aims <= contexts


@pytest.mark.parametrize(("start", "end", "is_open"), [(-60, 0, False), (0, 1, True), (-1, 1, True), (1, 60, False)])
@pytest.mark.fault("F71", "F72")
async def test_hours_are_the_municipalitys_to_the_minute(tmp_path: Path, start: int, end: int, is_open: bool) -> None:
    """Spans around this very minute in Stockholm, whatever zone the machine is in (F71, F72)."""
    await until(lambda: datetime.now(STOCKHOLM).second < 45, 30)
    now, today = _minute(), datetime.now(STOCKHOLM).date()
    span = ((max(0, now + start), min(1440, now + end)),)
    opening = Opening(weekly=(((0, 0),),) * 7, dates={today: span})
    with running_asterisk(tmp_path, with_hours(small_house(), opening)) as asterisk:
        async with line_to(asterisk) as line:
            caller = line.caller(NUMBER)
            assert await caller.dial() == 200
            await caller.hear_prompt(within_ms=5_000)
            assert caller.ear.prompts[0] == ("valkommen" if is_open else "stangt")


@pytest.mark.parametrize("when", ["2026-01-15T12:00", "2026-07-15T12:00", "2026-10-25T02:30", "2031-07-15T12:00"])
async def test_asterisk_reads_the_same_clock_as_the_engine(asterisk: RunningAsterisk, when: str) -> None:
    instant = datetime.fromisoformat(when).replace(tzinfo=STOCKHOLM)
    zone = zone_path(asterisk.site, "Europe/Stockholm")
    async with raw_ami(asterisk) as ami:
        got = await ami.action("Getvar", Variable=f"STRFTIME({int(instant.timestamp())},{zone},%Y-%m-%dT%H:%M)")
    assert got["Value"] == when


def _minute() -> int:
    now = datetime.now(STOCKHOLM)
    return now.hour * 60 + now.minute


async def test_the_engines_account_can_look_and_move_but_neither_originate_nor_command(
    asterisk: RunningAsterisk,
) -> None:
    async with raw_ami(asterisk) as ami:
        for action, headers in (
            ("Originate", {"Channel": "Local/s@fallback", "Application": "Wait", "Data": "1"}),
            ("Command", {"Command": "core show version"}),
            ("Reload", {}),
            ("GetConfig", {"Filename": "manager.conf"}),
            ("UpdateConfig", {"SrcFilename": "a.conf", "DstFilename": "a.conf"}),
            ("ModuleLoad", {"LoadType": "load", "Module": "app_system.so"}),
            ("DBPut", {"Family": "a", "Key": "b", "Val": "c"}),
            ("UserEvent", {"UserEvent": "x"}),
        ):
            refused = await ami.action(action, **headers)
            assert (action, refused["Response"]) == (action, "Error")
        for action, headers in (
            ("Status", {}),
            ("DeviceStateList", {}),
            ("QueueStatus", {}),
            ("QueueAdd", {"Queue": "fallback-bygg", "Interface": "PJSIP/finn", "Penalty": "1"}),
            ("QueuePause", {"Queue": "fallback-bygg", "Interface": "PJSIP/finn", "Paused": "true"}),
            ("QueueRemove", {"Queue": "fallback-bygg", "Interface": "PJSIP/finn"}),
        ):
            allowed = await ami.action(action, **headers)
            assert (action, allowed["Response"]) == (action, "Success")


async def test_a_wrong_secret_is_refused(asterisk: RunningAsterisk) -> None:
    ami = await connect(asterisk)
    refused = await ami.action("Login", Username=AMI_USER, Secret="guess")
    assert refused["Response"] == "Error"
    ami.writer.transport.abort()


async def test_a_killed_engine_is_not_in_the_way_of_the_next(asterisk: RunningAsterisk) -> None:
    """One login at a time, and yet next to no wait after kill -9: the kernel closes what the dead process had open."""
    login = f"Action: Login\\r\\nUsername: {AMI_USER}\\r\\nSecret: {asterisk.secrets.ami_password}\\r\\n\\r\\n"
    program = (
        f"import socket; s = socket.create_connection(('127.0.0.1', {asterisk.site.ami_port})); s.send(b'{login}')\n"
        "while b'Fully' not in s.recv(4096): pass\n"
        "print('in', flush=True); input()"
    )
    pipe = subprocess.PIPE
    engine = subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe)  # noqa: ASYNC220  # at once
    try:
        assert await asyncio.to_thread(engine.stdout.readline) == b"in\n"  # type: ignore[union-attr]
        second = await connect(asterisk)
        login_now = {"Username": AMI_USER, "Secret": asterisk.secrets.ami_password}
        assert (await second.action("Login", **login_now))["Response"] == "Error"
        second.writer.transport.abort()
    finally:
        engine.send_signal(signal.SIGKILL)
        engine.communicate()
    # Asterisk notices within a moment; the engine's quick retries bridge it.
    async with asyncio.timeout(10):
        while not await _let_in(asterisk):  # noqa: ASYNC110  # another process is watched
            await asyncio.sleep(0.05)


async def _let_in(asterisk: RunningAsterisk) -> bool:
    """Whether the engine's account can log in just now."""
    link = await connect(asterisk)
    answered = await link.action("Login", Username=AMI_USER, Secret=asterisk.secrets.ami_password)
    link.writer.transport.abort()
    return answered["Response"] == "Success"


async def test_events_that_say_nothing_are_not_sent(line: Line) -> None:
    async with raw_ami(line.asterisk) as ami:
        caller = line.caller(NUMBER)
        assert await caller.dial() == 200
        assert await caller.hear_prompt("huvudmeny")
        await caller.hang_up()
        mine = (await ami.event("UserEvent"))["Uniqueid"]
        gone = await ami.event("Hangup", Uniqueid=mine)
        assert float(gone["Timestamp"]) > time.time() - 60
        assert ami.names - {""} <= WANTED_EVENTS


async def test_cel_joins_the_callers_side_and_holds_no_number(line: Line) -> None:
    await line.phone("finn", answer(50, talk_ms=2_500))
    line.asterisk.server.cli("queue add member PJSIP/finn to fallback-bygg")
    caller = line.caller(NUMBER)
    assert await caller.dial() == 200
    assert await caller.hear_prompt("huvudmeny")
    await caller.press("4")
    await until(caller.over.is_set)
    path = line.asterisk.site.cel_path

    def rows() -> list[list[str]]:
        return [row for row in csv.reader(path.read_text(encoding="utf-8").splitlines()) if row]

    linked = next(row[3] for row in rows() if row[10] == caller.token)
    await until(lambda: any(row[3] == linked and row[0] == "LINKEDID_END" for row in rows()))
    mine = [row for row in rows() if row[3] == linked]
    assert linked.startswith("tonval-")
    assert {"CHAN_START", "ANSWER", "BRIDGE_ENTER", "BRIDGE_EXIT", "HANGUP"} <= {row[0] for row in mine}
    assert all(re.fullmatch(r"\d{10}\.\d{6}", row[1]) for row in mine)
    assert str(caller.from_user) not in path.read_text(encoding="utf-8")


async def test_no_log_of_asterisk_names_a_caller(line: Line) -> None:
    caller = line.caller(NUMBER)
    assert await caller.dial() == 200
    assert await line.caller("0853061999").dial() == 404
    await caller.hang_up()
    for path in (line.asterisk.site.asterisk_dir / "log").rglob("*"):
        if path.is_file():
            assert str(caller.from_user) not in path.read_text("utf-8", "replace"), path


async def test_members_and_registrations_outlive_asterisk(tmp_path: Path) -> None:
    with running_asterisk(tmp_path, small_house()) as asterisk:
        async with line_to(asterisk) as line:
            await line.phone("finn", answer(50))
            asterisk.server.cli("queue add member PJSIP/finn to fallback-bygg penalty 1")
            asterisk.server.stop()
            asterisk.server.start()
            assert "PJSIP/finn" in asterisk.server.cli("queue show fallback-bygg")
            assert "finn" in asterisk.server.cli("pjsip show contacts")


async def test_a_member_who_may_not_hear_is_no_way_around_after_a_restart(line: Line) -> None:
    """Both lists wrong and a restart between: `to-agent` still asks (I10)."""
    dan = await line.phone("dan", answer(0))
    line.asterisk.server.cli("queue add member PJSIP/dan to fallback-socialtjanst")
    caller = line.caller(NUMBER)
    assert await caller.dial() == 200
    assert await caller.hear_prompt("huvudmeny")
    await caller.press("3")
    assert await caller.hear(Heard.MUSIC)
    assert dan.rings == []


async def test_agents_ring_each_other_and_nobody_else(line: Line) -> None:
    shown = line.asterisk.server.cli("dialplan show from-phones")
    assert re.findall(r"'(\d+)' =>", shown) == [str(201 + i) for i in range(len(line.asterisk.house.people))]
    assert set(re.findall(r"Dial\(([^,]*),", shown)) == {f"PJSIP/{a}" for a in line.asterisk.house.people}


def test_a_port_that_is_taken_is_told_before_anything_starts(asterisk: RunningAsterisk, tmp_path: Path) -> None:
    site = replace(asterisk.site, home=tmp_path)
    second = AsteriskServer(asterisk.server.installation, site)
    second.prepare(asterisk.house, asterisk.secrets)
    with pytest.raises(AsteriskError, match=str(site.sip_port)):
        second.start()


def test_two_starts_do_not_make_two(asterisk: RunningAsterisk) -> None:
    with pytest.raises(AsteriskError, match=str(asterisk.server.pid)):
        asterisk.server.start()


def test_an_asterisk_that_answers_nothing_any_more_is_still_ended(tmp_path: Path) -> None:
    with running_asterisk(tmp_path, small_house()) as asterisk:
        pid = asterisk.server.pid
        os.kill(pid, signal.SIGSTOP)
        asterisk.server.stop()
        assert asterisk.server.pid == 0
        assert not Path(f"/proc/{pid}").exists()
