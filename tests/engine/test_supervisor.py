"""The engine's parent against real child processes (FAULTS.md F09, F10)."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from ivr import supervisor
from ivr.supervisor import HEARTBEAT_FD

BEAT = f"import os, sys, time, signal\nfd = int(os.environ['{HEARTBEAT_FD}'])\n"


def child(tmp_path, body):
    """A command that runs `body` with `fd`, the heartbeat, and notes each of its starts in a file."""
    script = tmp_path / "child.py"
    script.write_text(
        f"{BEAT}open({str(tmp_path / 'starts')!r}, 'a').write(f'{{os.getpid()}}\\n')\n{textwrap.dedent(body)}"
    )
    return [sys.executable, str(script)]


def starts(tmp_path):
    path = tmp_path / "starts"
    return path.read_text().split() if path.exists() else []


@pytest.fixture
def run(tmp_path):
    """Runs a supervisor in a process of its own, so that its signals are its own; ended at the end."""
    processes = []

    def start(body, **constants):
        command = child(tmp_path, body)
        code = (
            "import sys; from pathlib import Path; from ivr import supervisor\n"
            + "".join(f"supervisor.{name} = {value}\n" for name, value in constants.items())
            + f"sys.exit(supervisor.Supervisor({command!r}, Path({str(tmp_path / 'pid')!r})).run())"
        )
        process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(40)
        process.stderr.close()


def wait_for_starts(tmp_path, number, seconds=30):
    limit = time.monotonic() + seconds
    while len(starts(tmp_path)) < number and time.monotonic() < limit:
        threading.Event().wait(0.02)
    return starts(tmp_path)


@pytest.mark.fault("F10")
def test_engine_whose_loop_stands_still_is_killed_and_replaced(tmp_path, run):
    process = run("os.write(fd, b'.')\ntime.sleep(60)\n")
    first, second = wait_for_starts(tmp_path, 2)[:2]
    assert first != second
    assert not Path(f"/proc/{first}").exists()
    assert "has not ticked" in process.stderr.readline()


def test_engine_that_is_killed_is_replaced_at_once(tmp_path, run):
    run("while True:\n    os.write(fd, b'.')\n    time.sleep(0.1)\n")
    (first,) = wait_for_starts(tmp_path, 1)
    os.kill(int(first), signal.SIGKILL)
    assert len(wait_for_starts(tmp_path, 2)) == 2


@pytest.mark.fault("F09")
def test_engine_that_keeps_dying_is_left_alone_for_a_while(tmp_path, run):
    process = run("os.write(fd, b'.')\nsys.exit(1)\n", REST_S=600.0)
    lines = [process.stderr.readline() for _ in range(supervisor.CRASHES + 1)]
    assert "fail-open" in lines[-1]
    assert len(starts(tmp_path)) == supervisor.CRASHES
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_stop_ends_the_engine_first(tmp_path, run):
    process = run(
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
        "while True:\n    os.write(fd, b'.')\n    time.sleep(0.1)\n",
    )
    (pid,) = wait_for_starts(tmp_path, 1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert not Path(f"/proc/{pid}").exists()


def test_supervisor_imports_nothing_of_the_engine():
    engine = {"routing", "queues", "panoramisk"}
    code = f"import sys, ivr.supervisor; print({{m.split('.')[0] for m in sys.modules}} & {engine})"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"
