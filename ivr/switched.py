"""What somebody has switched by hand, kept in the home: an engine that starts again has it from here.

Two rules. The file is whole or the old one, never half. And a disk that refuses costs nobody a call: it is said,
loudly, and what is switched stays switched for as long as the engine lives.
"""

import json
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import structlog

from queues.asked_entries import CrisisMessageSwitched, Force, HoursSwitched
from queues.ids import AgentId, Instant, PromptId, QueueId
from queues.operator_entries import AgentMoved
from routing.events import CrisisMessageSet, HoursForced
from routing.kernel import Step
from routing.moves import Move
from routing.operator_events import AgentReassigned
from routing.switches import Crisis, Forcing, Switches

log = structlog.get_logger()
FILE = "switched.json"
MAX_BYTES = 100_000
Switch = HoursForced | CrisisMessageSet | AgentReassigned
NOBODY_MOVED: Mapping[AgentId, Move] = {}


def read_switched(path: Path, now_ms: int) -> tuple[Switch, ...]:
    """What is switched and not over, as the events that switch it; nothing where the file is gone or no good."""
    try:
        if not path.exists():
            return ()
        kept = json.loads(path.read_bytes()[:MAX_BYTES])
        moves = map(_move, kept.get("moves", ()))  # not there in a file of before anybody could be moved
        events: list[Switch] = [*map(_hours, kept["hours"]), *map(_crisis, kept["crisis"]), *moves]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.error("switches_not_read", alarm=True, because=str(error))  # noqa: TRY400 - what is wrong stands in the text
        return ()
    return tuple(event for event in events if not 0 < event.until_ms <= now_ms)


def as_dict(switches: Switches) -> dict[str, list[dict[str, Any]]]:
    """All that is switched, for files and people."""
    crisis = switches.crisis
    return {
        "hours": [
            {"hours": name, "how": f.how.value, "until_ms": f.until_ms, "who": f.who}
            for name, f in switches.forced.items()
        ],
        "crisis": [{"prompt": crisis.prompt, "instead": crisis.instead, "until_ms": crisis.until_ms, "who": crisis.who}]
        if crisis
        else [],
    }


def moves_as_list(moves: Mapping[AgentId, Move]) -> list[dict[str, Any]]:
    """Who is moved, for files and people."""
    return [
        {"agent": agent, "queues": [list(one) for one in m.queues], "until_ms": m.until_ms, "who": m.who}
        for agent, m in moves.items()
    ]


def switched_in(path: Path, now_ms: int) -> dict[str, list[dict[str, Any]]]:
    """What the file says is switched and not over, as `as_dict` has it."""
    switches = Switches()
    for event in read_switched(path, now_ms):
        if isinstance(event, HoursForced):
            switches.forced[event.hours] = Forcing(event.how, Instant(0), event.until_ms, event.who)
        elif isinstance(event, CrisisMessageSet):
            switches.crisis = Crisis(event.prompt, event.instead, event.until_ms, event.who)
    return as_dict(switches)


def _hours(kept: dict[str, Any]) -> HoursForced:
    return HoursForced(str(kept["hours"]), Force(kept["how"]), Instant(int(kept["until_ms"])), str(kept["who"]))


def _crisis(kept: dict[str, Any]) -> CrisisMessageSet:
    return CrisisMessageSet(
        PromptId(str(kept["prompt"])), bool(kept["instead"]), Instant(int(kept["until_ms"])), str(kept["who"])
    )


def _move(kept: dict[str, Any]) -> AgentReassigned:
    queues = tuple((QueueId(str(queue)), int(level)) for queue, level in kept["queues"])
    return AgentReassigned(AgentId(str(kept["agent"])), queues, Instant(int(kept["until_ms"])), str(kept["who"]))


class SwitchedFile:
    """Writes the file whenever something is switched or somebody moved, in a thread of its own."""

    def __init__(
        self,
        path: Path,
        switches: Switches,
        done: Callable[[], None] = lambda: None,
        moves: Mapping[AgentId, Move] = NOBODY_MOVED,
    ) -> None:
        self._path = path
        self._switches = switches
        self._moves = moves
        self._done = done
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="switched")

    def observe(self, step: Step) -> None:
        """What is switched now is on its way to the disk."""
        if any(isinstance(entry, HoursSwitched | CrisisMessageSwitched | AgentMoved) for entry in step.entries):
            kept = {**as_dict(self._switches), "moves": moves_as_list(self._moves)}
            self._writer.submit(self._write, json.dumps(kept, indent=1))

    def close(self) -> None:
        """All of it is written."""
        self._writer.shutdown()

    def _write(self, text: str) -> None:
        beside = self._path.with_name(f".{self._path.name}.new")
        try:
            with beside.open("w", encoding="utf-8") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        except OSError as error:
            log.error("switches_not_kept", alarm=True, because=str(error))  # noqa: TRY400 - as above
        self._done()
