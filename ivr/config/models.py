"""The files of a municipality, field by field, with the bounds and the defaults of each.

One model a file; seconds in the files (`_s`), milliseconds in the plan. What is right only together with another file
is decided in `ivr.config.checks`.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from ivr.config.fields import (
    WEEKDAYS,
    Address,
    Date,
    Day,
    EveName,
    Extension,
    HostPort,
    Language,
    Level,
    LineKey,
    Listed,
    Name,
    Number,
    OutwardNumber,
    Prompts,
    ShortNumber,
    Spans,
    SpecialDay,
    Strict,
    Timezone,
    Title,
    Weekday,
    refusal,
)
from ivr.config.limit_entries import MaxLengthEntry, MaxWaitEntry, NobodyEntry
from ivr.config.problems import Code
from ivr.config.survey import SurveyEntry


# ── municipality.yaml ───────────────────────────────────────────────────────────────────────────────────────────
class NumberEntry(Strict):
    """A number that can be rung."""

    number: Number
    also: Listed[ShortNumber] = ()
    """Other ways in which the trunk writes the same number, digit for digit."""
    menu: Name
    hours: Name | None = None
    greeting: Prompts = ()
    closed: Prompts = ()


class MunicipalityFile(Strict):
    """Who is called, on which numbers, and the rules of the whole house."""

    name: Name
    title: Title
    timezone: Timezone
    language: Language
    numbers: Annotated[Listed[NumberEntry], Field(min_length=1, max_length=100)]
    trunk_addresses: Annotated[Listed[Address], Field(min_length=1, max_length=20)] = ("127.0.0.1",)
    outward: HostPort | None = None
    """Where calls to citizens who are rung back are sent; without it nobody is."""
    discipline: Literal["own_first", "longest_wait", "nearest_target"] = "own_first"
    login_by_phone: bool = False
    rona_pause_s: Annotated[int, Field(ge=5, le=3_600)] = 60
    rona_limit: Annotated[int, Field(ge=1, le=20)] = 3
    short_talk_s: Annotated[int, Field(ge=0, le=10)] = 2
    transfer_limit: Annotated[int, Field(ge=1, le=20)] = 5
    transfer_by_keys: bool = True
    max_calls: Annotated[int, Field(ge=1, le=10_000)] = 5_000
    max_calls_per_caller: Annotated[int, Field(ge=0, le=1_000)] = 0
    """Calls at once from one number; 0 for however many. The number of a whole workplace is one number too."""
    resume_place_s: Annotated[int, Field(ge=0, le=3_600)] = 0
    """How long a caller who hung up in line may ring again and have the place that was left; 0 for not at all."""
    survey: SurveyEntry | None = None


# ── menu.yaml ───────────────────────────────────────────────────────────────────────────────────────────────────
class ChoiceEntry(Strict):
    """What a key leads to, and the sound that says so."""

    prompt: Prompts
    queue: Name | None = None
    menu: Name | None = None
    language: Language | None = None
    """The call goes on in this language; with nothing else, in the same menu."""
    directory: bool = False
    """To a person whose name is typed; failing that, to the menu's `human`."""

    @model_validator(mode="after")
    def _leads_to_one_thing(self) -> Self:
        targets = (self.queue is not None) + (self.menu is not None) + self.directory
        if targets != 1 and (self.language is None or targets):
            sentence = "Valet ska leda till precis en sak: queue, menu eller directory: true."
            raise refusal(Code.CHOICE_NOT_ONE_TARGET, sentence)
        return self


class MenuEntry(Strict):
    """One level of the menu: an opening, a sound per key in this order, and an ending."""

    before: Prompts = ()
    choices: Annotated[dict[str, ChoiceEntry], Field(min_length=1)]
    after: Prompts = ()
    invalid: Prompts = ()
    silence: Name
    human: Name
    first_key_s: Annotated[int, Field(ge=2, le=30)] = 6
    repeats: Annotated[int, Field(ge=0, le=5)] = 1
    invalid_tries: Annotated[int, Field(ge=1, le=5)] = 2
    max_asks: Annotated[int, Field(ge=2, le=50)] = 10

    @field_validator("choices")
    @classmethod
    def _keys_are_free(cls, choices: dict[str, ChoiceEntry]) -> dict[str, ChoiceEntry]:
        if taken := sorted(set(choices) - set("123456789")):
            raise refusal(
                Code.RESERVED_KEY,
                f"Tangenten {', '.join(taken)} kan inte väljas: 0 når alltid en människa, * upprepar, kvar är 1–9.",
            )
        return choices


