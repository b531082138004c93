"""Two thousand wait for a minute, then some are taken and some hang up: all are accounted for."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from bench.telephony.citizens import Crowd
from bench.telephony.figures import Figure
from bench.telephony.handover import until_waiting
from bench.telephony.processes import cpu_s
from bench.telephony.town import Town
from ivr.call_log.audit import GRACE_MS, Report, audit_site

MARGIN_S = 5.0


@dataclass(frozen=True, slots=True)
class HoldingPlan:
    """How much is measured."""

    callers: int
    rate_per_s: float
    hold_s: float
    agents: int


async def measure_holding(town: Town, plan: HoldingPlan) -> tuple[dict[str, Any], list[Figure]]:
    """How many were still there after the wait, what it cost, and what the audit says afterwards."""
    began_ms = time.time_ns() // 1_000_000
    await town.music(on=False)
    await town.engine_up()
    await town.order("pause", town.agents)
    half = plan.callers // 2
    stays = plan.callers / plan.rate_per_s + plan.hold_s + MARGIN_S
    town.say(f"holding: {plan.callers} callers gather")
    leaving = await town.ring(Crowd(town.number, half, plan.rate_per_s / 2, leaves_after_s=stays))
    staying = await town.ring(Crowd(town.number, plan.callers - half, plan.rate_per_s / 2))
    await until_waiting(town, plan.callers, plan.rate_per_s)
    town.say(f"holding: they wait for {plan.hold_s:g} s")
    values = await _hold(town, plan)
    town.say(f"holding: {plan.agents} agents take them, half of the callers hang up by and by")
    await town.order("ready", town.agents[: plan.agents])
    within_s = 2 * plan.callers / plan.rate_per_s + 60
    results = [await leaving.over(within_s), await staying.over(within_s)]
    emptied = await town.empty()
    await town.order("ready", town.agents)
    await town.engine_down()
    await town.music(on=True)
    report = await asyncio.to_thread(_audit, town, began_ms)
    failed = sum(result.failed for result in results) + (not emptied)
    values |= {"failed": failed, "audit": report.as_dict(), "sipp": "".join(result.log for result in results)}
    return values, [
        Figure(f"of {plan.callers} waiting, gone after {plan.hold_s:g} s", plan.callers - values["held"], "calls", 0),
        Figure("callers who were neither taken nor left by themselves", failed, "calls", 0),
        Figure("findings of the audit afterwards", len(report.findings), "calls", 0),
    ]


async def _hold(town: Town, plan: HoldingPlan) -> dict[str, Any]:
    """How many are still there after the wait, and how many cores it took."""
    pids = {"asterisk": town.asterisk_pid, "engine": town.standing.engine_pid()}
    before, began = {name: cpu_s(pid) for name, pid in pids.items()}, time.monotonic()
    await asyncio.sleep(plan.hold_s)
    span = time.monotonic() - began
    cores = {f"{name}_cores": round((cpu_s(pid) - before[name]) / span, 3) for name, pid in pids.items()}
    return {"held": min(await town.waiting(), await town.channels()), **cores}


def _audit(town: Town, began_ms: int) -> Report:
    """As `tonval audit` would say in a minute: what is not there by now is not waited for."""
    return audit_site(town.standing.site, from_ms=began_ms, now_ms=time.time_ns() // 1_000_000 + 2 * GRACE_MS)
