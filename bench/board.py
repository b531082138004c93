"""What a board of a day costs: to fold a day of 200 000 entries as they come, and to read it back from the log.

python -m bench.board               # 20 000 calls
python -m bench.board --calls 100000
"""

import argparse
import json
import tempfile
import time
import tracemalloc
from pathlib import Path

from bench.call_log import KEY, T0, call
from ivr.call_log.board_reading import entries_for_board
from ivr.call_log.store import CallLogWriter
from ivr.config.site import Site
from queues.board import Board
from queues.entries import Entry

BETWEEN_FLUSHES = 20_000


def folded(entries: list[Entry]) -> tuple[Board, float]:
    """The board, and CPU seconds."""
    board, before = Board(T0), time.process_time()
    for entry in entries:
        board.apply(entry)
    return board, time.process_time() - before


def kept(entries: list[Entry]) -> int:
    """Bytes that the board holds on to when the day has been folded."""
    tracemalloc.start()
    board = folded(entries)[0]
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del board
    return held


def written(entries: list[Entry], site: Site) -> None:
    """The entries are in a log."""
    writer = CallLogWriter(site.database_path, site.journal_path, KEY)
    for i, entry in enumerate(entries):
        writer.append(entry.at_ms, None, (entry,))
        if i % BETWEEN_FLUSHES == 0:
            writer.flush(120)
    if not writer.close(120):
        raise SystemExit("the log was not written in time")


def read(site: Site) -> tuple[Board, float]:
    """The board by the log, and CPU seconds."""
    board, before = Board(T0), time.process_time()
    with entries_for_board(site.database_path, site.journal_path, T0) as found:
        for entry in found.entries:
            board.apply(entry)
    return board, time.process_time() - before


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    calls = parser.parse_args().calls
    entries = [entry for n in range(calls) for entry in call(n)]
    live, fold_s = folded(entries)
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        written(entries, site)
        again, read_s = read(site)
    if (live.queues, live.agents) != (again.queues, again.agents):
        raise SystemExit("the board that was read is not the one that was folded")
    figures = {
        "entries": len(entries),
        "fold_cpu_s": round(fold_s, 2),
        "fold_us_an_entry": round(1e6 * fold_s / len(entries), 1),
        "read_and_fold_cpu_s": round(read_s, 2),
        "board_kb": round(kept(entries) / 1024),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
