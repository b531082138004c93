"""Citizens who were reached while no engine lived, by Asterisk's own log: nobody is rung twice for one promise.

The dialplan goes on by itself once an agent has accepted. The agent's channel says in `userfield` which call it is
about, and that it came into a bridge says that the citizen pressed the key.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ivr.call_log.cel import CelFile, parsed
from queues.ids import CallId, Instant
from routing.callback_events import CallbackRestored

CHANNEL_PREFIX = "tonval-callback-"
"""What the id of an agent's channel in a callback begins with."""


def with_what_was_reached(pending: Sequence[CallbackRestored], cel: Path) -> list[CallbackRestored]:
    """The promises, each with the instant at which its citizen was reached, if one was."""
    tried = {promise.call: promise.promised_at_ms for promise in pending if promise.tries}
    if not tried:
        return list(pending)
    reached: dict[CallId, int] = {}
    for text in CelFile(cel, from_ms=min(tried.values())).new_lines():
        line = parsed(text)
        if line is None or line.kind != "BRIDGE_ENTER" or not line.channel_id.startswith(CHANNEL_PREFIX):
            continue
        call = CallId(line.userfield)
        if call in tried and line.at_ms >= tried[call]:
            reached[call] = line.at_ms
    return [replace(p, reached_at_ms=Instant(max(p.reached_at_ms, reached.get(p.call, 0)))) for p in pending]
