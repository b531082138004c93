"""Real confidential calls, with an engine and without one: not one of them may ring at an uncleared phone.

Example: python -m tests.campaigns.secrecy --calls 5000

Exit codes: 0 none did, 1 some did, or the trial did not reach what it should.
"""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict, dataclass, field

from ivr.testphone.citizens import Habits
from ivr.testphone.staff import Temper
from tests.campaigns.town import Town, town

SECRET_KEY = "3"
CLEARED = frozenset({"fatima", "goran", "helena", "lars"})
"""Who has the clearance socialtjanst in ivr/menus/botkyrka/agents.yaml."""
HABITS = Habits(
    kinds={"chooses": 1},
    keys="33331245",
    thinks_ms=(150, 600),
    patience_ms=(2_500, 9_000),
    talks_ms=(100, 400),
    hostile=0.05,
    hangs_up_first=1.0,
)
TEMPER = Temper(
    manners={"answers": 86, "rings_out": 2, "declines": 4, "is_busy": 4, "drops": 4},
    rings_ms=(50, 500),
    talks_ms=(200, 800),
)


@dataclass(slots=True)
class Campaign:
    """What was rung for whom."""

    confidential: int = 0
    """Calls whose caller pressed the confidential choice and was heard."""
    rings: int = 0
    """Rings for such calls."""
    rings_without_engine: int = 0
    answered: int = 0
    leaks: list[str] = field(default_factory=list)
    """One sentence for each ring or answer that must not have been."""
    unknown_rings: int = 0
    """Rings that could not be told to be of any call."""


async def run(calls: int, *, seed: int = 1) -> Campaign:
    """So many confidential calls, half of them while the engine is dead."""
    found = Campaign()
    async with town(HABITS, TEMPER, rate_per_s=9.0, at_most=26, seed=seed) as place:
        await place.swarm.start()
        await _until(place, calls // 2)
        await asyncio.to_thread(place.standing.stop_engine, at_once=True)
        stopped_ms = place.now_ms()
        await _until(place, calls)
        place.swarm.calls = 0
        async with asyncio.timeout(120):
            while place.swarm.trunk and place.swarm.trunk.calls:
                await asyncio.sleep(0.1)
        _judge(place, found, stopped_ms)
    return found


async def _until(place: Town, secret_calls: int) -> None:
    """So many confidential calls are over."""
    async with asyncio.timeout(30 + secret_calls):
        while (done := sum(record["key"] == SECRET_KEY for record in place.swarm.records)) < secret_calls:
            _say(f"{done} sekretessamtal")
            await asyncio.sleep(0.2)


def _judge(place: Town, found: Campaign, stopped_ms: float) -> None:
    secret = {str(record["token"]) for record in place.swarm.records if record["key"] == SECRET_KEY}
    token_of_call = {call: token for token, call in place.calls_by_token().items()}
    for record in place.swarm.records:
        if record["key"] == SECRET_KEY and record["status"] == 200:
            found.confidential += 1
            found.answered += record["terminal"] == "answered"
            if record["terminal"] == "answered" and record["answered_by"] not in CLEARED:
                found.leaks.append(f"{record['token']} was answered by {record['answered_by']}")
    for ring in place.swarm.rings():
        token = token_of_call.get(ring.call)
        found.unknown_rings += token is None
        if token in secret:
            found.rings += 1
            found.rings_without_engine += ring.at_ms > stopped_ms
            if ring.agent not in CLEARED:
                found.leaks.append(f"{token} rang at {ring.agent}")


def kept(found: Campaign) -> bool:
    """Whether secrecy held, and was put to the test both ways."""
    tried = found.rings > 0 and found.rings_without_engine > 0 and found.answered > 0
    return tried and not found.leaks and not found.unknown_rings


def _say(line: str) -> None:
    sys.stderr.write(f"\r{line:<70}" if sys.stderr.isatty() else "")
    sys.stderr.flush()


def main() -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = asyncio.run(run(options.calls, seed=options.seed))
    if options.json:
        print(json.dumps(asdict(found), ensure_ascii=False))
    else:
        print(
            f"\n{found.confidential} confidential calls, {found.answered} answered, {found.rings} rings "
            f"({found.rings_without_engine} without an engine), {found.unknown_rings} rings of unknown calls\n"
            f"{len(found.leaks)} of {found.rings} at an uncleared phone",
            *found.leaks,
            sep="\n",
        )
    sys.exit(0 if kept(found) else 1)


if __name__ == "__main__":
    main()
