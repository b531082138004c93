"""A scenario file, field by field: a municipality or a model of one's own, and what people do beside its rules.

Queues, agents, partners and opening hours are written exactly as in a municipality's own files, and are validated by
their models; only what those do not know is defined here.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ivr.config.fields import Date, Listed, Name, Strict, Title, Weekday, refusal, spans
from ivr.config.fields import Spans as DaySpans
from ivr.config.problems import Code
from simulator.scenario.fields import (
    Again,
    Clock,
    Flags,
    Levels,
    PerHour,
    Resolutions,
    Seconds,
    Share,
    Shares,
    SpanEntry,
    Spans,
    Talks,
)

Path = Annotated[str, Field(min_length=1, max_length=500)]
Weights = Annotated[dict[str, Annotated[float, Field(ge=0, le=1_000_000)]], Field(min_length=1, max_length=200)]
CHANGEABLE = {
    "defaults": "queues.yaml",
    "queues": "queues.yaml",
    "agents": "agents.yaml",
    "other_queues": "agents.yaml",
    "partners": "partners.yaml",
    "hours": "hours.yaml",
    "menus": "menu.yaml",
    **dict.fromkeys(("discipline", "rona_pause_s", "rona_limit", "transfer_limit"), "municipality.yaml"),
}
"""What a scenario may say of a municipality, and the file where that stands."""


class ArrivalsEntry(Strict):
    """When those ring who want one queue: calls an hour from time 0, or calls a day with a profile."""

    per_hour: Annotated[Listed[PerHour], Field(min_length=1, max_length=100_000)] | None = None
    """One figure for the whole run, or one for each slot; after the last slot nobody rings."""
    slot_minutes: Annotated[float, Field(gt=0, le=1_440)] = 15
    per_day: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    """On each day on which the queue is open."""
    weekdays: dict[Weekday, Annotated[float, Field(ge=0, le=1_000_000)]] | None = None
    """Calls a day by weekday, instead of `per_day`; none on days that are not named."""
    at_s: Annotated[Listed[Seconds], Field(min_length=1, max_length=10_000)] | None = None
    """The very instants, from time 0; the same in each replication."""
    profile: Name | None = None
    """How a day's calls are spread; without one, evenly over the opening hours."""
    number: Path | None = None
    """Which of the municipality's numbers they ring; by default the first."""
    keys: Annotated[Listed[Annotated[str, Field(pattern=r"^[0-9*#]?$")]], Field(min_length=1, max_length=10)] | None = (
        None
    )
    """What they press in each menu, "" being silence; by default the shortest way there."""

    @model_validator(mode="before")
    @classmethod
    def _alone_is_per_hour(cls, value: Any) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return {"per_hour": [value]}
        if isinstance(value, list):
            return {"per_hour": value}
        if isinstance(value, dict) and isinstance(value.get("per_hour"), int | float):
            return {**value, "per_hour": [value["per_hour"]]}
        return value

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if sum(field is not None for field in (self.per_hour, self.per_day, self.weekdays, self.at_s)) != 1:
            raise refusal(Code.ARRIVALS_FIELDS, "Här ska stå precis en av per_hour, per_day, weekdays och at_s.")
        if self.profile is not None and self.per_day is None and self.weekdays is None:
            raise refusal(
                Code.ARRIVALS_FIELDS, "En profil fördelar samtal per dygn (per_day, weekdays) och inget annat."
            )
        return self


class FromLogEntry(Strict):
    """The calls of one logged day, each at its instant."""

    database: Path
    """calls.sqlite of an installation, or the home where it lies."""
    date: Date
    patience: bool = False
    """Patience too, by Kaplan and Meier, for queues of which nothing is said."""
    talk: bool = False
    """Talk times too, for queues of which nothing is said."""


class PhonesEntry(Strict):
    """How people at their phones behave."""

    answer: SpanEntry = SpanEntry.model_construct(constant=0.0)
    """How long it rings before they pick up."""
    missed: Share = 0.0
    """The share of offers at which nobody picks up."""
    returns_after: SpanEntry = SpanEntry.model_construct(constant=300.0)
    """After so many misses in a row that they have to come back by themselves; its mean counts."""


def _breaks(value: Any) -> Any:
    if not isinstance(value, list | str):
        raise refusal(Code.BAD_SHIFT, 'Raster skrivs ["9:30-9:45", "12:00-12:30"].')
    return spans(", ".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value)


