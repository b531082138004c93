"""Days that are over, folded from the log as today is folded from the stream; kept until a late row comes to them."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from ivr.call_log.board_reading import BoardReader, entries_for_board
from ivr.call_log.reading import CallLogUnreadableError
from ivr.config.site import Site
from ivr.local_days import day_span
from queues.board import Board

MOST_DAYS = 62
"""At once; more are asked for month by month."""
_FOLDING = Lock()
"""One day at a time: folding takes the processor, and whoever else asks for the same day finds it done."""
_APART = ThreadPoolExecutor(1, "past-days")
"""Not the threads that sign-in, alarms and the board need: many who ask at once would take them all, and wait."""
T = TypeVar("T")


async def apart(work: Callable[[], T]) -> T:
    """What `work` finds in past days, after what others have asked."""
    return await asyncio.get_running_loop().run_in_executor(_APART, work)


class FoldedDay(NamedTuple):
    """A day and what happened in it, up to `end_ms`."""

    day: date
    board: Board
    end_ms: int


def folded_days(site: Site, zone: ZoneInfo, first: date, last: date, now_ms: int) -> Iterator[FoldedDay]:
    """Every day from the first to the last, both included, that has begun. Reads for seconds: not for an event loop."""
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        begins_ms, ends_ms = day_span(day, zone)
        if begins_ms > now_ms:
            return
        yield FoldedDay(day, day_board(site, begins_ms, ends_ms), min(ends_ms, now_ms))


def day_board(site: Site, begins_ms: int, ends_ms: int) -> Board:
    """What happened in [begins_ms, ends_ms), by the log as it is now; nothing while there is no log."""
    with suppress(CallLogUnreadableError):
        with BoardReader(site.database_path, site.journal_path) as reader:
            rows = reader.rows_in(begins_ms, ends_ms)
        with _FOLDING:
            return _folded(site.database_path, site.journal_path, begins_ms, ends_ms, rows)
    return Board(begins_ms)


@lru_cache(maxsize=MOST_DAYS)
def _folded(database_path: Path, journal_path: Path, begins_ms: int, ends_ms: int, _rows: int) -> Board:
    """The board, which nobody changes any more; the number of rows tells whether it is still the day's."""
    board = Board(begins_ms)
    with entries_for_board(database_path, journal_path, begins_ms, ends_ms) as found:
        for entry in found.entries:
            board.apply(entry)
    return board
