"""When talks began that no engine saw begin: Asterisk's own log has it to the millisecond."""

from collections.abc import Collection, Mapping
from pathlib import Path

from ivr.call_log.cel import FIELDS, CelCall, CelFold
from queues.ids import CallId, Instant

LINKED_ID = FIELDS.index("linkedid")
TAIL_BYTES = 4_000_000
"""How far back is looked: at 100 calls a second, longer than an engine is ever gone."""


def talks_began(path: Path, calls: Collection[CallId]) -> Mapping[CallId, Instant]:
    """When the talk that each call is in began (ms); a call of which the last of the file says nothing is left out."""
    fold = CelFold()
    fold.calls.update({call: CelCall(call, "", Instant(0), "") for call in calls})
    wanted = frozenset(calls)
    fold.feed(line for line in _last_lines(path) if _linked_id(line) in wanted)
    last = {call: seen.talks[-1] for call, seen in fold.calls.items() if seen.talks}
    return {call: Instant(talk.began_ms) for call, talk in last.items() if not talk.ended_ms}


def _linked_id(line: str) -> str:
    """Which call a line is about, cheaply: the file is long, and the calls may be many."""
    fields = line.split('","', LINKED_ID + 1)
    return fields[LINKED_ID] if len(fields) > LINKED_ID else ""


def _last_lines(path: Path) -> list[str]:
    """The whole lines of the file's end; [] when it cannot be read."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES))
            lines = file.read().decode("utf-8", "replace").split("\n")
    except OSError:
        return []
    return lines[1 if size > TAIL_BYTES else 0 : -1]
