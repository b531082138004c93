"""The validated, immutable configuration that the kernel runs on. Built by `ivr.config`, or by hand in a test."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from queues.ids import NO_CLEARANCE, AgentId, Clearance, MenuId, PartnerId, PromptId, QueueId
from routing.directory import Directory
from routing.survey_rules import Survey

FAR_FUTURE_MS = 2**62


@dataclass(frozen=True, slots=True)
class OpenHours:
    """Opening hours as instants: rising, disjoint `[opens_ms, closes_ms)`. Time zones end where this begins."""

    opens_ms: tuple[int, ...] = (0,)
    closes_ms: tuple[int, ...] = (FAR_FUTURE_MS,)

    def is_open(self, now: int) -> bool:
        """Whether `now` (ms) lies in an interval."""
        i = bisect_right(self.opens_ms, now) - 1
        return i >= 0 and now < self.closes_ms[i]

    def closes_at(self, now: int) -> int:
        """The end (ms) of the interval that holds `now`; `now` itself when closed."""
        i = bisect_right(self.opens_ms, now) - 1
        return self.closes_ms[i] if i >= 0 and now < self.closes_ms[i] else now

    def opens_at(self, now: int) -> int:
        """The next opening (ms), `now` when open, FAR_FUTURE_MS when never."""
        if self.is_open(now):
            return now
        i = bisect_right(self.opens_ms, now)
        return self.opens_ms[i] if i < len(self.opens_ms) else FAR_FUTURE_MS


ALWAYS_OPEN = OpenHours()


class TargetKind(StrEnum):
    """Whom a step of a queue's plan opens the line to."""

    OWN = "own"
    """Agents with the queue among their own at level 2 or more."""
    ANY = "any"
    """Any agent of the house, or of the named queues, with at least `min_level` there."""
    PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One widening of the circle around a waiting call: when its time has come and every condition has held at once."""

    after_ms: int
    target: TargetKind
    queues: tuple[QueueId, ...] = ()
    """For ANY: whose agents; () is everybody's."""
    min_level: int = 1
    skip_when_empty: bool = True
    partner: PartnerId = PartnerId("")
    """For PARTNER: which."""
    queue_longer_than: int = -1
    """Opens while more calls than this wait in the line; -1 for however many."""
    estimated_wait_over_ms: int = 0
    """Opens for a call that by estimate has longer than this left to wait; 0 for any."""
    own_ready_under: int = 0
    """Opens while fewer than this of the queue's own agents are ready; 0 for however many."""
    hours: OpenHours = ALWAYS_OPEN
    hours_id: str = ""
    """The name of `hours`, by which they can be forced open or closed."""
    only_by_limit: bool = False
    """Opens by no time and no condition: only a limit of the queue opens it."""

    @property
    def conditional(self) -> bool:
        """Whether more than time decides when it opens."""
        return (
            self.queue_longer_than >= 0
            or self.estimated_wait_over_ms > 0
            or self.own_ready_under > 0
            or self.hours is not ALWAYS_OPEN
            or bool(self.hours_id)
        )

    @property
    def opens_by_time(self) -> bool:
        """Whether time alone opens it, sooner or later."""
        return not self.conditional and not self.only_by_limit


class Leads(StrEnum):
    """Where a call goes that has met a limit of its queue."""

    QUEUE = "queue"
    PARTNER = "partner"
    CALLBACK = "callback"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class WayOut:
    """One thing that may become of a call that has met a limit."""

    leads: Leads
    queue: QueueId = QueueId("")
    partner: PartnerId = PartnerId("")
    prompts: tuple[PromptId, ...] = ()
    """What the caller hears: the last words of a message, else what is said once on the way."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound on a line, and what becomes of a call that meets it: the first of `ways` that is open now, else the last.

    `over`: waited in this line (ms), or calls in the line, or time (ms) with nobody logged in who could take it.
    """

    over: int
    ways: tuple[WayOut, ...]


