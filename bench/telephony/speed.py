"""A steady hundred calls a second: does any fail, and how soon after an answer do both hear each other."""

from dataclasses import dataclass
from typing import Any

from bench.telephony.cost import Way, one_round
from bench.telephony.figures import Figure, percentile
from bench.telephony.town import Town

BRIDGE_LIMIT_MS = 5.0


@dataclass(frozen=True, slots=True)
class SpeedPlan:
    """How much is measured."""

    rate_per_s: float
    seconds: float
    rival_seconds: float
    """Before and after, each."""


async def measure_speed(town: Town, plan: SpeedPlan) -> tuple[dict[str, Any], list[Figure]]:
    """Tonval's values between two rounds of its rival."""
    rival, ours = Way(), Way()
    calls, rival_calls = int(plan.rate_per_s * plan.seconds), int(plan.rate_per_s * plan.rival_seconds)
    town.say(f"speed: app_queue, {rival_calls} calls at {plan.rate_per_s:g}/s")
    await one_round(town, "fastagi", rival, rival_calls, plan.rate_per_s)
    town.say(f"speed: Tonval, {calls} calls at {plan.rate_per_s:g}/s")
    await one_round(town, "tonval", ours, calls, plan.rate_per_s)
    town.say(f"speed: app_queue, {rival_calls} calls at {plan.rate_per_s:g}/s")
    await one_round(town, "fastagi", rival, rival_calls, plan.rate_per_s)
    rate = f"at {plan.rate_per_s:g} calls/s"
    beside = f"FastAGI + app_queue {percentile(rival.bridge_ms, 0.99):.2f} ms"
    middle = f"FastAGI + app_queue {percentile(rival.bridge_ms, 0.5):.2f} ms"
    figures = [
        Figure(f"agent's answer → both in bridge, p50 {rate}", percentile(ours.bridge_ms, 0.5), "ms", None, middle),
        Figure(
            f"agent's answer → both in bridge, p99 {rate}",
            percentile(ours.bridge_ms, 0.99),
            "ms",
            BRIDGE_LIMIT_MS,
            beside,
        ),
        Figure(f"engine CPU a call {rate}", ours.program_ms[0], "ms"),
        Figure(
            f"calls that failed or fell into fail-open, {plan.seconds:g} s {rate}",
            ours.failed + ours.queued_by_asterisk,
            "calls",
            0,
        ),
    ]
    return {"tonval": ours.as_dict(), "fastagi": rival.as_dict()}, figures