class MenuFile(Strict):
    """Every menu by name."""

    menus: Annotated[dict[Name, MenuEntry], Field(min_length=1, max_length=50)]


# ── hours.yaml ──────────────────────────────────────────────────────────────────────────────────────────────────
class HoursEntry(Strict):
    """One set of opening hours. A date goes before a red day, a red day before an eve, an eve before the week."""

    weekly: dict[Weekday, Day]
    red_days: SpecialDay
    eves: dict[EveName, SpecialDay]
    """Whoever leaves one out is warned, and open as on any such weekday."""
    dates: dict[Date, Day] = Field(default_factory=dict)

    @field_validator("weekly")
    @classmethod
    def _every_day_is_decided(cls, weekly: dict[Weekday, Spans]) -> dict[Weekday, Spans]:
        if missing := [day for day in WEEKDAYS if day not in weekly]:
            raise refusal(Code.MISSING_FIELD, f"Tiden saknas för {', '.join(missing)}.")
        return weekly


class HoursFile(Strict):
    """Every set of opening hours by name."""

    hours: Annotated[dict[Name, HoursEntry], Field(min_length=1, max_length=50)]


# ── queues.yaml ─────────────────────────────────────────────────────────────────────────────────────────────────
class StepEntry(Strict):
    """One widening of the circle around a waiting call."""

    after_s: Annotated[int, Field(ge=0, le=3_600)]
    to: Literal["own", "any", "partner"]
    queues: Listed[Name] = ()
    min_level: Level = 1
    partner: Name | None = None
    skip_when_empty: bool = True
    queue_longer_than: Annotated[int, Field(ge=0, le=5_000)] | None = None
    estimated_wait_over_s: Annotated[int, Field(ge=1, le=14_400)] | None = None
    own_ready_under: Annotated[int, Field(ge=1, le=500)] | None = None
    hours: Name | None = None
    """The step opens only within these."""


class WaitingKeys(Strict):
    """What a caller in line may press; "" is no key."""

    repeat: LineKey = "*"
    callback: LineKey = "5"
    """Means something only in a queue that rings back."""
    human: LineKey = "0"
    human_queue: Name | None = None
    """Where `human` leads; by default where 0 leads in the first menu."""


class QueueRules(Strict):
    """What `defaults` may say for every queue, and a queue for itself."""

    hours: Name | None = None
    plan: Annotated[Listed[StepEntry], Field(min_length=1, max_length=10)] | None = None
    waiting: Prompts | None = None
    closed: Prompts | None = None
    position: bool | None = None
    estimated_wait: bool | None = None
    """Say it, as an interval, while such estimates have been right."""
    keys: WaitingKeys | None = None
    callback_offer: Prompts | None = None
    """Says that a callback can be had, and with which key."""
    callback_offer_over_s: Annotated[int, Field(ge=0, le=3_600)] | None = None
    """Said when the estimated wait exceeds this."""
    callback: bool | None = None
    """Whether those in line may be rung back instead."""
    callback_retry_s: Annotated[int, Field(ge=60, le=86_400)] | None = None
    callback_tries: Annotated[int, Field(ge=1, le=10)] | None = None
    callback_deadline_s: Annotated[int, Field(ge=600, le=604_800)] | None = None
    """After so long somebody is alarmed that the promise is not kept."""
    callback_next_day: bool | None = None
    """Whether those not rung before the line closes are rung when it opens again."""
    callback_ring_s: Annotated[int, Field(ge=10, le=60)] | None = None
    first_message_s: Annotated[int, Field(ge=0, le=60)] | None = None
    message_every_s: Annotated[int, Field(ge=15, le=600)] | None = None
    priority: Annotated[int, Field(ge=0, le=9)] | None = None
    ring_s: Annotated[int, Field(ge=5, le=120)] | None = None
    wrap_up_s: Annotated[int, Field(ge=0, le=1_800)] | None = None
    answer_target_s: Annotated[int, Field(ge=5, le=3_600)] | None = None
    lend_when_ready_over: Annotated[int, Field(ge=0, le=500)] | None = None
    serve_after_close_s: Annotated[int, Field(ge=0, le=7_200)] | None = None
    survey: bool | None = None
    max_wait: MaxWaitEntry | None = None
    max_length: MaxLengthEntry | None = None
    nobody_logged_in: NobodyEntry | None = None