@dataclass(frozen=True, slots=True)
class WaitingRules:
    """What whoever stands in a line may be told beyond that they stand there, and may press. A key "" is none."""

    position: bool = False
    estimate: bool = False
    """Say the estimated wait, while its measured error is small enough."""
    repeat_key: str = ""
    human_key: str = ""
    human: QueueId = QueueId("")
    """Where `human_key` leads; the call keeps its place by time."""
    callback_key: str = ""
    """Means something only in a queue that rings back."""
    callback_over_ms: int = 180_000
    """A callback is offered in words when the estimate exceeds this; its key means the same all the time."""
    callback_prompts: tuple[PromptId, ...] = ()


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """How those are rung back who stood in a line. Times in milliseconds."""

    retry_ms: int = 600_000
    """After a try that reached nobody."""
    tries: int = 3
    deadline_ms: int = 14_400_000
    """After so long somebody is alarmed that the promise is not kept."""
    next_day: bool = True
    """Whoever is not reached before the line closes is rung when it opens again; otherwise given up."""
    ring_ms: int = 30_000
    """How long the citizen's phone rings."""
    promised_prompts: tuple[PromptId, ...] = ()
    """To the caller, before the number that will be rung."""
    kept_place_prompts: tuple[PromptId, ...] = ()
    """To the caller, after it."""
    refused_prompts: tuple[PromptId, ...] = ()
    """To a caller whose promise could not be written down, and who goes on waiting."""
    title_prompts: tuple[PromptId, ...] = ()
    """To the agent: which line it is about."""


@dataclass(frozen=True, slots=True)
class CallbackWords:
    """What is said while somebody is rung back, in every queue alike."""

    announced: tuple[PromptId, ...] = ()
    """To the agent: that this is a callback."""
    waited: tuple[PromptId, ...] = ()
    """Before the minutes that the citizen has waited."""
    accept: tuple[PromptId, ...] = ()
    """Which key rings the citizen."""
    rung: tuple[PromptId, ...] = ()
    """That the citizen is rung now."""
    not_reached: tuple[PromptId, ...] = ()
    citizen: tuple[PromptId, ...] = ()
    """To the citizen: who rings, and which key to press."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One skill group's line (svarsgrupp) and its rules. Times in milliseconds."""

    id: QueueId
    steps: tuple[PlanStep, ...]
    clearance: Clearance = NO_CLEARANCE
    hours: OpenHours = ALWAYS_OPEN
    hours_id: str = ""
    closed_prompts: tuple[PromptId, ...] = ()
    queued_prompts: tuple[PromptId, ...] = ()
    """Said once when the call has to wait."""
    waiting_prompts: tuple[PromptId, ...] = ()
    """Said again and again while it waits."""
    first_message_ms: int = 10_000
    message_every_ms: int = 50_000
    waiting: WaitingRules = WaitingRules()
    music: str = "default"
    priority: int = 0
    ring_ms: int = 20_000
    wrap_up_ms: int = 30_000
    answer_target_ms: int = 120_000
    lend_when_ready_over: int = 0
    serve_after_close_ms: int = 900_000
    survey: bool = True
    max_wait: Limit | None = None
    max_length: Limit | None = None
    nobody_logged_in: Limit | None = None
    callback: CallbackRules | None = None
    """None: nobody is rung back."""
    whisper: tuple[PromptId, ...] = ()
    """What a partner's agent hears of the matter, before the caller."""


@dataclass(frozen=True, slots=True)
class Partner:
    """An external answering service. Each of its lines is a seat, which holds no clearance and never will."""

    id: PartnerId
    lines: int
    """Calls to it at once, those that ring included."""
    hours: OpenHours = ALWAYS_OPEN
    hours_id: str = ""
    """The name of `hours`, by which they can be forced open or closed."""
    setup_ms: int = 5_000
    """How long it may take before it rings there; then the partner is taken to be out of reach."""
    ring_ms: int = 30_000
    whisper: tuple[PromptId, ...] = ()
    """What its agent hears first: on whose behalf they answer; then the queue's own."""
    language: str = "sv"
    """Of the whisper."""
    cost_ore_per_min: int = 0
    most_ms_a_day: int = FAR_FUTURE_MS
    """Talk in all from midnight to midnight (UTC); then no call is sent until the next day."""
    short_talk_ms: int = 5_000
    """A talk that the partner ends this soon was none."""
    trips_after: int = 3
    """So many failures in a row open the circuit: no calls, but for one line at a time that tries."""
    probe_ms: int = 30_000
    """How long the circuit rests before that one line tries."""
    again_ms: int = 30_000
    """How long a call that failed there stays at home before it may go outside once more."""


