"""What the call log costs: on the event loop, in its thread, and at a start with many calls in it.

python -m bench.call_log            # 100 calls/s for 10 s, then 100 000 calls
python -m bench.call_log --calls 1000000
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ivr.call_log.reading import CallLogReader
from ivr.call_log.store import CallLogWriter
from ivr.config.site import Site
from queues.agents import AgentState
from queues.entries import (
    AgentStateChanged,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallOffered,
    CallQueued,
    Entry,
    MenuChoiceMade,
    MenuEntered,
    Outcome,
    StepOpened,
    TalkEnded,
    TalkEnder,
)
from queues.ids import NO_CLEARANCE, AgentId, CallId, Instant, MenuId, OfferId, QueueId
from routing.events import DigitsEntered

KEY = b"b" * 32
T0 = 1_795_000_000_000
MENU, QUEUE = MenuId("huvudmeny"), QueueId("barn_skola")


def call(n: int) -> Iterator[Entry]:
    """An answered call of ten entries; every thousandth is still talking."""
    call, at, agent = CallId(f"tonval-{T0 // 1000 + n}.{n}"), Instant(T0 + n * 1000), AgentId(f"agent{n % 40}")
    yield CallEntered(at, call, "0853061000", f"07017406{n % 95 + 5:02}", "sv")
    yield MenuEntered(at, call, MENU)
    yield MenuChoiceMade(at, call, MENU, "2", "choice")
    yield CallQueued(at, call, QUEUE, at, NO_CLEARANCE, "choice")
    yield StepOpened(at, call, QUEUE, 1, "time")
    yield CallOffered(at, call, OfferId(n + 1), QUEUE, agent, 0, 3)
    yield CallAnswered(at, call, OfferId(n + 1), QUEUE, agent, 7_000)
    yield AgentStateChanged(at, agent, AgentState.RINGING, AgentState.TALKING, "", 0)
    if n % 1000:
        yield TalkEnded(at, call, OfferId(n + 1), agent, 80_000, TalkEnder.CALLER)
        yield CallEnded(at, call, Outcome.ANSWERED, "talking", QUEUE, 7_000, "caller_hung_up")


async def steady(writer: CallLogWriter, per_s: int, seconds: int) -> dict[str, float]:
    """Steps as an engine makes them, each with an event: what append costs, and the writer's thread per call."""
    spans: list[float] = []
    late: list[float] = []
    mine = time.thread_time()
    process = time.process_time()
    begin = time.monotonic()
    for n in range(per_s * seconds):
        due = begin + n / per_s
        if (wait := due - time.monotonic()) > 0:
            await asyncio.sleep(wait)
            late.append(time.monotonic() - due)
        for entry in call(n):
            before = time.perf_counter()
            writer.append(entry.at_ms, DigitsEntered(CallId("tonval-1.1"), "2"), (entry,))
            spans.append(time.perf_counter() - before)
    await asyncio.to_thread(writer.flush)
    thread_s = time.process_time() - process - (time.thread_time() - mine)
    spans.sort()
    late.sort()
    return {
        "append_p50_us": round(spans[len(spans) // 2] * 1e6, 1),
        "append_p99_us": round(spans[len(spans) * 99 // 100] * 1e6, 1),
        "loop_late_p99_ms": round(late[len(late) * 99 // 100] * 1e3, 2),
        "thread_cpu_ms_per_call": round(thread_s / (per_s * seconds) * 1e3, 3),
    }


def fill(writer: CallLogWriter, calls: int, first: int) -> float:
    """Calls per second when there is no pause."""
    begin = time.monotonic()
    for n in range(first, first + calls):
        for entry in call(n):
            writer.append(entry.at_ms, None, (entry,))
        if writer.waiting > 5_000:
            writer.flush(60)
    writer.flush(60)
    return round(calls / (time.monotonic() - begin))


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    begin = time.perf_counter()
    work()
    return round((time.perf_counter() - begin) * 1e3, 1)


def start(site: Site, calls: int) -> dict[str, float]:
    """What an engine that starts, and a person who reads, ask of a log that size."""
    begin = time.perf_counter()
    with CallLogReader(site.database_path, site.journal_path) as log:
        opened = round((time.perf_counter() - begin) * 1e3, 1)
        day = (T0, T0 + 2_000_000)
        return {
            "open_ms": opened,
            "open_calls_ms": timed(log.open_calls),
            "agents_ms": timed(log.last_agent_states),
            "one_call_ms": timed(lambda: log.call_entries(f"tonval-{T0 // 1000 + calls // 2}.{calls // 2}")),
            "latest_50_ms": timed(lambda: log.day(0, 2**62, limit=50, newest_first=True)),
            "a_day_of_2000_ms": timed(lambda: log.day(*day)),
            "whole_check_ms": timed(log.check),
            "size_mb": round(site.database_path.stat().st_size / 1e6),
        }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--per-s", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        site = Site(Path(directory))
        writer = CallLogWriter(site.database_path, site.journal_path, KEY)
        found: dict[str, object] = {"steady": asyncio.run(steady(writer, options.per_s, options.seconds))}
        done = options.per_s * options.seconds
        found["calls_per_s_without_pause"] = fill(writer, options.calls - done, done)
        writer.close(60)
        found["start"] = start(site, options.calls)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
