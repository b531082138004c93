"""The callers' side of the audit (W1): one JSON line for each call, written when it is over."""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TextIO


class Terminal(StrEnum):
    """How a call ended as its caller saw it."""

    ANSWERED = "answered"
    """An agent's voice was heard, whoever hung up."""
    CLOSED = "closed"
    """The service hung up after a notice that it may hang up after."""
    CANCELLED = "cancelled"
    """By the caller, before the service answered."""
    BUSY = "busy"
    FAILED = "failed"
    """Refused otherwise, or nobody there."""
    HUNG_UP_WAITING = "hung_up_waiting"
    """By the caller, before an agent was heard."""
    SERVER_HUNG_UP = "server_hung_up"
    """By the service, with no agent and no notice heard."""
    VANISHED = "vanished"
    """The caller went away without a word."""


@dataclass(slots=True, eq=False, repr=False)
class Witness:
    """The file; every line is on its way to the disk when `write` returns."""

    path: Path
    written: int = 0
    _file: TextIO | None = None

    def write(self, record: dict[str, object]) -> None:
        """The record (`Caller.record()`) is a line of the file."""
        if self._file is None:
            self._file = self.path.open("a", encoding="utf-8")
        self._file.write(json.dumps(record, ensure_ascii=False) + "\n")
        self._file.flush()
        self.written += 1

    def close(self) -> None:
        """The file is closed."""
        if self._file:
            self._file.close()
            self._file = None


def read_witness(path: Path) -> list[dict[str, object]]:
    """The records of the file, in the order in which the calls ended."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]
