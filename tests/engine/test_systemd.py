"""What systemd is told by the parents of engine and web, heard on a socket that stands in for its own."""

import asyncio
import configparser
import os
import signal
import socket
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path

import pytest

from ivr import supervisor

UNITS = sorted((Path(__file__).parents[2] / "systemd").glob("*.service"))
LIVES = """
    import os, time
    while True:
        os.write(int(os.environ['TONVAL_HEARTBEAT_FD']), b'.')
        time.sleep(0.1)
"""
DIES = """
    import os
    os.write(int(os.environ['TONVAL_HEARTBEAT_FD']), b'.')
"""


@pytest.fixture
def heard(tmp_path):
    """systemd's end."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(30)
        yield listener


def parent(tmp_path, body, **constants):
    code = (
        "import sys; from pathlib import Path; from ivr import supervisor\n"
        + "".join(f"supervisor.{name} = {value}\n" for name, value in constants.items())
        + f"command = [sys.executable, '-c', {textwrap.dedent(body)!r}]\n"
        + f"sys.exit(supervisor.Supervisor(command, Path({str(tmp_path / 'pid')!r})).run())"
    )
    environment = os.environ | {"NOTIFY_SOCKET": str(tmp_path / "notify")}
    return subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL)


def until(heard, word):
    """What was said up to and with `word`."""
    said = []
    while word not in " ".join(said):
        said.append(heard.recv(4096).decode())
    return said


def pending(heard):
    """What had been said and not yet been heard."""
    said = []
    heard.settimeout(0)
    with suppress(BlockingIOError):
        while True:
            said.append(heard.recv(4096))
    return said


def ended(process):
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_ready_is_said_with_the_first_beat_and_alive_as_long_as_beats_come(tmp_path, heard):
    process = parent(tmp_path, LIVES)
    before = until(heard, "READY=1")
    assert any("WATCHDOG=1" in said for said in before)
    assert "serves, pid" in before[-1]
    until(heard, "WATCHDOG=1")
    ended(process)
    until(heard, "STOPPING=1")


def test_a_parent_that_rests_is_alive(tmp_path, heard):
    process = parent(tmp_path, DIES, REST_S=600.0, ROUND_S=0.05)
    until(heard, "keeps dying")
    for _ in range(5):
        until(heard, "WATCHDOG=1")
    ended(process)


def test_a_parent_that_stands_still_is_silent(tmp_path, heard):
    process = parent(tmp_path, LIVES)
    until(heard, "READY=1")
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)
    pending(heard)
    heard.settimeout(1)
    with pytest.raises(TimeoutError):
        heard.recv(4096)
    process.send_signal(signal.SIGCONT)
    ended(process)


def test_who_is_not_started_by_systemd_tells_nobody(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    supervisor.systemd.notify(supervisor.systemd.READY)
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/at/all")
    supervisor.systemd.notify(supervisor.systemd.READY)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_are_ones_that_systemd_understands(unit):
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str
    read.read(unit)
    if read["Service"]["Type"] == "notify":
        assert float(read["Service"]["WatchdogSec"]) >= 3 * supervisor.ROUND_S


async def test_the_commands_of_the_units_are_commands():
    for unit in UNITS:
        for line in unit.read_text().splitlines():
            if line.startswith(("ExecStart=", "ExecStop=")):
                words = line.partition("tonval ")[2].replace("%i", "botkyrka").split()
                help_ = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "ivr", *words, "--help", stdout=asyncio.subprocess.DEVNULL
                )
                assert await help_.wait() == 0
