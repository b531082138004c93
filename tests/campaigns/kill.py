"""Kills the engine again and again while people ring, wait and talk, and counts what became of every call.

Example: python -m tests.campaigns.kill --kills 400

Exit codes: 0 nothing lost, 1 something was.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from ivr.call_log.cel import CelTalk, calls_from_cel
from ivr.supervisor import CRASHES, WITHIN_S
from ivr.testphone.citizens import Habits
from ivr.testphone.staff import Temper
from tests.campaigns.town import Town, town

HABITS = Habits(
    kinds={"chooses": 70, "repeats": 6, "silent": 8, "wrong_keys": 4, "leaves_queue": 8, "leaves_menu": 4},
    thinks_ms=(500, 6_000),
    patience_ms=(40_000, 90_000),
    impatience_ms=(500, 8_000),
    talks_ms=(2_000, 9_000),
    hostile=0.02,
)
TEMPER = Temper(
    manners={"answers": 90, "rings_out": 2, "declines": 3, "is_busy": 2, "drops": 3},
    rings_ms=(300, 4_000),
    talks_ms=(3_000, 12_000),
)
STILL_S = 2.0
NOTED_MS = 500
"""How long an engine may take to note the answer it has seen."""


@dataclass(slots=True)
class Campaign:
    """What the kills led to."""

    kills: int = 0
    live_at_kill: list[int] = field(default_factory=list)
    replaced_at: list[float] = field(default_factory=list)
    """When (monotonic, s) a dead engine had a successor."""
    serving_again_ms: list[int] = field(default_factory=list)
    first_ring_ms: list[int] = field(default_factory=list)
    exposed: dict[str, list[str]] = field(default_factory=dict)
    """Call → the state it was in at each kill it lived through."""
    table: dict[str, Counter[str]] = field(default_factory=dict)
    """State at a kill → outcome in the log → calls."""
    audit: dict[str, Any] = field(default_factory=dict)
    outages: list[tuple[float, float]] = field(default_factory=list)
    """From when to when (ms) no engine served."""
    asked_again: list[str] = field(default_factory=list)
    """Of the audit's findings: calls whose whole talk no engine saw. Served, asked again what to do, and gone."""
    wrong: list[str] = field(default_factory=list)
    """All its other findings."""
    moved_places: list[str] = field(default_factory=list)
    """Calls whose instant of entering changed."""
    longest_silence_ms: int = 0
    rung_twice: list[str] = field(default_factory=list)
    """Each time that a phone rang although it was ringing or talking already."""


async def run(kills: int, *, calls_at_once: int = 34, stuck_share: float = 0.1, seed: int = 1) -> Campaign:
    """The campaign's result. Every `1 / stuck_share`th kill is a stop instead, left to the watchdog."""
    found = Campaign()
    lot = Random(seed)
    async with town(HABITS, TEMPER, rate_per_s=5.0, at_most=calls_at_once, seed=seed) as place:
        await place.swarm.start()
        for number in range(kills):
            await _kill(place, found, lot, stuck=lot.random() < stuck_share)
            _say(f"{number + 1}/{kills}: {found.live_at_kill[-1]} samtal, åter efter {found.serving_again_ms[-1]} ms")
        await _ring_out(place)
        await _judge(place, found)
    return found


async def _kill(place: Town, found: Campaign, lot: Random, *, stuck: bool) -> None:
    """One kill with enough calls on the line, and a service that serves again."""
    await asyncio.sleep(lot.uniform(0.2, STILL_S))
    if len(found.replaced_at) >= CRASHES - 1:
        # So many deaths in so short a time and the supervisor rests for a minute (F09): that has a test of its own.
        await asyncio.sleep(max(0.0, found.replaced_at[1 - CRASHES] + WITHIN_S + 1 - time.monotonic()))
    async with asyncio.timeout(120):
        while len(calls := await place.calls()) < 20:
            await asyncio.sleep(0.1)
    found.live_at_kill.append(len(calls))
    for call, what in calls.items():
        found.exposed.setdefault(call, []).append(what["state"])
    at_ms = time.time() * 1000
    pid = place.standing.engine_pid()
    os.kill(pid, signal.SIGSTOP if stuck else signal.SIGKILL)
    async with asyncio.timeout(30):
        while place.standing.engine_pid() in {0, pid}:
            await asyncio.sleep(0.01)
    found.replaced_at.append(time.monotonic())  # one that is stopped dies only when the watchdog ends it
    await place.standing.until_serving()
    found.kills += 1
    found.serving_again_ms.append(round(time.time() * 1000 - at_ms))
    found.outages.append((at_ms, time.time() * 1000))
    async with asyncio.timeout(60):
        while not (rung := [ring.at_ms for ring in place.swarm.rings() if ring.at_ms > at_ms]):
            await asyncio.sleep(0.02)
    found.first_ring_ms.append(round(min(rung) - at_ms))


