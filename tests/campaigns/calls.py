"""Real calls of every kind, each of which must end as the rules say, and the audit of three witnesses over them.

Example: python -m tests.campaigns.calls --calls 2000

Exit codes: 0 every call ended as it should, 1 some did not.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ivr.testphone.citizens import KINDS, Habits
from ivr.testphone.staff import Temper
from tests.campaigns.town import Town, town

QUEUE_OF_KEY = {"1": "aldre", "2": "barn_skola", "3": "socialtjanst", "4": "bygg", "5": "ovrigt", "6": "ovrigt"}
"""What Botkyrka's menu says (ivr/menus/botkyrka/menu.yaml); silence and wrong keys lead to ovrigt."""
DEFAULT = "ovrigt"
HABITS = Habits(kinds=KINDS, thinks_ms=(200, 2_500), patience_ms=(150_000, 170_000), talks_ms=(1_500, 3_000))
TEMPER = Temper(
    manners={"answers": 89, "rings_out": 2, "declines": 4, "is_busy": 3, "is_broken": 2},
    rings_ms=(150, 1_200),
    talks_ms=(2_500, 4_500),
)
"""Talks are long enough to be talks: shorter ones put the call back in line, which tests of their own look at."""


@dataclass(slots=True)
class Campaign:
    """What became of the calls."""

    calls: int = 0
    ends: dict[str, Counter[str]] = field(default_factory=dict)
    """Kind of citizen → outcome in the log → calls."""
    wrong: list[str] = field(default_factory=list)
    """One sentence for each call that did not end as it should."""
    longest_silence_ms: int = 0
    rung_twice: list[str] = field(default_factory=list)
    """Each time that a phone rang although it was ringing or talking already."""
    audit: dict[str, Any] = field(default_factory=dict)


async def run(calls: int, *, rate_per_s: float = 4.0, at_most: int = 30, seed: int = 1) -> Campaign:
    """That many calls, all over, all judged."""
    async with town(HABITS, TEMPER, calls=calls, rate_per_s=rate_per_s, at_most=at_most, seed=seed) as place:
        place.swarm.progress = lambda tally: _say(f"{tally.started}/{calls} samtal, {tally.up} uppe")
        await place.swarm.run()
        await place.drained()
        return _judge(place)


def _judge(place: Town) -> Campaign:
    found = Campaign(calls=len(place.swarm.records), longest_silence_ms=place.swarm.tally.longest_silence_ms)
    found.rung_twice = place.overlaps()
    columns = ("call", "queue", "outcome", "agent")
    logged = place.query("SELECT call, queue, outcome, agent FROM calls")
    rows = {row[0]: dict(zip(columns, row, strict=True)) for row in logged}
    calls = place.calls_by_token()
    for record in place.swarm.records:
        row = rows.get(calls.get(str(record["token"]), ""))
        kind = str(record["kind"])
        found.ends.setdefault(kind, Counter())[str(row["outcome"]) if row else "none"] += 1
        if sentence := _fault(record, row):
            found.wrong.append(f"{record['token']} ({kind}, key {record['key'] or '-'}): {sentence}")
    found.audit = place.audit()
    return found


def _fault(record: Mapping[str, Any], row: Mapping[str, Any] | None) -> str:  # noqa: PLR0911 - a sentence for each
    """What is wrong with how this call ended, "" if nothing is."""
    kind, terminal = record["kind"], record["terminal"]
    if kind == "cancels" and terminal in {"cancelled", "failed"}:
        return "" if row is None or row["outcome"] == "abandoned" else f"cancelled, but logged as {row['outcome']}"
    if row is None:
        return "no row in the log"
    stays = kind not in {"leaves_menu", "leaves_queue"}
    if stays and terminal == "answered" and (row["outcome"] != "answered" or row["agent"] != record["answered_by"]):
        return f"answered by {record['answered_by']}, logged as {row['outcome']} by {row['agent']}"
    if terminal in {"hung_up_waiting", "vanished"} and row["outcome"] not in {"abandoned", "answered"}:
        return f"left, but logged as {row['outcome']}"
    if kind in {"chooses", "repeats", "silent", "wrong_keys"}:
        wanted = QUEUE_OF_KEY[record["key"]] if record["key"] else DEFAULT
        if row["queue"] != wanted:
            return f"in queue {row['queue']}, not {wanted}"
        if terminal != "answered":
            return f"ended {terminal} and not answered"
    return ""


def whole(found: Campaign) -> bool:
    """Whether every call ended as it should."""
    return not found.wrong and not any(found.audit.get(kind) for kind in ("lost", "unexpected", "duplicated"))


def _say(line: str) -> None:
    sys.stderr.write(f"\r{line:<70}" if sys.stderr.isatty() else "")
    sys.stderr.flush()


def main() -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--rate", type=float, default=4.0, help="calls a second")
    parser.add_argument("--at-once", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = asyncio.run(run(options.calls, rate_per_s=options.rate, at_most=options.at_once, seed=options.seed))
    if options.json:
        print(json.dumps(asdict(found), ensure_ascii=False))
    else:
        outcomes = sorted({outcome for row in found.ends.values() for outcome in row})
        print(f"\n{found.calls} calls\n{'kind':<14}" + "".join(f"{outcome:>12}" for outcome in outcomes))
        for kind, row in sorted(found.ends.items()):
            print(f"{kind:<14}" + "".join(f"{row[outcome]:>12}" for outcome in outcomes))
        print(f"longest silence {found.longest_silence_ms} ms, phones rung twice at once: {len(found.rung_twice)}")
        print(f"audit: {json.dumps(found.audit, ensure_ascii=False)}")
        print("\n".join(found.wrong + found.rung_twice))
    sys.exit(0 if whole(found) else 1)


if __name__ == "__main__":
    main()