class QueueEntry(QueueRules):
    """One skill group's line."""

    title: Title
    confidential: Name | None = None
    queued: Prompts = ()
    whisper: Prompts = ()
    """What a partner's agent hears of the matter, before the caller."""
    callback_title: Prompts = ()
    """What our own agent hears of the matter, before a citizen is rung back."""


class QueuesFile(Strict):
    """Every queue by name; what a queue does not say, `defaults` says."""

    defaults: QueueRules = QueueRules.model_construct()
    queues: Annotated[dict[Name, QueueEntry], Field(min_length=1, max_length=200)]


# ── agents.yaml ─────────────────────────────────────────────────────────────────────────────────────────────────
class AgentEntry(Strict):
    """One person."""

    name: Title
    extension: Extension
    queues: dict[Name, Level] = Field(default_factory=dict)
    """Own queues with levels, in the order in which this person serves them."""
    other_queues: Level | Literal[0] | None = None
    clearances: Listed[Name] = ()
    languages: Listed[Language] = ()
    """Those they speak beside the house's own."""
    may_switch: bool = False
    """May force hours open and closed and switch the crisis message, from their phone."""


class PauseEntry(Strict):
    """Why somebody takes no calls, and the sound that says so."""

    reason: Title
    prompt: Prompts = ()


class AgentsFile(Strict):
    """Every agent by name; `other_queues` is the level in every queue that a person does not list, 0 for none."""

    other_queues: Level | Literal[0] = 0
    pause_reasons: dict[Annotated[str, Field(pattern="^[0-9]$")], PauseEntry] = Field(default_factory=dict)
    """By the key that follows the phone's code for a pause."""
    agents: Annotated[dict[Name, AgentEntry], Field(min_length=1, max_length=2_000)]


# ── partners.yaml ───────────────────────────────────────────────────────────────────────────────────────────────
class PartnerEntry(Strict):
    """An external answering service."""

    title: Title
    number: OutwardNumber
    address: HostPort | None = None
    """Where its calls are sent, as `host` or `host:port`; without one it is not rung."""
    lines: Annotated[int, Field(ge=1, le=500)]
    hours: Name | None = None
    setup_s: Annotated[int, Field(ge=2, le=30)] = 5
    """How long it may take before it rings there; then they are taken to be out of reach."""
    ring_s: Annotated[int, Field(ge=5, le=120)] = 30
    whisper: Prompts = ()
    """What its agent hears before the caller: which municipality; then the queue's own."""
    greeting: Title | None = None
    """What the caller is to hear from them, by agreement."""
    cost_ore_per_min: Annotated[int, Field(ge=0, le=100_000)] = 0
    max_minutes_per_day: Annotated[int, Field(ge=1, le=100_000)] = 1_000
    """Talk in all; then no more calls are sent until midnight (UTC)."""
    watched: bool = True
    """Whether its line is looked at (SIP OPTIONS), so that one that is down is known before a call meets it."""


class PartnersFile(Strict):
    """Every partner by name; {} is none."""

    partners: Annotated[dict[Name, PartnerEntry], Field(max_length=50)]


# ── prompts.yaml ────────────────────────────────────────────────────────────────────────────────────────────────
class CallbackSaid(Strict):
    """What is said about callbacks, in the order in which it is heard; each has a manuscript to begin with."""

    promised: Prompts = ("aterring_utlovad",)
    """To the caller, before the number that will be rung."""
    kept_place: Prompts = ("aterring_platsen_star",)
    refused: Prompts = ("aterring_gar_inte",)
    announced: Prompts = ("aterring_agent",)
    """To the agent; then the queue's `callback_title`."""
    waited: Prompts = ("aterring_har_vantat",)
    accept: Prompts = ("aterring_tryck_ett",)
    rung: Prompts = ("aterring_ringer",)
    not_reached: Prompts = ("aterring_inget_svar",)
    citizen: Prompts = ("aterring_medborgare",)


class PromptsFile(Strict):
    """What the house says that belongs to no single menu or queue."""

    sorry: Prompts
    fallback: Prompts
    invalid: Prompts
    waiting: Prompts
    closed: Prompts
    too_many: Prompts = ()
    """Said to whoever already has as many calls as one number may have; without it `sorry` is."""
    crisis: Prompts = ()
    """Messages that are ready to be switched on by hand, one prompt each."""
    callback: CallbackSaid = CallbackSaid.model_construct()
