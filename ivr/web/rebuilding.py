"""What of the log a board of today is made of, and how far into each run of the engine it reaches."""

from typing import NamedTuple

from ivr.call_log.reading import CallLogReader
from ivr.config.site import Site
from queues.entries import Entry


class BoardEntries(NamedTuple):
    """Entries in their order, and by run of the engine the last step that is among them."""

    entries: tuple[Entry, ...]
    last_steps: dict[int, int]


def entries_for_board(site: Site, from_ms: int) -> BoardEntries:
    """Today's entries, behind those of calls that were open before. Raises CallLogUnreadableError."""
    with CallLogReader(site.database_path, site.journal_path) as reader:
        before = [entry for entries in reader.open_calls().values() for entry in entries if entry.at_ms < from_ms]
        rows = reader._all("SELECT kind, body FROM entries WHERE at_ms >= ? ORDER BY seq", (from_ms,))  # noqa: SLF001
        last = dict(reader._all("SELECT run, last_step FROM runs"))  # noqa: SLF001
        last |= {step.run: step.number for step in reader._pending}  # noqa: SLF001
        return BoardEntries((*before, *reader._entries(rows), *reader._waiting()), last)  # noqa: SLF001
