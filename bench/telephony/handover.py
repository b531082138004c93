"""An agent is free and a thousand wait: how soon does the phone ring again."""

import asyncio
from dataclasses import dataclass
from typing import Any

from bench.telephony.citizens import Crowd, Ringing
from bench.telephony.figures import Figure, percentile
from bench.telephony.phones import next_rings_ms
from bench.telephony.town import LINE, WAITING, Town

LIMIT_MS = 10.0


@dataclass(frozen=True, slots=True)
class HandoverPlan:
    """How much is measured."""

    waiting: int
    rate_per_s: float
    agents: int
    handovers: int


async def measure_handover(town: Town, plan: HandoverPlan) -> tuple[dict[str, Any], list[Figure]]:
    """Tonval's hand-overs, then app_queue's, with the same phones and as many waiting."""
    await town.music(on=False)
    ours = await of_tonval(town, plan)
    rival = await _of_app_queue(town, plan)
    await town.music(on=True)
    beside = f"app_queue {percentile(rival, 0.95):.1f} ms"
    middle = f"app_queue {percentile(rival, 0.5):.1f} ms"
    name = f"agent free → phone rings again, {plan.waiting} waiting"
    figures = [
        Figure(f"{name}, p50", percentile(ours, 0.5), "ms", None, middle),
        Figure(f"{name}, p95", percentile(ours, 0.95), "ms", LIMIT_MS, beside),
    ]
    values = {"tonval": _summary(ours), "app_queue": _summary(rival)}
    return values, figures


def _summary(values: list[float]) -> dict[str, float]:
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {"n": len(values), **{name: percentile(values, share) for name, share in shares.items()}}


async def of_tonval(town: Town, plan: HandoverPlan) -> list[float]:
    """How long each phone was silent between two callers (ms); the engine is up only meanwhile."""
    await town.engine_up()
    await town.order("pause", town.agents)
    town.say(f"hand-over: {plan.waiting} callers gather in Tonval's line")
    ringing = await town.ring(Crowd(town.number, plan.waiting, plan.rate_per_s))
    await until_waiting(town, plan.waiting, plan.rate_per_s)
    town.say(f"hand-over: {plan.agents} agents take them")
    town.phones.forget()
    await town.order("ready", town.agents[: plan.agents])
    waits = await _rings(town, plan.handovers)
    await town.order("pause", town.agents)
    await _send_away(town, ringing)
    await town.order("ready", town.agents)
    await town.engine_down()
    return waits


async def _of_app_queue(town: Town, plan: HandoverPlan) -> list[float]:
    town.say(f"hand-over: {plan.waiting} callers gather in app_queue")
    ringing = await town.ring(Crowd(LINE, plan.waiting, plan.rate_per_s))
    async with asyncio.timeout(plan.waiting / plan.rate_per_s + 30):
        while f"has {plan.waiting} calls" not in await town.cli(f"queue show {WAITING}"):
            await asyncio.sleep(0.2)
    town.say(f"hand-over: {plan.agents} agents take them")
    town.phones.forget()
    agents = town.agents[: plan.agents]
    for agent in agents:
        await town.cli(f"queue add member PJSIP/{agent} to {WAITING}")
    waits = await _rings(town, plan.handovers)
    for agent in agents:
        await town.cli(f"queue remove member PJSIP/{agent} from {WAITING}")
    await _send_away(town, ringing)
    return waits


async def until_waiting(town: Town, callers: int, rate_per_s: float) -> None:
    """So many callers wait in Tonval's lines. TimeoutError if they do not in good time."""
    async with asyncio.timeout(callers / rate_per_s + 40):
        while await town.waiting() < callers:
            await asyncio.sleep(0.2)


async def _rings(town: Town, wanted: int) -> list[float]:
    """The first so many waits between a phone's hang-up and its next ring."""
    async with asyncio.timeout(120):
        while len(waits := next_rings_ms(town.phones.begun)) < wanted:
            await asyncio.sleep(0.1)
    return waits[:wanted]


async def _send_away(town: Town, ringing: Ringing) -> None:
    """Every call is hung up by Asterisk."""
    await town.cli("channel request hangup all")
    await town.empty()
    await ringing.over(20)
