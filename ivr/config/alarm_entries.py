"""When somebody is alarmed, as a municipality writes it (alarms.yaml), and what each line has of it.

Without the file the defaults hold: alarms are on unless somebody switches them off.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from ivr.config.fields import Listed, Name, Strict, refusal
from ivr.config.problems import Code


class AlarmKind(StrEnum):
    """What an alarm is about; the value is its name in the files, the metrics and the webhooks."""

    LONGEST_WAIT = "longest_wait"
    WAITING = "waiting"
    LEVEL = "level"
    NOBODY_LOGGED_IN = "nobody_logged_in"
    PARTNER = "partner"
    ENGINE = "engine"
    LINK = "link"
    LOG = "log"
    DISK = "disk"
    CALLBACK = "callback"
    WEBHOOK = "webhook"


KindName = Annotated[AlarmKind, Field(strict=False)]
"""Written as its value."""


class LevelEntry(Strict):
    """Too small a share of the last half hour's callers were answered within the goal."""

    under_percent: Annotated[int, Field(ge=1, le=99)]
    calls: Annotated[int, Field(ge=1, le=1_000)] = 10
    """Fewer answered or lost calls than these say nothing."""


class LineAlarmsEntry(Strict):
    """What holds for a line; what it does not say itself, the defaults say."""

    longest_wait_s: Annotated[int, Field(ge=10, le=28_800)] | None = None
    waiting_over: Annotated[int, Field(ge=0, le=5_000)] | None = None
    level: LevelEntry | None = None
    nobody_logged_in_s: Annotated[int, Field(ge=0, le=3_600)] | None = None
    """So long with nobody logged in who may take its calls, while it is open."""
    silent: Listed[KindName] = ()
    """Kinds that are switched off for it."""


class AlarmsFile(Strict):
    """alarms.yaml."""

    defaults: LineAlarmsEntry = LineAlarmsEntry.model_construct(longest_wait_s=600, nobody_logged_in_s=60)
    queues: dict[Name, LineAlarmsEntry] = Field(default_factory=dict)
    silent: Listed[KindName] = ()
    """Kinds that are switched off for the whole house."""
    engine_gone_s: Annotated[int, Field(ge=2, le=600)] = 4
    link_lost_s: Annotated[int, Field(ge=0, le=600)] = 3
    partner_s: Annotated[int, Field(ge=0, le=3_600)] = 0
    disk_percent: Annotated[int, Field(ge=1, le=50)] = 10
    """Less of the disk than this is free: a warning."""
    disk_severe_percent: Annotated[int, Field(ge=1, le=50)] = 5
    clear_after_s: Annotated[int, Field(ge=0, le=3_600)] = 30
    """So long must it be well again before an alarm is over: it does not come and go."""
    clear_percent: Annotated[int, Field(ge=10, le=100)] = 80
    """Well again is this share of a threshold, not the threshold itself."""

    @field_validator("disk_severe_percent")
    @classmethod
    def _severe_is_worse(cls, severe: int, said: ValidationInfo) -> int:
        if severe >= said.data.get("disk_percent", 100):
            raise refusal(Code.ALARM_ORDER, "'disk_severe_percent' ska vara mindre än 'disk_percent'.")
        return severe

    def of(self, queue: str) -> LineAlarmsEntry:
        """What holds for the queue, whole."""
        own = self.queues.get(queue, LineAlarmsEntry())
        said = {name: value for name in _LINE_FIELDS if (value := getattr(own, name)) is not None}
        return self.defaults.model_copy(update={**said, "silent": (*self.silent, *self.defaults.silent, *own.silent)})


_LINE_FIELDS = ("longest_wait_s", "waiting_over", "level", "nobody_logged_in_s")
