"""The engine's parent: starts it, listens to its heartbeat, ends it when its loop stands still, and starts it again.

It imports nothing of the engine, so that nothing that can break the engine can break it. While no engine lives, callers
are served by the fail-open dialplan. The pages have such a parent too; while they are gone, calls go on as ever. Where
systemd started us it watches over the parent: it hears that this loop comes round, also while the parent rests.
"""

import os
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from ivr import systemd

BEAT_S = 0.5
SILENCE_S = 2.5
"""An engine silent for so long is dead or stuck: killed within 3 s of its last tick."""
BIRTH_S = 60.0
"""The first beat may take so long: imports, configuration, log, on a machine where everything starts at once."""
CRASHES, WITHIN_S, REST_S = 5, 10.0, 60.0
"""So many deaths within that time: it rests for `REST_S` (fail-open has all calls), then there is one more try."""
ROUND_S = 5.0
"""No wait is longer, so that systemd's watchdog (30 s in the units) hears of us."""
HEARTBEAT_FD = "TONVAL_HEARTBEAT_FD"


class Supervisor:
    """Keeps one process alive until told to stop. `what` it is, and what there is `meanwhile`, for people."""

    def __init__(
        self,
        command: Sequence[str],
        pid_path: Path,
        what: str = "the engine",
        meanwhile: str = "fail-open",
        silence_s: float | None = None,
    ) -> None:
        self._command = tuple(command)
        self._pid_path = pid_path
        self._what, self._meanwhile = what, meanwhile
        self._silence_s = SILENCE_S if silence_s is None else silence_s
        self._deaths: deque[float] = deque(maxlen=CRASHES)
        self._child: subprocess.Popen[bytes] | None = None
        self._wake_read, self._wake_write = os.pipe()
        self._stopping = False

    def run(self) -> int:
        """0 after a stop that was asked for."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._stopping:
            self._live_once()
            if self._stopping:
                break
            self._deaths.append(time.monotonic())
            if len(self._deaths) == CRASHES and self._deaths[-1] - self._deaths[0] < WITHIN_S:
                _say(f"{self._what} died {CRASHES} times in {WITHIN_S:.0f} s; {self._meanwhile} for {REST_S:.0f} s")
                systemd.notify(systemd.status(f"{self._what} keeps dying; {self._meanwhile}"))
                self._deaths.clear()
                self._await([self._wake_read], REST_S)
        return 0

    def _await(self, readable: list[int], most_s: float) -> list[int]:
        """Those that can be read within the time; systemd hears of us meanwhile."""
        ends_at = time.monotonic() + most_s
        while True:
            systemd.notify(systemd.ALIVE)
            left_s = ends_at - time.monotonic()
            ready, _, _ = select.select(readable, [], [], max(min(left_s, ROUND_S), 0))
            if ready or left_s <= 0:
                return ready

    def _stop(self, _number: int, _frame: object) -> None:
        self._stopping = True
        systemd.notify(systemd.STOPPING)
        os.write(self._wake_write, b"x")

    def _live_once(self) -> None:
        read, write = os.pipe()
        environment = os.environ | {HEARTBEAT_FD: str(write)}
        self._child = subprocess.Popen(self._command, env=environment, pass_fds=[write])  # noqa: S603 - our own engine
        os.close(write)
        self._pid_path.write_text(f"{self._child.pid}\n", encoding="ascii")
        try:
            self._listen(read)
        finally:
            os.close(read)
            self._pid_path.unlink(missing_ok=True)

    def _listen(self, read: int) -> None:
        child = self._child
        assert child is not None  # noqa: S101 - set by the only caller
        patience = BIRTH_S
        while True:
            readable = self._await([read, self._wake_read], patience)
            if self._wake_read in readable:
                _end(child)
                return
            if not readable:
                _say(f"{self._what} (pid {child.pid}) has not ticked for {patience:.1f} s and is killed")
                child.kill()
                child.wait()
                return
            if not os.read(read, 4096):
                code = child.wait()
                _say(f"{self._what} (pid {child.pid}) ended with {code}")
                return
            if patience != self._silence_s:
                systemd.notify(systemd.READY, systemd.status(f"{self._what} serves, pid {child.pid}"))
            patience = self._silence_s


def _end(child: subprocess.Popen[bytes]) -> None:
    """The child has stopped by itself within 30 s, or been killed."""
    child.terminate()
    try:
        child.wait(30)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _say(text: str) -> None:
    sys.stderr.write(f"tonval: {text}\n")
    sys.stderr.flush()