@dataclass(frozen=True, slots=True)
class Agent:
    """A person who answers. `queues`: the level (1–3) for each, in the order that `own_first` serves them."""

    id: AgentId
    queues: tuple[tuple[QueueId, int], ...]
    clearances: frozenset[Clearance] = frozenset()
    languages: frozenset[str] = frozenset()
    """Beside the language of the house, which everybody speaks."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a key leads to: exactly one of a queue, a menu and the directory."""

    queue: QueueId = QueueId("")
    menu: MenuId = MenuId("")
    directory: bool = False
    """To a person whose name is typed; failing that, and without a directory, to the menu's `human`."""
    language: str = ""
    """From then on; "" leaves it as it is."""


@dataclass(frozen=True, slots=True)
class Menu:
    """One level of a menu. Silence and errors end at `default`, `*` repeats, `0` reaches `human`."""

    id: MenuId
    prompts: tuple[PromptId, ...]
    choices: Mapping[str, Choice]
    default: QueueId
    human: QueueId
    invalid_prompts: tuple[PromptId, ...] = ()
    first_key_ms: int = 6_000
    repeats: int = 1
    """How many times the prompts are said again after silence."""
    language_prompts: tuple[PromptId, ...] = ()
    """Said before `prompts` to whoever hears the language of the house: which others there are to choose."""
    invalid_tries: int = 2
    """At this many wrong keys the call goes to `default`."""
    max_asks: int = 10
    """However often `*` is pressed: then to `default`. Bounds a key storm."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """What a number that can be rung leads to."""

    menu: MenuId
    hours: OpenHours = ALWAYS_OPEN
    hours_id: str = ""
    closed_prompts: tuple[PromptId, ...] = ()
    greeting: tuple[PromptId, ...] = ()
    """Said before the menu, first time only; a key interrupts it together with the menu."""
    language: str = "sv"


class Discipline(StrEnum):
    """In which order an agent who becomes ready takes the calls that wait, within a priority."""

    OWN_FIRST = "own_first"
    LONGEST_WAIT = "longest_wait"
    NEAREST_TARGET = "nearest_target"


@dataclass(frozen=True, slots=True)
class Plan:
    """One municipality. `digest` names this very configuration in the log."""

    digest: str
    entrances: Mapping[str, Entrance]
    """By the number rung; "" catches every other number."""
    menus: Mapping[MenuId, Menu]
    queues: Mapping[QueueId, Queue]
    agents: Mapping[AgentId, Agent]
    partners: Mapping[PartnerId, Partner] = field(default_factory=dict)
    directory: Directory | None = None
    """Who can be reached by name."""
    discipline: Discipline = Discipline.OWN_FIRST
    language: str = "sv"
    login_by_phone: bool = False
    """A phone that is reachable logs its person in and makes them ready; one that is not logs them out."""
    survey: Survey | None = None
    rona_pause_ms: int = 60_000
    rona_limit: int = 3
    phone_fault_pause_ms: int = 10_000
    """How long a phone that was busy or dead is left alone, unless it is seen idle before."""
    transfer_limit: int = 5
    """A call transferred more often than this goes to the queue where its number's menu reaches a human."""
    short_talk_ms: int = 2_000
    """A talk ended by the agent's side this soon was none: the call returns first in line."""
    dead_air_ms: int = 15_000
    """A talk that was given up sooner, for want of a sound from the phone, was none: Asterisk's limit and a margin."""
    max_calls: int = 5_000
    """Calls at once; more are left to the fail-open dialplan."""
    callback_words: CallbackWords = CallbackWords()
    resume_place_ms: int = 0
    """How long the place of a caller who hung up is kept for the same number; 0 for not at all."""
    max_calls_per_caller: int = 0
    """Calls at once from one number; more are told so and ended. 0 for however many."""
    too_many_prompts: tuple[PromptId, ...] = ()
    """Said to them."""
    sorry_prompts: tuple[PromptId, ...] = field(default=())
    """Said before a call is ended because nobody can be reached at all."""
