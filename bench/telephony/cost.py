"""What one call costs Asterisk and the program beside it, for every way of building, in interleaved rounds."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import mean
from typing import Any

from bench.telephony.cel import answer_to_bridge_ms
from bench.telephony.citizens import Crowd
from bench.telephony.figures import Figure, percentile
from bench.telephony.listener import Listener
from bench.telephony.processes import cpu_s
from bench.telephony.town import DIALPLAN, FASTAGI, LISTENER, Town

RATIO_LIMIT = 1.1
ENGINE_LIMIT_MS = 3.0
SETTLE_S = 0.3
"""What a call leaves behind in the processes is done after this."""

WAYS = ("dialplan", "fastagi", "tonval")
MORE_WAYS = ("fastagi_listened", "fastagi_without_cel")
"""What hearing events costs, and what CEL costs."""


@dataclass(slots=True)
class Way:
    """What was measured of one way of building, a value for each round."""

    asterisk_ms: list[float] = field(default_factory=list)
    program_ms: list[float] = field(default_factory=list)
    """The engine, or the FastAGI program."""
    bridge_ms: list[float] = field(default_factory=list)
    calls: int = 0
    failed: int = 0
    queued_by_asterisk: int = 0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "asterisk_ms_a_call": [round(value, 2) for value in self.asterisk_ms],
            "program_ms_a_call": [round(value, 2) for value in self.program_ms],
            "answer_to_bridge_ms": {"p50": percentile(self.bridge_ms, 0.5), "p99": percentile(self.bridge_ms, 0.99)},
            "calls": self.calls,
            "failed": self.failed,
            "queued_by_asterisk": self.queued_by_asterisk,
        }


@dataclass(frozen=True, slots=True)
class CostPlan:
    """How much is measured."""

    rounds: int
    calls: int
    rate_per_s: float
    ways: tuple[str, ...] = WAYS


async def measure_cost(town: Town, plan: CostPlan) -> tuple[dict[str, Any], list[Figure]]:
    """Every way's values, and the figures that matter."""
    ways = {name: Way() for name in plan.ways}
    for number in range(plan.rounds):
        for name, way in ways.items():
            town.say(f"cost: round {number + 1} of {plan.rounds}, {name}")
            await one_round(town, name, way, plan.calls, plan.rate_per_s)
    return {name: way.as_dict() for name, way in ways.items()}, _figures(ways)


async def one_round(town: Town, name: str, way: Way, calls: int, rate_per_s: float) -> None:
    """The way has one more value of each kind."""
    async with _prepared(town, name) as (number, program):
        await _until_idle(program)
        town.cel.skip()
        before = cpu_s(town.asterisk_pid), cpu_s(program)
        ringing = await town.ring(Crowd(number, calls, rate_per_s))
        result = await ringing.over(calls / rate_per_s + 30)
        drained = await town.empty()
        await asyncio.sleep(SETTLE_S)
        after = cpu_s(town.asterisk_pid), cpu_s(program)
    seen = town.cel.calls()
    way.asterisk_ms.append((after[0] - before[0]) / calls * 1000)
    way.program_ms.append((after[1] - before[1]) / calls * 1000)
    way.bridge_ms += answer_to_bridge_ms(seen)
    way.calls += calls
    way.failed += result.failed + (not drained)
    way.queued_by_asterisk += sum(call.queued_by_asterisk for call in seen.values())
    if result.failed:
        town.say(f"{name}: {result.failed} calls failed\n{result.log}")


async def _until_idle(pid: int, within_s: float = 10.0) -> None:
    """What the process does once, at its start, is done: it has used next to nothing for a while."""
    deadline, used = time.monotonic() + within_s, -1.0
    while time.monotonic() < deadline and (now := cpu_s(pid)) - used > 0.01:
        used = now
        await asyncio.sleep(SETTLE_S)


@asynccontextmanager
async def _prepared(town: Town, name: str) -> AsyncIterator[tuple[str, int]]:
    """The number to ring and the process beside Asterisk."""
    if name == "tonval":
        await town.engine_up()
        yield town.number, town.standing.engine_pid()
        await town.engine_down()
    elif name == "fastagi_listened":
        listener = await Listener.open(town.standing.site.ami_port, LISTENER, town.passwords[LISTENER])
        yield FASTAGI, town.fastagi_pid
        await listener.close()
    elif name == "fastagi_without_cel":
        await town.cel_file(on=False)
        yield FASTAGI, town.fastagi_pid
        await town.cel_file(on=True)
    else:
        yield (FASTAGI, town.fastagi_pid) if name == "fastagi" else (DIALPLAN, 0)


def _figures(ways: dict[str, Way]) -> list[Figure]:
    asterisk = {name: mean(way.asterisk_ms) for name, way in ways.items()}
    rival = asterisk["fastagi"]
    beside = ", ".join(f"{name} {value:.2f} ms" for name, value in asterisk.items())
    figures = [
        Figure(
            "Asterisk CPU a call, Tonval / FastAGI + app_queue", asterisk["tonval"] / rival, "×", RATIO_LIMIT, beside
        ),
        Figure("Asterisk CPU a call, Tonval / dialplan + app_queue", asterisk["tonval"] / asterisk["dialplan"], "×"),
        Figure("engine CPU a call, AMI events and log on", mean(ways["tonval"].program_ms), "ms", ENGINE_LIMIT_MS),
    ]
    if "fastagi_listened" in asterisk:
        figures.append(Figure("what one listener on AMI costs Asterisk", asterisk["fastagi_listened"] / rival, "×"))
        figures.append(Figure("Asterisk CPU without CEL", asterisk["fastagi_without_cel"] / rival, "×"))
    lost = sum(way.failed for way in ways.values()) + ways["tonval"].queued_by_asterisk
    figures.append(Figure("calls that failed or fell into fail-open while costs were measured", lost, "calls", 0))
    return figures
