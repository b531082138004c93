"""The engine is killed while three hundred wait: how long until each is looked after, and are they back in place."""

import asyncio
import sqlite3
import time
from dataclasses import dataclass
from typing import Any

from bench.telephony.citizens import Crowd
from bench.telephony.figures import Figure, percentile
from bench.telephony.handover import until_waiting
from bench.telephony.listener import Listener
from bench.telephony.town import OBSERVER, Town
from ivr.control import ask

LIMIT_MS = 100.0


@dataclass(frozen=True, slots=True)
class KillingPlan:
    """How much is measured."""

    waiting: int
    rate_per_s: float
    agents: int
    kills: int


async def measure_killing(town: Town, plan: KillingPlan) -> tuple[dict[str, Any], list[Figure]]:
    """Every caller's time to fail-open, the time until all are back, and whether they are served in the old order."""
    await town.music(on=False)
    await town.engine_up()
    observer = await Listener.open(town.standing.site.ami_port, OBSERVER, town.passwords[OBSERVER])
    falls: list[float] = []
    backs: list[float] = []
    missing = misplaced = failed = 0
    for number in range(plan.kills):
        town.say(f"kill -9: {plan.waiting} callers gather ({number + 1} of {plan.kills})")
        await town.order("pause", town.agents)
        ringing = await town.ring(Crowd(town.number, plan.waiting, plan.rate_per_s))
        await until_waiting(town, plan.waiting, plan.rate_per_s)
        before = await _places(town)
        observer.fallen.clear()
        killed_s, killed = time.time(), time.monotonic()
        town.standing.kill_engine()
        town.say("kill -9: the engine is dead; until it is back")
        await _until_back(town, plan.waiting)
        backs.append(time.monotonic() - killed)
        falls += [(at - killed_s) * 1000 for at in observer.fallen.values()]
        missing += len(before.keys() - observer.fallen.keys())
        after = await _places(town)
        misplaced += sum(after.get(call) != entered for call, entered in before.items())
        since = _last_entry(town)
        town.phones.talks_s = 0.1
        await town.order("ready", town.agents[: plan.agents])
        result = await ringing.over(plan.waiting / plan.rate_per_s + 60)
        town.phones.talks_s = 0.5
        failed += result.failed + (not await town.empty())
        misplaced += out_of_order(_served(town, since), before)
    await observer.close()
    await town.order("ready", town.agents)
    await town.engine_down()
    await town.music(on=True)
    values = {
        "to_fail_open_ms": {
            "p50": percentile(falls, 0.5),
            "p99": percentile(falls, 0.99),
            "max": max(falls, default=-1),
        },
        "until_all_are_back_s": [round(back, 2) for back in backs],
        "not_seen_in_fail_open": missing,
        "misplaced": misplaced,
        "failed": failed,
    }
    return values, [
        Figure(
            f"kill -9, {plan.waiting} waiting: the last is in fail-open after",
            max(falls, default=float("inf")),
            "ms",
            LIMIT_MS,
        ),
        Figure("callers who did not reach fail-open", missing, "calls", 0),
        Figure("engine back and all in line again after", max(backs), "s"),
        Figure("callers out of their place afterwards", misplaced, "calls", 0),
        Figure("calls that failed", failed, "calls", 0),
    ]


async def _places(town: Town) -> dict[str, int]:
    """Each waiting call's instant of entering the line, in the engine's words."""
    calls = (await ask(town.standing.site.control_path, {"do": "calls"}))["calls"]
    return {call: seen["entered_at_ms"] for call, seen in calls.items() if seen["state"] == "waiting"}


async def _until_back(town: Town, waiting: int) -> None:
    async with asyncio.timeout(60):
        while await town.waiting() < waiting:
            await asyncio.sleep(0.05)


def _last_entry(town: Town) -> int:
    with sqlite3.connect(town.standing.site.database_path) as log:
        return int(log.execute("SELECT max(seq) FROM entries").fetchone()[0])


def _served(town: Town, since: int) -> list[str]:
    """The calls in the order in which they were first offered."""
    with sqlite3.connect(town.standing.site.database_path) as log:
        rows = log.execute("SELECT call FROM entries WHERE seq > ? AND kind = 'CallOffered' ORDER BY seq", (since,))
        return list(dict.fromkeys(call for (call,) in rows))


def out_of_order(served: list[str], entered: dict[str, int]) -> int:
    """How many were served after somebody who had come later, or never."""
    late, latest = len(entered.keys() - set(served)), 0
    for call in served:
        late += entered.get(call, 0) < latest
        latest = max(latest, entered.get(call, 0))
    return late
