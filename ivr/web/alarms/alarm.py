"""One alarm, and what can happen to it."""

from dataclasses import dataclass
from enum import StrEnum

from ivr.config.alarm_entries import AlarmKind
from ivr.web.alarms.rules import Severity

OF_A_LINE = frozenset(
    {
        AlarmKind.LONGEST_WAIT,
        AlarmKind.WAITING,
        AlarmKind.LEVEL,
        AlarmKind.NOBODY_LOGGED_IN,
        AlarmKind.CALLBACK,
    }
)
"""Kinds whose subject is a queue."""


class Change(StrEnum):
    """What is new; the value is the end of its webhook's name."""

    RAISED = "raised"
    WORSE = "worse"
    ACKNOWLEDGED = "acknowledged"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is or was wrong."""

    id: int
    kind: AlarmKind
    subject: str
    severity: Severity
    figure: int
    bad_since_ms: int
    raised_ms: int
    cleared_ms: int = 0
    """0 while it is on."""
    acknowledged_ms: int = 0
    acknowledged_by: str = ""
