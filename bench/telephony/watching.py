"""What it costs a call that many watch the board, half of whom do not read: rounds with and without them, in turn."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

from bench.telephony.cost import Way, one_round
from bench.telephony.figures import Figure, percentile
from bench.telephony.handover import HandoverPlan, of_tonval
from bench.telephony.processes import cpu_s
from bench.telephony.town import Town
from ivr.clock import LiveClock
from ivr.web.accounts.register import Account, Accounts
from ivr.web.accounts.roles import Role
from ivr.web.accounts.sessions import AT_MOST, Sessions
from ivr.web.store import WebStore

BOARD = "/api/stream/board?page=tavla"
MEMORY_LIMIT_MB = 300.0


@dataclass(frozen=True, slots=True)
class WatchingPlan:
    """How much is measured."""

    viewers: int
    """Every other one does not read."""
    rounds: int
    calls: int
    rate_per_s: float
    handover: HandoverPlan


@dataclass(slots=True)
class Watched:
    """What was measured with so many watching."""

    way: Way = field(default_factory=Way)
    rings_ms: list[float] = field(default_factory=list)
    web_cpu_s: float = 0.0
    web_mb: float = 0.0
    web_ended: int = 0
    seen: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        rings = {"p50": percentile(self.rings_ms, 0.5), "p95": percentile(self.rings_ms, 0.95), "n": len(self.rings_ms)}
        web = {"web_cpu_s": self.web_cpu_s, "web_peak_mb": self.web_mb, "viewers": self.seen}
        return {**self.way.as_dict(), "free_to_ring_ms": rings, **web}


async def measure_watching(town: Town, plan: WatchingPlan) -> tuple[dict[str, Any], list[Figure]]:
    """The values with nobody watching and with everybody, and their ratios."""
    alone, watched = Watched(), Watched()
    await town.music(on=False)
    for number in range(plan.rounds):
        town.say(f"watching: round {number + 1} of {plan.rounds}, nobody watches")
        await _round(town, plan, alone)
        town.say(f"watching: round {number + 1} of {plan.rounds}, {plan.viewers} watch")
        async with _viewers(town, plan.viewers, watched):
            await _round(town, plan, watched)
    await town.music(on=True)
    return {"alone": alone.as_dict(), "watched": watched.as_dict()}, list(_figures(plan, alone, watched))


async def _round(town: Town, plan: WatchingPlan, into: Watched) -> None:
    await one_round(town, "tonval", into.way, plan.calls, plan.rate_per_s)
    into.rings_ms += await of_tonval(town, plan.handover)


def _figures(plan: WatchingPlan, alone: Watched, watched: Watched) -> list[Figure]:
    half = f"{plan.viewers} viewers, half not reading"

    def pair(name: str, share: float, one: list[float], other: list[float]) -> list[Figure]:
        before, after = percentile(one, share), percentile(other, share)
        beside = f"{before:.2f} ms alone, {after:.2f} ms watched"
        return [Figure(f"{name}, {half} / nobody", after / before if before else float("nan"), "×", None, beside)]

    lost = alone.way.failed + watched.way.failed + alone.way.queued_by_asterisk + watched.way.queued_by_asterisk
    cpu = mean(watched.way.program_ms) / max(mean(alone.way.program_ms), 1e-9)
    return [
        *pair("agent's answer → both in bridge, p50", 0.5, alone.way.bridge_ms, watched.way.bridge_ms),
        *pair("agent's answer → both in bridge, p99", 0.99, alone.way.bridge_ms, watched.way.bridge_ms),
        *pair("agent free → phone rings again, p50", 0.5, alone.rings_ms, watched.rings_ms),
        *pair("agent free → phone rings again, p95", 0.95, alone.rings_ms, watched.rings_ms),
        Figure(
            f"engine CPU a call, {half} / nobody",
            cpu,
            "×",
            None,
            f"{mean(alone.way.program_ms):.2f} ms alone, {mean(watched.way.program_ms):.2f} ms watched",
        ),
        Figure("calls that failed or fell into fail-open, with and without", lost, "calls", 0),
        Figure("times that the web was ended because it stood still", watched.web_ended, "times", 0),
        Figure(f"the web's memory at most, {half}", watched.web_mb, "MB", MEMORY_LIMIT_MB),
        Figure("times that readers were let go of", watched.seen.get("readers_lost", 0), "times", 0),
        Figure("times that those who do not read were let go of", watched.seen.get("sleepers_lost", 0), "times"),
    ]


@asynccontextmanager
async def _viewers(town: Town, count: int, into: Watched) -> AsyncIterator[None]:
    """So many watch; what the web used meanwhile is added up."""
    standing = town.standing
    viewers = None
    await standing.start_web()
    try:
        tokens = await _tokens(standing.site.web_path, count)
        command = [sys.executable, "-m", "bench.web.viewers", str(standing.site.web_port), BOARD]
        pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
        viewers = await asyncio.create_subprocess_exec(*command, **pipes)  # type: ignore[arg-type]
        assert viewers.stdin  # noqa: S101 - asked for
        assert viewers.stdout  # noqa: S101 - likewise
        words = ("-" * (n % 2) + "+" * (1 - n % 2) + token for n, token in enumerate(tokens))
        viewers.stdin.write("\n".join(words).encode())
        viewers.stdin.close()
        await viewers.stdout.readline()
        pid = standing.web_pid()
        before = cpu_s(pid)
        yield
        if standing.web_pid() == pid:
            into.web_cpu_s += cpu_s(pid) - before
            into.web_mb = max(into.web_mb, _peak_mb(pid))
        else:
            into.web_ended += 1
        viewers.terminate()
        told = json.loads(await viewers.stdout.readline())
        await viewers.wait()
        for name, number in told.items():
            into.seen[name] = into.seen.get(name, 0) + number
    finally:
        if viewers is not None and viewers.returncode is None:
            viewers.kill()
            await viewers.wait()
        standing.stop_web()


async def _tokens(web_path: Path, count: int) -> list[str]:
    """So many signed in, as many to an account as may be."""
    store = WebStore(web_path)
    try:
        accounts, sessions = Accounts(store, LiveClock()), Sessions(store, LiveClock())
        tokens = []
        for number in range(count):
            name = f"viewer{number // AT_MOST}"
            if number % AT_MOST == 0:
                await accounts.keep(Account(name, name, frozenset({Role.VIEWER})))
            tokens.append(await sessions.begin(name))
        return tokens
    finally:
        store.close()


def _peak_mb(pid: int) -> float:
    """The most memory that the process has had."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return float("nan")
