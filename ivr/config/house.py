"""A municipality as loaded: the kernel's plan, and what the edges need beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ivr.config.alarm_entries import AlarmsFile
from ivr.config.wallboard_entries import WallboardFile
from ivr.config.webhook_entries import WebhooksFile
from queues.ids import AgentId, PartnerId, PromptId, QueueId
from routing.plan import Plan

PARTNER_PREFIX = "partner-"
"""What a partner's endpoint in Asterisk begins with. No person's id has a dash: no phone is taken for a partner."""
PHONE_PREFIX = "tel-"
"""Begins the account of a phone that is no agent's: no agent's id has a dash."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Opening hours as people state them, for the fail-open dialplan and for people; the plan has them as instants.

    Spans are (from, to) in minutes after local midnight. A date in `dates` replaces that day's weekly spans; () is
    closed.
    """

    weekly: tuple[tuple[tuple[int, int], ...], ...]
    """Seven tuples of spans, Monday first."""
    dates: Mapping[date, tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True)
class Person:
    """An agent as an edge needs to know them: name for people, endpoint and extension for Asterisk."""

    id: AgentId
    """Also the PJSIP endpoint's name and the key of the phone's password in the secrets."""
    name: str
    extension: str
    may_switch: bool = False
    """Whether hours and crisis message can be switched from their phone."""


@dataclass(frozen=True, slots=True)
class PartnerLink:
    """A partner as an edge needs to know it: where its calls go. Only here does the number stand."""

    id: PartnerId
    title: str
    number: str
    address: str
    watched: bool = True
    """Whether its line is looked at now and then."""


@dataclass(frozen=True, slots=True)
class PauseReason:
    """Why somebody takes no calls, as the figures name it, and as the phone says it back."""

    reason: str
    prompts: tuple[PromptId, ...] = ()


@dataclass(frozen=True, slots=True)
class MatterType:
    """What people ring about."""

    id: str
    title: str
    department: str
    rosa: int
    """1 information … 6 judgement."""
    level: int
    """What it usually takes: 1 everybody, 2 the subject group, 3 the department."""
    queues: frozenset[QueueId]
    """Whose calls it is offered for; none: every group's."""
    checklist: tuple[str, ...] = ()
    link: str = ""

    def offered_for(self, queue: QueueId) -> bool:
        """Whether a call of that group can be about this."""
        return not self.queues or queue in self.queues


@dataclass(frozen=True, slots=True)
class House:
    """One municipality, whole and valid."""

    name: str
    title: str
    timezone: str
    language: str
    plan: Plan
    people: Mapping[AgentId, Person]
    queue_titles: Mapping[QueueId, str]
    openings: Mapping[str, Opening]
    """By the name hours have in the YAML."""
    entrance_hours: Mapping[str, str]
    """Number rung → name of its opening hours; absent: always open."""
    queue_hours: Mapping[QueueId, str]
    prompts: frozenset[PromptId]
    """Every prompt that any part can say; each must have a manuscript and a sound."""
    trunk_addresses: tuple[str, ...] = ("127.0.0.1",)
    """Where the operator's trunk calls come from."""
    fallback_prompts: tuple[PromptId, ...] = ()
    """Said first when the fail-open dialplan takes a call over: a notice, in the language of the house."""
    partners: Mapping[PartnerId, PartnerLink] = field(default_factory=dict)
    """Those of the plan."""
    outward: str = ""
    """Where calls to citizens who are rung back are sent, host and port; "" if nobody is."""
    shown_number: str = ""
    """Which of our numbers they see."""
    languages: tuple[str, ...] = ("sv",)
    """Every language that a call can be in; the house's own first."""
    crisis_prompts: tuple[PromptId, ...] = ()
    """Messages that are ready to be switched on by hand."""
    phones: Mapping[str, str] = field(default_factory=dict)
    """Phones of people in the directory who take no calls here: account → extension."""
    spoken_names: Mapping[PromptId, str] = field(default_factory=dict)
    """Names and departments of the directory: what is said, by the sound that says it."""
    pause_reasons: Mapping[str, PauseReason] = field(default_factory=dict)
    """By the key that follows the pause's code; empty: any key, and no reason."""
    matters: Mapping[str, MatterType] = field(default_factory=dict)
    """What people ring about, by name, in the order in which people find them on the page."""
    departments: Mapping[str, str] = field(default_factory=dict)
    """Title by name."""
    alarms: AlarmsFile = field(default_factory=AlarmsFile)
    """When somebody is alarmed."""
    webhooks: WebhooksFile = field(default_factory=WebhooksFile)
    """Which systems outside are told what happens here."""
    wallboard: WallboardFile = field(default_factory=WallboardFile)
    """Which level the board shows, and from where a line is strained."""
    transfer_by_keys: bool = True
    """Whether an agent can put a caller through by keys in a talk; each talk then costs Asterisk about a third more."""

    @property
    def accounts(self) -> tuple[AgentId, ...]:
        """Every phone that registers here, and so has a password."""
        return (*self.people, *map(AgentId, self.phones))
