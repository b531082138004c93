"""wallboard.yaml: which service level the board shows, and from where a line is strained or critical.

Without the file the defaults hold. Thresholds only colour and word what is shown; nobody is alarmed by them
(alarms.yaml), and no call is routed by them (queues.yaml).
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ivr.config.fields import Name, Strict, refusal
from ivr.config.problems import Code

MOST = 100_000
Limit = Annotated[int, Field(ge=0, le=MOST)]
Percent = Annotated[int, Field(ge=0, le=100)]


class Rising(Strict):
    """Worse the more it is: strained over `watch`, critical over `bad`."""

    watch: Limit
    bad: Limit

    @model_validator(mode="after")
    def _bad_is_worse(self) -> Self:
        if self.bad <= self.watch:
            raise refusal(Code.THRESHOLD_ORDER, "'bad' ska vara större än 'watch'.")
        return self


class Falling(Strict):
    """Worse the less it is: strained under `watch`, critical under `bad`."""

    watch: Percent
    bad: Percent

    @model_validator(mode="after")
    def _bad_is_worse(self) -> Self:
        if self.bad >= self.watch:
            raise refusal(Code.THRESHOLD_ORDER, "'bad' ska vara mindre än 'watch'.")
        return self


class LineThresholds(Strict):
    """A line's thresholds; what it does not say itself, the defaults say."""

    waiting: Rising | None = None
    """Callers in line."""
    longest_wait_s: Rising | None = None
    level_percent: Falling | None = None
    """Of the last half hour."""


class LevelShown(Strict):
    """Which service level: the threshold, and who is counted."""

    within_s: Annotated[int, Field(ge=5, le=3_600)] = 120
    definition: Literal[
        "service_level", "service_level_offered", "service_level_answered", "service_level_with_early"
    ] = "service_level"
    least_calls: Annotated[int, Field(ge=1, le=1_000)] = 5
    """Fewer calls than these say nothing of a level: it is shown, and never colours a line."""


class WallboardFile(Strict):
    """The whole file."""

    service_level: LevelShown = LevelShown.model_construct()
    defaults: LineThresholds = LineThresholds.model_construct(
        waiting=Rising.model_construct(watch=3, bad=8),
        longest_wait_s=Rising.model_construct(watch=120, bad=300),
        level_percent=Falling.model_construct(watch=80, bad=60),
    )
    queues: Annotated[dict[Name, LineThresholds], Field(max_length=200)] = Field(default_factory=dict)

    def of(self, queue: str) -> LineThresholds:
        """What holds for the queue, as far as anything does."""
        own = self.queues.get(queue, LineThresholds())
        said = {name: value for name in LineThresholds.model_fields if (value := getattr(own, name)) is not None}
        return self.defaults.model_copy(update=said)