async def _ring_out(place: Town) -> None:
    """Nobody new rings, and everybody who is on the line is served."""
    place.swarm.calls = 0
    async with asyncio.timeout(150):
        while place.swarm.trunk and place.swarm.trunk.calls:
            await asyncio.sleep(0.2)
    await place.drained()


async def _judge(place: Town, found: Campaign) -> None:
    outcomes = {call: str(outcome) for call, outcome in place.query("SELECT call, outcome FROM calls")}
    for call, states in found.exposed.items():
        found.table.setdefault(states[-1], Counter())[outcomes.get(call, "MISSING")] += 1
    entered: dict[str, set[int]] = {}
    for call, body in place.query("SELECT call, body FROM entries WHERE kind IN ('CallQueued', 'CallRecovered')"):
        if instant := json.loads(body)["entered_at_ms"]:
            entered.setdefault(call, set()).add(instant)
    found.moved_places = [call for call, instants in entered.items() if len(instants) > 1]
    found.longest_silence_ms = place.swarm.tally.longest_silence_ms
    found.rung_twice = place.overlaps()
    found.audit = place.audit()
    lines = place.standing.site.cel_path.read_text("utf-8", "replace").splitlines(keepends=True)
    cel = calls_from_cel(lines)
    for finding in found.audit["findings"]:
        seen = cel.get(finding["call"])
        asked_again = finding["why"] == "talk_logged_as_abandoned" and seen and _unseen(found, seen.served)
        (found.asked_again if asked_again else found.wrong).append(f"{finding['call']} {finding['why']}")


def _unseen(found: Campaign, talk: CelTalk | None) -> bool:
    """Whether the talk began and ended while no engine lived: the caller was served, and asked again what to do."""
    return talk is not None and any(
        began - NOTED_MS <= talk.began_ms and talk.ended_ms <= over + NOTED_MS for began, over in found.outages
    )


def lost(found: Campaign) -> bool:
    """Whether anything at all went wrong."""
    return bool(found.wrong or found.moved_places) or any("MISSING" in row for row in found.table.values())


def _say(line: str) -> None:
    sys.stderr.write(f"\r{line:<70}" if sys.stderr.isatty() else f"{line}\n")
    sys.stderr.flush()


def _print(found: Campaign) -> None:
    outcomes = sorted({outcome for row in found.table.values() for outcome in row})
    print(
        f"\n{found.kills} kills, {sum(found.live_at_kill)} calls exposed, at least {min(found.live_at_kill)} each time"
    )
    print(f"{'state at the kill':<18}" + "".join(f"{outcome:>14}" for outcome in outcomes))
    for state, row in sorted(found.table.items()):
        print(f"{state:<18}" + "".join(f"{row[outcome]:>14}" for outcome in outcomes))
    again, ring = sorted(found.serving_again_ms), sorted(found.first_ring_ms)
    print(f"serving again after: median {again[len(again) // 2]} ms, longest {again[-1]} ms")
    print(f"next ring after:     median {ring[len(ring) // 2]} ms, longest {ring[-1]} ms")
    print(f"longest silence any caller heard: {found.longest_silence_ms} ms")
    print(f"places that moved: {len(found.moved_places)}; phones rung twice at once: {len(found.rung_twice)}")
    print(f"served while no engine lived, and asked again: {len(found.asked_again)}")
    print(f"audit: {json.dumps(found.audit, ensure_ascii=False)}")
    print("\n".join(found.rung_twice))


def main() -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--calls", type=int, default=34, help="people on the line at once, at the most")
    parser.add_argument("--stuck", type=float, default=0.1, help="share of kills that stop the engine instead")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = asyncio.run(run(options.kills, calls_at_once=options.calls, stuck_share=options.stuck, seed=options.seed))
    if options.json:
        print(json.dumps(asdict(found), ensure_ascii=False))
    else:
        _print(found)
    sys.exit(1 if lost(found) else 0)


if __name__ == "__main__":
    main()
