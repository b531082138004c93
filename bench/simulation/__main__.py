"""Rivals and Tonval in turn, round after round, and their ratios; then what faithful, a start and a second core cost.

script/bench simulation            # five rounds
script/bench simulation --quick    # whether everything still runs
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from bench.simulation import day_in_simpy, with_ciw, with_salabim, with_simpy, with_tonval
from bench.simulation.models import MODELS, Model, Told
from simulator.executors import executor_for
from simulator.runs import Speed

ENOUGH = {"Tonval": 3_000_000, "Tonval, faithful": 10_000, "SimPy": 100_000, "Ciw": 30_000, "salabim": 10_000}
"""Calls a round: about a second of each."""
RIVALS: dict[str, Callable[[Model, int, int], Told]] = {
    "SimPy": with_simpy.run,
    "Ciw": with_ciw.run,
    "salabim": with_salabim.run,
}
Round = Callable[[int], Told]


def contenders(model: Model, share: float) -> dict[str, Round]:
    """Everybody who runs the model, by name."""

    def ours(speed: Speed, calls: int) -> Round:
        return lambda seed: with_tonval.timed(*with_tonval.of_calls(model, calls, seed), speed)

    def theirs(run: Callable[[Model, int, int], Told], calls: int) -> Round:
        return lambda seed: run(model, calls, seed)

    enough = {who: max(500, round(calls * share)) for who, calls in ENOUGH.items()}
    return {
        "Tonval": ours(Speed.FAST, enough["Tonval"]),
        "Tonval, faithful": ours(Speed.FAITHFUL, enough["Tonval, faithful"]),
        **{who: theirs(run, enough[who]) for who, run in RIVALS.items()},
    }


def contenders_of_the_day(share: float) -> dict[str, Round]:
    """The municipality's day, in Tonval and in SimPy."""
    day = with_tonval.scenario(with_tonval.DAY)
    calls_a_day = sum(sum(s.per_hour) * s.slot_ms / 3_600_000 for s in day.world.streams)

    def days(who: str) -> int:
        return max(1, round(ENOUGH[who] * share / calls_a_day))

    return {
        "Tonval": lambda seed: with_tonval.timed(with_tonval.seeded(day, seed), days("Tonval"), Speed.FAST),
        "Tonval, faithful": lambda seed: with_tonval.timed(
            with_tonval.seeded(day, seed), days("Tonval, faithful"), Speed.FAITHFUL
        ),
        "SimPy": lambda seed: day_in_simpy.run(day, round(ENOUGH["SimPy"] * share), seed),
    }


def interleaved(title: str, contenders: dict[str, Round], rounds: int) -> dict[str, Any]:
    """Each in turn, once to warm up and then round after round; printed and returned."""
    told: dict[str, list[Told]] = {who: [] for who in contenders}
    contenders["Tonval"](0)
    for turn in range(rounds):
        for who, once in contenders.items():
            told[who].append(once(turn + 1))
    ours = statistics.median(t.per_s for t in told["Tonval"])
    rows = []
    for who, rounds_of in told.items():
        per_s = statistics.median(t.per_s for t in rounds_of)
        calls = sum(t.calls for t in rounds_of)
        rows.append(
            {
                "who": who,
                "calls": calls,
                "calls_per_s": round(per_s),
                "slowest_per_s": round(min(t.per_s for t in rounds_of)),
                "tonval_is_times_faster": round(ours / per_s, 2),
                "abandoned_percent": round(100 * sum(t.abandoned * t.calls for t in rounds_of) / calls, 2),
                "mean_wait_of_answered_s": round(sum(t.mean_wait_s * t.calls for t in rounds_of) / calls, 2),
            }
        )
    say(f"\n{title}")
    say(f"  {'':18}{'calls/s':>12}{'ratio':>9}{'abandoned %':>13}{'wait s':>9}{'calls':>12}")
    for row in rows:
        say(
            f"  {row['who']:18}{row['calls_per_s']:>12,}{row['tonval_is_times_faster']:>9.1f}"
            f"{row['abandoned_percent']:>13.2f}{row['mean_wait_of_answered_s']:>9.2f}{row['calls']:>12,}"
        )
    return {"model": title, "rows": rows}


def cores(share: float, rounds: int) -> dict[str, Any]:
    """What a second core gives, on the municipality's day, workers started and warm."""
    day = with_tonval.scenario(with_tonval.DAY)
    days = max(100, round(4 * ENOUGH["Tonval"] * share / 400))
    alone, both = [], []
    with executor_for(2, None) as pool:
        warm(pool, day)
        for turn in range(rounds):
            one = with_tonval.seeded(day, turn + 1)
            alone.append(with_tonval.timed(one, days, Speed.FAST).seconds)
            both.append(with_tonval.timed(one, days, Speed.FAST, pool).seconds)
    one_s, two_s = statistics.median(alone), statistics.median(both)
    say(f"\nTwo cores: {days} days in {two_s:.2f} s, one core {one_s:.2f} s: {one_s / two_s:.2f}×")
    return {"days": days, "one_core_s": one_s, "two_cores_s": two_s, "ratio": one_s / two_s}


def warm(pool: Executor | None, day: Any) -> None:
    """Every worker has begun and has its machine code."""
    with_tonval.timed(day, 400, Speed.FAST, pool)


def starts(rounds: int) -> dict[str, Any]:
    """From a running Python to the first result, machine code kept; Python's own bytecode kept, and as set here."""
    told = {}
    with tempfile.TemporaryDirectory() as folder:
        for which, bytecode in (("bytecode_kept", folder), ("as_set_here", None)):
            with_tonval.warm_start_s(with_tonval.DAY, bytecode)
            told[which] = [with_tonval.warm_start_s(with_tonval.DAY, bytecode) for _ in range(rounds)]
    kept, here = (statistics.median(seconds) for seconds in told.values())
    say(f"\nA warm start, until the first hour of {with_tonval.DAY} is simulated: {kept:.2f} s")
    if sys.dont_write_bytecode:
        say(f"Here Python is told to keep no bytecode, and compiles its sources each time: {here:.2f} s")
    return {"seconds": told["bytecode_kept"], "seconds_as_set_here": told["as_set_here"]}


def say(line: str) -> None:
    """A line for whoever watches; stdout is for --json."""
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(prog="script/bench simulation", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each runs")
    parser.add_argument("--quick", action="store_true", help="a fiftieth of the calls, one round: does it still run")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    options = parser.parse_args()
    share, rounds = (0.02, 1) if options.quick else (1.0, options.rounds)
    result = {
        "models": [interleaved(model.title, contenders(model, share), rounds) for model in MODELS],
        "day": interleaved("a day in Botkyrka", contenders_of_the_day(share), rounds),
        "cores": cores(share, rounds),
        "warm_start": starts(rounds),
    }
    if options.json:
        print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
