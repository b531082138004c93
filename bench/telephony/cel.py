"""Asterisk's own record of a measurement: when a phone answered, and when both were in the bridge."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_TYPE, _TIME, _CHANNEL, _CALL, _NAME, _CONTEXT, _APP = 0, 1, 2, 3, 4, 5, 7


@dataclass(slots=True)
class CallSeen:
    """What CEL says of one caller's call. Instants in seconds since 1970."""

    answered_s: float = 0.0
    """When the phone answered."""
    bridged: dict[str, float] = field(default_factory=dict)
    """When each channel entered a bridge first."""
    queued_by_asterisk: bool = False
    """Whether it was in app_queue."""


@dataclass(slots=True)
class CelReader:
    """Reads what was written since the last time."""

    path: Path
    phones: str
    """What the names of the phones' channels begin with."""
    _offset: int = 0

    def skip(self) -> None:
        """What has been written so far is not read."""
        self._offset = self.path.stat().st_size if self.path.exists() else 0

    def calls(self) -> dict[str, CallSeen]:
        """Every call written of since the last time, by the caller's uniqueid."""
        calls: dict[str, CallSeen] = {}
        for row in self._rows():
            seen = calls.setdefault(row[_CALL], CallSeen())
            kind, at = row[_TYPE], float(row[_TIME])
            if kind == "ANSWER" and row[_NAME].startswith(self.phones):
                seen.answered_s = seen.answered_s or at
            elif kind == "BRIDGE_ENTER":
                seen.bridged.setdefault(row[_CHANNEL], at)
            elif kind == "APP_START" and row[_APP].lower() == "queue":
                seen.queued_by_asterisk = True
        return calls

    def _rows(self) -> Iterator[list[str]]:
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8", errors="replace", newline="") as file:
            file.seek(self._offset)
            text = file.read()
        whole = text[: text.rfind("\n") + 1]
        self._offset += len(whole.encode())
        yield from (row for row in csv.reader(whole.splitlines()) if len(row) > _APP)


def answer_to_bridge_ms(calls: dict[str, CallSeen]) -> list[float]:
    """From the phone's answer to both being in the bridge, of every call that got so far."""
    return [
        (max(seen.bridged.values()) - seen.answered_s) * 1000
        for seen in calls.values()
        if seen.answered_s and len(seen.bridged) >= 2
    ]