class StaffEntry(Strict):
    """When some people work: by the clock on each day, or in seconds from time 0."""

    agents: Annotated[Listed[Name], Field(min_length=1, max_length=2_000)]
    """Names, or names of groups; `alla` is everybody."""
    count: Annotated[int, Field(ge=0, le=2_000)] | None = None
    """Only so many of them, in their order."""
    from_: Clock | None = Field(default=None, alias="from")
    to: Clock | None = None
    from_s: Seconds | None = None
    to_s: Seconds | None = None
    breaks: Annotated[DaySpans, BeforeValidator(_breaks)] = ()
    weekdays: Listed[Weekday] | None = None
    """Every simulated day, if none are named."""
    dates: Listed[Date] | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_name_is_a_list(cls, value: Any) -> Any:
        alone = isinstance(value, dict) and isinstance(value.get("agents"), str)
        return {**value, "agents": [value["agents"]]} if alone else value

    @model_validator(mode="after")
    def _is_a_shift(self) -> Self:
        begins: float
        ends: float
        by_clock, by_seconds = (self.from_, self.to), (self.from_s, self.to_s)
        if self.from_ is not None and self.to is not None and by_seconds == (None, None):
            begins, ends = self.from_, self.to
        elif self.from_s is not None and self.to_s is not None and by_clock == (None, None):
            begins, ends = self.from_s, self.to_s
            if self.breaks or self.weekdays or self.dates:
                raise refusal(Code.BAD_SHIFT, "Raster och dagar anges bara för skift med klockslag (from, to).")
        else:
            raise refusal(Code.BAD_SHIFT, "Ett skift har from och to, eller from_s och to_s.")
        if begins >= ends:
            raise refusal(Code.BAD_SHIFT, "Skiftet slutar inte efter sin början.")
        if any(start < begins or end > ends for start, end in self.breaks):
            raise refusal(Code.BAD_SHIFT, "En rast ligger utanför skiftet.")
        return self


class LeaveEntry(Strict):
    """Who is away, all the time or on some dates."""

    agents: Annotated[Listed[Name], Field(min_length=1, max_length=2_000)]
    dates: Listed[Date] | None = None


class RunEntry(Strict):
    """How much is simulated, and what of it is counted."""

    replications: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    seed: Annotated[int, Field(ge=0, le=2**53)] = 1
    length_h: Annotated[float, Field(gt=0, le=100_000)] | None = None
    """Only in a model of one's own; a municipality has `days`."""
    warm_up_s: Seconds = 0.0
    cool_down_s: Seconds = 0.0
    service_level_within_s: Seconds = 120.0
    short_abandon_s: Seconds = 10.0


class ScenarioFile(Strict):
    """A scenario: `municipality`, or `queues` and `agents`; and people."""

    title: Title | None = None
    municipality: Path | None = None
    """A shipped municipality's name, or a folder."""
    date: Date | None = None
    days: Annotated[int, Field(ge=1, le=400)] = 1
    change: dict[str, Any] = Field(default_factory=dict)
    """What differs from the municipality's own files, in their words."""
    without: Listed[Name] = ()
    """Agents that are taken out of the municipality."""

    queues: dict[Name, Any] | None = None
    defaults: dict[str, Any] | None = None
    agents: dict[Name, Any] | None = None
    other_queues: Any = None
    partners: dict[Name, Any] | None = None
    discipline: Literal["own_first", "longest_wait", "nearest_target"] | None = None
    rona_pause_s: Any = None
    rona_limit: Any = None

    arrivals: dict[Name, ArrivalsEntry] = Field(default_factory=dict)
    arrivals_csv: Path | None = None
    """Expected calls by quarter: `quarter;queue;calls`, and `date` if they differ by day."""
    arrivals_log: FromLogEntry | None = None
    profiles: dict[Name, Weights] = Field(default_factory=dict)
    """Weights by span of the day, "8:00-9:00": 14."""
    menu: Spans = Field(default_factory=dict)
    """From the answer of the attendant to the last key, by the queue that is chosen."""
    patience: Spans = Field(default_factory=dict)
    talk: Talks = Field(default_factory=dict)
    wrap_up: Talks = Field(default_factory=dict)
    question_levels: Levels = Field(default_factory=dict)
    resolution: Resolutions = Field(default_factory=dict)
    transfers: Flags = Field(default_factory=dict)
    callback: Shares = Field(default_factory=dict)
    presses_callback: Spans = Field(default_factory=dict)
    redial: Again = Field(default_factory=dict)
    rings_again: Again = Field(default_factory=dict)
    ring: PhonesEntry = PhonesEntry.model_construct()
    partner_ring: PhonesEntry = PhonesEntry.model_construct()
    staff: Listed[StaffEntry] | None = None
    leave: Listed[LeaveEntry] = ()
    shrinkage: Share = 0.0
    cost_per_agent_hour: Annotated[float, Field(ge=0, le=100_000)] = 0.0
    """In kronor."""
    run: RunEntry = RunEntry.model_construct()

    @model_validator(mode="after")
    def _says_once_who_rings(self) -> Self:
        said = [name for name in ("arrivals", "arrivals_csv", "arrivals_log") if getattr(self, name)]
        if len(said) > 1 and "arrivals_log" in said:
            raise refusal(Code.ARRIVALS_FIELDS, "En loggad dag (arrivals_log) är alla som ringer; ta bort arrivals.")
        return self


OWN_MODEL = ("queues", "defaults", "agents", "other_queues", "partners", "discipline", "rona_pause_s", "rona_limit")
"""Fields of a model of one's own; with a municipality they stand under `change`."""
OF_MUNICIPALITY = ("date", "change", "without")
